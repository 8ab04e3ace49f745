-- People: who they are, what they hold, and how they sign in.

-- One function raises every refusal that a trigger makes. The trigger's name
-- is the proposition; its argument is the sentence.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
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
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL DEFAULT '{}',
    is_active boolean NOT NULL DEFAULT true,
    sessions_valid_from timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT username_is_unique UNIQUE (username),
    CONSTRAINT username_is_well_formed
        CHECK (username ~ '^[a-z0-9][a-z0-9._@+-]{0,63}$'),
    CONSTRAINT display_name_is_given
        CHECK (btrim(display_name) <> '' AND char_length(display_name) <= 100),
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
COMMENT ON TABLE users IS 'People. They leave by being deactivated: their history stays.';
COMMENT ON COLUMN users.roles IS
    'The roles held now. They stand on the row that the door locks, so one statement reads and pins them.';
COMMENT ON COLUMN users.sessions_valid_from IS
    'Sessions begun earlier than this are over, wherever they are.';
COMMENT ON CONSTRAINT username_is_unique ON users IS
    'Two people never share a username.';
COMMENT ON CONSTRAINT username_is_well_formed ON users IS
    'A username has 1 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit.';
COMMENT ON CONSTRAINT display_name_is_given ON users IS
    'Everybody has a name to show, of at most 100 characters.';
COMMENT ON CONSTRAINT password_is_stored_hashed ON users IS
    'A password is stored as an Argon2id hash and in no other form.';
COMMENT ON CONSTRAINT roles_are_known_and_held_once ON users IS
    'A person holds any of author, reviewer and staff, each at most once.';
COMMENT ON CONSTRAINT authority_is_part_of_the_key ON users IS
    'Makes PostgreSQL treat a change of authority as a change of key, so that even a hand-typed UPDATE waits for every transition in progress under the old authority, and every later one waits for it.';

-- Who signs in with what ends when what they prove has changed.
CREATE FUNCTION end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sessions_valid_from := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER changed_credentials_end_sessions
    BEFORE UPDATE ON users FOR EACH ROW
    WHEN (OLD.password_hash <> NEW.password_hash OR OLD.is_active <> NEW.is_active)
    EXECUTE FUNCTION end_sessions();
COMMENT ON TRIGGER changed_credentials_end_sessions ON users IS
    'A changed password, a deactivation or a reactivation ends every session begun before it.';

CREATE TRIGGER people_are_never_deleted
    BEFORE DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION refuse('People are deactivated, never deleted: their history stays.');
COMMENT ON TRIGGER people_are_never_deleted ON users IS
    'History survives people leaving.';

-- A truth that spans rows becomes the truth of one row, so that two staff
-- members who remove each other at the same instant meet on it.
CREATE TABLE staff_roster (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    active_staff integer NOT NULL,

    CONSTRAINT there_is_always_an_active_staff_account CHECK (active_staff > 0)
);
COMMENT ON TABLE staff_roster IS
    'How many active staff accounts there are: one row, kept by a trigger on users.';
COMMENT ON CONSTRAINT staff_roster_singleton_check ON staff_roster IS
    'There is one roster.';
COMMENT ON CONSTRAINT there_is_always_an_active_staff_account ON staff_roster IS
    'From the first one on, there is always an active staff account.';

-- The owner's rights, because the runtime may not write the roster itself.
CREATE FUNCTION count_active_staff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    change integer := 0;
BEGIN
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
CREATE TRIGGER staff_roster_is_kept
    AFTER INSERT OR UPDATE ON users FOR EACH ROW
    EXECUTE FUNCTION count_active_staff();
COMMENT ON TRIGGER staff_roster_is_kept ON users IS
    'The roster counts exactly the active accounts that hold the staff role.';

CREATE TABLE account_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id bigint NOT NULL REFERENCES users,
    subject_id bigint NOT NULL REFERENCES users,
    event text NOT NULL,
    role text,
    reason text NOT NULL DEFAULT '',
    request_id uuid NOT NULL,
    interface text NOT NULL,

    CONSTRAINT account_event_is_known
        CHECK (event IN ('created', 'role-granted', 'role-revoked',
                         'deactivated', 'reactivated', 'password-set')),
    CONSTRAINT account_event_names_a_role_iff_about_one
        CHECK ((role IS NOT NULL) = (event IN ('role-granted', 'role-revoked')))
);
CREATE INDEX account_events_by_subject ON account_events (subject_id, id);
COMMENT ON TABLE account_events IS 'Who changed which account, append-only.';
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, granted and revoked roles, deactivated, reactivated and given a password: nothing else.';
COMMENT ON CONSTRAINT account_event_names_a_role_iff_about_one ON account_events IS
    'A grant and a revocation name the role; nothing else does.';

-- An opaque id lives in the browser; only its SHA-256 lives here.
CREATE TABLE sessions (
    id_hash bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,

    CONSTRAINT session_is_stored_hashed CHECK (octet_length(id_hash) = 32)
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
COMMENT ON TABLE sessions IS
    'Signed-in browsers. A session carries an identity and never authority.';
COMMENT ON CONSTRAINT session_is_stored_hashed ON sessions IS
    'Reading this table signs nobody in.';

CREATE TRIGGER session_ends_once
    BEFORE UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL)
    EXECUTE FUNCTION refuse('A session that has ended stays so.');
COMMENT ON TRIGGER session_ends_once ON sessions IS
    'A session that has ended stays so.';

CREATE TABLE sign_in_throttle (
    kind text NOT NULL,
    subject_hash bytea NOT NULL,
    window_began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL,

    PRIMARY KEY (kind, subject_hash),
    CONSTRAINT throttle_kind_is_known CHECK (kind IN ('account', 'address'))
);
CREATE INDEX sign_in_throttle_by_age ON sign_in_throttle (window_began_at);
COMMENT ON TABLE sign_in_throttle IS
    'Sign-in attempts of each account name and each network address in the current window.';
COMMENT ON CONSTRAINT throttle_kind_is_known ON sign_in_throttle IS
    'Attempts are counted per account and per address.';

-- All server processes sign cookies with the same key, across restarts.
CREATE TABLE cookie_key (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    key bytea NOT NULL,

    CONSTRAINT cookie_key_is_long_enough CHECK (octet_length(key) = 64)
);
COMMENT ON TABLE cookie_key IS
    'The key that signs session cookies. A forged signature alone names no session: ids are random and stored hashed.';
COMMENT ON CONSTRAINT cookie_key_singleton_check ON cookie_key IS
    'There is one key.';
COMMENT ON CONSTRAINT cookie_key_is_long_enough ON cookie_key IS
    'The key has 64 bytes.';
INSERT INTO cookie_key (key)
SELECT sha512(string_agg(uuid_send(gen_random_uuid()), '')) FROM generate_series(1, 8);
