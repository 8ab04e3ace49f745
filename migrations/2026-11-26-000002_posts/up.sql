-- Posts, their content and their reviews.

CREATE TABLE posts (
    id bigint GENERATED ALWAYS AS IDENTITY,
    author_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    current_revision integer NOT NULL DEFAULT 1,
    created_at moment NOT NULL DEFAULT clock_timestamp(),
    submitted_at moment,
    submitted_by bigint,
    submitted_revision integer,
    published_at moment,
    published_by bigint,
    published_revision integer,
    slug text,
    archived_at moment,
    archived_by bigint,
    archive_reason text,
    since timestamptz NOT NULL GENERATED ALWAYS AS
        (coalesce(archived_at, published_at, submitted_at, created_at)) STORED,

    CONSTRAINT post_has_one_id PRIMARY KEY (id),
    CONSTRAINT post_has_its_author FOREIGN KEY (author_id) REFERENCES users,
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
    CONSTRAINT author_does_not_publish
        CHECK (published_by <> author_id),
    CONSTRAINT archive_reason_is_given
        CHECK (has_visible_text(archive_reason) AND char_length(archive_reason) <= 2000),
    CONSTRAINT slug_is_unique UNIQUE (slug),
    CONSTRAINT slug_is_well_formed
        CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 120)
);
COMMENT ON TABLE posts IS
    'Posts and their states: draft, in review, published, archived, one step at a time.';
COMMENT ON COLUMN posts.since IS
    'Since when the post has been in its state.';
COMMENT ON CONSTRAINT post_has_one_id ON posts IS
    'An id names one post.';
COMMENT ON CONSTRAINT post_has_its_author ON posts IS
    'The author of a post has an account.';
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
COMMENT ON CONSTRAINT author_does_not_publish ON posts IS
    'A post is published by another person than its author.';
COMMENT ON CONSTRAINT archive_reason_is_given ON posts IS
    'A post is archived for a reason of 1 to 2,000 characters, and one of them is visible.';
COMMENT ON CONSTRAINT slug_is_unique ON posts IS
    'A public address names one post.';
COMMENT ON CONSTRAINT slug_is_well_formed ON posts IS
    'A slug is lower-case words of a-z and 0-9 joined by hyphens, at most 120 characters.';

CREATE TABLE revisions (
    post_id bigint NOT NULL,
    number integer NOT NULL,
    previous integer GENERATED ALWAYS AS (nullif(number - 1, 0)) STORED,
    action text NOT NULL
        GENERATED ALWAYS AS (CASE number WHEN 1 THEN 'create' ELSE 'revise' END) STORED,
    title text NOT NULL,
    summary text NOT NULL,
    body text NOT NULL,
    author_id bigint NOT NULL,
    at moment NOT NULL,
    key text NOT NULL,

    CONSTRAINT revision_number_is_used_once PRIMARY KEY (post_id, number),
    CONSTRAINT revision_has_its_post FOREIGN KEY (post_id) REFERENCES posts,
    CONSTRAINT revision_numbers_begin_at_one CHECK (number >= 1),
    CONSTRAINT revision_numbers_have_no_gaps
        FOREIGN KEY (post_id, previous) REFERENCES revisions (post_id, number),
    CONSTRAINT title_is_within_limits CHECK (char_length(title) <= 200),
    CONSTRAINT summary_is_within_limits CHECK (char_length(summary) <= 500),
    CONSTRAINT body_is_within_limits CHECK (char_length(body) <= 100000)
);
COMMENT ON TABLE revisions IS 'The content of a post, version by version, append-only.';
COMMENT ON COLUMN revisions.key IS 'The idempotency key of the action that wrote the revision.';
COMMENT ON CONSTRAINT revision_number_is_used_once ON revisions IS
    'A number names one revision of a post.';
COMMENT ON CONSTRAINT revision_has_its_post ON revisions IS
    'A revision is of a post that exists.';
COMMENT ON CONSTRAINT revision_numbers_begin_at_one ON revisions IS
    'The first revision is number 1.';
COMMENT ON CONSTRAINT revision_numbers_have_no_gaps ON revisions IS
    'Every later revision follows the one numbered before it.';
COMMENT ON CONSTRAINT title_is_within_limits ON revisions IS
    'A title has at most 200 characters.';
COMMENT ON CONSTRAINT summary_is_within_limits ON revisions IS
    'A summary has at most 500 characters.';
COMMENT ON CONSTRAINT body_is_within_limits ON revisions IS
    'A body has at most 100,000 characters.';

