//! For each constraint and each unique key of the database, a write that it refuses.

use crate::support::saboteur::{Write, write};

#[rustfmt::skip]
pub const CONSTRAINTS: &[Write] = &[
    // posts
    write("post_state_is_known",
        "UPDATE posts SET state = 'limbo' WHERE id = pg_temp.post('dashes')"),
    write("submission_facts_iff_submitted",
        "UPDATE posts SET submitted_at = created_at WHERE id = pg_temp.post('errata')"),
    write("publication_facts_iff_published",
        "UPDATE posts SET slug = 'early' WHERE id = pg_temp.post('dashes')"),
    write("archival_facts_iff_archived",
        "UPDATE posts SET archived_by = author_id WHERE id = pg_temp.post('imprimatur')"),
    write("archive_reason_is_given",
        "UPDATE posts SET archive_reason = ' ' WHERE id = pg_temp.post('wicked-bible')"),
    write("slug_is_unique",
        "UPDATE posts SET slug = 'the-same' WHERE id IN (pg_temp.post('imprimatur'), pg_temp.post('short-letter'))"),
    write("slug_is_well_formed",
        "UPDATE posts SET slug = 'Let It' WHERE id = pg_temp.post('imprimatur')"),
    write("post_points_at_a_revision",
        "UPDATE posts SET current_revision = 9 WHERE id = pg_temp.post('errata')"),
    write("submission_names_a_revision",
        "UPDATE posts SET submitted_revision = 0 WHERE id = pg_temp.post('dashes')"),
    write("post_has_its_author",
        "DELETE FROM users WHERE username = 'arthur'"),
    write("facts_are_in_order",
        "UPDATE posts SET submitted_at = created_at - interval '1 day' WHERE id = pg_temp.post('dashes')"),
    write("author_does_not_publish",
        "UPDATE posts SET published_by = author_id WHERE id = pg_temp.post('imprimatur')"),
    write("published_content_is_final",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 2, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('imprimatur') AND number = 1;
         UPDATE posts SET current_revision = 2 WHERE id = pg_temp.post('imprimatur')"),
    write("post_state_is_recorded",
        "DELETE FROM history WHERE post_id = pg_temp.post('dashes') AND entered = 'in_review'"),
    write("post_has_one_id",
        "INSERT INTO posts (id, author_id) OVERRIDING SYSTEM VALUE
         SELECT id, author_id FROM posts WHERE id = pg_temp.post('errata')"),
    // revisions
    write("revision_number_is_used_once",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 1, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    write("revision_numbers_begin_at_one",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 0, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    write("revision_numbers_have_no_gaps",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 3, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    write("revision_is_recorded",
        "UPDATE revisions SET key = 'another' WHERE post_id = pg_temp.post('errata')"),
    write("revision_has_its_post",
        "DELETE FROM posts WHERE id = pg_temp.post('errata')"),
    write("title_is_within_limits",
        "UPDATE revisions SET title = repeat('-', 201) WHERE post_id = pg_temp.post('errata')"),
    write("summary_is_within_limits",
        "UPDATE revisions SET summary = repeat('-', 501) WHERE post_id = pg_temp.post('errata')"),
    write("body_is_within_limits",
        "UPDATE revisions SET body = repeat('-', 100001) WHERE post_id = pg_temp.post('errata')"),
    write("chosen_slug_is_well_formed",
        "UPDATE revisions SET slug = 'Not a slug' WHERE post_id = pg_temp.post('errata')"),
    write("summary_is_one_line",
        "UPDATE revisions SET summary = E'One\\ntwo' WHERE post_id = pg_temp.post('errata')"),
    write("title_is_one_line",
        "UPDATE revisions SET title = E'One\\ntwo' WHERE post_id = pg_temp.post('errata')"),
    // reviews
    write("request_says_what_to_change",
        "UPDATE reviews SET note = ' ' WHERE post_id = pg_temp.post('dashes')"),
    write("review_note_is_within_limits",
        "UPDATE reviews SET note = repeat('x', 2001) WHERE post_id = pg_temp.post('dashes')"),
    write("review_is_recorded",
        "DELETE FROM history WHERE post_id = pg_temp.post('dashes') AND action = 'request-changes'"),
    write("withdrawal_is_of_a_request",
        "UPDATE reviews SET withdraws = id WHERE withdraws IS NOT NULL"),
    write("request_is_withdrawn_once",
        "INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, key)
         SELECT post_id, revision, reviewer_id, note, withdraws, at, key
         FROM reviews WHERE withdraws IS NOT NULL"),
    write("review_can_be_withdrawn",
        "ALTER TABLE reviews DROP CONSTRAINT review_has_one_id CASCADE;
         INSERT INTO reviews (id, post_id, revision, reviewer_id, note, at, key) OVERRIDING SYSTEM VALUE
         SELECT id, post_id, revision, reviewer_id, note, at, key
         FROM reviews WHERE post_id = pg_temp.post('dashes')"),
    write("review_has_one_id",
        "INSERT INTO reviews (id, post_id, revision, reviewer_id, note, at, key) OVERRIDING SYSTEM VALUE
         SELECT id, post_id, 2, reviewer_id, note, at, key
         FROM reviews WHERE post_id = pg_temp.post('dashes')"),
    // history
    write("history_has_its_actor",
        "DELETE FROM users WHERE username = 'edith'"),
    write("idempotency_key_is_used_once",
        "UPDATE history SET key = 'one' WHERE post_id = pg_temp.post('imprimatur');
         UPDATE history SET actor_id = pg_temp.person('edith') WHERE key = 'one'"),
    write("idempotency_key_is_well_formed",
        "UPDATE history SET key = 'two words' WHERE post_id = pg_temp.post('errata')"),
    write("fingerprint_is_sha256",
        "UPDATE history SET fingerprint = '' WHERE post_id = pg_temp.post('errata')"),
    write("history_is_an_arrow",
        "UPDATE history SET action = 'revise' WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("post_enters_each_state_once",
        "INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, action, revision, from_state, to_state, actor_id, key || '/again', fingerprint, at
         FROM history WHERE post_id = pg_temp.post('errata') AND action = 'create'"),
    write("history_skips_nothing",
        "DELETE FROM history WHERE post_id = pg_temp.post('imprimatur') AND action = 'submit'"),
    write("history_names_a_revision",
        "UPDATE history SET revision = 9 WHERE post_id = pg_temp.post('imprimatur') AND action = 'submit'"),
    write("history_says_what_was_done",
        "ALTER TABLE history DROP CONSTRAINT idempotency_key_is_used_once;
         INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at
         FROM history WHERE action = 'revise'"),
    // users
    write("username_is_unique",
        "UPDATE users SET username = 'alice' WHERE username = 'arthur'"),
    write("username_is_well_formed",
        "UPDATE users SET username = 'Alice H' WHERE username = 'alice'"),
    write("display_name_is_given",
        "UPDATE users SET display_name = ' ' WHERE username = 'alice'"),
    write("password_is_stored_hashed",
        "UPDATE users SET password_hash = 'let-it-be-printed' WHERE username = 'alice'"),
    write("roles_are_known_and_held_once",
        "UPDATE users SET roles = '{author,author}' WHERE username = 'alice'"),
    write("account_has_one_id",
        "INSERT INTO users (id, username, display_name, password_hash) OVERRIDING SYSTEM VALUE
         SELECT id, 'another', display_name, password_hash FROM users WHERE username = 'alice'"),
    write("authority_is_part_of_the_key",
        "ALTER TABLE users DROP CONSTRAINT account_has_one_id CASCADE;
         INSERT INTO users (id, username, display_name, password_hash, is_active, roles, sessions_valid_from)
         OVERRIDING SYSTEM VALUE
         SELECT id, 'another', display_name, password_hash, is_active, roles, sessions_valid_from
         FROM users WHERE username = 'alice'"),
    write("display_name_is_one_line",
        "UPDATE users SET display_name = E'Alice\\nand Bob' WHERE username = 'alice'"),
    // account_events
    write("account_event_has_its_actor",
        "DELETE FROM users WHERE username = 'stan'"),
    write("account_event_is_known",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET event = 'promoted' WHERE event = 'created'"),
    write("account_event_names_a_role_iff_about_one",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET role = 'author' WHERE event = 'created'"),
    write("account_event_has_a_name_iff_it_renames",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET display_name = 'Alice' WHERE event = 'created'"),
    write("account_event_is_sealed",
        "UPDATE account_events SET actor_id = subject_id, reason = 'Promoted.' WHERE event = 'role-granted'"),
    write("account_event_has_its_subject",
        "DELETE FROM users WHERE username = 'arthur'"),
    write("account_event_has_one_id",
        "INSERT INTO account_events OVERRIDING SYSTEM VALUE SELECT * FROM account_events"),
    write("account_event_role_is_known",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET role = 'king' WHERE event = 'role-granted'"),
    // staff_roster
    write("roster_is_the_one",
        "INSERT INTO staff_roster VALUES (false, 1)"),
    write("there_is_always_an_active_staff_account",
        "UPDATE staff_roster SET active_staff = 0"),
    write("there_is_one_roster",
        "INSERT INTO staff_roster SELECT * FROM staff_roster"),
    // sessions
    write("session_is_stored_hashed",
        "INSERT INTO sessions (id_hash, user_id, expires_at) VALUES ('plain', pg_temp.person('alice'), now())"),
    write("session_number_is_unique",
        "INSERT INTO sessions (number, id_hash, user_id, expires_at) OVERRIDING SYSTEM VALUE
         SELECT 1, sha256(n::text::bytea), pg_temp.person('alice'), now() FROM generate_series(1, 2) n"),
    write("session_names_its_device",
        "INSERT INTO sessions (id_hash, user_id, expires_at, device)
         VALUES (sha256('s'), pg_temp.person('alice'), now(), ' ')"),
    write("session_device_is_one_line",
        "INSERT INTO sessions (id_hash, user_id, expires_at, device)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '1 day', E'Firefox\\u202Eon Linux')"),
    write("session_end_has_happened",
        "INSERT INTO sessions (id_hash, user_id, expires_at, ended_at)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '1 day', now() + interval '1 hour')"),
    write("session_use_has_happened",
        "INSERT INTO sessions (id_hash, user_id, expires_at, last_used_at)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '1 day', now() + interval '1 day')"),
    write("session_works_for_a_week",
        "INSERT INTO sessions (id_hash, user_id, expires_at)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '100 years')"),
    write("session_has_its_account",
        "INSERT INTO sessions (id_hash, user_id, expires_at)
         VALUES (sha256('s'), 4711, now() + interval '1 day')"),
    write("session_has_one_id",
        "INSERT INTO sessions (id_hash, user_id, expires_at)
         SELECT sha256('s'), id, now() + interval '1 day' FROM users WHERE username IN ('alice', 'stan')"),
    // password_links
    write("password_link_is_stored_hashed",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), 'plain', now() + interval '1 hour')"),
    write("password_link_is_unique",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         SELECT id, id, sha256('s'), now() + interval '1 hour' FROM users WHERE username IN ('alice', 'stan')"),
    write("password_link_works_for_two_days",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 week')"),
    write("password_link_ends_in_one_way",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at, used_at, replaced_at)
         VALUES (pg_temp.person('alice'), pg_temp.person('stan'), sha256('s'), now() + interval '1 hour', now(), now())"),
    write("account_has_one_password_link",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         SELECT pg_temp.person('alice'), pg_temp.person('stan'), sha256(n::text::bytea), now() + interval '1 hour'
         FROM generate_series(1, 2) n"),
    write("password_link_has_its_account",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (4711, pg_temp.person('stan'), sha256('s'), now() + interval '1 hour')"),
    write("password_link_has_its_maker",
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 4711, sha256('s'), now() + interval '1 hour')"),
    write("password_link_has_one_id",
        "INSERT INTO password_links (id, user_id, made_by, secret_hash, expires_at)
         OVERRIDING SYSTEM VALUE
         SELECT 1, id, id, sha256(username::bytea), now() + interval '1 hour'
         FROM users WHERE username IN ('alice', 'stan')"),
    // tokens
    write("token_is_stored_hashed",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', 'plain', now() + interval '1 day')"),
    write("token_is_unique",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         SELECT id, 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day'
         FROM users WHERE username IN ('alice', 'stan')"),
    write("token_name_is_given",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), ' ', 'imprimatur_abcd', sha256('s'), now() + interval '1 day')"),
    write("token_shows_its_beginning",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcdefghijklmnop', sha256('s'), now() + interval '1 day')"),
    write("token_works_for_a_year",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '2 years')"),
    write("token_permissions_are_known",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at, permissions)
         VALUES (pg_temp.person('alice'), 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day', '{posts.burn_post}')"),
    write("token_has_its_account",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (4711, 'CI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day')"),
    write("token_has_one_id",
        "INSERT INTO tokens (id, user_id, name, beginning, secret_hash, expires_at) OVERRIDING SYSTEM VALUE
         SELECT 1, id, 'CI', 'imprimatur_abcd', sha256(username::bytea), now() + interval '1 day'
         FROM users WHERE username IN ('alice', 'stan')"),
    write("token_name_is_one_line",
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES (pg_temp.person('alice'), E'C\\nI', 'imprimatur_abcd', sha256('s'), now() + interval '1 day')"),
    // sign_in_throttle
    write("throttle_kind_is_known",
        "INSERT INTO sign_in_throttle (kind, subject_hash, attempts) VALUES ('mood', '', 1)"),
    write("attempts_are_counted",
        "INSERT INTO sign_in_throttle (kind, subject_hash, attempts) VALUES ('account', '', -2147483648)"),
    write("throttle_window_has_begun",
        "INSERT INTO sign_in_throttle VALUES ('account', '', now() + interval '1 day', 1)"),
    write("window_is_counted_once",
        "INSERT INTO sign_in_throttle (kind, subject_hash, attempts)
         SELECT 'account', '', 1 FROM generate_series(1, 2)"),
    // cookie_key
    write("cookie_key_is_long_enough",
        "UPDATE cookie_key SET key = 'short'"),
    write("cookie_key_is_the_one",
        "INSERT INTO cookie_key (singleton, key) SELECT false, key FROM cookie_key"),
    write("there_is_one_cookie_key",
        "INSERT INTO cookie_key SELECT * FROM cookie_key"),
    // refusals
    write("refusal_has_happened",
        "INSERT INTO refusals (at, request_id, interface, actor_id, action, layer, reasons)
         VALUES (now() + interval '1 day', gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'policy',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]')"),
    write("refusal_layer_is_known",
        "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'mood',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]')"),
    write("refused_action_is_known",
        "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'nonsense', 'policy',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]')"),
    write("refusal_has_reasons",
        "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'policy', '[]')"),
    write("refusal_has_its_actor",
        "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', 4711, 'publish', 'policy',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]')"),
    write("refusal_has_one_id",
        "INSERT INTO refusals (id, request_id, interface, actor_id, action, layer, reasons)
         OVERRIDING SYSTEM VALUE
         SELECT 1, gen_random_uuid(), 'page', id, 'publish', 'policy',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]'
         FROM users WHERE username IN ('alice', 'stan')"),
    // refusal_counts
    write("refusal_hour_has_begun",
        "INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), now() + interval '1 day', 'publish', 'policy', 'page', 1)"),
    write("left_out_refusals_are_counted",
        "INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), now(), 'publish', 'policy', 'page', -5)"),
    write("counted_action_is_known",
        "INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), now(), '', 'policy', 'page', 1)"),
    write("counted_layer_is_known",
        "INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), now(), 'publish', 'zz', 'page', 1)"),
    write("refusal_count_has_its_actor",
        "INSERT INTO refusal_counts VALUES (4711, now(), 'publish', 'policy', 'page', 1)"),
    write("refusals_are_counted_once",
        "INSERT INTO refusal_counts
         SELECT pg_temp.person('alice'), now(), 'publish', 'policy', 'page', 1 FROM generate_series(1, 2)"),
    // incidents
    write("incident_has_happened",
        "INSERT INTO incidents (at, request_id, interface, action, invariant, detail)
         VALUES (now() + interval '1 day', gen_random_uuid(), 'page', 'publish', 'some', 'thing')"),
    write("stopped_action_is_known",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'nonsense', 'some', 'thing')"),
    write("acknowledgement_follows_the_incident",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing');
         UPDATE incidents SET acknowledged_at = now() - interval '1 hour',
             acknowledged_by = pg_temp.person('stan'), acknowledgement = 'Seen.'"),
    write("invariant_is_one_line",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'publish', E'some\\u202Eother', 'thing')"),
    write("acknowledgement_has_happened",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', now() + interval '1 day', pg_temp.person('stan'), 'Seen.')"),
    write("acknowledgement_is_whole",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', 'Seen.')"),
    write("incident_has_one_id",
        "INSERT INTO incidents (id, request_id, interface, action, invariant, detail)
         OVERRIDING SYSTEM VALUE
         SELECT 1, gen_random_uuid(), 'page', 'publish', 'some', 'thing' FROM generate_series(1, 2)"),
    write("acknowledgement_has_its_actor",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', now(), 4711, 'Seen.')"),
    write("acknowledgement_is_given",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', now(), pg_temp.person('stan'), ' ')"),
    write("incident_has_its_actor",
        "INSERT INTO incidents (request_id, interface, actor_id, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 4711, 'publish', 'some', 'thing')"),
    // readings
    write("reading_has_happened",
        "INSERT INTO readings (post_id, revision, reader_id, last_at)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('rosa'), now() + interval '1 day')"),
    write("reading_is_noted_once",
        "INSERT INTO readings (post_id, revision, reader_id)
         SELECT pg_temp.post('dashes'), 1, pg_temp.person('rosa') FROM generate_series(1, 2)"),
    write("reading_is_of_a_revision",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('dashes'), 9, pg_temp.person('rosa'))"),
    write("reading_has_its_reader",
        "INSERT INTO readings (post_id, revision, reader_id)
         VALUES (pg_temp.post('dashes'), 1, 4711)"),
    write("reading_begins_before_it_ends",
        "INSERT INTO readings (post_id, revision, reader_id, first_at)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('rosa'), now() + interval '1 day')"),
    // unsaved_edits
    write("unsaved_edit_has_happened",
        "INSERT INTO unsaved_edits VALUES (pg_temp.post('dashes'), 1, now() + interval '1 day')"),
    write("unsaved_edit_is_noted_once",
        "INSERT INTO unsaved_edits (post_id, revision)
         SELECT pg_temp.post('dashes'), 1 FROM generate_series(1, 2)"),
    write("unsaved_edit_is_of_a_revision",
        "INSERT INTO unsaved_edits (post_id, revision) VALUES (pg_temp.post('dashes'), 9)"),
    // post_documents
    write("document_is_kept_once",
        "INSERT INTO post_documents SELECT * FROM post_documents
         WHERE post_id = pg_temp.post('dashes')"),
    write("document_has_its_post",
        "INSERT INTO post_documents (post_id, document) VALUES (4711, '')"),
    // bulk_archives
    write("bulk_archive_has_begun",
        "SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET began_at = now() + interval '1 day'"),
    write("bulk_archive_has_its_actor",
        "SELECT pg_temp.bulk(4711)"),
    write("bulk_archive_is_begun_once",
        "SELECT pg_temp.bulk(pg_temp.person('stan')) FROM generate_series(1, 2)"),
    write("bulk_archive_key_is_well_formed",
        "SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET key = ''"),
    write("bulk_archive_fingerprint_is_sha256",
        "SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET fingerprint = ''"),
    write("bulk_archive_has_a_reason",
        "SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET reason = ' '"),
    write("bulk_archive_has_one_id",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archives (id, actor_id, key, fingerprint, reason)
         OVERRIDING SYSTEM VALUE
         SELECT id, actor_id, key || '/other', fingerprint, reason FROM bulk_archives"),
    // bulk_archive_items
    write("bulk_refusal_has_reasons",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at, refusal)
         SELECT id, 1, 1, now(), '[]' FROM bulk_archives"),
    write("bulk_item_names_a_revision",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
         SELECT id, 1, -1 FROM bulk_archives"),
    write("bulk_item_names_a_revision",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
         SELECT id, 0, 1 FROM bulk_archives"),
    write("bulk_outcome_has_happened",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, put_off_at)
         SELECT id, 1, 1, now() + interval '1 day' FROM bulk_archives"),
    write("bulk_outcome_has_happened",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at, refusal)
         SELECT id, 1, 1, now() + interval '1 day', '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]'
         FROM bulk_archives"),
    write("bulk_item_is_selected_once",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
         SELECT id, pg_temp.post('dashes'), 1 FROM bulk_archives, generate_series(1, 2)"),
    write("bulk_item_has_its_bulk_archive",
        "INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen) VALUES (4711, 1, 1)"),
    // runtime_privileges
    write("privileges_are_given_once",
        "INSERT INTO runtime_privileges SELECT * FROM runtime_privileges"),
    // site_identity
    write("site_is_the_one",
        "INSERT INTO site_identity (singleton, id) VALUES (false, gen_random_uuid())"),
    write("there_is_one_site",
        "INSERT INTO site_identity (id) VALUES (gen_random_uuid())"),
    // Domains
    write("time_is_within_reach",
        "ALTER TABLE sessions DROP CONSTRAINT session_works_for_a_week;
         INSERT INTO sessions (id_hash, user_id, expires_at)
         VALUES (sha256('s'), pg_temp.person('alice'), 'infinity')"),
    write("time_is_within_reach",
        "UPDATE posts SET published_at = '12000-01-01' WHERE id = pg_temp.post('imprimatur');
         UPDATE history SET at = '12000-01-01'
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    write("interface_is_known",
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'telephone', 'publish', 'some', 'thing')"),
    // word_rules
    write("words_have_one_version",
        "INSERT INTO word_rules (version) VALUES (1)"),
    write("word_rules_are_the_only_ones",
        "INSERT INTO word_rules (singleton, version) VALUES (false, 1)"),
];
