-- "Standing request" has one meaning, in the database as in the program: the request keeps
-- its post from publication. What was asked of an earlier revision has a view of its own.
CREATE VIEW unwithdrawn_requests AS
SELECT request.id, request.post_id, request.revision, request.reviewer_id, request.note, request.at
FROM reviews request
WHERE request.withdraws IS NULL
  AND NOT EXISTS (SELECT FROM reviews withdrawal WHERE withdrawal.withdraws = request.id);
COMMENT ON VIEW unwithdrawn_requests IS
    'Change requests that were not withdrawn, to any revision.';

CREATE OR REPLACE VIEW standing_requests AS
SELECT request.id, request.post_id, request.revision, request.reviewer_id, request.note, request.at
FROM unwithdrawn_requests request
JOIN posts post ON post.id = request.post_id AND post.current_revision = request.revision
WHERE post.state = 'in_review';
COMMENT ON VIEW standing_requests IS
    'Change requests to the current revision of a post in review that were not withdrawn. They keep it from being published.';

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE unwithdrawn_requests', 'SELECT');
