-- The web address is a part of the text: its author chooses it, or it is made from
-- the title on publication.

ALTER TABLE revisions
    ADD COLUMN slug text,
    ADD CONSTRAINT chosen_slug_is_well_formed
        CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 100);
COMMENT ON COLUMN revisions.slug IS
    'The slug that the author has chosen. Without one it is made from the title on publication.';
COMMENT ON CONSTRAINT chosen_slug_is_well_formed ON revisions IS
    'A chosen slug is lower-case words of a-z and 0-9 joined by hyphens, at most 100 characters: a number may follow it.';
