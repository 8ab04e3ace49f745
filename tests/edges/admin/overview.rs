//! The overview: what needs attention, and how fast posts are published.

use jiff::{SignedDuration, Timestamp};

use imprimatur::domain::Role;
use imprimatur::policies::accounts::AccountChange;

use super::helpers::{incident, shown};
use crate::support::world::{content, request_changes, revise, submit};
use crate::support::{Server, World};

#[test]
fn the_overview_shows_what_waits_what_was_refused_and_how_fast_posts_are_published() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let empty = stan.get("/admin").expect(200).body;
    for part in ["No posts in review.", "No open change requests.", "0 in the last 12 weeks"] {
        assert!(empty.contains(part), "{part}: {empty}");
    }
    for number in 1..=7 {
        let post = world.create(world.alice, content(&format!("Waiting {number}"))).unwrap().post;
        world.perform(world.alice, &submit(post, 1)).unwrap();
        if number == 2 {
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
        }
        if number == 3 {
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
            world.perform(world.alice, &revise(post, 1, "Waiting 3, revised")).unwrap();
        }
    }
    world.published();
    world.archived();
    // As if a third had been published twenty days ago, five hours after it
    // was submitted, and a fourth long before.
    for (days, hours) in [(20, 5), (200, 1)] {
        let post = world.published();
        let published = Timestamp::now() - SignedDuration::from_hours(24 * days);
        let submitted = published - SignedDuration::from_hours(hours);
        world.database.db_sabotage(&format!(
            "SET session_replication_role = replica;
             UPDATE posts SET published_at = '{published}', submitted_at = '{submitted}',
                 created_at = '{submitted}' WHERE id = {post}"
        ));
    }
    let mut mallory = server.signed_in("mallory");
    for action in ["submit", "publish"] {
        mallory.send_unasked(&format!("/desk/posts/1/{action}"), &[("key", action), ("seen", "1")]);
    }
    server.signed_in("edith").send_unasked("/desk/posts/8/publish", &[("key", "k"), ("seen", "1")]);
    incident(&world, "something", None, None);

    let page = stan.get("/admin").expect(200).body;
    let section = |anchor: &str| {
        let (_, rest) =
            page.split_once(&format!("<section aria-labelledby=\"{anchor}\">")).unwrap();
        rest.split("</section>").next().unwrap()
    };
    let count = |anchor: &str| {
        let (_, rest) = section(anchor).split_once("class=\"count\">").unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    assert_eq!(count("waiting"), "6");
    let waiting: Vec<&str> = section("waiting").split("Waiting ").skip(1).collect();
    assert_eq!(waiting.len(), 5, "the five longest");
    assert!(waiting[0].starts_with('1') && waiting[1].starts_with("3, revised"));
    assert_eq!(count("requests"), "1");
    assert!(
        section("requests").contains("Edith (edith) asked Alice (alice)"),
        "{}",
        section("requests")
    );
    assert_eq!(count("refused"), "3");
    assert!(section("refused").contains("2 without permission"), "{}", section("refused"));
    assert!(section("refused").contains("1 not possible at that moment"), "{}", section("refused"));
    assert_eq!(count("incidents"), "1");
    let published = section("published");
    assert!(published.contains("3 in the last 12 weeks. Busiest week: 2."), "{published}");
    let numbers: Vec<&str> = published
        .split("<td>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .filter(|cell| *cell != "0")
        .collect();
    assert_eq!((published.matches("<tr>").count(), numbers), (13, vec!["2", "1"]));
    assert_eq!(published.matches("<rect").count(), 12);
    assert!(section("waited").contains("<td>5 h</td>"), "{}", section("waited"));
    assert!(section("waited").contains("Longest: 5 hours."), "{}", section("waited"));

    // From a count to what was counted.
    let (_, rest) = section("refused").split_once("href=\"").unwrap();
    let address = rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    assert_eq!(shown(&stan.get(&address).expect(200)).len(), 2);
}

/// A request waits for the author only while the author can answer it: the overview and
/// the queue of reviewers say the same.
#[test]
fn a_request_to_an_author_who_cannot_answer_waits_for_a_reviewer_on_every_page() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.create(world.alice, content("Left behind")).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let where_it_waits = || {
        let overview = server.signed_in("stan").get("/admin").expect(200).body;
        let (_, sections) = overview.split_once("<section aria-labelledby=\"waiting\">").unwrap();
        let (reviewers, authors) =
            sections.split_once("<section aria-labelledby=\"requests\">").unwrap();
        let authors = authors.split("</section>").next().unwrap();
        let next = server.signed_in("edith").get("/desk/next");
        let is_next = next.location().ends_with(&format!("/desk/posts/{post}"));
        [reviewers.contains("Left behind"), is_next, !authors.contains("Left behind")]
    };
    assert_eq!(where_it_waits(), [false; 3]);
    world.change_account("alice", AccountChange::Deactivate).unwrap();
    assert_eq!(where_it_waits(), [true; 3], "the author is deactivated");
    world.change_account("alice", AccountChange::Reactivate).unwrap();
    assert_eq!(where_it_waits(), [false; 3]);
    world.change_account("alice", AccountChange::Revoke(Role::Author)).unwrap();
    assert_eq!(where_it_waits(), [true; 3], "the author lost the role");
}
