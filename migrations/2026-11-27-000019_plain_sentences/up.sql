-- The sentences that `verify` and the pages of staff show, in plainer words.
COMMENT ON CONSTRAINT authority_is_part_of_the_key ON users IS
    'A change of roles waits for actions that are under way, and later actions wait for it.';
COMMENT ON TRIGGER changed_credentials_end_sessions ON users IS
    'A changed password, a deactivation or a reactivation ends every older session.';
COMMENT ON TRIGGER people_are_never_emptied ON users IS
    'TRUNCATE cannot remove accounts.';
COMMENT ON CONSTRAINT there_is_one_roster ON staff_roster IS
    'There is one count of active staff accounts.';
COMMENT ON CONSTRAINT roster_is_the_one ON staff_roster IS
    'The count of active staff accounts has one name.';
COMMENT ON CONSTRAINT there_is_always_an_active_staff_account ON staff_roster IS
    'There is always an active staff account, from the first one on.';
COMMENT ON TRIGGER staff_roster_is_kept ON users IS
    'The number of active staff accounts is counted correctly.';
COMMENT ON CONSTRAINT account_event_has_its_subject ON account_events IS
    'An entry in an account''s history is about an account that exists.';
COMMENT ON CONSTRAINT account_event_is_known ON account_events IS
    'Each entry in an account''s history is of a known kind.';
COMMENT ON CONSTRAINT account_event_names_a_role_iff_about_one ON account_events IS
    'A grant or a revocation names the role. No other change names one.';
COMMENT ON CONSTRAINT account_event_is_sealed ON account_events IS
    'An entry in an account''s history is as it was written.';
COMMENT ON TRIGGER account_event_gets_its_seal ON account_events IS
    'An entry in an account''s history is sealed when it is written.';
COMMENT ON TRIGGER account_events_are_append_only ON account_events IS
    'An account''s history is append-only.';
COMMENT ON TRIGGER account_events_are_never_emptied ON account_events IS
    'TRUNCATE cannot remove an account''s history.';
COMMENT ON TRIGGER account_is_as_recorded ON users IS
    'Every account, its roles and whether it is active are in the account''s history.';
COMMENT ON TRIGGER account_event_is_borne_out ON account_events IS
    'The account''s history agrees with its roles and whether it is active.';
COMMENT ON CONSTRAINT session_is_stored_hashed ON sessions IS
    'A session is stored as a hash, with which it is impossible to sign in.';
COMMENT ON CONSTRAINT password_link_is_stored_hashed ON password_links IS
    'A link is stored as a hash, with which it is impossible to set a password.';
COMMENT ON CONSTRAINT password_link_ends_in_one_way ON password_links IS
    'A link is used, or it is replaced by a newer one, and not both.';
COMMENT ON CONSTRAINT token_is_stored_hashed ON tokens IS
    'A token is stored as a hash, with which it is impossible to use it.';
COMMENT ON CONSTRAINT token_permissions_are_known ON tokens IS
    'A token has at least one permission, and only permissions that exist.';
COMMENT ON CONSTRAINT submission_facts_iff_submitted ON posts IS
    'A post says who submitted it, when and which revision from its submission on, and not before.';
COMMENT ON CONSTRAINT publication_facts_iff_published ON posts IS
    'A post says who published it, when, which revision and at which web address from its publication on, and not before.';
COMMENT ON CONSTRAINT archival_facts_iff_archived ON posts IS
    'An archived post says who archived it, when and why. No other post does.';
COMMENT ON CONSTRAINT facts_are_in_order ON posts IS
    'A post was created, submitted, published and archived in this order.';
COMMENT ON CONSTRAINT published_content_is_final ON posts IS
    'The published revision of a post stays its current one.';
COMMENT ON CONSTRAINT author_does_not_publish ON posts IS
    'The author of a post does not publish it.';
COMMENT ON CONSTRAINT slug_is_unique ON posts IS
    'A web address leads to one post.';
COMMENT ON CONSTRAINT revision_numbers_have_no_gaps ON revisions IS
    'The revisions of a post are numbered without gaps.';
COMMENT ON CONSTRAINT post_points_at_a_revision ON posts IS
    'The current revision of a post exists.';
COMMENT ON CONSTRAINT review_can_be_withdrawn ON reviews IS
    'A withdrawal can name its change request by post, revision and kind.';
COMMENT ON CONSTRAINT withdrawal_is_of_a_request ON reviews IS
    'A withdrawal names a change request to the same revision of the same post.';
COMMENT ON CONSTRAINT idempotency_key_is_used_once ON history IS
    'One key of one person has one effect.';
