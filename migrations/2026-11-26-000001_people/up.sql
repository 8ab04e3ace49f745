-- People: who they are, what they hold, and how they sign in.

-- Times that the program can show. PostgreSQL knows more: infinity, and years
-- that have five digits.
CREATE DOMAIN moment AS timestamptz
    CONSTRAINT time_is_within_reach
        CHECK (VALUE >= '2000-01-01 00:00:00Z' AND VALUE < '9999-01-01 00:00:00Z');
COMMENT ON DOMAIN moment IS 'A time that the program can show.';
COMMENT ON CONSTRAINT time_is_within_reach ON DOMAIN moment IS
    'A time lies in the years 2000 to 9998.';

CREATE DOMAIN interface AS text
    CONSTRAINT interface_is_known CHECK (VALUE IN ('page', 'admin', 'api', 'command-line'));
COMMENT ON DOMAIN interface IS 'How a request came in. Records keep it; no decision uses it.';
COMMENT ON CONSTRAINT interface_is_known ON DOMAIN interface IS
    'There are four interfaces.';

-- The characters are written as escapes of E strings, and compared by code
-- point, so that no setting and no locale changes which they are.
CREATE FUNCTION visible_character() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN E'[^\u0001-\u0020\u007F-\u00A0\u00AD\u0300-\u036F\u061C\u115F-\u1160\u1680\u17B4-\u17B5'
    || E'\u180B-\u180F\u1AB0-\u1AFF\u1DC0-\u1DFF\u2000-\u200F\u2028-\u202F\u205F-\u206F'
    || E'\u20D0-\u20FF\u2800\u3000\u3164\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFA0\uFFF0-\uFFFC'
    || E'\U00013430-\U00013442\U00016FE4\U0001BCA0-\U0001BCA3\U0001D159\U0001D173-\U0001D17A'
    || E'\U000E0000-\U000E0FFF]';
COMMENT ON FUNCTION visible_character() IS
    'A regular expression for one character that can be seen: not white space, not a control character, not default-ignorable, not a blank of any script, not a mark without a letter.';

