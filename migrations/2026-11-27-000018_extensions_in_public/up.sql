-- What an extension or another role keeps in the schema is none of ours, and may not
-- be ours to grant or revoke: pg_stat_statements and PostGIS bring views. What is ours
-- may have come with rights for other roles, by ALTER DEFAULT PRIVILEGES: a role that
-- may write would go round the program. One that may only read is for the operator.
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
        WITH ours AS (
            SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
                oid::regclass::text AS name, relowner AS owner, relacl AS acl,
                'pg_class'::regclass AS class, oid
            FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace
              AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            UNION ALL
            SELECT 'ROUTINE', oid::regprocedure::text, proowner, proacl, 'pg_proc'::regclass, oid
            FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
        )
        SELECT kind, name, concat_ws(', ', others, (
            SELECT string_agg(DISTINCT quote_ident(rolname), ', ')
            FROM aclexplode(acl) AS given JOIN pg_roles r ON r.oid = given.grantee
            WHERE given.grantee <> owner AND given.privilege_type <> 'SELECT')) AS roles
        FROM ours
        WHERE pg_has_role(owner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE classid = ours.class AND objid = ours.oid AND deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %s', target.kind, target.name, target.roles);
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
