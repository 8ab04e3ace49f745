DROP TRIGGER published_slug_is_the_chosen_one ON posts;
DROP FUNCTION refuse_another_slug();
ALTER TABLE revisions DROP COLUMN slug;
