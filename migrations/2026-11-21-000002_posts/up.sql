-- Posts, their content, their reviews and their history.

CREATE TABLE posts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES users,
    state text NOT NULL DEFAULT 'draft',
    current_revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    submitted_at timestamptz,
    submitted_by bigint REFERENCES users,
    submitted_revision integer,
    published_at timestamptz,
    published_by bigint REFERENCES users,
    published_revision integer,
    slug text,
    archived_at timestamptz,
    archived_by bigint REFERENCES users,
    archive_reason text,

    CONSTRAINT post_state_is_known
        CHECK (state IN ('draft', 'in_review', 'published', 'archived')),
    CONSTRAINT submission_facts_iff_submitted
        CHECK (num_nonnulls(submitted_at, submitted_by, submitted_revision)
               = CASE WHEN state = 'draft' THEN 0 ELSE 3 END),
    CONSTRAINT publication_facts_iff_published
        CHECK (num_nonnulls(published_at, published_by, published_revision, slug)
               = CASE WHEN state IN ('published', 'archived') THEN 4 ELSE 0 END),
    CONSTRAINT archival_facts_iff_archived
        CHECK (num_nonnulls(archived_at, archived_by, archive_reason)
               = CASE WHEN state = 'archived' THEN 3 ELSE 0 END),
    CONSTRAINT facts_are_in_order
        CHECK (created_at <= submitted_at
               AND submitted_at <= published_at
               AND published_at <= archived_at),
    CONSTRAINT published_content_is_final
        CHECK (published_revision = current_revision),
    CONSTRAINT archive_reason_is_given
        CHECK (archive_reason ~ '\S' AND char_length(archive_reason) <= 2000),
    CONSTRAINT slug_is_unique UNIQUE (slug),
    CONSTRAINT slug_is_well_formed
        CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 120)
);
COMMENT ON TABLE posts IS
    'Where each post stands. Draft, in review, published, archived: linear, and one step at a time.';
COMMENT ON CONSTRAINT post_state_is_known ON posts IS
    'A post is a draft, in review, published or archived.';
COMMENT ON CONSTRAINT submission_facts_iff_submitted ON posts IS
    'When, by whom and with which revision a post was submitted is known exactly from in review on.';
COMMENT ON CONSTRAINT publication_facts_iff_published ON posts IS
    'When, by whom, with which revision and under which slug a post was published is known exactly from published on.';
COMMENT ON CONSTRAINT archival_facts_iff_archived ON posts IS
    'When, by whom and why a post was archived is known exactly when it is archived.';
COMMENT ON CONSTRAINT facts_are_in_order ON posts IS
    'A post is created, submitted, published and archived in that order of time.';
COMMENT ON CONSTRAINT published_content_is_final ON posts IS
    'From publication on, the post points at the published revision for ever.';
COMMENT ON CONSTRAINT archive_reason_is_given ON posts IS
    'Nothing is archived without a reason.';
COMMENT ON CONSTRAINT slug_is_unique ON posts IS
    'A public address names one post.';
COMMENT ON CONSTRAINT slug_is_well_formed ON posts IS
    'A slug is lower-case words of a-z and 0-9 joined by hyphens, at most 120 characters.';

CREATE INDEX posts_by_author ON posts (author_id, id);
CREATE INDEX posts_in_review ON posts (submitted_at, id) WHERE state = 'in_review';
CREATE INDEX posts_published ON posts (published_at DESC, id DESC) WHERE state = 'published';

-- What caused an effect, and its outcome: the same key again answers the same.
CREATE TABLE operations (
    actor_id bigint NOT NULL REFERENCES users,
    key text NOT NULL,
    action text NOT NULL,
    post_id bigint NOT NULL REFERENCES posts,
    revision integer NOT NULL,
    state text NOT NULL,
    fingerprint bytea NOT NULL,
    at timestamptz NOT NULL,

    CONSTRAINT operation_key_is_used_once PRIMARY KEY (actor_id, key),
    CONSTRAINT operation_says_what_it_did UNIQUE (actor_id, key, post_id, revision, at),
    CONSTRAINT operation_key_is_well_formed CHECK (key ~ '^[!-~]{1,255}$'),
    CONSTRAINT operation_fingerprint_is_sha256 CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT operation_action_is_known
        CHECK (action IN ('create', 'revise', 'submit', 'request-changes',
                          'withdraw-request', 'publish', 'archive'))
);
COMMENT ON TABLE operations IS
    'One row for every action that took effect, append-only; its key belongs to its actor.';