CREATE FUNCTION has_visible_text(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN value COLLATE "C" ~ visible_character();
COMMENT ON FUNCTION has_visible_text(text) IS
    'Whether a text counts as given: it has a character that can be seen.';

CREATE FUNCTION opening(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(substring(value COLLATE "C" FROM visible_character() || '.{0,59}'), '');
COMMENT ON FUNCTION opening(text) IS
    'The first 60 characters of a text from the first visible one on; empty where there is none.';

-- All refusals of triggers are raised here. The trigger's name is the
-- proposition; its argument is the sentence.
CREATE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = TG_NAME,
        TABLE = TG_TABLE_NAME,
        MESSAGE = TG_ARGV[0];
END
$$;
COMMENT ON FUNCTION refuse() IS
    'Raises a check violation named after the trigger that fired.';

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY,
    username text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL DEFAULT '{}',
    is_active boolean NOT NULL DEFAULT true,
    sessions_valid_from moment NOT NULL DEFAULT clock_timestamp(),
    created_at moment NOT NULL DEFAULT clock_timestamp(),
    name_words tsvector NOT NULL DEFAULT '',

    CONSTRAINT account_has_one_id PRIMARY KEY (id),
    CONSTRAINT username_is_unique UNIQUE (username),
    CONSTRAINT username_is_well_formed
        CHECK (username ~ '^[a-z0-9][a-z0-9._@+-]{0,63}$'),
    CONSTRAINT display_name_is_given
        CHECK (has_visible_text(display_name) AND char_length(display_name) <= 100),
    CONSTRAINT password_is_stored_hashed
        CHECK (password_hash LIKE '$argon2id$%'),
    CONSTRAINT roles_are_known_and_held_once
        CHECK (
            array_position(roles, NULL) IS NULL
            AND cardinality(roles) = (
                ('author' = ANY (roles))::int
                + ('reviewer' = ANY (roles))::int
                + ('staff' = ANY (roles))::int
            )
        ),
    CONSTRAINT authority_is_part_of_the_key
        UNIQUE (id, is_active, roles, sessions_valid_from)
);
COMMENT ON TABLE users IS 'Accounts. They are deactivated, never deleted: their history stays.';
COMMENT ON COLUMN users.roles IS
    'The roles held now. They are in the row that the workflow locks, so that one statement reads and locks them.';
COMMENT ON COLUMN users.sessions_valid_from IS
    'Sessions that began earlier are over.';
COMMENT ON COLUMN users.name_words IS
    'The words by which the account is found: of the username and of the display name. The program makes them.';
COMMENT ON CONSTRAINT account_has_one_id ON users IS
    'An id names one account.';
COMMENT ON CONSTRAINT username_is_unique ON users IS
    'Two people never share a username.';
COMMENT ON CONSTRAINT username_is_well_formed ON users IS
    'A username has 1 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit.';
COMMENT ON CONSTRAINT display_name_is_given ON users IS
    'Each account has a visible name of at most 100 characters.';
COMMENT ON CONSTRAINT password_is_stored_hashed ON users IS
    'A password is stored as an Argon2id hash and in no other form.';
COMMENT ON CONSTRAINT roles_are_known_and_held_once ON users IS
    'A person holds any of author, reviewer and staff, each at most once.';
COMMENT ON CONSTRAINT authority_is_part_of_the_key ON users IS
    'A change of authority counts as a change of key: it waits for transitions under the old authority, and later ones wait for it.';

-- Accounts are listed by state and role, newest first.
CREATE INDEX users_by_age ON users (is_active, created_at, id);
CREATE INDEX authors_by_age ON users (is_active, created_at, id) WHERE 'author' = ANY (roles);
CREATE INDEX reviewers_by_age ON users (is_active, created_at, id) WHERE 'reviewer' = ANY (roles);
CREATE INDEX staff_by_age ON users (is_active, created_at, id) WHERE 'staff' = ANY (roles);

-- Without a pending list, which each search would have to read to its end.
CREATE INDEX users_by_name ON users USING gin (name_words)
    WITH (fastupdate = off);

CREATE FUNCTION end_sessions() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.sessions_valid_from := clock_timestamp();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION end_sessions() IS 'Ends all sessions of the account that changes.';
CREATE TRIGGER changed_credentials_end_sessions
    BEFORE UPDATE ON users FOR EACH ROW
    WHEN (OLD.password_hash <> NEW.password_hash OR OLD.is_active <> NEW.is_active)
    EXECUTE FUNCTION end_sessions();
COMMENT ON TRIGGER changed_credentials_end_sessions ON users IS
    'A changed password, a deactivation or a reactivation ends every session begun before it.';

CREATE TRIGGER people_are_never_deleted
    BEFORE DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION refuse('Accounts are deactivated, never deleted: their history stays.');
COMMENT ON TRIGGER people_are_never_deleted ON users IS
    'Accounts are deactivated, never deleted: their history stays.';
CREATE TRIGGER people_are_never_emptied BEFORE TRUNCATE ON users
    FOR EACH STATEMENT
    EXECUTE FUNCTION refuse('Accounts are deactivated, never deleted: their history stays.');
COMMENT ON TRIGGER people_are_never_emptied ON users IS
    'TRUNCATE, which fires no row triggers, removes no account either.';

-- One row for a truth about many rows, so that two staff members who remove
-- each other at the same instant wait for each other there.
CREATE TABLE staff_roster (
    singleton boolean NOT NULL DEFAULT true,
    active_staff integer NOT NULL,

    CONSTRAINT there_is_one_roster PRIMARY KEY (singleton),
    CONSTRAINT roster_is_the_one CHECK (singleton),
    CONSTRAINT there_is_always_an_active_staff_account CHECK (active_staff > 0)
);
COMMENT ON TABLE staff_roster IS
    'The number of active staff accounts: one row, kept by a trigger on users.';
COMMENT ON CONSTRAINT there_is_one_roster ON staff_roster IS 'There is one roster.';
COMMENT ON CONSTRAINT roster_is_the_one ON staff_roster IS 'The one roster has no other key.';
COMMENT ON CONSTRAINT there_is_always_an_active_staff_account ON staff_roster IS
    'From the first one on, there is always an active staff account.';

-- With the owner's rights, because the runtime role may not write the roster.
-- Other tables could use it to write a number of their own choice.
CREATE FUNCTION count_active_staff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    change integer := 0;
BEGIN
    IF TG_RELID <> 'public.users'::regclass THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'count_active_staff() is for the table users.';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.is_active AND 'staff' = ANY (OLD.roles) THEN
        change := change - 1;
    END IF;
    IF NEW.is_active AND 'staff' = ANY (NEW.roles) THEN
        change := change + 1;
    END IF;
    IF change <> 0 THEN
        UPDATE staff_roster SET active_staff = active_staff + change;
        IF NOT FOUND THEN
            INSERT INTO staff_roster (active_staff) VALUES (change);
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_active_staff() IS 'Keeps the roster.';
CREATE TRIGGER staff_roster_is_kept
    AFTER INSERT OR UPDATE ON users FOR EACH ROW
    EXECUTE FUNCTION count_active_staff();
COMMENT ON TRIGGER staff_roster_is_kept ON users IS
    'The roster counts exactly the active accounts that hold the staff role.';

-- The seal of a row is computed when it is written. A row that somebody
-- changes later, with the triggers off, no longer agrees with it.
CREATE FUNCTION account_event_seal(
    at moment, actor_id bigint, subject_id bigint, event text, role text,
    reason text, request_id uuid, interface text
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(timestamptz_send(at) || int8send(actor_id) || int8send(subject_id)
    || uuid_send(request_id)
    || convert_to(jsonb_build_array(event, role, reason, interface)::text, 'UTF8'));
COMMENT ON FUNCTION account_event_seal(moment, bigint, bigint, text, text, text, uuid, text) IS
    'The SHA-256 of everything that an account event says.';

CREATE TABLE account_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at moment NOT NULL DEFAULT clock_timestamp(),
    actor_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    event text NOT NULL,
    role text,
    reason text NOT NULL DEFAULT '',
    request_id uuid NOT NULL,
    interface interface NOT NULL,
    seal bytea NOT NULL,

    CONSTRAINT account_event_has_one_id PRIMARY KEY (id),
    CONSTRAINT account_event_has_its_actor FOREIGN KEY (actor_id) REFERENCES users,
    CONSTRAINT account_event_has_its_subject FOREIGN KEY (subject_id) REFERENCES users,
    CONSTRAINT account_event_is_known
        CHECK (event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated',
                         'password-set', 'password-link-made', 'sessions-ended',
                         'token-made', 'token-revoked')),
    CONSTRAINT account_event_names_a_role_iff_about_one
        CHECK ((role IS NOT NULL) = (event IN ('role-granted', 'role-revoked'))),
    CONSTRAINT account_event_role_is_known
        CHECK (role IN ('author', 'reviewer', 'staff')),
    CONSTRAINT account_event_is_sealed
        CHECK (seal = account_event_seal(at, actor_id, subject_id, event, role,
                                         reason, request_id, interface))
);
CREATE INDEX account_events_by_subject ON account_events (subject_id, id);
COMMENT ON TABLE account_events IS 'Who changed which account, append-only.';
COMMENT ON CONSTRAINT account_event_has_one_id ON account_events IS
    'An id names one account event.';
