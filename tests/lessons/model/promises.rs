//! What must hold in every state of the model.

use super::world::{Broken, Client, Operation, Person, State, World};

pub const OWN: Broken = "No person publishes their own post.";
pub const ONCE: Broken = "A post is published once.";
pub const HISTORY: Broken = "The history and the state agree.";
pub const REVOKED: Broken =
    "Nothing is done with authority whose end was acknowledged before the commit.";
pub const PASSWORD: Broken =
    "No session begins with an old password after its change was acknowledged.";
pub const KEY: Broken = "A key has one effect.";
pub const SEEN: Broken =
    "What is published is the revision that was seen, complete, without an open change request.";
pub const LOST: Broken = "What was acknowledged is not lost.";
pub const DEFECT: Broken = "An ordinary request is refused by a rule, not stopped as a defect.";

/// Returns the promise that a state breaks, if it breaks one.
pub fn broken(world: &World) -> Option<Broken> {
    let database = &world.database;
    let entered = |state| database.history.iter().filter(move |row| row.entered == Some(state));
    if database.history.iter().any(|row| row.operation == Operation::Publish(Person::Alice)) {
        return Some(OWN);
    }
    if entered(State::Published).count() > 1 {
        // Two people, or one key twice: the latter has a promise of its own.
        let first = entered(State::Published).next().map(|row| row.operation);
        let same = entered(State::Published).all(|row| Some(row.operation) == first);
        return Some(if same { KEY } else { ONCE });
    }
    if last_entered(world) != database.state {
        return Some(HISTORY);
    }
    let repeated =
        |operation| database.history.iter().filter(|row| row.operation == operation).count() > 1;
    if database.history.iter().any(|row| repeated(row.operation)) {
        return Some(KEY);
    }
    if database.has_request && database.state != State::InReview {
        return Some(SEEN);
    }
    world.clients.iter().find_map(|client| broken_promise_to(world, client)).or(world.broken)
}

fn last_entered(world: &World) -> State {
    let mut entered = world.database.history.iter().rev().filter_map(|row| row.entered);
    entered.next().unwrap_or(State::InReview)
}

/// Returns the promise that a client's answer breaks.
fn broken_promise_to(world: &World, client: &Client) -> Option<Broken> {
    use super::world::Answer;
    let is_recorded = world.database.history.iter().any(|row| row.operation == client.operation);
    match client.answer {
        Some(Answer::Incident(_)) if !client.operation.is_typed() => Some(DEFECT),
        Some(Answer::Done)
            if client.operation.is_on_post() && !client.has_written && !is_recorded =>
        {
            Some(LOST)
        }
        Some(Answer::Done | Answer::Refused(_) | Answer::Incident(_)) | None => None,
    }
}
