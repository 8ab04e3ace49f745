-- Display names can change, each time with a record of the new name.

ALTER TABLE account_events ADD COLUMN display_name text;
COMMENT ON COLUMN account_events.display_name IS 'The new display name of an account that was renamed.';

ALTER TABLE account_events DROP CONSTRAINT account_event_is_known;
ALTER TABLE account_events ADD CONSTRAINT account_event_is_known
    CHECK (event IN ('created', 'renamed', 'role-granted', 'role-revoked', 'deactivated',
                     'reactivated', 'password-set', 'password-link-made', 'sessions-ended',
                     'token-made', 'token-revoked'));
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, renamed, granted and revoked roles, deactivated and reactivated, given a password or a link to set one, signed out, given tokens and deprived of them: nothing else.';
ALTER TABLE account_events ADD CONSTRAINT account_event_has_a_name_iff_it_renames
    CHECK ((display_name IS NOT NULL) = (event = 'renamed'));
COMMENT ON CONSTRAINT account_event_has_a_name_iff_it_renames ON account_events IS
    'The record of a new display name says which; no other record has one.';

-- The seal of a renaming also covers the name. The other seals stay as they are.
CREATE FUNCTION seal_with_name(seal bytea, display_name text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(sha256(seal || convert_to(display_name, 'UTF8')), seal);
COMMENT ON FUNCTION seal_with_name(bytea, text) IS
    'The seal of an account event that has a display name: of the other facts and the name.';

CREATE OR REPLACE FUNCTION seal_account_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- Of two records of new names, the second waits for the first: each is compared
    -- with the name that is then committed.
    IF NEW.event = 'renamed' THEN
        PERFORM FROM users WHERE id = NEW.subject_id FOR NO KEY UPDATE;
    END IF;
    NEW.seal := seal_with_name(
        account_event_seal(NEW.at, NEW.actor_id, NEW.subject_id, NEW.event, NEW.role,
                           NEW.reason, NEW.request_id, NEW.interface),
        NEW.display_name);
    RETURN NEW;
END
$$;
ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
ALTER TABLE account_events ADD CONSTRAINT account_event_is_sealed
    CHECK (seal = seal_with_name(account_event_seal(at, actor_id, subject_id, event, role,
                                                    reason, request_id, interface),
                                 display_name));
COMMENT ON CONSTRAINT account_event_is_sealed ON account_events IS
    'An account event says what it said when it was written.';

-- A display name that has changed is the one of the last renaming. Checked at
-- commit, from both sides.
CREATE FUNCTION refuse_unrecorded_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    account bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    recorded text := CASE TG_TABLE_NAME
        WHEN 'account_events' THEN NEW.display_name
        ELSE (SELECT e.display_name FROM account_events e
              WHERE e.subject_id = account AND e.event = 'renamed'
              ORDER BY e.id DESC LIMIT 1)
    END;
BEGIN
    IF recorded IS DISTINCT FROM (SELECT u.display_name FROM users u WHERE u.id = account) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A display name changes only together with its record.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_unrecorded_name() IS
    'Refuses a display name and a record that do not agree at commit.';
CREATE CONSTRAINT TRIGGER display_name_is_as_recorded
    AFTER UPDATE OF display_name ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.display_name IS DISTINCT FROM OLD.display_name)
    EXECUTE FUNCTION refuse_unrecorded_name('id');
COMMENT ON TRIGGER display_name_is_as_recorded ON users IS
    'A display name changes only together with its record.';
CREATE CONSTRAINT TRIGGER renaming_is_borne_out
    AFTER INSERT ON account_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.event = 'renamed')
    EXECUTE FUNCTION refuse_unrecorded_name('subject_id');
COMMENT ON TRIGGER renaming_is_borne_out ON account_events IS
    'No record of a display name that the account does not have at commit.';

UPDATE runtime_privileges
SET privileges = 'SELECT, INSERT, UPDATE (display_name, name_words, password_hash, roles, is_active)'
WHERE object = 'TABLE users';
-- Which record is the last one is for the database to say: it alone gives the ids.
UPDATE runtime_privileges
SET privileges = 'SELECT, INSERT (actor_id, subject_id, event, role, reason, request_id, interface, display_name)'
WHERE object = 'TABLE account_events';
INSERT INTO runtime_privileges (object, privileges) VALUES
    ('FUNCTION seal_with_name(bytea, text)', 'EXECUTE');
