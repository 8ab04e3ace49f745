-- What is recorded can be read: reasons are sentences, times have passed, counts are
-- numbers of something. The pages that show them rely on it.

-- A mark of any script needs a letter to stand on. The list is of Unicode 16.
CREATE OR REPLACE FUNCTION visible_character() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN E'[^\u0001-\u0020\u007F-\u00A0\u00AD\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF'
    || E'\u05C1-\u05C2\u05C4-\u05C5\u05C7-\u05C9\u0610-\u061A\u061C\u064B-\u065F\u0670'
    || E'\u06D6-\u06DC\u06DF-\u06E4\u06E7-\u06E8\u06EA-\u06ED\u0711\u0730-\u074A'
    || E'\u07A6-\u07B0\u07EB-\u07F3\u07FD\u0816-\u0819\u081B-\u0823\u0825-\u0827'
    || E'\u0829-\u082D\u0859-\u085B\u0897-\u089F\u08CA-\u08E1\u08E3-\u0903\u093A-\u093C'
    || E'\u093E-\u094F\u0951-\u0957\u0962-\u0963\u0981-\u0983\u09BC\u09BE-\u09C4'
    || E'\u09C7-\u09C8\u09CB-\u09CD\u09D7\u09E2-\u09E3\u09FE\u0A01-\u0A03\u0A3C'
    || E'\u0A3E-\u0A42\u0A47-\u0A48\u0A4B-\u0A4D\u0A51\u0A70-\u0A71\u0A75\u0A81-\u0A83'
    || E'\u0ABC\u0ABE-\u0AC5\u0AC7-\u0AC9\u0ACB-\u0ACD\u0AE2-\u0AE3\u0AFA-\u0AFF'
    || E'\u0B01-\u0B03\u0B3C\u0B3E-\u0B44\u0B47-\u0B48\u0B4B-\u0B4D\u0B53-\u0B57'
    || E'\u0B62-\u0B63\u0B82\u0BBE-\u0BC2\u0BC6-\u0BC8\u0BCA-\u0BCD\u0BD7\u0C00-\u0C04'
    || E'\u0C3C\u0C3E-\u0C44\u0C46-\u0C48\u0C4A-\u0C4D\u0C55-\u0C56\u0C62-\u0C63'
    || E'\u0C81-\u0C83\u0CBC\u0CBE-\u0CC4\u0CC6-\u0CC8\u0CCA-\u0CCD\u0CD5-\u0CD6'
    || E'\u0CE2-\u0CE3\u0CF3\u0D00-\u0D03\u0D3B-\u0D3C\u0D3E-\u0D44\u0D46-\u0D48'
    || E'\u0D4A-\u0D4D\u0D57\u0D62-\u0D63\u0D81-\u0D83\u0DCA\u0DCF-\u0DD4\u0DD6'
    || E'\u0DD8-\u0DDF\u0DF2-\u0DF3\u0E31\u0E34-\u0E3A\u0E47-\u0E4E\u0EB1\u0EB4-\u0EBC'
    || E'\u0EC8-\u0ECE\u0F18-\u0F19\u0F35\u0F37\u0F39\u0F3E-\u0F3F\u0F71-\u0F84'
    || E'\u0F86-\u0F87\u0F8D-\u0F97\u0F99-\u0FBC\u0FC6\u102B-\u103E\u1056-\u1059'
    || E'\u105E-\u1060\u1062-\u1064\u1067-\u106D\u1071-\u1074\u1082-\u108D\u108F'
    || E'\u109A-\u109D\u115F-\u1160\u135D-\u135F\u1680\u1712-\u1715\u1732-\u1734'
    || E'\u1752-\u1753\u1772-\u1773\u17B4-\u17D3\u17DD\u180B-\u180F\u1885-\u1886\u18A9'
    || E'\u1920-\u192B\u1930-\u193B\u1A17-\u1A1B\u1A55-\u1A5E\u1A60-\u1A7C\u1A7F'
    || E'\u1AB0-\u1B04\u1B34-\u1B44\u1B6B-\u1B73\u1B80-\u1B82\u1BA1-\u1BAD\u1BE6-\u1BF3'
    || E'\u1C24-\u1C37\u1CD0-\u1CD2\u1CD4-\u1CE8\u1CED\u1CF4\u1CF7-\u1CF9\u1DC0-\u1DFF'
    || E'\u2000-\u200F\u2028-\u202F\u205F-\u206F\u20D0-\u20FF\u2800\u2CEF-\u2CF1\u2D7F'
    || E'\u2DE0-\u2DFF\u3000\u302A-\u302F\u3099-\u309A\u3164\uA66F-\uA672\uA674-\uA67D'
    || E'\uA69E-\uA69F\uA6F0-\uA6F1\uA802\uA806\uA80B\uA823-\uA827\uA82C\uA880-\uA881'
    || E'\uA8B4-\uA8C5\uA8E0-\uA8F1\uA8FF\uA926-\uA92D\uA947-\uA953\uA980-\uA983'
    || E'\uA9B3-\uA9C0\uA9E5\uAA29-\uAA36\uAA43\uAA4C-\uAA4D\uAA7B-\uAA7D\uAAB0'
    || E'\uAAB2-\uAAB4\uAAB7-\uAAB8\uAABE-\uAABF\uAAC1\uAAEB-\uAAEF\uAAF5-\uAAF6'
    || E'\uABE3-\uABEA\uABEC-\uABED\uFB1E\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFA0'
    || E'\uFFF0-\uFFFC\U000101FD\U000102E0\U00010376-\U0001037A\U00010A01-\U00010A03'
    || E'\U00010A05-\U00010A06\U00010A0C-\U00010A0F\U00010A38-\U00010A3A\U00010A3F'
    || E'\U00010AE5-\U00010AE6\U00010D24-\U00010D27\U00010D69-\U00010D6D'
    || E'\U00010EAB-\U00010EAC\U00010ECB-\U00010ECF\U00010EF0-\U00010EFF'
    || E'\U00010F46-\U00010F50\U00010F82-\U00010F85\U00011000-\U00011002'
    || E'\U00011038-\U00011046\U00011070\U00011073-\U00011074\U0001107F-\U00011082'
    || E'\U000110B0-\U000110BA\U000110C2\U00011100-\U00011102\U00011127-\U00011134'
    || E'\U00011145-\U00011146\U00011173\U00011180-\U00011182\U000111B3-\U000111C0'
    || E'\U000111C9-\U000111CC\U000111CE-\U000111CF\U0001122C-\U00011237\U0001123E'
    || E'\U00011241\U000112DF-\U000112EA\U00011300-\U00011303\U0001133B-\U0001133C'
    || E'\U0001133E-\U00011344\U00011347-\U00011348\U0001134B-\U0001134D\U00011357'
    || E'\U00011362-\U00011363\U00011366-\U0001136C\U00011370-\U00011374'
    || E'\U000113B8-\U000113C0\U000113C2\U000113C5\U000113C7-\U000113CA'
    || E'\U000113CC-\U000113D0\U000113D2\U000113E1-\U000113E2\U00011435-\U00011446'
    || E'\U0001145E\U000114B0-\U000114C3\U000115AF-\U000115B5\U000115B8-\U000115C0'
    || E'\U000115DC-\U000115DD\U00011630-\U00011640\U000116AB-\U000116B7'
    || E'\U0001171D-\U0001172B\U0001182C-\U0001183A\U00011930-\U00011935'
    || E'\U00011937-\U00011938\U0001193B-\U0001193E\U00011940\U00011942-\U00011943'
    || E'\U000119D1-\U000119D7\U000119DA-\U000119E0\U000119E4\U00011A01-\U00011A0A'
    || E'\U00011A33-\U00011A39\U00011A3B-\U00011A3E\U00011A47\U00011A51-\U00011A5B'
    || E'\U00011A8A-\U00011A99\U00011B60-\U00011B67\U00011C2F-\U00011C36'
    || E'\U00011C38-\U00011C3F\U00011C92-\U00011CA7\U00011CA9-\U00011CB6'
    || E'\U00011D31-\U00011D36\U00011D3A\U00011D3C-\U00011D3D\U00011D3F-\U00011D45'
    || E'\U00011D47\U00011D8A-\U00011D8E\U00011D90-\U00011D91\U00011D93-\U00011D97'
    || E'\U00011DF0\U00011EF3-\U00011EF6\U00011F00-\U00011F01\U00011F03'
    || E'\U00011F34-\U00011F3A\U00011F3E-\U00011F42\U00011F5A\U00013430-\U00013442'
    || E'\U00013447-\U00013455\U0001611E-\U0001612F\U00016AF0-\U00016AF4'
    || E'\U00016B30-\U00016B36\U00016F4F\U00016F51-\U00016F87\U00016F8F-\U00016F92'
    || E'\U00016FE4\U00016FF0-\U00016FF1\U0001BC9D-\U0001BC9E\U0001BCA0-\U0001BCA3'
    || E'\U0001CF00-\U0001CF2D\U0001CF30-\U0001CF46\U0001D127-\U0001D128\U0001D159'
    || E'\U0001D165-\U0001D169\U0001D16D-\U0001D182\U0001D185-\U0001D18B'
    || E'\U0001D1AA-\U0001D1AD\U0001D242-\U0001D244\U0001D250-\U0001D252'
    || E'\U0001D25B-\U0001D25C\U0001D25F\U0001D280-\U0001D281\U0001DA00-\U0001DA36'
    || E'\U0001DA3B-\U0001DA6C\U0001DA75\U0001DA84\U0001DA9B-\U0001DA9F'
    || E'\U0001DAA1-\U0001DAAF\U0001E000-\U0001E006\U0001E008-\U0001E018'
    || E'\U0001E01B-\U0001E021\U0001E023-\U0001E024\U0001E026-\U0001E02A\U0001E08F'
    || E'\U0001E130-\U0001E136\U0001E2AE\U0001E2EC-\U0001E2EF\U0001E4EC-\U0001E4EF'
    || E'\U0001E5EE-\U0001E5EF\U0001E6E3\U0001E6E6\U0001E6EE-\U0001E6EF\U0001E6F5'
    || E'\U0001E8D0-\U0001E8D6\U0001E944-\U0001E94A\U000E0000-\U000E0FFF]';
