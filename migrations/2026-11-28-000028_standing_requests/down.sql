CREATE OR REPLACE VIEW standing_requests AS
SELECT request.id, request.post_id, request.revision, request.reviewer_id, request.note, request.at
FROM reviews request
WHERE request.withdraws IS NULL
  AND NOT EXISTS (SELECT FROM reviews withdrawal WHERE withdrawal.withdraws = request.id);
COMMENT ON VIEW standing_requests IS
    'Change requests that were not withdrawn. Those to the current revision of a post in review keep it from being published.';

DELETE FROM runtime_privileges WHERE object = 'TABLE unwithdrawn_requests';
DROP VIEW unwithdrawn_requests;
