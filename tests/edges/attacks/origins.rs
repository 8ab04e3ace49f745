//! Where a request comes from and goes to, and what other pages may learn.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use imprimatur::domain::State;
use imprimatur::store::paging::PageRequest;
use imprimatur::store::posts::{Filter, Sort, change_list};
use imprimatur::store::statement::statement;
use imprimatur::store::visibility::Visibility;

use crate::support::world::{PASSWORD, revise};
use crate::support::{Browser, Program, Server, World};

fn sign_in_with(server: &Server, headers: &[(&str, &str)]) -> u16 {
    let mut browser = server.browser();
    let token = browser.get("/sign-in").expect(200).hidden("token");
    let form = format!("token={token}&username=alice&password={}", PASSWORD.replace(' ', "+"));
    browser.post_raw("/sign-in", form.as_bytes(), headers).status
}

#[test]
fn another_host_is_not_answered() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let port = server.address.port();
    let evil = format!("rebind.evil.example:{port}");
    let origin = format!("http://{evil}");
    for headers in [
        vec![("host", &*evil), ("origin", &*origin)],
        vec![("host", &*evil), ("sec-fetch-site", "same-origin")],
        vec![("host", &*evil), ("origin", &*origin), ("sec-fetch-site", "same-origin")],
    ] {
        assert_eq!(sign_in_with(&server, &headers), 421, "{headers:?}");
    }
    for host in ["rebind.evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
        for path in ["/", "/api/v1/posts", "/nowhere"] {
            let page = server.browser().send("GET", path, None, &[("host", host)]);
            assert_eq!(page.status, 421, "{host:?} {path}");
        }
    }
    for host in ["localhost", "LocalHost.", "app.localhost", "[::1]", "192.168.1.5"] {
        for host in [format!("{host}:{port}"), host.to_owned()] {
            let origin = format!("http://{host}");
            let headers = [("host", &*host), ("origin", &*origin)];
            assert_eq!(sign_in_with(&server, &headers), 303, "{host}");
        }
    }
    let site = Server::start_behind("http://site.example", world.database.store());
    for (host, status) in [
        ("site.example", 200),
        ("SITE.example:80", 200),
        ("site.example.", 200),
        ("localhost", 421),
        ("192.168.1.5", 421),
        ("other.example", 421),
    ] {
        let page = site.browser().send("GET", "/", None, &[("host", host)]);
        assert_eq!(page.status, status, "{host}");
    }
    site.browser().send("GET", "/healthz", None, &[("host", "10.0.0.7:8080")]).expect(200);
}

#[test]
fn behind_a_proxy_the_public_address_is_believed_and_no_other() {
    let world = World::new();
    let server = Server::start_behind_proxy("https://news.example", world.database.store());
    for (headers, status) in [
        (vec![("host", "127.0.0.1:8080"), ("origin", "https://news.example")], 303),
        (vec![("host", "news.example"), ("origin", "https://news.example:443")], 303),
        (vec![("host", "NEWS.example"), ("origin", "https://news.example")], 303),
        (vec![("host", "app:8080"), ("sec-fetch-site", "same-origin")], 303),
        (vec![("host", "evil.example"), ("origin", "https://evil.example")], 403),
        (vec![("host", "news.example"), ("origin", "http://news.example")], 403),
        (vec![("host", "news.example"), ("origin", "https://news.example:8443")], 403),
        (vec![("host", "news.example"), ("origin", "https://news.example.evil.example")], 403),
        (vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], 403),
        (vec![("origin", "null")], 403),
        (vec![("origin", "https://news.example"), ("sec-fetch-site", "cross-site")], 403),
    ] {
        assert_eq!(sign_in_secure(&server, &headers), status, "{headers:?}");
    }
}

fn sign_in_secure(server: &Server, headers: &[(&str, &str)]) -> u16 {
    let mut browser = server.browser();
    let token = browser.get("/sign-in").expect(200).hidden("token");
    let form = format!("token={token}&username=alice&password={}", PASSWORD.replace(' ', "+"));
    browser.post_raw("/sign-in", form.as_bytes(), headers).status
}

