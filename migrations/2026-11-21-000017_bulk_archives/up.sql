-- Archiving many posts on one decision. Each post goes through the door by
-- itself; this remembers which of them were meant, and what became of each, so
-- that a closed tab, a double click or a crash loses nothing and does nothing
-- twice. No decision about a post asks it.

CREATE TABLE bulk_archives (
    id bigint GENERATED ALWAYS AS IDENTITY,
    actor_id bigint NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    reason text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT bulk_archive_has_a_number PRIMARY KEY (id),
    CONSTRAINT bulk_archive_has_its_actor FOREIGN KEY (actor_id) REFERENCES users,
    CONSTRAINT bulk_archive_is_begun_once UNIQUE (actor_id, key),
    CONSTRAINT bulk_archive_has_a_reason
        CHECK (reason ~ '\S' AND char_length(reason) <= 2000)
);
COMMENT ON TABLE bulk_archives IS
    'Decisions of one person to archive many posts for one reason, append-only.';
COMMENT ON CONSTRAINT bulk_archive_has_a_number ON bulk_archives IS
    'A number names one decision.';
COMMENT ON CONSTRAINT bulk_archive_has_its_actor ON bulk_archives IS
    'Somebody has decided.';
COMMENT ON CONSTRAINT bulk_archive_is_begun_once ON bulk_archives IS
    'A form that is sent twice is one decision.';
COMMENT ON CONSTRAINT bulk_archive_has_a_reason ON bulk_archives IS
    'The reason that each post is archived with has 1 to 2,000 characters.';

CREATE TABLE bulk_archive_items (
    bulk_archive_id bigint NOT NULL,
    post_id bigint NOT NULL,
    revision_seen integer NOT NULL,
    put_off_at timestamptz,
    settled_at timestamptz,
    refusal jsonb,

    CONSTRAINT bulk_item_is_meant_once PRIMARY KEY (bulk_archive_id, post_id),
    CONSTRAINT bulk_item_has_its_decision
        FOREIGN KEY (bulk_archive_id) REFERENCES bulk_archives,
    CONSTRAINT bulk_refusal_has_reasons
        CHECK (refusal IS NULL
               OR (settled_at IS NOT NULL AND jsonb_typeof(refusal) = 'array' AND refusal <> '[]'))
);
CREATE INDEX bulk_items_to_do ON bulk_archive_items (bulk_archive_id) WHERE settled_at IS NULL;
COMMENT ON TABLE bulk_archive_items IS
    'Which posts a decision means, and what became of each. The post id is what was asked for, not a promise that it exists.';
COMMENT ON CONSTRAINT bulk_item_is_meant_once ON bulk_archive_items IS
    'A decision means a post once.';
COMMENT ON CONSTRAINT bulk_item_has_its_decision ON bulk_archive_items IS
    'Nothing is archived in bulk without a decision.';
COMMENT ON CONSTRAINT bulk_refusal_has_reasons ON bulk_archive_items IS
    'A refused post is settled, and says why.';

CREATE TRIGGER bulk_outcome_is_final
    BEFORE UPDATE ON bulk_archive_items FOR EACH ROW
    WHEN (OLD.settled_at IS NOT NULL)
    EXECUTE FUNCTION refuse('What became of a post in a bulk archive never changes.');
COMMENT ON TRIGGER bulk_outcome_is_final ON bulk_archive_items IS
    'What became of a post in a bulk archive never changes.';

INSERT INTO runtime_privileges (relation, privileges) VALUES
    ('bulk_archives',      'SELECT, INSERT'),
    ('bulk_archive_items', 'SELECT, INSERT, UPDATE (put_off_at, settled_at, refusal)');
