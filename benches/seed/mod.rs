//! A publishing house with many posts, for measurements.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::verify::walk;

use crate::support::Database;
use crate::support::database::data_dir;

/// Writes so many posts, as the owner of the tables and with the guards off,
/// and as the guards would have let them be: `verify` finds nothing to say of
/// the smaller house.
pub fn seed(database: &Database, posts: i64) {
    let mut conn = database.as_superuser();
    let authors = (posts / 1000).max(100);
    let sql = format!(
        "CREATE FUNCTION pg_temp.part(value text) RETURNS bytea LANGUAGE sql
         RETURN int8send(octet_length(value)) || convert_to(value, 'UTF8');
         CREATE FUNCTION pg_temp.fingerprint(actor bigint, action text, post text, seen text,
             words text, title text, summary text, body text) RETURNS bytea LANGUAGE sql
         RETURN sha256(int8send(actor) || sha256(pg_temp.part(action) || pg_temp.part(post)
             || pg_temp.part(seen) || pg_temp.part(words) || pg_temp.part(title)
             || pg_temp.part(summary) || pg_temp.part(body)));
         SET session_replication_role = replica;
         SET synchronous_commit = off;
         SET maintenance_work_mem = '256MB';
         CREATE TEMP TABLE later AS
             SELECT pg_get_indexdef(i.indexrelid) AS definition, i.indexrelid::regclass::text AS name
             FROM pg_index i
             WHERE i.indrelid IN ('posts'::regclass, 'post_documents'::regclass)
               AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
         DO $$ DECLARE name text; BEGIN
             FOR name IN SELECT later.name FROM later LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
         END $$;
         INSERT INTO users (username, display_name, password_hash, roles, name_words)
         SELECT 'author' || n, 'Author ' || n, (SELECT password_hash FROM users LIMIT 1), '{{author}}',
             to_tsvector('pg_catalog.simple', 'author' || n || ' Author ' || n)
         FROM generate_series(1, {authors}) n;
         INSERT INTO account_events
             (at, actor_id, subject_id, event, role, request_id, interface, seal)
         SELECT e.at, e.id, e.id, e.event, e.role, e.request, 'command-line',
             account_event_seal(e.at, e.id, e.id, e.event, e.role, '', e.request, 'command-line')
         FROM (SELECT created_at AS at, id, event, role, gen_random_uuid() AS request
               FROM users, (VALUES ('created', NULL), ('role-granted', 'author')) AS done (event, role)
               WHERE username LIKE 'author%') AS e;
         CREATE TEMP TABLE seeded AS
         SELECT n AS id,
             -- Of the first thousand there is enough to fill each desk.
             CASE WHEN n % 10 = 0 OR n <= 500 AND n % 10 <> 5
                      THEN (SELECT id FROM users WHERE username = 'alice')
                  ELSE (SELECT id FROM users WHERE username = 'author1') + n % {authors} END AS author,
             CASE WHEN n % 10 = 5 THEN (SELECT id FROM users WHERE username = 'author1')
                  WHEN n % 3 = 0 THEN (SELECT id FROM users WHERE username = 'rosa')
                  ELSE (SELECT id FROM users WHERE username = 'edith') END AS reviewer,
             (SELECT id FROM users WHERE username = 'stan') AS staff,
             CASE WHEN n <= 1000
                 THEN (ARRAY[1,1,1,2,2,2,2,3,3,3,3,3,3,3,3,3,3,4,4,4])[1 + (n / 7) % 20]
                 ELSE (ARRAY[1,1,2,3,3,3,3,3,3,3,3,3,3,3,3,3,3,4,4,4])[1 + (n / 7) % 20] END AS steps,
             -- The newest is of yesterday, and all of them are of some years.
             date_trunc('second', now()) - interval '1 day'
                 - ({posts} - n) * (interval '600 days' / {posts}) - interval '60 days' AS created,
             'A title of word' || n % 9973 || ' and ' || n AS title,
             'What the press says of it, ' || n % 101 AS summary,
             'The press ' || CASE WHEN n % 2 = 0 THEN 'and the quire ' ELSE '' END
                 || CASE WHEN n % ({posts} / 5) = 1 THEN 'with a colophon ' ELSE '' END
                 || 'prints word' || n % 97 || ' after word' || n % 991 || ', then letter' || n % 4999
                 || ' of fount' || n % 13 || '. Nobody reads every line of it, and one of them always asks why '
                 || 'the measure is what it is: ' || translate(md5(n::text), '0123456789', 'ghijklmnop') AS body
         FROM generate_series(1, {posts}) n;
         INSERT INTO posts (id, author_id, state, current_revision, created_at,
             submitted_at, submitted_by, submitted_revision,
             published_at, published_by, published_revision, slug,
             archived_at, archived_by, archive_reason)
         OVERRIDING SYSTEM VALUE
         SELECT id, author, (ARRAY['draft', 'in_review', 'published', 'archived'])[steps], 1, created,
             CASE WHEN steps > 1 THEN created + interval '1 day' * (1 + id % 9) END,
             CASE WHEN steps > 1 THEN author END, CASE WHEN steps > 1 THEN 1 END,
             CASE WHEN steps > 2 THEN created + interval '1 day' * (11 + id % 8) END,
             CASE WHEN steps > 2 THEN reviewer END, CASE WHEN steps > 2 THEN 1 END,
             CASE WHEN steps > 2 THEN 'post-' || id END,
             CASE WHEN steps > 3 THEN created + interval '1 day' * (20 + id % 39) END,
             CASE WHEN steps > 3 THEN staff END, CASE WHEN steps > 3 THEN 'Out of date.' END
         FROM seeded;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT id, 1, title, summary, body, author, created, 'seed/' || id || '/1' FROM seeded;
         INSERT INTO history
             (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT p.id, step.action, 1, step.previous, step.state, step.actor,
             'seed/' || p.id || '/' || step.number,
             CASE step.number
                 WHEN 1 THEN pg_temp.fingerprint(step.actor, step.action, '', '', '',
                     seeded.title, seeded.summary, seeded.body)
                 ELSE pg_temp.fingerprint(step.actor, step.action, p.id::text, '1',
                     CASE step.number WHEN 4 THEN p.archive_reason ELSE '' END, '', '', '') END,
             step.at
         FROM posts p JOIN seeded ON seeded.id = p.id CROSS JOIN LATERAL (VALUES
             (1, p.author_id, 'create', NULL, 'draft', p.created_at),
             (2, p.submitted_by, 'submit', 'draft', 'in_review', p.submitted_at),
             (3, p.published_by, 'publish', 'in_review', 'published', p.published_at),
             (4, p.archived_by, 'archive', 'published', 'archived', p.archived_at)
         ) AS step (number, actor, action, previous, state, at)
         WHERE step.at IS NOT NULL;
         -- Every other post that was submitted met an objection; half of those
         -- in review still have it against them.
         CREATE TEMP TABLE asked AS
         SELECT id, 2 * row_number() OVER (ORDER BY id) - 1 AS review, reviewer,
             created + interval '1 day' * (1 + id % 9) + interval '1 hour' AS at,
             steps > 2 OR id % 4 = 0 AS is_withdrawn
         FROM seeded WHERE steps > 1 AND id % 2 = 0;
         INSERT INTO history
             (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT id, action, 1, 'in_review', 'in_review', reviewer, 'seed/' || id || '/' || step,
             pg_temp.fingerprint(reviewer, action, id::text, '1',
                 CASE step WHEN 5 THEN 'Name the source.' ELSE '' END, '', '', ''),
             at + step * interval '1 hour'
         FROM asked, (VALUES (5, 'request-changes'), (6, 'withdraw-request')) AS taken (step, action)
         WHERE step = 5 OR is_withdrawn;
         INSERT INTO reviews (id, post_id, revision, reviewer_id, note, withdraws, at, key)
         OVERRIDING SYSTEM VALUE
         SELECT review + step - 5, id, 1, reviewer, CASE step WHEN 5 THEN 'Name the source.' ELSE '' END,
             CASE step WHEN 6 THEN review END, at + step * interval '1 hour', 'seed/' || id || '/' || step
         FROM asked, generate_series(5, 6) AS step
         WHERE step = 5 OR is_withdrawn;
         INSERT INTO readings (post_id, revision, reader_id)
         SELECT id, 1, reviewer FROM seeded WHERE steps > 1 AND id % 2 = 0;
         INSERT INTO post_documents (post_id, document)
         SELECT id, to_tsvector('pg_catalog.simple', concat_ws(' ', title, summary, body)) FROM seeded;
         INSERT INTO refusals (at, request_id, interface, actor_id, action, post_id, revision_seen, layer, reasons)
         SELECT created, gen_random_uuid(), (ARRAY['page', 'page', 'admin', 'api', 'command-line'])[1 + id % 5],
             CASE WHEN id % 3 = 0 THEN author ELSE reviewer END,
             (ARRAY['publish', 'revise', 'submit', 'publish', 'archive'])[1 + (id / 7) % 5], id, 1,
             CASE WHEN id % 4 = 0 THEN 'permission' ELSE 'policy' END,
             jsonb_build_array(jsonb_build_object(
                 'code', CASE WHEN id % 4 = 0 THEN 'permission-missing' ELSE
                     (ARRAY['stale-revision', 'not-in-review', 'changes-requested'])[1 + (id / 11) % 3] END,
                 'sentence', 'It is seeded.', 'hint', 'Nothing is to be done.'))
         FROM seeded ORDER BY id;
         INSERT INTO incidents (at, request_id, interface, actor_id, action, post_id, invariant, detail,
             acknowledged_at, acknowledged_by, acknowledgement)
         SELECT created, gen_random_uuid(), 'page', reviewer, 'publish', id, 'seeded', 'It is seeded.',
             created, staff, 'Seen.'
         FROM seeded WHERE id % 10 = 0 ORDER BY id;
         SELECT setval(pg_get_serial_sequence('posts', 'id'), {posts});
         SELECT setval(pg_get_serial_sequence('reviews', 'id'), max(id)) FROM reviews;
         DO $$ DECLARE definition text; BEGIN
             FOR definition IN SELECT later.definition FROM later LOOP EXECUTE definition; END LOOP;
         END $$;
         SET session_replication_role = origin;"
    );
    conn.batch_execute(&sql).unwrap();
    conn.batch_execute("VACUUM ANALYZE").unwrap();
    if posts <= 1_000 {
        let report = walk(&mut database.as_owner(), RUNTIME_ROLE).unwrap();
        assert_eq!(report.findings, [], "what is measured is a database that there could be");
    }
}

/// What the server writes down.
pub fn log() -> PathBuf {
    data_dir().join("postgres.log")
}
