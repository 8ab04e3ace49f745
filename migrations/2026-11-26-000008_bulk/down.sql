DROP TABLE bulk_archive_items, bulk_archives;
DELETE FROM runtime_privileges WHERE object LIKE 'TABLE bulk_%';
