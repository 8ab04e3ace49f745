//! The page of one's own account: the password, the sessions and the tokens.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz};
use imprimatur::accounts::last_use::note_use;
use imprimatur::accounts::tokens::{self, Bearer};
use imprimatur::accounts::{self, Credential, SessionId, sessions};
use imprimatur::domain::Permission;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::store::Store;
use imprimatur::store::pool::Limits;
use imprimatur::store::statement::statement;

use crate::support::browser::Page;
use crate::support::database::patient;
use crate::support::program::token;
use crate::support::raw::DB_RECORD;
use crate::support::world::PASSWORD;
use crate::support::{Browser, Server, World};

const NEW: &str = "another password for tests";

fn change_password(browser: &mut Browser, current: &str, new: &str) -> Page {
    browser.send_unasked("/account/password", &[("password", current), ("new_password", new)])
}

fn sign_in(browser: &mut Browser, username: &str, password: &str) -> u16 {
    let token = browser.get("/sign-in").expect(200).hidden("token");
    let fields = [("token", token.as_str()), ("username", username), ("password", password)];
    browser.post("/sign-in", &fields).status
}

#[test]
fn a_changed_password_signs_out_every_other_browser_and_keeps_this_one() {
    let world = World::new();
    let servers = [(); 2].map(|()| Server::start(world.database.store()));
    let mut here = servers[0].signed_in("alice");
    let mut elsewhere = servers[1].signed_in("alice");
    let (stolen, before) = (here.cookies.clone(), here.session().clone());
    let answer = change_password(&mut here, PASSWORD, NEW).expect(303);
    assert_eq!(answer.location(), "/account");
    assert_ne!(*here.session(), before, "under another id");
    assert!(here.get("/account").expect(200).body.contains("Password changed."));
    here.get("/desk").expect(200);
    elsewhere.get("/desk").expect(401);
    let mut thief = servers[0].browser();
    thief.cookies = stolen;
    thief.get("/desk").expect(401);
    assert_eq!(sign_in(&mut elsewhere, "alice", PASSWORD), 401);
    assert_eq!(sign_in(&mut elsewhere, "alice", NEW), 303);
    assert_eq!(
        world.db_count("account_events WHERE event = 'password-set' AND actor_id = subject_id"),
        1
    );
    let post = world.draft();
    here.act(&format!("/desk/posts/{post}/submit"), &[]).expect(303);
}

#[test]
fn changing_the_password_takes_the_current_password() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let before = world.db_everything();
    let page = change_password(&mut alice, "a wrong password", NEW).expect(409);
    assert!(page.body.contains("This is not your current password."), "{}", page.body);
    for secret in ["a wrong password", NEW] {
        assert!(!page.body.contains(secret), "a password does not come back");
    }
    assert_eq!(world.db_refusals(), [("policy".into(), "wrong-password".into())]);
    let page = change_password(&mut alice, PASSWORD, "too short").expect(422);
    assert!(page.body.contains("12 to 256 characters"), "{}", page.body);
    assert_eq!(world.db_everything(), before);
    // Attempts are counted like those to sign in.
    let statuses: Vec<u16> =
        (0..10).map(|_| change_password(&mut alice, "wrong again", NEW).status).collect();
    assert_eq!(statuses[..9], [409; 9]);
    assert_eq!(statuses[9], 429);
    assert_eq!(world.db_everything(), before);
}

