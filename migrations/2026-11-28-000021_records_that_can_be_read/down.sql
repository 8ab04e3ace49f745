ALTER TABLE sign_in_throttle
    DROP CONSTRAINT throttle_window_has_begun,
    DROP CONSTRAINT attempts_are_counted;
ALTER TABLE refusal_counts
    DROP CONSTRAINT left_out_refusals_are_counted,
    DROP CONSTRAINT refusal_hour_has_begun;
ALTER TABLE bulk_archives DROP CONSTRAINT bulk_archive_has_begun;
ALTER TABLE sessions DROP CONSTRAINT session_use_has_happened;
ALTER TABLE readings DROP CONSTRAINT reading_has_happened;
ALTER TABLE incidents
    DROP CONSTRAINT acknowledgement_has_happened,
    DROP CONSTRAINT incident_has_happened;
ALTER TABLE bulk_archive_items
    DROP CONSTRAINT bulk_refusal_has_reasons,
    ADD CONSTRAINT bulk_refusal_has_reasons
        CHECK (refusal IS NULL
               OR (settled_at IS NOT NULL AND jsonb_typeof(refusal) = 'array' AND refusal <> '[]'));
COMMENT ON CONSTRAINT bulk_refusal_has_reasons ON bulk_archive_items IS
    'A refused item is settled, and has reasons.';
ALTER TABLE refusals
    DROP CONSTRAINT refusal_has_happened,
    DROP CONSTRAINT refusal_has_reasons,
    ADD CONSTRAINT refusal_has_reasons
        CHECK (jsonb_typeof(reasons) = 'array' AND reasons <> '[]');
COMMENT ON CONSTRAINT refusal_has_reasons ON refusals IS 'Every refusal has a reason.';
DELETE FROM runtime_privileges WHERE object = 'FUNCTION are_reasons(jsonb)';
DROP FUNCTION are_reasons(jsonb);

CREATE OR REPLACE FUNCTION visible_character() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN E'[^\u0001-\u0020\u007F-\u00A0\u00AD\u0300-\u036F\u061C\u115F-\u1160\u1680\u17B4-\u17B5'
    || E'\u180B-\u180F\u1AB0-\u1AFF\u1DC0-\u1DFF\u2000-\u200F\u2028-\u202F\u205F-\u206F'
    || E'\u20D0-\u20FF\u2800\u3000\u3164\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFA0\uFFF0-\uFFFC'
    || E'\U00013430-\U00013442\U00016FE4\U0001BCA0-\U0001BCA3\U0001D159\U0001D173-\U0001D17A'
    || E'\U000E0000-\U000E0FFF]';
COMMENT ON FUNCTION visible_character() IS
    'A regular expression for one character that can be seen: not white space, not a control character, not default-ignorable, not a blank of any script, not a mark without a letter.';
