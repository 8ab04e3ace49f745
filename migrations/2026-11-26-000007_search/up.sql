-- Finding posts: by their words, and in the orders in which they are listed.

-- The configuration is `simple`: the words as they were typed, in whatever
-- language, with none left out, and the same on every server. What stemming
-- would add, the search does by looking for words that begin like this.
--
-- Of a text with more words than PostgreSQL can keep, only the beginning is
-- found: search must not keep anybody from saving a post.
-- PostgreSQL's parser looks for addresses, paths, tags and numbers in a text, and
-- takes quadratic time for runs of punctuation without blanks. So every
-- punctuation character, which src/store/posts/words.rs lists too, becomes a
-- blank first.
CREATE FUNCTION search_document(title text, summary text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
DECLARE
    separators CONSTANT text := E'!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'
        || E'\u00a0\u00a1\u00ab\u00b7\u00bb\u00bf\u2010\u2011\u2012\u2013\u2014\u2015\u2016'
        || E'\u2017\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2020\u2021\u2022\u2023'
        || E'\u2024\u2025\u2026\u2027\u2030\u2031\u2032\u2033\u2034\u2035\u2036\u2037\u2038'
        || E'\u2039\u203a\u203b\u203c\u203d\u203e\u203f\u2040\u2041\u2042\u2043\u2044\u2045'
        || E'\u2046\u2047\u2048\u2049\u204a\u204b\u204c\u204d\u204e\u204f\u2050\u2051\u2052'
        || E'\u2053\u2054\u2055\u2056\u2057\u2058\u2059\u205a\u205b\u205c\u205d\u205e\u3000'
        || E'\u3001\u3002\u3003\u3008\u3009\u300a\u300b\u300c\u300d\u300e\u300f\u3010\u3011'
        || E'\u3014\u3015\u3016\u3017\u3018\u3019\u301a\u301b\u301c\u301d\u301e\u301f\uff01'
        || E'\uff02\uff03\uff04\uff05\uff06\uff07\uff08\uff09\uff0a\uff0b\uff0c\uff0d\uff0e'
        || E'\uff0f\uff1a\uff1b\uff1c\uff1d\uff1e\uff1f\uff20\uff3b\uff3c\uff3d\uff3e\uff3f'
        || E'\uff40\uff5b\uff5c\uff5d\uff5e\uff5f\uff60\uff61\uff62\uff63\uff64\uff65';
    words text := translate(title || E'\n' || summary || E'\n' || body,
                            separators, repeat(' ', char_length(separators)));
BEGIN
    RETURN to_tsvector('pg_catalog.simple', words);
EXCEPTION WHEN program_limit_exceeded THEN
    RETURN to_tsvector('pg_catalog.simple', left(words, 20000));
END
$$;
COMMENT ON FUNCTION search_document(text, text, text) IS
    'The words of a text, for search. It accepts any text that a revision may have.';

-- A table of its own: a transition changes the row of its post, and would pay
-- for the index on the words each time.
CREATE TABLE post_documents (
    post_id bigint NOT NULL,
    document tsvector NOT NULL,

    CONSTRAINT document_is_kept_once PRIMARY KEY (post_id),
    CONSTRAINT document_has_its_post FOREIGN KEY (post_id) REFERENCES posts
);
COMMENT ON TABLE post_documents IS
    'The words by which each post is found: those of its newest text. Written by a trigger alone; the running program only reads it.';
COMMENT ON CONSTRAINT document_is_kept_once ON post_documents IS
    'A post has one document.';
COMMENT ON CONSTRAINT document_has_its_post ON post_documents IS
    'A document is of a post that exists.';

-- Each search reads the pending list to its end, so it is kept short.
CREATE INDEX post_documents_by_word ON post_documents USING gin (document)
    WITH (gin_pending_list_limit = 256);

-- With the owner's rights, because the runtime role may not write documents.
-- Other tables could use it to write words of their own choice.
CREATE FUNCTION keep_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_RELID <> 'public.revisions'::regclass THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'keep_document() is for the table revisions.';
    END IF;
    INSERT INTO post_documents (post_id, document)
    VALUES (NEW.post_id, search_document(NEW.title, NEW.summary, NEW.body))
    ON CONFLICT (post_id) DO UPDATE SET document = excluded.document;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_document() IS 'Keeps the document of a post.';
CREATE TRIGGER post_is_found_by_its_newest_text
    AFTER INSERT ON revisions FOR EACH ROW
    EXECUTE FUNCTION keep_document();
COMMENT ON TRIGGER post_is_found_by_its_newest_text ON revisions IS
    'A post is found by the words of its newest text, from the commit on that brings it.';

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE post_documents', 'SELECT'),
    ('FUNCTION search_document(text, text, text)', 'EXECUTE');

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