#[test]
fn a_password_that_changes_while_another_is_checked_is_not_overwritten() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let alice = server.signed_in("alice");
    let mut owner = world.database.as_owner();
    let statuses = std::thread::scope(|scope| {
        let lock = "BEGIN; SELECT id FROM users WHERE username = 'alice' FOR UPDATE";
        owner.batch_execute(lock).unwrap();
        let changes = [NEW, "yet another password"].map(|new| {
            let mut browser = alice.clone();
            scope.spawn(move || change_password(&mut browser, PASSWORD, new).status)
        });
        world.database.db_wait_for_waiters(2);
        owner.batch_execute("COMMIT").unwrap();
        let mut statuses = changes.map(|thread| thread.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    // The first change ended the session of the second.
    assert_eq!(statuses, [303, 401]);
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// Returns the number of the first session on the page that is not this one.
fn other_session(browser: &mut Browser) -> String {
    let page = browser.get("/account").expect(200);
    let (_, rest) = page.body.split_once("action=\"/account/sessions/").unwrap();
    rest.split('/').next().unwrap().to_owned()
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all_at_once() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut here = server.signed_in("alice");
    let mut phone = server.browser();
    let token = phone.get("/sign-in").hidden("token");
    let form = format!("token={token}&username=alice&password={}", PASSWORD.replace(' ', "+"));
    let agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Mobile Safari/537.36 <b>\u{e9}";
    let headers = [("sec-fetch-site", "same-origin"), ("user-agent", agent)];
    phone.post_raw("/sign-in", form.as_bytes(), &headers).expect(303);
    let page = here.get("/account").expect(200);
    for words in ["Another browser", "(this browser)"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("Mozilla"), "what a browser sends stands on no page");

    let number = other_session(&mut here);
    // A person cannot end another person's session, or one that does not exist.
    let mut mallory = server.signed_in("mallory");
    let end = format!("/account/sessions/{number}/end");
    let page = mallory.send_unasked(&end, &[]).expect(409);
    assert!(page.body.contains("This session has already ended."), "{}", page.body);
    mallory.send_unasked("/account/sessions/x/end", &[]).expect(404);
    phone.get("/desk").expect(200);
    here.send_unasked(&end, &[]).expect(303);
    phone.get("/desk").expect(401);
    here.get("/desk").expect(200);
    here.send_unasked(&end, &[]).expect(409);

    let mut others = [(); 3].map(|()| server.signed_in("alice"));
    here.send_unasked("/account/sessions/end-others", &[]).expect(303);
    for other in &mut others {
        other.get("/desk").expect(401);
    }
    here.get("/desk").expect(200);
    mallory.get("/desk").expect(200);
    let page = here.send_unasked("/account/sessions/end-others", &[]).expect(409);
    assert!(page.body.contains("You are not signed in anywhere else."), "{}", page.body);
    assert_eq!(world.db_count("account_events WHERE event = 'sessions-ended'"), 2);
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// To end all of them with one statement takes longer than a statement may.
#[test]
fn any_number_of_sessions_is_ended_at_once() {
    let world = World::new();
    let limits = Limits { statement: Duration::from_secs(1), ..patient() };
    let server = Server::start(Store::connect(&world.database.runtime_url(), limits));
    let mut here = server.signed_in("alice");
    let mut stan = server.signed_in("stan");
    let begin_many = || {
        let mut conn = world.database.as_superuser();
        conn.batch_execute(
            "BEGIN;
             SET LOCAL session_replication_role = replica;
             INSERT INTO sessions (id_hash, user_id, expires_at)
             SELECT sha256(gen_random_uuid()::text::bytea), u.id, now() + interval '1 day'
             FROM users u, generate_series(1, 150000) WHERE u.username = 'alice';
             COMMIT",
        )
        .unwrap();
    };
    let living = format!("sessions WHERE user_id = {} AND ended_at IS NULL", world.alice.0);
    begin_many();
    here.send_unasked("/account/sessions/end-others", &[]).expect(303);
    assert_eq!(world.db_count(&living), 1);
    begin_many();
    stan.send_unasked("/admin/accounts/alice/end-sessions", &[("reason", "Too many.")]).expect(303);
    assert_eq!(world.db_count(&living), 0);
}

#[test]
fn a_person_has_a_hundred_sessions_and_a_new_one_ends_the_least_used() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut first = server.signed_in("alice");
    let mut arthur = server.signed_in("arthur");
    let mut second = server.signed_in("alice");
    world.database.db_sabotage(
        "INSERT INTO sessions (id_hash, user_id, expires_at)
         SELECT sha256(gen_random_uuid()::text::bytea), u.id, now() + interval '1 day'
         FROM users u, generate_series(1, 98) WHERE u.username = 'alice'",
    );
    let living = format!("sessions WHERE user_id = {} AND ended_at IS NULL", world.alice.0);
    assert_eq!(world.db_count(&living), 100);
    first.get("/desk").expect(200);
    let mut newest = server.signed_in("alice");
    assert_eq!(world.db_count(&living), 100);
    first.get("/desk").expect(401);
    for browser in [&mut second, &mut newest, &mut arthur] {
        browser.get("/desk").expect(200);
    }
}

#[test]
fn a_session_is_named_after_its_browser_and_system() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.browser();
    let token = alice.get("/sign-in").hidden("token");
    let form = format!("token={token}&username=alice&password={}", PASSWORD.replace(' ', "+"));
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let headers = [("sec-fetch-site", "same-origin"), ("user-agent", agent)];
    alice.post_raw("/sign-in", form.as_bytes(), &headers).expect(303);
    assert!(alice.get("/account").expect(200).body.contains("Firefox on Linux"));
    assert_eq!(world.db_count("sessions WHERE device = 'Firefox on Linux'"), 1);
    assert!(
        server.signed_in("stan").get("/admin/accounts/alice").body.contains("Firefox on Linux")
    );
}

/// Makes a token and returns it as the page shows it.
fn make(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
    let fields = [fields, &[("password", PASSWORD)]].concat();
    let page = browser.send_unasked("/account/tokens", &fields).expect(200);
    assert_eq!(page.headers["cache-control"], "no-store");
    let (_, rest) = page.body.split_once(">imprimatur_").expect(&page.body);
    format!("imprimatur_{}", rest.split('<').next().unwrap())
}

fn found(world: &World, token: &str) -> Option<Bearer> {
    tokens::find(&mut world.database.as_runtime(), &tokens::parse(token).unwrap()).unwrap()
}

#[test]
fn a_token_is_shown_once_and_stored_hashed_and_acts_as_its_owner() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut rosa = server.signed_in("rosa");
    let token = make(&mut rosa, &[("name", "Nightly import"), ("days", "30")]);
    let page = rosa.get("/account").expect(200);
    assert!(page.body.contains("Nightly import") && page.body.contains(&token[..15]));
    assert!(!page.body.contains(&token[..20]), "it is shown once");
    let stored = statement::<Text>("SELECT t::text FROM tokens t")
        .get_result::<String>(&mut world.database.as_owner())
        .unwrap();
    assert!(!stored.contains(&token[..20]), "{stored}");

    let bearer = found(&world, &token).unwrap();
    assert_eq!((bearer.person.id, bearer.person.roles.narrowing()), (world.rosa, None));
    let narrow = [
        ("name", "Archive"),
        ("days", "366"),
        ("posts.submit_post", "yes"),
        ("posts.publish_post", "yes"),
    ];
    let narrowed = found(&world, &make(&mut rosa, &narrow)).unwrap().person.roles;
    let permissions = [Permission::SubmitPost, Permission::PublishPost];
    assert_eq!(narrowed.narrowing(), Some(permissions.as_slice()));
    assert!(found(&world, tokens::generate().as_str()).is_none(), "a well-formed one of nobody's");
    assert_eq!(world.db_count("account_events WHERE event = 'token-made'"), 2);
    // Its owner and staff see what each may do.
    for (who, path) in [("rosa", "/account"), ("stan", "/admin/accounts/rosa")] {
        let page = server.signed_in(who).get(path).expect(200).body;
        for scope in ["Full access. ", "posts.submit_post, posts.publish_post. "] {
            assert!(page.contains(scope), "{path}: {page}");
        }
    }
}

#[test]
fn an_invalid_token_form_is_refused_and_the_page_says_what_to_write() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    make(&mut alice, &[("name", "Import"), ("days", "30")]);
    for (name, days, more, status, sentence) in [
        (" ", "30", None, 422, "Enter a name for the token."),
        ("Other", "367", None, 422, "Enter 1 to 366 days."),
        ("Other", "0", None, 422, "Enter 1 to 366 days."),
        ("Other", "soon", None, 422, "Enter 1 to 366 days."),
        ("import", "30", None, 409, "You already have a working token with this name."),
        (
            "Other",
            "30",
            Some("posts.publish_post"),
            409,
            "does not hold the permission posts.publish_post",
        ),
        ("Other", "30", Some("posts.burn_post"), 422, "there is no field"),
    ] {
        let mut fields = vec![("name", name), ("days", days), ("password", PASSWORD)];
        fields.extend(more.map(|permission| (permission, "yes")));
        let page = alice.send_unasked("/account/tokens", &fields).expect(status);
        assert!(page.body.contains(sentence), "{sentence}: {}", page.body);
        assert!(page.body.contains(name.trim()), "what was typed is kept");
    }
    assert_eq!(world.db_count("tokens"), 1);
}

