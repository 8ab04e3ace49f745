-- The change list of what one person wrote and another published. Of somebody
-- who wrote much, and of somebody who published much, it may be nothing.
CREATE INDEX posts_by_author_publisher_and_time
    ON posts (author_id, published_by, state,
              coalesce(archived_at, published_at, submitted_at, created_at), id)
    WHERE published_by IS NOT NULL;
CREATE INDEX posts_by_author_publisher_and_number ON posts (author_id, published_by, state, id)
    WHERE published_by IS NOT NULL;
