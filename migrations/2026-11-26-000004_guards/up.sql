-- What a row cannot say about itself: how it may change, and what other rows
-- must agree with it. Each trigger is named after the truth that it keeps.

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
    EXECUTE FUNCTION refuse('A post moves one step forward: never back, and never past a state.');
COMMENT ON TRIGGER post_moves_one_step_forward ON posts IS
    'A post moves one step forward: never back, and never past a state.';

CREATE TRIGGER post_origin_is_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN ((OLD.id, OLD.author_id, OLD.created_at)
          IS DISTINCT FROM (NEW.id, NEW.author_id, NEW.created_at))
    EXECUTE FUNCTION refuse('The author of a post and the time of its creation never change.');
COMMENT ON TRIGGER post_origin_is_final ON posts IS
    'The author of a post and the time of its creation never change.';

CREATE TRIGGER submission_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.submitted_at IS NOT NULL
          AND (OLD.submitted_at, OLD.submitted_by, OLD.submitted_revision)
          IS DISTINCT FROM (NEW.submitted_at, NEW.submitted_by, NEW.submitted_revision))
    EXECUTE FUNCTION refuse('Who submitted which revision, and when, never changes.');
COMMENT ON TRIGGER submission_facts_are_final ON posts IS
    'Who submitted which revision, and when, never changes.';

CREATE TRIGGER publication_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL
          AND (OLD.published_at, OLD.published_by, OLD.published_revision, OLD.slug)
          IS DISTINCT FROM (NEW.published_at, NEW.published_by, NEW.published_revision, NEW.slug))
    EXECUTE FUNCTION refuse('Who published which revision, when and under which slug, never changes.');
COMMENT ON TRIGGER publication_facts_are_final ON posts IS
    'Who published which revision, when and under which slug, never changes.';

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
    EXECUTE FUNCTION refuse('The current revision is submitted.');
COMMENT ON TRIGGER submission_is_of_the_current_revision ON posts IS
    'The current revision is submitted.';

CREATE TRIGGER post_never_returns_to_an_older_revision
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (NEW.current_revision < OLD.current_revision)
    EXECUTE FUNCTION refuse('A post points at its newest revision, never at an older one.');
COMMENT ON TRIGGER post_never_returns_to_an_older_revision ON posts IS
    'A post points at its newest revision, never at an older one.';

CREATE FUNCTION refuse_incomplete_publication() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM revisions
        WHERE post_id = NEW.id AND number = NEW.published_revision
          AND has_visible_text(title) AND has_visible_text(summary) AND has_visible_text(body)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A published post has a title, a summary and a body.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_incomplete_publication() IS
    'Refuses to publish a revision without visible title, summary and body.';
CREATE TRIGGER published_post_is_complete
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_incomplete_publication();
COMMENT ON TRIGGER published_post_is_complete ON posts IS
    'A published post has a title, a summary and a body, each with visible text.';

CREATE TRIGGER posts_are_never_deleted
    BEFORE DELETE ON posts FOR EACH ROW
    EXECUTE FUNCTION refuse('Posts are archived, never deleted.');
COMMENT ON TRIGGER posts_are_never_deleted ON posts IS
    'Posts are archived, never deleted.';

-- Revisions and reviews

CREATE FUNCTION refuse_misplaced_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM posts WHERE id = NEW.post_id AND current_revision >= NEW.number
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'The newest revision is the current one.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_misplaced_revision() IS
    'Refuses a revision that is newer than the current one at commit.';
CREATE CONSTRAINT TRIGGER newest_revision_is_current
    AFTER INSERT ON revisions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_misplaced_revision();
COMMENT ON TRIGGER newest_revision_is_current ON revisions IS
    'A revision becomes the current one in the transaction that writes it; a published post gets no more.';

CREATE FUNCTION refuse_revision_by_another() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM posts WHERE id = NEW.post_id AND author_id <> NEW.author_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A revision is written by the author of its post.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_revision_by_another() IS
    'Refuses a revision whose author is not the author of the post.';
CREATE TRIGGER revision_is_its_authors
    AFTER INSERT ON revisions FOR EACH ROW
    EXECUTE FUNCTION refuse_revision_by_another();
COMMENT ON TRIGGER revision_is_its_authors ON revisions IS
    'A revision is written by the author of its post.';

CREATE FUNCTION refuse_review_by_the_author() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM posts WHERE id = NEW.post_id AND author_id = NEW.reviewer_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'The author of a post does not review it.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_review_by_the_author() IS
    'Refuses a review by the author of the post.';
CREATE TRIGGER author_does_not_review
    AFTER INSERT ON reviews FOR EACH ROW
    EXECUTE FUNCTION refuse_review_by_the_author();
COMMENT ON TRIGGER author_does_not_review ON reviews IS
    'The author of a post does not review it.';

