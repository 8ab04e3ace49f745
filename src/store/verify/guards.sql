SELECT NULL::bigint AS post_id, ''::text AS detail WHERE false
