DELETE FROM runtime_privileges WHERE object = 'FUNCTION seal_with_name(bytea, text)';
UPDATE runtime_privileges
SET privileges = 'SELECT, INSERT, UPDATE (display_name, password_hash, roles, is_active)'
WHERE object = 'TABLE users';
UPDATE runtime_privileges SET privileges = 'SELECT, INSERT' WHERE object = 'TABLE account_events';
DROP TRIGGER renaming_is_borne_out ON account_events;
DROP TRIGGER display_name_is_as_recorded ON users;
DROP FUNCTION refuse_unrecorded_name();
ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
CREATE OR REPLACE FUNCTION seal_account_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.seal := account_event_seal(NEW.at, NEW.actor_id, NEW.subject_id, NEW.event, NEW.role,
                                   NEW.reason, NEW.request_id, NEW.interface);
    RETURN NEW;
END
$$;
DROP FUNCTION seal_with_name(bytea, text);
ALTER TABLE account_events DROP CONSTRAINT account_event_has_a_name_iff_it_renames;
ALTER TABLE account_events DROP COLUMN display_name;
ALTER TABLE account_events ADD CONSTRAINT account_event_is_sealed
    CHECK (seal = account_event_seal(at, actor_id, subject_id, event, role,
                                     reason, request_id, interface));
COMMENT ON CONSTRAINT account_event_is_sealed ON account_events IS
    'An account event says what it said when it was written.';
ALTER TABLE account_events DROP CONSTRAINT account_event_is_known;
ALTER TABLE account_events ADD CONSTRAINT account_event_is_known
    CHECK (event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated',
                     'password-set', 'password-link-made', 'sessions-ended',
                     'token-made', 'token-revoked'));
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, granted and revoked roles, deactivated and reactivated, given a password or a link to set one, signed out, given tokens and deprived of them: nothing else.';
