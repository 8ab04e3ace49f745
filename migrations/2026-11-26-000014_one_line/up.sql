-- A name, a title and a summary are one line, and do not turn the text beside them
-- around. The program refuses anything else; hand-typed SQL is refused here.

CREATE FUNCTION is_one_line(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN value COLLATE "C" !~ E'[\u0001-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]';
COMMENT ON FUNCTION is_one_line(text) IS
    'Whether a text has no line break, no control character and no character that sets the direction of the text behind it.';

ALTER TABLE users
    ADD CONSTRAINT display_name_is_one_line CHECK (is_one_line(display_name));
COMMENT ON CONSTRAINT display_name_is_one_line ON users IS
    'A display name is one line, and leaves the direction of the text beside it alone.';

ALTER TABLE tokens
    ADD CONSTRAINT token_name_is_one_line CHECK (is_one_line(name));
COMMENT ON CONSTRAINT token_name_is_one_line ON tokens IS
    'The name of a token is one line, and leaves the direction of the text beside it alone.';

ALTER TABLE revisions
    ADD CONSTRAINT title_is_one_line CHECK (is_one_line(title)),
    ADD CONSTRAINT summary_is_one_line CHECK (is_one_line(summary));
COMMENT ON CONSTRAINT title_is_one_line ON revisions IS
    'A title is one line, and leaves the direction of the text beside it alone.';
COMMENT ON CONSTRAINT summary_is_one_line ON revisions IS
    'A summary is one line, and leaves the direction of the text beside it alone.';

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('FUNCTION is_one_line(text)', 'EXECUTE');