COMMENT ON CONSTRAINT account_event_has_its_actor ON account_events IS
    'An account is changed by a person who has an account.';
COMMENT ON CONSTRAINT account_event_has_its_subject ON account_events IS
    'An account event is about an account that exists.';
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, granted and revoked roles, deactivated and reactivated, given a password or a link to set one, signed out, given tokens and deprived of them: nothing else.';
COMMENT ON CONSTRAINT account_event_names_a_role_iff_about_one ON account_events IS
    'A grant and a revocation name the role; nothing else does.';
COMMENT ON CONSTRAINT account_event_role_is_known ON account_events IS
    'The role of a grant or a revocation is author, reviewer or staff.';
COMMENT ON CONSTRAINT account_event_is_sealed ON account_events IS
    'An account event says what it said when it was written.';

CREATE FUNCTION seal_account_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.seal := account_event_seal(NEW.at, NEW.actor_id, NEW.subject_id, NEW.event, NEW.role,
                                   NEW.reason, NEW.request_id, NEW.interface);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION seal_account_event() IS 'Seals an account event.';
CREATE TRIGGER account_event_gets_its_seal
    BEFORE INSERT ON account_events FOR EACH ROW EXECUTE FUNCTION seal_account_event();
COMMENT ON TRIGGER account_event_gets_its_seal ON account_events IS
    'An account event is sealed as it is written.';
