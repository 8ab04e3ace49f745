-- What the running program may do. It owns nothing, so it can alter or disable
-- no guard; it holds no DELETE, no TRUNCATE and no UPDATE on history.

-- A migration that makes a table or a function says here what the running
-- program may do with it.
CREATE TABLE runtime_privileges (
    object text NOT NULL,
    privileges text NOT NULL,

    CONSTRAINT privileges_are_given_once PRIMARY KEY (object)
);
COMMENT ON TABLE runtime_privileges IS
    'What the running program may do with each table and each function. It may not even read this one.';
COMMENT ON CONSTRAINT privileges_are_given_once ON runtime_privileges IS
    'Each table and each function has one list of privileges.';

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE users',             'SELECT, INSERT, UPDATE (display_name, password_hash, roles, is_active)'),
    ('TABLE staff_roster',      'SELECT'),
    ('TABLE account_events',    'SELECT, INSERT'),
    ('TABLE sessions',          'SELECT, INSERT, UPDATE (last_used_at, ended_at)'),
    ('TABLE password_links',    'SELECT, INSERT, UPDATE (used_at, replaced_at)'),
    ('TABLE tokens',            'SELECT, INSERT, UPDATE (last_used_at, revoked_at)'),
    ('TABLE sign_in_throttle',  'SELECT, INSERT, UPDATE (window_began_at, attempts)'),
    ('TABLE cookie_key',        'SELECT'),
    ('TABLE posts',             'SELECT, INSERT, UPDATE (state, current_revision, submitted_at, submitted_by, submitted_revision, published_at, published_by, published_revision, slug, archived_at, archived_by, archive_reason)'),
    ('TABLE revisions',         'SELECT, INSERT'),
    ('TABLE reviews',           'SELECT, INSERT'),
    ('TABLE standing_requests', 'SELECT'),
    ('TABLE history',           'SELECT, INSERT'),
    ('TABLE refusals',          'SELECT, INSERT'),
    ('TABLE refusal_counts',    'SELECT, INSERT, UPDATE (left_out)'),
    ('TABLE incidents',         'SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by, acknowledgement)'),
    ('TABLE readings',          'SELECT, INSERT, UPDATE (last_at)'),
    ('TABLE __diesel_schema_migrations', 'SELECT'),
    ('FUNCTION visible_character()',     'EXECUTE'),
    ('FUNCTION has_visible_text(text)',  'EXECUTE'),
    ('FUNCTION opening(text)',           'EXECUTE'),
    ('FUNCTION account_event_seal(moment, bigint, bigint, text, text, text, uuid, text)', 'EXECUTE'),
    ('FUNCTION account_is_as_recorded(bigint)',           'EXECUTE'),
    ('FUNCTION session_is_live(sessions, users)',         'EXECUTE'),
    ('FUNCTION password_link_works(password_links, users)', 'EXECUTE'),
    ('FUNCTION token_works(tokens, users)',               'EXECUTE'),
    ('FUNCTION available_slug(text)',                     'EXECUTE'),
    ('FUNCTION post_is_visible(text, bigint, bigint, boolean, boolean)', 'EXECUTE'),
    ('FUNCTION purge_expired()',                          'EXECUTE');

-- The only deletion that the runtime role can cause, and only of what is over.
-- The last session of each person stays: it tells when they were last here.
CREATE FUNCTION purge_expired() RETURNS bigint
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
    'Deletes old sign-in windows, and sessions, password links and tokens that ended over 30 days ago; returns how many rows.';

-- The functions below work on the schema that the search path names, so that
-- verify can apply them to a schema of its own.

CREATE FUNCTION set_privileges(runtime name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- An owner keeps the rights of an owner.
    other name := nullif(runtime, current_user);
    others text := 'PUBLIC' || coalesce(', ' || quote_ident(other), '');
    target record;
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %s', current_schema(), others);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %s', current_schema(), others);
    -- A function is executable by everybody until that is revoked.
    FOR target IN
        SELECT oid::regprocedure AS function FROM pg_proc p
        WHERE pronamespace = current_schema()::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend
                          WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', target.function, others);
    END LOOP;
    IF other IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), other);
        FOR target IN SELECT object, privileges FROM runtime_privileges LOOP
            EXECUTE format('GRANT %s ON %s TO %I', target.privileges, target.object, other);
        END LOOP;
    END IF;
END
$$;
COMMENT ON FUNCTION set_privileges(name) IS
    'Gives the role that the program connects as exactly what it needs, and everybody else nothing.';

-- A temporary table can stand in for another one, and carry triggers. Only the
-- owner of the database may revoke this right.
CREATE FUNCTION may_revoke_temporary() RETURNS boolean LANGUAGE sql AS $$
    SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()
$$;
COMMENT ON FUNCTION may_revoke_temporary() IS
    'Whether this role has the rights of the owner of the database.';

CREATE FUNCTION revoke_temporary(runtime name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF may_revoke_temporary() THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, %I', current_database(), runtime);
    END IF;
END
$$;
COMMENT ON FUNCTION revoke_temporary(name) IS
    'Takes the right to make temporary tables from everybody but the owner of the database.';

CREATE FUNCTION runtime_is_granted(runtime name) RETURNS boolean LANGUAGE sql AS $$
    SELECT has_schema_privilege(runtime, current_schema(), 'USAGE')
        AND NOT (may_revoke_temporary()
                 AND has_database_privilege(runtime, current_database(), 'TEMPORARY'))
        AND bool_and(
        CASE
            WHEN kind = 'FUNCTION' THEN has_function_privilege(runtime, name, 'EXECUTE')
            WHEN columns IS NULL THEN has_table_privilege(runtime, name, privilege)
            ELSE (SELECT bool_and(has_column_privilege(runtime, name, btrim(col), privilege))
                  FROM unnest(string_to_array(columns, ',')) AS col)
        END)
    FROM runtime_privileges,
        regexp_match(object, '^(\w+) (.*)$') AS object_parts (part),
        LATERAL (SELECT part[1] AS kind, part[2] AS name) AS named,
        regexp_matches(privileges, '([A-Z]+)(?: \(([^)]*)\))?', 'g') AS granted (parts),
        LATERAL (SELECT parts[1] AS privilege, parts[2] AS columns) AS one
$$;
COMMENT ON FUNCTION runtime_is_granted(name) IS
    'Whether the role that the program connects as has everything that it needs, and no temporary tables.';