COMMENT ON CONSTRAINT operation_key_is_used_once ON operations IS
    'One key of one person causes one effect.';
COMMENT ON CONSTRAINT operation_says_what_it_did ON operations IS
    'What a text, a review or a transition must agree with: who, under which key, on which post, with which revision, and when.';
COMMENT ON CONSTRAINT operation_key_is_well_formed ON operations IS
    'A key is 1 to 255 visible ASCII characters.';
COMMENT ON CONSTRAINT operation_fingerprint_is_sha256 ON operations IS
    'The fingerprint tells whether a repeated key comes with the same content.';
COMMENT ON CONSTRAINT operation_action_is_known ON operations IS
    'There are seven actions.';

CREATE TABLE revisions (
    post_id bigint NOT NULL REFERENCES posts,
    number integer NOT NULL,
    previous integer GENERATED ALWAYS AS (nullif(number - 1, 0)) STORED,
    title text NOT NULL,
    summary text NOT NULL,
    body text NOT NULL,
    author_id bigint NOT NULL REFERENCES users,
    at timestamptz NOT NULL,
    operation_key text NOT NULL,

    CONSTRAINT revision_number_is_used_once PRIMARY KEY (post_id, number),
    CONSTRAINT revision_numbers_begin_at_one CHECK (number >= 1),
    CONSTRAINT revision_numbers_have_no_gaps
        FOREIGN KEY (post_id, previous) REFERENCES revisions (post_id, number),
    CONSTRAINT revision_has_its_operation
        FOREIGN KEY (author_id, operation_key, post_id, number, at)
        REFERENCES operations (actor_id, key, post_id, revision, at),
    CONSTRAINT revision_is_within_limits
        CHECK (char_length(title) <= 200 AND char_length(summary) <= 500
               AND char_length(body) <= 100000)
);
COMMENT ON TABLE revisions IS 'What a post said, version by version, append-only.';
COMMENT ON CONSTRAINT revision_number_is_used_once ON revisions IS
    'A revision number names one text of one post.';
COMMENT ON CONSTRAINT revision_numbers_begin_at_one ON revisions IS
    'The first revision is number 1.';
COMMENT ON CONSTRAINT revision_numbers_have_no_gaps ON revisions IS
    'Every later revision follows the one numbered before it.';
COMMENT ON CONSTRAINT revision_has_its_operation ON revisions IS
    'No text without an operation of the same person, key, post, revision and time.';
COMMENT ON CONSTRAINT revision_is_within_limits ON revisions IS
    'A title has at most 200 characters, a summary 500, a body 100,000.';

CREATE TABLE reviews (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id bigint NOT NULL,
    revision integer NOT NULL,
    reviewer_id bigint NOT NULL REFERENCES users,
    note text NOT NULL,
    withdraws bigint,
    is_request boolean NOT NULL GENERATED ALWAYS AS (withdraws IS NULL) STORED,
    withdraws_a_request boolean
        GENERATED ALWAYS AS (CASE WHEN withdraws IS NOT NULL THEN true END) STORED,
    at timestamptz NOT NULL,
    operation_key text NOT NULL,

    CONSTRAINT review_is_of_a_revision
        FOREIGN KEY (post_id, revision) REFERENCES revisions (post_id, number),
    CONSTRAINT review_has_its_operation
        FOREIGN KEY (reviewer_id, operation_key, post_id, revision, at)
        REFERENCES operations (actor_id, key, post_id, revision, at),
    CONSTRAINT review_can_be_withdrawn
        UNIQUE (id, post_id, revision, reviewer_id, is_request),
    CONSTRAINT request_is_withdrawn_by_whoever_asked
        FOREIGN KEY (withdraws, post_id, revision, reviewer_id, withdraws_a_request)
        REFERENCES reviews (id, post_id, revision, reviewer_id, is_request),
    CONSTRAINT request_is_withdrawn_once UNIQUE (withdraws),
    CONSTRAINT request_says_what_to_change
        CHECK ((withdraws IS NOT NULL) OR (note ~ '\S')),
    CONSTRAINT review_note_is_within_limits CHECK (char_length(note) <= 2000)
);
CREATE INDEX reviews_by_post ON reviews (post_id, revision);
COMMENT ON TABLE reviews IS
    'Change requests, and their withdrawals: a row with withdraws set takes back the request it names. Append-only.';
