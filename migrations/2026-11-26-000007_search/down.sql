DROP INDEX posts_by_author_publisher_and_number, posts_by_author_publisher_and_time,
    posts_by_publisher_state_and_number, posts_by_publisher_state_and_time,
    posts_by_author_state_and_time, posts_by_state_and_number, posts_by_state_and_time,
    posts_by_publication, posts_by_author_and_state, posts_in_review, posts_published;
DROP TABLE post_documents;
DELETE FROM runtime_privileges WHERE object = 'TABLE post_documents';