CREATE TRIGGER account_events_are_append_only BEFORE UPDATE OR DELETE ON account_events
    FOR EACH ROW EXECUTE FUNCTION refuse('The record of account changes is append-only.');
COMMENT ON TRIGGER account_events_are_append_only ON account_events IS
    'The record of account changes is append-only.';
CREATE TRIGGER account_events_are_never_emptied BEFORE TRUNCATE ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('The record of account changes is append-only.');
COMMENT ON TRIGGER account_events_are_never_emptied ON account_events IS
    'TRUNCATE, which fires no row triggers, removes no account event either.';

-- Roles and activity follow from the record: of each role the last grant or
-- revocation counts, of activity the last deactivation or reactivation, and
-- no event repeats the one before it. Checked at commit, from both sides.
CREATE FUNCTION account_is_as_recorded(account bigint) RETURNS boolean
LANGUAGE sql STABLE
RETURN (
    SELECT count(*) FILTER (WHERE event = 'created') = 1
        AND count(*) FILTER (WHERE event = previous) = 0
        AND coalesce(array_agg(role) FILTER (WHERE event = 'role-granted' AND is_last), '{}') @> u.roles
        AND coalesce(array_agg(role) FILTER (WHERE event = 'role-granted' AND is_last), '{}') <@ u.roles
        AND count(*) FILTER (WHERE event = 'deactivated' AND is_last) = (NOT u.is_active)::int
    FROM users u
    LEFT JOIN (
        SELECT subject_id, event, role,
            coalesce(lag(event) OVER about, CASE subject WHEN 'activity' THEN 'reactivated'
                                                         WHEN 'creation' THEN NULL
                                                         ELSE 'role-revoked' END) AS previous,
            lead(event) OVER about IS NULL AS is_last
        FROM account_events e
        CROSS JOIN LATERAL (
            SELECT CASE WHEN event IN ('deactivated', 'reactivated') THEN 'activity'
                        WHEN event = 'created' THEN 'creation'
                        ELSE role END AS subject
        ) AS matter
        WHERE e.subject_id = account
          AND event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated')
        WINDOW about AS (PARTITION BY subject ORDER BY e.id)
    ) AS recorded ON recorded.subject_id = u.id
    WHERE u.id = account
    GROUP BY u.id
);
COMMENT ON FUNCTION account_is_as_recorded(bigint) IS
    'Whether the roles and the activity of an account are those that its account events lead to.';

CREATE FUNCTION refuse_unrecorded_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF account_is_as_recorded((to_jsonb(NEW) ->> TG_ARGV[0])::bigint) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'An account changes only together with its record.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_unrecorded_account() IS
    'Refuses an account and a record that do not agree at commit.';
