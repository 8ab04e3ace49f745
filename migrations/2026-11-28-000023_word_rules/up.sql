-- Which rules the stored words were made by. A later version of the program may make
-- other words of a text; it then makes all of them again.

CREATE TABLE word_rules (
    singleton boolean NOT NULL DEFAULT true,
    version integer NOT NULL,

    CONSTRAINT words_have_one_version PRIMARY KEY (singleton),
    CONSTRAINT word_rules_are_the_only_ones CHECK (singleton)
);
COMMENT ON TABLE word_rules IS
    'The version of the rules that made the words of all posts and accounts.';
COMMENT ON CONSTRAINT words_have_one_version ON word_rules IS
    'All stored words were made by the same rules.';
COMMENT ON CONSTRAINT word_rules_are_the_only_ones ON word_rules IS
    'The version of the rules has no other name.';
-- The words of earlier versions, which had no number. The program continues from here.
INSERT INTO word_rules (version) VALUES (1);

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE word_rules', 'SELECT');
