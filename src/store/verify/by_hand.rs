//! Asks about the rules that triggers keep. They concern several rows, so no constraint
//! states them.

use super::truth::{Scope, Truth};

/// Returns these questions, each named after its trigger where there is one.
pub(super) fn truths() -> Vec<Truth> {
    TRUTHS
        .iter()
        .map(|(name, sentence, scope, broken)| Truth::new(*name, *sentence, *scope, *broken))
        .collect()
}

const TRUTHS: &[(&str, &str, Scope, &str)] = &[
    (
        "history_is_borne_out",
        "The history agrees with the post, the revision or the review about action, person, time and revision.",
        Scope::Post,
        "SELECT h.post_id, format('%s of revision %s by user %s', h.action, h.revision, h.actor_id) AS detail
         FROM history h
         LEFT JOIN posts p ON p.id = h.post_id
         LEFT JOIN revisions r ON r.post_id = h.post_id AND r.number = h.revision
         WHERE ($1 IS NULL OR h.post_id = $1)
           AND (CASE h.action
             WHEN 'create' THEN
                 (h.actor_id, h.at, h.revision, h.key) = (p.author_id, p.created_at, 1, r.key)
             WHEN 'submit' THEN
                 (h.actor_id, h.at, h.revision)
                 = (p.submitted_by, p.submitted_at, p.submitted_revision)
             WHEN 'publish' THEN
                 (h.actor_id, h.at, h.revision)
                 = (p.published_by, p.published_at, p.published_revision)
             WHEN 'archive' THEN
                 (h.actor_id, h.at, h.revision)
                 = (p.archived_by, p.archived_at, p.published_revision)
             ELSE CASE h.from_state
                 WHEN 'draft' THEN
                     h.at >= p.created_at AND h.at <= coalesce(p.submitted_at, 'infinity')
                 ELSE h.at >= p.submitted_at AND h.at <= coalesce(p.published_at, 'infinity')
             END AND CASE h.action
                 WHEN 'revise' THEN
                     r.author_id = h.actor_id
                     AND ((r.key, r.at) = (h.key, h.at) OR (r.key <> h.key AND r.at <= h.at))
                 ELSE EXISTS (
                     SELECT FROM reviews v
                     WHERE v.post_id = h.post_id AND v.revision = h.revision
                       AND (v.reviewer_id, v.key, v.action, v.at)
                           = (h.actor_id, h.key, h.action, h.at))
             END
         END) IS NOT TRUE",
    ),
    (
        "post_moves_one_step_forward",
        "A post never goes back to an earlier state, and never skips one.",
        Scope::Post,
        "WITH life AS (SELECT ARRAY['draft', 'in_review', 'published', 'archived'] AS states)
         SELECT p.id AS post_id, format('it is %s and has been %s', p.state, h.entered) AS detail
         FROM life, posts p JOIN history h ON h.post_id = p.id
         WHERE ($1 IS NULL OR p.id = $1)
           AND array_position(states, h.entered) > array_position(states, p.state)",
    ),
    (
        "newest_revision_is_current",
        "The newest revision of a post is the current one. A published post gets no new one.",
        Scope::Post,
        "SELECT r.post_id,
             format('revision %s is newer than the current %s', r.number, p.current_revision) AS detail
         FROM revisions r JOIN posts p ON p.id = r.post_id
         WHERE ($1 IS NULL OR r.post_id = $1) AND r.number > p.current_revision",
    ),
    (
        "revision_is_its_authors",
        "A revision is written by the author of its post.",
        Scope::Post,
        "SELECT r.post_id, format('revision %s is by user %s', r.number, r.author_id) AS detail
         FROM revisions r JOIN posts p ON p.id = r.post_id
         WHERE ($1 IS NULL OR r.post_id = $1) AND r.author_id <> p.author_id",
    ),
    (
        "author_does_not_review",
        "The author of a post does not review it.",
        Scope::Post,
        "SELECT r.post_id, format('review %s', r.id) AS detail
         FROM reviews r JOIN posts p ON p.id = r.post_id
         WHERE ($1 IS NULL OR r.post_id = $1) AND r.reviewer_id = p.author_id",
    ),
    (
        "request_is_withdrawn_by_its_reviewer",
        "A request is withdrawn by the reviewer who asked or, when they can no longer review, by any reviewer.",
        Scope::Post,
        "SELECT w.post_id, format('review %s withdraws %s', w.id, w.withdraws) AS detail
         FROM reviews w JOIN reviews request ON request.id = w.withdraws
         WHERE ($1 IS NULL OR w.post_id = $1) AND request.reviewer_id <> w.reviewer_id
           AND 'deactivated' IS DISTINCT FROM (
               SELECT event FROM account_events
               WHERE subject_id = request.reviewer_id AND at <= w.at
                 AND event IN ('deactivated', 'reactivated')
               ORDER BY id DESC LIMIT 1)
           AND 'role-revoked' IS DISTINCT FROM (
               SELECT event FROM account_events
               WHERE subject_id = request.reviewer_id AND at <= w.at AND role = 'reviewer'
                 AND event IN ('role-granted', 'role-revoked')
               ORDER BY id DESC LIMIT 1)",
    ),
    // Which revision was current at that moment is not kept; later ones cannot have been.
    (
        "submission_is_of_the_current_revision",
        "The current revision is submitted.",
        Scope::Post,
        "SELECT id AS post_id,
             format('revision %s was submitted and revision %s is current',
                    submitted_revision, current_revision) AS detail
         FROM posts WHERE ($1 IS NULL OR id = $1) AND submitted_revision > current_revision",
    ),
    (
        "published_post_is_complete",
        "A published post has a title, a summary and a body, each with visible text.",
        Scope::Post,
        "SELECT p.id AS post_id, format('revision %s is not complete', r.number) AS detail
         FROM posts p JOIN revisions r ON r.post_id = p.id AND r.number = p.published_revision
         WHERE ($1 IS NULL OR p.id = $1)
           AND NOT (has_visible_text(r.title) AND has_visible_text(r.summary)
                    AND has_visible_text(r.body))",
    ),
    // Where a server has taken over, two clocks decide who was a reviewer at that moment.
    (
        "reading_is_a_reviewers",
        "Only reviewers read a post in review that is not their own.",
        Scope::Post,
        "SELECT r.post_id, format('user %s read revision %s', r.reader_id, r.revision) AS detail
         FROM readings r JOIN posts p ON p.id = r.post_id
         WHERE ($1 IS NULL OR r.post_id = $1)
           AND (p.state = 'draft' OR p.author_id = r.reader_id OR NOT EXISTS (
               SELECT FROM account_events
               WHERE subject_id = r.reader_id AND event = 'role-granted' AND role = 'reviewer'))",
    ),
    (
        "published_slug_is_the_chosen_one",
        "A post is published under the slug that its author chose, if they did, or with a \
         number after it where that was taken.",
        Scope::Post,
        "SELECT p.id AS post_id, format('%s instead of %s', p.slug, r.slug) AS detail
         FROM posts p JOIN revisions r ON r.post_id = p.id AND r.number = p.published_revision
         WHERE ($1 IS NULL OR p.id = $1) AND p.slug !~ concat('^', r.slug, '(-[0-9]+)?$')
           AND r.slug IS NOT NULL",
    ),
    (
        "staff_roster_is_kept",
        "The number of active staff accounts is counted correctly.",
        Scope::Whole,
        "SELECT NULL::bigint AS post_id,
             format('the roster counts %s and there are %s', counted, held) AS detail
         FROM (SELECT coalesce(sum(active_staff), 0) AS counted FROM staff_roster) AS roster,
              (SELECT count(*) FILTER (WHERE is_active AND 'staff' = ANY (roles)) AS held,
                   count(*) AS accounts FROM users) AS people
         WHERE counted <> held OR (accounts > 0 AND held = 0)",
    ),
    (
        "account_is_as_recorded",
        "Every account, its roles and whether it is active are in the account's history.",
        Scope::Whole,
        "WITH events AS (
             SELECT id, subject_id, event, role, CASE
                 WHEN event IN ('role-granted', 'role-revoked') THEN role
                 WHEN event = 'created' THEN 'creation' ELSE 'activity' END AS about
             FROM account_events
             WHERE event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated')
         ), steps AS (
             SELECT *, lead(id) OVER one IS NULL AS is_last,
                 coalesce(lag(event) OVER one, CASE about WHEN 'creation' THEN ''
                     WHEN 'activity' THEN 'reactivated' ELSE 'role-revoked' END) AS previous
             FROM events WINDOW one AS (PARTITION BY subject_id, about ORDER BY id)
         ), recorded AS (
             SELECT subject_id, bool_or(event = 'created') AS is_created,
                 bool_or(event = previous) AS is_repeated,
                 bool_or(is_last AND event = 'deactivated') AS is_inactive,
                 coalesce(array_agg(role) FILTER (WHERE is_last AND event = 'role-granted'), '{}') AS roles
             FROM steps GROUP BY subject_id
         )
         SELECT NULL::bigint AS post_id,
             format('user %s holds %s and is %s', u.id, u.roles,
                    CASE WHEN u.is_active THEN 'active' ELSE 'inactive' END) AS detail
         FROM users u LEFT JOIN recorded r ON r.subject_id = u.id
         WHERE (r.is_created AND NOT r.is_repeated AND r.is_inactive <> u.is_active
                AND r.roles @> u.roles AND r.roles <@ u.roles) IS NOT TRUE",
    ),
    (
        "display_name_is_as_recorded",
        "Every change of a display name is in the account's history.",
        Scope::Whole,
        "SELECT NULL::bigint AS post_id,
             format('user %s is recorded as %s and named %s', u.id, last.display_name,
                    u.display_name) AS detail
         FROM users u CROSS JOIN LATERAL (
             SELECT e.display_name FROM account_events e
             WHERE e.subject_id = u.id AND e.event = 'renamed' ORDER BY e.id DESC LIMIT 1) last
         WHERE last.display_name IS DISTINCT FROM u.display_name",
    ),
    (
        "unsaved_edit_is_of_a_review",
        "Unsaved edits are noted of a post in review.",
        Scope::Post,
        "SELECT e.post_id, format('revision %s', e.revision) AS detail
         FROM unsaved_edits e JOIN posts p ON p.id = e.post_id
         WHERE ($1 IS NULL OR e.post_id = $1) AND p.state = 'draft'",
    ),
    // Roles may have been revoked since.
    (
        "acknowledgement_is_by_staff",
        "Staff acknowledge incidents.",
        Scope::Whole,
        "SELECT NULL::bigint AS post_id,
             format('incident %s by user %s', i.id, i.acknowledged_by) AS detail
         FROM incidents i
         WHERE i.acknowledged_by IS NOT NULL AND NOT EXISTS (
             SELECT FROM account_events
             WHERE subject_id = i.acknowledged_by AND event = 'role-granted' AND role = 'staff')",
    ),
    (
        "bulk_archive_is_by_staff",
        "Staff archive posts.",
        Scope::Whole,
        "SELECT NULL::bigint AS post_id,
             format('bulk archive %s by user %s', b.id, b.actor_id) AS detail
         FROM bulk_archives b
         WHERE NOT EXISTS (
             SELECT FROM account_events
             WHERE subject_id = b.actor_id AND event = 'role-granted' AND role = 'staff')",
    ),
    // The key of each archive is made from the key of the bulk archive.
    (
        "bulk_outcome_is_borne_out",
        "A bulk archive has archived what it says to have archived.",
        Scope::Whole,
        "SELECT NULL::bigint AS post_id,
             format('bulk archive %s, post %s: there is no history row', b.id, i.post_id) AS detail
         FROM bulk_archive_items i JOIN bulk_archives b ON b.id = i.bulk_archive_id
         WHERE i.settled_at IS NOT NULL AND i.refusal IS NULL
           AND NOT EXISTS (SELECT FROM history h
                           WHERE h.actor_id = b.actor_id AND h.key = b.key || '/' || i.post_id
                             AND h.action = 'archive' AND h.post_id = i.post_id)",
    ),
];
