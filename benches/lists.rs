//! Does each list answer in the same time among a million posts as among a
//! thousand? `cargo bench --bench lists` seeds both, asks the real server for
//! each list in turns, and prints the medians and their ratio; then it has
//! PostgreSQL say how it read, and names what it read from end to end.
//!
//! It needs some 6 GB below the temporary directory and several minutes, most
//! of them for seeding. `IMPRIMATUR_BENCH_POSTS=100000` asks for less,
//! `IMPRIMATUR_BENCH_ONLY=desk` for the lists of that name alone, and
//! `IMPRIMATUR_BENCH_PLANS=1` for the plans themselves.

#![allow(missing_docs, reason = "this is no library")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "it shares what the tests stand on")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::statement::statement;
use imprimatur::store::verify::walk;

use support::{Browser, Database, Server, World};

/// How often each list is asked for: among both, in turns.
const ROUNDS: usize = 40;

/// How often before, so that every connection has its plans.
const WARM_UP: usize = 12;

/// One list, and how much longer it may take among more posts.
struct List {
    name: &'static str,
    who: &'static str,
    address: fn(&House) -> String,
    bound: f64,
}

const fn list(name: &'static str, who: &'static str, address: fn(&House) -> String) -> List {
    List { name, who, address, bound: 1.5 }
}

const fn search(name: &'static str, address: fn(&House) -> String) -> List {
    List { name, who: "stan", address, bound: 3.0 }
}

const LISTS: &[List] = &[
    list("change list", "stan", |_| "/admin/posts".into()),
    list("second page", "stan", |house| house.next("/admin/posts")),
    list("deepest page", "stan", |house| house.last("/admin/posts?")),
    list("longest first", "stan", |_| "/admin/posts?sort=since".into()),
    list("by number, falling", "stan", |_| "/admin/posts?sort=-number".into()),
    list("by number, rising", "stan", |_| "/admin/posts?sort=number".into()),
    list("drafts", "stan", |_| "/admin/posts?state=draft".into()),
    list("in review", "stan", |_| "/admin/posts?state=in_review".into()),
    list("published", "stan", |_| "/admin/posts?state=published".into()),
    list("published, deepest page", "stan", |house| house.last("/admin/posts?state=published&")),
    list("archived", "stan", |_| "/admin/posts?state=archived".into()),
    list("archived by number", "stan", |_| "/admin/posts?state=archived&sort=number".into()),
    list("of an author", "stan", |_| "/admin/posts?author=alice".into()),
    list("drafts of an author", "stan", |_| "/admin/posts?author=alice&state=draft".into()),
    list("of an author by number", "stan", |_| "/admin/posts?author=alice&sort=number".into()),
    list("published by", "stan", |_| "/admin/posts?reviewer=edith".into()),
    list("published by, by number", "stan", |_| "/admin/posts?reviewer=edith&sort=-number".into()),
    list("of an author, published by", "stan", |_| {
        "/admin/posts?author=alice&reviewer=edith".into()
    }),
    list("of an author, by somebody else's reviewer", "stan", |_| {
        "/admin/posts?author=alice&reviewer=author1".into()
    }),
    list("of a month", "stan", |house| format!("/admin/posts?{}", house.month())),
    list("waiting longer than", "stan", |_| "/admin/posts?state=in_review&waiting=7".into()),
    search("rare word", |_| "/admin/posts?q=colophon".into()),
    search("common word", |_| "/admin/posts?q=press".into()),
    search("common word, published", |_| "/admin/posts?q=press&state=published".into()),
    search("common word, an author's drafts", |_| {
        "/admin/posts?q=press&author=alice&state=draft".into()
    }),
    search("beginning of words", |_| "/admin/posts?q=word1".into()),
    search("two common words", |_| "/admin/posts?q=press+quire".into()),
    list("a desk that writes", "alice", |_| "/desk".into()),
    list("a desk that reviews", "rosa", |_| "/desk".into()),
    list("one's own published posts", "alice", |_| "/desk/posts?state=published".into()),
    list("refusals", "stan", |_| "/admin/refusals".into()),
    list("refusals, second page", "stan", |house| house.next("/admin/refusals")),
    list("refusals of a person", "stan", |_| "/admin/refusals?person=alice".into()),
    list("refusals of an action", "stan", |_| "/admin/refusals?action=publish".into()),
    list("refusals by a layer", "stan", |_| "/admin/refusals?layer=permission".into()),
    list("refusals by a rule", "stan", |_| "/admin/refusals?rule=stale-revision".into()),
    list("refusals by a rule nobody broke", "stan", |_| "/admin/refusals?rule=not-active".into()),
    list("refusals through an edge", "stan", |_| "/admin/refusals?interface=api".into()),
    list("refusals of a person by a layer", "stan", |_| {
        "/admin/refusals?person=alice&layer=policy".into()
    }),
    list("why not this person that post", "stan", |_| {
        "/admin/refusals?person=alice&action=publish&post=500".into()
    }),
    list("incidents", "stan", |_| "/admin/incidents".into()),
    list("accounts", "stan", |_| "/admin/accounts".into()),
    // It counts what was published in twelve weeks, as far as 10,000 posts.
    List { name: "overview", who: "stan", address: |_| "/admin".into(), bound: 5.0 },
    list("home", "", |_| "/".into()),
    list("all posts", "", |_| "/posts".into()),
    list("all posts, deepest page", "", |house| house.last_public()),
    list("feed", "", |_| "/feed.atom".into()),
];

