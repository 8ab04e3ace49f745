DROP VIEW standing_requests;
DROP TABLE reviews, revisions, posts CASCADE;
DROP FUNCTION available_slug(text), post_is_visible(text, bigint, bigint, boolean, boolean);
