DROP TRIGGER token_is_revoked_with_its_record ON tokens;
DROP TRIGGER token_is_made_with_its_record ON tokens;
DROP TRIGGER password_link_is_made_with_its_record ON password_links;
DROP TRIGGER password_changes_with_its_record ON users;
DROP FUNCTION refuse_unrecorded_access();
UPDATE runtime_privileges given SET privileges = changed.privileges
FROM (VALUES
    ('TABLE sessions',
     'SELECT, INSERT (id_hash, user_id, created_at, last_used_at, expires_at, ended_at, device), UPDATE (last_used_at, ended_at)'),
    ('TABLE password_links',
     'SELECT, INSERT (user_id, made_by, secret_hash, created_at, expires_at, used_at, replaced_at), UPDATE (used_at, replaced_at)'),
    ('TABLE tokens',
     'SELECT, INSERT (user_id, name, beginning, secret_hash, permissions, created_at, expires_at, last_used_at, revoked_at), UPDATE (last_used_at, revoked_at)')
) AS changed (object, privileges)
WHERE given.object = changed.object;

CREATE OR REPLACE FUNCTION lock_post_of_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM posts WHERE id = NEW.post_id FOR NO KEY UPDATE;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION lock_post_of_record() IS
    'Locks the post of a history row until the transaction ends.';
COMMENT ON TRIGGER history_locks_its_post ON history IS
    'Between a history row and its commit, no other transaction changes the post.';
