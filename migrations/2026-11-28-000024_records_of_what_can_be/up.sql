-- Records name actions, people and posts that the program could have meant. Every row
-- that a version of the program has written passes.

-- Everything that can be attempted: the one list in the database.
CREATE FUNCTION recorded_actions() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    'create', 'revise', 'submit', 'request-changes', 'withdraw-request', 'publish', 'archive',
    'create-account', 'create-first-account', 'rename-account', 'grant-role', 'revoke-role',
    'deactivate-account', 'reactivate-account', 'set-password', 'reset-password', 'end-sessions',
    'revoke-token',
    'change-own-password', 'set-password-by-link', 'end-own-session', 'end-own-other-sessions',
    'make-own-token', 'revoke-own-token',
    'acknowledge-incident'];
COMMENT ON FUNCTION recorded_actions() IS
    'Every action that a refusal or an incident can name.';
INSERT INTO runtime_privileges (object, privileges) VALUES
    ('FUNCTION recorded_actions()', 'EXECUTE');

ALTER TABLE refusals
    ADD CONSTRAINT refused_action_is_known CHECK (action = ANY (recorded_actions()));
COMMENT ON CONSTRAINT refused_action_is_known ON refusals IS
    'A refusal is of an action that the program has.';

ALTER TABLE incidents
    ADD CONSTRAINT stopped_action_is_known CHECK (action = ANY (recorded_actions()));
COMMENT ON CONSTRAINT stopped_action_is_known ON incidents IS
    'An incident is of an action that the program has.';

ALTER TABLE refusal_counts
    ADD CONSTRAINT counted_action_is_known CHECK (action = ANY (recorded_actions())),
    ADD CONSTRAINT counted_layer_is_known CHECK (layer IN ('permission', 'policy'));
COMMENT ON CONSTRAINT counted_action_is_known ON refusal_counts IS
    'Refusals are counted of an action that the program has.';
COMMENT ON CONSTRAINT counted_layer_is_known ON refusal_counts IS
    'Counted refusals are by permissions or policies.';

ALTER TABLE sessions
    ADD CONSTRAINT session_device_is_one_line CHECK (is_one_line(device));
COMMENT ON CONSTRAINT session_device_is_one_line ON sessions IS
    'The device of a session is one line, and leaves the direction of the text beside it alone.';

ALTER TABLE bulk_archives
    ADD CONSTRAINT bulk_archive_key_is_well_formed
        CHECK (key COLLATE "C" ~ '^[!-~]+$' AND char_length(key) <= 255),
    ADD CONSTRAINT bulk_archive_fingerprint_is_sha256 CHECK (octet_length(fingerprint) = 32);
COMMENT ON CONSTRAINT bulk_archive_key_is_well_formed ON bulk_archives IS
    'The key of a bulk archive is 1 to 255 visible ASCII characters.';
COMMENT ON CONSTRAINT bulk_archive_fingerprint_is_sha256 ON bulk_archives IS
    'The fingerprint of a bulk archive has 32 bytes.';

-- The post may not exist: the id is the one in the request.
ALTER TABLE bulk_archive_items
    ADD CONSTRAINT bulk_item_names_a_revision CHECK (post_id >= 1 AND revision_seen >= 1);
COMMENT ON CONSTRAINT bulk_item_names_a_revision ON bulk_archive_items IS
    'An item of a bulk archive has numbers that a post and a revision can have.';

-- Only at the moment of the reading is it known who is a reviewer.
CREATE FUNCTION refuse_reading_of_no_reviewer() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM posts p, users u
        WHERE p.id = NEW.post_id AND u.id = NEW.reader_id AND p.author_id <> u.id
          AND p.state <> 'draft' AND 'reviewer' = ANY (u.roles)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'Only reviewers read a post in review that is not their own.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_reading_of_no_reviewer() IS
    'Refuses a reading of a draft, by the author, or by a person who is no reviewer.';

CREATE TRIGGER reading_is_a_reviewers BEFORE INSERT ON readings
    FOR EACH ROW EXECUTE FUNCTION refuse_reading_of_no_reviewer();
COMMENT ON TRIGGER reading_is_a_reviewers ON readings IS
    'Only reviewers read a post in review that is not their own.';
