-- What no row can say about itself: how it may change.
-- Each trigger is named after the truth it keeps, and refuses in that name.

-- Posts

CREATE TRIGGER post_begins_as_a_draft
    BEFORE INSERT ON posts FOR EACH ROW
    WHEN (NEW.state <> 'draft' OR NEW.current_revision <> 1)
    EXECUTE FUNCTION refuse('A post begins as a draft, with its first revision.');
COMMENT ON TRIGGER post_begins_as_a_draft ON posts IS
    'A post begins as a draft, with its first revision.';

CREATE TRIGGER post_moves_one_step_forward
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'in_review'), ('in_review', 'published'), ('published', 'archived')
    ))
    EXECUTE FUNCTION refuse('A post moves one step forward: never back, never around.');
COMMENT ON TRIGGER post_moves_one_step_forward ON posts IS
    'A post moves one step forward: never back, never around.';

CREATE TRIGGER post_origin_is_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN ((OLD.id, OLD.author_id, OLD.created_at)
          IS DISTINCT FROM (NEW.id, NEW.author_id, NEW.created_at))
    EXECUTE FUNCTION refuse('Who began a post, and when, never changes.');
COMMENT ON TRIGGER post_origin_is_final ON posts IS
    'Who began a post, and when, never changes.';

CREATE TRIGGER submission_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.submitted_at IS NOT NULL
          AND (OLD.submitted_at, OLD.submitted_by, OLD.submitted_revision)
          IS DISTINCT FROM (NEW.submitted_at, NEW.submitted_by, NEW.submitted_revision))
    EXECUTE FUNCTION refuse('Who submitted what, and when, never changes.');
COMMENT ON TRIGGER submission_facts_are_final ON posts IS
    'Who submitted what, and when, never changes.';

CREATE TRIGGER publication_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL
          AND (OLD.published_at, OLD.published_by, OLD.published_revision, OLD.slug)
          IS DISTINCT FROM (NEW.published_at, NEW.published_by, NEW.published_revision, NEW.slug))
    EXECUTE FUNCTION refuse('Who published what, when and where, never changes.');
COMMENT ON TRIGGER publication_facts_are_final ON posts IS
    'Who published what, when and where, never changes.';

CREATE TRIGGER archival_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.archived_at IS NOT NULL
          AND (OLD.archived_at, OLD.archived_by, OLD.archive_reason)
          IS DISTINCT FROM (NEW.archived_at, NEW.archived_by, NEW.archive_reason))
    EXECUTE FUNCTION refuse('Who archived a post, when and why, never changes.');
COMMENT ON TRIGGER archival_facts_are_final ON posts IS
    'Who archived a post, when and why, never changes.';

CREATE TRIGGER submission_is_of_the_current_revision
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.submitted_at IS NULL AND NEW.submitted_revision <> NEW.current_revision)
    EXECUTE FUNCTION refuse('What is submitted is the current revision.');
COMMENT ON TRIGGER submission_is_of_the_current_revision ON posts IS
    'What is submitted is the current revision.';

CREATE TRIGGER post_never_returns_to_an_older_revision
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (NEW.current_revision < OLD.current_revision)
    EXECUTE FUNCTION refuse('A post points at its newest revision, never at an older one.');
COMMENT ON TRIGGER post_never_returns_to_an_older_revision ON posts IS
    'A post points at its newest revision, never at an older one.';

-- A trigger's function finds tables by the search path of whoever fires it,
-- and everybody may put a temporary table in front. So these name the schema.

CREATE FUNCTION refuse_incomplete_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.revisions
        WHERE post_id = NEW.id AND number = NEW.published_revision
          AND title ~ '\S' AND summary ~ '\S' AND body ~ '\S'
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A published post has a title, a summary and a body.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER published_post_is_complete
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_incomplete_publication();
COMMENT ON TRIGGER published_post_is_complete ON posts IS
    'A published post has a title, a summary and a body.';

CREATE TRIGGER posts_are_never_deleted
    BEFORE DELETE ON posts FOR EACH ROW
    EXECUTE FUNCTION refuse('Posts are archived, never deleted.');
COMMENT ON TRIGGER posts_are_never_deleted ON posts IS
    'Posts are archived, never deleted.';

-- History and post agree at commit. The facts on the post never change, and
-- history is append-only, so what agrees once agrees for ever.
CREATE FUNCTION refuse_transition_without_its_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    post public.posts;
    is_borne_out boolean;
BEGIN
    SELECT * INTO post FROM public.posts WHERE id = NEW.post_id;
    is_borne_out := CASE NEW.to_state
        WHEN 'draft' THEN
            (NEW.actor_id, NEW.at, NEW.revision) = (post.author_id, post.created_at, 1)
        WHEN 'in_review' THEN
            (NEW.actor_id, NEW.at, NEW.revision)
            = (post.submitted_by, post.submitted_at, post.submitted_revision)
        WHEN 'published' THEN
            (NEW.actor_id, NEW.at, NEW.revision)
            = (post.published_by, post.published_at, post.published_revision)
        WHEN 'archived' THEN
            (NEW.actor_id, NEW.at, NEW.revision)
            = (post.archived_by, post.archived_at, post.published_revision)
    END;
    IF is_borne_out IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A transition is borne out by the post it speaks of.';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER transition_is_borne_out_by_its_post
    AFTER INSERT ON transitions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_transition_without_its_post();
