-- Accounts as staff look after them, and as people look after their own: links
-- to set a password, tokens for programs, sessions that say where they are.

ALTER TABLE account_events
    DROP CONSTRAINT account_event_is_known,
    ADD CONSTRAINT account_event_is_known
        CHECK (event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated',
                         'password-set', 'password-link-made', 'sessions-ended',
                         'token-made', 'token-revoked'));
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, granted and revoked roles, deactivated and reactivated, given a password or a link to set one, signed out, given tokens and relieved of them: nothing else.';

-- Accounts are listed by state and role, newest first.
CREATE INDEX users_by_age ON users (is_active, created_at, id);
CREATE INDEX authors_by_age ON users (is_active, created_at, id) WHERE 'author' = ANY (roles);
CREATE INDEX reviewers_by_age ON users (is_active, created_at, id) WHERE 'reviewer' = ANY (roles);
CREATE INDEX staff_by_age ON users (is_active, created_at, id) WHERE 'staff' = ANY (roles);

-- They are found by the beginnings of the words of both names.
CREATE FUNCTION name_words(username text, display_name text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig,
    translate(username || ' ' || display_name, '._@+-''’', '       '));
COMMENT ON FUNCTION name_words(text, text) IS
    'The words by which a person is found: of the username and of the name that others see.';
-- Accounts come one at a time: whoever searches need not wait for a list of
-- what is still to be sorted in.
CREATE INDEX users_by_name ON users USING gin (name_words(username, display_name))
    WITH (fastupdate = off);

ALTER TABLE sessions
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN device text NOT NULL DEFAULT 'Another browser',
    ADD CONSTRAINT session_number_is_unique UNIQUE (number),
    ADD CONSTRAINT session_names_its_device
        CHECK (btrim(device) <> '' AND char_length(device) <= 100);
COMMENT ON COLUMN sessions.number IS
    'What a session is called where somebody ends it: its id is a secret, and this is none.';
COMMENT ON CONSTRAINT session_number_is_unique ON sessions IS
    'A number names one session.';
COMMENT ON CONSTRAINT session_names_its_device ON sessions IS
    'A session says on what it began, in at most 100 characters of ours and none of the browser''s.';
CREATE INDEX sessions_by_use ON sessions (user_id, last_used_at);
DROP INDEX sessions_by_user;

CREATE TABLE password_links (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    made_by bigint NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    replaced_at timestamptz,

    CONSTRAINT password_link_has_one_id PRIMARY KEY (id),
    CONSTRAINT password_link_is_for_somebody FOREIGN KEY (user_id) REFERENCES users,
    CONSTRAINT password_link_is_made_by_somebody FOREIGN KEY (made_by) REFERENCES users,
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
COMMENT ON CONSTRAINT password_link_is_for_somebody ON password_links IS
    'A link is for an account that exists.';
COMMENT ON CONSTRAINT password_link_is_made_by_somebody ON password_links IS
    'Somebody answers for each link.';
COMMENT ON CONSTRAINT password_link_is_stored_hashed ON password_links IS
    'Reading this table sets nobody''s password.';
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

CREATE TABLE tokens (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    name text NOT NULL,
    beginning text NOT NULL,
    secret_hash bytea NOT NULL,
    permissions text[],
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,

    CONSTRAINT token_has_one_id PRIMARY KEY (id),
    CONSTRAINT token_is_somebodys FOREIGN KEY (user_id) REFERENCES users,
    CONSTRAINT token_is_stored_hashed CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT token_is_unique UNIQUE (secret_hash),
    CONSTRAINT token_name_is_given CHECK (btrim(name) <> '' AND char_length(name) <= 100),
    CONSTRAINT token_shows_its_beginning CHECK (beginning ~ '^imprimatur_[0-9A-Za-z]{4}$'),
    CONSTRAINT token_works_for_a_year
        CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days'),
    CONSTRAINT token_permissions_are_known
        CHECK (permissions IS NULL OR (
            array_position(permissions, NULL) IS NULL AND cardinality(permissions) > 0
            AND permissions <@ ARRAY['posts.create_post', 'posts.revise_post', 'posts.submit_post',
                                     'posts.review_post', 'posts.publish_post',
                                     'posts.archive_post', 'accounts.manage_account',
                                     'audit.view_audit']))
);
CREATE INDEX tokens_by_user ON tokens (user_id, id);
COMMENT ON TABLE tokens IS
    'What programs show to say for whom they act. A token carries an identity, and may hold less than its account; never more.';
COMMENT ON COLUMN tokens.permissions IS
    'What the token is narrowed to; null is everything that its account holds.';
COMMENT ON CONSTRAINT token_has_one_id ON tokens IS
    'An id names one token.';
COMMENT ON CONSTRAINT token_is_somebodys ON tokens IS
    'A token acts for an account that exists.';
COMMENT ON CONSTRAINT token_is_stored_hashed ON tokens IS
    'Reading this table lets no program in.';
COMMENT ON CONSTRAINT token_is_unique ON tokens IS
    'A secret acts for one account.';
COMMENT ON CONSTRAINT token_name_is_given ON tokens IS
    'Every token says in at most 100 characters what it is for.';
COMMENT ON CONSTRAINT token_shows_its_beginning ON tokens IS
    'Of a token, its first characters are kept, and too few to guess the rest.';
COMMENT ON CONSTRAINT token_works_for_a_year ON tokens IS
    'A token works for at most a year.';
COMMENT ON CONSTRAINT token_permissions_are_known ON tokens IS
    'A token is narrowed to permissions that there are, and to one at least.';

CREATE TRIGGER token_that_was_revoked_stays_so
    BEFORE UPDATE ON tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    EXECUTE FUNCTION refuse('A token that was revoked stays so.');
COMMENT ON TRIGGER token_that_was_revoked_stays_so ON tokens IS
    'A token that was revoked stays so.';

INSERT INTO runtime_privileges (relation, privileges) VALUES
    ('password_links', 'SELECT, INSERT, UPDATE (used_at, replaced_at)'),
    ('tokens',         'SELECT, INSERT, UPDATE (last_used_at, revoked_at)');

-- Of each person the last session stays: it says when they were last here.
CREATE OR REPLACE FUNCTION purge_expired() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint := 0;
    rows bigint;
BEGIN
    DELETE FROM sessions s
    WHERE least(expires_at, ended_at) < now() - interval '30 days'
      AND EXISTS (SELECT FROM sessions later
                  WHERE later.user_id = s.user_id
                    AND (later.last_used_at, later.number) > (s.last_used_at, s.number));
    GET DIAGNOSTICS rows = ROW_COUNT;
    gone := gone + rows;
    DELETE FROM sign_in_throttle WHERE window_began_at < now() - interval '1 day';
    GET DIAGNOSTICS rows = ROW_COUNT;
    gone := gone + rows;
    DELETE FROM password_links
    WHERE least(expires_at, used_at, replaced_at) < now() - interval '30 days';
    GET DIAGNOSTICS rows = ROW_COUNT;
    gone := gone + rows;
    DELETE FROM tokens WHERE least(expires_at, revoked_at) < now() - interval '30 days';
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN gone + rows;
END
$$;
COMMENT ON FUNCTION purge_expired() IS
    'Deletes sessions but each person''s last, password links and tokens that ended over 30 days ago, and old sign-in windows; returns how many rows.';
