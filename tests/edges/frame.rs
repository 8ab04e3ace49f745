//! An error page keeps the frame of the person: their name, their navigation, the
//! tabs of the admin, and a way back to where they work.

use crate::support::browser::Page;
use crate::support::world::submit;
use crate::support::{Browser, Server, World};

/// Requires the frame of this person, and that no way leads where they have nothing.
fn requires_frame(page: &Page, name: &str, at: &str) {
    let body = &page.body;
    assert!(body.contains(&format!("<bdi>{name}</bdi></a>")), "{at}: {body}");
    assert!(body.contains("Sign out</button>"), "{at}: {body}");
    let (has_desk, sees_admin) = (name != "Stan", name == "Stan");
    assert_eq!(body.contains("href=\"/desk\""), has_desk, "{at}: {body}");
    assert_eq!(body.contains("href=\"/admin\""), sees_admin, "{at}: {body}");
    let tabs = sees_admin && at.starts_with("/admin");
    assert_eq!(body.contains("aria-label=\"Admin\""), tabs, "{at}: {body}");
}

#[test]
fn an_error_page_keeps_the_name_the_navigation_and_the_tabs() {
    let world = World::new();
    world.draft();
    let server = Server::start(world.database.store());
    for (who, name) in [("alice", "Alice"), ("edith", "Edith"), ("stan", "Stan")] {
        let mut browser = server.signed_in(who);
        for (path, status) in [
            ("/nowhere", 404),
            ("/posts/no-such-post", 404),
            ("/posts/No_Such_Slug", 404),
            ("/posts?before=x", 422),
            ("/desk/posts/999", 404),
            ("/desk/posts/x", 404),
            ("/admin/nowhere", 404),
            ("/admin/posts/999", 404),
            ("/admin/incidents/999", 404),
        ] {
            let page = browser.get(path);
            let status =
                if path.starts_with("/admin/posts") && who != "stan" { 403 } else { status };
            let status =
                if path.starts_with("/admin/inci") && who != "stan" { 403 } else { status };
            assert_eq!(page.status, status, "{who} {path}");
            requires_frame(&page, name, path);
        }
        let not_allowed = browser.send_unasked("/posts", &[]).expect(405);
        requires_frame(&not_allowed, name, "/posts");
    }
}

#[test]
fn a_link_that_cannot_be_read_leads_to_its_page() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let [changes, revise] = ["changes", "revise"].map(|name| format!("/desk/posts/{post}/{name}"));
    for (path, query, sentence) in [
        ("/posts", "before=x", "This page link is not valid."),
        (
            "/posts",
            "before=1-1&before=2-2",
            "This parameter of the address is there more than once.",
        ),
        ("/posts", "before=%FF", "The address has text that is not UTF-8."),
        (&revise, "form=1", "The address has no parameter &#34;form&#34;."),
        (&changes, "from=1&to=x", "Enter the number of a revision of this post."),
    ] {
        let page = alice.get(&format!("{path}?{query}")).expect(422).body;
        assert!(page.contains("<h1>This link is not valid</h1>"), "{path}?{query}: {page}");
        assert!(page.contains(&format!("<li><p>{sentence}</p></li>")), "{path}?{query}: {page}");
        let way_on = format!("<a href=\"{path}\">Open the page without the rest of the link</a>");
        assert!(page.contains(&way_on), "{path}?{query}: {page}");
        assert!(!page.contains("form") || !page.contains("fields"), "{path}?{query}: {page}");
    }
}

#[test]
fn a_refused_form_keeps_the_frame_too() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let refused = |browser: &mut Browser, path: &str, fields: &[(&str, &str)]| {
        let page = browser.send_unasked(path, fields);
        assert!(matches!(page.status, 403 | 409 | 422), "{path}: {} {}", page.status, page.body);
        page
    };
    let path = format!("/desk/posts/{post}/submit");
    let page = refused(&mut alice, &path, &[("seen", "1"), ("key", "")]);
    requires_frame(&page, "Alice", &path);
    world.perform(world.alice, &submit(post, 1)).unwrap();
    let mut stan = server.signed_in("stan");
    let path = "/admin/accounts/alice/deactivate-account".to_owned();
    let page = refused(&mut stan, &path, &[("key", "")]);
    requires_frame(&page, "Stan", &path);
}

#[test]
fn someone_who_is_not_signed_in_gets_no_name_and_a_way_to_sign_in() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stranger = server.browser();
    // A visit to the form begins a session, which has no person yet.
    stranger.get("/sign-in").expect(200);
    let page = stranger.get("/nowhere").expect(404);
    assert!(page.body.contains("href=\"/sign-in\"") && !page.body.contains("Sign out"));
    assert!(!page.body.contains("desk"), "{}", page.body);
    assert!(page.body.contains("href=\"/posts\"") && page.body.contains("href=\"/feed.atom\""));
}