CREATE CONSTRAINT TRIGGER account_is_as_recorded
    AFTER INSERT OR UPDATE OF roles, is_active ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_unrecorded_account('id');
COMMENT ON TRIGGER account_is_as_recorded ON users IS
    'An account is created, and its roles and activity change, only together with their record.';
CREATE CONSTRAINT TRIGGER account_event_is_borne_out
    AFTER INSERT ON account_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated'))
    EXECUTE FUNCTION refuse_unrecorded_account('subject_id');
COMMENT ON TRIGGER account_event_is_borne_out ON account_events IS
    'No account event about roles or activity that the account does not bear out at commit.';

-- An opaque id lives in the browser; only its SHA-256 lives here.
CREATE TABLE sessions (
    id_hash bytea NOT NULL,
    user_id bigint NOT NULL,
    created_at moment NOT NULL DEFAULT clock_timestamp(),
    last_used_at moment NOT NULL DEFAULT clock_timestamp(),
    expires_at moment NOT NULL,
    ended_at moment,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    device text NOT NULL DEFAULT 'Another browser',

    CONSTRAINT session_has_one_id PRIMARY KEY (id_hash),
    CONSTRAINT session_has_its_account FOREIGN KEY (user_id) REFERENCES users,
    CONSTRAINT session_is_stored_hashed CHECK (octet_length(id_hash) = 32),
    CONSTRAINT session_works_for_a_week
        CHECK (expires_at <= created_at + interval '7 days'),
    CONSTRAINT session_number_is_unique UNIQUE (number),
    CONSTRAINT session_names_its_device
        CHECK (has_visible_text(device) AND char_length(device) <= 100)
);
CREATE INDEX sessions_by_use ON sessions (user_id, last_used_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
COMMENT ON TABLE sessions IS
    'Signed-in browsers. A session carries an identity and never authority.';
COMMENT ON COLUMN sessions.number IS
    'Names a session on pages: its id is a secret, and this is none.';
COMMENT ON CONSTRAINT session_has_one_id ON sessions IS 'An id names one session.';
COMMENT ON CONSTRAINT session_has_its_account ON sessions IS
    'A session is of an account that exists.';
COMMENT ON CONSTRAINT session_is_stored_hashed ON sessions IS
    'Reading this table lets nobody sign in.';
COMMENT ON CONSTRAINT session_works_for_a_week ON sessions IS
    'A session works for at most a week, used or not.';
COMMENT ON CONSTRAINT session_number_is_unique ON sessions IS
    'A number names one session.';
COMMENT ON CONSTRAINT session_names_its_device ON sessions IS
    'A session names its device in at most 100 characters, which the program chooses.';

CREATE TRIGGER session_ends_once
    BEFORE UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL)
    EXECUTE FUNCTION refuse('A session that has ended stays so.');
COMMENT ON TRIGGER session_ends_once ON sessions IS
    'A session that has ended stays so.';

CREATE FUNCTION session_is_live(session sessions, account users) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN session.ended_at IS NULL
    AND session.expires_at > clock_timestamp()
    AND session.last_used_at > clock_timestamp() - interval '12 hours'
    AND session.created_at >= account.sessions_valid_from
    AND account.is_active;
COMMENT ON FUNCTION session_is_live(sessions, users) IS
    'Whether a session of an account works: it has not ended or expired, was used within 12 hours, and began after the last change of password or activity.';