#[test]
fn a_token_ends_when_it_is_revoked_or_expires_and_with_its_account() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let names = ["revoked", "expired", "deactivated by hand"];
    let [revoked, expired, by_hand] =
        names.map(|name| make(&mut alice, &[("name", name), ("days", "1")]));
    let id = found(&world, &revoked).unwrap().token;
    let revoke = format!("/account/tokens/{id}/revoke");
    server.signed_in("mallory").send_unasked(&revoke, &[]).expect(409);
    assert!(found(&world, &revoked).is_some(), "nobody revokes somebody else's here");
    alice.send_unasked(&revoke, &[]).expect(303);
    assert!(found(&world, &revoked).is_none());
    alice.send_unasked(&revoke, &[]).expect(409);
    let mut owner = world.database.as_owner();
    owner
        .batch_execute(
            "UPDATE tokens SET created_at = created_at - interval '25 hours',
                 expires_at = expires_at - interval '25 hours' WHERE name = 'expired'",
        )
        .unwrap();
    assert!(found(&world, &expired).is_none());
    assert!(found(&world, &by_hand).is_some());
    // A new password ends sessions, and not the tokens that their owner keeps.
    let fields = [("password", PASSWORD), ("new_password", NEW), ("keep_tokens", "yes")];
    alice.send_unasked("/account/password", &fields).expect(303);
    assert!(found(&world, &by_hand).is_some());
    owner
        .batch_execute(
            &("UPDATE users SET is_active = false WHERE username = 'alice'".to_owned() + DB_RECORD),
        )
        .unwrap();
    assert!(found(&world, &by_hand).is_none());
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn to_read_a_credential_notes_nothing_and_its_use_is_noted_at_most_once_a_minute() {
    let world = World::new();
    let conn = &mut world.database.as_runtime();
    let token = token(&world.store, world.alice, None);
    let username = accounts::byline_of(conn, world.alice).unwrap().username;
    let password = accounts::stored_password(conn, &username).unwrap().unwrap();
    let session = SessionId::of(&sessions::random_key_of(world.alice));
    assert!(sessions::begin(conn, &session, world.alice, &password.hash, "a test").unwrap());
    for (table, credential) in [
        ("tokens", Credential::Token(tokens::parse(&token).unwrap())),
        ("sessions", Credential::Session(session)),
    ] {
        let mut owner = world.database.as_owner();
        let mut last_used = || {
            statement::<Nullable<Timestamptz>>(format!("SELECT last_used_at FROM {table}"))
                .get_result::<Option<jiff_diesel::Timestamp>>(&mut owner)
                .unwrap()
                .map(jiff_diesel::Timestamp::to_jiff)
        };
        let mut hand = world.database.as_owner();
        let mut age = || {
            let earlier = "SET last_used_at = clock_timestamp() - interval '61 seconds'";
            hand.batch_execute(&format!("UPDATE {table} {earlier}")).unwrap();
        };
        if table == "tokens" {
            assert!(last_used().is_none());
        } else {
            age();
        }
        let unused = last_used();
        accounts::identify(conn, &credential).unwrap().unwrap();
        assert_eq!(last_used(), unused, "{table}: read");
        note_use(conn, &credential).unwrap();
        let first = last_used();
        assert!(first > unused, "{table}: used");
        note_use(conn, &credential).unwrap();
        assert_eq!(last_used(), first, "{table}: used at once again");
        age();
        let aged = last_used();
        let mut holder = world.database.as_owner();
        holder.batch_execute(&format!("BEGIN; SELECT FROM {table} FOR SHARE")).unwrap();
        note_use(conn, &credential).unwrap();
        assert_eq!(last_used(), aged, "{table}: it does not wait");
        holder.batch_execute("COMMIT").unwrap();
        note_use(conn, &credential).unwrap();
        assert!(last_used() > first, "{table}: used a minute later");
        age();
        let past = "created_at = created_at - interval '31 days', expires_at = expires_at - interval '31 days'";
        holder.batch_execute(&format!("UPDATE {table} SET {past}")).unwrap();
        let aged = last_used();
        note_use(conn, &credential).unwrap();
        assert_eq!(last_used(), aged, "{table}: it has ended");
    }
}

