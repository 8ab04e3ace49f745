//! What a request costs: round trips to PostgreSQL, counted on the wire.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use imprimatur::audit::{AuditEntry, Record};
use imprimatur::domain::{Action, Interface, Layer, Reason, RequestId};
use imprimatur::store::pool::Limits;
use imprimatur::store::statement::statement;
use imprimatur::store::{Store, posts};

use crate::support::database::patient;
use crate::support::proxy::Proxy;
use crate::support::raw::DB_RECORD;
use crate::support::world::{archive, content, publish, revise, submit};
use crate::support::{Browser, Database, Program, Server, World};

/// A server whose every message to PostgreSQL is counted, and which has one
/// connection, so that a second checkout within a request would show as a 503.
fn counted(world: &World) -> (Proxy, Server) {
    let (proxy, through) = Proxy::before_server_of(&world.database.runtime_url());
    let server = Server::start(Store::connect(&through, Limits { connections: 1, ..patient() }));
    (proxy, server)
}

/// Does the same twice and counts the second time, when everything is prepared.
fn publish_through(browser: &mut Browser, world: &World) -> (u16, Vec<(&'static str, String)>) {
    let post = world.in_review();
    let path = format!("/desk/posts/{post}/publish");
    let page = browser.get(&path).expect(200);
    let fields = ["token", "key", "seen", "slug"].map(|name| (name, page.hidden(name)));
    (post.0 as u16, fields.to_vec())
}

#[test]
fn one_publish_takes_six_round_trips_and_one_connection() {
    let world = World::new();
    let (proxy, server) = counted(&world);
    let mut edith = server.signed_in("edith");
    let mut counts = Vec::new();
    for _ in 0..2 {
        let (post, fields) = publish_through(&mut edith, &world);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        proxy.take();
        edith.post(&format!("/desk/posts/{post}/publish"), &fields).expect(303);
        counts.push(proxy.take());
    }
    println!("round trips of the first publish and of the second: {counts:?}");
    assert_eq!(counts[1], 6, "BEGIN, actor, lock, post, write, COMMIT");
}

/// A session and a token are noted as used, and not by each request.
#[test]
fn the_use_of_a_credential_is_noted_in_one_round_trip_a_minute() {
    let world = World::new();
    let (proxy, server) = counted(&world);
    let tokens = [(); 2].map(|()| Program::of(&world, server.address, world.edith));
    let mut browsers = [(); 2].map(|()| server.signed_in("edith"));
    let mut counts = Vec::new();
    // Those of the first prepare the statements.
    for (browser, program) in browsers.iter_mut().zip(&tokens) {
        proxy.take();
        counts.push([(); 3].map(|()| {
            browser.get("/desk").expect(200);
            proxy.take()
        }));
        counts.push([(); 3].map(|()| {
            program.get("/api/v1/posts").expect(200);
            proxy.take()
        }));
    }
    let [desk, posts] = [counts[0][2], counts[1][2]];
    assert_eq!(counts[2], [desk + 1, desk, desk]);
    // A token is looked up once more, for the turns of its owner.
    assert_eq!(counts[3], [posts + 2, posts, posts]);
}

/// Each is planned for any key, and not for the key that it comes with.
#[test]
fn the_statements_of_a_publish_are_planned_once() {
    let world = World::new();
    let store = world.database.store_of(1);
    let server = Server::start(store.clone());
    let mut edith = server.signed_in("edith");
    for _ in 0..3 {
        let (post, fields) = publish_through(&mut edith, &world);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        edith.post(&format!("/desk/posts/{post}/publish"), &fields).expect(303);
    }
    let statements = statement::<(BigInt, BigInt)>(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements
         WHERE statement ~ 'FOR UPDATE|INSERT INTO history' AND parameter_types <> '{}'",
    );
    let planned: Vec<(i64, i64)> = statements.load(&mut store.checkout().unwrap()).unwrap();
    assert_eq!(planned, [(3, 0); 2], "the lock and the write");
}

/// A program costs what a browser does: its token is read where a session is.
#[test]
fn a_program_takes_as_many_round_trips_as_a_browser_and_one_connection() {
    let world = World::new();
    let (proxy, server) = counted(&world);
    let edith = Program::of(&world, server.address, world.edith);
    let posts = [world.in_review(), world.in_review()];
    let counts = posts.map(|post| {
        edith.get(&format!("/api/v1/posts/{post}")).expect(200);
        proxy.take();
        edith.get(&format!("/api/v1/posts/{post}")).expect(200);
        let read = proxy.take();
        edith.act(post, "publication", 1, "").expect(200);
        (read, proxy.take())
    });
    assert_eq!(counts[1], (2, 6), "reader, post; BEGIN, actor, lock, post, write, COMMIT");
}

#[test]
fn a_page_takes_at_most_four_queries_whatever_it_lists() {
    let world = World::new();
    let (proxy, server) = counted(&world);
    let mut people = ["rosa", "stan"].map(|name| server.signed_in(name));
    let mut pages = |proxy: &Proxy| {
        let mut counts = Vec::new();
        for browser in &mut people {
            for page in
                ["/desk", "/desk/posts", "/admin/posts", "/admin/accounts", "/", "/desk/posts/1"]
            {
                browser.get(page);
                proxy.take();
                browser.get(page);
                counts.push((page, proxy.take()));
            }
        }
        counts
    };
    world.published();
    let few = pages(&proxy);
    for number in 0..30 {
        for who in [world.alice, world.rosa] {
            let post = world.create(who, content(&format!("Post {number}"))).unwrap().post;
            world.perform(who, &submit(post, 1)).unwrap();
            if number % 2 == 0 {
                world.perform(world.edith, &publish(post, 1)).unwrap();
            }
        }
    }
    let many = pages(&proxy);
    assert_eq!(few, many);
    // A reviewer who has read an older revision is shown what changed since.
    let read = world.in_review();
    let page = format!("/desk/posts/{read}");
    people[0].get(&page).expect(200);
    world.perform(world.alice, &revise(read, 1, "On measure")).unwrap();
    people[0].get(&page).expect(200);
    proxy.take();
    people[0].get(&page).expect(200);
    assert_eq!(proxy.take(), 5, "reader, post, history, the older revision, the reading");
    for (page, count) in many {
        assert!(count <= 4, "{page} takes {count} queries");
    }
}

/// Reader and incidents, and then what the page is about, in one query each.
#[test]
fn an_admin_page_takes_as_many_queries_for_many_rows_as_for_few() {
    let world = World::new();
    let (proxy, server) = counted(&world);
    let mut stan = server.signed_in("stan");
    let mut mallory = server.signed_in("mallory");
    let first = world.in_review();
    let about = format!("/admin/refusals?person=mallory&action=publish&post={first}");
    let one = format!("/admin/posts/{first}");
    let mut pages = || {
        let expected = [
            ("/admin", 5),
            ("/admin/permissions", 2),
            // And how many were counted and not recorded. These counts know no
            // posts, so the list about a post does not ask for them.
            ("/admin/refusals", 4),
            (about.as_str(), 5),
            ("/admin/incidents", 3),
            ("/admin/incidents?state=acknowledged", 3),
            // And what there is to know of a post: the post, its history, its
            // truths, the refusals that concern it.
            (one.as_str(), 7),
        ];
        for (page, queries) in expected {
            stan.get(page).expect(200);
            proxy.take();
            stan.get(page).expect(200);
            assert_eq!(proxy.take(), queries, "{page}");
        }
    };
    let mut refuse = |number: usize| {
        let key = number.to_string();
        let path = format!("/desk/posts/{first}/publish");
        mallory.send_unasked(&path, &[("key", &key), ("seen", "1")]).expect(403);
    };
    refuse(0);
    pages();
    for number in 1..=30 {
        refuse(number);
        world.published();
        world.in_review();
    }
    pages();
}

/// Who asks for the head of a file does not have the file read.
#[test]
fn the_head_of_a_file_takes_as_many_queries_for_many_rows_as_for_few() {
    let world = World::new();
    let (proxy, server) = counted(&world);
    let mut stan = server.signed_in("stan");
    let mut count = |method| {
        stan.send(method, "/admin/accounts.csv", None, &[]).expect(200);
        // The next answer on the connection comes when this one is over.
        stan.get("/healthz").expect(200);
        proxy.take()
    };
    let few = [count("GET"), count("GET")][1];
    world
        .database
        .as_owner()
        .batch_execute(
            &("INSERT INTO users (username, display_name, password_hash, roles)
               SELECT 'mala' || n, 'Mala', '$argon2id$', '{}' FROM generate_series(1, 1100) n"
                .to_owned()
                + DB_RECORD),
        )
        .unwrap();
    assert_eq!([count("GET"), count("HEAD")], [3 * few, few]);
}

/// The first lines of a list are there in the order of an index: nothing sorts all of it.
#[test]
fn a_queue_of_thousands_reads_little_more_than_it_shows() {
    let world = World::new();
    let conn = &mut world.database.as_superuser();
    conn.batch_execute(&format!(
        "SET session_replication_role = replica;
         INSERT INTO posts (author_id, state, created_at, submitted_at, submitted_by, submitted_revision)
         SELECT {alice}, 'in_review', at, at, {alice}, 1
         FROM generate_series(1, 5000) n, LATERAL (SELECT now() - n * interval '1 minute' AS at) AS times;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT id, 1, 'A title', 'A summary', 'A body', author_id, created_at, id::text FROM posts;
         SET session_replication_role = origin;
         ANALYZE",
        alice = world.alice
    ))
    .unwrap();
    // A connection counts what it has read so far.
    let conn = &mut world.database.as_superuser();
    let mut read = |what: &str, list: &dyn Fn(&mut PgConnection) -> usize| {
        conn.transaction(|conn| {
            assert_eq!(list(conn), 20, "{what}");
            let rows = statement::<BigInt>(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
                 WHERE relid = 'posts'::regclass",
            )
            .get_result::<i64>(conn)?;
            assert!(rows < 200, "{what}: {rows} posts are read");
            QueryResult::Ok(())
        })
        .unwrap();
    };
    read("queue", &|conn| posts::awaiting_review(conn, world.edith, 20).unwrap().len());
    read("longest waiting", &|conn| posts::longest_waiting(conn, 20).unwrap().len());
}

#[test]
fn a_public_page_takes_one_query_and_one_more_for_a_reader_who_is_signed_in() {
    let world = World::new();
    for title in ["First", "Second", "Third"] {
        let post = world.create(world.alice, content(title)).unwrap().post;
        world.perform(world.alice, &submit(post, 1)).unwrap();
        world.perform(world.edith, &publish(post, 1)).unwrap();
        if title == "Third" {
            world.perform(world.stan, &archive(post, 1)).unwrap();
        }
    }
    let (proxy, server) = counted(&world);
    let count = |browser: &mut Browser, path: &str| {
        proxy.take();
        browser.get(path);
        proxy.take()
    };
    let mut stranger = server.browser();
    // With any cookie, a reader is sent no page that is kept.
    stranger.cookies.insert("seen".to_owned(), "yes".to_owned());
    // Prepares the statements, and brings the first body to hand.
    stranger.get("/posts/first").expect(200);
    assert_eq!(count(&mut stranger, "/posts/second"), 2, "the post, and its body this once");
    for path in ["/", "/posts", "/posts?before=1-1", "/posts?after=1-1", "/sitemap.xml"] {
        stranger.get(path).expect(200);
    }
    for path in ["/feed.atom", "/sitemap-0.xml"] {
        stranger.get(path).expect(200);
    }
    let mut readers = [stranger, server.signed_in("alice"), server.signed_in("stan")];
    for (who, browser) in readers.iter_mut().enumerate() {
        browser.get("/").expect(200);
        let is_signed_in = usize::from(who > 0);
        for (path, queries) in [
            ("/", 1),
            ("/posts", 1),
            ("/posts?before=1-1", 1),
            ("/posts?after=1-1", 1),
            ("/posts/first", 1),
            ("/posts/second", 1),
            ("/posts/third", 1),
            ("/posts/fourth", 1),
            ("/feed.atom", 1),
            ("/sitemap.xml", 1),
            ("/sitemap-0.xml", 1),
            ("/posts?before=x", 0),
            ("/posts/No_Such_Slug", 0),
            ("/robots.txt", 0),
            ("/static/app.css", 0),
            ("/nowhere", 0),
        ] {
            let has_frame = !path.contains('.');
            let queries = queries + if has_frame { is_signed_in } else { 0 };
            assert_eq!(count(browser, path), queries, "{path}");
        }
    }
}

/// PostgreSQL prepares the checks of a table for each statement that writes to it, with
/// every function in SQL written out in them.
#[test]
fn no_check_is_written_out_at_length() {
    let long = statement::<Text>(
        "WITH RECURSIVE called AS (
             SELECT c.conname::text AS check, d.refobjid AS function
             FROM pg_constraint c JOIN pg_depend d
                 ON d.classid = 'pg_constraint'::regclass AND d.objid = c.oid
             WHERE c.contype = 'c' AND d.refclassid = 'pg_proc'::regclass
             UNION
             SELECT called.check, d.refobjid
             FROM called JOIN pg_proc p ON p.oid = called.function AND p.prosqlbody IS NOT NULL
             JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
             WHERE d.refclassid = 'pg_proc'::regclass
         )
         SELECT format('%s: %s characters', called.check, sum(length(p.prosqlbody::text)))
         FROM called JOIN pg_proc p ON p.oid = called.function
         GROUP BY called.check HAVING sum(length(p.prosqlbody::text)) > 5500",
    )
    .load::<String>(&mut Database::new().as_owner())
    .unwrap();
    assert_eq!(long, Vec::<String>::new());
}

