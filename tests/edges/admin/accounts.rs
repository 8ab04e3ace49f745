//! Staff look after accounts: every change by permission, policy and invariant,
//! with its reason and its record, and no password that two people know.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use imprimatur::accounts::directory::{self, AccountFilter};
use imprimatur::accounts::tokens;
use imprimatur::domain::Role;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::paging::{Direction, Order, PageRequest};
use imprimatur::store::statement::statement;
use imprimatur::store::verify::verify;

use crate::support::browser::Page;
use crate::support::program::token;
use crate::support::raw::{DB_RECORD, db_account_event, db_refused_by};
use crate::support::world::{PASSWORD, db_number};
use crate::support::{Browser, Server, World};

/// Opens the page of a change and sends its form.
fn send(browser: &mut Browser, account: &str, change: &str, query: &str) -> Page {
    let path = format!("/admin/accounts/{account}/{change}");
    let page = browser.get(&format!("{path}{query}")).expect(200);
    let mut fields = vec![("token", page.hidden("token")), ("reason", "It is time.".to_owned())];
    for name in ["role", "token_id"] {
        if page.body.contains(&format!("name=\"{name}\"")) {
            fields.push((name, page.hidden(name)));
        }
    }
    if page.body.contains("name=\"display_name\"") {
        fields.push(("display_name", "Malory".to_owned()));
    }
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(&path, &fields)
}

/// The last line of an account's record: who, what, about which role, and why.
fn db_last_event(world: &World, subject: &str) -> (String, String, Option<String>, String) {
    statement::<(Text, Text, Nullable<Text>, Text)>(
        "SELECT actor.username, e.event, e.role, e.reason
         FROM account_events e JOIN users actor ON actor.id = e.actor_id
         JOIN users subject ON subject.id = e.subject_id
         WHERE subject.username = $1 ORDER BY e.id DESC LIMIT 1",
    )
    .bind::<Text, _>(subject)
    .get_result(&mut world.database.as_owner())
    .unwrap()
}

/// The address that a page shows once, without the site's own.
fn link_on(page: &Page) -> String {
    let (_, rest) = page.body.split_once("/set-password?link=").expect(&page.body);
    format!("/set-password?link={}", rest.split('<').next().unwrap())
}

/// Sends the form of a link's page.
fn set_password(browser: &mut Browser, link: &str, password: &str) -> Page {
    let (_, secret) = link.split_once("link=").unwrap();
    browser.post("/set-password", &[("link", secret), ("new_password", password)])
}

fn sign_in(browser: &mut Browser, username: &str, password: &str) -> u16 {
    let token = browser.get("/sign-in").expect(200).hidden("token");
    let fields = [("token", token.as_str()), ("username", username), ("password", password)];
    browser.post("/sign-in", &fields).status
}

const CHOSEN: &str = "a password of her own";

#[test]
fn each_change_takes_effect_and_is_recorded_with_its_reason() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let _mallory = server.signed_in("mallory");
    let role = |name: &str| Some(name.to_owned());
    for (change, query, event, about) in [
        ("grant-role", "?role=reviewer", "role-granted", role("reviewer")),
        ("revoke-role", "?role=reviewer", "role-revoked", role("reviewer")),
        ("rename-account", "", "renamed", None),
        ("end-sessions", "", "sessions-ended", None),
        ("reset-password", "", "password-link-made", None),
        ("deactivate-account", "", "deactivated", None),
        ("reactivate-account", "", "reactivated", None),
    ] {
        let status = if change == "reset-password" { 200 } else { 303 };
        let answer = send(&mut stan, "mallory", change, query).expect(status);
        if status == 303 {
            assert_eq!(answer.location(), "/admin/accounts/mallory");
        }
        let expected = ("stan".to_owned(), event.to_owned(), about, "It is time.".to_owned());
        assert_eq!(db_last_event(&world, "mallory"), expected);
        let page = stan.get("/admin/accounts/mallory").expect(200);
        assert!(page.body.contains("It is time."), "{}", page.body);
    }
    assert_eq!(world.db_refusals(), []);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_renamed_account_has_its_new_name_everywhere_and_is_found_by_it() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    send(&mut stan, "mallory", "rename-account", "").expect(303);
    let page = stan.get("/admin/accounts/mallory").expect(200).body;
    assert!(page.contains("<h1>Malory</h1>"), "{page}");
    assert!(page.contains("changed the display name to Malory"), "{page}");
    assert!(stan.get("/admin/accounts?search=malor").body.contains(">Malory</a>"));
    // What is wrong is said beside the field, and what was typed is kept.
    let path = "/admin/accounts/mallory/rename-account";
    for (typed, status, sentence) in [
        ("Malory", 409, "The display name is already Malory. Enter another name."),
        (" ", 422, "Enter a display name."),
    ] {
        let fields = [("display_name", typed), ("reason", "A slip.")];
        let page = stan.submit(path, &fields).expect(status).body;
        let error = format!("id=\"display_name-error\" role=\"alert\">{sentence}");
        assert!(page.contains(&error), "{page}");
        assert!(page.contains(">\nA slip.</textarea>"), "{page}");
    }
    // A name is no power: staff correct their own, too.
    stan.submit(
        "/admin/accounts/stan/rename-account",
        &[("display_name", "Stanley"), ("reason", "In full.")],
    )
    .expect(303);
    assert!(stan.get("/admin").body.contains("<bdi>Stanley</bdi>"));
    let conn = &mut world.database.as_owner();
    assert_eq!(verify(conn, RUNTIME_ROLE).unwrap().findings, []);
}