#[test]
fn a_deactivated_or_signed_out_person_cannot_change_their_account() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let token = alice.get("/account").expect(200).hidden("token");
    world.change_account("alice", AccountChange::Deactivate).unwrap();
    let before = world.db_everything();
    for (path, fields) in [
        ("/account/password", vec![("password", PASSWORD), ("new_password", NEW)]),
        ("/account/sessions/end-others", vec![]),
        ("/account/tokens", vec![("name", "Import"), ("days", "1"), ("password", PASSWORD)]),
    ] {
        let all = [&[("token", token.as_str())][..], &fields].concat();
        alice.post(path, &all).expect(401);
        alice.post(path, &fields).expect(403);
    }
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_count("tokens"), 0);
}

/// Returns the fields of a kept form, with the password that was asked for again.
fn again<'a>(page: &'a Page, token: &'a str, names: &[&'a str]) -> Vec<(&'a str, String)> {
    let kept = names.iter().map(|name| (*name, page.hidden(name)));
    [("token", token.to_owned())].into_iter().chain(kept).collect()
}

/// A form that asks for a password is kept without it, and asks again.
#[test]
fn a_kept_form_asks_again_for_the_password_and_shows_what_was_chosen() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    // As after signing in again in another tab.
    let old = server.signed_in("alice").get("/account").expect(200).hidden("token");
    let typed = [
        ("token", &*old),
        ("name", "backup"),
        ("days", "30"),
        ("posts.create_post", "yes"),
        ("password", PASSWORD),
    ];
    let page = alice.post("/account/tokens", &typed).expect(403);
    for shown in [
        "Sent to <code>/account/tokens</code>",
        "name=\"name\" value=\"backup\"",
        "name=\"days\" value=\"30\"",
        "Create post: yes",
        "name=\"password\" type=\"password\"",
    ] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    assert!(!page.body.contains(PASSWORD));
    let token = page.hidden("token");
    let mut fields = again(&page, &token, &["posts.create_post"]);
    let typed = [("name", "backup"), ("days", "30")].map(|(name, text)| (name, text.to_owned()));
    fields.extend(typed);
    fields.extend([("password", PASSWORD.to_owned())]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    alice.post("/account/tokens", &fields).expect(200);
    assert_eq!(world.db_count("tokens"), 1);

    // The same for the password itself, also where the session has ended.
    for (session_ends, status) in [(false, 403), (true, 401)] {
        let own = alice.get("/account").expect(200).hidden("token");
        if session_ends {
            world.database.as_owner().batch_execute("DELETE FROM sessions").unwrap();
        }
        let token = if session_ends { &*own } else { &*old };
        let typed = [("token", token), ("password", PASSWORD), ("new_password", NEW)];
        let page = alice.post("/account/password", &typed).expect(status);
        let page = match session_ends {
            false => page,
            true => {
                let mut fields: Vec<(&str, String)> =
                    ["token", "carried_path", "carried_form", "next"]
                        .map(|field| (field, page.hidden(field)))
                        .into();
                fields.extend([("username", "alice".into()), ("password", PASSWORD.into())]);
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (*name, &**value)).collect();
                alice.post("/sign-in", &fields).expect(200)
            }
        };
        assert!(page.body.contains("name=\"new_password\" type=\"password\""), "{}", page.body);
        assert!(!page.body.contains("nothing is done twice"), "{}", page.body);
        assert!(!page.body.contains(NEW));
    }
}
