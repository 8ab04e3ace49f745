DELETE FROM runtime_privileges WHERE relation IN ('bulk_archives', 'bulk_archive_items');
DROP TABLE bulk_archive_items;
DROP TABLE bulk_archives;
