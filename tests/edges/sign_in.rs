//! Signing in and out: sessions, throttling, and forms that wait for their author.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use imprimatur::accounts::throttle::{
    self, PER_ACCOUNT, PER_ACCOUNT_AND_NETWORK, PER_NETWORK, SignInAttempt,
};
use imprimatur::domain::Network;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::store::statement::statement;

use crate::support::browser::Page;
use crate::support::raw::db_refused_by;
use crate::support::world::{PASSWORD, db_end_sessions};
use crate::support::{Browser, Server, World};

/// A token is of one session: another site that has one of its own cannot send it.
#[test]
fn a_form_of_one_session_is_not_taken_in_another_of_the_same_person() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let [mut one, mut other] = [(); 2].map(|()| server.signed_in("alice"));
    let form = one.get("/desk/posts/create").expect(200);
    let [token, key] = ["token", "key"].map(|name| form.hidden(name));
    for token in [token.as_str(), "", "2.", &token[..token.len() - 1]] {
        let fields = [
            ("token", token),
            ("key", &key),
            ("title", "Typed for an hour"),
            ("summary", ""),
            ("body", "Words."),
            ("save", "yes"),
        ];
        let refused = other.post("/desk/posts/create", &fields).expect(403);
        assert!(refused.body.contains("Typed for an hour"), "{}", refused.body);
    }
    assert_eq!(world.db_count("posts"), 0);
}

/// People share browsers, and sessions end while a person types.
#[test]
fn a_kept_form_is_shown_only_to_its_author() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut browser = server.signed_in("alice");
    let form = browser.get("/desk/posts/create").expect(200);
    let typed = |form: &Page| {
        let [token, key] = ["token", "key"].map(|name| form.hidden(name));
        vec![
            ("token", token),
            ("key", key),
            ("title", "Alice's secret".to_owned()),
            ("summary", String::new()),
            ("body", "For her eyes.".to_owned()),
            ("save", "yes".to_owned()),
        ]
    };
    let fields = typed(&form);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    db_end_sessions(&world);
    let asked = browser.post("/desk/posts/create", &fields).expect(401);
    let sign_in = |browser: &mut Browser, page: &Page, who: &str| {
        let carried = ["carried_path", "carried_form", "carried_author"];
        let mut fields = vec![("token", page.hidden("token")), ("next", page.hidden("next"))];
        fields.extend(carried.map(|name| (name, page.hidden(name))));
        fields.extend([("username", who.to_owned()), ("password", PASSWORD.to_owned())]);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, &**value)).collect();
        browser.post("/sign-in", &fields)
    };
    let shown = |page: &Page| page.body.contains("<textarea") || page.body.contains(">Continue<");

    // Another person signs in first, and then the author.
    let waiting = sign_in(&mut browser, &asked, "arthur").expect(403);
    assert!(!shown(&waiting), "{}", waiting.body);
    assert!(waiting.body.contains("This text was written by another user"), "{}", waiting.body);
    let back = sign_in(&mut browser, &waiting, "alice").expect(200);
    assert!(shown(&back) && back.body.contains("Alice&#39;s secret"), "{}", back.body);

    // The form is open in one tab while another person signs in in a second one.
    let mut shared = server.signed_in("alice");
    let form = shared.get("/desk/posts/create").expect(200);
    let token = shared.get("/desk").hidden("token");
    shared.post("/sign-out", &[("token", &token)]).expect(303);
    shared.sign_in("arthur");
    let fields = typed(&form);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    let refused = shared.post("/desk/posts/create", &fields).expect(403);
    assert!(!shown(&refused), "{}", refused.body);
    assert!(!refused.body.contains("Send again"), "{}", refused.body);
    assert_eq!(world.db_count("posts"), 0);
}

#[test]
fn a_wrong_password_and_an_unknown_name_get_the_same_response() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut answers = Vec::new();
    for name in ["alice", "nobody-of-this-name", "no name\0 at all"] {
        let mut browser = server.browser();
        let token = browser.get("/sign-in").hidden("token");
        let page = browser
            .post("/sign-in", &[("token", &token), ("username", name), ("password", "wrong")])
            .expect(401);
        let own_token = page.hidden("token");
        answers.push(page.body.replace(&own_token, "TOKEN").replace(name, "NAME"));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[test]
fn sign_in_is_throttled_for_the_account_also_with_the_right_password() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut browser = server.browser();
    let token = browser.get("/sign-in").hidden("token");
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let fields = [("token", token.as_str()), ("username", "edith"), ("password", "wrong")];
        statuses.push(browser.post("/sign-in", &fields).status);
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10], 429);
    let fields = [("token", token.as_str()), ("username", "edith"), ("password", PASSWORD)];
    let page = browser.post("/sign-in", &fields).expect(429);
    let wait: i32 = page.headers["retry-after"].parse().unwrap();
    assert!((14 * 60..=15 * 60).contains(&wait), "{wait} seconds");
    server.signed_in("alice");
}

#[test]
fn signing_in_changes_the_session_and_signing_out_ends_it_everywhere() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.browser();
    alice.get("/sign-in").expect(200);
    let anonymous = alice.cookies.clone();
    alice.sign_in("alice");
    assert_ne!(alice.cookies, anonymous);
    let elsewhere = alice.clone();
    let token = alice.get("/desk").expect(200).hidden("token");
    alice.post("/sign-out", &[("token", &token)]).expect(303);
    for mut browser in [alice, elsewhere] {
        browser.get("/desk").expect(401);
    }
}

