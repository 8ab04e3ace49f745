ALTER TABLE revisions DROP CONSTRAINT title_is_one_line, DROP CONSTRAINT summary_is_one_line;
ALTER TABLE tokens DROP CONSTRAINT token_name_is_one_line;
ALTER TABLE users DROP CONSTRAINT display_name_is_one_line;
DELETE FROM runtime_privileges WHERE object = 'FUNCTION is_one_line(text)';
DROP FUNCTION is_one_line(text);