#[test]
fn a_site_over_tls_says_so_and_nothing_is_read_across_origins() {
    let world = World::new();
    let plain = Server::start(world.database.store());
    let secure = Server::start_behind("https://news.example", world.database.store());
    for path in ["/", "/nowhere", "/api/v1/posts", "/static/app.css", "/healthz"] {
        let page = secure.browser().get(path);
        let hsts = page.headers.get("strict-transport-security");
        assert!(hsts.is_some_and(|value| value.starts_with("max-age=")), "{path}");
        assert_eq!(page.headers["cross-origin-resource-policy"], "same-origin", "{path}");
        let page = plain.browser().get(path);
        assert!(!page.headers.contains_key("strict-transport-security"), "{path}");
        assert_eq!(page.headers["cross-origin-resource-policy"], "same-origin", "{path}");
    }
}

#[test]
fn a_cookie_over_tls_belongs_to_the_host_and_travels_over_tls_only() {
    let world = World::new();
    let secure = Server::start_behind("https://news.example", world.database.store());
    let cookie = secure.browser().get("/sign-in").headers["set-cookie"].clone();
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    for part in ["; Secure", "; Path=/", "; HttpOnly"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain="), "{cookie}");
    let plain = Server::start(world.database.store());
    let cookie = plain.browser().get("/sign-in").headers["set-cookie"].clone();
    assert!(!cookie.starts_with("__Host-") && !cookie.contains("Secure"), "{cookie}");
}

#[test]
fn signing_out_clears_what_the_browser_keeps_and_not_what_it_is_known_by() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let token = alice.get("/desk").expect(200).hidden("token");
    let page = alice.post("/sign-out", &[("token", &token)]).expect(303);
    let cleared = page.headers.get("clear-site-data").expect("the header");
    assert!(cleared.contains("\"cache\""), "{cleared}");
    // The storage holds texts of other people who share the browser.
    assert!(!cleared.contains("storage"), "{cleared}");
    assert!(!cleared.contains("cookies") && !cleared.contains('*'), "{cleared}");
}

/// Cookies know no ports.
#[test]
fn two_servers_on_one_machine_do_not_end_each_others_sessions() {
    let world = World::new();
    let other = World::new();
    let servers = [&world, &other].map(|world| Server::start(world.database.store()));
    let mut first = servers[0].signed_in("alice");
    let mut second: Browser = servers[1].browser();
    second.cookies = first.cookies.clone();
    second.sign_in("alice");
    first.cookies = second.cookies.clone();
    first.get("/desk").expect(200);
    second.get("/desk").expect(200);
}

