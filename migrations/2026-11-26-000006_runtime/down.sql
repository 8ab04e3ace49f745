DROP FUNCTION runtime_is_granted(name), revoke_temporary(name), may_revoke_temporary(), set_privileges(name), purge_expired();
DROP TABLE runtime_privileges;