#[test]
fn a_session_ends_when_it_is_idle_too_long_or_too_old() {
    for aged in [
        "last_used_at = now() - interval '12 hours 1 minute'",
        "expires_at = now() - interval '1 second'",
        "ended_at = now()",
    ] {
        let world = World::new();
        let server = Server::start(world.database.store());
        let mut alice = server.signed_in("alice");
        alice.get("/desk").expect(200);
        let update = format!("UPDATE sessions SET {aged}");
        world.database.as_owner().batch_execute(&update).unwrap();
        alice.get("/desk").expect(401);
    }
}

#[test]
fn using_a_session_keeps_it_from_becoming_idle() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut owner = world.database.as_owner();
    owner.batch_execute("UPDATE sessions SET last_used_at = now() - interval '11 hours'").unwrap();
    alice.get("/desk").expect(200);
    let is_fresh = statement::<diesel::sql_types::Bool>(
        "SELECT last_used_at > now() - interval '1 minute' FROM sessions",
    );
    assert!(is_fresh.get_result::<bool>(&mut owner).unwrap());
}

#[test]
fn the_stored_sessions_cannot_be_used_to_sign_in() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let cookie = alice.session().clone();
    let stored =
        statement::<diesel::sql_types::Text>("SELECT encode(id_hash, 'hex') FROM sessions")
            .get_result::<String>(&mut world.database.as_owner())
            .unwrap();
    assert!(!cookie.contains(&stored));
    let mut thief = alice.clone();
    let (signature, _) = cookie.split_at(cookie.len() - 64);
    *thief.session() = format!("{signature}{stored}");
    thief.get("/desk").expect(401);
}

#[test]
fn a_new_password_signs_every_browser_out() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut edith = server.signed_in("edith");
    let hash = statement::<diesel::sql_types::Text>("SELECT password_hash FROM users LIMIT 1")
        .get_result::<String>(&mut world.database.as_owner())
        .unwrap();
    // The same password has another hash with another salt.
    let other = hash.replacen("p=1$", "p=1$AA", 1);
    world.change_account("alice", AccountChange::SetPassword(other)).unwrap();
    alice.get("/desk").expect(401);
    edith.get("/desk").expect(200);
}

fn allowed(world: &World, attempts: impl Iterator<Item = (String, String)>) -> i32 {
    let mut conn = world.database.as_runtime();
    let allowed = attempts.filter(|(username, address)| {
        let network = Network::of(address.parse().unwrap());
        let attempt = SignInAttempt::Unknown { username: username.clone(), network };
        throttle::count(&mut conn, &attempt).unwrap().is_ok()
    });
    allowed.count().try_into().unwrap()
}

#[test]
fn attempts_are_counted_for_the_network_the_account_in_it_and_the_account() {
    let world = World::new();
    let one_network =
        (0..PER_NETWORK + 5).map(|number| (format!("somebody-{number}"), "192.0.2.1".to_owned()));
    assert_eq!(allowed(&world, one_network), PER_NETWORK, "a network may not try every name");
    let one_of_both =
        (0..PER_ACCOUNT_AND_NETWORK + 5).map(|_| ("Edith ".to_owned(), "192.0.2.2".to_owned()));
    assert_eq!(allowed(&world, one_of_both), PER_ACCOUNT_AND_NETWORK);
    let everywhere = (0..PER_ACCOUNT + 5).map(|number| {
        ("edith".to_owned(), format!("198.51.{}.{}", 100 + number / 200, number % 200))
    });
    let left = PER_ACCOUNT - PER_ACCOUNT_AND_NETWORK;
    assert_eq!(allowed(&world, everywhere), left, "a name may not be tried from everywhere");
}

#[test]
fn a_success_takes_its_attempt_back() {
    let world = World::new();
    let network = Network::of("192.0.2.1".parse().unwrap());
    let attempt = SignInAttempt::Unknown { username: "edith".to_owned(), network };
    let mut conn = world.database.as_runtime();
    for _ in 0..3 * PER_ACCOUNT {
        assert_eq!(throttle::count(&mut conn, &attempt).unwrap(), Ok(()));
        throttle::take_back(&mut conn, &attempt).unwrap();
    }
}

#[test]
fn one_subscriber_of_ipv6_counts_as_one_network() {
    let world = World::new();
    let attempts = (0..PER_NETWORK + 5)
        .map(|number| (format!("somebody-{number}"), format!("2001:db8:0:1::{number:x}")));
    assert_eq!(allowed(&world, attempts), PER_NETWORK);
}

#[test]
fn signing_in_redirects_only_to_pages_of_this_site() {
    let world = World::new();
    let server = Server::start(world.database.store());
    for (next, expected) in [
        ("/desk/posts/create", "/desk/posts/create"),
        ("", "/desk"),
        ("https://elsewhere.example/", "/desk"),
        ("//elsewhere.example/", "/desk"),
        ("/\\elsewhere.example/", "/desk"),
        ("/a\r\nset-cookie: x=y", "/desk"),
    ] {
        let mut alice = server.browser();
        let token = alice.get("/sign-in").hidden("token");
        let fields = [
            ("token", token.as_str()),
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", next),
        ];
        assert_eq!(alice.post("/sign-in", &fields).expect(303).location(), expected, "{next}");
    }
}

#[test]
fn an_ended_session_cannot_be_revived_in_the_database() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let token = alice.get("/desk").expect(200).hidden("token");
    let cookies = alice.cookies.clone();
    alice.post("/sign-out", &[("token", &token)]).expect(303);
    for sql in [
        "UPDATE sessions SET ended_at = NULL",
        "UPDATE sessions SET ended_at = now() + interval '1 day'",
    ] {
        assert_eq!(db_refused_by(&mut world.database.as_runtime(), sql), "session_ends_once");
    }
    alice.cookies = cookies;
    alice.get("/desk").expect(401);
}
