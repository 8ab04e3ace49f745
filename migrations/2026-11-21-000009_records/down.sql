DROP INDEX posts_by_publication;
DROP INDEX operations_by_post;
CREATE INDEX incidents_unacknowledged ON incidents (id) WHERE acknowledged_at IS NULL;
DROP INDEX incidents_acknowledged;
DROP INDEX incidents_open;
CREATE INDEX refusals_by_post ON refusals (post_id, id);
CREATE INDEX refusals_by_actor ON refusals (actor_id, id);
ALTER TABLE refusals DROP COLUMN kind;
DROP INDEX refusals_in_order;
