-- Records of what was done to a post have happened, and are of posts to which it can be
-- done. Every row that a version of the program has written passes.

ALTER TABLE unsaved_edits
    ADD CONSTRAINT unsaved_edit_has_happened
        CHECK (last_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT unsaved_edit_has_happened ON unsaved_edits IS
    'No text is changed in the future.';

ALTER TABLE bulk_archive_items
    ADD CONSTRAINT bulk_outcome_has_happened
        CHECK (greatest(put_off_at, settled_at) <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT bulk_outcome_has_happened ON bulk_archive_items IS
    'No item of a bulk archive is settled or put off in the future.';

CREATE FUNCTION refuse_unsaved_edit_of_draft() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM posts WHERE id = NEW.post_id AND state <> 'draft') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'Unsaved edits are noted of a post in review.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_unsaved_edit_of_draft() IS
    'Refuses a note of unsaved edits of a draft, which is its author''s alone.';

CREATE TRIGGER unsaved_edit_is_of_a_review BEFORE INSERT ON unsaved_edits
    FOR EACH ROW EXECUTE FUNCTION refuse_unsaved_edit_of_draft();
COMMENT ON TRIGGER unsaved_edit_is_of_a_review ON unsaved_edits IS
    'Unsaved edits are noted of a post in review.';

CREATE FUNCTION refuse_invented_outcome() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM bulk_archives b
        JOIN history h ON h.actor_id = b.actor_id AND h.key = b.key || '/' || NEW.post_id
        WHERE b.id = NEW.bulk_archive_id AND h.action = 'archive' AND h.post_id = NEW.post_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A bulk archive has archived what it says to have archived.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_invented_outcome() IS
    'Refuses to settle an item of a bulk archive as archived without its history row.';

CREATE TRIGGER bulk_outcome_is_borne_out BEFORE INSERT OR UPDATE ON bulk_archive_items
    FOR EACH ROW WHEN (NEW.settled_at IS NOT NULL AND NEW.refusal IS NULL)
    EXECUTE FUNCTION refuse_invented_outcome();
COMMENT ON TRIGGER bulk_outcome_is_borne_out ON bulk_archive_items IS
    'A bulk archive has archived what it says to have archived.';
