//! Truths about where each post stands.
//!
//! They are cut so that one wrong thing breaks one truth, where it can: a
//! state that is not known is not also reported as one without a history row.

use crate::store::verify::{Scope, Truth};

pub(super) const TRUTHS: &[Truth] = &[
    Truth {
        name: "post_state_is_known",
        sentence: "A post is a draft, in review, published or archived.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id, format('its state is %s', state) AS detail FROM posts
                 WHERE id = coalesce($1, id)
                   AND (state IN ('draft', 'in_review', 'published', 'archived')) IS NOT TRUE",
    },
    Truth {
        name: "submission_facts_iff_submitted",
        sentence: "When, by whom and with which revision a post was submitted is known exactly from in review on.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id,
                     format('it is %s and has %s of the 3 facts', state, facts) AS detail
                 FROM posts, num_nonnulls(submitted_at, submitted_by, submitted_revision) AS facts
                 WHERE id = coalesce($1, id)
                   AND facts <> CASE WHEN state = 'draft' THEN 0 ELSE 3 END",
    },
    Truth {
        name: "publication_facts_iff_published",
        sentence: "When, by whom, with which revision and under which slug a post was published is known exactly from published on.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id,
                     format('it is %s and has %s of the 4 facts', state, facts) AS detail
                 FROM posts, num_nonnulls(published_at, published_by, published_revision, slug) AS facts
                 WHERE id = coalesce($1, id)
                   AND facts <> CASE WHEN state IN ('published', 'archived') THEN 4 ELSE 0 END",
    },
    Truth {
        name: "archival_facts_iff_archived",
        sentence: "When, by whom and why a post was archived is known exactly when it is archived.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id,
                     format('it is %s and has %s of the 3 facts', state, facts) AS detail
                 FROM posts, num_nonnulls(archived_at, archived_by, archive_reason) AS facts
                 WHERE id = coalesce($1, id)
                   AND facts <> CASE WHEN state = 'archived' THEN 3 ELSE 0 END",
    },
    Truth {
        name: "facts_are_in_order",
        sentence: "A post is created, submitted, published and archived in that order of time.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id,
                     format('created %s, submitted %s, published %s, archived %s',
                            created_at, submitted_at, published_at, archived_at) AS detail
                 FROM posts
                 WHERE id = coalesce($1, id)
                   AND (created_at > submitted_at OR submitted_at > published_at
                        OR published_at > archived_at)",
    },
    Truth {
        name: "published_content_is_final",
        sentence: "From publication on, the post points at the published revision for ever.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id,
                     format('revision %s was published and revision %s is current',
                            published_revision, current_revision) AS detail
                 FROM posts
                 WHERE id = coalesce($1, id) AND published_revision <> current_revision",
    },
    Truth {
        name: "archive_reason_is_given",
        sentence: "Nothing is archived without a reason.",
        scope: Scope::Post,
        broken: r"SELECT id AS post_id, 'its reason is blank or too long' AS detail FROM posts
                 WHERE id = coalesce($1, id)
                   AND NOT (archive_reason ~ '\S' AND char_length(archive_reason) <= 2000)",
    },
    // Of several posts at one address each is told about the others.
    Truth {
        name: "slug_is_unique",
        sentence: "A public address names one post.",
        scope: Scope::Post,
        broken: "SELECT p.id AS post_id, format('post %s has the same address', other.id) AS detail
                 FROM posts p JOIN posts other ON other.slug = p.slug AND other.id <> p.id
                 WHERE p.id = coalesce($1, p.id)",
    },
    Truth {
        name: "slug_is_well_formed",
        sentence: "A slug is lower-case words of a-z and 0-9 joined by hyphens, at most 120 characters.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id, 'its slug is not' AS detail FROM posts
                 WHERE id = coalesce($1, id)
                   AND NOT (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 120)",
    },
    Truth {
        name: "post_state_is_recorded",
        sentence: "No state without its history row.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id, format('no transition to %s', state) AS detail FROM posts
                 WHERE id = coalesce($1, id)
                   AND state IN ('draft', 'in_review', 'published', 'archived')
                   AND NOT EXISTS (SELECT FROM transitions
                                   WHERE post_id = posts.id AND to_state = posts.state)",
    },
    Truth {
        name: "post_points_at_a_revision",
        sentence: "A post always has content.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id, format('there is no revision %s', current_revision) AS detail
                 FROM posts
                 WHERE id = coalesce($1, id)
                   AND NOT EXISTS (SELECT FROM revisions
                                   WHERE post_id = posts.id AND number = current_revision)",
    },
    Truth {
        name: "submission_names_a_revision",
        sentence: "What was submitted is a revision that exists.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id, format('there is no revision %s', submitted_revision) AS detail
                 FROM posts
                 WHERE id = coalesce($1, id) AND submitted_revision IS NOT NULL
                   AND NOT EXISTS (SELECT FROM revisions
                                   WHERE post_id = posts.id AND number = submitted_revision)",
    },
    // Which text was current at that moment is not kept; later ones cannot have been.
    Truth {
        name: "submission_is_of_the_current_revision",
        sentence: "What is submitted is the current revision.",
        scope: Scope::Post,
        broken: "SELECT id AS post_id,
                     format('revision %s was submitted and revision %s is current',
                            submitted_revision, current_revision) AS detail
                 FROM posts
                 WHERE id = coalesce($1, id) AND submitted_revision > current_revision",
    },
    Truth {
        name: "newest_revision_is_current",
        sentence: "A revision becomes the current one in the transaction that writes it; a published post takes no more.",
        scope: Scope::Post,
        broken: "SELECT r.post_id,
                     format('revision %s is newer than the current %s', r.number, p.current_revision) AS detail
                 FROM revisions r JOIN posts p ON p.id = r.post_id
                 WHERE r.post_id = coalesce($1, r.post_id) AND r.number > p.current_revision",
    },
    Truth {
        name: "published_post_is_complete",
        sentence: "A published post has a title, a summary and a body.",
        scope: Scope::Post,
        broken: r"SELECT p.id AS post_id, format('revision %s is not complete', r.number) AS detail
                 FROM posts p JOIN revisions r ON r.post_id = p.id AND r.number = p.published_revision
                 WHERE p.id = coalesce($1, p.id)
                   AND NOT (r.title ~ '\S' AND r.summary ~ '\S' AND r.body ~ '\S')",
    },
    Truth {
        name: "post_begins_as_a_draft",
        sentence: "A post begins as a draft, with its first revision.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('it began with revision %s', revision) AS detail
                 FROM transitions
                 WHERE post_id = coalesce($1, post_id) AND to_state = 'draft' AND revision <> 1",
    },
    Truth {
        name: "post_moves_one_step_forward",
        sentence: "A post moves one step forward: never back, never around.",
        scope: Scope::Post,
        broken: "WITH life AS (SELECT ARRAY['draft', 'in_review', 'published', 'archived'] AS states)
                 SELECT p.id AS post_id, format('it is %s and has been %s', p.state, t.to_state) AS detail
                 FROM life, posts p JOIN transitions t ON t.post_id = p.id
                 WHERE p.id = coalesce($1, p.id)
                   AND array_position(states, t.to_state) > array_position(states, p.state)",
    },
    Truth {
        name: "posts_are_never_deleted",
        sentence: "Posts are archived, never deleted.",
        scope: Scope::Post,
        broken: "SELECT DISTINCT named.post_id, format('%s is left and the post is gone', whence) AS detail
                 FROM (
                     SELECT post_id, 'an operation' AS whence FROM operations
                     UNION ALL SELECT post_id, 'a revision' FROM revisions
                     UNION ALL SELECT post_id, 'a review' FROM reviews
                     UNION ALL SELECT post_id, 'a transition' FROM transitions
                 ) AS named
                 WHERE named.post_id = coalesce($1, named.post_id)
                   AND NOT EXISTS (SELECT FROM posts WHERE posts.id = named.post_id)",
    },
];
