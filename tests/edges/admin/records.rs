//! The records that staff look things up in: refusals, incidents, the truth of
//! a post, what needs attention, and any of it as a file.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use imprimatur::audit::{self, AuditEntry, RefusalFilter, RefusalLine};
use imprimatur::domain::{Interface, PostId, RequestId, Role, UserId};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::store::paging::{Direction, HasCursor, Order, Page, PageRequest};
use imprimatur::store::statement::statement;
use jiff::{SignedDuration, Timestamp};

use crate::support::browser::Page as Answer;
use crate::support::raw::wait_until;
use crate::support::world::{content, request_changes, revise, submit, withdraw_request};
use crate::support::{Browser, Server, World};

/// Writes refusals of every kind, several to a moment, as if over four months.
fn db_many_refusals(world: &World, count: i64) {
    let people = [world.alice, world.edith, world.rosa, world.mallory].map(|id| id.to_string());
    world
        .database
        .as_owner()
        .batch_execute(&format!(
            "INSERT INTO refusals
                 (at, request_id, interface, actor_id, action, post_id, revision_seen, layer, reasons)
             SELECT timestamptz '2026-03-01 00:00+00' + (n / 3) * interval '7 minutes',
                 gen_random_uuid(),
                 (ARRAY['page', 'admin', 'command-line'])[1 + n % 3],
                 (ARRAY[{}])[1 + (n * 7 / 5) % 4],
                 (ARRAY['publish', 'submit', 'archive', 'grant-role'])[1 + (n / 2) % 4],
                 CASE WHEN n % 5 = 4 THEN NULL ELSE 1 + n % 5 END,
                 CASE WHEN n % 2 = 0 THEN 1 END,
                 CASE WHEN n % 4 = 0 THEN 'permission' ELSE 'policy' END,
                 CASE n % 4
                     WHEN 0 THEN '[{{\"code\": \"permission-missing\", \"sentence\": \"S0\", \"hint\": \"H0\"}}]'
                     WHEN 1 THEN '[{{\"code\": \"own-post\", \"sentence\": \"S1\", \"hint\": \"H1\"}}]'
                     WHEN 2 THEN '[{{\"code\": \"not-in-review\", \"sentence\": \"S2\", \"hint\": \"H2\"}},
                                   {{\"code\": \"own-post\", \"sentence\": \"S1\", \"hint\": \"H1\"}}]'
                     ELSE '[{{\"code\": \"stale-revision\", \"sentence\": \"S3\", \"hint\": \"H3\"}}]'
                 END::jsonb
             FROM generate_series(0, {count} - 1) AS n",
            people.join(", ")
        ))
        .unwrap();
}

fn all_refusals(conn: &mut PgConnection) -> Vec<RefusalLine> {
    let everything = PageRequest::newest(1_000_000);
    audit::list_refusals(conn, &RefusalFilter::default(), &everything).unwrap().lines
}

/// What the filter means, said once more and slowly.
fn passes(filter: &RefusalFilter, line: &RefusalLine) -> bool {
    let is =
        |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
    filter.actor.is_none_or(|actor| line.actor.id == actor)
        && filter.post.is_none_or(|post| line.post == Some(post))
        && is(&filter.action, &line.action)
        && is(&filter.layer, &line.layer)
        && is(&filter.interface, &line.interface)
        && filter
            .code
            .as_ref()
            .is_none_or(|code| line.reasons.iter().any(|reason| reason.code == *code))
        && filter.since.is_none_or(|since| line.at >= since)
        && filter.until.is_none_or(|until| line.at < until)
}

/// Every combination of what can be asked, with and without each part.
fn filters(world: &World) -> Vec<RefusalFilter> {
    let mut filters = vec![RefusalFilter::default()];
    let mut with = |variants: &dyn Fn(&RefusalFilter) -> Vec<RefusalFilter>| {
        let more: Vec<RefusalFilter> = filters.iter().flat_map(variants).collect();
        filters.extend(more);
    };
    let some = |text: &str| Some(text.to_owned());
    with(&|filter| {
        [world.alice, world.edith, world.stan]
            .map(|actor| RefusalFilter { actor: Some(actor), ..filter.clone() })
            .to_vec()
    });
    with(&|filter| {
        [2, 99].map(|post| RefusalFilter { post: Some(PostId(post)), ..filter.clone() }).to_vec()
    });
    with(&|filter| vec![RefusalFilter { action: some("publish"), ..filter.clone() }]);
    with(&|filter| vec![RefusalFilter { layer: some("policy"), ..filter.clone() }]);
    with(&|filter| vec![RefusalFilter { code: some("own-post"), ..filter.clone() }]);
    with(&|filter| vec![RefusalFilter { interface: some("admin"), ..filter.clone() }]);
    with(&|filter| {
        let [since, until] =
            ["2026-03-01T03:00:00Z", "2026-03-01T11:00:00Z"].map(|at| Some(at.parse().unwrap()));
        vec![RefusalFilter { since, until, ..filter.clone() }]
    });
    filters
}

#[test]
fn refusals_are_filtered_as_a_slow_reader_would_and_paged_both_ways() {
    let world = World::new();
    db_many_refusals(&world, 400);
    let conn = &mut world.database.as_runtime();
    let mut all = all_refusals(conn);
    assert_eq!(all.len(), 400);
    assert!(all.is_sorted_by_key(|line| std::cmp::Reverse(line.place())));
    let moments: BTreeSet<Timestamp> = all.iter().map(|line| line.at).collect();
    assert!(moments.len() < 200, "several stand at one moment");
    let mut found_some = 0;
    for filter in filters(&world) {
        for order in [Order::NewestFirst, Order::OldestFirst] {
            all.sort_by_key(RefusalLine::place);
            if order == Order::NewestFirst {
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
    let mut slice = PageRequest { order, stretch: Direction::First, size: 37 };
    let ids = |page: &Page<RefusalLine>| page.lines.iter().map(|line| line.id).collect::<Vec<_>>();
    let mut page = read(&slice);
    let mut there = vec![ids(&page)];
    while let Some(next) = page.next {
        slice.stretch = Direction::After(next);
        page = read(&slice);
        there.push(ids(&page));
    }
    let mut back = vec![ids(&page)];
    while let Some(previous) = page.previous {
        slice.stretch = Direction::Before(previous);
        page = read(&slice);
        back.insert(0, ids(&page));
    }
    (there.concat(), back.concat())
}

/// Whatever the combination, indexes lead to the page, and little more than the
/// page is read: also with the plans that PostgreSQL keeps for any parameter.
#[test]
fn every_question_about_refusals_goes_by_an_index_and_reads_little() {
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

/// The ids of the refusals on a page.
fn shown(page: &Answer) -> Vec<i64> {
    page.body
        .split("id=\"refusal-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect()
}

/// The address that a page links to as this.
fn linked(page: &Answer, link: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("{link} href=\""))?;
    Some(rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"))
}

#[test]
fn the_page_of_refusals_filters_leads_on_and_says_what_it_did_not_understand() {
    let world = World::new();
    db_many_refusals(&world, 2_000);
    let all = all_refusals(&mut world.database.as_runtime());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let filter = RefusalFilter {
        actor: Some(world.edith),
        action: Some("publish".into()),
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
        ("person=nobody", "Nobody signs in with this name."),
        ("action=burn", "Choose one of the list."),
        ("layer=mood", "Choose one of the list."),
        ("rule=none", "Choose one of the list."),
        ("interface=door", "Choose one of the list."),
        ("post=first", "Write the post&#39;s number"),
        ("since=yesterday", "Write a day as 2026-11-21."),
    ] {
        let page = stan.get(&format!("/admin/refusals?{wrong}")).expect(422);
        assert!(page.body.contains(said), "{wrong}: {}", page.body);
        let typed = wrong.split('=').nth(1).unwrap();
        let is_typed = wrong.starts_with("person") || wrong.starts_with("post");
        assert!(!is_typed || page.body.contains(&format!("value=\"{typed}\"")), "{wrong}");
    }
    stan.get("/admin/refusals?before=yesterday").expect(422);
    stan.get("/admin/refusals?mood=bad").expect(422);
}

/// The question of part 13, with no console: it is asked where it is answered.
#[test]
fn why_could_this_person_not_publish_that_post() {
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
    let (now, recorded) = said.split_once("What was recorded").unwrap();
    for half in [now, recorded] {
        assert!(half.contains("Rosa asked for changes to revision 1."), "{half}");
        assert!(half.contains("whoever asked withdraws the request."), "{half}");
    }
    assert!(now.contains("Not now (policy)"), "{now}");
    for part in ["changes-requested", "By policy", "Through page", "Looking at revision 1"] {
        assert!(recorded.contains(part), "{part}: {recorded}");
    }
    assert!(recorded.contains(&format!("/admin/posts/{post}")), "{recorded}");
    assert!(recorded.contains("/admin/refusals?person=edith"), "{recorded}");
    assert!(recorded.contains("/admin/accounts/edith"), "{recorded}");

    // Things change, and what was recorded does not.
    world.perform(world.rosa, &withdraw_request(post, 1)).unwrap();
    let said = ask("edith", "publish", post);
    let (now, recorded) = said.split_once("What was recorded").unwrap();
    assert!(now.contains("Yes. Nothing stands in the way"), "{now}");
    assert!(recorded.contains("Rosa asked for changes to revision 1."), "{recorded}");
    rosa.act(&format!("/desk/posts/{post}/publish"), &[]).expect(303);
    assert!(ask("edith", "publish", post).contains("Rosa published this on"));

    // What the door says first is what is said: the person, then the post.
    assert!(ask("alice", "publish", post).contains("Not this person (permission)"));
    let draft = world.draft();
    assert!(ask("edith", "publish", draft).contains("There is nothing here"));
    assert!(ask("edith", "publish", PostId(999)).contains("There is nothing here"));
    assert!(ask("alice", "create", draft).contains("Yes. Nothing stands in the way"));
    assert!(ask("mallory", "create", draft).contains("Not this person"));
    assert!(!ask("edith", "", post).contains("As things stand now"));
    world.change_account("edith", AccountChange::Deactivate).unwrap();
    assert!(ask("edith", "publish", post).contains("this account is deactivated"));
}

/// As on the desk: live, or disabled with the reasons beside it.
#[test]
fn a_post_in_the_admin_offers_to_archive_or_says_why_not() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let disabled = "disabled aria-describedby=\"why-archive\">Archive</button>";
    for (post, sentence) in [
        (world.draft(), "Alice has not submitted this draft yet."),
        (world.in_review(), "Alice submitted this on"),
        (world.archived(), "Stan archived this on"),
    ] {
        let page = stan.get(&format!("/admin/posts/{post}")).expect(200).body;
        assert!(page.contains(disabled), "{page}");
        let (_, reasons) = page.split_once("id=\"why-archive\"").unwrap();
        let (reasons, _) = reasons.split_once("</ul>").unwrap();
        assert!(reasons.contains(sentence), "{reasons}");
    }
    let post = world.published();
    let page = stan.get(&format!("/admin/posts/{post}")).expect(200).body;
    assert!(page.contains(&format!("href=\"/admin/posts/{post}/archive\">Archive</a>")), "{page}");
    assert!(!page.contains(disabled), "{page}");
}

#[test]
fn a_post_in_the_admin_tells_whether_it_is_true() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let post = world.published();
    server
        .signed_in("edith")
        .send_unasked(&format!("/desk/posts/{post}/publish"), &[("key", "again"), ("seen", "1")]);
    let path = format!("/admin/posts/{post}");
    let page = stan.get(&path).expect(200).body;
    assert!(page.contains("truths hold."), "{page}");
    assert!(page.contains("Publishing twice is not representable."), "{page}");
    assert!(!page.contains("Broken"), "{page}");
    for part in
        ["Edith published revision 1", "Revision 1", "Nobody has asked for changes", "was refused"]
    {
        assert!(page.contains(part.trim_start_matches("Edith ")), "{part}: {page}");
    }

    // What verify finds broken of this post is what the page says is broken.
    for (sql, name, sentence, is_readable) in [
        (
            "UPDATE posts SET slug = 'Let It' WHERE id = $; ",
            "slug_is_well_formed",
            "A slug is lower-case words",
            false,
        ),
        (
            "DELETE FROM history WHERE post_id = $ AND entered = 'published'",
            "post_state_is_recorded",
            "No state without its history row.",
            true,
        ),
        (
            "UPDATE posts SET submitted_at = NULL WHERE id = $",
            "submission_facts_iff_submitted",
            "is known exactly from in review on.",
            false,
        ),
    ] {
        let post = world.published();
        let sql = sql.replace('$', &post.to_string());
        world.database.db_sabotage(&format!(
            "ALTER TABLE posts DROP CONSTRAINT IF EXISTS {name};
             SET session_replication_role = replica; {sql}"
        ));
        let page = stan.get(&format!("/admin/posts/{post}")).expect(200).body;
        let (_, broken) = page.split_once("verdict fails").unwrap();
        let (broken, kept) = broken.split_once("Those that hold").unwrap();
        assert!(broken.contains(name) && broken.contains(sentence), "{broken}");
        assert!(!kept.contains(&format!("<code>{name}</code>")), "{kept}");
        assert_eq!(page.contains("does not make sense together"), !is_readable, "{page}");
        let conn = &mut world.database.as_runtime();
        let found = imprimatur::store::verify::verify(conn, Some(post)).unwrap().findings;
        for finding in found {
            assert!(broken.contains(finding.truth.name), "{finding:?}: {broken}");
        }
    }
    stan.get("/admin/posts/999999").expect(404);
    stan.get("/admin/posts/first").expect(404);
}

fn incident(world: &World, invariant: &str, actor: Option<UserId>, post: Option<PostId>) {
    let asked = AuditEntry {
        request: RequestId::new(),
        interface: Interface::Page,
        actor,
        action: imprimatur::domain::Action::Publish.into(),
        post,
        seen: None,
    };
    audit::record_incident(&mut world.database.as_runtime(), &asked, invariant, "by the test");
}

const ROOMS: [&str; 5] =
    ["/admin", "/admin/posts", "/admin/permissions", "/admin/refusals", "/admin/incidents"];

#[test]
fn an_incident_is_acknowledged_once_by_staff_with_a_note_that_is_not_lost() {
    let world = World::new();
    let susan = world.person("susan", &[Role::Staff]);
    let server = Server::start(world.database.store());
    incident(&world, "nothing_is_lost", Some(world.edith), Some(PostId(7)));
    let open = |world: &World| audit::open_incidents(&mut world.database.as_runtime()).unwrap();
    assert_eq!(open(&world), 1);
    let [mut stan, mut edith, mut other] =
        ["stan", "edith", "susan"].map(|name| server.signed_in(name));
    for room in ROOMS {
        let page = stan.get(room).expect(200).body;
        assert!(page.contains("One incident has"), "{room}: {page}");
    }
    let list = stan.get("/admin/incidents").expect(200).body;
    for part in ["nothing_is_lost", "Edith", "Post 7", "by the test", "Through page"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let path = "/admin/incidents/1";
    edith.get(path).expect(403);
    edith.send_unasked(path, &[("finding", "Not mine to say.")]).expect(403);
    let refused = world.db_refusals().pop().unwrap();
    assert_eq!(refused, ("permission".into(), "permission-missing".into()));
    server.browser().post(path, &[("token", ""), ("finding", "x")]).expect(401);

    let page = stan.submit(path, &[("finding", "  ")]).expect(409).body;
    assert!(page.contains("No note is given."), "{page}");
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
    assert!(stan.get("/admin/incidents").body.contains("Acknowledged. What you wrote"));
    let late = [("token", form.hidden("token")), ("finding", "I saw it, too.".to_owned())];
    let late = late.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = other.post(path, &late).expect(409).body;
    assert!(page.contains("Stan acknowledged this on"), "{page}");
    assert!(page.contains("I saw it, too."), "{page}");
    assert!(page.contains("A missing index; it is there now."), "{page}");
    let (layer, codes) = world.db_refusals().pop().unwrap();
    assert_eq!((layer.as_str(), codes.as_str()), ("policy", "already-acknowledged"));

    assert_eq!(open(&world), 0);
    for room in ROOMS {
        let page = stan.get(room).expect(200).body;
        assert!(!page.contains("not been acknowledged"), "{room}");
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
fn of_two_who_acknowledge_at_once_one_does_and_the_other_is_told() {
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
fn incidents_are_paged_both_ways_in_each_state() {
    let world = World::new();
    world
        .database
        .as_owner()
        .batch_execute(&format!(
            "INSERT INTO incidents (at, request_id, interface, action, invariant, detail,
                                    acknowledged_at, acknowledged_by, acknowledgement)
             SELECT timestamptz '2026-03-01 00:00+00' + (n / 4) * interval '1 hour',
                 gen_random_uuid(), 'page', 'publish', 'number_' || n, 'd',
                 CASE WHEN n % 3 = 0 THEN now() END, CASE WHEN n % 3 = 0 THEN {} END,
                 CASE WHEN n % 3 = 0 THEN 'Seen.' END
             FROM generate_series(1, 180) AS n",
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
    assert!(page.body.contains("100 incidents have not been acknowledged"), "counted to a hundred");
}

fn records(file: &Answer) -> Vec<Vec<String>> {
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["cache-control"], "no-store");
    assert_eq!(file.headers.get("transfer-encoding").map(String::as_str), Some("chunked"));
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    // RFC 4180: a quotation mark within quotation marks is written twice.
    let mut signs = file.body.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, is_quoted) {
            ('"', true) if signs.peek() == Some(&'"') => cell.extend(signs.next()),
            ('"', _) => is_quoted = !is_quoted,
            (',', false) => record.push(std::mem::take(&mut cell)),
            ('\r', false) => assert_eq!(signs.peek(), Some(&'\n'), "a line ends with both"),
            ('\n', false) => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            (sign, _) => cell.push(sign),
        }
    }
    assert!(!is_quoted && record.is_empty() && cell.is_empty(), "the last line is whole");
    let columns = records.first().map_or(0, Vec::len);
    assert!(records.iter().all(|record| record.len() == columns), "a cell for each column");
    records
}

#[test]
fn posts_and_accounts_are_had_as_files_in_the_order_and_with_the_filters_of_their_lists() {
    let world = World::new();
    for number in 0..510 {
        let text = content(&format!("Draft {number}"));
        world.create(world.alice, text).unwrap();
    }
    let public = world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let drafts = records(&stan.get("/admin/posts.csv?state=draft&sort=number").expect(200));
    let titles: Vec<&str> = drafts.iter().skip(1).map(|record| record[2].as_str()).collect();
    let expected: Vec<String> = (0..510).map(|number| format!("Draft {number}")).collect();
    assert_eq!(titles, expected, "more than one piece, in order");
    let published = records(&stan.get("/admin/posts.csv?reviewer=edith").expect(200));
    assert_eq!(published[0][0], "id");
    let said: Vec<&str> = published[1].iter().take(5).map(String::as_str).collect();
    assert_eq!(said, [&public.to_string(), "published", "On restraint", "Alice", "Edith"]);
    stan.get("/admin/posts.csv?state=burnt").expect(422);

    let staff = records(&stan.get("/admin/accounts.csv?role=staff").expect(200));
    let people: Vec<&str> = staff.iter().skip(1).map(|record| record[0].as_str()).collect();
    assert_eq!(people, ["stan"]);
    let none = records(&stan.get("/admin/accounts.csv?state=deactivated").expect(200));
    assert_eq!(none.len(), 1, "the header");
}

#[test]
fn a_list_as_a_file_has_the_rows_of_the_list_and_calculates_nothing() {
    let world = World::new();
    let title = "=HYPERLINK(\"http://example.org\",\"x\")";
    let post = world.create(world.alice, content(title)).unwrap().post;
    assert_eq!(post, PostId(1));
    db_many_refusals(&world, 1_203);
    let all = all_refusals(&mut world.database.as_runtime());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let filter = RefusalFilter { layer: Some("policy".into()), ..RefusalFilter::default() };
    for (query, filter) in [("", RefusalFilter::default()), ("?layer=policy", filter)] {
        let file = stan.get(&format!("/admin/refusals.csv{query}")).expect(200);
        let disposition = &file.headers["content-disposition"];
        assert_eq!(disposition, "attachment; filename=\"refusals.csv\"");
        let records = records(&file);
        assert_eq!(&records[0][0], "id");
        let ids: Vec<i64> = records[1..].iter().map(|record| record[0].parse().unwrap()).collect();
        let expected: Vec<i64> =
            all.iter().filter(|line| passes(&filter, line)).map(|line| line.id).collect();
        assert!(expected.len() > 500, "more than is read at a time");
        assert_eq!(ids, expected);
        for record in records.iter().skip(1).filter(|record| &record[7] == "1") {
            assert_eq!(record[8], format!("'{title}"));
        }
        let begins_a_formula = |cell: &String| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert!(!records.iter().flatten().any(begins_a_formula));
    }
    let sentences = |file: &Answer| records(file).last().unwrap()[12].to_owned();
    let two = stan.get("/admin/refusals.csv?rule=not-in-review").expect(200);
    assert_eq!(sentences(&two), "S2 S1");

    incident(&world, "@sum", None, None);
    let file = stan.get("/admin/incidents.csv").expect(200);
    assert_eq!(records(&file)[1][7], "'@sum");
    assert_eq!(records(&stan.get("/admin/incidents.csv?state=acknowledged")).len(), 1);

    for path in ["/admin/refusals.csv", "/admin/incidents.csv"] {
        server.signed_in("edith").get(path).expect(403);
        server.browser().get(path).expect(401);
        stan.get(&format!("{path}?mood=bad")).expect(422);
    }
}

/// The permission is asked again for each piece of a file, and who takes half
/// of it can tell: the connection ends before the file does.
#[test]
fn a_file_ends_visibly_when_the_permission_does() {
    let world = World::new();
    world.person("susan", &[Role::Staff]);
    db_many_refusals(&world, 80_000);
    let server = Server::start(world.database.store());
    let susan = server.signed_in("susan");
    let (whole, _) = download(&server, &susan, || {});
    assert!(whole.ends_with(b"\r\n0\r\n\r\n"), "a whole file ends with an empty chunk");
    let (cut, _) = download(&server, &susan, || {
        world.change_account("susan", AccountChange::Revoke(Role::Staff)).unwrap();
    });
    assert!(cut.len() < whole.len(), "{} of {}", cut.len(), whole.len());
    assert!(!cut.ends_with(b"\r\n0\r\n\r\n"), "half a file must not look whole");
}

/// Takes a file from the wire, and has something happen after its beginning.
fn download(server: &Server, browser: &Browser, happens: impl FnOnce()) -> (Vec<u8>, usize) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    write!(
        stream,
        "GET /admin/refusals.csv HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
        server.address,
        cookies.join("; ")
    )
    .unwrap();
    let mut got = vec![0; 4_096];
    let begun = stream.read(&mut got).unwrap();
    got.truncate(begun);
    assert!(got.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&got));
    happens();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    got.extend(rest);
    (got, begun)
}

#[test]
fn the_overview_says_what_waits_what_was_refused_and_how_fast_things_go() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let empty = stan.get("/admin").expect(200).body;
    for part in ["Nothing waits for a reviewer.", "No author has a change request", "0 in 12 weeks"]
    {
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
    assert_eq!(waiting.len(), 6, "its heading and the five longest");
    assert!(waiting[1].starts_with('1') && waiting[2].starts_with("3, revised"));
    assert_eq!(count("requests"), "1");
    assert!(section("requests").contains("Edith asked Alice"), "{}", section("requests"));
    assert_eq!(count("refused"), "3");
    assert!(section("refused").contains("2 by permission"), "{}", section("refused"));
    assert!(section("refused").contains("1 by policy"), "{}", section("refused"));
    assert_eq!(count("incidents"), "1");
    let published = section("published");
    assert!(published.contains("3 in 12 weeks, at most 2 in one."), "{published}");
    let numbers: Vec<&str> = published
        .split("<td>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .filter(|cell| *cell != "0")
        .collect();
    assert_eq!((published.matches("<tr>").count(), numbers), (13, vec!["2", "1"]));
    assert_eq!(published.matches("<rect").count(), 12);
    assert!(section("waited").contains("<td>5 h</td>"), "{}", section("waited"));
    assert!(section("waited").contains("at most 5 hours."), "{}", section("waited"));

    // From a count to what was counted.
    let (_, rest) = section("refused").split_once("href=\"").unwrap();
    let address = rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    assert_eq!(shown(&stan.get(&address).expect(200)).len(), 2);
}

#[test]
fn the_truth_table_of_the_admin_is_the_one_of_the_readme() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let page = server.signed_in("stan").get("/admin/permissions").expect(200).body;
    let (_, rest) = page.split_once("id=\"truth-table\"").unwrap();
    let table = rest.split("</table>").next().unwrap();
    let shown: Vec<Vec<String>> = table
        .split("<tr>")
        .skip(1)
        .map(|row| {
            row.split("</t")
                .filter(|cell| cell.contains("<th scope") || cell.contains("<td>"))
                .filter_map(|cell| cell.rsplit_once("<t"))
                .filter_map(|(_, cell)| cell.split_once('>'))
                .map(|(_, text)| text.trim().to_owned())
                .collect()
        })
        .collect();
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("<!-- truth table -->\n").unwrap();
    let written: Vec<Vec<String>> = rest
        .split("<!--")
        .next()
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("|--") && !line.is_empty())
        .map(|line| {
            let line = line.trim_matches('|');
            line.split('|').map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    assert_eq!(shown, written);
    for permission in imprimatur::domain::Permission::ALL {
        for role in Role::ALL {
            if let Some(reason) = imprimatur::permissions::grant(role, permission) {
                assert!(page.contains(reason), "{reason}");
            }
        }
    }
}

/// Whoever neither writes nor reviews has no desk to be sent to.
#[test]
fn staff_begin_in_the_admin() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    assert_eq!(stan.get("/desk").expect(303).location(), "/admin");
    assert!(!stan.get("/admin").expect(200).body.contains("href=\"/desk\""));
    world.change_account("stan", AccountChange::Grant(Role::Reviewer)).unwrap_err();
    world.change_account("edith", AccountChange::Grant(Role::Staff)).unwrap();
    let mut edith = server.signed_in("edith");
    assert!(edith.get("/desk").expect(200).body.contains("href=\"/admin\""));
    assert!(edith.get("/admin").expect(200).body.contains("href=\"/desk\""));
}

#[test]
fn only_staff_see_the_records_and_strangers_sign_in_first() {
    let world = World::new();
    incident(&world, "something", None, None);
    let post = world.published();
    let server = Server::start(world.database.store());
    let of_a_post = format!("/admin/posts/{post}");
    let pages = ROOMS.iter().copied().chain(["/admin/incidents/1", of_a_post.as_str()]);
    for page in pages {
        server.browser().get(page).expect(401);
        for (name, _) in world.everybody() {
            let status = if name == "stan" { 200 } else { 403 };
            server.signed_in(name).get(page).expect(status);
        }
    }
}
