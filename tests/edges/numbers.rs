//! A number in an address, a query or a form has one spelling.

use imprimatur::domain::TokenLifetime;

use crate::support::browser::encode;
use crate::support::{Program, Server, World};

/// Returns other spellings of a number, as they are written in an address.
fn spellings(number: &str) -> Vec<String> {
    let padded =
        ["+#", "%2B#", "0#", "00#", "+0#", "%20#", "#%20", "#%0A", "%09#", "#.0", "#e0", "0x#"];
    let mut all: Vec<String> = padded.iter().map(|it| it.replace('#', number)).collect();
    all.extend(["%EF%BC%91", "%D9%A1"].map(str::to_owned));
    all
}

#[test]
fn a_number_in_an_address_has_one_spelling() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.in_review().to_string();
    let mut people = ["edith", "alice", "stan"].map(|name| (name, server.signed_in(name)));
    for (name, path, number, refused) in [
        ("edith", "/desk/posts/#", &*post, 404),
        ("edith", "/desk/posts/#/publish", &post, 404),
        ("edith", "/desk/posts/#/revisions", &post, 404),
        ("edith", "/desk/posts/#/revisions/1", &post, 404),
        ("edith", &format!("/desk/posts/{post}/revisions/#"), "1", 404),
        ("edith", &format!("/desk/posts/{post}/changes?from=#"), "1", 422),
        ("edith", &format!("/desk/posts/{post}/changes?from=1&to=#"), "1", 422),
        ("alice", "/desk/posts/#/revise", &post, 404),
        ("alice", "/desk/posts/create?from=#", &post, 404),
        ("alice", &format!("/desk/posts/{post}/revise?from=#"), "1", 404),
        ("alice", "/sitemap-#.xml", "0", 404),
        ("stan", "/admin/posts/#", &post, 404),
        ("stan", "/admin/posts/#/archive", &post, 404),
    ] {
        let (_, browser) = people.iter_mut().find(|(known, _)| *known == name).unwrap();
        browser.get(&path.replace('#', number)).expect(200);
        for spelling in spellings(number).iter().map(String::as_str).chain(["x", "", "-0"]) {
            // An empty value of a path is another path.
            if spelling.is_empty() && !path.ends_with("=#") {
                continue;
            }
            let path = path.replace('#', spelling);
            assert_eq!(browser.get(&path).status, refused, "{path}");
        }
    }
    let [.., (_, mut stan)] = people;
    // A reader types these: spaces around them are left out, and nothing else.
    for (path, number) in [("/admin/posts?waiting=#", "3"), ("/admin/refusals?post=#", "3")] {
        for spelling in [number.to_owned(), format!("%20{number}"), format!("{number}+")] {
            stan.get(&path.replace('#', &spelling)).expect(200);
        }
        for spelling in ["%2B#", "0#", "00#", "-0", "#.0", "x"] {
            let path = path.replace('#', &spelling.replace('#', number));
            assert_eq!(stan.get(&path).status, 422, "{path}");
        }
    }
}

#[test]
fn a_number_in_an_address_of_the_api_has_one_spelling() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.published().to_string();
    let stan = Program::of(&world, server.address, world.stan);
    for (path, number, refused) in [
        ("/api/v1/posts/#", &*post, 404),
        ("/api/v1/posts/#/history", &post, 404),
        ("/api/v1/posts/#/actions", &post, 404),
        ("/api/v1/posts/#/revisions/1", &post, 404),
        (&format!("/api/v1/posts/{post}/revisions/#"), "1", 404),
        ("/api/v1/posts?limit=#", "5", 422),
        ("/api/v1/accounts?limit=#", "5", 422),
        ("/api/v1/refusals?limit=#", "5", 422),
        ("/api/v1/refusals?post=#", &post, 422),
    ] {
        stan.get(&path.replace('#', number)).expect(200);
        for spelling in spellings(number).iter().map(String::as_str).chain(["x", "-0"]) {
            let path = path.replace('#', spelling);
            assert_eq!(stan.get(&path).status, refused, "{path}");
        }
    }
}

#[test]
fn a_number_in_a_form_has_one_spelling() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let mut stan = server.signed_in("stan");
    let before = world.db_everything();
    let publish = format!("/desk/posts/{post}/publish");
    let form = edith.get(&publish).expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let base = encode(&[("token", &token), ("key", &key)]);
    let ours = [("sec-fetch-site", "same-origin")];
    for spelling in spellings("1") {
        let typed = format!("{base}&seen={spelling}");
        assert_eq!(edith.post_raw(&publish, typed.as_bytes(), &ours).status, 422, "{spelling}");
    }
    let bulk = |chosen: &str| {
        format!("/admin/posts/bulk-archive?post={}", chosen.replace('#', &post.to_string()))
    };
    stan.get(&bulk("#-1")).expect(200);
    for chosen in ["#-%2B1", "#-01", "#--0", "%2B#-1", "0#-1", "#-1%0A", "#-x"] {
        assert_eq!(stan.get(&bulk(chosen)).status, 422, "{chosen}");
    }
    assert_eq!(world.db_everything(), before);
}

#[test]
fn a_number_of_days_has_one_spelling() {
    for days in ["1", "366", " 30 "] {
        let number: i32 = days.trim().parse().unwrap();
        assert_eq!(TokenLifetime::parse(days).map(TokenLifetime::days).ok(), Some(number));
    }
    for days in ["+30", "030", "00", "-0", "+ 30", "30.0", "0", "367", "x", ""] {
        assert!(TokenLifetime::parse(days).is_err(), "{days:?}");
    }
}
