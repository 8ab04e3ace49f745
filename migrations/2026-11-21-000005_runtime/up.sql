-- What the running program may do. It owns nothing, so it can alter or
-- disable no guard; it holds no DELETE, no TRUNCATE and no UPDATE on history.
-- `migrate` calls this for the role that the program connects as.
CREATE FUNCTION grant_runtime(runtime name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    target record;
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', runtime);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', runtime);
    FOR target IN
        SELECT * FROM (VALUES
            ('users',            'SELECT, INSERT, UPDATE (display_name, password_hash, roles, is_active)'),
            ('staff_roster',     'SELECT'),
            ('account_events',   'SELECT, INSERT'),
            ('sessions',         'SELECT, INSERT, UPDATE (last_used_at, ended_at)'),
            ('sign_in_throttle', 'SELECT, INSERT, UPDATE (window_began_at, attempts)'),
            ('cookie_key',       'SELECT'),
            ('posts',            'SELECT, INSERT, UPDATE (state, current_revision, submitted_at, submitted_by, submitted_revision, published_at, published_by, published_revision, slug, archived_at, archived_by, archive_reason)'),
            ('operations',       'SELECT, INSERT'),
            ('revisions',        'SELECT, INSERT'),
            ('reviews',          'SELECT, INSERT'),
            ('transitions',      'SELECT, INSERT'),
            ('refusals',         'SELECT, INSERT'),
            ('incidents',        'SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by, acknowledgement)'),
            ('__diesel_schema_migrations', 'SELECT')
        ) AS granted (relation, privileges)
    LOOP
        EXECUTE format('GRANT %s ON %I TO %I', target.privileges, target.relation, runtime);
    END LOOP;
    EXECUTE format('GRANT EXECUTE ON FUNCTION purge_expired() TO %I', runtime);
END
$$;
COMMENT ON FUNCTION grant_runtime(name) IS
    'Gives the role that the program connects as exactly what it needs.';

-- The one deletion that the runtime can cause, and only of what is over.
CREATE FUNCTION purge_expired() RETURNS bigint
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

-- A function is executable by everybody until it is not.
REVOKE EXECUTE ON FUNCTION grant_runtime(name), purge_expired() FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
