//! Every order in which the steps of two actions can fall.

use std::thread;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Outcome, PostId, State, Step, UserId};
use imprimatur::refusal::Refusal;

use super::{at_once, in_short, in_slow_motion};
use crate::support::World;
use crate::support::raw::{db_waiters, wait_until};
use crate::support::world::{archive, publish, request_changes, revise, submit, withdraw_request};

/// Somebody doing something to a post of Alice's at revision 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Revise,
    Submit,
    RequestChanges,
    WithdrawRequest,
    PublishAsEdith,
    PublishAsRosa,
    Archive,
}

/// Names who and the attempt, and goes on with both: each is a type of its own.
macro_rules! with_attempt {
    ($world:expr, $doing:expr, $post:expr, |$who:ident, $attempt:ident| $body:expr) => {{
        match $doing {
            Doing::Revise => {
                let ($who, $attempt) = ($world.alice, revise($post, 1, "On excess"));
                $body
            }
            Doing::Submit => {
                let ($who, $attempt) = ($world.alice, submit($post, 1));
                $body
            }
            Doing::RequestChanges => {
                let ($who, $attempt) = ($world.edith, request_changes($post, 1));
                $body
            }
            Doing::WithdrawRequest => {
                let ($who, $attempt) = ($world.edith, withdraw_request($post, 1));
                $body
            }
            Doing::PublishAsEdith => {
                let ($who, $attempt) = ($world.edith, publish($post, 1));
                $body
            }
            Doing::PublishAsRosa => {
                let ($who, $attempt) = ($world.rosa, publish($post, 1));
                $body
            }
            Doing::Archive => {
                let ($who, $attempt) = ($world.stan, archive($post, 1));
                $body
            }
        }
    }};
}

impl Doing {
    const ALL: [Self; 7] = [
        Self::Revise,
        Self::Submit,
        Self::RequestChanges,
        Self::WithdrawRequest,
        Self::PublishAsEdith,
        Self::PublishAsRosa,
        Self::Archive,
    ];

    fn go(self, world: &World, post: PostId) -> Result<Outcome, Refusal> {
        with_attempt!(world, self, post, |who, attempt| world.perform(who, &attempt))
    }

    fn go_slowly(
        self,
        world: &World,
        post: PostId,
        at: impl FnMut(Step),
    ) -> Result<Outcome, Refusal> {
        with_attempt!(world, self, post, |who, attempt| in_slow_motion(
            world,
            &world.call(who),
            &attempt,
            at
        ))
    }

    /// A post on which this can be done.
    fn ready(self, world: &World) -> PostId {
        match self {
            Self::Revise | Self::Submit => world.draft(),
            Self::RequestChanges | Self::PublishAsEdith | Self::PublishAsRosa => world.in_review(),
            Self::WithdrawRequest => {
                let post = world.in_review();
                world.perform(world.edith, &request_changes(post, 1)).unwrap();
                post
            }
            Self::Archive => world.published(),
        }
    }
}