-- The circle of posts and revisions closes here. Deferred, because both are
-- written in one transaction and neither can come first.
ALTER TABLE posts
    ADD CONSTRAINT post_points_at_a_revision
        FOREIGN KEY (id, current_revision) REFERENCES revisions (post_id, number)
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT submission_names_a_revision
        FOREIGN KEY (id, submitted_revision) REFERENCES revisions (post_id, number);
COMMENT ON CONSTRAINT post_points_at_a_revision ON posts IS
    'A post always has content.';
COMMENT ON CONSTRAINT submission_names_a_revision ON posts IS
    'The submitted revision exists.';

CREATE TABLE reviews (
    id bigint GENERATED ALWAYS AS IDENTITY,
    post_id bigint NOT NULL,
    revision integer NOT NULL,
    reviewer_id bigint NOT NULL,
    note text NOT NULL,
    withdraws bigint,
    action text NOT NULL GENERATED ALWAYS AS
        (CASE WHEN withdraws IS NULL THEN 'request-changes' ELSE 'withdraw-request' END) STORED,
    withdrawn_action text GENERATED ALWAYS AS
        (CASE WHEN withdraws IS NOT NULL THEN 'request-changes' END) STORED,
    at moment NOT NULL,
    key text NOT NULL,

    CONSTRAINT review_has_one_id PRIMARY KEY (id),
    CONSTRAINT review_can_be_withdrawn UNIQUE (id, post_id, revision, action),
    CONSTRAINT withdrawal_is_of_a_request
        FOREIGN KEY (withdraws, post_id, revision, withdrawn_action)
        REFERENCES reviews (id, post_id, revision, action),
    CONSTRAINT request_is_withdrawn_once UNIQUE (withdraws),
    CONSTRAINT request_says_what_to_change
        CHECK (withdraws IS NOT NULL OR has_visible_text(note)),
    CONSTRAINT review_note_is_within_limits CHECK (char_length(note) <= 2000)
);
CREATE INDEX reviews_by_post ON reviews (post_id, revision);
COMMENT ON TABLE reviews IS
    'Change requests, and their withdrawals: a row with withdraws set withdraws the request that it names. Append-only.';
COMMENT ON COLUMN reviews.key IS 'The idempotency key of the action that wrote the review.';
COMMENT ON CONSTRAINT review_has_one_id ON reviews IS
    'An id names one review.';
COMMENT ON CONSTRAINT review_can_be_withdrawn ON reviews IS
    'What a withdrawal must agree with.';
COMMENT ON CONSTRAINT withdrawal_is_of_a_request ON reviews IS
    'A withdrawal names a change request to the same revision of the same post, and never another withdrawal.';
COMMENT ON CONSTRAINT request_is_withdrawn_once ON reviews IS
    'A request is withdrawn at most once.';
COMMENT ON CONSTRAINT request_says_what_to_change ON reviews IS
    'A change request has a note with visible text.';
COMMENT ON CONSTRAINT review_note_is_within_limits ON reviews IS
    'A note has at most 2,000 characters.';

CREATE VIEW standing_requests AS
SELECT request.id, request.post_id, request.revision, request.reviewer_id, request.note, request.at
FROM reviews request
WHERE request.withdraws IS NULL
  AND NOT EXISTS (SELECT FROM reviews withdrawal WHERE withdrawal.withdraws = request.id);
COMMENT ON VIEW standing_requests IS
    'Change requests that were not withdrawn. Those to the current revision of a post in review keep it from being published.';

CREATE FUNCTION post_is_visible(
    state text, author_id bigint,
    viewer_id bigint, sees_reviews boolean, sees_everything boolean
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state = 'published'
    OR author_id = viewer_id
    OR (sees_reviews AND state <> 'draft')
    OR sees_everything;
COMMENT ON FUNCTION post_is_visible(text, bigint, bigint, boolean, boolean) IS
    'Who may see which post, for every read: the public sees what is published, authors also their own, reviewers also everything from in review on, staff everything.';

-- Of two who want the same slug, the second waits for the first to commit, and
-- then has to see its row: a volatile function takes a new snapshot for each
-- statement.
CREATE FUNCTION available_slug(wanted text) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    candidate text := wanted;
    suffix integer := 1;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted, 0));
    WHILE EXISTS (SELECT FROM posts WHERE slug = candidate) LOOP
        suffix := suffix + 1;
        candidate := wanted || '-' || suffix;
    END LOOP;
    RETURN candidate;
END
$$;
COMMENT ON FUNCTION available_slug(text) IS
    'The wanted slug, or the first of wanted-2, wanted-3 and so on that no post has. Another transaction that wants the same one waits until this one ends.';
