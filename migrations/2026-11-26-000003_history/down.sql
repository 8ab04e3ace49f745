ALTER TABLE reviews DROP CONSTRAINT review_is_recorded;
ALTER TABLE revisions DROP CONSTRAINT revision_is_recorded;
ALTER TABLE posts DROP CONSTRAINT post_state_is_recorded;
DROP TABLE history;