/// Two members of staff with the same form: the second is told, and changes nothing.
#[test]
fn a_renaming_replaces_only_the_name_that_was_seen() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let path = "/admin/accounts/mallory/rename-account";
    let seen = stan.get(path).expect(200).hidden("seen_name");
    let rename = |stan: &mut Browser, to: &str, seen: &str| {
        let fields = [("display_name", to), ("seen_name", seen), ("reason", "A slip.")];
        stan.submit(path, &fields)
    };
    rename(&mut stan, "Malory", &seen).expect(303);
    let page = rename(&mut stan, "Mal Ory", &seen).expect(409);
    assert!(page.body.contains("The display name has changed to Malory since"), "{}", page.body);
    assert!(page.body.contains("value=\"Mal Ory\""), "what was typed stays: {}", page.body);
    assert_eq!(world.find_person("mallory").display_name, "Malory");
    rename(&mut stan, "Mal Ory", &page.hidden("seen_name")).expect(303);
    // A name that looks the same is the same.
    for same in ["Mal\u{200B} Ory", "Mal\u{A0}Ory", "Mal Ory\u{3164}"] {
        let page = rename(&mut stan, same, "Mal Ory").expect(409).body;
        assert!(page.contains("The display name is already Mal Ory."), "{page}");
    }
}

#[test]
fn several_roles_change_for_one_reason_or_none_of_them_does() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let path = "/admin/accounts/alice/change-roles";
    let events = || world.db_count("account_events WHERE reason = 'She moves.'");
    let mut change = |roles: &[&str], reason: &str| {
        let ticked = roles.iter().map(|role| (*role, "yes"));
        let fields: Vec<(&str, &str)> = ticked.chain([("reason", reason)]).collect();
        stan.submit(path, &fields)
    };
    // Nothing is changed: the form says so.
    let page = change(&["author"], "She moves.").expect(422).body;
    assert!(page.contains("Select or clear at least one role."), "{page}");
    assert!(page.contains(">\nShe moves.</textarea>"), "{page}");
    let page = change(&["reviewer", "staff"], " ").expect(409).body;
    assert!(page.contains("id=\"reason-error\""), "{page}");
    assert!(page.contains("name=\"reviewer\" value=\"yes\" checked"), "{page}");
    assert_eq!(events(), 0);
    change(&["reviewer", "staff"], "She moves.").expect(303);
    assert_eq!(events(), 3, "one record for each role");
    assert_eq!(world.find_person("alice").roles.to_string(), "reviewer, staff");

    // The account has moved on since the form was opened: nothing of it happens.
    let form = stan.get("/admin/accounts/mallory/change-roles").expect(200);
    world.change_account("mallory", AccountChange::Grant(Role::Reviewer)).unwrap();
    let token = form.hidden("token");
    let held = form.hidden("held");
    let fields = [
        ("token", token.as_str()),
        ("held", held.as_str()),
        ("author", "yes"),
        ("reviewer", "yes"),
        ("reason", "She moves."),
    ];
    let page = stan.post("/admin/accounts/mallory/change-roles", &fields).expect(409).body;
    assert!(page.contains("already has the role reviewer"), "{page}");
    assert_eq!(world.find_person("mallory").roles.to_string(), "reviewer");
    assert_eq!(world.db_refusals().last().unwrap().1, "role-held");
}

