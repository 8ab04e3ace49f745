DROP TABLE site_identity;
DELETE FROM runtime_privileges WHERE object = 'TABLE site_identity';