/// A publishing house with so many posts.
struct House {
    world: World,
    server: Server,
    posts: i64,
}

impl House {
    fn with(posts: i64) -> Self {
        let began = Instant::now();
        let world = World::new();
        seed(&world.database, posts);
        let server = Server::start(world.database.store());
        eprintln!("{posts} posts are there after {:.0?}", began.elapsed());
        Self { world, server, posts }
    }

    fn browser(&self, who: &str) -> Browser {
        if who.is_empty() { self.server.browser() } else { self.server.signed_in(who) }
    }

    fn next(&self, path: &str) -> String {
        let page = self.browser("stan").get(path).expect(200);
        let (_, rest) = page.body.split_once("rel=\"next\" href=\"").unwrap();
        rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
    }

    /// The last whole page of a list, which the first of the reverse leads to.
    fn last(&self, path: &str) -> String {
        let reverse = self.next(&format!("{path}sort=since"));
        let place = reverse.rsplit("after=").next().unwrap().to_owned();
        format!("{path}after={place}")
    }

    fn last_public(&self) -> String {
        let (at, id): (i64, i64) = statement::<(BigInt, BigInt)>(
            "SELECT (extract(epoch FROM published_at) * 1000000)::bigint, id FROM posts
             WHERE state = 'published' ORDER BY published_at, id OFFSET 50 LIMIT 1",
        )
        .get_result(&mut self.world.database.as_owner())
        .unwrap();
        format!("/posts?before={at}-{id}")
    }

    /// Thirty days in the middle of its history.
    fn month(&self) -> String {
        let (from, until): (String, String) = statement::<(Text, Text)>(
            "SELECT (max(created_at) - interval '60 days')::date::text,
                 (max(created_at) - interval '30 days')::date::text FROM posts",
        )
        .get_result(&mut self.world.database.as_owner())
        .unwrap();
        format!("from={from}&until={until}")
    }
}

fn main() {
    let most = std::env::var("IMPRIMATUR_BENCH_POSTS").ok();
    let most: i64 = most.map_or(1_000_000, |most| most.parse().unwrap());
    let houses = [House::with(1_000), House::with(most)];
    println!("| list | {} posts, ms | {} posts, ms | ratio | at most |", houses[0].posts, most);
    println!("|---|---|---|---|---|");
    let mut beyond = Vec::new();
    for list in wanted() {
        let [few, many] = medians(&houses, list);
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        let [few, many] = [few, many].map(|time| time.as_secs_f64() * 1e3);
        println!("| {} | {few:.2} | {many:.2} | {ratio:.2} | {} |", list.name, list.bound);
        if ratio > list.bound {
            beyond.push(list.name);
        }
    }
    println!("\nbeyond its bound: {beyond:?}");
    for house in &houses {
        explain(house);
    }
}

/// The lists whose names hold `IMPRIMATUR_BENCH_ONLY`, or all.
fn wanted() -> impl Iterator<Item = &'static List> {
    let only = std::env::var("IMPRIMATUR_BENCH_ONLY").unwrap_or_default();
    LISTS.iter().filter(move |list| list.name.contains(&only))
}

