//! The list of refusals: its filters, its pages, and what would be answered now.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use imprimatur::audit::{self, RefusalFilter, RefusalLine, catalogue};
use imprimatur::domain::{Action, Interface, Layer, PostId};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::store::paging::{Direction, HasCursor, Order, Page, PageRequest};
use imprimatur::store::statement::statement;
use jiff::Timestamp;

use super::helpers::{all_refusals, db_many_refusals, linked, passes, shown};
use crate::support::browser::Page as Answer;
use crate::support::raw::wait_until;
use crate::support::world::{request_changes, withdraw_request};
use crate::support::{Server, World};

/// Every combination of what can be asked, with and without each part.
fn filters(world: &World) -> Vec<RefusalFilter> {
    let mut filters = vec![RefusalFilter::default()];
    let mut with = |variants: &dyn Fn(&RefusalFilter) -> Vec<RefusalFilter>| {
        let more: Vec<RefusalFilter> = filters.iter().flat_map(variants).collect();
        filters.extend(more);
    };
    with(&|filter| {
        [world.alice, world.edith, world.stan]
            .map(|actor| RefusalFilter { actor: Some(actor), ..filter.clone() })
            .to_vec()
    });
    with(&|filter| {
        [2, 99].map(|post| RefusalFilter { post: Some(PostId(post)), ..filter.clone() }).to_vec()
    });
    with(&|filter| vec![RefusalFilter { action: Some(Action::Publish.into()), ..filter.clone() }]);
    with(&|filter| vec![RefusalFilter { layer: Some(Layer::Policy), ..filter.clone() }]);
    with(&|filter| vec![RefusalFilter { code: Some("own-post".to_owned()), ..filter.clone() }]);
    with(&|filter| vec![RefusalFilter { interface: Some(Interface::Admin), ..filter.clone() }]);
    with(&|filter| {
        let [since, until] =
            ["2026-03-01T03:00:00Z", "2026-03-01T11:00:00Z"].map(|at| Some(at.parse().unwrap()));
        vec![RefusalFilter { since, until, ..filter.clone() }]
    });
    filters
}

#[test]
fn every_filter_finds_the_refusals_that_a_plain_scan_finds_on_pages_in_both_directions() {
    let world = World::new();
    db_many_refusals(&world, 400);
    let conn = &mut world.database.as_runtime();
    let mut all = all_refusals(conn);
    assert_eq!(all.len(), 400);
    assert!(all.is_sorted_by_key(|line| std::cmp::Reverse(line.cursor())));
    let moments: BTreeSet<Timestamp> = all.iter().map(|line| line.at).collect();
    assert!(moments.len() < 200, "several stand at one moment");
    let mut found_some = 0;
    for filter in filters(&world) {
        for order in [Order::Descending, Order::Ascending] {
            all.sort_by_key(RefusalLine::cursor);
            if order == Order::Descending {
                all.reverse();
            }
            let expected: Vec<i64> =
                all.iter().filter(|line| passes(&filter, line)).map(|line| line.id).collect();
            found_some += usize::from(!expected.is_empty());
            let (there, back) =
                both_ways(order, |slice| audit::list_refusals(conn, &filter, slice).unwrap());
            assert_eq!(there, expected, "{filter:?}");
            assert_eq!(back, expected, "{filter:?}, backwards");
        }
    }
    assert!(found_some > 300, "most combinations let something through: {found_some}");
}

/// Reads a list page by page to its end, and from there to its beginning.
fn both_ways(
    order: Order,
    mut read: impl FnMut(&PageRequest) -> Page<RefusalLine>,
) -> (Vec<i64>, Vec<i64>) {
    let mut slice = PageRequest { order, direction: Direction::First, size: 37 };
    let ids = |page: &Page<RefusalLine>| page.lines.iter().map(|line| line.id).collect::<Vec<_>>();
    let mut page = read(&slice);
    let mut there = vec![ids(&page)];
    while let Some(next) = page.next {
        slice.direction = Direction::After(next);
        page = read(&slice);
        there.push(ids(&page));
    }
    let mut back = vec![ids(&page)];
    while let Some(previous) = page.previous {
        slice.direction = Direction::Before(previous);
        page = read(&slice);
        back.insert(0, ids(&page));
    }
    (there.concat(), back.concat())
}

