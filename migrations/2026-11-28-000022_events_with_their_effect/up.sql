-- What the record of an account says about passwords, links, sessions and tokens has
-- happened in the same transaction. The reverse is asked of the tables themselves.

CREATE FUNCTION refuse_event_without_effect() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    has_happened boolean;
BEGIN
    has_happened := CASE NEW.event
        -- It is set with the password, by a trigger.
        WHEN 'password-set' THEN EXISTS (
            SELECT FROM users
            WHERE id = NEW.subject_id AND sessions_valid_from >= transaction_timestamp())
        WHEN 'password-link-made' THEN EXISTS (
            SELECT FROM password_links
            WHERE user_id = NEW.subject_id AND created_at >= transaction_timestamp())
        WHEN 'sessions-ended' THEN EXISTS (
            SELECT FROM sessions
            WHERE user_id = NEW.subject_id AND ended_at >= transaction_timestamp())
        WHEN 'token-made' THEN EXISTS (
            SELECT FROM tokens
            WHERE user_id = NEW.subject_id AND created_at >= transaction_timestamp())
        WHEN 'token-revoked' THEN EXISTS (
            SELECT FROM tokens
            WHERE user_id = NEW.subject_id AND revoked_at >= transaction_timestamp())
        ELSE true
    END;
    IF NOT has_happened THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'What is recorded of passwords, links, sessions and tokens has happened.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_event_without_effect() IS
    'Refuses a record of a password, a link, sessions or a token that did not change in this transaction, at commit.';

CREATE CONSTRAINT TRIGGER access_event_is_borne_out
    AFTER INSERT ON account_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.event IN ('password-set', 'password-link-made', 'sessions-ended', 'token-made',
                        'token-revoked'))
    EXECUTE FUNCTION refuse_event_without_effect();
COMMENT ON TRIGGER access_event_is_borne_out ON account_events IS
    'What is recorded of passwords, links, sessions and tokens has happened.';
