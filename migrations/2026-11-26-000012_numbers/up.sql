-- What the database alone decides: the numbers of rows, and which of two changes of
-- a post comes first.

-- With INSERT on the whole table, a number can be chosen (OVERRIDING SYSTEM VALUE):
-- one that is taken later would make that later change fail. A column that is added
-- to such a table afterwards is added to its list here, too.
UPDATE runtime_privileges given
SET privileges = replace(given.privileges, 'INSERT', format('INSERT (%s)', numbered.columns))
FROM (
    SELECT c.oid, string_agg(a.attname, ', ' ORDER BY a.attnum)
               FILTER (WHERE a.attidentity = '' AND a.attgenerated = '') AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY c.oid
    HAVING bool_or(a.attidentity <> '')
) AS numbered
WHERE given.object LIKE 'TABLE %' AND given.privileges !~ 'INSERT \('
  AND numbered.oid = to_regclass(substr(given.object, 7));

-- Whether a record is borne out is checked at commit. Without this, the check could
-- come before another transaction's change of the same post.
CREATE FUNCTION lock_post_of_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM posts WHERE id = NEW.post_id FOR NO KEY UPDATE;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION lock_post_of_record() IS
    'Locks the post of a history row until the transaction ends.';
CREATE TRIGGER history_locks_its_post
    BEFORE INSERT ON history FOR EACH ROW
    EXECUTE FUNCTION lock_post_of_record();
COMMENT ON TRIGGER history_locks_its_post ON history IS
    'Between a history row and its commit, no other transaction changes the post.';
