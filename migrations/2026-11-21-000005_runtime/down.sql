DROP FUNCTION forget_the_dead();
DROP FUNCTION grant_runtime(name);