-- The account of the reviewer who asked is locked, so that a reactivation at
-- the same instant waits.
CREATE FUNCTION refuse_withdrawal_by_another() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
    WHERE request.id = NEW.withdraws
      AND (request.reviewer_id = NEW.reviewer_id OR NOT reviewer.is_active)
    FOR KEY SHARE OF reviewer;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'Only the reviewer who asked withdraws a request, unless deactivated.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_withdrawal_by_another() IS
    'Refuses to withdraw the request of another reviewer who is active.';
CREATE TRIGGER request_is_withdrawn_by_its_reviewer
    AFTER INSERT ON reviews FOR EACH ROW
    WHEN (NEW.withdraws IS NOT NULL)
    EXECUTE FUNCTION refuse_withdrawal_by_another();
COMMENT ON TRIGGER request_is_withdrawn_by_its_reviewer ON reviews IS
    'A request is withdrawn by the reviewer who asked or, when that account is deactivated, by any reviewer.';

-- History and its effect agree at commit. The facts of a post never change,
-- and revisions, reviews and history are append-only, so they agree for ever.
-- A save of unchanged content writes no revision: it is borne out by the
-- revision that has this content.
CREATE FUNCTION refuse_history_without_effect() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    post posts;
    is_borne_out boolean;
BEGIN
    SELECT * INTO post FROM posts WHERE id = NEW.post_id;
    is_borne_out := CASE NEW.action
        WHEN 'create' THEN
            (NEW.actor_id, NEW.at, NEW.revision) = (post.author_id, post.created_at, 1)
            AND EXISTS (SELECT FROM revisions r
                        WHERE r.post_id = post.id AND r.number = 1 AND r.key = NEW.key)
        WHEN 'revise' THEN
            NEW.to_state = post.state AND NEW.at >= post.since
            AND EXISTS (SELECT FROM revisions r
                        WHERE r.post_id = post.id AND r.number = NEW.revision
                          AND r.author_id = NEW.actor_id
                          AND ((r.key, r.at) = (NEW.key, NEW.at)
                               OR (r.key <> NEW.key AND r.at <= NEW.at)))
        WHEN 'submit' THEN
            (NEW.actor_id, NEW.at, NEW.revision)
            = (post.submitted_by, post.submitted_at, post.submitted_revision)
        WHEN 'publish' THEN
            (NEW.actor_id, NEW.at, NEW.revision)
            = (post.published_by, post.published_at, post.published_revision)
        WHEN 'archive' THEN
            (NEW.actor_id, NEW.at, NEW.revision)
            = (post.archived_by, post.archived_at, post.published_revision)
        ELSE
            NEW.to_state = post.state AND NEW.at >= post.since
            AND EXISTS (SELECT FROM reviews r
                        WHERE r.post_id = post.id AND r.revision = NEW.revision
                          AND (r.reviewer_id, r.key, r.action, r.at)
                              = (NEW.actor_id, NEW.key, NEW.action, NEW.at))
    END;
    IF is_borne_out IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'A history row has the effect that it states.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_history_without_effect() IS
    'Refuses a history row that the post, its revision or its review does not bear out at commit.';
CREATE CONSTRAINT TRIGGER history_is_borne_out
    AFTER INSERT ON history DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION refuse_history_without_effect();
COMMENT ON TRIGGER history_is_borne_out ON history IS
    'No history row that the post, its revision or its review does not bear out: the action, the actor, the time and the revision agree.';

-- Append-only

CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION refuse('History is append-only.');
COMMENT ON TRIGGER history_is_append_only ON history IS 'History is append-only.';
CREATE TRIGGER revisions_are_append_only BEFORE UPDATE OR DELETE ON revisions
    FOR EACH ROW EXECUTE FUNCTION refuse('Revisions are append-only.');
COMMENT ON TRIGGER revisions_are_append_only ON revisions IS 'Revisions are append-only.';
CREATE TRIGGER reviews_are_append_only BEFORE UPDATE OR DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION refuse('Reviews are append-only.');
COMMENT ON TRIGGER reviews_are_append_only ON reviews IS 'Reviews are append-only.';

-- TRUNCATE fires no row triggers.
CREATE TRIGGER posts_are_never_emptied BEFORE TRUNCATE ON posts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Posts are archived, never deleted.');
COMMENT ON TRIGGER posts_are_never_emptied ON posts IS
    'TRUNCATE, which fires no row triggers, removes no post either.';
CREATE TRIGGER history_is_never_emptied BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('History is append-only.');
COMMENT ON TRIGGER history_is_never_emptied ON history IS
    'TRUNCATE, which fires no row triggers, removes no history either.';
CREATE TRIGGER revisions_are_never_emptied BEFORE TRUNCATE ON revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Revisions are append-only.');
COMMENT ON TRIGGER revisions_are_never_emptied ON revisions IS
    'TRUNCATE, which fires no row triggers, removes no revision either.';
CREATE TRIGGER reviews_are_never_emptied BEFORE TRUNCATE ON reviews
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Reviews are append-only.');
COMMENT ON TRIGGER reviews_are_never_emptied ON reviews IS
    'TRUNCATE, which fires no row triggers, removes no review either.';
