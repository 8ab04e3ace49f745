COMMENT ON CONSTRAINT authority_is_part_of_the_key ON users IS
    'A change of authority counts as a change of key: it waits for transitions under the old authority, and later ones wait for it.';
COMMENT ON TRIGGER changed_credentials_end_sessions ON users IS
    'A changed password, a deactivation or a reactivation ends every session begun before it.';
COMMENT ON TRIGGER people_are_never_emptied ON users IS
    'TRUNCATE, which fires no row triggers, removes no account either.';
COMMENT ON CONSTRAINT there_is_one_roster ON staff_roster IS
    'There is one roster.';
COMMENT ON CONSTRAINT roster_is_the_one ON staff_roster IS
    'The one roster has no other key.';
COMMENT ON CONSTRAINT there_is_always_an_active_staff_account ON staff_roster IS
    'From the first one on, there is always an active staff account.';
COMMENT ON TRIGGER staff_roster_is_kept ON users IS
    'The roster counts exactly the active accounts that hold the staff role.';
COMMENT ON CONSTRAINT account_event_has_its_subject ON account_events IS
    'An account event is about an account that exists.';
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'An account is created, renamed, granted and revoked roles, deactivated and reactivated, given a password or a link to set one, signed out, given tokens and deprived of them: nothing else.';
COMMENT ON CONSTRAINT account_event_names_a_role_iff_about_one ON account_events IS
    'A grant and a revocation name the role; nothing else does.';
COMMENT ON CONSTRAINT account_event_is_sealed ON account_events IS
    'An account event says what it said when it was written.';
COMMENT ON TRIGGER account_event_gets_its_seal ON account_events IS
    'An account event is sealed as it is written.';
COMMENT ON TRIGGER account_events_are_append_only ON account_events IS
    'The record of account changes is append-only.';
COMMENT ON TRIGGER account_events_are_never_emptied ON account_events IS
    'TRUNCATE, which fires no row triggers, removes no account event either.';
COMMENT ON TRIGGER account_is_as_recorded ON users IS
    'An account is created, and its roles and activity change, only together with their record.';
COMMENT ON TRIGGER account_event_is_borne_out ON account_events IS
    'No account event about roles or activity that the account does not bear out at commit.';
COMMENT ON CONSTRAINT session_is_stored_hashed ON sessions IS
    'Reading this table lets nobody sign in.';
COMMENT ON CONSTRAINT password_link_is_stored_hashed ON password_links IS
    'Reading this table lets nobody set a password.';
COMMENT ON CONSTRAINT password_link_ends_in_one_way ON password_links IS
    'A link is used or replaced by a newer one, and never both.';
COMMENT ON CONSTRAINT token_is_stored_hashed ON tokens IS
    'Reading this table lets no program in.';
COMMENT ON CONSTRAINT token_permissions_are_known ON tokens IS
    'A token is narrowed to permissions that exist, and to at least one.';
COMMENT ON CONSTRAINT submission_facts_iff_submitted ON posts IS
    'When, by whom and with which revision a post was submitted is known exactly from in review on.';
COMMENT ON CONSTRAINT publication_facts_iff_published ON posts IS
    'When, by whom, with which revision and under which slug a post was published is known exactly from published on.';
COMMENT ON CONSTRAINT archival_facts_iff_archived ON posts IS
    'When, by whom and why a post was archived is known exactly when it is archived.';
COMMENT ON CONSTRAINT facts_are_in_order ON posts IS
    'A post is created, submitted, published and archived in that order of time.';
COMMENT ON CONSTRAINT published_content_is_final ON posts IS
    'From publication on, the post points at the published revision for ever.';
COMMENT ON CONSTRAINT author_does_not_publish ON posts IS
    'A post is published by another person than its author.';
COMMENT ON CONSTRAINT slug_is_unique ON posts IS
    'A public address names one post.';
COMMENT ON CONSTRAINT revision_numbers_have_no_gaps ON revisions IS
    'Every later revision follows the one numbered before it.';
COMMENT ON CONSTRAINT post_points_at_a_revision ON posts IS
    'A post always has content.';
COMMENT ON CONSTRAINT review_can_be_withdrawn ON reviews IS
    'What a withdrawal must agree with.';
COMMENT ON CONSTRAINT withdrawal_is_of_a_request ON reviews IS
    'A withdrawal names a change request to the same revision of the same post, and never another withdrawal.';
COMMENT ON CONSTRAINT idempotency_key_is_used_once ON history IS
    'One key of one person causes one effect.';
COMMENT ON CONSTRAINT history_is_an_arrow ON history IS
    'There are seven actions, and each leads from its state to its state.';
