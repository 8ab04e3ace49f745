-- What an extension or another role keeps in the schema is none of ours, and may not
-- be ours to grant or revoke: pg_stat_statements and PostGIS bring views.
CREATE OR REPLACE FUNCTION set_privileges(runtime name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- An owner keeps the rights of an owner.
    other name := nullif(runtime, current_user);
    others text := 'PUBLIC' || coalesce(', ' || quote_ident(other), '');
    target record;
BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %s', current_schema(), others);
    -- A function is executable by everybody until that is revoked.
    FOR target IN
        SELECT 'TABLE' AS kind, oid::regclass::text AS name
        FROM pg_class c
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
          AND pg_has_role(relowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_depend
                          WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
        UNION ALL
        SELECT 'ROUTINE', oid::regprocedure::text
        FROM pg_proc p
        WHERE pronamespace = current_schema()::regnamespace
          AND pg_has_role(proowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_depend
                          WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %s', target.kind, target.name, others);
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
