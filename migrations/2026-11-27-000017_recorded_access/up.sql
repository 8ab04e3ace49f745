-- A password, a link to set one and a token change only with their record, and none
-- of them, nor a session or a history row, has another time than its own.

-- Who may write these tables may not say when: a session of the year 2500 would outlive
-- every change of its password.
UPDATE runtime_privileges given SET privileges = changed.privileges
FROM (VALUES
    ('TABLE sessions',
     'SELECT, INSERT (id_hash, user_id, expires_at, device), UPDATE (last_used_at, ended_at)'),
    ('TABLE password_links',
     'SELECT, INSERT (user_id, made_by, secret_hash, expires_at), UPDATE (used_at, replaced_at)'),
    ('TABLE tokens',
     'SELECT, INSERT (user_id, name, beginning, secret_hash, permissions, expires_at), UPDATE (last_used_at, revoked_at)')
) AS changed (object, privileges)
WHERE given.object = changed.object;

CREATE FUNCTION refuse_unrecorded_access() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM account_events e
        WHERE e.subject_id = (to_jsonb(NEW) ->> TG_ARGV[0])::bigint
          AND e.event = ANY (TG_ARGV[1]::text[]) AND e.at >= transaction_timestamp()
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'What lets a person in changes only together with its record.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_unrecorded_access() IS
    'Refuses a password, a link or a token without a record of this transaction, at commit.';

CREATE CONSTRAINT TRIGGER password_changes_with_its_record
    AFTER UPDATE OF password_hash ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.password_hash <> OLD.password_hash)
    EXECUTE FUNCTION refuse_unrecorded_access('id', '{password-set,password-link-made}');
COMMENT ON TRIGGER password_changes_with_its_record ON users IS
    'A password changes only together with its record.';
CREATE CONSTRAINT TRIGGER password_link_is_made_with_its_record
    AFTER INSERT ON password_links DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_unrecorded_access('user_id', '{created,password-link-made}');
COMMENT ON TRIGGER password_link_is_made_with_its_record ON password_links IS
    'A link to set a password is made only together with its record.';
CREATE CONSTRAINT TRIGGER token_is_made_with_its_record
    AFTER INSERT ON tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_unrecorded_access('user_id', '{token-made}');
COMMENT ON TRIGGER token_is_made_with_its_record ON tokens IS
    'A token is made only together with its record.';
CREATE CONSTRAINT TRIGGER token_is_revoked_with_its_record
    AFTER UPDATE OF revoked_at ON tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    EXECUTE FUNCTION refuse_unrecorded_access(
        'user_id', '{token-revoked,password-set,password-link-made,deactivated}');
COMMENT ON TRIGGER token_is_revoked_with_its_record ON tokens IS
    'A token is revoked only together with its record, or with that of what revokes all.';

CREATE OR REPLACE FUNCTION lock_post_of_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- The clock of a machine can be set back a little between two looks at it.
    IF NEW.at > clock_timestamp() + interval '1 minute' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'Nothing has happened tomorrow.';
    END IF;
    PERFORM FROM posts WHERE id = NEW.post_id FOR NO KEY UPDATE;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION lock_post_of_record() IS
    'Locks the post of a history row until the transaction ends. Refuses a row of the future.';
COMMENT ON TRIGGER history_locks_its_post ON history IS
    'A history row is of the past. Between it and its commit, no other transaction changes the post.';
