-- What the admin asks of the records, at a million rows as at a thousand.

-- A refusal's kind is everything about it that has few values, so that there
-- are few kinds: the program's, and not the table's size. Whatever is asked of
-- these parts, and in whatever combination, is answered kind by kind, each
-- from the place in an index where the page begins.
ALTER TABLE refusals ADD COLUMN kind text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
    action || ' ' || layer || ' ' || interface || ' '
    || translate(jsonb_path_query_array(reasons, '$[*].code')::text, '[]",', '')
) STORED;
COMMENT ON COLUMN refusals.kind IS
    'Action, layer, interface and the codes of the reasons, separated by spaces.';

CREATE INDEX refusals_in_order ON refusals (at, id);
CREATE INDEX refusals_by_kind ON refusals (kind, at, id);
CREATE INDEX refusals_by_actor_and_kind ON refusals (actor_id, kind, at, id);
CREATE INDEX refusals_by_post_and_kind ON refusals (post_id, kind, at, id);
CREATE INDEX refusals_by_actor_post_and_kind ON refusals (actor_id, post_id, kind, at, id);
DROP INDEX refusals_by_actor;
DROP INDEX refusals_by_post;

CREATE INDEX incidents_open ON incidents (at, id) WHERE acknowledged_at IS NULL;
CREATE INDEX incidents_acknowledged ON incidents (at, id) WHERE acknowledged_at IS NOT NULL;
DROP INDEX incidents_unacknowledged;

-- What a post's page asks of its operations, and not of everybody's.
CREATE INDEX operations_by_post ON operations (post_id);

-- How many posts were published in a week, and how long they had waited,
-- whether or not they have been archived since.
CREATE INDEX posts_by_publication ON posts (published_at) INCLUDE (submitted_at)
    WHERE published_at IS NOT NULL;
