-- History: one row for every action that took effect. The row of an action
-- that changes the state is the record of that state.

CREATE TABLE history (
    post_id bigint NOT NULL,
    action text NOT NULL,
    revision integer NOT NULL,
    from_state text,
    to_state text NOT NULL,
    entered text GENERATED ALWAYS AS
        (CASE WHEN from_state IS DISTINCT FROM to_state THEN to_state END) STORED,
    actor_id bigint NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    at moment NOT NULL,

    CONSTRAINT idempotency_key_is_used_once PRIMARY KEY (actor_id, key),
    CONSTRAINT idempotency_key_is_well_formed CHECK (key ~ '^[!-~]{1,255}$'),
    CONSTRAINT fingerprint_is_sha256 CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT history_is_an_arrow
        CHECK ((action, coalesce(from_state, 'nothing'), to_state) IN (
            ('create', 'nothing', 'draft'),
            ('revise', 'draft', 'draft'),
            ('revise', 'in_review', 'in_review'),
            ('submit', 'draft', 'in_review'),
            ('request-changes', 'in_review', 'in_review'),
            ('withdraw-request', 'in_review', 'in_review'),
            ('publish', 'in_review', 'published'),
            ('archive', 'published', 'archived')
        )),
    CONSTRAINT post_enters_each_state_once UNIQUE (post_id, entered),
    CONSTRAINT history_skips_nothing
        FOREIGN KEY (post_id, from_state) REFERENCES history (post_id, entered),
    CONSTRAINT history_names_a_revision
        FOREIGN KEY (post_id, revision) REFERENCES revisions (post_id, number),
    CONSTRAINT history_has_its_actor FOREIGN KEY (actor_id) REFERENCES users,
    CONSTRAINT history_says_what_was_done
        UNIQUE (post_id, action, revision, actor_id, key, at)
);
COMMENT ON TABLE history IS
    'One row for every action on a post that took effect, append-only.';
COMMENT ON COLUMN history.revision IS 'The revision that was current afterwards.';
COMMENT ON COLUMN history.entered IS
    'The state that the post entered; null where it stayed in its state.';
COMMENT ON COLUMN history.fingerprint IS
    'SHA-256 of the actor, the action and everything that was sent with it.';
COMMENT ON CONSTRAINT idempotency_key_is_used_once ON history IS
    'One key of one person causes one effect.';
COMMENT ON CONSTRAINT idempotency_key_is_well_formed ON history IS
    'A key is 1 to 255 visible ASCII characters.';
COMMENT ON CONSTRAINT fingerprint_is_sha256 ON history IS
    'A fingerprint has 32 bytes.';
COMMENT ON CONSTRAINT history_is_an_arrow ON history IS
    'There are seven actions, and each leads from its state to its state.';
COMMENT ON CONSTRAINT post_enters_each_state_once ON history IS
    'A post enters each state once: publishing twice is not representable.';
COMMENT ON CONSTRAINT history_skips_nothing ON history IS
    'An action happens only in a state that the post has entered.';
COMMENT ON CONSTRAINT history_names_a_revision ON history IS
    'An action names a revision that exists.';
COMMENT ON CONSTRAINT history_has_its_actor ON history IS
    'The actor of every action has an account.';
COMMENT ON CONSTRAINT history_says_what_was_done ON history IS
    'What a revision or a review must agree with: the post, the action, the revision, the actor, the key and the time.';

-- Neither a post nor its history can come first.
ALTER TABLE posts ADD CONSTRAINT post_state_is_recorded
    FOREIGN KEY (id, state) REFERENCES history (post_id, entered)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT post_state_is_recorded ON posts IS
    'No state without its history row.';

ALTER TABLE revisions ADD CONSTRAINT revision_is_recorded
    FOREIGN KEY (post_id, action, number, author_id, key, at)
    REFERENCES history (post_id, action, revision, actor_id, key, at);
COMMENT ON CONSTRAINT revision_is_recorded ON revisions IS
    'No revision without the history row of its creation or revision, by the same person, with the same key and time.';

ALTER TABLE reviews ADD CONSTRAINT review_is_recorded
    FOREIGN KEY (post_id, action, revision, reviewer_id, key, at)
    REFERENCES history (post_id, action, revision, actor_id, key, at);
COMMENT ON CONSTRAINT review_is_recorded ON reviews IS
    'No review without the history row of its request or withdrawal, by the same person, with the same key and time.';
