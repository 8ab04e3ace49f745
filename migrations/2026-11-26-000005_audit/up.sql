-- Refusals, incidents and readings. No decision uses them.

CREATE TABLE refusals (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at moment NOT NULL DEFAULT clock_timestamp(),
    request_id uuid NOT NULL,
    interface interface NOT NULL,
    actor_id bigint NOT NULL,
    action text NOT NULL,
    post_id bigint,
    revision_seen integer,
    layer text NOT NULL,
    reasons jsonb NOT NULL,
    kind text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        action || ' ' || layer || ' ' || interface || ' '
        || translate(jsonb_path_query_array(reasons, '$[*].code')::text, '[]",', '')
    ) STORED,

    CONSTRAINT refusal_has_one_id PRIMARY KEY (id),
    CONSTRAINT refusal_has_its_actor FOREIGN KEY (actor_id) REFERENCES users,
    CONSTRAINT refusal_layer_is_known CHECK (layer IN ('permission', 'policy')),
    CONSTRAINT refusal_has_reasons CHECK (jsonb_typeof(reasons) = 'array' AND reasons <> '[]')
);
COMMENT ON TABLE refusals IS
    'Who was refused what, by which layer and why, append-only. The post id is the one in the request: the post may not exist.';
COMMENT ON COLUMN refusals.kind IS
    'Action, layer, interface and the codes of the reasons, separated by spaces: everything about a refusal that has few values.';
COMMENT ON CONSTRAINT refusal_has_one_id ON refusals IS
    'An id names one refusal.';
COMMENT ON CONSTRAINT refusal_has_its_actor ON refusals IS
    'The person who was refused has an account.';
COMMENT ON CONSTRAINT refusal_layer_is_known ON refusals IS
    'Permissions refuse people, policies refuse attempts. A violated invariant is an incident.';
COMMENT ON CONSTRAINT refusal_has_reasons ON refusals IS
    'Every refusal has a reason.';

-- There are few kinds, whatever the size of the table. A filter is answered
-- kind by kind, each from the place in an index where the page begins.
CREATE INDEX refusals_in_order ON refusals (at, id);
CREATE INDEX refusals_by_kind ON refusals (kind, at, id);
CREATE INDEX refusals_by_actor_and_kind ON refusals (actor_id, kind, at, id);
CREATE INDEX refusals_by_post_and_kind ON refusals (post_id, kind, at, id);
CREATE INDEX refusals_by_actor_post_and_kind ON refusals (actor_id, post_id, kind, at, id);

-- How many refusals a person has in this hour is asked at each refusal.
CREATE INDEX refusals_by_actor_and_time ON refusals (actor_id, at);

-- Of each person and hour, a hundred refusals are recorded row by row. The rest
-- is counted here, so that a script cannot fill the database.
CREATE TABLE refusal_counts (
    actor_id bigint NOT NULL,
    hour moment NOT NULL,
    action text COLLATE "C" NOT NULL,
    layer text COLLATE "C" NOT NULL,
    interface interface NOT NULL,
    left_out bigint NOT NULL,

    CONSTRAINT refusals_are_counted_once
        PRIMARY KEY (actor_id, hour, action, layer, interface),
    CONSTRAINT refusal_count_has_its_actor FOREIGN KEY (actor_id) REFERENCES users
);
CREATE INDEX refusal_counts_by_hour ON refusal_counts (hour);
COMMENT ON TABLE refusal_counts IS
    'Refusals that were counted and not recorded, because their person had a hundred others in the hour.';
COMMENT ON CONSTRAINT refusals_are_counted_once ON refusal_counts IS
    'Each person, hour, action, layer and interface has one count.';
COMMENT ON CONSTRAINT refusal_count_has_its_actor ON refusal_counts IS
    'The person who was refused has an account.';

CREATE TABLE incidents (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at moment NOT NULL DEFAULT clock_timestamp(),
    request_id uuid NOT NULL,
    interface interface NOT NULL,
    actor_id bigint,
    action text NOT NULL,
    post_id bigint,
    invariant text NOT NULL,
    detail text NOT NULL,
    acknowledged_at moment,
    acknowledged_by bigint,
    acknowledgement text,

    CONSTRAINT incident_has_one_id PRIMARY KEY (id),
    CONSTRAINT incident_has_its_actor FOREIGN KEY (actor_id) REFERENCES users,
    CONSTRAINT acknowledgement_has_its_actor FOREIGN KEY (acknowledged_by) REFERENCES users,
    CONSTRAINT acknowledgement_is_whole
        CHECK (num_nonnulls(acknowledged_at, acknowledged_by, acknowledgement) IN (0, 3)),
    CONSTRAINT acknowledgement_is_given
        CHECK (has_visible_text(acknowledgement) AND char_length(acknowledgement) <= 2000)
);
CREATE INDEX incidents_open ON incidents (at, id) WHERE acknowledged_at IS NULL;
CREATE INDEX incidents_acknowledged ON incidents (at, id) WHERE acknowledged_at IS NOT NULL;
COMMENT ON TABLE incidents IS
    'Violations of invariants, which are defects of the program: rolled back, and kept for staff. No row contents, no SQL.';
