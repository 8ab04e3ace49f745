DROP FUNCTION purge_expired();
DROP FUNCTION grant_runtime(name);
