-- What takes the guards their effect without a change to any of them: roles with more
-- rights, settings of sessions, and what comes before or beside our names. The first
-- parameter is the role that the running program works as, the second the name that the
-- owner has where the program has made it. Other owners may have rights of their own.
WITH owner AS (
    SELECT r.* FROM pg_roles r JOIN pg_class c ON c.relowner = r.oid WHERE c.oid = to_regclass('public.posts')
),
runtime AS (
    SELECT r.* FROM pg_roles r, owner WHERE r.rolname = $1 AND r.oid <> owner.oid
),
watched AS (
    SELECT * FROM runtime UNION ALL SELECT * FROM owner WHERE rolname = $2 AND rolname <> $1
),
-- Rights that are not inherited count, too: SET ROLE is enough.
rights AS (
    SELECT actor.oid, actor.rolname FROM runtime, pg_roles actor
    WHERE pg_has_role(runtime.oid, actor.oid, 'MEMBER')
),
-- Types that our expressions have.
types AS (
    SELECT t.oid FROM pg_type t, owner
    WHERE t.typnamespace = 'pg_catalog'::regnamespace
       OR (t.typnamespace = 'public'::regnamespace AND t.typowner = owner.oid)
),
extended AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
)
SELECT format('role %s may make temporary tables', rolname) FROM runtime
WHERE EXISTS (SELECT FROM rights WHERE has_database_privilege(rights.oid, current_database(), 'TEMPORARY'))
UNION ALL
SELECT format('role %s may make objects in the schema or schemas', rolname) FROM runtime
WHERE EXISTS (SELECT FROM rights
              WHERE has_database_privilege(rights.oid, current_database(), 'CREATE')
                 OR has_schema_privilege(rights.oid, 'public', 'CREATE'))
UNION ALL
SELECT format('role %s has the rights of the owner', runtime.rolname) FROM runtime, owner
WHERE runtime.rolsuper OR runtime.rolbypassrls OR pg_has_role(runtime.oid, owner.oid, 'MEMBER')
UNION ALL
SELECT format('role %s may act as %s', watched.rolname, other.rolname)
FROM watched, pg_roles other
WHERE CASE WHEN watched.rolsuper THEN other.oid = watched.oid
           ELSE pg_has_role(watched.oid, other.oid, 'MEMBER') END
  AND (other.rolsuper OR other.rolcreaterole OR other.rolreplication OR other.rolbypassrls
       OR other.rolname IN ('pg_write_all_data', 'pg_write_server_files',
                            'pg_execute_server_program', 'pg_maintain'))
UNION ALL
SELECT format(CASE split_part(setting, '=', 1) WHEN 'session_replication_role'
                  THEN 'triggers are off for %s: %s' ELSE 'sessions of %s begin with %s' END,
    coalesce(nullif(setrole, 0)::regrole::text, 'everybody'), setting)
FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND CASE split_part(setting, '=', 1)
      WHEN 'session_replication_role' THEN setting <> 'session_replication_role=origin'
      -- Another role acts, and damage is passed over without a word.
      ELSE split_part(setting, '=', 1) IN ('role', 'session_authorization', 'zero_damaged_pages',
                                           'ignore_checksum_failure')
          AND setting NOT LIKE '%=off'
          AND (setrole = 0 OR setrole IN (SELECT oid FROM runtime UNION SELECT oid FROM owner))
      END
UNION
SELECT 'triggers are off for everybody: session_replication_role=' || reset_val
FROM pg_settings WHERE name = 'session_replication_role' AND reset_val <> 'origin'
UNION ALL
SELECT format('event trigger %s runs at %s', evtname, evtevent)
FROM pg_event_trigger
WHERE evtenabled <> 'D' AND NOT EXISTS (
    SELECT FROM extended
    WHERE (classid, objid) IN (('pg_event_trigger'::regclass, pg_event_trigger.oid),
                               ('pg_proc'::regclass, evtfoid)))
UNION ALL
-- A session that does not set its search path finds these first.
SELECT format('schema %s hides %s from its role', nspname, hidden.name)
FROM pg_namespace n JOIN (SELECT rolname FROM runtime UNION SELECT rolname FROM owner) role ON rolname = nspname,
    LATERAL (
        SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = n.oid AND EXISTS (
            SELECT FROM pg_class ours, owner WHERE ours.relname = c.relname AND ours.relowner = owner.oid
              AND ours.relnamespace = 'public'::regnamespace)
        UNION
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = n.oid AND EXISTS (
            SELECT FROM pg_proc ours, owner WHERE ours.proname = p.proname AND ours.proowner = owner.oid
              AND ours.pronamespace = 'public'::regnamespace)
    ) AS hidden
WHERE nspname <> 'public'
UNION ALL
SELECT format('%s was added to pg_catalog', added.name)
FROM (
    SELECT 'pg_proc'::regclass AS classid, oid, oid::regprocedure::text AS name
    FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    UNION ALL
    SELECT 'pg_operator'::regclass, oid, oid::regoperator::text
    FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
    UNION ALL
    SELECT 'pg_class'::regclass, oid, relname
    FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
) AS added
-- Where the numbers begin that initdb does not give.
WHERE added.oid >= 16384 AND (added.classid, added.oid) NOT IN (SELECT classid, objid FROM extended)
UNION ALL
SELECT format('a cast of %s to %s was added', format_type(castsource, NULL), format_type(casttarget, NULL))
FROM pg_cast
WHERE oid >= 16384 AND castsource IN (SELECT oid FROM types) AND casttarget IN (SELECT oid FROM types)
  AND ('pg_cast'::regclass, oid) NOT IN (SELECT classid, objid FROM extended)
