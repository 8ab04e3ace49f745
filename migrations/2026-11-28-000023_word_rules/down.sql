DROP TABLE word_rules;
DELETE FROM runtime_privileges WHERE object = 'TABLE word_rules';