COMMENT ON CONSTRAINT post_enters_each_state_once ON history IS
    'A post enters each state once: publishing twice is not representable.';
COMMENT ON CONSTRAINT history_skips_nothing ON history IS
    'An action happens only in a state that the post has entered.';
COMMENT ON CONSTRAINT history_says_what_was_done ON history IS
    'What a revision or a review must agree with: the post, the action, the revision, the actor, the key and the time.';
COMMENT ON CONSTRAINT post_state_is_recorded ON posts IS
    'No state without its history row.';
COMMENT ON CONSTRAINT revision_is_recorded ON revisions IS
    'No revision without the history row of its creation or revision, by the same person, with the same key and time.';
COMMENT ON CONSTRAINT review_is_recorded ON reviews IS
    'No review without the history row of its request or withdrawal, by the same person, with the same key and time.';
COMMENT ON TRIGGER post_moves_one_step_forward ON posts IS
    'A post moves one step forward: never back, and never past a state.';
COMMENT ON TRIGGER post_never_returns_to_an_older_revision ON posts IS
    'A post points at its newest revision, never at an older one.';
COMMENT ON TRIGGER newest_revision_is_current ON revisions IS
    'A revision becomes the current one in the transaction that writes it; a published post gets no more.';
COMMENT ON TRIGGER history_is_borne_out ON history IS
    'No history row that the post, its revision or its review does not bear out: the action, the actor, the time and the revision agree.';
COMMENT ON TRIGGER posts_are_never_emptied ON posts IS
    'TRUNCATE, which fires no row triggers, removes no post either.';
COMMENT ON TRIGGER history_is_never_emptied ON history IS
    'TRUNCATE, which fires no row triggers, removes no history either.';
COMMENT ON TRIGGER revisions_are_never_emptied ON revisions IS
    'TRUNCATE, which fires no row triggers, removes no revision either.';
COMMENT ON TRIGGER reviews_are_never_emptied ON reviews IS
    'TRUNCATE, which fires no row triggers, removes no review either.';
COMMENT ON CONSTRAINT refusal_layer_is_known ON refusals IS
    'Permissions refuse people, policies refuse attempts. A violated invariant is an incident.';
COMMENT ON TRIGGER refusals_are_never_emptied ON refusals IS
    'TRUNCATE, which fires no row triggers, removes no refusal either.';
COMMENT ON TRIGGER incidents_are_never_emptied ON incidents IS
    'TRUNCATE, which fires no row triggers, removes no incident either.';
COMMENT ON CONSTRAINT reading_is_noted_once ON readings IS
    'A reader and a revision have one row.';
COMMENT ON CONSTRAINT document_is_kept_once ON post_documents IS
    'A post has one document.';
COMMENT ON CONSTRAINT document_has_its_post ON post_documents IS
    'A document is of a post that exists.';
COMMENT ON CONSTRAINT bulk_item_is_selected_once ON bulk_archive_items IS
    'A bulk archive has a post once.';
COMMENT ON CONSTRAINT account_event_has_a_name_iff_it_renames ON account_events IS
    'The record of a new display name says which; no other record has one.';
COMMENT ON TRIGGER display_name_is_as_recorded ON users IS
    'A display name changes only together with its record.';
COMMENT ON TRIGGER renaming_is_borne_out ON account_events IS
    'No record of a display name that the account does not have at commit.';
COMMENT ON TRIGGER history_locks_its_post ON history IS
    'A history row is of the past. Between it and its commit, no other transaction changes the post.';
COMMENT ON CONSTRAINT unsaved_edit_is_noted_once ON unsaved_edits IS
    'A revision has one row.';
COMMENT ON CONSTRAINT display_name_is_one_line ON users IS
    'A display name is one line, and leaves the direction of the text beside it alone.';
COMMENT ON CONSTRAINT token_name_is_one_line ON tokens IS
    'The name of a token is one line, and leaves the direction of the text beside it alone.';
COMMENT ON CONSTRAINT title_is_one_line ON revisions IS
    'A title is one line, and leaves the direction of the text beside it alone.';
COMMENT ON CONSTRAINT summary_is_one_line ON revisions IS
    'A summary is one line, and leaves the direction of the text beside it alone.';
COMMENT ON TRIGGER password_changes_with_its_record ON users IS
    'A password changes only together with its record.';
COMMENT ON TRIGGER password_link_is_made_with_its_record ON password_links IS
    'A link to set a password is made only together with its record.';
COMMENT ON TRIGGER token_is_made_with_its_record ON tokens IS
    'A token is made only together with its record.';
COMMENT ON TRIGGER token_is_revoked_with_its_record ON tokens IS
    'A token is revoked only together with its record, or with that of what revokes all.';
