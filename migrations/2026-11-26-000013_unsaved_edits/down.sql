DROP TABLE unsaved_edits;
DELETE FROM runtime_privileges WHERE object = 'TABLE unsaved_edits';
