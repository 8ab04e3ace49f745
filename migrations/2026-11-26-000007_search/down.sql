DROP INDEX posts_by_author_publisher_and_number, posts_by_author_publisher_and_time,
    posts_by_publisher_state_and_number, posts_by_publisher_state_and_time,
    posts_by_author_state_and_time, posts_by_state_and_number, posts_by_state_and_time,
    posts_by_publication, posts_by_author_and_state, posts_in_review, posts_published;
DROP TRIGGER post_is_found_by_its_newest_text ON revisions;
DROP FUNCTION keep_document();
DROP TABLE post_documents;
DROP FUNCTION search_document(text, text, text);
DELETE FROM runtime_privileges
WHERE object IN ('TABLE post_documents', 'FUNCTION search_document(text, text, text)');