COMMENT ON CONSTRAINT history_is_an_arrow ON history IS
    'Each action starts in a state that allows it and leads to the right state.';
COMMENT ON CONSTRAINT post_enters_each_state_once ON history IS
    'A post enters each state once, so it is published once.';
COMMENT ON CONSTRAINT history_skips_nothing ON history IS
    'Each action starts in a state that the post has been in.';
COMMENT ON CONSTRAINT history_says_what_was_done ON history IS
    'A revision or a review can name its history row by post, action, revision, person, key and time.';
COMMENT ON CONSTRAINT post_state_is_recorded ON posts IS
    'The state of a post is in its history.';
COMMENT ON CONSTRAINT revision_is_recorded ON revisions IS
    'Every revision is in the history, with the same person, key and time.';
COMMENT ON CONSTRAINT review_is_recorded ON reviews IS
    'Every change request and every withdrawal is in the history, with the same person, key and time.';
COMMENT ON TRIGGER post_moves_one_step_forward ON posts IS
    'A post never goes back to an earlier state, and never skips one.';
COMMENT ON TRIGGER post_never_returns_to_an_older_revision ON posts IS
    'A post never goes back to an older revision.';
COMMENT ON TRIGGER newest_revision_is_current ON revisions IS
    'The newest revision of a post is the current one. A published post gets no new one.';
COMMENT ON TRIGGER history_is_borne_out ON history IS
    'The history agrees with the post, the revision or the review about action, person, time and revision.';
COMMENT ON TRIGGER posts_are_never_emptied ON posts IS
    'TRUNCATE cannot remove posts.';
COMMENT ON TRIGGER history_is_never_emptied ON history IS
    'TRUNCATE cannot remove history.';
COMMENT ON TRIGGER revisions_are_never_emptied ON revisions IS
    'TRUNCATE cannot remove revisions.';
COMMENT ON TRIGGER reviews_are_never_emptied ON reviews IS
    'TRUNCATE cannot remove reviews.';
COMMENT ON CONSTRAINT refusal_layer_is_known ON refusals IS
    'A refusal comes from a permission or a policy. A broken invariant is an incident.';
COMMENT ON TRIGGER refusals_are_never_emptied ON refusals IS
    'TRUNCATE cannot remove refusals.';
COMMENT ON TRIGGER incidents_are_never_emptied ON incidents IS
    'TRUNCATE cannot remove incidents.';
COMMENT ON CONSTRAINT reading_is_noted_once ON readings IS
    'There is one row for each reader and revision.';
COMMENT ON CONSTRAINT document_is_kept_once ON post_documents IS
    'A post has one search entry.';
COMMENT ON CONSTRAINT document_has_its_post ON post_documents IS
    'A search entry is of a post that exists.';
COMMENT ON CONSTRAINT bulk_item_is_selected_once ON bulk_archive_items IS
    'A bulk archive contains a post once.';
COMMENT ON CONSTRAINT account_event_has_a_name_iff_it_renames ON account_events IS
    'A change of a display name says the new one. No other change has one.';
COMMENT ON TRIGGER display_name_is_as_recorded ON users IS
    'Every change of a display name is in the account''s history.';
COMMENT ON TRIGGER renaming_is_borne_out ON account_events IS
    'The account''s history agrees with its display name.';
COMMENT ON TRIGGER history_locks_its_post ON history IS
    'A history row has a time in the past. Until it is committed, no other transaction changes the post.';
COMMENT ON CONSTRAINT unsaved_edit_is_noted_once ON unsaved_edits IS
    'There is one row for each revision.';
COMMENT ON CONSTRAINT display_name_is_one_line ON users IS
    'A display name is one line, without characters that change the direction of the text beside it.';
COMMENT ON CONSTRAINT token_name_is_one_line ON tokens IS
    'The name of a token is one line, without characters that change the direction of the text beside it.';
COMMENT ON CONSTRAINT title_is_one_line ON revisions IS
    'A title is one line, without characters that change the direction of the text beside it.';
COMMENT ON CONSTRAINT summary_is_one_line ON revisions IS
    'A summary is one line, without characters that change the direction of the text beside it.';
COMMENT ON TRIGGER password_changes_with_its_record ON users IS
    'Every change of a password is in the account''s history.';
COMMENT ON TRIGGER password_link_is_made_with_its_record ON password_links IS
    'Every link to set a password is in the account''s history.';
COMMENT ON TRIGGER token_is_made_with_its_record ON tokens IS
    'Every new token is in the account''s history.';
COMMENT ON TRIGGER token_is_revoked_with_its_record ON tokens IS
    'Every revoked token is in the account''s history, by itself or with what ended all tokens.';
