//! Whatever fails at whatever moment: what was acknowledged is there, what is asked again
//! happens once, and nothing has happened by half.

use imprimatur::accounts::Credential;
use imprimatur::domain::{Action, OperationKey, Outcome, PostId, Role, Step, UserId};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::refusal::Refusal;
use imprimatur::store::Store;
use imprimatur::store::pool::Limits;
use imprimatur::store::verify::verify;
use imprimatur::workflow::{self, Call};

use crate::support::attempts::attempt;
use crate::support::database::patient;
use crate::support::proxy::{Cut, Proxy};
use crate::support::steps::panicking_at;
use crate::support::world::{PASSWORD, account_call, call_with, request_changes};
use crate::support::{Server, World};

const CUTS: [Cut; 2] = [Cut::BeforeMessage, Cut::BeforeAnswer];

/// Returns a person, and a post on which this person may do this now.
fn ready_for(world: &World, action: Action) -> (UserId, PostId) {
    match action {
        Action::Create => (world.alice, PostId(0)),
        Action::Revise | Action::Submit => (world.alice, world.draft()),
        Action::RequestChanges | Action::Publish => (world.edith, world.in_review()),
        Action::WithdrawRequest => {
            let post = world.in_review();
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
            (world.edith, post)
        }
        Action::Archive => (world.stan, world.published()),
    }
}

/// Asks the same again, under the same key, and looks for its one effect.
fn has_happened_once(
    world: &World,
    (call, action, post): (&Call, Action, PostId),
    answer: Option<Result<Outcome, Refusal>>,
) {
    let again = attempt(&world.store, call, action, post, 1).unwrap();
    match answer {
        Some(Ok(outcome)) => assert_eq!(outcome, again, "{action:?}"),
        None | Some(Err(Refusal::Unavailable(_))) => {}
        Some(Err(refusal)) => panic!("{action:?}: {refusal:?}"),
    }
    let effects = format!("history WHERE key = '{}'", call.key.as_str());
    assert_eq!(world.db_count(&effects), 1, "{action:?}");
}

fn is_sound(world: &World) {
    assert_eq!(world.db_incidents(), [""; 0]);
    assert_eq!(world.db_refusals(), []);
    assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
}

/// A store of one connection through a proxy.
fn through_a_proxy(world: &World) -> (Proxy, Store) {
    let (proxy, url) = Proxy::before_server_of(&world.database.runtime_url());
    (proxy, Store::connect(&url, Limits { connections: 1, ..patient() }))
}

/// Does `work` with the connection cut at each round trip in turn, until one is enough
/// for all of it. Returns how many it took.
fn at_each_round_trip(proxy: &Proxy, store: &Store, cut: Cut, mut work: impl FnMut()) -> usize {
    let mut round_trips = 0;
    loop {
        // What a new connection begins with is not part of the work.
        drop(store.checkout().unwrap());
        proxy.cut_at(round_trips + 1, cut);
        work();
        if !proxy.has_cut() {
            return round_trips;
        }
        round_trips += 1;
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_connection_that_breaks_at_any_message_of_an_action_leaves_one_effect() {
    let world = World::new();
    let (proxy, store) = through_a_proxy(&world);
    for action in Action::ALL {
        for cut in CUTS {
            let round_trips = at_each_round_trip(&proxy, &store, cut, || {
                let (who, post) = ready_for(&world, action);
                let call = call_with(who, OperationKey::random());
                let answer = attempt(&store, &call, action, post, 1);
                has_happened_once(&world, (&call, action, post), Some(answer));
            });
            assert!(round_trips >= 4, "{action:?}, {cut:?}: {round_trips}");
        }
    }
    is_sound(&world);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_connection_that_breaks_at_any_message_of_an_account_change_leaves_all_of_it_or_nothing() {
    let world = World::new();
    let (proxy, store) = through_a_proxy(&world);
    let changes = [
        AccountChange::Rename { to: "Ada Byron".to_owned(), seen: None },
        AccountChange::Grant(Role::Reviewer),
        AccountChange::Revoke(Role::Author),
        AccountChange::Deactivate,
    ];
    let mut number = 0;
    for change in changes {
        for cut in CUTS {
            let round_trips = at_each_round_trip(&proxy, &store, cut, || {
                number += 1;
                let name = format!("person{number}");
                let subject = world.person(&name, &[Role::Author]);
                let events = format!("account_events WHERE subject_id = {subject}");
                let before = world.db_count(&events);
                let staff = Credential::Account(world.stan);
                let answer =
                    workflow::accounts::change(&store, &account_call(&staff), &name, &change);
                let records = world.db_count(&events) - before;
                match answer {
                    Ok(()) => assert_eq!(records, 1, "{change:?}"),
                    Err(Refusal::Unavailable(_)) => assert!(records <= 1, "{change:?}: {records}"),
                    Err(refusal) => panic!("{change:?}: {refusal:?}"),
                }
            });
            assert!(round_trips >= 4, "{change:?}, {cut:?}: {round_trips}");
        }
    }
    is_sound(&world);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_panic_at_any_step_leaves_nothing_and_the_next_attempt_finds_no_lock() {
    let world = World::new();
    let store = world.database.store_of(1);
    for action in Action::ALL {
        let mut panics = 0;
        for step in Step::ALL {
            let (who, post) = ready_for(&world, action);
            let call = call_with(who, OperationKey::random());
            let before = world.db_everything();
            let answer = panicking_at(step, || attempt(&store, &call, action, post, 1));
            if answer.is_none() {
                panics += 1;
                assert_eq!(world.db_everything(), before, "{action:?} at {step:?}");
            }
            // The one connection of the store is as good as before, too.
            if panics % 2 == 1 {
                attempt(&store, &call, action, post, 1).unwrap();
            }
            has_happened_once(&world, (&call, action, post), answer);
        }
        let expected = if action == Action::Create { 5 } else { 7 };
        assert_eq!(panics, expected, "{action:?}");
    }
    is_sound(&world);
}

#[test]
fn a_token_that_is_made_is_shown_whatever_breaks_afterwards() {
    let world = World::new();
    let (proxy, store) = through_a_proxy(&world);
    let server = Server::start(store.clone());
    let mut alice = server.signed_in("alice");
    let token = alice.get("/account").expect(200).hidden("token");
    let (mut number, mut shown_alone) = (0, 0);
    at_each_round_trip(&proxy, &store, Cut::BeforeMessage, || {
        number += 1;
        let name = format!("Token {number}");
        let fields = [("token", &*token), ("name", &name), ("days", "30"), ("password", PASSWORD)];
        let page = alice.post("/account/tokens", &fields);
        let is_shown = page.body.contains("Copy it now.");
        let made = world.db_count(&format!("tokens WHERE name = '{name}'"));
        assert_eq!(made, i64::from(is_shown), "{} at {number}", page.status);
        assert_eq!(page.status, if is_shown { 200 } else { 503 }, "{}", page.body);
        shown_alone += usize::from(is_shown && !page.body.contains("Where you are signed in"));
    });
    assert!(shown_alone > 0);
    is_sound(&world);
}