CREATE TABLE password_links (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    made_by bigint NOT NULL,
    secret_hash bytea NOT NULL,
    created_at moment NOT NULL DEFAULT clock_timestamp(),
    expires_at moment NOT NULL,
    used_at moment,
    replaced_at moment,

    CONSTRAINT password_link_has_one_id PRIMARY KEY (id),
    CONSTRAINT password_link_has_its_account FOREIGN KEY (user_id) REFERENCES users,
    CONSTRAINT password_link_has_its_maker FOREIGN KEY (made_by) REFERENCES users,
    CONSTRAINT password_link_is_stored_hashed CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT password_link_is_unique UNIQUE (secret_hash),
    CONSTRAINT password_link_works_for_two_days
        CHECK (expires_at > created_at AND expires_at <= created_at + interval '48 hours'),
    CONSTRAINT password_link_ends_in_one_way CHECK (num_nonnulls(used_at, replaced_at) <= 1),
    CONSTRAINT account_has_one_password_link
        EXCLUDE USING btree (user_id WITH =) WHERE (used_at IS NULL AND replaced_at IS NULL)
);
COMMENT ON TABLE password_links IS
    'One-time links with which people set their passwords. A link proves who somebody is for that and for nothing else.';
COMMENT ON CONSTRAINT password_link_has_one_id ON password_links IS
    'An id names one link.';
COMMENT ON CONSTRAINT password_link_has_its_account ON password_links IS
    'A link is for an account that exists.';
COMMENT ON CONSTRAINT password_link_has_its_maker ON password_links IS
    'A link is made by a person who has an account.';
COMMENT ON CONSTRAINT password_link_is_stored_hashed ON password_links IS
    'Reading this table lets nobody set a password.';
COMMENT ON CONSTRAINT password_link_is_unique ON password_links IS
    'A secret opens one account.';
COMMENT ON CONSTRAINT password_link_works_for_two_days ON password_links IS
    'A link works for at most two days.';
COMMENT ON CONSTRAINT password_link_ends_in_one_way ON password_links IS
    'A link is used or replaced by a newer one, and never both.';
COMMENT ON CONSTRAINT account_has_one_password_link ON password_links IS
    'An account has at most one link that was neither used nor replaced.';

CREATE TRIGGER password_link_works_once
    BEFORE UPDATE ON password_links FOR EACH ROW
    WHEN (OLD.used_at IS NOT NULL OR OLD.replaced_at IS NOT NULL)
    EXECUTE FUNCTION refuse('A link that was used or replaced stays so.');
COMMENT ON TRIGGER password_link_works_once ON password_links IS
    'A link that was used or replaced stays so.';

CREATE FUNCTION password_link_works(link password_links, account users) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN link.used_at IS NULL AND link.replaced_at IS NULL
    AND link.expires_at > clock_timestamp()
    AND link.created_at >= account.sessions_valid_from
    AND account.is_active;
COMMENT ON FUNCTION password_link_works(password_links, users) IS
    'Whether a link of an account works: it was not used or replaced, has not expired, and is younger than the last change of password or activity.';

CREATE TABLE tokens (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    name text NOT NULL,
    beginning text NOT NULL,
    secret_hash bytea NOT NULL,
    permissions text[],
    created_at moment NOT NULL DEFAULT clock_timestamp(),
    expires_at moment NOT NULL,
    last_used_at moment,
    revoked_at moment,

    CONSTRAINT token_has_one_id PRIMARY KEY (id),
    CONSTRAINT token_has_its_account FOREIGN KEY (user_id) REFERENCES users,
    CONSTRAINT token_is_stored_hashed CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT token_is_unique UNIQUE (secret_hash),
    CONSTRAINT token_name_is_given
        CHECK (has_visible_text(name) AND char_length(name) <= 100),
    CONSTRAINT token_shows_its_beginning CHECK (beginning ~ '^imprimatur_[0-9A-Za-z]{4}$'),
    CONSTRAINT token_works_for_a_year
        CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days'),
    CONSTRAINT token_permissions_are_known
        CHECK (array_position(permissions, NULL) IS NULL AND cardinality(permissions) > 0
               AND permissions <@ ARRAY['posts.create_post', 'posts.revise_post',
                                        'posts.submit_post', 'posts.review_post',
                                        'posts.publish_post', 'posts.archive_post',
                                        'accounts.manage_account', 'audit.view_audit',
                                        'audit.acknowledge_incident'])
);
CREATE INDEX tokens_by_user ON tokens (user_id, id);
COMMENT ON TABLE tokens IS
    'API tokens. A token carries an identity, and may hold less than its account; never more.';
