ALTER TABLE posts
    DROP CONSTRAINT post_state_is_recorded,
    DROP CONSTRAINT post_points_at_a_revision,
    DROP CONSTRAINT submission_names_a_revision;
DROP TABLE transitions, reviews, revisions, operations, posts;
