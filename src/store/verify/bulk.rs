//! Truths about what posts are found by, and about what is done in bulk.

use crate::store::verify::{Scope, Truth};

pub(super) const TRUTHS: &[Truth] = &[
    Truth {
        name: "document_is_kept_once",
        sentence: "A post has one document.",
        scope: Scope::Post,
        broken: "SELECT post_id, format('it has %s documents', count(*)) AS detail
                 FROM post_documents WHERE post_id = coalesce($1, post_id)
                 GROUP BY post_id HAVING count(*) > 1",
    },
    Truth {
        name: "document_has_its_post",
        sentence: "A document is of a post that exists.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('there is no post %s', post_id) AS detail
                 FROM post_documents
                 WHERE NOT EXISTS (SELECT FROM posts WHERE id = post_id)",
    },
    Truth {
        name: "post_is_found_by_its_newest_text",
        sentence: "A post is found by the words of its newest text, from the commit on that brings it.",
        scope: Scope::Post,
        broken: "SELECT p.id AS post_id, 'its document is of another text' AS detail
                 FROM posts p
                 JOIN LATERAL (
                     SELECT title, summary, body FROM revisions
                     WHERE post_id = p.id ORDER BY number DESC LIMIT 1
                 ) r ON true
                 WHERE p.id = coalesce($1, p.id)
                   AND NOT EXISTS (SELECT FROM post_documents d
                                   WHERE d.post_id = p.id
                                     AND d.document = search_document(r.title, r.summary, r.body))",
    },
    Truth {
        name: "bulk_archive_has_a_number",
        sentence: "A number names one decision.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('%s bulk archives have the number %s', count(*), id) AS detail
                 FROM bulk_archives GROUP BY id HAVING count(*) > 1",
    },
    Truth {
        name: "bulk_archive_has_its_actor",
        sentence: "Somebody has decided.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('bulk archive %s: there is no user %s', id, actor_id) AS detail
                 FROM bulk_archives
                 WHERE NOT EXISTS (SELECT FROM users WHERE users.id = actor_id)",
    },
    Truth {
        name: "bulk_archive_is_begun_once",
        sentence: "A form that is sent twice is one decision.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('user %s has begun %s bulk archives with one key', actor_id, count(*)) AS detail
                 FROM bulk_archives GROUP BY actor_id, key HAVING count(*) > 1",
    },
    Truth {
        name: "bulk_archive_has_a_reason",
        sentence: "The reason that each post is archived with has 1 to 2,000 characters.",
        scope: Scope::Whole,
        broken: r"SELECT NULL::bigint AS post_id, format('bulk archive %s', id) AS detail
                 FROM bulk_archives
                 WHERE NOT (reason ~ '\S' AND char_length(reason) <= 2000)",
    },
    Truth {
        name: "bulk_item_is_meant_once",
        sentence: "A decision means a post once.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('bulk archive %s means post %s %s times', bulk_archive_id, post_id, count(*)) AS detail
                 FROM bulk_archive_items GROUP BY bulk_archive_id, post_id HAVING count(*) > 1",
    },
    Truth {
        name: "bulk_item_has_its_decision",
        sentence: "Nothing is archived in bulk without a decision.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('post %s: there is no bulk archive %s', post_id, bulk_archive_id) AS detail
                 FROM bulk_archive_items
                 WHERE NOT EXISTS (SELECT FROM bulk_archives b WHERE b.id = bulk_archive_id)",
    },
    Truth {
        name: "bulk_refusal_has_reasons",
        sentence: "A refused post is settled, and says why.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('bulk archive %s, post %s', bulk_archive_id, post_id) AS detail
                 FROM bulk_archive_items
                 WHERE refusal IS NOT NULL
                   AND (settled_at IS NULL OR jsonb_typeof(refusal) <> 'array' OR refusal = '[]')",
    },
    // The key of what the door did is made from the key of the decision.
    Truth {
        name: "bulk_outcome_is_borne_out",
        sentence: "What a bulk archive says to have archived it has archived.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('bulk archive %s, post %s: there is no operation', b.id, i.post_id) AS detail
                 FROM bulk_archive_items i JOIN bulk_archives b ON b.id = i.bulk_archive_id
                 WHERE i.settled_at IS NOT NULL AND i.refusal IS NULL
                   AND NOT EXISTS (SELECT FROM operations o
                                   WHERE o.actor_id = b.actor_id AND o.key = b.key || '/' || i.post_id
                                     AND o.action = 'archive' AND o.post_id = i.post_id)",
    },
];