/// Whatever the combination, indexes lead to the page, and little more than the
/// page is read: also with the plans that PostgreSQL keeps for any parameter.
#[test]
fn every_filter_of_refusals_uses_an_index_and_reads_little() {
    let world = World::new();
    db_many_refusals(&world, 30_000);
    world.database.as_owner().batch_execute("ANALYZE refusals").unwrap();
    let filters = filters(&world);
    let mut conn = world.database.as_runtime();
    conn.batch_execute("SET plan_cache_mode = force_generic_plan").unwrap();
    for filter in &filters {
        audit::list_refusals(&mut conn, filter, &PageRequest::newest(25)).unwrap();
    }
    // What a connection has counted is known when it ends.
    drop(conn);
    let mut conn = world.database.as_runtime();
    let mut number = |sql| statement::<BigInt>(sql).get_result::<i64>(&mut conn).unwrap();
    wait_until("the reading is counted", || {
        number("SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'refusals'")
            > filters.len() as i64
    });
    let scans = number("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'refusals'");
    assert_eq!(scans, 0, "a list has read the whole table");
    let read = number(
        "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'refusals'",
    ) / filters.len() as i64;
    println!("index entries read for a page, on average: {read}");
    assert!(read < 1_500, "{read} index entries for a page of 25");
}

#[test]
fn the_list_of_refusals_keeps_its_filters_and_shows_each_error_beside_its_field() {
    let world = World::new();
    db_many_refusals(&world, 2_000);
    let all = all_refusals(&mut world.database.as_runtime());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let filter = RefusalFilter {
        actor: Some(world.edith),
        action: Some(Action::Publish.into()),
        until: Some("2026-03-04T00:00:00Z".parse().unwrap()),
        ..RefusalFilter::default()
    };
    let expected: Vec<i64> =
        all.iter().filter(|line| passes(&filter, line)).map(|line| line.id).collect();
    let address = "/admin/refusals?person=Edith&action=publish&post=&until=2026-03-03";
    let mut page = stan.get(address).expect(200);
    let mut there = shown(&page);
    while let Some(next) = linked(&page, "rel=\"next\"") {
        page = stan.get(&next).expect(200);
        there.extend(shown(&page));
    }
    assert_eq!(there, expected);
    assert!(page.body.contains("value=\"edith\""), "the filter is still there: {}", page.body);
    let first = linked(&page, "rel=\"prev\"").unwrap();
    let before = stan.get(&first).expect(200);
    assert!(
        there.len() > 25 && there[..there.len() - shown(&page).len()].ends_with(&shown(&before))
    );

    for (wrong, said) in [
        ("person=nobody", "There is no account with this username."),
        ("person=%00", "There is no account with this username."),
        ("action=burn", "Choose from the list."),
        ("layer=mood", "Choose from the list."),
        ("rule=none", "Choose from the list."),
        ("interface=door", "Choose from the list."),
        ("post=first", "Enter the post ID"),
        ("since=yesterday", "Enter a date like 2026-11-21."),
    ] {
        let page = stan.get(&format!("/admin/refusals?{wrong}")).expect(422);
        assert!(page.body.contains(said), "{wrong}: {}", page.body);
        let typed = wrong.split('=').nth(1).unwrap();
        let is_typed = ["person=nobody", "post=first"].contains(&wrong);
        assert!(!is_typed || page.body.contains(&format!("value=\"{typed}\"")), "{wrong}");
    }
    stan.get("/admin/refusals?before=yesterday").expect(422);
    stan.get("/admin/refusals?mood=bad").expect(422);
}

/// The values of a list of choices on a page.
fn options(page: &Answer, name: &str) -> BTreeSet<String> {
    let (_, rest) = page.body.split_once(&format!("<select id=\"{name}\"")).unwrap();
    let select = rest.split("</select>").next().unwrap();
    let values = select.split("<option value=\"").skip(1);
    values
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .filter(|v| !v.is_empty())
        .collect()
}

