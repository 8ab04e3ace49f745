//! Truths about what was written, judged and decided.

use crate::store::verify::{Scope, Truth};

pub(super) const TRUTHS: &[Truth] = &[
    Truth {
        name: "operation_key_is_used_once",
        sentence: "One key of one person causes one effect.",
        scope: Scope::Post,
        broken: "SELECT min(post_id) AS post_id,
                     format('%s operations of user %s have one key', count(*), actor_id) AS detail
                 FROM operations
                 WHERE (actor_id, key) IN
                     (SELECT actor_id, key FROM operations WHERE post_id = coalesce($1, post_id))
                 GROUP BY actor_id, key HAVING count(*) > 1",
    },
    Truth {
        name: "operation_key_is_well_formed",
        sentence: "A key is 1 to 255 visible ASCII characters.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('an operation of user %s at %s', actor_id, at) AS detail
                 FROM operations
                 WHERE post_id = coalesce($1, post_id) AND (key ~ '^[!-~]{1,255}$') IS NOT TRUE",
    },
    Truth {
        name: "operation_fingerprint_is_sha256",
        sentence: "The fingerprint tells whether a repeated key comes with the same content.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('an operation of user %s at %s', actor_id, at) AS detail
                 FROM operations
                 WHERE post_id = coalesce($1, post_id) AND (octet_length(fingerprint) = 32) IS NOT TRUE",
    },
    Truth {
        name: "operation_action_is_known",
        sentence: "There are seven actions.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('an operation of user %s at %s', actor_id, at) AS detail
                 FROM operations
                 WHERE post_id = coalesce($1, post_id)
                   AND (action IN ('create', 'revise', 'submit', 'request-changes',
                                   'withdraw-request', 'publish', 'archive')) IS NOT TRUE",
    },
    Truth {
        name: "revision_number_is_used_once",
        sentence: "A revision number names one text of one post.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('there are %s revisions %s', count(*), number) AS detail
                 FROM revisions WHERE post_id = coalesce($1, post_id)
                 GROUP BY post_id, number HAVING count(*) > 1",
    },
    Truth {
        name: "revision_numbers_begin_at_one",
        sentence: "The first revision is number 1.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('there is a revision %s', number) AS detail FROM revisions
                 WHERE post_id = coalesce($1, post_id) AND (number >= 1) IS NOT TRUE",
    },
    Truth {
        name: "revision_numbers_have_no_gaps",
        sentence: "Every later revision follows the one numbered before it.",
        scope: Scope::Post,
        broken: "SELECT r.post_id, format('there is no revision before %s', r.number) AS detail
                 FROM revisions r
                 WHERE r.post_id = coalesce($1, r.post_id) AND r.number > 1
                   AND NOT EXISTS (SELECT FROM revisions before
                                   WHERE before.post_id = r.post_id AND before.number = r.number - 1)",
    },
    Truth {
        name: "revision_has_its_operation",
        sentence: "No text without an operation of the same person, key, post, revision and time.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('revision %s', number) AS detail FROM revisions r
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM operations o
                                   WHERE (o.actor_id, o.key, o.post_id, o.revision, o.at)
                                       = (r.author_id, r.operation_key, r.post_id, r.number, r.at))",
    },
    Truth {
        name: "revision_is_within_limits",
        sentence: "A title has at most 200 characters, a summary 500, a body 100,000.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('revision %s', number) AS detail FROM revisions
                 WHERE post_id = coalesce($1, post_id)
                   AND (char_length(title) <= 200 AND char_length(summary) <= 500
                        AND char_length(body) <= 100000) IS NOT TRUE",
    },
    Truth {
        name: "review_is_of_a_revision",
        sentence: "A review speaks of a revision that exists.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('review %s is of revision %s', id, revision) AS detail
                 FROM reviews
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM revisions r
                                   WHERE r.post_id = reviews.post_id AND r.number = revision)",
    },
    Truth {
        name: "review_has_its_operation",
        sentence: "No review without an operation of the same person, key, post, revision and time.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('review %s', id) AS detail FROM reviews r
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM operations o
                                   WHERE (o.actor_id, o.key, o.post_id, o.revision, o.at)
                                       = (r.reviewer_id, r.operation_key, r.post_id, r.revision, r.at))",
    },
    Truth {
        name: "request_is_withdrawn_by_whoever_asked",
        sentence: "Only the reviewer who asked takes the request back, for the same revision of the same post; a withdrawal stands for ever.",
        scope: Scope::Post,
        broken: "SELECT w.post_id, format('review %s takes back %s', w.id, w.withdraws) AS detail
                 FROM reviews w
                 WHERE w.post_id = coalesce($1, w.post_id) AND w.withdraws IS NOT NULL
                   AND NOT EXISTS (SELECT FROM reviews request
                                   WHERE request.withdraws IS NULL
                                     AND (request.id, request.post_id, request.revision, request.reviewer_id)
                                       = (w.withdraws, w.post_id, w.revision, w.reviewer_id))",
    },
    Truth {
        name: "request_is_withdrawn_once",
        sentence: "A request is taken back at most once.",
        scope: Scope::Post,
        broken: "SELECT min(post_id) AS post_id,
                     format('request %s is taken back %s times', withdraws, count(*)) AS detail
                 FROM reviews WHERE post_id = coalesce($1, post_id) AND withdraws IS NOT NULL
                 GROUP BY withdraws HAVING count(*) > 1",
    },
    Truth {
        name: "request_says_what_to_change",
        sentence: "A change request has a note.",
        scope: Scope::Post,
        broken: r"SELECT post_id, format('review %s', id) AS detail FROM reviews
                 WHERE post_id = coalesce($1, post_id)
                   AND (withdraws IS NOT NULL OR note ~ '\S') IS NOT TRUE",
    },
    Truth {
        name: "review_note_is_within_limits",
        sentence: "A note has at most 2,000 characters.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('review %s', id) AS detail FROM reviews
                 WHERE post_id = coalesce($1, post_id) AND (char_length(note) <= 2000) IS NOT TRUE",
    },
    Truth {
        name: "reading_is_noted_once",
        sentence: "A person and a revision have one row, however often they meet.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('user %s read revision %s in %s rows', reader_id, revision, count(*)) AS detail
                 FROM readings WHERE post_id = coalesce($1, post_id)
                 GROUP BY post_id, reader_id, revision HAVING count(*) > 1",
    },
    Truth {
        name: "reading_is_of_a_revision",
        sentence: "What somebody read is a revision that exists.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('user %s read revision %s', reader_id, revision) AS detail
                 FROM readings read
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM revisions r
                                   WHERE r.post_id = read.post_id AND r.number = read.revision)",
    },
    Truth {
        name: "reading_has_its_reader",
        sentence: "Nothing is read by nobody.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('user %s read revision %s', reader_id, revision) AS detail
                 FROM readings
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM users WHERE users.id = reader_id)",
    },
    Truth {
        name: "reading_begins_before_it_ends",
        sentence: "Nobody looks for the last time before they look for the first time.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('user %s read revision %s', reader_id, revision) AS detail
                 FROM readings
                 WHERE post_id = coalesce($1, post_id) AND (first_at <= last_at) IS NOT TRUE",
    },
    Truth {
        name: "post_enters_each_state_once",
        sentence: "Publishing twice is not representable.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('it entered %s %s times', to_state, count(*)) AS detail
                 FROM transitions WHERE post_id = coalesce($1, post_id)
                 GROUP BY post_id, to_state HAVING count(*) > 1",
    },
    Truth {
        name: "transition_is_an_arrow",
        sentence: "There are four arrows: to draft, to in review, to published, to archived, each from the state before.",
        scope: Scope::Post,
        broken: "SELECT post_id,
                     format('from %s to %s', coalesce(from_state, 'nothing'), to_state) AS detail
                 FROM transitions
                 WHERE post_id = coalesce($1, post_id)
                   AND ((coalesce(from_state, 'nothing'), to_state) IN (
                       ('nothing', 'draft'), ('draft', 'in_review'),
                       ('in_review', 'published'), ('published', 'archived'))) IS NOT TRUE",
    },
    Truth {
        name: "transition_skips_nothing",
        sentence: "A post leaves only a state that it entered.",
        scope: Scope::Post,
        broken: "SELECT t.post_id,
                     format('it left %s for %s and had not entered it', t.from_state, t.to_state) AS detail
                 FROM transitions t
                 WHERE t.post_id = coalesce($1, t.post_id) AND t.from_state IS NOT NULL
                   AND NOT EXISTS (SELECT FROM transitions before
                                   WHERE before.post_id = t.post_id AND before.to_state = t.from_state)",
    },
    Truth {
        name: "transition_names_a_revision",
        sentence: "A state is entered with a revision that exists.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('it entered %s with revision %s', to_state, revision) AS detail
                 FROM transitions
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM revisions r
                                   WHERE r.post_id = transitions.post_id AND r.number = revision)",
    },
    Truth {
        name: "transition_has_its_operation",
        sentence: "No transition without an operation of the same person, key, post, revision and time.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('it entered %s', to_state) AS detail FROM transitions t
                 WHERE post_id = coalesce($1, post_id)
                   AND NOT EXISTS (SELECT FROM operations o
                                   WHERE (o.actor_id, o.key, o.post_id, o.revision, o.at)
                                       = (t.actor_id, t.operation_key, t.post_id, t.revision, t.at))",
    },
    // Facts that are missing, and states that the post has not reached, are
    // other truths: a comparison with null reports neither here.
    Truth {
        name: "transition_is_borne_out_by_its_post",
        sentence: "No history row that the post does not bear out at commit: who, when and which revision agree.",
        scope: Scope::Post,
        broken: "SELECT t.post_id, format('post and history differ on how it became %s', t.to_state) AS detail
                 FROM transitions t JOIN posts p ON p.id = t.post_id
                 WHERE t.post_id = coalesce($1, t.post_id) AND CASE t.to_state
                     WHEN 'draft' THEN (t.actor_id, t.at) <> (p.author_id, p.created_at)
                     WHEN 'in_review' THEN (t.actor_id, t.at, t.revision)
                         <> (p.submitted_by, p.submitted_at, p.submitted_revision)
                     WHEN 'published' THEN (t.actor_id, t.at, t.revision)
                         <> (p.published_by, p.published_at, p.published_revision)
                     WHEN 'archived' THEN (t.actor_id, t.at, t.revision)
                         <> (p.archived_by, p.archived_at, p.published_revision)
                     END",
    },
];