COMMENT ON CONSTRAINT review_is_of_a_revision ON reviews IS
    'A review speaks of a revision that exists.';
COMMENT ON CONSTRAINT review_has_its_operation ON reviews IS
    'No review without an operation of the same person, key, post, revision and time.';
COMMENT ON CONSTRAINT review_can_be_withdrawn ON reviews IS
    'What a withdrawal must agree with.';
COMMENT ON CONSTRAINT request_is_withdrawn_by_whoever_asked ON reviews IS
    'Only the reviewer who asked takes the request back, for the same revision of the same post; a withdrawal stands for ever.';
COMMENT ON CONSTRAINT request_is_withdrawn_once ON reviews IS
    'A request is taken back at most once.';
COMMENT ON CONSTRAINT request_says_what_to_change ON reviews IS
    'A change request has a note.';
COMMENT ON CONSTRAINT review_note_is_within_limits ON reviews IS
    'A note has at most 2,000 characters.';

CREATE TABLE transitions (
    post_id bigint NOT NULL REFERENCES posts,
    from_state text,
    to_state text NOT NULL,
    actor_id bigint NOT NULL,
    at timestamptz NOT NULL,
    revision integer NOT NULL,
    operation_key text NOT NULL,

    CONSTRAINT post_enters_each_state_once PRIMARY KEY (post_id, to_state),
    CONSTRAINT transition_is_an_arrow
        CHECK ((coalesce(from_state, 'nothing'), to_state) IN (
            ('nothing', 'draft'),
            ('draft', 'in_review'),
            ('in_review', 'published'),
            ('published', 'archived')
        )),
    CONSTRAINT transition_skips_nothing
        FOREIGN KEY (post_id, from_state) REFERENCES transitions (post_id, to_state),
    CONSTRAINT transition_names_a_revision
        FOREIGN KEY (post_id, revision) REFERENCES revisions (post_id, number),
    CONSTRAINT transition_has_its_operation
        FOREIGN KEY (actor_id, operation_key, post_id, revision, at)
        REFERENCES operations (actor_id, key, post_id, revision, at)
);
COMMENT ON TABLE transitions IS
    'One row for every state a post enters, the draft it begins as included. Append-only.';
COMMENT ON CONSTRAINT post_enters_each_state_once ON transitions IS
    'Publishing twice is not representable.';
COMMENT ON CONSTRAINT transition_is_an_arrow ON transitions IS
    'There are four arrows: to draft, to in review, to published, to archived, each from the state before.';
COMMENT ON CONSTRAINT transition_skips_nothing ON transitions IS
    'A post leaves only a state that it entered.';
COMMENT ON CONSTRAINT transition_names_a_revision ON transitions IS
    'A state is entered with a revision that exists.';
COMMENT ON CONSTRAINT transition_has_its_operation ON transitions IS
    'No transition without an operation of the same person, key, post, revision and time.';

-- The circle closes here. Deferred, because a post and its history are
-- written in one transaction and neither can come first.
ALTER TABLE posts
    ADD CONSTRAINT post_state_is_recorded
        FOREIGN KEY (id, state) REFERENCES transitions (post_id, to_state)
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT post_points_at_a_revision
        FOREIGN KEY (id, current_revision) REFERENCES revisions (post_id, number)
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT submission_names_a_revision
        FOREIGN KEY (id, submitted_revision) REFERENCES revisions (post_id, number);
COMMENT ON CONSTRAINT post_state_is_recorded ON posts IS
    'No state without its history row.';
COMMENT ON CONSTRAINT post_points_at_a_revision ON posts IS
    'A post always has content.';
COMMENT ON CONSTRAINT submission_names_a_revision ON posts IS
    'What was submitted is a revision that exists.';
