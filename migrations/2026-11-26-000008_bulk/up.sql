-- Bulk archives. Each post goes through the workflow by itself; these tables
-- keep which posts were selected and what became of each, so that a closed tab,
-- a double click or a crash loses nothing and does nothing twice. No decision
-- about a post uses them.

CREATE TABLE bulk_archives (
    id bigint GENERATED ALWAYS AS IDENTITY,
    actor_id bigint NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    reason text NOT NULL,
    began_at moment NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT bulk_archive_has_one_id PRIMARY KEY (id),
    CONSTRAINT bulk_archive_has_its_actor FOREIGN KEY (actor_id) REFERENCES users,
    CONSTRAINT bulk_archive_is_begun_once UNIQUE (actor_id, key),
    CONSTRAINT bulk_archive_has_a_reason
        CHECK (has_visible_text(reason) AND char_length(reason) <= 2000)
);
COMMENT ON TABLE bulk_archives IS
    'Decisions of one person to archive many posts for one reason, append-only.';
COMMENT ON CONSTRAINT bulk_archive_has_one_id ON bulk_archives IS
    'An id names one bulk archive.';
COMMENT ON CONSTRAINT bulk_archive_has_its_actor ON bulk_archives IS
    'The actor of a bulk archive has an account.';
COMMENT ON CONSTRAINT bulk_archive_is_begun_once ON bulk_archives IS
    'A form that is sent twice begins one bulk archive.';
COMMENT ON CONSTRAINT bulk_archive_has_a_reason ON bulk_archives IS
    'The reason of a bulk archive has 1 to 2,000 characters, and one of them is visible.';

CREATE TABLE bulk_archive_items (
    bulk_archive_id bigint NOT NULL,
    post_id bigint NOT NULL,
    revision_seen integer NOT NULL,
    put_off_at moment,
    settled_at moment,
    refusal jsonb,

    CONSTRAINT bulk_item_is_selected_once PRIMARY KEY (bulk_archive_id, post_id),
    CONSTRAINT bulk_item_has_its_bulk_archive
        FOREIGN KEY (bulk_archive_id) REFERENCES bulk_archives,
    CONSTRAINT bulk_refusal_has_reasons
        CHECK (refusal IS NULL
               OR (settled_at IS NOT NULL AND jsonb_typeof(refusal) = 'array' AND refusal <> '[]'))
);
CREATE INDEX bulk_items_to_do ON bulk_archive_items (bulk_archive_id) WHERE settled_at IS NULL;
COMMENT ON TABLE bulk_archive_items IS
    'The posts of a bulk archive, and what became of each. The post id is the one in the request: the post may not exist.';
COMMENT ON CONSTRAINT bulk_item_is_selected_once ON bulk_archive_items IS
    'A bulk archive has a post once.';
COMMENT ON CONSTRAINT bulk_item_has_its_bulk_archive ON bulk_archive_items IS
    'An item is of a bulk archive that exists.';
COMMENT ON CONSTRAINT bulk_refusal_has_reasons ON bulk_archive_items IS
    'A refused item is settled, and has reasons.';

CREATE TRIGGER bulk_outcome_is_final
    BEFORE UPDATE ON bulk_archive_items FOR EACH ROW
    WHEN (OLD.settled_at IS NOT NULL)
    EXECUTE FUNCTION refuse('The outcome of a bulk archive for a post never changes.');
COMMENT ON TRIGGER bulk_outcome_is_final ON bulk_archive_items IS
    'The outcome of a bulk archive for a post never changes.';

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE bulk_archives',      'SELECT, INSERT'),
    ('TABLE bulk_archive_items', 'SELECT, INSERT, UPDATE (put_off_at, settled_at, refusal)');
