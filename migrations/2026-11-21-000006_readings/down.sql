DROP TABLE readings;
CREATE INDEX posts_by_author ON posts (author_id, id);
DROP INDEX posts_by_author_and_state;

CREATE OR REPLACE FUNCTION grant_runtime(runtime name) RETURNS void LANGUAGE plpgsql AS $$
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
DROP TABLE runtime_privileges;
