DROP INDEX posts_by_state_and_time, posts_by_author_state_and_time,
    posts_by_publisher_state_and_time, posts_by_state_and_number,
    posts_by_publisher_state_and_number;
DELETE FROM runtime_privileges WHERE relation = 'post_documents';
DROP TRIGGER post_is_found_by_its_newest_text ON revisions;
DROP FUNCTION keep_document();
DROP TABLE post_documents;
DROP FUNCTION search_document(text, text, text);
