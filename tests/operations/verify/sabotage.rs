//! One way to break each truth, in the order of the truths, and the guards that
//! have none.

/// What a superuser does to a database with the demo in it, with triggers and
/// foreign keys off.
pub struct Sabotage {
    pub truth: &'static str,
    pub sql: &'static str,
    /// What cannot but break with it.
    pub also: &'static [&'static str],
}

const fn by(truth: &'static str, sql: &'static str) -> Sabotage {
    Sabotage { truth, sql, also: &[] }
}

#[rustfmt::skip]
pub const SABOTAGE: &[Sabotage] = &[
    by("an_id_names_one_row",
        "ALTER TABLE incidents DROP CONSTRAINT incidents_pkey;
         INSERT INTO incidents (id, request_id, interface, action, invariant, detail)
         OVERRIDING SYSTEM VALUE
         SELECT 1, gen_random_uuid(), 'page', 'publish', 'some', 'thing' FROM generate_series(1, 2)"),
    by("username_is_unique",
        "ALTER TABLE users DROP CONSTRAINT username_is_unique;
         UPDATE users SET username = 'alice' WHERE username = 'arthur'"),
    by("username_is_well_formed",
        "ALTER TABLE users DROP CONSTRAINT username_is_well_formed;
         UPDATE users SET username = 'Alice H' WHERE username = 'alice'"),
    by("display_name_is_given",
        "ALTER TABLE users DROP CONSTRAINT display_name_is_given;
         UPDATE users SET display_name = ' ' WHERE username = 'alice'"),
    by("password_is_stored_hashed",
        "ALTER TABLE users DROP CONSTRAINT password_is_stored_hashed;
         UPDATE users SET password_hash = 'let-it-be-printed' WHERE username = 'alice'"),
    by("roles_are_known_and_held_once",
        "ALTER TABLE users DROP CONSTRAINT roles_are_known_and_held_once;
         UPDATE users SET roles = '{author,author}' WHERE username = 'alice'"),
    by("people_are_never_deleted",
        "DELETE FROM users WHERE username = 'arthur'"),
    by("there_is_always_an_active_staff_account",
        "UPDATE users SET is_active = false WHERE username = 'stan'; DELETE FROM staff_roster"),
    by("staff_roster_is_kept",
        "UPDATE staff_roster SET active_staff = 7"),
    by("account_event_is_known",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_known;
         UPDATE account_events SET event = 'renamed' WHERE event = 'created'"),
    by("account_event_names_a_role_iff_about_one",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_names_a_role_iff_about_one;
         UPDATE account_events SET role = 'author' WHERE event = 'created'"),
    by("session_is_stored_hashed",
        "ALTER TABLE sessions DROP CONSTRAINT session_is_stored_hashed;
         INSERT INTO sessions (id_hash, user_id, expires_at) VALUES ('plain', pg_temp.person('alice'), now())"),
    by("session_number_is_unique",
        "ALTER TABLE sessions DROP CONSTRAINT session_number_is_unique;
         INSERT INTO sessions (number, id_hash, user_id, expires_at) OVERRIDING SYSTEM VALUE
         SELECT 1, sha256(n::text::bytea), pg_temp.person('alice'), now() FROM generate_series(1, 2) n"),
    by("session_names_its_device",
        "ALTER TABLE sessions DROP CONSTRAINT session_names_its_device;
         INSERT INTO sessions (id_hash, user_id, expires_at, device)
         VALUES (sha256('s'), pg_temp.person('alice'), now(), ' ')"),
    by("password_link_is_stored_hashed",
        "ALTER TABLE password_links DROP CONSTRAINT password_link_is_stored_hashed;
         INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), 'plain', now() + interval '1 hour')"),
    by("password_link_is_unique",
        "ALTER TABLE password_links DROP CONSTRAINT password_link_is_unique;
         INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         SELECT id, id, sha256('s'), now() + interval '1 hour' FROM users WHERE username IN ('alice', 'stan')"),
    by("password_link_works_for_two_days",
        "ALTER TABLE password_links DROP CONSTRAINT password_link_works_for_two_days;
         INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 week')"),
    by("password_link_ends_in_one_way",
        "ALTER TABLE password_links DROP CONSTRAINT password_link_ends_in_one_way;
         INSERT INTO password_links (user_id, made_by, secret_hash, expires_at, used_at, replaced_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 hour', now(), now())"),
    by("account_has_one_password_link",
        "ALTER TABLE password_links DROP CONSTRAINT account_has_one_password_link;
         INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         SELECT pg_temp.person('alice'), pg_temp.person('stan'), sha256(n::text::bytea), now() + interval '1 hour'
         FROM generate_series(1, 2) n"),
    by("token_is_stored_hashed",
        "ALTER TABLE tokens DROP CONSTRAINT token_is_stored_hashed;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', 'plain', now() + interval '1 day')"),
    by("token_is_unique",
        "ALTER TABLE tokens DROP CONSTRAINT token_is_unique;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         SELECT id, 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day'
         FROM users WHERE username IN ('alice', 'stan')"),
    by("token_name_is_given",
        "ALTER TABLE tokens DROP CONSTRAINT token_name_is_given;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), ' ', 'imprimatur_abcd', sha256('s'), now() + interval '1 day')"),
    by("token_shows_its_beginning",
        "ALTER TABLE tokens DROP CONSTRAINT token_shows_its_beginning;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcdefghijklmnop', sha256('s'), now() + interval '1 day')"),
    by("token_works_for_a_year",
        "ALTER TABLE tokens DROP CONSTRAINT token_works_for_a_year;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '2 years')"),
    by("token_permissions_are_known",
        "ALTER TABLE tokens DROP CONSTRAINT token_permissions_are_known;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at, permissions)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day', '{posts.burn_post}')"),
    by("throttle_kind_is_known",
        "ALTER TABLE sign_in_throttle DROP CONSTRAINT throttle_kind_is_known;
         INSERT INTO sign_in_throttle (kind, subject_hash, attempts) VALUES ('mood', '', 1)"),
    by("cookie_key_is_long_enough",
        "ALTER TABLE cookie_key DROP CONSTRAINT cookie_key_is_long_enough;
         UPDATE cookie_key SET key = 'short'"),
    by("refusal_layer_is_known",
        "ALTER TABLE refusals DROP CONSTRAINT refusal_layer_is_known;
         INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'mood', '[1]')"),
    by("refusal_has_reasons",
        "ALTER TABLE refusals DROP CONSTRAINT refusal_has_reasons;
         INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'policy', '[]')"),
    by("acknowledgement_is_whole",
        "ALTER TABLE incidents DROP CONSTRAINT acknowledgement_is_whole;
         INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', 'Seen.')"),

    by("post_state_is_known",
        "ALTER TABLE posts DROP CONSTRAINT post_state_is_known;
         UPDATE posts SET state = 'limbo' WHERE id = pg_temp.post('dashes')"),
    by("submission_facts_iff_submitted",
        "ALTER TABLE posts DROP CONSTRAINT submission_facts_iff_submitted;
         UPDATE posts SET submitted_at = created_at WHERE id = pg_temp.post('errata')"),
    by("publication_facts_iff_published",
        "ALTER TABLE posts DROP CONSTRAINT publication_facts_iff_published;
         UPDATE posts SET slug = 'early' WHERE id = pg_temp.post('dashes')"),
    by("archival_facts_iff_archived",
        "ALTER TABLE posts DROP CONSTRAINT archival_facts_iff_archived;
         UPDATE posts SET archived_by = author_id WHERE id = pg_temp.post('imprimatur')"),
    by("facts_are_in_order",
        "ALTER TABLE posts DROP CONSTRAINT facts_are_in_order;
         UPDATE posts SET submitted_at = created_at - interval '1 day' WHERE id = pg_temp.post('dashes');
         UPDATE operations SET at = submitted_at FROM posts
         WHERE post_id = posts.id AND post_id = pg_temp.post('dashes') AND action = 'submit';
         UPDATE transitions SET at = submitted_at FROM posts
         WHERE post_id = posts.id AND post_id = pg_temp.post('dashes') AND to_state = 'in_review'"),
    by("published_content_is_final",
        "ALTER TABLE posts DROP CONSTRAINT published_content_is_final;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
         SELECT post_id, 2, title, summary, body, author_id, at, pg_temp.like_it(operation_key, 2)
         FROM revisions WHERE post_id = pg_temp.post('imprimatur');
         UPDATE posts SET current_revision = 2 WHERE id = pg_temp.post('imprimatur')"),
    by("archive_reason_is_given",
        "ALTER TABLE posts DROP CONSTRAINT archive_reason_is_given;
         UPDATE posts SET archive_reason = ' ' WHERE id = pg_temp.post('wicked-bible')"),
    by("slug_is_unique",
        "ALTER TABLE posts DROP CONSTRAINT slug_is_unique;
         UPDATE posts SET slug = 'the-same' WHERE id IN (pg_temp.post('imprimatur'), pg_temp.post('short-letter'))"),
    by("slug_is_well_formed",
        "ALTER TABLE posts DROP CONSTRAINT slug_is_well_formed;
         UPDATE posts SET slug = 'Let It' WHERE id = pg_temp.post('imprimatur')"),
    by("post_state_is_recorded",
        "DELETE FROM transitions WHERE post_id = pg_temp.post('dashes') AND to_state = 'in_review'"),
    by("post_points_at_a_revision",
        "UPDATE posts SET current_revision = 9 WHERE id = pg_temp.post('errata')"),
    Sabotage {
        truth: "submission_names_a_revision",
        sql: "UPDATE posts SET submitted_revision = 0 WHERE id = pg_temp.post('dashes')",
        also: &["transition_is_borne_out_by_its_post"],
    },
    Sabotage {
        truth: "submission_is_of_the_current_revision",
        sql: "UPDATE posts SET submitted_revision = 2, current_revision = 1
              WHERE id = pg_temp.post('marks-and-diffs');
              UPDATE operations SET revision = 2
              WHERE post_id = pg_temp.post('marks-and-diffs') AND action = 'submit';
              UPDATE transitions SET revision = 2
              WHERE post_id = pg_temp.post('marks-and-diffs') AND to_state = 'in_review'",
        also: &["newest_revision_is_current"],
    },
    by("newest_revision_is_current",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
         SELECT post_id, 2, title, summary, body, author_id, at, pg_temp.like_it(operation_key, 2)
         FROM revisions WHERE post_id = pg_temp.post('errata')"),
    Sabotage {
        truth: "published_post_is_complete",
        sql: "UPDATE revisions SET summary = ' ' WHERE post_id = pg_temp.post('imprimatur')",
        also: &["post_is_found_by_its_newest_text"],
    },
    by("post_begins_as_a_draft",
        "UPDATE transitions SET revision = 2, operation_key = pg_temp.like_it(operation_key, 2)
         WHERE post_id = pg_temp.post('marks-and-diffs') AND to_state = 'draft'"),
    by("post_moves_one_step_forward",
        "INSERT INTO transitions
         SELECT post_id, 'in_review', 'published', actor_id, at, revision, operation_key
         FROM transitions WHERE post_id = pg_temp.post('dashes') AND to_state = 'in_review'"),
    Sabotage {
        truth: "posts_are_never_deleted",
        sql: "DELETE FROM posts WHERE id = pg_temp.post('errata')",
        also: &["document_has_its_post"],
    },

    by("operation_key_is_used_once",
        "ALTER TABLE operations DROP CONSTRAINT operation_key_is_used_once;
         INSERT INTO operations
         SELECT actor_id, key, action, post_id, 2, state, fingerprint, at
         FROM operations WHERE post_id = pg_temp.post('errata')"),
    by("operation_key_is_well_formed",
        "ALTER TABLE operations DROP CONSTRAINT operation_key_is_well_formed;
         INSERT INTO operations
         SELECT actor_id, 'two words', action, post_id, revision, state, fingerprint, at
         FROM operations WHERE post_id = pg_temp.post('errata')"),
    by("operation_fingerprint_is_sha256",
        "ALTER TABLE operations DROP CONSTRAINT operation_fingerprint_is_sha256;
         UPDATE operations SET fingerprint = '' WHERE post_id = pg_temp.post('errata')"),
    by("operation_action_is_known",
        "ALTER TABLE operations DROP CONSTRAINT operation_action_is_known;
         UPDATE operations SET action = 'ponder' WHERE post_id = pg_temp.post('errata')"),
    by("revision_number_is_used_once",
        "ALTER TABLE revisions DROP CONSTRAINT revision_number_is_used_once CASCADE;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
         SELECT post_id, number, title, summary, body, author_id, at, operation_key
         FROM revisions WHERE post_id = pg_temp.post('errata')"),
    by("revision_numbers_begin_at_one",
        "ALTER TABLE revisions DROP CONSTRAINT revision_numbers_begin_at_one;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
         SELECT post_id, 0, title, summary, body, author_id, at, pg_temp.like_it(operation_key, 0)
         FROM revisions WHERE post_id = pg_temp.post('errata')"),
    by("revision_numbers_have_no_gaps",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
         SELECT post_id, 3, title, summary, body, author_id, at, pg_temp.like_it(operation_key, 3)
         FROM revisions WHERE post_id = pg_temp.post('errata');
         UPDATE posts SET current_revision = 3 WHERE id = pg_temp.post('errata')"),
    by("revision_has_its_operation",
        "UPDATE revisions SET operation_key = pg_temp.like_it(operation_key, 2)
         WHERE post_id = pg_temp.post('errata')"),
    by("revision_is_within_limits",
        "ALTER TABLE revisions DROP CONSTRAINT revision_is_within_limits;
         UPDATE revisions SET summary = repeat('-', 501) WHERE post_id = pg_temp.post('errata');
         UPDATE post_documents d SET document = search_document(title, summary, body)
         FROM revisions r WHERE r.post_id = d.post_id AND r.post_id = pg_temp.post('errata')"),
    by("review_is_of_a_revision",
        "UPDATE reviews SET revision = 9, operation_key = pg_temp.like_it(operation_key, 9)
         WHERE post_id = pg_temp.post('dashes')"),
    by("review_has_its_operation",
        "UPDATE operations SET post_id = pg_temp.post('errata')
         WHERE post_id = pg_temp.post('dashes') AND action = 'request-changes'"),
    by("request_is_withdrawn_by_whoever_asked",
        "UPDATE operations SET actor_id = pg_temp.person('rosa') WHERE action = 'withdraw-request';
         UPDATE reviews SET reviewer_id = pg_temp.person('rosa') WHERE withdraws IS NOT NULL"),
    by("request_is_withdrawn_once",
        "ALTER TABLE reviews DROP CONSTRAINT request_is_withdrawn_once;
         INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, operation_key)
         SELECT post_id, revision, reviewer_id, note, withdraws, at, operation_key
         FROM reviews WHERE withdraws IS NOT NULL"),
    by("request_says_what_to_change",
        "ALTER TABLE reviews DROP CONSTRAINT request_says_what_to_change;
         UPDATE reviews SET note = ' ' WHERE post_id = pg_temp.post('dashes')"),
    by("review_note_is_within_limits",
        "ALTER TABLE reviews DROP CONSTRAINT review_note_is_within_limits;
         UPDATE reviews SET note = repeat('x', 2001) WHERE post_id = pg_temp.post('dashes')"),
    by("reading_is_noted_once",
        "ALTER TABLE readings DROP CONSTRAINT reading_is_noted_once;
         INSERT INTO readings (post_id, revision, reader_id)
         SELECT pg_temp.post('dashes'), 1, pg_temp.person('rosa') FROM generate_series(1, 2)"),
    by("reading_is_of_a_revision",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('dashes'), 9, pg_temp.person('rosa'))"),
    by("reading_has_its_reader",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('dashes'), 1, 4711)"),
    by("reading_begins_before_it_ends",
        "ALTER TABLE readings DROP CONSTRAINT reading_begins_before_it_ends;
         INSERT INTO readings (post_id, revision, reader_id, first_at)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('rosa'), now() + interval '1 day')"),
    by("post_enters_each_state_once",
        "ALTER TABLE transitions DROP CONSTRAINT post_enters_each_state_once CASCADE;
         INSERT INTO transitions SELECT * FROM transitions WHERE post_id = pg_temp.post('errata')"),
    by("transition_is_an_arrow",
        "ALTER TABLE transitions DROP CONSTRAINT transition_is_an_arrow;
         UPDATE transitions SET from_state = 'draft'
         WHERE post_id = pg_temp.post('imprimatur') AND to_state = 'published'"),
    by("transition_skips_nothing",
        "DELETE FROM transitions WHERE post_id = pg_temp.post('imprimatur') AND to_state = 'in_review'"),
    Sabotage {
        truth: "transition_names_a_revision",
        sql: "UPDATE transitions SET revision = 9, operation_key = pg_temp.like_it(operation_key, 9)
              WHERE post_id = pg_temp.post('imprimatur') AND to_state = 'in_review'",
        also: &["transition_is_borne_out_by_its_post"],
    },
    by("transition_has_its_operation",
        "UPDATE operations SET at = at + interval '1 second'
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("transition_is_borne_out_by_its_post",
        "UPDATE operations SET at = at + interval '1 second'
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish';
         UPDATE transitions SET at = at + interval '1 second'
         WHERE post_id = pg_temp.post('imprimatur') AND to_state = 'published'"),

    by("document_is_kept_once",
        "ALTER TABLE post_documents DROP CONSTRAINT document_is_kept_once;
         INSERT INTO post_documents SELECT * FROM post_documents
         WHERE post_id = pg_temp.post('dashes')"),
    by("document_has_its_post",
        "INSERT INTO post_documents (post_id, document) VALUES (4711, '')"),
    by("post_is_found_by_its_newest_text",
        "UPDATE post_documents SET document = to_tsvector('simple', 'other words')
         WHERE post_id = pg_temp.post('dashes')"),
    by("bulk_archive_has_a_number",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_has_a_number CASCADE;
         INSERT INTO bulk_archives (id, actor_id, key, fingerprint, reason)
         OVERRIDING SYSTEM VALUE
         SELECT id, actor_id, key || '/other', fingerprint, reason FROM bulk_archives"),
    by("bulk_archive_has_its_actor",
        "SELECT pg_temp.bulk(4711)"),
    by("bulk_archive_is_begun_once",
        "ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_is_begun_once;
         SELECT pg_temp.bulk(pg_temp.person('stan')) FROM generate_series(1, 2)"),
    by("bulk_archive_has_a_reason",
        "ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_has_a_reason;
         SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET reason = ' '"),
    by("bulk_item_is_meant_once",
        "ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_item_is_meant_once;
         SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
         SELECT id, pg_temp.post('dashes'), 1 FROM bulk_archives, generate_series(1, 2)"),
    by("bulk_item_has_its_decision",
        "INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen) VALUES (4711, 1, 1)"),
    by("bulk_refusal_has_reasons",
        "ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_refusal_has_reasons;
         SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at, refusal)
         SELECT id, 1, 1, now(), '[]' FROM bulk_archives"),
    by("bulk_outcome_is_borne_out",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at)
         SELECT id, pg_temp.post('dashes'), 1, now() FROM bulk_archives"),

    by("guards_are_in_place",
        "ALTER TABLE posts DISABLE TRIGGER post_moves_one_step_forward"),
];

/// Guards that speak of how a row changes, or that only serve another guard:
/// no row can be told to have broken them.
pub const UNSEEN_IN_ROWS: &[&str] = &[
    "account_events_are_append_only",
    "account_events_are_never_emptied",
    "archival_facts_are_final",
    "authority_is_part_of_the_key",
    "bulk_outcome_is_final",
    "changed_credentials_end_sessions",
    "incident_is_what_happened",
    "incidents_are_never_deleted",
    "incidents_are_never_emptied",
    "operation_says_what_it_did",
    "operations_are_append_only",
    "operations_are_never_emptied",
    "password_link_has_one_id",
    "password_link_is_for_somebody",
    "password_link_is_made_by_somebody",
    "password_link_works_once",
    "people_are_never_emptied",
    "post_never_returns_to_an_older_revision",
    "session_ends_once",
    "post_origin_is_final",
    "posts_are_never_emptied",
    "privileges_are_said_once",
    "publication_facts_are_final",
    "refusals_are_append_only",
    "refusals_are_never_emptied",
    "review_can_be_withdrawn",
    "reviews_are_append_only",
    "reviews_are_never_emptied",
    "revisions_are_append_only",
    "revisions_are_never_emptied",
    "submission_facts_are_final",
    "token_has_one_id",
    "token_is_somebodys",
    "token_that_was_revoked_stays_so",
    "transitions_are_append_only",
    "transitions_are_never_emptied",
];