fn medians(houses: &[House; 2], list: &List) -> [Duration; 2] {
    let mut browsers = houses.each_ref().map(|house| house.browser(list.who));
    let addresses = houses.each_ref().map(|house| (list.address)(house));
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..WARM_UP + ROUNDS {
        for (number, browser) in browsers.iter_mut().enumerate() {
            let began = Instant::now();
            let page = browser.get(&addresses[number]);
            let took = began.elapsed();
            assert_eq!(page.status, 200, "{}: {}", addresses[number], page.body);
            if round >= WARM_UP {
                times[number].push(took);
            }
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    })
}

/// Prints how PostgreSQL reads each list, from its own log.
fn explain(house: &House) {
    let sql = "ALTER ROLE imprimatur_runtime IN DATABASE :name SET session_preload_libraries = 'auto_explain';
        ALTER ROLE imprimatur_runtime IN DATABASE :name SET auto_explain.log_min_duration = 0;
        ALTER ROLE imprimatur_runtime IN DATABASE :name SET auto_explain.log_nested_statements = off;";
    let name = &house.world.database.name;
    house.world.database.as_superuser().batch_execute(&sql.replace(":name", name)).unwrap();
    let server = Server::start(house.world.database.store_of(1));
    let log = log();
    println!("\nHow it is read, at {} posts:\n", house.posts);
    for list in wanted() {
        let address = (list.address)(house);
        let mut browser = server.browser();
        if !list.who.is_empty() {
            browser = server.signed_in(list.who);
        }
        // From the sixth time on, PostgreSQL may keep a plan for all values.
        for _ in 0..7 {
            browser.get(&address);
        }
        std::thread::sleep(Duration::from_millis(100));
        let before = fs::metadata(&log).unwrap().len() as usize;
        browser.get(&address).expect(200);
        std::thread::sleep(Duration::from_millis(200));
        let text = fs::read(&log).unwrap();
        let text = String::from_utf8_lossy(&text[before..]).into_owned();
        let took: f64 = text
            .lines()
            .filter_map(|line| line.split_once("duration: ")?.1.split_once(" ms  plan"))
            .filter_map(|(time, _)| time.parse::<f64>().ok())
            .sum();
        let large = [
            "posts",
            "post_documents",
            "revisions",
            "reviews",
            "history",
            "refusals",
            "incidents",
            "users",
        ];
        let scanned: BTreeSet<&str> = large
            .into_iter()
            .filter(|table| {
                text.lines().any(|line| {
                    let (_, rest) = line.split_once("Seq Scan on ").unwrap_or_default();
                    rest.split(' ').next() == Some(table)
                })
            })
            .collect();
        let indexes: BTreeSet<&str> =
            text.lines()
                .filter_map(|line| line.split_once(" using ")?.1.split(' ').next())
                .chain(text.lines().filter_map(|line| {
                    line.split_once("Bitmap Index Scan on ")?.1.split(' ').next()
                }))
                .collect();
        let scans = if scanned.is_empty() { "none".to_owned() } else { format!("{scanned:?}") };
        println!(
            "{}: {took:.2} ms in the database; read from end to end: {scans}; by {indexes:?}",
            list.name
        );
        if std::env::var_os("IMPRIMATUR_BENCH_PLANS").is_some() {
            println!("{text}");
        }
    }
}

/// The log of the tests' server.
fn log() -> PathBuf {
    let folder = fs::read_dir(std::env::temp_dir()).unwrap();
    let mut logs: Vec<(std::time::SystemTime, PathBuf)> = folder
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_ours = path.file_name()?.to_str()?.starts_with("imprimatur-tests-");
            let log = path.join("postgres.log");
            let at = is_ours.then(|| fs::metadata(&log).ok()?.modified().ok())??;
            Some((at, log))
        })
        .collect();
    logs.sort();
    logs.pop().unwrap().1
}

/// Writes so many posts, as the owner of the tables and with the guards off,
/// and as the guards would have let them be: `verify` finds nothing to say of
/// the smaller house.
fn seed(database: &Database, posts: i64) {
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
             -- Of the first thousand there is enough to fill everybody's desk.
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
                 || ' of fount' || n % 13 || '. Nobody reads every line of it, and somebody always asks why '
                 || 'the measure is what it is: ' || md5(n::text) AS body
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
