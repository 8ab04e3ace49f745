-- Every guard that the migrations make, by the table it stands on. A test
-- compares this list with a new database.
WITH expected AS (
    SELECT relation, unnest(string_to_array(names, ' ')) AS name
    FROM (VALUES
        ('account_events',
            'account_event_is_known account_event_names_a_role_iff_about_one '
            'account_events_actor_id_fkey account_events_pkey account_events_subject_id_fkey '
            'account_events_are_append_only account_events_are_never_emptied'),
        ('bulk_archive_items',
            'bulk_item_has_its_decision bulk_item_is_meant_once bulk_refusal_has_reasons '
            'bulk_outcome_is_final'),
        ('bulk_archives',
            'bulk_archive_has_a_number bulk_archive_has_a_reason bulk_archive_has_its_actor '
            'bulk_archive_is_begun_once'),
        ('cookie_key',
            'cookie_key_is_long_enough cookie_key_pkey cookie_key_singleton_check'),
        ('incidents',
            'acknowledgement_is_whole incidents_acknowledged_by_fkey incidents_actor_id_fkey '
            'incidents_pkey incident_is_what_happened incidents_are_never_deleted '
            'incidents_are_never_emptied'),
        ('operations',
            'operation_action_is_known operation_fingerprint_is_sha256 operation_key_is_used_once '
            'operation_key_is_well_formed operation_says_what_it_did operations_actor_id_fkey '
            'operations_post_id_fkey operations_are_append_only operations_are_never_emptied'),
        ('password_links',
            'account_has_one_password_link password_link_ends_in_one_way password_link_has_one_id '
            'password_link_is_for_somebody password_link_is_made_by_somebody '
            'password_link_is_stored_hashed password_link_is_unique '
            'password_link_works_for_two_days password_link_works_once'),
        ('post_documents', 'document_has_its_post document_is_kept_once'),
        ('posts',
            'archival_facts_iff_archived archive_reason_is_given facts_are_in_order '
            'post_points_at_a_revision post_state_is_known post_state_is_recorded '
            'posts_archived_by_fkey posts_author_id_fkey posts_pkey posts_published_by_fkey '
            'posts_submitted_by_fkey publication_facts_iff_published published_content_is_final '
            'slug_is_unique slug_is_well_formed submission_facts_iff_submitted '
            'submission_names_a_revision archival_facts_are_final post_begins_as_a_draft '
            'post_moves_one_step_forward post_never_returns_to_an_older_revision post_origin_is_final '
            'posts_are_never_deleted posts_are_never_emptied publication_facts_are_final '
            'published_post_is_complete submission_facts_are_final '
            'submission_is_of_the_current_revision'),
        ('readings',
            'reading_begins_before_it_ends reading_has_its_reader reading_is_noted_once '
            'reading_is_of_a_revision'),
        ('refusals',
            'refusal_has_reasons refusal_layer_is_known refusals_actor_id_fkey refusals_pkey '
            'refusals_are_append_only refusals_are_never_emptied'),
        ('reviews',
            'request_is_withdrawn_by_whoever_asked request_is_withdrawn_once '
            'request_says_what_to_change review_can_be_withdrawn review_has_its_operation '
            'review_is_of_a_revision review_note_is_within_limits reviews_pkey '
            'reviews_reviewer_id_fkey reviews_are_append_only reviews_are_never_emptied'),
        ('revisions',
            'revision_has_its_operation revision_is_within_limits revision_number_is_used_once '
            'revision_numbers_begin_at_one revision_numbers_have_no_gaps revisions_author_id_fkey '
            'revisions_post_id_fkey newest_revision_is_current post_is_found_by_its_newest_text '
            'revisions_are_append_only revisions_are_never_emptied'),
        ('runtime_privileges', 'privileges_are_said_once'),
        ('sessions',
            'session_is_stored_hashed session_names_its_device session_number_is_unique sessions_pkey '
            'sessions_user_id_fkey session_ends_once'),
        ('sign_in_throttle',
            'sign_in_throttle_pkey throttle_kind_is_known'),
        ('staff_roster',
            'staff_roster_pkey staff_roster_singleton_check there_is_always_an_active_staff_account'),
        ('tokens',
            'token_has_one_id token_is_somebodys token_is_stored_hashed token_is_unique '
            'token_name_is_given token_permissions_are_known token_shows_its_beginning '
            'token_works_for_a_year token_that_was_revoked_stays_so'),
        ('transitions',
            'post_enters_each_state_once transition_has_its_operation transition_is_an_arrow '
            'transition_names_a_revision transition_skips_nothing transitions_post_id_fkey '
            'transition_is_borne_out_by_its_post transitions_are_append_only '
            'transitions_are_never_emptied'),
        ('users',
            'authority_is_part_of_the_key display_name_is_given password_is_stored_hashed '
            'roles_are_known_and_held_once username_is_unique username_is_well_formed users_pkey '
            'changed_credentials_end_sessions people_are_never_deleted people_are_never_emptied '
            'staff_roster_is_kept')
    ) AS guarded (relation, names)
),
-- A column of these may be null; of all others none may, and most checks let a
-- null pass.
optional AS (
    SELECT unnest(string_to_array(
        'account_events.role bulk_archive_items.put_off_at bulk_archive_items.refusal '
        'bulk_archive_items.settled_at incidents.acknowledged_at incidents.acknowledged_by '
        'incidents.acknowledgement incidents.actor_id incidents.post_id password_links.replaced_at '
        'password_links.used_at posts.archive_reason '
        'posts.archived_at posts.archived_by posts.published_at posts.published_by '
        'posts.published_revision posts.slug posts.submitted_at posts.submitted_by '
        'posts.submitted_revision refusals.post_id refusals.revision_seen reviews.withdraws '
        'reviews.withdraws_a_request '
        'revisions.previous sessions.ended_at tokens.last_used_at tokens.permissions '
        'tokens.revoked_at transitions.from_state',
        ' ')) AS named
),
placed AS (
    -- PostgreSQL 18 has constraints that are not enforced; earlier ones have
    -- no such column, so it is asked for by its name.
    SELECT conrelid AS relid, conname AS name,
        CASE
            WHEN NOT convalidated THEN 'is not validated'
            WHEN NOT coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) THEN 'is not enforced'
        END AS trouble
    FROM pg_constraint c WHERE contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT tgrelid, tgname, CASE WHEN tgenabled NOT IN ('O', 'A') THEN 'is disabled' END
    FROM pg_trigger WHERE NOT tgisinternal
)
SELECT NULL::bigint AS post_id, format('%s on %s is missing', e.name, e.relation) AS detail
FROM expected e
WHERE NOT EXISTS (SELECT FROM placed p WHERE p.relid = to_regclass(e.relation) AND p.name = e.name)
UNION ALL
SELECT NULL, format('%s on %s %s', e.name, e.relation, p.trouble)
FROM expected e JOIN placed p ON p.relid = to_regclass(e.relation) AND p.name = e.name
WHERE p.trouble IS NOT NULL
UNION ALL
-- A foreign key is kept by triggers of its own, on both of its tables.
SELECT NULL, format('%s is not checked on %s', c.conname, t.tgrelid::regclass)
FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint
WHERE t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
  AND c.conrelid IN (SELECT to_regclass(relation) FROM expected)
GROUP BY c.conname, t.tgrelid
UNION ALL
SELECT NULL, format('the index %s is not valid', indexrelid::regclass)
FROM pg_index
WHERE NOT (indisvalid AND indisready)
  AND indrelid IN (SELECT to_regclass(relation) FROM expected)
UNION ALL
SELECT NULL, format('%s.%s may be null', relation, attname)
FROM (SELECT DISTINCT relation FROM expected) AS guarded
JOIN pg_attribute ON attrelid = to_regclass(relation)
WHERE attnum > 0 AND NOT attisdropped AND NOT attnotnull
  AND relation || '.' || attname NOT IN (SELECT named FROM optional)
UNION ALL
SELECT NULL, format('triggers are off for %s: session_replication_role is %s', current_user, setting)
FROM pg_settings WHERE name = 'session_replication_role' AND setting <> 'origin'