COMMENT ON COLUMN tokens.permissions IS
    'The permissions that the token is narrowed to; null is everything that its account holds.';
COMMENT ON CONSTRAINT token_has_one_id ON tokens IS
    'An id names one token.';
COMMENT ON CONSTRAINT token_has_its_account ON tokens IS
    'A token is of an account that exists.';
COMMENT ON CONSTRAINT token_is_stored_hashed ON tokens IS
    'Reading this table lets no program in.';
COMMENT ON CONSTRAINT token_is_unique ON tokens IS
    'A secret names one token.';
COMMENT ON CONSTRAINT token_name_is_given ON tokens IS
    'Each token has a visible name of at most 100 characters.';
COMMENT ON CONSTRAINT token_shows_its_beginning ON tokens IS
    'The first characters of a token are kept, too few to guess the rest.';
COMMENT ON CONSTRAINT token_works_for_a_year ON tokens IS
    'A token works for at most a year.';
COMMENT ON CONSTRAINT token_permissions_are_known ON tokens IS
    'A token is narrowed to permissions that exist, and to at least one.';

CREATE TRIGGER token_that_was_revoked_stays_so
    BEFORE UPDATE ON tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    EXECUTE FUNCTION refuse('A token that was revoked stays so.');
COMMENT ON TRIGGER token_that_was_revoked_stays_so ON tokens IS
    'A token that was revoked stays so.';

CREATE FUNCTION token_works(token tokens, account users) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN token.revoked_at IS NULL AND token.expires_at > clock_timestamp() AND account.is_active;
COMMENT ON FUNCTION token_works(tokens, users) IS
    'Whether a token of an account works: it was not revoked and has not expired.';

CREATE TABLE sign_in_throttle (
    kind text NOT NULL,
    subject_hash bytea NOT NULL,
    window_began_at moment NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL,

    CONSTRAINT window_is_counted_once PRIMARY KEY (kind, subject_hash),
    CONSTRAINT throttle_kind_is_known
        CHECK (kind IN ('account', 'account-and-network', 'browser', 'network'))
);
CREATE INDEX sign_in_throttle_by_age ON sign_in_throttle (window_began_at);
COMMENT ON TABLE sign_in_throttle IS
    'Failed attempts to show a password in the current window, by what they have in common.';
COMMENT ON CONSTRAINT window_is_counted_once ON sign_in_throttle IS
    'Each subject has one window.';
COMMENT ON CONSTRAINT throttle_kind_is_known ON sign_in_throttle IS
    'Attempts are counted for an account, an account in a network, a browser or a network.';

-- All server processes sign cookies with the same key, across restarts.
CREATE TABLE cookie_key (
    singleton boolean NOT NULL DEFAULT true,
    key bytea NOT NULL,

    CONSTRAINT there_is_one_cookie_key PRIMARY KEY (singleton),
    CONSTRAINT cookie_key_is_the_one CHECK (singleton),
    CONSTRAINT cookie_key_is_long_enough CHECK (octet_length(key) = 64)
);
COMMENT ON TABLE cookie_key IS
    'The key that signs session cookies. A forged signature alone names no session: ids are random and stored hashed.';
COMMENT ON CONSTRAINT there_is_one_cookie_key ON cookie_key IS
    'There is one cookie key.';
COMMENT ON CONSTRAINT cookie_key_is_the_one ON cookie_key IS
    'The one cookie key has no other name.';
COMMENT ON CONSTRAINT cookie_key_is_long_enough ON cookie_key IS
    'The cookie key has 64 bytes.';
INSERT INTO cookie_key (key)
SELECT sha512(string_agg(uuid_send(gen_random_uuid()), '')) FROM generate_series(1, 8);