#[test]
fn a_list_of_others_drafts_is_empty_without_a_walk_through_them() {
    let world = World::new();
    for _ in 0..3 {
        world.draft();
    }
    let server = Server::start(world.database.store());
    let program = Program::of(&world, server.address, world.arthur);
    let author = Program::of(&world, server.address, world.alice);
    let posts = |program: &Program, query: &str| {
        let answer = program.get(&format!("/api/v1/posts?{query}")).expect(200);
        answer.json()["posts"].as_array().unwrap().len()
    };
    assert_eq!(posts(&author, "state=draft"), 3);
    assert_eq!(posts(&author, "state=draft&author=alice"), 3);
    for query in ["state=draft", "state=draft&author=alice", "state=draft&author=nobody-of-this"] {
        assert_eq!(posts(&program, query), 0, "{query}");
    }
    world.draft_of(world.arthur);
    assert_eq!(posts(&program, "state=draft"), 1);
    assert_eq!(posts(&program, "state=draft&author=alice"), 0);
    assert_eq!(posts(&Program::of(&world, server.address, world.stan), "state=draft"), 4);

    world.database.db_sabotage(&format!(
        "SET session_replication_role = replica;
         INSERT INTO posts (author_id, state, created_at)
         SELECT {}, 'draft', now() - n * interval '1 minute' FROM generate_series(1, 5000) n;
         ANALYZE posts",
        world.alice
    ));
    let arthur = Visibility::of(&world.find_person("arthur"));
    let drafts = Filter { state: Some(State::Draft), ..Filter::default() };
    // A connection counts what it has read so far.
    let conn = &mut world.database.as_superuser();
    let read = conn.transaction(|conn| {
        let page = change_list(conn, arthur, &drafts, Sort::Since, &PageRequest::newest(20))?;
        assert_eq!(page.lines.len(), 1);
        statement::<BigInt>(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
             WHERE relid = 'posts'::regclass",
        )
        .get_result::<i64>(conn)
    });
    let read = read.unwrap();
    assert!(read < 20, "{read} posts are read");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_page_of_a_post_and_of_a_difference_stay_small() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.draft();
    for number in 1..230 {
        world.perform(world.alice, &revise(post, number, &format!("Title {number}"))).unwrap();
    }
    let mut alice = server.signed_in("alice");
    let page = alice.get(&format!("/desk/posts/{post}")).expect(200);
    let shown = page.body.matches("Title ").count();
    assert!(page.body.len() < 150_000 && shown < 400, "{} bytes, {shown}", page.body.len());
    let list = format!("/desk/posts/{post}/revisions");
    let page = alice.get(&list).expect(200);
    assert_eq!(page.body.matches("name=\"from\"").count(), 200);
    assert!(page.body.contains(&format!("{list}?newest=30")), "{}", page.body);
    let page = alice.get(&format!("{list}?newest=30")).expect(200);
    assert_eq!(page.body.matches("name=\"from\"").count(), 30);
    let lines = |word: &str| (0..24_000).map(|n| format!("{word}{}\n", n % 7)).collect::<String>();
    for (seen, word) in [(230, "a"), (231, "b")] {
        let fields = [("title", "Long"), ("summary", "S"), ("body", &*lines(word))];
        let path = format!("/desk/posts/{post}/revise");
        let mut fields = fields.to_vec();
        let seen = seen.to_string();
        fields.push(("seen", &seen));
        assert_eq!(alice.submit(&path, &fields).status, 303);
    }
    let begun = Instant::now();
    let page = alice.get(&format!("/desk/posts/{post}/changes?from=231&to=232")).expect(200);
    assert!(page.body.len() < 1_000_000, "{} bytes", page.body.len());
    assert!(page.body.contains("more lines"), "what is left out is counted");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn no_text_makes_the_search_words_slow() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let hostile = ["a_", "\u{2039}!--", "a-1-", "<a=", "a/b.c/", "1e-", "&#x", "a@b."];
    let bodies = hostile.map(|piece| piece.repeat(60_000 / piece.len()));
    let alice = server.signed_in("alice");
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for body in bodies.iter().chain(&bodies).chain(&bodies) {
            let mut alice = alice.clone();
            scope.spawn(move || {
                let fields = [("title", "Hostile"), ("summary", "S"), ("body", &**body)];
                let page = alice.submit("/desk/posts/create", &fields);
                assert_eq!(page.status, 303, "{}", &body[..12]);
            });
        }
        let mut reader = server.browser();
        for _ in 0..10 {
            let asked = Instant::now();
            reader.get("/").expect(200);
            assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(world.db_count("posts"), 24);
}

#[test]
fn a_word_is_found_next_to_any_punctuation() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let separators = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u{a0}\u{ab}\u{bb}\u{2013}\u{2014}\
                      \u{2018}\u{2019}\u{201c}\u{201d}\u{2026}\u{2039}\u{3001}\u{3002}\u{ff0c}";
    let words: Vec<String> = separators
        .chars()
        .enumerate()
        .map(|(number, separator)| format!("left{number}x{separator}right{number}x"))
        .collect();
    let mut alice = server.signed_in("alice");
    let fields = [("title", "Punctuated"), ("summary", "S"), ("body", &*words.join(" "))];
    assert_eq!(alice.submit("/desk/posts/create", &fields).status, 303);
    let mut stan = server.signed_in("stan");
    for (number, word) in words.iter().enumerate() {
        for question in [format!("left{number}x"), format!("right{number}x"), word.clone()] {
            let query = crate::support::browser::encode(&[("q", &question)]);
            let page = stan.get(&format!("/admin/posts?{query}")).expect(200);
            assert!(page.body.contains("Punctuated"), "{question}");
        }
    }
}
