//! Incidents are found and acknowledged by staff.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use imprimatur::audit;
use imprimatur::domain::{PostId, Role};

use super::helpers::{TABS, incident, linked};
use crate::support::browser::Page as Answer;
use crate::support::{Server, World};

#[test]
fn staff_acknowledge_an_incident_once_and_a_refused_note_is_kept() {
    let world = World::new();
    let susan = world.person("susan", &[Role::Staff]);
    let server = Server::start(world.database.store());
    incident(&world, "nothing_is_lost", Some(world.edith), Some(PostId(7)));
    let open = |world: &World| audit::open_incidents(&mut world.database.as_runtime()).unwrap();
    assert_eq!(open(&world), 1);
    let [mut stan, mut edith, mut other] =
        ["stan", "edith", "susan"].map(|name| server.signed_in(name));
    for tab in TABS {
        let page = stan.get(tab).expect(200).body;
        assert!(page.contains("1 open incident: the software"), "{tab}: {page}");
    }
    let list = stan.get("/admin/incidents").expect(200).body;
    for part in ["nothing_is_lost", "Edith", "Post 7", "by the test", "Via page"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let path = "/admin/incidents/1";
    edith.get(path).expect(403);
    edith.send_unasked(path, &[("finding", "Not mine to say.")]).expect(403);
    let refused = world.db_refusals().pop().unwrap();
    assert_eq!(refused, ("permission".into(), "permission-missing".into()));
    server.browser().post(path, &[("token", ""), ("finding", "x")]).expect(401);

    let page = stan.submit(path, &[("finding", "  ")]).expect(409).body;
    assert!(page.contains("id=\"finding-error\""), "beside its field: {page}");
    assert!(page.contains("Enter what you found or did."), "{page}");
    let long = "Found it. ".repeat(300);
    let page = stan.submit(path, &[("finding", &long)]).expect(422).body;
    assert!(page.contains(&long), "nothing typed is lost");
    assert!(page.contains("id=\"finding-error\""), "{page}");
    let page = stan.post(path, &[("token", "old"), ("finding", "Typed long ago.")]).expect(403);
    assert!(page.body.contains("Typed long ago."), "{}", page.body);
    stan.get("/admin/incidents/99").expect(404);
    stan.send_unasked("/admin/incidents/99", &[("finding", "x")]).expect(404);
    assert_eq!(open(&world), 1);

    let form = other.get(path).expect(200);
    let done = stan.submit(path, &[("finding", "A missing index; it is there now.")]).expect(303);
    assert_eq!(done.location(), "/admin/incidents");
    assert!(stan.get("/admin/incidents").body.contains("Incident acknowledged."));
    let late = [("token", form.hidden("token")), ("finding", "I saw it, too.".to_owned())];
    let late = late.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = other.post(path, &late).expect(409).body;
    assert!(page.contains("Stan (stan) acknowledged this on"), "{page}");
    assert!(page.contains("I saw it, too."), "{page}");
    assert!(page.contains("A missing index; it is there now."), "{page}");
    let (layer, codes) = world.db_refusals().pop().unwrap();
    assert_eq!((layer.as_str(), codes.as_str()), ("policy", "already-acknowledged"));

    assert_eq!(open(&world), 0);
    for tab in TABS {
        let page = stan.get(tab).expect(200).body;
        assert!(!page.contains("the software stopped"), "{tab}");
    }
    let taken =
        audit::incident(&mut world.database.as_runtime(), imprimatur::domain::IncidentId(1));
    let taken = taken.unwrap().unwrap().acknowledgement.unwrap();
    assert_eq!(
        (taken.by.id, taken.note.as_str()),
        (world.stan, "A missing index; it is there now.")
    );
    assert_ne!(taken.by.id, susan);
    let list = stan.get("/admin/incidents?state=acknowledged").expect(200).body;
    assert!(list.contains("nothing_is_lost"), "{list}");
    assert!(!stan.get("/admin/incidents").expect(200).body.contains("nothing_is_lost"));
}

#[test]
fn two_staff_who_acknowledge_an_incident_at_once_have_one_winner() {
    let world = World::new();
    world.person("susan", &[Role::Staff]);
    let server = Server::start(world.database.store());
    let mut browsers = ["stan", "susan"].map(|name| server.signed_in(name));
    for round in 1..=5 {
        incident(&world, "something", None, None);
        let path = format!("/admin/incidents/{round}");
        // Both have come as far as the row before either may go on.
        let mut holder = world.database.as_owner();
        holder
            .batch_execute(&format!("BEGIN; SELECT FROM incidents WHERE id = {round} FOR UPDATE"))
            .unwrap();
        let both: BTreeSet<u16> = std::thread::scope(|scope| {
            let path = path.as_str();
            let sent = browsers.each_mut().map(|browser| {
                scope.spawn(move || browser.submit(path, &[("finding", "Mine.")]).status)
            });
            world.database.db_wait_for_waiters(2);
            holder.batch_execute("COMMIT").unwrap();
            sent.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(both == BTreeSet::from([303, 409]), "{both:?}");
    }
    let names: BTreeSet<String> = world.db_incidents().into_iter().collect();
    assert_eq!(names, BTreeSet::from(["something".to_owned()]), "and nobody met a defect");
}

#[test]
fn incidents_are_paged_in_both_directions_in_each_state() {
    let world = World::new();
    world
        .database
        .as_owner()
        .batch_execute(&format!(
            "INSERT INTO incidents (at, request_id, interface, action, invariant, detail)
             SELECT timestamptz '2026-03-01 00:00+00' + (n / 4) * interval '1 hour',
                 gen_random_uuid(), 'page', 'publish', 'number_' || n, 'd'
             FROM generate_series(1, 180) AS n;
             UPDATE incidents SET acknowledged_at = now(), acknowledged_by = {},
                 acknowledgement = 'Seen.'
             WHERE substring(invariant FROM 8)::integer % 3 = 0",
            world.stan
        ))
        .unwrap();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let names = |page: &Answer| -> Vec<u32> {
        let found = page.body.split("<code>number_").skip(1);
        found.map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect()
    };
    for (state, is_there) in
        [("", (|n| n % 3 != 0) as fn(&u32) -> bool), ("?state=acknowledged", |n| n % 3 == 0)]
    {
        let expected: Vec<u32> = (1..=180).rev().filter(is_there).collect();
        let mut page = stan.get(&format!("/admin/incidents{state}")).expect(200);
        let mut there = names(&page);
        while let Some(next) = linked(&page, "rel=\"next\"") {
            page = stan.get(&next).expect(200);
            there.extend(names(&page));
        }
        assert_eq!(there, expected);
        let mut back = names(&page);
        while let Some(previous) = linked(&page, "rel=\"prev\"") {
            page = stan.get(&previous).expect(200);
            back.splice(0..0, names(&page));
        }
        assert_eq!(back, expected);
        assert!(linked(&page, "rel=\"prev\"").is_none());
    }
    let page = stan.get("/admin/incidents").expect(200);
    assert!(page.body.contains("100 open incidents: the software"), "counted to a hundred");
}
