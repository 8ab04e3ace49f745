-- Everything in the schema that the search path names that keeps a promise: by
-- the table it belongs to, its kind and its name, with its definition. The
-- parameter is the role that the running program works as.
WITH tables AS (
    SELECT oid, relname AS name, relowner, relacl, relkind
    FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')
),
functions AS (
    SELECT p.oid, p.proname, p.prokind, p.proargtypes, p.proowner, p.proacl, p.prosecdef
    FROM pg_proc p
    WHERE pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
),
-- Those of columns that number the rows.
sequences AS (
    SELECT s.oid, t.name AS relation, s.relname AS name, s.relowner, s.relacl
    FROM tables t JOIN pg_depend d ON d.refobjid = t.oid AND d.refobjsubid > 0
        AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
),
-- Types that our expressions have.
types AS (
    SELECT oid FROM pg_type
    WHERE typnamespace = 'pg_catalog'::regnamespace
       OR (typnamespace = current_schema()::regnamespace AND typowner IN (SELECT relowner FROM tables WHERE name = 'posts'))
),
granted AS (
    SELECT t.name AS relation, t.name AS object, t.relowner AS owner, acl.*
    FROM tables t, aclexplode(t.relacl) AS acl
    UNION ALL
    SELECT t.name, a.attname, t.relowner, acl.*
    FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid, aclexplode(a.attacl) AS acl
    UNION ALL
    SELECT s.relation, s.name, s.relowner, acl.* FROM sequences s, aclexplode(s.relacl) AS acl
    UNION ALL
    SELECT '', f.oid::regprocedure::text, f.proowner, acl.*
    FROM functions f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS acl
)
SELECT t.name::text AS relation, 'table' AS kind, t.name::text AS name,
    concat_ws(', ', t.relkind, 'owned by ' || pg_get_userbyid(t.relowner),
        CASE WHEN c.relrowsecurity THEN 'row security' END,
        CASE WHEN c.relpersistence <> 'p' THEN 'not logged' END,
        CASE WHEN t.relkind = 'v' THEN concat(pg_get_viewdef(t.oid, true), c.reloptions) END,
        (SELECT 'of one family with ' || string_agg(inhrelid::regclass || ' ' || inhparent::regclass, ' ')
         FROM pg_inherits WHERE t.oid IN (inhparent, inhrelid))) AS definition
FROM tables t JOIN pg_class c ON c.oid = t.oid
UNION ALL
SELECT t.name, 'column', a.attname,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'not null' END,
        -- PostgreSQL 18 knows such constraints.
        (SELECT 'unchecked' FROM pg_constraint c
         WHERE c.conrelid = t.oid AND c.contype = 'n' AND c.conkey = ARRAY[a.attnum] AND NOT c.convalidated),
        nullif(a.attidentity, ''),
        nullif(a.attgenerated, ''), pg_get_expr(d.adbin, d.adrelid),
        (SELECT collname FROM pg_collation WHERE pg_collation.oid = a.attcollation))
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
-- A foreign key is kept by triggers of its own, on both of its tables.
SELECT t.name, 'constraint', c.conname,
    concat_ws(' ', pg_get_constraintdef(c.oid, true),
        (SELECT 'unchecked on ' || string_agg(DISTINCT tgrelid::regclass::text, ', ')
         FROM pg_trigger WHERE tgconstraint = c.oid AND tgisinternal AND tgenabled <> 'O'))
FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT t.name, 'trigger', g.tgname,
    concat_ws(' ', pg_get_triggerdef(g.oid, true), nullif(g.tgenabled, 'O'))
FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
UNION ALL
SELECT t.name, CASE WHEN i.indisunique THEN 'unique index' ELSE 'index' END, c.relname,
    concat_ws(' ', pg_get_indexdef(i.indexrelid, 0, true),
        CASE WHEN NOT (i.indisvalid AND i.indisready) THEN 'not valid' END)
FROM tables t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT t.name, 'rule', r.rulename, pg_get_ruledef(r.oid, true)
FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid AND r.rulename <> '_RETURN'
UNION ALL
SELECT t.name, 'policy', p.polname, p.polcmd::text
FROM tables t JOIN pg_policy p ON p.polrelid = t.oid
UNION ALL
SELECT '', CASE WHEN f.prosecdef THEN 'function with the rights of its owner' ELSE 'function' END,
    f.oid::regprocedure::text,
    -- An aggregate, which another program made, has no such definition.
    concat_ws(' ', 'owned by', pg_get_userbyid(f.proowner),
        CASE WHEN f.prokind <> 'a' THEN pg_get_functiondef(f.oid) END)
FROM functions f
UNION ALL
SELECT '', 'domain', t.typname,
    concat_ws(' ', format_type(t.typbasetype, t.typtypmod), 'owned by ' || pg_get_userbyid(t.typowner),
        CASE WHEN t.typnotnull THEN 'not null' END, t.typdefault,
        (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid, true), ' ' ORDER BY conname)
         FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'))
FROM pg_type t WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype = 'd'
UNION ALL
-- How far a session takes its numbers in advance is no matter.
SELECT s.relation, 'sequence', s.name,
    concat_ws(' ', format_type(q.seqtypid, NULL), 'from', q.seqstart, 'by', q.seqincrement,
        'within', q.seqmin, q.seqmax, q.seqcycle)
FROM sequences s JOIN pg_sequence q ON q.seqrelid = s.oid
UNION ALL
-- Of all schemas, the function or operator is called that fits best. PostgreSQL's own
-- is not, where another of its name fits better.
SELECT '', 'function named like PostgreSQL''s', f.oid::regprocedure::text, NULL
FROM functions f
WHERE f.proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace)
  AND NOT EXISTS (SELECT FROM unnest(f.proargtypes) AS argument WHERE argument NOT IN (SELECT oid FROM types))
UNION ALL
SELECT '', 'operator named like PostgreSQL''s', o.oid::regoperator::text, NULL
FROM pg_operator o
WHERE o.oprnamespace = current_schema()::regnamespace
  AND o.oprname IN (SELECT oprname FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace)
  AND (o.oprleft = 0 OR o.oprleft IN (SELECT oid FROM types)) AND o.oprright IN (SELECT oid FROM types)
  AND NOT EXISTS (SELECT FROM pg_depend
                  WHERE classid = 'pg_operator'::regclass AND objid = o.oid AND deptype = 'e')
UNION ALL
SELECT '', 'type named like PostgreSQL''s', t.typname, NULL
FROM pg_type t
WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype <> 'c'
  AND t.typname IN (SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_depend
                  WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')
UNION ALL
-- Other roles may be allowed to read.
SELECT g.relation, 'grant', g.object || ' to ' || who.name,
    string_agg(DISTINCT concat(g.privilege_type, CASE WHEN g.is_grantable THEN ' with grant option' END), ', ')
FROM granted g,
    LATERAL (SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END AS name) AS who
WHERE g.grantee <> g.owner AND (who.name IN ('PUBLIC', $1) OR g.privilege_type <> 'SELECT')
GROUP BY g.relation, g.object, who.name
