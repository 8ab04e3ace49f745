-- Finding posts: by their words, and in the orders in which they are listed.

-- The program makes the words (src/domain/search), so that they are the same on
-- every server and every locale. Verify makes them anew and compares.

-- A table of its own: a transition changes the row of its post, and would pay
-- for the index on the words each time.
CREATE TABLE post_documents (
    post_id bigint NOT NULL,
    document tsvector NOT NULL,

    CONSTRAINT document_is_kept_once PRIMARY KEY (post_id),
    CONSTRAINT document_has_its_post FOREIGN KEY (post_id) REFERENCES posts
);
COMMENT ON TABLE post_documents IS
    'The words by which each post is found: those of its newest text. Written by the statement that writes the text.';
COMMENT ON CONSTRAINT document_is_kept_once ON post_documents IS
    'A post has one document.';
COMMENT ON CONSTRAINT document_has_its_post ON post_documents IS
    'A document is of a post that exists.';

-- Each search reads the pending list to its end, so it is kept short.
CREATE INDEX post_documents_by_word ON post_documents USING gin (document)
    WITH (gin_pending_list_limit = 256);

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE post_documents', 'SELECT, INSERT, UPDATE (document)');

-- The public lists, the review queue, the desk of an author.
CREATE INDEX posts_published ON posts (published_at DESC, id DESC) WHERE state = 'published';
CREATE INDEX posts_in_review ON posts (submitted_at, id) WHERE state = 'in_review';
CREATE INDEX posts_by_author_and_state ON posts (author_id, state, id);

-- How many posts were published in a week, and how long they had waited,
-- whether or not they have been archived since.
CREATE INDEX posts_by_publication ON posts (published_at) INCLUDE (submitted_at)
    WHERE published_at IS NOT NULL;

-- The orders of the change list: by the time since when a post has been in its
-- state, and by its number, each of everything, of an author, of a publisher
-- and of both. A list of all states is merged from one list of each.
CREATE INDEX posts_by_state_and_time ON posts (state, since, id);
CREATE INDEX posts_by_state_and_number ON posts (state, id);
CREATE INDEX posts_by_author_state_and_time ON posts (author_id, state, since, id);
CREATE INDEX posts_by_publisher_state_and_time ON posts (published_by, state, since, id)
    WHERE published_by IS NOT NULL;
CREATE INDEX posts_by_publisher_state_and_number ON posts (published_by, state, id)
    WHERE published_by IS NOT NULL;
CREATE INDEX posts_by_author_publisher_and_time ON posts (author_id, published_by, state, since, id)
    WHERE published_by IS NOT NULL;
CREATE INDEX posts_by_author_publisher_and_number ON posts (author_id, published_by, state, id)
    WHERE published_by IS NOT NULL;
