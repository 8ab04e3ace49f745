DROP TRIGGER history_locks_its_post ON history;
DROP FUNCTION lock_post_of_record();
UPDATE runtime_privileges SET privileges = regexp_replace(privileges, 'INSERT \([^)]*\)', 'INSERT');
