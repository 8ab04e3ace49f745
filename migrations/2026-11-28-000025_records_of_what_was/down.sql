DROP TRIGGER bulk_outcome_is_borne_out ON bulk_archive_items;
DROP FUNCTION refuse_invented_outcome();
DROP TRIGGER unsaved_edit_is_of_a_review ON unsaved_edits;
DROP FUNCTION refuse_unsaved_edit_of_draft();
ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_outcome_has_happened;
ALTER TABLE unsaved_edits DROP CONSTRAINT unsaved_edit_has_happened;