COMMENT ON CONSTRAINT incident_has_one_id ON incidents IS
    'An id names one incident.';
COMMENT ON CONSTRAINT incident_has_its_actor ON incidents IS
    'A person who is named in an incident has an account.';
COMMENT ON CONSTRAINT acknowledgement_has_its_actor ON incidents IS
    'An incident is acknowledged by a person who has an account.';
COMMENT ON CONSTRAINT acknowledgement_is_whole ON incidents IS
    'An acknowledgement has a time, a person and a note.';
COMMENT ON CONSTRAINT acknowledgement_is_given ON incidents IS
    'The note of an acknowledgement has 1 to 2,000 characters, and one of them is visible.';

CREATE TRIGGER refusals_are_append_only BEFORE UPDATE OR DELETE ON refusals
    FOR EACH ROW EXECUTE FUNCTION refuse('Refusals are append-only.');
COMMENT ON TRIGGER refusals_are_append_only ON refusals IS 'Refusals are append-only.';
CREATE TRIGGER refusals_are_never_emptied BEFORE TRUNCATE ON refusals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Refusals are append-only.');
COMMENT ON TRIGGER refusals_are_never_emptied ON refusals IS
    'TRUNCATE, which fires no row triggers, removes no refusal either.';
CREATE TRIGGER incidents_are_never_deleted BEFORE DELETE ON incidents
    FOR EACH ROW EXECUTE FUNCTION refuse('Incidents are acknowledged, never deleted.');
COMMENT ON TRIGGER incidents_are_never_deleted ON incidents IS
    'Incidents are acknowledged, never deleted.';
CREATE TRIGGER incidents_are_never_emptied BEFORE TRUNCATE ON incidents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Incidents are acknowledged, never deleted.');
COMMENT ON TRIGGER incidents_are_never_emptied ON incidents IS
    'TRUNCATE, which fires no row triggers, removes no incident either.';
CREATE TRIGGER incident_is_final BEFORE UPDATE ON incidents FOR EACH ROW
    WHEN ((OLD.id, OLD.at, OLD.request_id, OLD.interface, OLD.actor_id, OLD.action,
           OLD.post_id, OLD.invariant, OLD.detail)
          IS DISTINCT FROM
          (NEW.id, NEW.at, NEW.request_id, NEW.interface, NEW.actor_id, NEW.action,
           NEW.post_id, NEW.invariant, NEW.detail)
          OR OLD.acknowledged_at IS NOT NULL)
    EXECUTE FUNCTION refuse('An incident is acknowledged once; the rest of it never changes.');
COMMENT ON TRIGGER incident_is_final ON incidents IS
    'An incident is acknowledged once; the rest of it never changes.';

-- Which reviewer opened which revision, to show them what is new since, and
-- to tell two reviewers about each other.
CREATE TABLE readings (
    post_id bigint NOT NULL,
    revision integer NOT NULL,
    reader_id bigint NOT NULL,
    first_at moment NOT NULL DEFAULT clock_timestamp(),
    last_at moment NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT reading_is_noted_once PRIMARY KEY (post_id, reader_id, revision),
    CONSTRAINT reading_is_of_a_revision
        FOREIGN KEY (post_id, revision) REFERENCES revisions (post_id, number),
    CONSTRAINT reading_has_its_reader FOREIGN KEY (reader_id) REFERENCES users,
    CONSTRAINT reading_begins_before_it_ends CHECK (first_at <= last_at)
);
COMMENT ON TABLE readings IS
    'When a reviewer first and last opened a revision: one row for each reader and revision.';
COMMENT ON CONSTRAINT reading_is_noted_once ON readings IS
    'A reader and a revision have one row.';
COMMENT ON CONSTRAINT reading_is_of_a_revision ON readings IS
    'A reading is of a revision that exists.';
COMMENT ON CONSTRAINT reading_has_its_reader ON readings IS
    'A reader has an account.';
COMMENT ON CONSTRAINT reading_begins_before_it_ends ON readings IS
    'The first reading is not later than the last.';