#[test]
fn the_second_of_two_attempts_is_decided_on_what_the_first_left() {
    let world = World::new();
    let mut superuser = world.database.as_superuser();
    for first in Doing::ALL {
        for second in Doing::ALL {
            // What the two would be answered one after the other.
            let post = first.ready(&world);
            let expected = [first, second].map(|doing| in_short(&doing.go(&world, post)));
            let expected_history = world.db_history(post);

            // Now the second comes while the first has written and not committed.
            let post = first.ready(&world);
            let mut has_waited = false;
            let answers = thread::scope(|scope| {
                let mut other = None;
                let answer = first.go_slowly(&world, post, |moment| {
                    if moment == Step::Commit {
                        let thread = scope.spawn(|| second.go(&world, post));
                        wait_until("the second waits or has its answer", || {
                            has_waited = db_waiters(&mut superuser) > 0;
                            has_waited || thread.is_finished()
                        });
                        other = Some(thread);
                    }
                });
                let other = other.unwrap_or_else(|| panic!("{first:?} did not commit: {answer:?}"));
                [answer, other.join().unwrap()]
            });
            let answers = answers.map(|answer| in_short(&answer));
            let case = format!("{second:?} during {first:?}");
            if has_waited {
                assert_eq!(answers, expected, "{case}");
                assert_eq!(world.db_history(post), expected_history, "{case}");
            } else {
                // Before the commit a draft is nobody else's business: there
                // is nothing to see, and so nothing to wait for.
                assert_eq!(answers[1], "visibility", "{case}");
                assert!(matches!(first, Doing::Revise | Doing::Submit), "{case}");
            }
        }
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// Makes one person's look at a post pause after the statement has begun,
/// before it has the lock: `number` counts that person's looks.
fn pause_between_look_and_lock(world: &World, who: UserId, number: i64) {
    world.database.db_sabotage(&format!(
        "CREATE SEQUENCE IF NOT EXISTS looks;
         ALTER SEQUENCE looks RESTART;
         GRANT USAGE ON SEQUENCE looks TO PUBLIC;
         CREATE OR REPLACE FUNCTION post_is_visible(
             state text, author_id bigint,
             viewer_id bigint, sees_reviews boolean, sees_everything boolean
         ) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
         BEGIN
             IF viewer_id = {who} THEN
                 IF nextval('looks') = {number} THEN
                     PERFORM pg_advisory_xact_lock_shared(42);
                 END IF;
             END IF;
             RETURN true;
         END $$"
    ));
}

/// Lets somebody look, has something else happen, and lets them go on.
fn look_then_lock(
    world: &World,
    looking: impl FnOnce() -> Result<Outcome, Refusal> + Send,
    meanwhile: impl FnOnce(),
) -> Result<Outcome, Refusal> {
    let mut gate = world.database.as_superuser();
    gate.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
    thread::scope(|scope| {
        let looking = scope.spawn(looking);
        world.database.db_wait_for_waiters(1);
        meanwhile();
        gate.batch_execute("SELECT pg_advisory_unlock(42)").unwrap();
        looking.join().unwrap()
    })
}

#[test]
fn changes_between_the_first_read_and_the_lock_are_seen() {
    let world = World::new();
    let cases = [
        // Who looks, what they want, what happens meanwhile, what they hear.
        (world.edith, Doing::PublishAsEdith, Doing::PublishAsRosa, "not-in-review"),
        (world.edith, Doing::PublishAsEdith, Doing::Revise, "stale-revision"),
        (world.stan, Doing::Archive, Doing::Archive, "not-published"),
        (world.alice, Doing::Submit, Doing::Submit, "not-a-draft"),
        (world.alice, Doing::Revise, Doing::Submit, "in_review at 2"),
        // It was not published when Stan looked; it is when he has the lock.
        (world.stan, Doing::Archive, Doing::PublishAsEdith, "archived at 1"),
    ];
    for (who, wanted, meanwhile, expected) in cases {
        let post = match (wanted, meanwhile) {
            (Doing::Archive, Doing::PublishAsEdith) => world.in_review(),
            _ => wanted.ready(&world),
        };
        pause_between_look_and_lock(&world, who, 1);
        let answer = look_then_lock(
            &world,
            || wanted.go(&world, post),
            || {
                meanwhile.go(&world, post).unwrap();
            },
        );
        let case = format!("{wanted:?}, and meanwhile {meanwhile:?}");
        assert_eq!(in_short(&answer), expected, "{case}");
    }
    // A review is a row of its own, and is read under the lock all the same.
    let post = world.in_review();
    pause_between_look_and_lock(&world, world.edith, 1);
    let rosas_request = || {
        world.perform(world.rosa, &request_changes(post, 1)).unwrap();
    };
    let answer = look_then_lock(&world, || Doing::PublishAsEdith.go(&world, post), rosas_request);
    assert_eq!(in_short(&answer), "changes-requested");
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_conflict_reads_and_decides_again() {
    let world = World::new();
    let post = world.in_review();
    // Edith's first try is judged valid and then fails at its write; before
    // her second try has the lock, Rosa publishes.
    let edith = world.edith;
    world.database.db_sabotage(&format!(
        "CREATE SEQUENCE interruptions;
         GRANT USAGE ON SEQUENCE interruptions TO PUBLIC;
         CREATE FUNCTION interrupt() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF NEW.actor_id = {edith} THEN
                 IF nextval('interruptions') = 1 THEN
                     RAISE EXCEPTION USING ERRCODE = 'serialization_failure';
                 END IF;
             END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER interrupt BEFORE INSERT ON history
             FOR EACH ROW EXECUTE FUNCTION interrupt()"
    ));
    // A try looks twice: at what to lock, and at what it has locked.
    pause_between_look_and_lock(&world, edith, 3);
    let answer = look_then_lock(
        &world,
        || Doing::PublishAsEdith.go(&world, post),
        || {
            Doing::PublishAsRosa.go(&world, post).unwrap();
        },
    );
    assert_eq!(in_short(&answer), "not-in-review");
    assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn four_people_at_once_leave_a_prefix_of_the_one_chain() {
    let world = World::new();
    let chain: Vec<&str> = State::ALL.map(State::as_str).to_vec();
    for round in 0..25 {
        let post = world.draft();
        let tries = 1 + round % 4;
        let answers = at_once(
            [
                Doing::Submit,
                Doing::Submit,
                Doing::Revise,
                Doing::PublishAsEdith,
                Doing::PublishAsRosa,
                Doing::Archive,
            ]
            .map(|doing| {
                let world = &world;
                move || {
                    // Each looks, and acts on what was seen: sometimes in vain.
                    let attempts = (0..tries).map(|_| {
                        let seen = world.post(post).current.number.0;
                        let answer = match doing {
                            Doing::Submit => world.perform(world.alice, &submit(post, seen)),
                            Doing::Revise => {
                                world.perform(world.alice, &revise(post, seen, &seen.to_string()))
                            }
                            Doing::PublishAsEdith => {
                                world.perform(world.edith, &publish(post, seen))
                            }
                            Doing::PublishAsRosa => world.perform(world.rosa, &publish(post, seen)),
                            Doing::Archive => world.perform(world.stan, &archive(post, seen)),
                            Doing::RequestChanges | Doing::WithdrawRequest => unreachable!(),
                        };
                        (doing, answer)
                    });
                    attempts.collect::<Vec<_>>()
                }
            }),
        );
        let history = world.db_history(post);
        assert!(chain.starts_with(&history.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(world.post(post).state().as_str(), history.last().unwrap());
        // Each arrow once, and each by somebody who was told that they did it.
        let mut told: Vec<&str> = vec!["draft"];
        let mut revisions = 1;
        for (doing, answer) in answers.iter().flatten() {
            match answer {
                Ok(_) if *doing == Doing::Revise => revisions += 1,
                Ok(outcome) => told.push(outcome.state.as_str()),
                Err(Refusal::Policy(_) | Refusal::NotFound) => {}
                Err(refusal) => panic!("{doing:?}: {refusal}"),
            }
        }
        told.sort_by_key(|state| chain.iter().position(|name| name == state));
        assert_eq!(told, history);
        assert_eq!(world.post(post).current.number.0, revisions);
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}