COMMENT ON TRIGGER transition_is_borne_out_by_its_post ON transitions IS
    'No history row that the post does not bear out at commit: who, when and which revision agree.';

CREATE FUNCTION refuse_revision_ahead_of_its_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.posts WHERE id = NEW.post_id AND current_revision >= NEW.number
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'The newest revision is the current one.';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER newest_revision_is_current
    AFTER INSERT ON revisions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_revision_ahead_of_its_post();
COMMENT ON TRIGGER newest_revision_is_current ON revisions IS
    'A revision becomes the current one in the transaction that writes it; a published post takes no more.';

-- Append-only

CREATE TRIGGER transitions_are_append_only BEFORE UPDATE OR DELETE ON transitions
    FOR EACH ROW EXECUTE FUNCTION refuse('History is append-only.');
COMMENT ON TRIGGER transitions_are_append_only ON transitions IS 'History is append-only.';
CREATE TRIGGER revisions_are_append_only BEFORE UPDATE OR DELETE ON revisions
    FOR EACH ROW EXECUTE FUNCTION refuse('Revisions are append-only.');
COMMENT ON TRIGGER revisions_are_append_only ON revisions IS 'Revisions are append-only.';
CREATE TRIGGER reviews_are_append_only BEFORE UPDATE OR DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION refuse('Reviews are append-only.');
COMMENT ON TRIGGER reviews_are_append_only ON reviews IS 'Reviews are append-only.';
CREATE TRIGGER operations_are_append_only BEFORE UPDATE OR DELETE ON operations
    FOR EACH ROW EXECUTE FUNCTION refuse('Operations are append-only.');
COMMENT ON TRIGGER operations_are_append_only ON operations IS 'Operations are append-only.';
CREATE TRIGGER account_events_are_append_only BEFORE UPDATE OR DELETE ON account_events
    FOR EACH ROW EXECUTE FUNCTION refuse('The record of account changes is append-only.');
COMMENT ON TRIGGER account_events_are_append_only ON account_events IS
    'The record of account changes is append-only.';

-- TRUNCATE fires no row triggers.
CREATE TRIGGER posts_are_never_emptied BEFORE TRUNCATE ON posts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Posts are archived, never deleted.');
COMMENT ON TRIGGER posts_are_never_emptied ON posts IS
    'TRUNCATE, which fires no row triggers, takes no post either.';
CREATE TRIGGER transitions_are_never_emptied BEFORE TRUNCATE ON transitions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('History is append-only.');
COMMENT ON TRIGGER transitions_are_never_emptied ON transitions IS
    'TRUNCATE, which fires no row triggers, takes no history either.';
CREATE TRIGGER revisions_are_never_emptied BEFORE TRUNCATE ON revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Revisions are append-only.');
COMMENT ON TRIGGER revisions_are_never_emptied ON revisions IS
    'TRUNCATE, which fires no row triggers, takes no revision either.';
CREATE TRIGGER reviews_are_never_emptied BEFORE TRUNCATE ON reviews
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Reviews are append-only.');
COMMENT ON TRIGGER reviews_are_never_emptied ON reviews IS
    'TRUNCATE, which fires no row triggers, takes no review either.';
CREATE TRIGGER operations_are_never_emptied BEFORE TRUNCATE ON operations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Operations are append-only.');
COMMENT ON TRIGGER operations_are_never_emptied ON operations IS
    'TRUNCATE, which fires no row triggers, takes no operation either.';
CREATE TRIGGER account_events_are_never_emptied BEFORE TRUNCATE ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('The record of account changes is append-only.');
COMMENT ON TRIGGER account_events_are_never_emptied ON account_events IS
    'TRUNCATE, which fires no row triggers, takes no record of account changes either.';
CREATE TRIGGER people_are_never_emptied BEFORE TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('People are deactivated, never deleted: their history stays.');
COMMENT ON TRIGGER people_are_never_emptied ON users IS
    'TRUNCATE, which fires no row triggers, takes no person either.';

-- Reading

CREATE FUNCTION post_is_visible(
    state text, author_id bigint,
    viewer_id bigint, sees_reviews boolean, sees_everything boolean
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state = 'published'
    OR author_id = viewer_id
    OR (sees_reviews AND state <> 'draft')
    OR sees_everything;
COMMENT ON FUNCTION post_is_visible(text, bigint, bigint, boolean, boolean) IS
    'Who may see what, for every read: the public sees what is published, authors also their own, reviewers also everything from in review on, staff everything.';

-- Whoever wants the same slug waits for the other's commit, and then has to
-- see it: a volatile function looks anew with every statement.
CREATE FUNCTION available_slug(wanted text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
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
    'The wanted slug, or the first of wanted-2, wanted-3 and so on that no post has. Whoever wants the same one waits until this transaction ends.';
