DROP TRIGGER bulk_archive_is_by_staff ON bulk_archives;
DROP TRIGGER acknowledgement_is_by_staff ON incidents;
DROP FUNCTION refuse_person_without_role();
DROP TRIGGER incident_begins_open ON incidents;
ALTER TABLE incidents
    DROP CONSTRAINT invariant_is_one_line,
    DROP CONSTRAINT acknowledgement_follows_the_incident;
DROP TRIGGER counts_of_refusals_only_grow ON refusal_counts;
ALTER TABLE sessions DROP CONSTRAINT session_end_has_happened;
DROP TRIGGER bulk_outcome_is_borne_out ON bulk_archive_items;
DROP FUNCTION refuse_invented_outcome();
DROP TRIGGER unsaved_edit_is_of_a_review ON unsaved_edits;
DROP FUNCTION refuse_edit_out_of_review();
ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_outcome_has_happened;
ALTER TABLE unsaved_edits DROP CONSTRAINT unsaved_edit_has_happened;
