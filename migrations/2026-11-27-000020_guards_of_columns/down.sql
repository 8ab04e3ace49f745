-- The guards look at every UPDATE of a post's row again.

CREATE OR REPLACE TRIGGER post_origin_is_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN ((OLD.id, OLD.author_id, OLD.created_at)
          IS DISTINCT FROM (NEW.id, NEW.author_id, NEW.created_at))
    EXECUTE FUNCTION refuse('The author of a post and the time of its creation never change.');

CREATE OR REPLACE TRIGGER post_moves_one_step_forward
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'in_review'), ('in_review', 'published'), ('published', 'archived')
    ))
    EXECUTE FUNCTION refuse('A post moves one step forward: never back, and never past a state.');

CREATE OR REPLACE TRIGGER submission_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.submitted_at IS NOT NULL
          AND (OLD.submitted_at, OLD.submitted_by, OLD.submitted_revision)
          IS DISTINCT FROM (NEW.submitted_at, NEW.submitted_by, NEW.submitted_revision))
    EXECUTE FUNCTION refuse('Who submitted which revision, and when, never changes.');

CREATE OR REPLACE TRIGGER archival_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.archived_at IS NOT NULL
          AND (OLD.archived_at, OLD.archived_by, OLD.archive_reason)
          IS DISTINCT FROM (NEW.archived_at, NEW.archived_by, NEW.archive_reason))
    EXECUTE FUNCTION refuse('Who archived a post, when and why, never changes.');

CREATE OR REPLACE TRIGGER publication_facts_are_final
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL
          AND (OLD.published_at, OLD.published_by, OLD.published_revision, OLD.slug)
          IS DISTINCT FROM (NEW.published_at, NEW.published_by, NEW.published_revision, NEW.slug))
    EXECUTE FUNCTION refuse('Who published which revision, when and under which slug, never changes.');

CREATE OR REPLACE TRIGGER submission_is_of_the_current_revision
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.submitted_at IS NULL AND NEW.submitted_revision <> NEW.current_revision)
    EXECUTE FUNCTION refuse('The current revision is submitted.');

CREATE OR REPLACE TRIGGER post_never_returns_to_an_older_revision
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (NEW.current_revision < OLD.current_revision)
    EXECUTE FUNCTION refuse('A post points at its newest revision, never at an older one.');

CREATE OR REPLACE TRIGGER published_post_is_complete
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_incomplete_publication();

CREATE OR REPLACE TRIGGER published_slug_is_the_chosen_one
    BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_another_slug();