#[test]
fn the_filters_offer_everything_that_a_record_can_say_and_nothing_else() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let page = stan.get("/admin/refusals").expect(200);
    for (field, catalogue) in [
        ("action", catalogue::actions()),
        ("layer", catalogue::LAYERS.map(Layer::as_str).to_vec()),
        ("rule", catalogue::codes().into_iter().collect()),
        ("interface", Interface::ALL.map(Interface::as_str).to_vec()),
    ] {
        let catalogue: BTreeSet<String> = catalogue.into_iter().map(str::to_owned).collect();
        assert_eq!(options(&page, field), catalogue, "{field}");
        for value in catalogue {
            let page = stan.get(&format!("/admin/refusals?{field}={value}")).expect(200);
            assert!(page.body.contains(&format!("value=\"{value}\" selected")), "{field} {value}");
        }
    }
}

#[test]
fn a_refusal_that_was_recorded_is_found_by_each_of_its_filters() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    // Mallory is not signed in anywhere, and her password is not staff's to type.
    let path = "/admin/accounts/mallory/end-sessions";
    stan.send_unasked(path, &[("reason", "It is time.")]).expect(409);
    for filter in ["action=end-sessions", "layer=policy", "rule=not-signed-in", "interface=admin"] {
        let page = stan.get(&format!("/admin/refusals?{filter}")).expect(200);
        assert_eq!(shown(&page).len(), 1, "{filter}: {}", page.body);
    }
}

/// The question of part 13, with no console: it is asked where it is answered.
#[test]
fn the_list_of_refusals_shows_what_was_recorded_and_what_would_be_answered_now() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let [mut edith, mut rosa, mut stan] =
        ["edith", "rosa", "stan"].map(|name| server.signed_in(name));
    let mut ask = |who: &str, action: &str, post: PostId| {
        stan.get(&format!("/admin/refusals?person={who}&action={action}&post={post}"))
            .expect(200)
            .body
    };
    let post = world.in_review();
    world.perform(world.rosa, &request_changes(post, 1)).unwrap();
    // Her page was opened before Rosa asked.
    let path = format!("/desk/posts/{post}/publish");
    edith.send_unasked(&path, &[("key", "k"), ("seen", "1")]).expect(409);

    let said = ask("edith", "publish", post);
    let (now, recorded) = said.split_once("Recorded refused actions").unwrap();
    for half in [now, recorded] {
        assert!(half.contains("Rosa requested changes to revision 1."), "{half}");
        assert!(half.contains("or Rosa must withdraw the request."), "{half}");
    }
    assert!(now.contains("No, not at the moment"), "{now}");
    for part in ["changes-requested", "Kind: policy", "Via page", "Saw revision 1"] {
        assert!(recorded.contains(part), "{part}: {recorded}");
    }
    assert!(recorded.contains(&format!("/admin/posts/{post}")), "{recorded}");
    assert!(recorded.contains("/admin/refusals?person=edith"), "{recorded}");
    assert!(recorded.contains("/admin/accounts/edith"), "{recorded}");

    // Things change, and what was recorded does not.
    world.perform(world.rosa, &withdraw_request(post, 1)).unwrap();
    let said = ask("edith", "publish", post);
    let (now, recorded) = said.split_once("Recorded refused actions").unwrap();
    assert!(now.contains("Yes."), "{now}");
    assert!(recorded.contains("Rosa requested changes to revision 1."), "{recorded}");
    rosa.act(&format!("/desk/posts/{post}/publish"), &[]).expect(303);
    assert!(ask("edith", "publish", post).contains("Rosa published this on"));

    // What the door says first is what is said: the person, then the post.
    assert!(ask("alice", "publish", post).contains("No: missing permission"));
    let draft = world.draft();
    assert!(ask("edith", "publish", draft).contains("No: the post does not exist"));
    assert!(ask("edith", "publish", PostId(999)).contains("No: the post does not exist"));
    assert!(ask("alice", "create", draft).contains("Yes."));
    assert!(ask("mallory", "create", draft).contains("No: missing permission"));
    assert!(!ask("edith", "", post).contains("Now"));
    world.change_account("edith", AccountChange::Deactivate).unwrap();
    assert!(ask("edith", "publish", post).contains("No: the account is deactivated"));
}