#[test]
fn a_change_that_is_not_valid_is_disabled_and_refused_with_the_same_reason() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    world.change_account("edith", AccountChange::Deactivate).unwrap();
    for (account, change, field, codes, sentence) in [
        ("alice", "grant-role", "author", "role-held", "already has the role author"),
        ("alice", "revoke-role", "staff", "role-not-held", "does not have the role staff"),
        ("alice", "reactivate-account", "", "active", "is already active"),
        ("alice", "end-sessions", "", "not-signed-in", "is not signed in"),
        ("alice", "revoke-token", "7", "token-over", "has expired or was revoked"),
        ("edith", "deactivate-account", "", "not-active", "is already deactivated"),
        ("edith", "reset-password", "", "not-active", "account is deactivated"),
        ("stan", "grant-role", "author", "own-account", "your own account"),
        ("stan", "reset-password", "", "own-account", "your own account"),
        ("stan", "end-sessions", "", "own-account", "your own account"),
        ("stan", "revoke-role", "staff", "own-account last-active-staff", "the last active staff"),
        (
            "stan",
            "deactivate-account",
            "",
            "own-account last-active-staff",
            "the last active staff",
        ),
    ] {
        let name = if change == "revoke-token" { "token_id" } else { "role" };
        let path = format!("/admin/accounts/{account}/{change}");
        let query = if field.is_empty() { String::new() } else { format!("?{name}={field}") };
        let page = stan.get(&format!("{path}{query}")).expect(200);
        assert!(page.body.contains(sentence), "{path}: {}", page.body);
        assert!(!page.body.contains("<textarea"), "{path}");
        let mut fields = vec![("reason", "Because.")];
        fields.extend((!field.is_empty()).then_some((name, field)));
        let before = world.db_everything();
        let page = stan.send_unasked(&path, &fields).expect(409);
        assert!(page.body.contains(sentence), "{path}: {}", page.body);
        assert!(page.body.contains("Because."), "what was typed is kept");
        assert_eq!(world.db_refusals().last().unwrap(), &("policy".into(), codes.into()));
        assert_eq!(world.db_everything(), before, "{path}");
    }
    let page = stan.get("/admin/accounts/stan").expect(200);
    for words in ["disabled", "This is your own account.", "the last active staff account"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let live: Vec<&str> = page.body.split("href=\"/admin/accounts/stan/").skip(1).collect();
    assert_eq!(live.len(), 1, "only one's own name can be changed: {}", page.body);
    assert!(live[0].starts_with("rename-account\""), "{}", page.body);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_change_without_a_reason_or_of_an_unknown_account_has_no_effect() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let before = world.db_everything();
    let path = "/admin/accounts/alice/deactivate-account";
    let page = stan.send_unasked(path, &[("reason", " \n")]).expect(409);
    assert!(page.body.contains("Enter a reason."), "{}", page.body);
    let long = "a".repeat(2_001);
    let page = stan.send_unasked(path, &[("reason", &long)]).expect(422);
    assert!(page.body.contains(&long), "what was typed is kept");
    stan.send_unasked(path, &[]).expect(422);
    stan.send_unasked(path, &[("reason", "So."), ("roles", "staff")]).expect(422);
    let grant = "/admin/accounts/alice/grant-role";
    stan.send_unasked(grant, &[("reason", "So."), ("role", "king")]).expect(422);
    stan.get(grant).expect(422);
    for path in ["alice/burn", "nobody/deactivate-account", "nobody", "%00"] {
        stan.get(&format!("/admin/accounts/{path}")).expect(404);
    }
    for name in ["nobody", "%00", "no%20name"] {
        let path = format!("/admin/accounts/{name}/deactivate-account");
        stan.send_unasked(&path, &[("reason", "So.")]).expect(404);
    }
    // Nobody types somebody else's password on a page.
    let set = "/admin/accounts/alice/set-password";
    stan.get(set).expect(404);
    stan.send_unasked(set, &[("reason", "So.")]).expect(404);
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_new_account_gets_its_password_through_a_link_that_is_shown_once() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let fields = [
        ("username", "Cleo"),
        ("display_name", "Cleo Marsh"),
        ("author", "yes"),
        ("reason", "She begins today."),
    ];
    let page = stan.send_unasked("/admin/create-account", &fields).expect(200);
    assert_eq!(page.headers["cache-control"], "no-store");
    let link = link_on(&page);
    assert_eq!(world.find_person("cleo").roles.names(), ["author"]);
    assert_eq!(db_last_event(&world, "cleo").1, "password-link-made");
    assert_eq!(db_last_event(&world, "cleo").3, "She begins today.");
    let page = stan.get("/admin/accounts/cleo").expect(200);
    assert!(page.body.contains("A password link has been created"), "{}", page.body);
    assert!(!page.body.contains(link.split_once("link=").unwrap().1), "it is shown once");

    // To look uses nothing up, however often.
    let mut cleo = server.browser();
    for _ in 0..3 {
        let page = cleo.get(&link).expect(200);
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "strict-origin");
        assert!(page.body.contains("value=\"cleo\""), "{}", page.body);
    }
    assert_eq!(sign_in(&mut cleo, "cleo", CHOSEN), 401);
    let page = set_password(&mut cleo, &link, "too short").expect(422);
    assert!(page.body.contains("12 to 256 characters"), "{}", page.body);
    assert!(!page.body.contains("too short"), "a password does not come back");
    assert_eq!(set_password(&mut cleo, &link, CHOSEN).expect(303).location(), "/sign-in");
    cleo.get("/desk").expect(401);
    assert_eq!(sign_in(&mut cleo, "cleo", CHOSEN), 303);
    let (who, event, ..) = db_last_event(&world, "cleo");
    assert_eq!((who.as_str(), event.as_str()), ("cleo", "password-set"));
}

