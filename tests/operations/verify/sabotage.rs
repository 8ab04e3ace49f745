//! Ways to break the truths.

/// What a superuser does to a database with the demo in it, with triggers and
/// foreign keys off.
pub struct Sabotage {
    pub truth: &'static str,
    pub sql: &'static str,
}

const fn by(truth: &'static str, sql: &'static str) -> Sabotage {
    Sabotage { truth, sql }
}

#[rustfmt::skip]
pub const SABOTAGE: &[Sabotage] = &[
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
    by("next_number_is_free",
        "ALTER SEQUENCE posts_id_seq RESTART WITH 2"),
    by("staff_roster_is_kept",
        "UPDATE staff_roster SET active_staff = 7"),
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
    by("refusal_has_happened",
        "ALTER TABLE refusals DROP CONSTRAINT refusal_has_happened;
         INSERT INTO refusals (at, request_id, interface, actor_id, action, layer, reasons)
         VALUES (now() + interval '1 day', gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'policy',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]')"),
    by("incident_has_happened",
        "ALTER TABLE incidents DROP CONSTRAINT incident_has_happened;
         INSERT INTO incidents (at, request_id, interface, action, invariant, detail)
         VALUES (now() + interval '1 day', gen_random_uuid(), 'page', 'publish', 'some', 'thing')"),
    by("acknowledgement_has_happened",
        "ALTER TABLE incidents DROP CONSTRAINT acknowledgement_has_happened;
         INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
         VALUES (gen_random_uuid(), 'page', 'publish', 'some', 'thing', now() + interval '1 day', pg_temp.person('stan'), 'Seen.')"),
    by("reading_has_happened",
        "ALTER TABLE readings DROP CONSTRAINT reading_has_happened;
         INSERT INTO readings (post_id, revision, reader_id, last_at)
         VALUES (pg_temp.post('dashes'), 1, pg_temp.person('rosa'), now() + interval '1 day')"),
    by("session_use_has_happened",
        "ALTER TABLE sessions DROP CONSTRAINT session_use_has_happened;
         INSERT INTO sessions (id_hash, user_id, expires_at, last_used_at)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '1 day', now() + interval '1 day')"),
    by("bulk_archive_has_begun",
        "ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_has_begun;
         SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET began_at = now() + interval '1 day'"),
    by("refusal_hour_has_begun",
        "ALTER TABLE refusal_counts DROP CONSTRAINT refusal_hour_has_begun;
         INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), now() + interval '1 day', 'publish', 'policy', 'page', 1)"),
    by("left_out_refusals_are_counted",
        "ALTER TABLE refusal_counts DROP CONSTRAINT left_out_refusals_are_counted;
         INSERT INTO refusal_counts VALUES (pg_temp.person('alice'), now(), 'publish', 'policy', 'page', -5)"),
    by("attempts_are_counted",
        "ALTER TABLE sign_in_throttle DROP CONSTRAINT attempts_are_counted;
         INSERT INTO sign_in_throttle (kind, subject_hash, attempts) VALUES ('account', '', -2147483648)"),
    by("throttle_window_has_begun",
        "ALTER TABLE sign_in_throttle DROP CONSTRAINT throttle_window_has_begun;
         INSERT INTO sign_in_throttle VALUES ('account', '', now() + interval '1 day', 1)"),
    by("cookie_key_is_long_enough",
        "ALTER TABLE cookie_key DROP CONSTRAINT cookie_key_is_long_enough;
         UPDATE cookie_key SET key = 'short'"),
    by("refusal_layer_is_known",
        "ALTER TABLE refusals DROP CONSTRAINT refusal_layer_is_known;
         INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
         VALUES (gen_random_uuid(), 'page', pg_temp.person('alice'), 'publish', 'mood',
             '[{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}]')"),
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
    by("archive_reason_is_given",
        "ALTER TABLE posts DROP CONSTRAINT archive_reason_is_given;
         UPDATE posts SET archive_reason = ' ' WHERE id = pg_temp.post('wicked-bible')"),
    by("slug_is_unique",
        "ALTER TABLE posts DROP CONSTRAINT slug_is_unique;
         UPDATE posts SET slug = 'the-same' WHERE id IN (pg_temp.post('imprimatur'), pg_temp.post('short-letter'))"),
    by("slug_is_well_formed",
        "ALTER TABLE posts DROP CONSTRAINT slug_is_well_formed;
         UPDATE posts SET slug = 'Let It' WHERE id = pg_temp.post('imprimatur')"),
    by("post_points_at_a_revision",
        "UPDATE posts SET current_revision = 9 WHERE id = pg_temp.post('errata')"),
    by("submission_names_a_revision",
        "UPDATE posts SET submitted_revision = 0 WHERE id = pg_temp.post('dashes')"),
    by("published_post_is_complete",
        "UPDATE revisions SET summary = ' ' WHERE post_id = pg_temp.post('imprimatur')"),
    by("published_slug_is_the_chosen_one",
        "UPDATE revisions SET slug = 'another' WHERE post_id = pg_temp.post('imprimatur')"),
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
    by("unsaved_edit_is_noted_once",
        "ALTER TABLE unsaved_edits DROP CONSTRAINT unsaved_edit_is_noted_once;
         INSERT INTO unsaved_edits (post_id, revision)
         SELECT pg_temp.post('dashes'), 1 FROM generate_series(1, 2)"),
    by("unsaved_edit_is_of_a_revision",
        "INSERT INTO unsaved_edits (post_id, revision) VALUES (pg_temp.post('dashes'), 9)"),
    by("document_is_kept_once",
        "ALTER TABLE post_documents DROP CONSTRAINT document_is_kept_once;
         INSERT INTO post_documents SELECT * FROM post_documents
         WHERE post_id = pg_temp.post('dashes')"),
    by("document_has_its_post",
        "INSERT INTO post_documents (post_id, document) VALUES (4711, '')"),
    by("post_is_found_by_its_newest_text",
        "UPDATE post_documents SET document = to_tsvector('simple', 'other words')
         WHERE post_id = pg_temp.post('dashes')"),
    by("post_is_found_by_its_newest_text",
        "UPDATE post_documents SET document = strip(document)
         WHERE post_id = pg_temp.post('dashes')"),
    by("post_is_found_by_its_newest_text",
        "DELETE FROM post_documents WHERE post_id = pg_temp.post('dashes')"),
    by("account_is_found_by_its_name",
        "UPDATE users SET name_words = '' WHERE username = 'alice'"),
    by("bulk_archive_has_its_actor",
        "SELECT pg_temp.bulk(4711)"),
    by("bulk_archive_is_begun_once",
        "ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_is_begun_once;
         SELECT pg_temp.bulk(pg_temp.person('stan')) FROM generate_series(1, 2)"),
    by("bulk_archive_has_a_reason",
        "ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_has_a_reason;
         SELECT pg_temp.bulk(pg_temp.person('stan')); UPDATE bulk_archives SET reason = ' '"),
    by("bulk_refusal_has_reasons",
        "ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_refusal_has_reasons;
         SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at, refusal)
         SELECT id, 1, 1, now(), '[]' FROM bulk_archives"),
    by("bulk_outcome_is_borne_out",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at)
         SELECT id, pg_temp.post('dashes'), 1, now() FROM bulk_archives"),
    by("incident_has_one_id",
        "ALTER TABLE incidents DROP CONSTRAINT incident_has_one_id;
         INSERT INTO incidents (id, request_id, interface, action, invariant, detail)
         OVERRIDING SYSTEM VALUE
         SELECT 1, gen_random_uuid(), 'page', 'publish', 'some', 'thing' FROM generate_series(1, 2)"),
    by("post_has_its_author",
        "DELETE FROM users WHERE username = 'arthur'"),
    by("account_event_has_its_actor",
        "DELETE FROM users WHERE username = 'stan'"),
    by("history_has_its_actor",
        "DELETE FROM users WHERE username = 'edith'"),
    by("staff_roster_is_kept",
        "UPDATE users SET is_active = false WHERE username = 'stan'; DELETE FROM staff_roster"),
    by("account_event_is_known",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_known;
         ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET event = 'promoted' WHERE event = 'created'"),
    by("account_event_names_a_role_iff_about_one",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_names_a_role_iff_about_one;
         ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET role = 'author' WHERE event = 'created'"),
    by("account_event_has_a_name_iff_it_renames",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_has_a_name_iff_it_renames;
         ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET display_name = 'Alice' WHERE event = 'created'"),
    by("display_name_is_as_recorded",
        "INSERT INTO account_events (actor_id, subject_id, event, display_name, request_id, interface, at, seal)
         SELECT actor_id, subject_id, 'renamed', 'Somebody else', request_id, interface, at, seal_with_name(
             account_event_seal(at, actor_id, subject_id, 'renamed', NULL, '', request_id, interface), 'Somebody else')
         FROM account_events WHERE event = 'created' AND subject_id = pg_temp.person('alice')"),
    by("account_event_is_sealed",
        "ALTER TABLE account_events DROP CONSTRAINT account_event_is_sealed;
         UPDATE account_events SET actor_id = subject_id, reason = 'Promoted.' WHERE event = 'role-granted'"),
    by("account_is_as_recorded",
        "UPDATE users SET roles = '{author,reviewer}' WHERE username = 'alice'"),
    by("account_is_as_recorded",
        "UPDATE users SET is_active = false WHERE username = 'alice'"),
    by("account_is_as_recorded",
        "DELETE FROM account_events WHERE event = 'created' AND subject_id = pg_temp.person('alice')"),
    by("account_is_as_recorded",
        "INSERT INTO account_events (actor_id, subject_id, event, role, request_id, interface, at, seal)
         SELECT actor_id, subject_id, event, role, request_id, interface, at,
             account_event_seal(at, actor_id, subject_id, event, role, '', request_id, interface)
         FROM account_events WHERE event = 'role-granted' AND subject_id = pg_temp.person('alice')"),
    by("session_works_for_a_week",
        "ALTER TABLE sessions DROP CONSTRAINT session_works_for_a_week;
         INSERT INTO sessions (id_hash, user_id, expires_at)
         VALUES (sha256('s'), pg_temp.person('alice'), now() + interval '100 years')"),
    by("time_is_within_reach",
        "ALTER DOMAIN moment DROP CONSTRAINT time_is_within_reach;
         ALTER TABLE sessions DROP CONSTRAINT session_works_for_a_week;
         INSERT INTO sessions (id_hash, user_id, expires_at)
         VALUES (sha256('s'), pg_temp.person('alice'), 'infinity')"),
    by("time_is_within_reach",
        "ALTER DOMAIN moment DROP CONSTRAINT time_is_within_reach;
         UPDATE posts SET published_at = '12000-01-01' WHERE id = pg_temp.post('imprimatur');
         UPDATE history SET at = '12000-01-01'
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("interface_is_known",
        "ALTER DOMAIN interface DROP CONSTRAINT interface_is_known;
         INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'telephone', 'publish', 'some', 'thing')"),
    by("facts_are_in_order",
        "ALTER TABLE posts DROP CONSTRAINT facts_are_in_order;
         UPDATE posts SET submitted_at = created_at - interval '1 day' WHERE id = pg_temp.post('dashes')"),
    by("author_does_not_publish",
        "ALTER TABLE posts DROP CONSTRAINT author_does_not_publish;
         UPDATE posts SET published_by = author_id WHERE id = pg_temp.post('imprimatur')"),
    by("published_content_is_final",
        "ALTER TABLE posts DROP CONSTRAINT published_content_is_final;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 2, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('imprimatur') AND number = 1;
         UPDATE posts SET current_revision = 2 WHERE id = pg_temp.post('imprimatur')"),
    by("newest_revision_is_current",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 2, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    by("revision_number_is_used_once",
        "ALTER TABLE revisions DROP CONSTRAINT revision_number_is_used_once CASCADE;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 1, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    by("revision_numbers_begin_at_one",
        "ALTER TABLE revisions DROP CONSTRAINT revision_numbers_begin_at_one;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 0, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    by("revision_numbers_have_no_gaps",
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, 3, title, summary, body, author_id, at, key
         FROM revisions WHERE post_id = pg_temp.post('errata') AND number = 1"),
    by("revision_is_recorded",
        "UPDATE revisions SET key = 'another' WHERE post_id = pg_temp.post('errata')"),
    by("revision_has_its_post",
        "DELETE FROM posts WHERE id = pg_temp.post('errata')"),
    by("revision_is_its_authors",
        "UPDATE revisions SET author_id = pg_temp.person('rosa') WHERE post_id = pg_temp.post('errata')"),
    by("title_is_within_limits",
        "ALTER TABLE revisions DROP CONSTRAINT title_is_within_limits;
         UPDATE revisions SET title = repeat('-', 201) WHERE post_id = pg_temp.post('errata')"),
    by("summary_is_within_limits",
        "ALTER TABLE revisions DROP CONSTRAINT summary_is_within_limits;
         UPDATE revisions SET summary = repeat('-', 501) WHERE post_id = pg_temp.post('errata')"),
    by("body_is_within_limits",
        "ALTER TABLE revisions DROP CONSTRAINT body_is_within_limits;
         UPDATE revisions SET body = repeat('-', 100001) WHERE post_id = pg_temp.post('errata')"),
    by("chosen_slug_is_well_formed",
        "ALTER TABLE revisions DROP CONSTRAINT chosen_slug_is_well_formed;
         UPDATE revisions SET slug = 'Not a slug' WHERE post_id = pg_temp.post('errata')"),
    by("submission_is_of_the_current_revision",
        "UPDATE posts SET submitted_revision = 2, current_revision = 1
         WHERE id = pg_temp.post('marks-and-diffs')"),
    by("post_state_is_recorded",
        "DELETE FROM history WHERE post_id = pg_temp.post('dashes') AND entered = 'in_review'"),
    by("post_moves_one_step_forward",
        "UPDATE posts SET state = 'draft', submitted_at = NULL, submitted_by = NULL, submitted_revision = NULL
         WHERE id = pg_temp.post('dashes')"),
    by("review_is_recorded",
        "DELETE FROM history WHERE post_id = pg_temp.post('dashes') AND action = 'request-changes'"),
    by("author_does_not_review",
        "UPDATE reviews SET reviewer_id = pg_temp.person('arthur') WHERE post_id = pg_temp.post('dashes');
         UPDATE posts SET author_id = pg_temp.person('arthur') WHERE id = pg_temp.post('dashes')"),
    by("withdrawal_is_of_a_request",
        "UPDATE reviews SET withdraws = id WHERE withdraws IS NOT NULL"),
    by("request_is_withdrawn_by_its_reviewer",
        "UPDATE reviews SET reviewer_id = pg_temp.person('rosa') WHERE withdraws IS NOT NULL"),
    by("request_is_withdrawn_once",
        "ALTER TABLE reviews DROP CONSTRAINT request_is_withdrawn_once;
         INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, key)
         SELECT post_id, revision, reviewer_id, note, withdraws, at, key
         FROM reviews WHERE withdraws IS NOT NULL"),
    by("idempotency_key_is_used_once",
        "ALTER TABLE history DROP CONSTRAINT idempotency_key_is_used_once;
         UPDATE history SET key = 'one' WHERE post_id = pg_temp.post('imprimatur');
         UPDATE history SET actor_id = pg_temp.person('edith') WHERE key = 'one'"),
    by("idempotency_key_is_well_formed",
        "ALTER TABLE history DROP CONSTRAINT idempotency_key_is_well_formed;
         UPDATE history SET key = 'two words' WHERE post_id = pg_temp.post('errata')"),
    by("fingerprint_is_sha256",
        "ALTER TABLE history DROP CONSTRAINT fingerprint_is_sha256;
         UPDATE history SET fingerprint = '' WHERE post_id = pg_temp.post('errata')"),
    by("history_is_an_arrow",
        "ALTER TABLE history DROP CONSTRAINT history_is_an_arrow;
         UPDATE history SET action = 'revise' WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("post_enters_each_state_once",
        "ALTER TABLE history DROP CONSTRAINT post_enters_each_state_once CASCADE;
         INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, action, revision, from_state, to_state, actor_id, key || '/again', fingerprint, at
         FROM history WHERE post_id = pg_temp.post('errata') AND action = 'create'"),
    by("history_skips_nothing",
        "DELETE FROM history WHERE post_id = pg_temp.post('imprimatur') AND action = 'submit'"),
    by("history_names_a_revision",
        "UPDATE history SET revision = 9 WHERE post_id = pg_temp.post('imprimatur') AND action = 'submit'"),
    by("history_is_borne_out",
        "UPDATE history SET actor_id = pg_temp.person('stan')
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("history_is_borne_out",
        "UPDATE history SET at = at + interval '1 second'
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("history_is_borne_out",
        "UPDATE history SET revision = 2
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("history_is_borne_out",
        "DELETE FROM reviews WHERE post_id = pg_temp.post('dashes')"),
    by("history_is_borne_out",
        "INSERT INTO history (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id, 'revise', revision, 'draft', 'draft', actor_id, key || '/late', fingerprint, at
         FROM history WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("fingerprint_is_of_what_was_sent",
        "UPDATE revisions SET body = 'Something else.' WHERE post_id = pg_temp.post('imprimatur')"),
    by("fingerprint_is_of_what_was_sent",
        "UPDATE posts SET published_by = pg_temp.person('stan') WHERE id = pg_temp.post('imprimatur');
         UPDATE history SET actor_id = pg_temp.person('stan')
         WHERE post_id = pg_temp.post('imprimatur') AND action = 'publish'"),
    by("fingerprint_is_of_what_was_sent",
        "UPDATE posts SET archive_reason = 'Another reason.' WHERE archive_reason IS NOT NULL"),
    by("fingerprint_is_of_what_was_sent",
        "UPDATE reviews SET note = 'Another note.' WHERE post_id = pg_temp.post('dashes')"),
    by("bulk_archive_has_one_id",
        "SELECT pg_temp.bulk(pg_temp.person('stan'));
         ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_has_one_id CASCADE;
         INSERT INTO bulk_archives (id, actor_id, key, fingerprint, reason)
         OVERRIDING SYSTEM VALUE
         SELECT id, actor_id, key || '/other', fingerprint, reason FROM bulk_archives"),
    by("bulk_item_is_selected_once",
        "ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_item_is_selected_once;
         SELECT pg_temp.bulk(pg_temp.person('stan'));
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
         SELECT id, pg_temp.post('dashes'), 1 FROM bulk_archives, generate_series(1, 2)"),
    by("bulk_item_has_its_bulk_archive",
        "INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen) VALUES (4711, 1, 1)"),
];
