//! Two people of one display name can be told apart wherever it matters.

use imprimatur::accounts::Credential;
use imprimatur::domain::{NewAccount, Role};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::workflow;

use crate::support::world::{account, account_call, publish, request_changes, withdraw_request};
use crate::support::{Server, World};

#[test]
fn a_username_stands_beside_each_name_in_the_record_of_a_post() {
    let world = World::new();
    let staff = Credential::Account(world.stan);
    let namesake =
        NewAccount { display_name: "Edith".into(), ..account("edith3", &[Role::Reviewer]) };
    let other = workflow::accounts::create(&world.store, &account_call(&staff), &namesake).unwrap();
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    world.perform(world.edith, &withdraw_request(post, 1)).unwrap();
    world.perform(other, &publish(post, 1)).unwrap();
    world.perform(other, &publish(post, 1)).unwrap_err();
    world.change_account_as(world.stan, "edith3", AccountChange::Grant(Role::Author)).unwrap();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let both = ["Edith (edith)", "Edith (edith3)"];
    for (browser, path, expected) in [
        ("alice", format!("/desk/posts/{post}"), both.as_slice()),
        ("stan", format!("/admin/posts/{post}"), &both),
        ("stan", "/admin/posts".into(), &["Edith (edith3)", "Alice (alice)"]),
        ("stan", "/admin/accounts/edith3".into(), &["Stan (stan)"]),
    ] {
        let page = server.signed_in(browser).get(&path).expect(200);
        for name in expected {
            assert!(page.body.contains(name), "{name} on {path}: {}", page.body);
        }
    }
    let refusals = stan.get("/admin/refusals").expect(200);
    assert!(refusals.body.contains("Edith (edith3)</a> could not"), "{}", refusals.body);
    for (file, columns) in [
        ("posts", "\"author_username\",\"published_by_username\""),
        ("refusals", "\"person\",\"name\""),
        ("incidents", "\"person_username\",\"acknowledged_by_username\""),
        ("accounts", "\"username\",\"name\""),
    ] {
        let file = stan.get(&format!("/admin/{file}.csv")).expect(200);
        assert!(file.body.contains(columns), "{}", file.body);
    }
    let posts = stan.get("/admin/posts.csv").expect(200);
    assert!(posts.body.contains("\"alice\",\"edith3\""), "{}", posts.body);
    // Readers see the name that the person chose.
    let public = server.browser().get("/posts/on-restraint").expect(200);
    assert!(public.body.contains("Alice") && !public.body.contains("(alice)"), "{}", public.body);
}
