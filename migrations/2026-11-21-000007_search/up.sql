-- Finding posts: by their words, and in the orders that staff list them.

-- The configuration is `simple`: the words as they were typed, in whatever
-- language, with none left out, and the same on every server. What stemming
-- would add, the search does by looking for words that begin like this.
--
-- A text that makes more of a document than PostgreSQL can keep is found by
-- its beginning: nobody is kept from saving a post because of search.
CREATE FUNCTION search_document(title text, summary text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN to_tsvector('pg_catalog.simple', title || E'\n' || summary || E'\n' || body);
EXCEPTION WHEN program_limit_exceeded THEN
    RETURN to_tsvector('pg_catalog.simple', title || E'\n' || summary || E'\n' || left(body, 20000));
END
$$;
COMMENT ON FUNCTION search_document(text, text, text) IS
    'The words of a text, for search. It takes any text that a revision may have.';

-- A table of its own: a transition changes the row of its post, and would pay
-- for the index on the words each time.
CREATE TABLE post_documents (
    post_id bigint NOT NULL,
    document tsvector NOT NULL,

    CONSTRAINT document_is_kept_once PRIMARY KEY (post_id),
    CONSTRAINT document_has_its_post FOREIGN KEY (post_id) REFERENCES posts
);
COMMENT ON TABLE post_documents IS
    'What each post is found by: the words of its newest text. Written by a trigger alone; the running program only reads it.';
COMMENT ON CONSTRAINT document_is_kept_once ON post_documents IS
    'A post has one document.';
COMMENT ON CONSTRAINT document_has_its_post ON post_documents IS
    'A document is of a post that exists.';

INSERT INTO post_documents (post_id, document)
SELECT DISTINCT ON (post_id) post_id, search_document(title, summary, body)
FROM revisions ORDER BY post_id, number DESC;

-- What waits to be sorted in is read with every search, so it stays short.
CREATE INDEX post_documents_by_word ON post_documents USING gin (document)
    WITH (gin_pending_list_limit = 256);

-- The owner's rights, because the runtime may not write documents itself.
CREATE FUNCTION keep_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO post_documents (post_id, document)
    VALUES (NEW.post_id, search_document(NEW.title, NEW.summary, NEW.body))
    ON CONFLICT (post_id) DO UPDATE SET document = excluded.document;
    RETURN NULL;
END
$$;
CREATE TRIGGER post_is_found_by_its_newest_text
    AFTER INSERT ON revisions FOR EACH ROW
    EXECUTE FUNCTION keep_document();
COMMENT ON TRIGGER post_is_found_by_its_newest_text ON revisions IS
    'A post is found by the words of its newest text, from the commit on that brings it.';

INSERT INTO runtime_privileges (relation, privileges) VALUES ('post_documents', 'SELECT');

-- The orders of the change list: by the time since when a post has been in its
-- state, and by its number, each of everything, of an author and of whoever
-- published it. A list of all states is merged from one list of each.
CREATE INDEX posts_by_state_and_time
    ON posts (state, coalesce(archived_at, published_at, submitted_at, created_at), id);
CREATE INDEX posts_by_author_state_and_time
    ON posts (author_id, state, coalesce(archived_at, published_at, submitted_at, created_at), id);
CREATE INDEX posts_by_publisher_state_and_time
    ON posts (published_by, state, coalesce(archived_at, published_at, submitted_at, created_at), id)
    WHERE published_by IS NOT NULL;
CREATE INDEX posts_by_state_and_number ON posts (state, id);
CREATE INDEX posts_by_publisher_state_and_number ON posts (published_by, state, id)
    WHERE published_by IS NOT NULL;