#[test]
fn a_refused_new_account_keeps_what_was_typed() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let before = world.db_everything();
    for (username, display_name, sentence) in [
        ("alice", "Another Alice", "This username is taken"),
        ("no name", "Another Alice", "Start with a letter or digit"),
        ("another", " ", "Enter a display name."),
    ] {
        let fields = [
            ("username", username),
            ("display_name", display_name),
            ("reviewer", "yes"),
            ("reason", "So that."),
        ];
        let page = stan.send_unasked("/admin/create-account", &fields).expect(422);
        for kept in [sentence, username, display_name, "So that.", "value=\"yes\" checked"] {
            assert!(page.body.contains(kept), "{kept}: {}", page.body);
        }
    }
    assert_eq!(world.db_everything(), before);
}

#[test]
fn a_reset_ends_the_password_and_the_sessions_at_once() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let mut alice = server.signed_in("alice");
    let link = link_on(&send(&mut stan, "alice", "reset-password", "").expect(200));
    alice.get("/desk").expect(401);
    assert_eq!(sign_in(&mut alice, "alice", PASSWORD), 401);
    set_password(&mut server.browser(), &link, CHOSEN).expect(303);
    assert_eq!(sign_in(&mut alice, "alice", CHOSEN), 303);
}

/// What a browser is answered that looks at a link and then uses it, without
/// what changes from request to request.
fn answers_to(server: &Server, link: &str) -> [(u16, String); 2] {
    let mut browser = server.browser();
    [browser.get(link), set_password(&mut browser, link, CHOSEN)].map(|page| {
        let request = page.headers["x-request-id"].clone();
        assert_eq!(page.headers["referrer-policy"], "strict-origin");
        (page.status, page.body.replace(&request, ""))
    })
}

