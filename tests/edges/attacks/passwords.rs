//! Passwords that are guessed first are not taken, and a token is not a way
//! around the password.

use crate::edges::command_line::program::run_with;
use crate::support::world::PASSWORD;
use crate::support::{Program, Server, World};

const GOOD: &str = "granite-otter-violin";

const GUESSED_FIRST: [&str; 17] = [
    "            ",
    "\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}",
    "aaaaaaaaaaaa",
    "abababababab",
    "passwordpassword",
    "Password1234",
    "123456789012",
    "qwertyuiop12",
    "qwertyuiopasdf",
    "abcdefghijklmn",
    "iloveyou1234",
    "letmeinletmein",
    "imprimatur123",
    "imprimaturimprimatur",
    "alicealicealice",
    "alice2026alice",
    "let it be printed",
];

#[test]
fn a_password_that_is_guessed_first_is_refused_everywhere() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let words = ["user", "reset-password", "mallory", "--as", "stan", "--reason", "x"];
    let made = run_with(&world.database, &words, "").expect(0).stdout;
    let link = made.split("link=").nth(1).unwrap().split_whitespace().next().unwrap();
    let before = world.db_everything();
    for weak in GUESSED_FIRST.into_iter().chain([imprimatur::demo::PASSWORD]) {
        let fields = [("password", PASSWORD), ("new_password", weak)];
        let page = alice.send_unasked("/account/password", &fields);
        assert_eq!(page.status, 422, "{weak:?}: {}", page.body);
    }
    for broken in ["granite\notter-violin", "granite-otter-violin\r\n", "\rgranite-otter-violin"] {
        let fields = [("password", PASSWORD), ("new_password", broken)];
        let page = alice.send_unasked("/account/password", &fields);
        assert_eq!(page.status, 422, "{broken:?}: {}", page.body);
        assert!(page.body.contains("line break"), "{}", page.body);
    }
    for weak in ["passwordpassword", "alicealicealice", imprimatur::demo::PASSWORD] {
        let words = ["user", "password", "alice", "--as", "stan", "--reason", "x"];
        let words: Vec<&str> = words.into_iter().chain(["--password-stdin"]).collect();
        run_with(&world.database, &words, weak).expect(2);
    }
    // What others know of a person and of the site, on every interface.
    let site = format!("http://{}", server.address);
    for weak in ["Mallory Mallory", &site] {
        let fields = [("link", link), ("new_password", weak)];
        server.browser().post("/set-password", &fields).expect(422);
    }
    let name = "Bartholomew Quicksilver";
    let create = ["user", "create", "bq", "--as", "stan", "--role", "author", "--reason", "x"];
    let create = [&create[..], &["--password-stdin", "--display-name", name]].concat();
    run_with(&world.database, &create, name).expect(2);
    for weak in ["passwordpassword", "mallorymallory", imprimatur::demo::PASSWORD] {
        let fields = [("link", link), ("new_password", weak)];
        let page = server.browser().post("/set-password", &fields).expect(422);
        assert!(page.body.contains("easy to guess"), "{}", page.body);
    }
    assert_eq!(world.db_everything(), before);
    for good in [
        GOOD,
        "korrekt pferd batterie klammer",
        "überaus märchenhaft",
        "長い長い秘密の言葉と猫の鳴き声",
    ] {
        let mut browser = server.signed_in("arthur");
        let fields = [("password", PASSWORD), ("new_password", good)];
        browser.send_unasked("/account/password", &fields).expect(303);
        let fields = [("password", good), ("new_password", PASSWORD)];
        browser.send_unasked("/account/password", &fields).expect(303);
    }
}

#[test]
fn making_a_token_takes_the_password() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let make = |name: &'static str, password: &'static str| {
        vec![("name", name), ("days", "366"), ("password", password)]
    };
    alice.send_unasked("/account/tokens", &[("name", "None"), ("days", "366")]).expect(422);
    let page = alice.send_unasked("/account/tokens", &make("Wrong", "not the password"));
    assert_eq!(page.status, 409, "{}", page.body);
    assert_eq!(world.db_refusals(), [("policy".to_owned(), "wrong-password".to_owned())]);
    assert_eq!(world.db_count("tokens"), 0);
    alice.send_unasked("/account/tokens", &make("Right", PASSWORD)).expect(200);
    assert_eq!(world.db_count("tokens"), 1);
    // Guesses are counted as at the change of the password.
    let statuses: Vec<u16> = (0..11)
        .map(|_| alice.send_unasked("/account/tokens", &make("Wrong", "wrong again")).status)
        .collect();
    assert_eq!(statuses[9..], [409, 429]);
}

#[test]
fn tokens_end_with_the_password_unless_their_owner_keeps_them() {
    let world = World::new();
    let server = Server::start(world.database.store());
    for (keep, expected) in [(None, 401), (Some("yes"), 200)] {
        let program = Program::of(&world, server.address, world.alice);
        program.get("/api/v1/posts").expect(200);
        let mut alice = server.signed_in("alice");
        let mut fields = vec![("password", PASSWORD), ("new_password", GOOD)];
        fields.extend(keep.map(|keep| ("keep_tokens", keep)));
        alice.send_unasked("/account/password", &fields).expect(303);
        program.get("/api/v1/posts").expect(expected);
        let back = [("password", GOOD), ("new_password", PASSWORD), ("keep_tokens", "yes")];
        alice.send_unasked("/account/password", &back).expect(303);
        program.get("/api/v1/posts").expect(expected);
    }
    // A password that staff set or reset ends them, too.
    let program = Program::of(&world, server.address, world.alice);
    let words = ["user", "password", "alice", "--as", "stan", "--reason", "x", "--password-stdin"];
    run_with(&world.database, &words, GOOD).expect(0);
    program.get("/api/v1/posts").expect(401);
    let program = Program::of(&world, server.address, world.alice);
    let words = ["user", "reset-password", "alice", "--as", "stan", "--reason", "x"];
    run_with(&world.database, &words, "").expect(0);
    program.get("/api/v1/posts").expect(401);
}