/// Those of earlier hours do not count.
#[test]
fn a_refusal_reads_none_of_those_of_earlier_hours() {
    let world = World::new();
    let conn = &mut world.database.as_superuser();
    conn.batch_execute(&format!(
        "SET session_replication_role = replica;
         INSERT INTO refusals (at, request_id, interface, actor_id, action, layer, reasons)
         SELECT now() - interval '2 hours' - n * interval '1 second', gen_random_uuid(), 'page',
             {alice}, 'publish', 'policy', '[{{\"code\": \"a\", \"sentence\": \"b\", \"hint\": \"\"}}]'
         FROM generate_series(1, 5000) n;
         SET session_replication_role = origin;
         ANALYZE",
        alice = world.alice
    ))
    .unwrap();
    let conn = &mut world.database.as_superuser();
    let asked = AuditEntry {
        request: RequestId::default(),
        interface: Interface::Page,
        actor: Some(world.alice),
        action: Action::Publish.into(),
        post: None,
        seen: None,
    };
    conn.transaction(|conn| {
        let reasons = [Reason::new(Layer::Policy, "b", "")];
        Record::Refusal { layer: Layer::Policy, reasons: &reasons }.write_on(&asked, conn);
        let rows = statement::<BigInt>(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
             WHERE relid = 'refusals'::regclass",
        )
        .get_result::<i64>(conn)?;
        assert!(rows < 10, "{rows} refusals are read");
        QueryResult::Ok(())
    })
    .unwrap();
    assert_eq!(world.db_refusals().len(), 5001);
}
