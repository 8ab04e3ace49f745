ALTER TABLE revisions DROP COLUMN slug;
