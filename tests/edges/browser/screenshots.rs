//! The pictures of the README, of the demo as it would be after some weeks.
//!
//! `cargo test --test proof screenshots -- --ignored` takes them anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use imprimatur::demo;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::verify::verify;

use crate::support::chromium::{JavaScript, PHONE, Scheme, WIDE};
use crate::support::world::db_number;
use crate::support::{Chromium, Database, Server};

/// What is to be seen on a picture in docs/.
struct Picture {
    file: &'static str,
    /// The username; not signed in has none.
    who: &'static str,
    /// The address, with a story of the demo in braces for its post.
    path: &'static str,
    scheme: Scheme,
    width: u32,
    most_height: u32,
}

#[rustfmt::skip]
const PICTURES: [Picture; 8] = [
    Picture { file: "home.png", who: "", path: "/", scheme: Scheme::Light, width: WIDE, most_height: 800 },
    Picture { file: "post.png", who: "", path: "/posts/let-it-be-printed", scheme: Scheme::Light, width: WIDE, most_height: 800 },
    Picture { file: "desk.png", who: "alice", path: "/desk", scheme: Scheme::Light, width: WIDE, most_height: 800 },
    Picture { file: "review.png", who: "edith", path: "/desk/posts/{marks-and-diffs}", scheme: Scheme::Light, width: WIDE, most_height: 900 },
    Picture { file: "why-not.png", who: "edith", path: "/desk/posts/{dashes}", scheme: Scheme::Light, width: WIDE, most_height: 800 },
    Picture { file: "admin.png", who: "stan", path: "/admin/posts", scheme: Scheme::Light, width: WIDE, most_height: 800 },
    Picture { file: "dark.png", who: "edith", path: "/desk/posts/{marks-and-diffs}/publish", scheme: Scheme::Dark, width: WIDE, most_height: 800 },
    Picture { file: "phone.png", who: "edith", path: "/desk/posts/{dashes}", scheme: Scheme::Light, width: PHONE, most_height: 960 },
];

/// How long ago each story of the demo came to where it is.
const AGES: [(&str, &str); 10] = [
    ("wicked-bible", "61 days 3 hours 20 minutes"),
    ("errata", "26 hours 7 minutes"),
    ("paper-sizes", "5 days 2 hours 41 minutes"),
    ("dashes", "2 days 4 hours 12 minutes"),
    ("marks-and-diffs", "3 days 7 hours 55 minutes"),
    ("widows-and-orphans", "40 days 5 hours 31 minutes"),
    ("etaoin-shrdlu", "27 days 1 hour 3 minutes"),
    ("reading-proofs", "19 days 6 hours 48 minutes"),
    ("short-letter", "11 days 2 hours 26 minutes"),
    ("imprimatur", "4 days 8 hours 37 minutes"),
];

#[test]
#[ignore = "by hand: writes the pictures in docs/"]
fn screenshots() {
    let database = demo_after_some_weeks();
    let server = Server::start(database.store());
    for picture in &PICTURES {
        let Some(chromium) = Chromium::open(server.address, JavaScript::On) else {
            return;
        };
        if !picture.who.is_empty() {
            chromium.visit("/sign-in");
            chromium.fill("Username", picture.who);
            chromium.fill("Password", demo::PASSWORD);
            chromium.press("Sign in");
            chromium.sees_element("//form[@action='/sign-out']");
        }
        chromium.looks(picture.scheme, (picture.width, picture.most_height));
        chromium.visit(&address(&database, picture.path));
        let height = chromium.run("return document.documentElement.scrollHeight;", &[]);
        let height = height.as_u64().unwrap() as u32;
        chromium.looks(picture.scheme, (picture.width, height.min(picture.most_height)));
        chromium.picture(&docs().join(picture.file));
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_demo_after_some_weeks_breaks_no_truth() {
    let database = demo_after_some_weeks();
    assert_eq!(verify(&mut database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
}

#[test]
fn every_picture_is_in_the_readme_with_a_description() {
    let readme = std::fs::read_to_string(docs().join("../README.md")).unwrap();
    let shown: BTreeSet<(&str, &str)> = readme
        .split("![")
        .skip(1)
        .filter_map(|rest| {
            let (alt, rest) = rest.split_once("](docs/")?;
            Some((rest.split(')').next()?, alt))
        })
        .collect();
    for (file, alt) in &shown {
        assert!(alt.split_whitespace().count() >= 10, "{file} is described as {alt:?}");
    }
    let shown: BTreeSet<String> = shown.into_iter().map(|(file, _)| file.to_owned()).collect();
    let taken = PICTURES.iter().map(|picture| picture.file.to_owned()).collect();
    let kept: BTreeSet<String> = std::fs::read_dir(docs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".png"))
        .collect();
    assert_eq!(shown, taken);
    assert_eq!(kept, taken);
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn demo_after_some_weeks() -> Database {
    let database = Database::new();
    assert!(demo::load(&database.store()).unwrap());
    for (story, age) in AGES {
        db_grow_older(&database, story, age);
    }
    database
}

/// Moves everything that happened to one post into the past, and the accounts
/// to before all of it. Whatever is told of a post moves by the same time, so
/// that it still agrees; the order of the posts is that of their ages.
fn db_grow_older(database: &Database, story: &str, age: &str) {
    database.db_sabotage(&format!(
        "SET session_replication_role = replica;
         DO $$
         DECLARE
             post bigint := (SELECT post_id FROM history WHERE key = 'demo/{story}/0');
             change record;
         BEGIN
             FOR change IN
                 SELECT c.table_name AS name,
                        string_agg(format('%1$I = %1$I - interval ''{age}''', c.column_name), ', ') AS columns,
                        CASE WHEN c.table_name = 'posts' THEN 'id' ELSE 'post_id' END AS key
                 FROM information_schema.columns c
                 JOIN information_schema.tables t USING (table_schema, table_name)
                 WHERE c.table_schema = 'public' AND c.data_type = 'timestamp with time zone'
                   AND c.is_generated = 'NEVER'
                   AND t.table_type = 'BASE TABLE'
                   AND (c.table_name = 'posts' OR EXISTS (
                       SELECT FROM information_schema.columns k
                       WHERE k.table_schema = 'public' AND k.table_name = c.table_name
                         AND k.column_name = 'post_id'))
                 GROUP BY c.table_name
             LOOP
                 EXECUTE format('UPDATE %I SET %s WHERE %I = $1', change.name, change.columns, change.key) USING post;
             END LOOP;
             UPDATE users SET created_at = least(created_at, now() - interval '90 days');
             UPDATE account_events e SET at = past.at, seal = account_event_seal(
                 past.at, actor_id, subject_id, event, role, reason, request_id, interface)
             FROM (SELECT id, least(at, now() - interval '90 days') AS at FROM account_events) AS past
             WHERE past.id = e.id;
         END $$;"
    ));
}

fn address(database: &Database, path: &str) -> String {
    let Some((before, rest)) = path.split_once('{') else {
        return path.to_owned();
    };
    let (story, after) = rest.split_once('}').unwrap();
    let post = db_number(
        &mut database.as_owner(),
        &format!("SELECT post_id AS n FROM history WHERE key = 'demo/{story}/0'"),
    );
    format!("{before}{post}{after}")
}