#[test]
fn a_used_or_expired_link_is_answered_like_an_unknown_one() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let unknown = answers_to(&server, "/set-password?link=never");
    assert_eq!([unknown[0].0, unknown[1].0], [404, 404]);
    assert_eq!(answers_to(&server, "/set-password?link="), unknown);
    server.browser().get("/set-password").expect(404);

    let mut reset = |name| link_on(&send(&mut stan, name, "reset-password", "").expect(200));
    let used = reset("alice");
    set_password(&mut server.browser(), &used, CHOSEN).expect(303);
    assert_eq!(answers_to(&server, &used), unknown, "used");

    let replaced = reset("arthur");
    let newer = reset("arthur");
    assert_eq!(answers_to(&server, &replaced), unknown, "replaced by a newer one");
    server.browser().get(&newer).expect(200);

    let expired = reset("edith");
    world.database.db_sabotage(
        "UPDATE password_links SET created_at = created_at - interval '49 hours',
             expires_at = expires_at - interval '49 hours'
         WHERE user_id = (SELECT id FROM users WHERE username = 'edith')",
    );
    assert_eq!(answers_to(&server, &expired), unknown, "expired");

    let deactivated = reset("rosa");
    world.change_account("rosa", AccountChange::Deactivate).unwrap();
    assert_eq!(answers_to(&server, &deactivated), unknown, "deactivated");
    world.change_account("rosa", AccountChange::Reactivate).unwrap();
    assert_eq!(answers_to(&server, &deactivated), unknown, "and reactivated");

    let overtaken = reset("mallory");
    let recorded = db_account_event(world.stan, world.mallory, "password-set", "NULL")
        + "UPDATE users SET password_hash = password_hash || 'x' WHERE username = 'mallory'";
    world.database.as_owner().batch_execute(&recorded).unwrap();
    assert_eq!(answers_to(&server, &overtaken), unknown, "the password has changed since");
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn two_people_who_use_a_link_at_once_have_one_winner() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let link = link_on(&send(&mut stan, "alice", "reset-password", "").expect(200));
    let mut owner = world.database.as_owner();
    let statuses = thread::scope(|scope| {
        owner
            .batch_execute("BEGIN; SELECT id FROM users WHERE username = 'alice' FOR UPDATE")
            .unwrap();
        let uses = ["one of two passwords", "two of two passwords"].map(|password| {
            let (server, link) = (&server, &link);
            scope.spawn(move || set_password(&mut server.browser(), link, password).status)
        });
        // Both have found the link in order by now.
        world.database.db_wait_for_waiters(2);
        owner.batch_execute("COMMIT").unwrap();
        let mut statuses = uses.map(|thread| thread.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(statuses, [303, 404]);
    assert_eq!(world.db_count("account_events WHERE event = 'password-set'"), 1);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn trying_links_is_throttled_by_address() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut browser = server.browser();
    let statuses: Vec<u16> = (0..51)
        .map(|number| {
            set_password(&mut browser, &format!("/set-password?link={number}"), CHOSEN).status
        })
        .collect();
    assert_eq!(statuses[..50], [404; 50]);
    assert_eq!(statuses[50], 429);
}

#[test]
fn the_database_refuses_inconsistent_links_and_tokens() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    send(&mut stan, "alice", "reset-password", "").expect(200);
    let program = &mut world.database.as_runtime();
    for (sql, proposition) in [
        (
            "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
             SELECT user_id, made_by, sha256('x'), now() + interval '1 hour' FROM password_links",
            "account_has_one_password_link",
        ),
        (
            "UPDATE password_links SET used_at = now(), replaced_at = now()",
            "password_link_ends_in_one_way",
        ),
        ("DELETE FROM password_links", "permission denied for table password_links"),
        (
            "UPDATE password_links SET expires_at = now()",
            "permission denied for table password_links",
        ),
        ("DELETE FROM tokens", "permission denied for table tokens"),
    ] {
        assert_eq!(db_refused_by(program, sql), proposition, "{sql}");
    }
    assert_eq!(db_refused_by(program, "UPDATE password_links SET used_at = now()"), "nothing");
    let again = "UPDATE password_links SET used_at = NULL";
    assert_eq!(db_refused_by(program, again), "password_link_works_once");
}

#[test]
fn ended_sessions_end_on_every_server_and_others_continue() {
    let world = World::new();
    let servers = [(); 2].map(|()| Server::start(world.database.store()));
    let mut stan = servers[0].signed_in("stan");
    let mut browsers = [servers[0].signed_in("alice"), servers[1].signed_in("alice")];
    let mut edith = servers[1].signed_in("edith");
    let page = stan.get("/admin/accounts/alice").expect(200);
    assert_eq!(page.body.matches("Another browser").count(), 2, "{}", page.body);
    send(&mut stan, "alice", "end-sessions", "").expect(303);
    for browser in &mut browsers {
        browser.get("/desk").expect(401);
    }
    edith.get("/desk").expect(200);
    stan.get("/desk").expect(303);
    assert_eq!(sign_in(&mut browsers[0], "alice", PASSWORD), 303);
}

#[test]
fn two_staff_who_remove_each_other_at_once_have_one_winner_and_the_loser_is_told_why() {
    for (change, query, status, sentence) in [
        ("deactivate-account", "", 401, "Your session was ended"),
        ("revoke-role", "?role=staff", 403, "does not hold the permission accounts.manage_account"),
    ] {
        let world = World::new();
        let sam = world.person("sam", &[Role::Staff]);
        let server = Server::start(world.database.store());
        let mut owner = world.database.as_owner();
        let staff = [("stan", "sam"), ("sam", "stan")].map(|(who, whom)| {
            let mut browser = server.signed_in(who);
            let path = format!("/admin/accounts/{whom}/{change}");
            let token = browser.get(&format!("{path}{query}")).expect(200).hidden("token");
            (browser, path, token)
        });
        let pages = thread::scope(|scope| {
            let both = format!(
                "BEGIN; SELECT pg_advisory_xact_lock(1, hashint8({}))",
                world.stan.0.min(sam.0)
            );
            owner.batch_execute(&both).unwrap();
            let posts = staff.map(|(mut browser, path, token)| {
                scope.spawn(move || {
                    let mut fields = vec![("token", token.as_str()), ("reason", "It is time.")];
                    fields.extend((!query.is_empty()).then_some(("role", "staff")));
                    browser.post(&path, &fields)
                })
            });
            world.database.db_wait_for_waiters(2);
            owner.batch_execute("COMMIT").unwrap();
            posts.map(|thread| thread.join().unwrap())
        });
        let won = pages.iter().filter(|page| page.status == 303).count();
        let lost: Vec<&Page> = pages.iter().filter(|page| page.status == status).collect();
        assert_eq!((won, lost.len()), (1, 1), "{pages:?}");
        assert!(lost[0].body.contains(sentence), "{}", lost[0].body);
        assert_eq!(world.db_count("users WHERE is_active AND 'staff' = ANY (roles)"), 1);
        assert_eq!(world.db_incidents(), [""; 0]);
    }
}

#[test]
fn staff_see_and_revoke_tokens_and_deactivation_revokes_them_all() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let mut alice = server.signed_in("alice");
    let mut make = |name: &str| {
        let page = alice
            .send_unasked(
                "/account/tokens",
                &[("name", name), ("days", "30"), ("password", PASSWORD)],
            )
            .expect(200);
        let (_, rest) = page.body.split_once(">imprimatur_").unwrap();
        tokens::parse(&format!("imprimatur_{}", rest.split('<').next().unwrap())).unwrap()
    };
    let [first, second] = ["Nightly import", "Backup"].map(&mut make);
    let conn = &mut world.database.as_runtime();
    let page = stan.get("/admin/accounts/alice").expect(200);
    assert!(page.body.contains("Nightly import") && page.body.contains("Backup"));
    let id = tokens::find(conn, &first).unwrap().unwrap().token;
    send(&mut stan, "alice", "revoke-token", &format!("?token_id={id}")).expect(303);
    assert!(tokens::find(conn, &first).unwrap().is_none());
    assert!(tokens::find(conn, &second).unwrap().is_some());
    assert_eq!(db_last_event(&world, "alice").1, "token-revoked");
    // Staff see why they cannot revoke their own here.
    for (account, is_closed) in [("alice", false), ("stan", true)] {
        token(&world.database.store(), world.find_person(account).id, None);
        let page = stan.get(&format!("/admin/accounts/{account}")).expect(200).body;
        let link = format!("href=\"/admin/accounts/{account}/revoke-token?token_id=");
        assert_eq!(page.contains(&link), !is_closed, "{account}: {page}");
        let closed = page.split_once("<div id=\"why-not-tokens\">").map(|(_, rest)| rest);
        let says = |words| closed.is_some_and(|closed| closed.contains(words));
        assert_eq!(says("This is your own account."), is_closed, "{account}: {page}");
        assert_eq!(says("Revoke your tokens on the page My account."), is_closed, "{account}");
    }
    // Somebody else's token is not one of this account's.
    let other = tokens::find(conn, &second).unwrap().unwrap().token.to_string();
    let fields = [("reason", "Wrong one."), ("token_id", other.as_str())];
    stan.send_unasked("/admin/accounts/edith/revoke-token", &fields).expect(409);
    assert!(tokens::find(conn, &second).unwrap().is_some());

    send(&mut stan, "alice", "deactivate-account", "").expect(303);
    assert!(tokens::find(conn, &second).unwrap().is_none());
    send(&mut stan, "alice", "reactivate-account", "").expect(303);
    assert!(tokens::find(conn, &second).unwrap().is_none(), "what was closed stays closed");
}

