//! Every pair of actions, replayed step by step: while the first is held at each step
//! of its transaction, the second comes. Whatever happens is what would have happened
//! one after the other.
//!
//! The workflow itself reports its steps ([`Step`]); nothing here repeats them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use diesel::PgConnection;
use imprimatur::domain::{Outcome, PostId, Role, Step};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;
use imprimatur::workflow::{self, Call};

use super::in_short;
use super::revocation::reviewer;
use crate::support::World;
use crate::support::raw::{db_waiters, wait_until};
use crate::support::steps::step_by_step;
use crate::support::world::{
    account, archive, publish, request_changes, revise, submit, withdraw_request,
};

/// What one of two people does: to a post of Alice's at revision 1, or to the account
/// of the reviewer of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Revise,
    Submit,
    RequestChanges,
    WithdrawRequest,
    Publish,
    PublishAsRosa,
    Archive,
    RevokeTheRole,
    Deactivate,
    ChangeThePassword,
}

const DEEDS: [Deed; 10] = [
    Deed::Revise,
    Deed::Submit,
    Deed::RequestChanges,
    Deed::WithdrawRequest,
    Deed::Publish,
    Deed::PublishAsRosa,
    Deed::Archive,
    Deed::RevokeTheRole,
    Deed::Deactivate,
    Deed::ChangeThePassword,
];

/// A post, and a reviewer who is signed in.
struct Case {
    post: PostId,
    name: String,
    reviewer: Call,
}

impl Case {
    /// Makes one in which the deed is possible, and if it is about an account, in
    /// which the other one is.
    fn of(world: &World, number: &mut usize, first: Deed, second: Deed) -> Self {
        *number += 1;
        let name = format!("reviewer{number}");
        let reviewer = reviewer(world, &name);
        let about = if first.is_about_an_account() { second } else { first };
        let post = match about {
            Deed::Revise | Deed::Submit => world.draft(),
            Deed::Archive => world.published(),
            Deed::RequestChanges
            | Deed::WithdrawRequest
            | Deed::Publish
            | Deed::PublishAsRosa
            | Deed::RevokeTheRole
            | Deed::Deactivate
            | Deed::ChangeThePassword => world.in_review(),
        };
        if about == Deed::WithdrawRequest {
            let call = world.call(world.find_person(&name).id);
            workflow::perform(&world.store, &call, &request_changes(post, 1)).unwrap();
        }
        Self { post, name, reviewer }
    }

    /// What is there at the end.
    fn end(&self, world: &World) -> String {
        let post = world.post(self.post);
        let requests = post.standing_requests.len();
        format!("{} {requests} {:?}", post.current.number, world.db_history(self.post))
    }
}

impl Deed {
    fn is_about_an_account(self) -> bool {
        matches!(self, Self::RevokeTheRole | Self::Deactivate | Self::ChangeThePassword)
    }

    /// Does it, and returns the answer in short.
    fn go(self, world: &World, case: &Case) -> String {
        let (store, post) = (&world.store, case.post);
        let answer: Result<Outcome, Refusal> = match self {
            Self::Revise => world.perform(world.alice, &revise(post, 1, "On excess")),
            Self::Submit => world.perform(world.alice, &submit(post, 1)),
            Self::RequestChanges => {
                workflow::perform(store, &case.reviewer, &request_changes(post, 1))
            }
            Self::WithdrawRequest => {
                workflow::perform(store, &case.reviewer, &withdraw_request(post, 1))
            }
            Self::Publish => workflow::perform(store, &case.reviewer, &publish(post, 1)),
            Self::PublishAsRosa => world.perform(world.rosa, &publish(post, 1)),
            Self::Archive => world.perform(world.stan, &archive(post, 1)),
            Self::RevokeTheRole => {
                return changed(world, case, AccountChange::Revoke(Role::Reviewer));
            }
            Self::Deactivate => return changed(world, case, AccountChange::Deactivate),
            Self::ChangeThePassword => {
                // Each hash has a salt of its own.
                let salt = NUMBER.fetch_add(1, Ordering::Relaxed);
                let hash = format!("{}{salt}", account("nobody", &[]).password_hash);
                return changed(world, case, AccountChange::SetPassword(hash));
            }
        };
        in_short(&answer)
    }
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

fn changed(world: &World, case: &Case, change: AccountChange) -> String {
    match world.change_account(&case.name, change) {
        Ok(()) => "changed".to_owned(),
        Err(refusal) => refusal.layer().as_str().to_owned(),
    }
}

/// What two deeds were answered, the first one first, and what is there at the end.
type Ending = ([String; 2], String);

/// Does one after the other.
fn in_turn(world: &World, case: &Case, deeds: [Deed; 2]) -> Ending {
    let answers = deeds.map(|deed| deed.go(world, case));
    (answers, case.end(world))
}

/// Holds the first deed at a step until the second has its answer or waits for the
/// first. Returns the ending, and whether the second had to wait.
fn interleaved(
    world: &World,
    superuser: &mut PgConnection,
    case: &Case,
    [first, second]: [Deed; 2],
    held_at: Step,
) -> (Ending, bool) {
    let (mut has_come, mut has_waited) = (false, false);
    let answers = thread::scope(|scope| {
        let mut other = None;
        let answer = step_by_step(
            || first.go(world, case),
            |step| {
                if step != held_at || has_come {
                    return;
                }
                has_come = true;
                let thread = scope.spawn(|| second.go(world, case));
                wait_until("the second waits or has its answer", || {
                    has_waited = db_waiters(superuser) > 0;
                    has_waited || thread.is_finished()
                });
                other = Some(thread);
            },
        );
        // A deed that is refused at an earlier step does not come to this one.
        let other = other.map_or_else(|| second.go(world, case), |other| other.join().unwrap());
        [answer, other]
    });
    ((answers, case.end(world)), has_waited)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn whatever_the_order_of_the_steps_it_is_as_if_one_came_after_the_other() {
    let world = World::new();
    let mut superuser = world.database.as_superuser();
    let (mut number, mut replayed, mut waited) = (0, 0, 0);
    for first in DEEDS {
        for second in DEEDS {
            let case = Case::of(&world, &mut number, first, second);
            let first_first = in_turn(&world, &case, [first, second]);
            let case = Case::of(&world, &mut number, first, second);
            let ([theirs, ours], end) = in_turn(&world, &case, [second, first]);
            let second_first = ([ours, theirs], end);
            for held_at in Step::ALL {
                let case = Case::of(&world, &mut number, first, second);
                let (ending, has_waited) =
                    interleaved(&world, &mut superuser, &case, [first, second], held_at);
                let told = format!("{second:?} while {first:?} is at {held_at:?}");
                replayed += 1;
                waited += usize::from(has_waited);
                if has_waited {
                    assert_eq!(ending, first_first, "{told}");
                } else if held_at == Step::Begin {
                    assert_eq!(ending, second_first, "{told}");
                } else {
                    assert!([&first_first, &second_first].contains(&&ending), "{told}: {ending:?}");
                }
            }
        }
    }
    println!("{replayed} interleavings, {waited} of which made the second wait");
    assert!(waited > replayed / 4, "{waited} of {replayed}");
    assert_eq!(world.db_incidents(), [""; 0]);
}