COMMENT ON FUNCTION visible_character() IS
    'A regular expression for one character that can be seen: not white space, not a control character, not default-ignorable, not a blank of any script, not a mark without a letter.';

CREATE FUNCTION are_reasons(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_typeof(value) = 'array' AND value <> '[]' AND NOT jsonb_path_exists(value,
    '$[*] ? (!(@.type() == "object" && @.code.type() == "string"
               && @.sentence.type() == "string" && @.hint.type() == "string"))');
COMMENT ON FUNCTION are_reasons(jsonb) IS
    'Whether a value is a list of reasons, each with a code, a sentence and a hint.';
INSERT INTO runtime_privileges (object, privileges) VALUES
    ('FUNCTION are_reasons(jsonb)', 'EXECUTE');

ALTER TABLE refusals
    DROP CONSTRAINT refusal_has_reasons,
    ADD CONSTRAINT refusal_has_reasons CHECK (are_reasons(reasons)),
    ADD CONSTRAINT refusal_has_happened CHECK (at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT refusal_has_reasons ON refusals IS
    'Every refusal has a reason, with a code, a sentence and a hint.';
COMMENT ON CONSTRAINT refusal_has_happened ON refusals IS
    'No refusal is recorded before it happens.';

ALTER TABLE bulk_archive_items
    DROP CONSTRAINT bulk_refusal_has_reasons,
    ADD CONSTRAINT bulk_refusal_has_reasons
        CHECK (refusal IS NULL OR (settled_at IS NOT NULL AND are_reasons(refusal)));
COMMENT ON CONSTRAINT bulk_refusal_has_reasons ON bulk_archive_items IS
    'A refused item is settled, and has reasons.';

ALTER TABLE incidents
    ADD CONSTRAINT incident_has_happened CHECK (at <= clock_timestamp() + interval '1 minute'),
    ADD CONSTRAINT acknowledgement_has_happened
        CHECK (acknowledged_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT incident_has_happened ON incidents IS
    'No incident is recorded before it happens.';
COMMENT ON CONSTRAINT acknowledgement_has_happened ON incidents IS
    'No incident is acknowledged in the future.';

ALTER TABLE readings
    ADD CONSTRAINT reading_has_happened CHECK (last_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT reading_has_happened ON readings IS
    'No revision is read in the future.';

ALTER TABLE sessions
    ADD CONSTRAINT session_use_has_happened
        CHECK (last_used_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT session_use_has_happened ON sessions IS
    'No session is used in the future.';

ALTER TABLE bulk_archives
    ADD CONSTRAINT bulk_archive_has_begun
        CHECK (began_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT bulk_archive_has_begun ON bulk_archives IS
    'No bulk archive is recorded before it begins.';

ALTER TABLE refusal_counts
    ADD CONSTRAINT refusal_hour_has_begun CHECK (hour <= clock_timestamp() + interval '1 minute'),
    ADD CONSTRAINT left_out_refusals_are_counted CHECK (left_out BETWEEN 1 AND 1000000000000);
COMMENT ON CONSTRAINT refusal_hour_has_begun ON refusal_counts IS
    'No refusal is counted before its hour.';
COMMENT ON CONSTRAINT left_out_refusals_are_counted ON refusal_counts IS
    'A count of refusals is of one at least.';

-- Windows of before hold attempts that are not worth keeping.
DELETE FROM sign_in_throttle
WHERE attempts NOT BETWEEN 0 AND 1000001 OR window_began_at > clock_timestamp();
ALTER TABLE sign_in_throttle
    ADD CONSTRAINT attempts_are_counted CHECK (attempts BETWEEN 0 AND 1000001),
    ADD CONSTRAINT throttle_window_has_begun
        CHECK (window_began_at <= clock_timestamp() + interval '1 minute');
COMMENT ON CONSTRAINT attempts_are_counted ON sign_in_throttle IS
    'Attempts are counted from none to a million.';
COMMENT ON CONSTRAINT throttle_window_has_begun ON sign_in_throttle IS
    'No attempt is counted in the future.';