/// The usernames on a page of the list.
fn listed(page: &Page) -> Vec<String> {
    let lines = page.body.split("<th scope=\"row\"><a href=\"/admin/accounts/").skip(1);
    lines.map(|line| line.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn the_list_of_accounts_is_searched_filtered_and_paged_in_both_directions() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    world.change_account("mallory", AccountChange::Deactivate).unwrap();
    let mut list = |query: &str| listed(&stan.get(&format!("/admin/accounts{query}")).expect(200));
    assert_eq!(list(""), ["rosa", "edith", "arthur", "alice", "stan"]);
    assert_eq!(list("?state=deactivated"), ["mallory"]);
    assert_eq!(list("?role=author"), ["rosa", "arthur", "alice"]);
    assert_eq!(list("?role=reviewer&search=ed"), ["edith"]);
    assert_eq!(list("?search=AL&role="), ["alice"]);
    assert_eq!(list("?search=mal"), [""; 0]);
    assert_eq!(list("?search=mal&state=deactivated"), ["mallory"]);
    // The bound of a search is on what is wanted, and not on what is filtered out.
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
    assert_eq!(list("?search=mal&state=deactivated"), ["mallory"]);
    world.database.db_sabotage(
        "SET session_replication_role = replica; DELETE FROM users WHERE username LIKE 'mala%'",
    );

    for query in ["?search=a", "?state=burnt", "?role=king", "?before=1", "?x=1"] {
        stan.get(&format!("/admin/accounts{query}")).expect(422);
    }

    for number in 0..60 {
        world.person(&format!("author-{number:02}"), &[Role::Author]);
    }
    for query in ["", "?role=author", "?search=author"] {
        let first = stan.get(&format!("/admin/accounts{query}")).expect(200);
        assert_eq!(listed(&first).len(), 50, "{query}");
        let next = address_of(&first, "next");
        let second = stan.get(&next).expect(200);
        let both = [listed(&first), listed(&second)].concat();
        let expected = if query.is_empty() {
            65
        } else if query.contains("role") {
            63
        } else {
            60
        };
        assert_eq!(both.len(), expected, "{query}");
        assert_eq!(both[0], "author-59");
        let back = stan.get(&address_of(&second, "prev")).expect(200);
        assert_eq!(listed(&back), listed(&first), "{query}");
    }
}

fn address_of(page: &Page, direction: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("rel=\"{direction}\" href=\"")).unwrap();
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

#[test]
fn every_list_of_accounts_uses_an_index_and_sorts_no_table() {
    let world = World::new();
    let mut owner = world.database.as_superuser();
    owner
        .batch_execute(
            "SET session_replication_role = replica;
             INSERT INTO users (username, display_name, password_hash, roles, is_active, created_at)
             SELECT 'u' || n, 'User Number' || n, '$argon2id$', CASE WHEN n % 1000 = 0 THEN '{staff}' WHEN n % 2 = 0 THEN '{author}' ELSE '{reviewer}' END::text[], n % 10 <> 1,
                 now() - n * interval '1 second'
             FROM generate_series(1, 20000) n;
             ANALYZE users; ANALYZE sessions",
        )
        .unwrap();
    let conn = &mut world.database.as_runtime();
    // What one transaction did is counted apart from everything else.
    conn.batch_execute("BEGIN").unwrap();
    for is_active in [true, false] {
        for role in [None, Some(Role::Author), Some(Role::Reviewer), Some(Role::Staff)] {
            let filter = AccountFilter { is_active, role, search: None };
            for order in [Order::Descending, Order::Ascending] {
                let mut slice = PageRequest { order, direction: Direction::First, size: 50 };
                // More often than PostgreSQL tries before it keeps a plan.
                for _ in 0..7 {
                    let page = directory::page(conn, &filter, &slice).unwrap();
                    let Some(next) = page.next else { break };
                    slice.direction = Direction::After(next);
                }
            }
        }
    }
    let counted = |conn: &mut PgConnection, what: &str| {
        let column = format!("coalesce(sum({what}), 0)::bigint AS n");
        let rows = "pg_stat_xact_user_tables WHERE relname = 'users'";
        db_number(conn, &format!("SELECT {column} FROM {rows}"))
    };
    assert!(counted(conn, "idx_scan") > 50);
    assert_eq!(counted(conn, "seq_scan"), 0);
}
