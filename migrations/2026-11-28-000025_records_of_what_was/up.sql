-- Records of what was done have happened, by people who could do it and to posts to which
-- it can be done. Every row that a version of the program has written passes.

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

CREATE FUNCTION refuse_edit_out_of_review() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM posts WHERE id = NEW.post_id AND state = 'in_review') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'Unsaved edits are noted of a post in review.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_edit_out_of_review() IS
    'Refuses a note of unsaved edits of a post that is not in review.';

CREATE TRIGGER unsaved_edit_is_of_a_review BEFORE INSERT ON unsaved_edits
    FOR EACH ROW EXECUTE FUNCTION refuse_edit_out_of_review();
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

ALTER TABLE sessions
    ADD CONSTRAINT session_end_has_happened
        CHECK (ended_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT session_end_has_happened ON sessions IS
    'No session ends in the future.';

CREATE TRIGGER counts_of_refusals_only_grow
    BEFORE UPDATE ON refusal_counts FOR EACH ROW WHEN (NEW.left_out < OLD.left_out)
    EXECUTE FUNCTION refuse('A count of refusals only grows.');
COMMENT ON TRIGGER counts_of_refusals_only_grow ON refusal_counts IS
    'A count of refusals only grows.';

-- Where a server has taken over, its clock may be behind.
ALTER TABLE incidents
    ADD CONSTRAINT acknowledgement_follows_the_incident
        CHECK (acknowledged_at >= at - interval '1 minute'),
    ADD CONSTRAINT invariant_is_one_line CHECK (is_one_line(invariant));
COMMENT ON CONSTRAINT acknowledgement_follows_the_incident ON incidents IS
    'An incident is acknowledged after it happened.';
COMMENT ON CONSTRAINT invariant_is_one_line ON incidents IS
    'The name of an invariant is one line.';

CREATE TRIGGER incident_begins_open
    BEFORE INSERT ON incidents FOR EACH ROW WHEN (NEW.acknowledged_at IS NOT NULL)
    EXECUTE FUNCTION refuse('An incident begins open.');
COMMENT ON TRIGGER incident_begins_open ON incidents IS
    'An incident begins open.';

CREATE FUNCTION refuse_person_without_role() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM users
        WHERE id = (to_jsonb(NEW) ->> TG_ARGV[0])::bigint AND TG_ARGV[1] = ANY (roles)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = TG_ARGV[2];
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_person_without_role() IS
    'Refuses a record of what a person did who does not hold the role for it.';

CREATE TRIGGER acknowledgement_is_by_staff
    BEFORE UPDATE OF acknowledged_by ON incidents FOR EACH ROW
    EXECUTE FUNCTION refuse_person_without_role(
        'acknowledged_by', 'staff', 'Staff acknowledge incidents.');
COMMENT ON TRIGGER acknowledgement_is_by_staff ON incidents IS
    'Staff acknowledge incidents.';

CREATE TRIGGER bulk_archive_is_by_staff
    BEFORE INSERT ON bulk_archives FOR EACH ROW
    EXECUTE FUNCTION refuse_person_without_role('actor_id', 'staff', 'Staff archive posts.');
COMMENT ON TRIGGER bulk_archive_is_by_staff ON bulk_archives IS
    'Staff archive posts.';
