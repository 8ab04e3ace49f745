//! Ways to break the truths that several rows keep together.

use crate::support::saboteur::{Write, write};

#[rustfmt::skip]
pub const SABOTAGE: &[Write] = &[
    write("next_number_is_free",
        "ALTER SEQUENCE posts_id_seq RESTART WITH 2"),
    write("staff_roster_is_kept",
        "UPDATE staff_roster SET active_staff = 7"),
    write("published_post_is_complete",
        "UPDATE revisions SET summary = ' ' WHERE post_id = pg_temp.post('imprimatur')"),
    write("published_slug_is_the_chosen_one",
        "UPDATE revisions SET slug = 'another' WHERE post_id = pg_temp.post('imprimatur')"),
    write("post_is_found_by_its_newest_text",
        "UPDATE post_documents SET document = to_tsvector('simple', 'other words')
         WHERE post_id = pg_temp.post('dashes')"),
    write("post_is_found_by_its_newest_text",
        "UPDATE post_documents SET document = strip(document)
         WHERE post_id = pg_temp.post('dashes')"),
    write("post_is_found_by_its_newest_text",
        "DELETE FROM post_documents WHERE post_id = pg_temp.post('dashes')"),
    write("account_is_found_by_its_name",
        "UPDATE users SET name_words = '' WHERE username = 'alice'"),
    write("bulk_outcome_is_borne_out",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at)
         SELECT id, pg_temp.post('dashes'), 1, now() FROM bulk_archives"),
    write("staff_roster_is_kept",
        "UPDATE users SET is_active = false WHERE username = 'stan'; DELETE FROM staff_roster"),
    write("display_name_is_as_recorded",
        "INSERT INTO account_events (actor_id, subject_id, event, display_name, request_id, interface, at, seal)
         SELECT actor_id, subject_id, 'renamed', 'Somebody else', request_id, interface, at, seal_with_name(
             account_event_seal(at, actor_id, subject_id, 'renamed', NULL, '', request_id, interface), 'Somebody else')
         FROM account_events WHERE event = 'created' AND subject_id = pg_temp.person('alice')"),
    write("account_is_as_recorded",
        "UPDATE users SET roles = '{author,reviewer}' WHERE username = 'alice'"),
    write("account_is_as_recorded",
        "UPDATE users SET is_active = false WHERE username = 'alice'"),
    write("account_is_as_recorded",
        "DELETE FROM account_events WHERE event = 'created' AND subject_id = pg_temp.person('alice')"),
    write("account_is_as_recorded",
        "INSERT INTO account_events (actor_id, subject_id, event, role, request_id, interface, at, seal)
         SELECT actor_id, subject_id, event, role, request_id, interface, at,
             account_event_seal(at, actor_id, subject_id, event, role, '', request_id, interface)
         FROM account_events WHERE event = 'role-granted' AND subject_id = pg_temp.person('alice')"),
    write("newest_revision_is_current",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 2, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    write("revision_is_its_authors",
        "UPDATE revisions SET author_id = pg_temp.person('rosa') WHERE post_id = pg_temp.post('errata')"),
    write("submission_is_of_the_current_revision",
        "UPDATE posts SET submitted_revision = 2, current_revision = 1
         WHERE id = pg_temp.post('marks-and-diffs')"),
    write("post_moves_one_step_forward",
        "UPDATE posts SET state = 'draft', submitted_at = NULL, submitted_by = NULL, submitted_revision = NULL
         WHERE id = pg_temp.post('dashes')"),
    write("reading_is_a_reviewers",
        "INSERT INTO readings (post_id, revision, reader_id)
         SELECT id, 1, author_id FROM posts WHERE id = pg_temp.post('dashes')"),
    write("reading_is_a_reviewers",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('stan'))"),
    write("reading_is_a_reviewers",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('errata'), 1, pg_temp.person('edith'))"),
    write("acknowledgement_is_by_staff",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', now(), pg_temp.person('alice'), 'Seen.')"),
    write("bulk_archive_is_by_staff",
        "INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
         VALUES (pg_temp.person('alice'), 'by-hand', sha256('b'), 'For the record.')"),
    write("unsaved_edit_is_of_a_review",
        "INSERT INTO unsaved_edits (post_id, revision) VALUES (pg_temp.post('errata'), 1)"),
    write("author_does_not_review",
        "UPDATE reviews SET reviewer_id = pg_temp.person('arthur') WHERE post_id = pg_temp.post('dashes');
         UPDATE posts SET author_id = pg_temp.person('arthur') WHERE id = pg_temp.post('dashes')"),
    write("request_is_withdrawn_by_its_reviewer",
        "UPDATE reviews SET reviewer_id = pg_temp.person('rosa') WHERE withdraws IS NOT NULL"),
    write("history_is_borne_out",
        "UPDATE history SET actor_id = pg_temp.person('stan')
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("history_is_borne_out",
        "UPDATE history SET at = at + interval '1 second'
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("history_is_borne_out",
        "UPDATE history SET revision = 2
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("history_is_borne_out",
        "DELETE FROM reviews WHERE post_id = pg_temp.post('dashes')"),
    write("history_is_borne_out",
        "INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, 'revise', revision, 'draft', 'draft', actor_id, key || '/late', fingerprint, at
         FROM history WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("fingerprint_is_of_what_was_sent",
        "UPDATE revisions SET body = 'Something else.' WHERE post_id = pg_temp.post('imprimatur')"),
    write("fingerprint_is_of_what_was_sent",
        "UPDATE posts SET published_by = pg_temp.person('stan') WHERE id = pg_temp.post('imprimatur');
         UPDATE history SET actor_id = pg_temp.person('stan')
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("fingerprint_is_of_what_was_sent",
        "UPDATE posts SET archive_reason = 'Another reason.' WHERE archive_reason IS NOT NULL"),
    write("fingerprint_is_of_what_was_sent",
        "UPDATE reviews SET note = 'Another note.' WHERE post_id = pg_temp.post('dashes')"),
];
