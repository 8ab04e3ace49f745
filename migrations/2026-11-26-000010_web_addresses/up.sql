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

CREATE FUNCTION refuse_another_slug() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM revisions r
        WHERE r.post_id = NEW.id AND r.number = NEW.published_revision
          AND (r.slug IS NULL OR NEW.slug ~ concat('^', r.slug, '(-[0-9]+)?$'))
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A post is published under the slug that its author chose.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_another_slug() IS
    'Refuses to publish a revision with a chosen slug under another.';
CREATE TRIGGER published_slug_is_the_chosen_one
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_another_slug();
COMMENT ON TRIGGER published_slug_is_the_chosen_one ON posts IS
    'A post is published under the slug that its author chose, if they did, or with a number after it where that was taken.';
