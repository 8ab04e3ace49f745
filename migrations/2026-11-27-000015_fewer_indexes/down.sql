CREATE INDEX posts_published ON posts (published_at DESC, id DESC) WHERE state = 'published';
CREATE INDEX posts_in_review ON posts (submitted_at, id) WHERE state = 'in_review';
CREATE INDEX posts_by_publication ON posts (published_at) INCLUDE (submitted_at)
    WHERE published_at IS NOT NULL;
CREATE INDEX posts_by_author_and_state ON posts (author_id, state, id);
CREATE INDEX posts_by_publisher_state_and_number ON posts (published_by, state, id)
    WHERE published_by IS NOT NULL;
CREATE INDEX posts_by_author_publisher_and_number ON posts (author_id, published_by, state, id)
    WHERE published_by IS NOT NULL;
