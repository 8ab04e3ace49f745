DROP TRIGGER reading_is_a_reviewers ON readings;
DROP FUNCTION refuse_reading_of_no_reviewer();
ALTER TABLE bulk_archive_items DROP CONSTRAINT bulk_item_names_a_revision;
ALTER TABLE bulk_archives
    DROP CONSTRAINT bulk_archive_fingerprint_is_sha256,
    DROP CONSTRAINT bulk_archive_key_is_well_formed;
ALTER TABLE sessions DROP CONSTRAINT session_device_is_one_line;
ALTER TABLE refusal_counts
    DROP CONSTRAINT counted_layer_is_known,
    DROP CONSTRAINT counted_action_is_known;
ALTER TABLE incidents DROP CONSTRAINT stopped_action_is_known;
ALTER TABLE refusals DROP CONSTRAINT refused_action_is_known;
DELETE FROM runtime_privileges WHERE object = 'FUNCTION recorded_actions()';
DROP FUNCTION recorded_actions();
