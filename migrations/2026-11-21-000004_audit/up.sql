-- What was refused, and what went wrong. Neither is part of any decision.

CREATE TABLE refusals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    request_id uuid NOT NULL,
    interface text NOT NULL,
    actor_id bigint NOT NULL REFERENCES users,
    action text NOT NULL,
    post_id bigint,
    revision_seen integer,
    layer text NOT NULL,
    reasons jsonb NOT NULL,

    CONSTRAINT refusal_layer_is_known CHECK (layer IN ('permission', 'policy')),
    CONSTRAINT refusal_has_reasons CHECK (jsonb_typeof(reasons) = 'array' AND reasons <> '[]')
);
CREATE INDEX refusals_by_post ON refusals (post_id, id);
CREATE INDEX refusals_by_actor ON refusals (actor_id, id);
COMMENT ON TABLE refusals IS
    'Who was refused what, by which layer and why, append-only. The post id is what was asked for, not a promise that it exists.';
COMMENT ON CONSTRAINT refusal_layer_is_known ON refusals IS
    'People are refused by permission, attempts by policy. A broken invariant is an incident.';
COMMENT ON CONSTRAINT refusal_has_reasons ON refusals IS
    'Nobody is refused without a reason.';

CREATE TABLE incidents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    request_id uuid NOT NULL,
    interface text NOT NULL,
    actor_id bigint REFERENCES users,
    action text NOT NULL,
    post_id bigint,
    invariant text NOT NULL,
    detail text NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by bigint REFERENCES users,
    acknowledgement text,

    CONSTRAINT acknowledgement_is_whole
        CHECK (num_nonnulls(acknowledged_at, acknowledged_by, acknowledgement) IN (0, 3))
);
CREATE INDEX incidents_unacknowledged ON incidents (id) WHERE acknowledged_at IS NULL;
COMMENT ON TABLE incidents IS
    'Invariants that would have been broken: defects of ours, rolled back and kept for staff. No row contents, no SQL.';
COMMENT ON CONSTRAINT acknowledgement_is_whole ON incidents IS
    'An acknowledgement has a time, a person and a note.';

CREATE TRIGGER refusals_are_append_only BEFORE UPDATE OR DELETE ON refusals
    FOR EACH ROW EXECUTE FUNCTION refuse('Refusals are append-only.');
COMMENT ON TRIGGER refusals_are_append_only ON refusals IS 'Refusals are append-only.';
CREATE TRIGGER refusals_are_never_emptied BEFORE TRUNCATE ON refusals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Refusals are append-only.');
COMMENT ON TRIGGER refusals_are_never_emptied ON refusals IS
    'TRUNCATE, which fires no row triggers, takes no refusal either.';
CREATE TRIGGER incidents_are_never_deleted BEFORE DELETE ON incidents
    FOR EACH ROW EXECUTE FUNCTION refuse('Incidents are acknowledged, never deleted.');
COMMENT ON TRIGGER incidents_are_never_deleted ON incidents IS
    'Incidents are acknowledged, never deleted.';
CREATE TRIGGER incidents_are_never_emptied BEFORE TRUNCATE ON incidents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('Incidents are acknowledged, never deleted.');
COMMENT ON TRIGGER incidents_are_never_emptied ON incidents IS
    'TRUNCATE, which fires no row triggers, takes no incident either.';
CREATE TRIGGER incident_is_what_happened BEFORE UPDATE ON incidents FOR EACH ROW
    WHEN ((OLD.id, OLD.at, OLD.request_id, OLD.interface, OLD.actor_id, OLD.action,
           OLD.post_id, OLD.invariant, OLD.detail)
          IS DISTINCT FROM
          (NEW.id, NEW.at, NEW.request_id, NEW.interface, NEW.actor_id, NEW.action,
           NEW.post_id, NEW.invariant, NEW.detail)
          OR OLD.acknowledged_at IS NOT NULL)
    EXECUTE FUNCTION refuse('An incident is acknowledged once; what happened never changes.');
COMMENT ON TRIGGER incident_is_what_happened ON incidents IS
    'An incident is acknowledged once; what happened never changes.';
