//! The days of a filter are those of its reader, or of UTC, and the page says which.

use crate::support::{Server, World};

/// A post that was published late on a day in UTC, which is the next day in Auckland.
fn published_late() -> (World, Server) {
    let world = World::new();
    let post = world.published();
    world.database.db_sabotage(&format!(
        "SET session_replication_role = replica;
         UPDATE posts SET created_at = '2026-11-20Z', submitted_at = '2026-11-21Z',
             published_at = '2026-11-26 15:21Z' WHERE id = {post};
         INSERT INTO refusals (at, request_id, interface, actor_id, action, layer, reasons)
         VALUES ('2026-11-26 15:21Z', gen_random_uuid(), 'page', {}, 'publish', 'policy',
                 '[{{\"code\": \"own-post\", \"sentence\": \"S\", \"hint\": \"H\"}}]')",
        world.edith
    ));
    let server = Server::start(world.database.store());
    (world, server)
}

#[test]
fn a_day_is_counted_in_the_time_zone_of_the_filter() {
    let (_world, server) = published_late();
    let mut stan = server.signed_in("stan");
    for (day, zone, is_found) in [
        ("2026-11-26", "", true),
        ("2026-11-27", "", false),
        ("2026-11-26", "UTC", true),
        ("2026-11-27", "Pacific/Auckland", true),
        ("2026-11-26", "Pacific/Auckland", false),
        ("2026-11-26", "America/Los_Angeles", true),
        ("2026-11-26", "Asia/Kolkata", true),
        ("2026-11-27", "Pacific/Kiritimati", true),
    ] {
        for (list, first) in [("posts", "from"), ("refusals", "since")] {
            let query = format!("{first}={day}&until={day}&zone={zone}");
            let page = stan.get(&format!("/admin/{list}?{query}")).expect(200);
            let file = stan.get(&format!("/admin/{list}.csv?{query}")).expect(200);
            let named = if zone.is_empty() { "UTC" } else { zone };
            let lines = file.body.lines().count() - 1;
            assert_eq!(lines == 1, is_found, "{list} of {day} in {named}");
            assert!(page.body.contains("Days are counted in <span>UTC</span>"), "{}", page.body);
            if list == "posts" {
                assert!(page.body.contains(&format!("From {day} ({named})")), "{}", page.body);
                assert_eq!(page.body.contains("On restraint"), is_found, "{day} in {named}");
            } else if named != "UTC" {
                let said = format!("This list is of days in {named}.");
                assert!(page.body.contains(&said), "{}", page.body);
            }
        }
    }
    // The hour that is left out in spring belongs to no day, and the day is whole.
    let query = "from=2026-03-29&until=2026-03-29&zone=Asia/Beirut";
    stan.get(&format!("/admin/posts?{query}")).expect(200);
    for zone in ["Mars/Phobos", "+13:00", "../etc/passwd", "Europe/Vienna%00"] {
        let query = format!("from=2026-11-27&zone={zone}");
        stan.get(&format!("/admin/posts?{query}")).expect(422);
    }
}

#[test]
fn a_zone_without_a_day_filters_nothing() {
    let (_world, server) = published_late();
    let mut stan = server.signed_in("stan");
    let page = stan.get("/admin/posts?q=restraint&zone=Pacific/Auckland").expect(200);
    assert!(!page.body.contains("zone=") && page.body.contains("On restraint"), "{}", page.body);
    let page = stan.get("/admin/posts?from=2026-11-27&zone=Pacific/Auckland").expect(200);
    let kept = "state=draft&#38;from=2026-11-27&#38;zone=Pacific%2FAuckland";
    assert!(page.body.contains(kept), "the other tabs count the same days: {}", page.body);
}
