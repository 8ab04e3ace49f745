//! For each trigger of the database, a write that it refuses, or what it does by itself.

use crate::support::saboteur::{Write, write};

#[rustfmt::skip]
pub const TRIGGERS: &[Write] = &[
    // posts
    write("post_begins_as_a_draft",
        "INSERT INTO posts (author_id, current_revision) VALUES (pg_temp.person('alice'), 2)"),
    write("post_moves_one_step_forward",
        "UPDATE posts SET state = 'draft', submitted_at = NULL, submitted_by = NULL, submitted_revision = NULL
         WHERE id = pg_temp.post('dashes')"),
    write("post_never_returns_to_an_older_revision",
        "UPDATE posts SET current_revision = 1 WHERE id = pg_temp.post('marks-and-diffs')"),
    write("post_origin_is_final",
        "UPDATE posts SET author_id = pg_temp.person('rosa') WHERE id = pg_temp.post('errata')"),
    write("submission_is_of_the_current_revision",
        "UPDATE posts SET state = 'in_review', submitted_at = now(), submitted_by = author_id, submitted_revision = 2
         WHERE id = pg_temp.post('errata')"),
    write("submission_facts_are_final",
        "UPDATE posts SET submitted_by = pg_temp.person('rosa') WHERE id = pg_temp.post('dashes')"),
    write("published_post_is_complete",
        "UPDATE revisions SET summary = ' ' WHERE post_id = pg_temp.post('dashes');
         SELECT pg_temp.publish(pg_temp.post('dashes'), 'dashes')"),
    write("published_slug_is_the_chosen_one",
        "UPDATE revisions SET slug = 'chosen' WHERE post_id = pg_temp.post('dashes');
         SELECT pg_temp.publish(pg_temp.post('dashes'), 'another')"),
    write("publication_facts_are_final",
        "UPDATE posts SET slug = 'elsewhere' WHERE id = pg_temp.post('imprimatur')"),
    write("archival_facts_are_final",
        "UPDATE posts SET archive_reason = 'Another reason.' WHERE id = pg_temp.post('wicked-bible')"),
    write("posts_are_never_deleted",
        "DELETE FROM posts WHERE id = pg_temp.post('errata')"),
    write("posts_are_never_emptied",
        "TRUNCATE posts CASCADE"),
    // revisions
    write("newest_revision_is_current",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 2, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata')"),
    write("revision_is_its_authors",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 2, title, summary, body, pg_temp.person('rosa'), at, key
         FROM revisions WHERE post_id = pg_temp.post('errata')"),
    write("revisions_are_append_only",
        "UPDATE revisions SET body = 'Something else.'"),
    write("revisions_are_append_only",
        "DELETE FROM revisions"),
    write("revisions_are_never_emptied",
        "TRUNCATE revisions CASCADE"),
    // reviews
    write("author_does_not_review",
        "INSERT INTO reviews (post_id, revision, reviewer_id, note, at, key)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('alice'), 'No.', now(), 'by-hand')"),
    write("request_is_withdrawn_by_its_reviewer",
        "INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, key)
         SELECT post_id, revision, pg_temp.person('rosa'), '', id, now(), 'by-hand'
         FROM reviews WHERE post_id = pg_temp.post('dashes')"),
    write("reviews_are_append_only",
        "UPDATE reviews SET note = 'Another note.'"),
    write("reviews_are_append_only",
        "DELETE FROM reviews"),
    write("reviews_are_never_emptied",
        "TRUNCATE reviews CASCADE"),
    // history
    write("history_is_borne_out",
        "INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, 'revise', revision, 'draft', 'draft', actor_id, 'by-hand', fingerprint, at
         FROM history WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("history_locks_its_post",
        "INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, 'revise', revision, 'draft', 'draft', actor_id, 'by-hand', fingerprint, now() + interval '1 day'
         FROM history WHERE post_id = pg_temp.post('errata')"),
    write("history_is_append_only",
        "UPDATE history SET revision = 2"),
    write("history_is_append_only",
        "DELETE FROM history"),
    write("history_is_never_emptied",
        "TRUNCATE history CASCADE"),
    // users
    write("account_is_as_recorded",
        "UPDATE users SET is_active = false WHERE username = 'arthur'"),
    write("display_name_is_as_recorded",
        "UPDATE users SET display_name = 'Somebody else' WHERE username = 'arthur'"),
    write("password_changes_with_its_record",
        "UPDATE users SET password_hash = '$argon2id$x' WHERE username = 'arthur'"),
    write("people_are_never_deleted",
        "DELETE FROM users WHERE username = 'arthur'"),
    write("people_are_never_emptied",
        "TRUNCATE users CASCADE"),
    // account_events
    write("access_event_is_borne_out",
        "SELECT pg_temp.record('token-made', NULL)"),
    write("account_event_is_borne_out",
        "SELECT pg_temp.record('deactivated', NULL)"),
    write("renaming_is_borne_out",
        "SELECT pg_temp.record('renamed', 'Malice')"),
    write("account_events_are_append_only",
        "UPDATE account_events SET at = at"),
    write("account_events_are_append_only",
        "DELETE FROM account_events"),
    write("account_events_are_never_emptied",
        "TRUNCATE account_events"),
    // sessions, password_links, tokens
    write("session_ends_once",
        "INSERT INTO sessions (id_hash, user_id, expires_at, ended_at)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '1 day', now());
         UPDATE sessions SET ended_at = NULL"),
    write("password_link_is_made_with_its_record",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 hour')"),
    write("password_link_works_once",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at, used_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 hour', now());
         UPDATE password_links SET used_at = NULL"),
    write("password_link_works_once",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at, replaced_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 hour', now());
         UPDATE password_links SET replaced_at = NULL"),
    write("token_is_made_with_its_record",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day')"),
    write("token_is_revoked_with_its_record",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day');
         UPDATE tokens SET revoked_at = now()"),
    write("token_that_was_revoked_stays_so",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at, revoked_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day', now());
         UPDATE tokens SET revoked_at = NULL"),
    // refusals, incidents, readings, bulk_archive_items
    write("refusals_are_append_only",
        "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'policy',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]');
         DELETE FROM refusals"),
    write("refusals_are_never_emptied",
        "TRUNCATE refusals"),
    write("incident_is_final",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing');
         UPDATE incidents SET detail = 'nothing'"),
    write("incident_begins_open",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', clock_timestamp(), pg_temp.person('stan'), 'Seen.')"),
    write("acknowledgement_is_by_staff",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing');
         UPDATE incidents SET acknowledged_at = clock_timestamp(),
             acknowledged_by = pg_temp.person('alice'), acknowledgement = 'Seen.'"),
    write("counts_of_refusals_only_grow",
        "INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), date_trunc('hour', now(), 'UTC'), 'publish', 'policy', 'page', 3);
         UPDATE refusal_counts SET left_out = 1"),
    write("bulk_archive_is_by_staff",
        "SELECT pg_temp.bulk(pg_temp.person('alice'))"),
    write("incidents_are_never_deleted",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing');
         DELETE FROM incidents"),
    write("incidents_are_never_emptied",
        "TRUNCATE incidents"),
    // By its author, by a person who is no reviewer, and of a draft.
    write("reading_is_a_reviewers",
        "UPDATE users SET roles = '{author,reviewer}' WHERE username IN ('alice', 'arthur');
         INSERT INTO readings (post_id, revision, reader_id)
         SELECT id, 1, author_id FROM posts WHERE id = pg_temp.post('dashes')"),
    write("reading_is_a_reviewers",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('stan'))"),
    write("reading_is_a_reviewers",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('errata'), 1, pg_temp.person('edith'))"),
    write("unsaved_edit_is_of_a_review",
        "INSERT INTO unsaved_edits (post_id, revision) VALUES (pg_temp.post('errata'), 1)"),
    write("bulk_outcome_is_borne_out",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at)
         SELECT id, pg_temp.post('dashes'), 1, now() FROM bulk_archives"),
    write("bulk_outcome_is_final",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at, refusal)
         SELECT id, pg_temp.post('dashes'), 1, now(), '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]'
         FROM bulk_archives;
         UPDATE bulk_archive_items SET settled_at = NULL, refusal = NULL"),
];

/// Triggers that refuse nothing, each with a write and what is true after it because of
/// the trigger.
#[rustfmt::skip]
pub const EFFECTS: &[(Write, &str)] = &[
    (write("account_event_gets_its_seal",
        "INSERT INTO account_events (actor_id, subject_id, event, request_id, interface, seal)
         SELECT id, id, 'sessions-ended', gen_random_uuid(), 'page', sha256('forged') FROM users"),
     "SELECT bool_and(seal <> sha256('forged')) FROM account_events"),
    (write("changed_credentials_end_sessions",
        "UPDATE users SET password_hash = '$argon2id$x' WHERE username = 'alice';
         UPDATE users SET is_active = false WHERE username = 'arthur'"),
     "SELECT count(*) = 2 FROM users WHERE sessions_valid_from >= transaction_timestamp()"),
    (write("staff_roster_is_kept",
        "UPDATE users SET roles = '{staff}' WHERE username = 'alice'"),
     "SELECT active_staff = 2 FROM staff_roster"),
];
