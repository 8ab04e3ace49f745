-- Turns the constraints of the schema that the search path names into
-- questions: queries for the rows that break them. Each returns post_id, which
-- may be null, and detail, which names rows and quotes nothing that a person
-- wrote. Those of a table of posts have one parameter: the post to look at, or
-- null for every post.
WITH tables AS (
    SELECT c.oid, c.relname AS name,
        CASE WHEN c.relname = 'posts' THEN 'id'
             WHEN EXISTS (
                 SELECT FROM pg_constraint f JOIN pg_attribute a
                     ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)
                 WHERE f.conrelid = c.oid AND f.contype = 'f' AND a.attname = 'post_id'
             ) THEN 'post_id' END AS post,
        -- A row is named by its numbers: never by a secret or by what a person chose.
        coalesce((
            SELECT string_agg(format('%L || t.%I', a.attname || ' ', a.attname), ' || '', '' || '
                              ORDER BY a.attnum)
            FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.atttypid NOT IN ('bytea'::regtype, 'text'::regtype)
              AND (a.attidentity <> '' OR a.attnum = ANY (
                  SELECT unnest(k.conkey) FROM pg_constraint k
                  WHERE k.conrelid = c.oid AND k.contype = 'p'))
        ), '''a row''') AS row_name
    FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND c.relname NOT IN ('__diesel_schema_migrations', 'runtime_privileges')
),
constraints AS (
    SELECT t.*, c.oid AS constraint_oid, c.conname, c.contype, c.conbin, c.conindid, c.confrelid,
        columns.*,
        t.post IS NOT NULL AND (c.contype IN ('c', 'f') OR t.post = ANY (columns.plain)) AS is_of_post
    FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid
    CROSS JOIN LATERAL (
        SELECT array_agg(a.attname::text) AS plain,
            string_agg(format('t.%I', a.attname), ', ' ORDER BY k.position) AS listed,
            string_agg(format('t.%I IS NOT NULL', a.attname), ' AND ') AS given,
            string_agg('r.' || quote_ident(f.attname) || ' = t.' || quote_ident(a.attname), ' AND ') AS matched
        FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, position)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
        LEFT JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.other
    ) AS columns
    WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
      -- Rows that agree in these columns agree in fewer, too: the shorter key asks.
      AND NOT EXISTS (
          SELECT FROM pg_constraint shorter
          WHERE c.contype = 'u' AND shorter.conrelid = c.conrelid AND shorter.contype IN ('p', 'u')
            AND shorter.conkey <@ c.conkey AND cardinality(shorter.conkey) < cardinality(c.conkey))
),
parts AS (
    SELECT *,
        CASE WHEN is_of_post THEN format('($1 IS NULL OR t.%I = $1)', post) ELSE 'true' END AS filter,
        CASE WHEN post IS NULL THEN 'NULL::bigint' ELSE format('t.%I', post) END AS post_id
    FROM constraints
)
SELECT conname::text AS name,
    coalesce(obj_description(constraint_oid, 'pg_constraint'), '') AS sentence,
    is_of_post,
    CASE contype
        WHEN 'c' THEN format('SELECT %s AS post_id, %s AS detail FROM %I t WHERE %s AND (%s) IS FALSE',
            post_id, row_name, name, filter, pg_get_expr(conbin, oid))
        WHEN 'f' THEN format(
            'SELECT %s AS post_id, %s AS detail FROM %I t WHERE %s AND %s AND NOT EXISTS (SELECT FROM %I r WHERE %s)',
            post_id, row_name, name, filter, given,
            (SELECT relname FROM pg_class WHERE pg_class.oid = confrelid), matched)
        -- First the keys that occur twice, then who has them: naming is dear, and rare.
        ELSE format(
            'WITH twice AS MATERIALIZED (SELECT %5$s FROM %3$I t WHERE %4$s GROUP BY %5$s HAVING count(*) > 1) '
            'SELECT min(%1$s) AS post_id, string_agg(%2$s, '' and '') AS detail FROM %3$I t WHERE %4$s AND (%5$s) IN (SELECT * FROM twice) GROUP BY %5$s',
            post_id, row_name, name, concat_ws(' AND ', filter, given,
                (SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = conindid)),
            listed)
    END AS broken
FROM parts
UNION ALL
-- A domain is asked about wherever it is used.
SELECT d.conname::text, coalesce(obj_description(d.oid, 'pg_constraint'), ''), false,
    string_agg(format('SELECT %s::bigint AS post_id, %s || %L AS detail FROM %I t WHERE (%s) IS FALSE',
            CASE WHEN t.post IS NULL THEN 'NULL' ELSE format('t.%I', t.post) END,
            t.row_name, ': ' || a.attname, t.name,
            replace(pg_get_expr(d.conbin, 0), 'VALUE', format('t.%I', a.attname))),
        ' UNION ALL ' ORDER BY t.name, a.attnum)
FROM pg_constraint d
JOIN pg_attribute a ON a.atttypid = d.contypid
JOIN tables t ON t.oid = a.attrelid
WHERE d.contype = 'c'
GROUP BY d.oid, d.conname
UNION ALL
-- After a restore of the rows alone, a sequence can be behind them. Not every role may
-- read it.
SELECT 'next_number_is_free', 'The next number of each table is free.', false,
    string_agg(format('SELECT NULL::bigint AS post_id, %1$L AS detail FROM %2$I t '
            'HAVING CASE WHEN has_sequence_privilege(pg_get_serial_sequence(%2$L, %3$L), ''USAGE'') '
            'THEN max(t.%3$I) > coalesce(pg_sequence_last_value(pg_get_serial_sequence(%2$L, %3$L)::regclass), 0) END',
            t.name || ': the next number is taken', t.name, a.attname),
        ' UNION ALL ' ORDER BY t.name)
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attidentity <> ''
ORDER BY 1
