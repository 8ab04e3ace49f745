-- Every transition of a post writes an entry into each of its indexes. These earn
-- less than they cost:
--
-- A post is in its state since it was submitted or published, so posts_by_state_and_time
-- has the order of the queue and of the public pages, too. What was published in a
-- week is published still or archived since, which the same index finds.
DROP INDEX posts_published;
DROP INDEX posts_in_review;
DROP INDEX posts_by_publication;

-- The posts of one person are read in the order of time. By number they are sorted
-- after they are found, as far as a list counts.
DROP INDEX posts_by_author_and_state;
DROP INDEX posts_by_publisher_state_and_number;
DROP INDEX posts_by_author_publisher_and_number;
