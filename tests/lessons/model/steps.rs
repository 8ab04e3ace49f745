//! One step of one client: what it waits for, what it reads, what it changes.

use super::promises::{PASSWORD, REVOKED, SEEN};
use super::removals::{Ingredient, System};
use super::words;
use super::world::{Answer, Client, Operation, Person, Record, State, Step, View, World};

/// A step in words, and the world after it.
pub type Next = (String, World);

/// Returns the steps of an operation, in the order of a system.
pub fn plan(operation: Operation, system: &System<'_>) -> Vec<Step> {
    let has = |ingredient| system.has(ingredient);
    let mut plan = if operation.is_typed() {
        vec![Step::Write]
    } else if operation == Operation::SignIn {
        match has(Ingredient::PasswordUnderLock) {
            true => vec![Step::Begin, Step::Actor, Step::Compare, Step::Write],
            false => vec![Step::Compare, Step::Begin, Step::Actor, Step::Write],
        }
    } else if !operation.is_on_post() {
        vec![Step::Begin, Step::LockAccount, Step::Write]
    } else {
        let first = match has(Ingredient::ActorInTransaction) {
            true => [Step::Begin, Step::Actor, Step::Permission],
            false => [Step::Actor, Step::Begin, Step::Permission],
        };
        let second = match has(Ingredient::PolicyUnderLock) {
            true => [Step::Lock, Step::Read, Step::Policy],
            false => [Step::Read, Step::Policy, Step::Lock],
        };
        [first.as_slice(), &second, &[Step::Write]].concat()
    };
    plan.extend(match has(Ingredient::AnswerAfterCommit) {
        true => [Step::Commit, Step::Answer],
        false => [Step::Answer, Step::Commit],
    });
    plan.retain(|step| *step != Step::Lock || has(Ingredient::Lock));
    plan
}

/// Returns every world that can be next.
pub fn next(world: &World, system: &System<'_>) -> Vec<Next> {
    let plans: Vec<Vec<Step>> =
        world.clients.iter().map(|client| plan(client.operation, system)).collect();
    // A step that neither reads nor changes what others can see commutes with all
    // other steps, so it is enough to look at it first.
    let step_of = |index: usize| plans[index].get(world.clients[index].at).copied();
    let is_private = |step| matches!(step, Some(Step::Begin | Step::Permission | Step::Policy));
    if let Some(index) = (0..plans.len()).find(|index| is_private(step_of(*index))) {
        return step(world, index, step_of(index).unwrap(), system).into_iter().collect();
    }
    let mut found = Vec::new();
    for index in 0..plans.len() {
        let Some(now) = step_of(index) else { continue };
        found.extend(step(world, index, now, system));
        if now == Step::Answer && world.may_lose && !world.clients[index].operation.is_typed() {
            let mut lost = world.clone();
            lost.may_lose = false;
            lost.clients[index].retry();
            found.push((words::lost(&world.clients[index]), lost));
        }
    }
    if world.may_crash {
        found.extend(crash(world, &plans));
    }
    found
}

/// The server ends: open transactions are rolled back, and who has no answer asks
/// again.
fn crash(world: &World, plans: &[Vec<Step>]) -> Option<Next> {
    let is_waiting = |(client, plan): (&Client, &Vec<Step>)| {
        client.at > 0 && client.at < plan.len() && !client.operation.is_typed()
    };
    let waiting: Vec<bool> = world.clients.iter().zip(plans).map(is_waiting).collect();
    if !waiting.contains(&true) {
        return None;
    }
    let mut crashed = world.clone();
    crashed.may_crash = false;
    for (index, client) in crashed.clients.iter_mut().enumerate() {
        let was_told = plans[index][..client.at].contains(&Step::Answer);
        if waiting[index] && was_told {
            client.at = plans[index].len();
            client.release();
        } else if waiting[index] {
            client.retry();
        }
    }
    Some((
        "The server crashes and starts again. Open transactions are rolled back.".into(),
        crashed,
    ))
}

fn step(world: &World, index: usize, step: Step, system: &System<'_>) -> Option<Next> {
    let client = &world.clients[index];
    let operation = client.operation;
    let mut next = world.clone();
    next.clients[index].at += 1;
    let mut outcome = None;
    match step {
        Step::Begin => {}
        Step::Actor => actor(world, index, system, &mut next)?,
        Step::Permission => {
            if !client.may_act {
                outcome = Some(Answer::Refused("permission"));
            }
        }
        Step::Lock => {
            if world.another(index, |other| other.holds_post) {
                return None;
            }
            next.clients[index].holds_post = true;
        }
        Step::Read => next.clients[index].view = Some(view(world)),
        Step::Policy => outcome = policy(world, client, system).map(Answer::Refused),
        Step::LockAccount => {
            if world.another(index, is_at_ediths_account) {
                return None;
            }
            next.clients[index].holds_account = true;
        }
        Step::Compare => {
            next.clients[index].password_fits = world.database.password_is_old;
            if !world.database.password_is_old {
                outcome = Some(Answer::Refused("wrong password"));
            }
        }
        Step::Write => outcome = write(world, index, system, &mut next)?,
        Step::Commit => outcome = commit(&mut next, index, system),
        Step::Answer => answer(&mut next, index),
    }
    let label = words::step(client, step, &next, outcome, system);
    if let Some(answer) = outcome {
        // The transaction is over, and the next step is the answer.
        let plan = plan(operation, system);
        let client = &mut next.clients[index];
        client.answer = Some(answer);
        client.at = plan.len() - 1;
        client.release();
        if !system.has(Ingredient::AnswerAfterCommit) || operation.is_typed() {
            client.at = plan.len();
        }
    }
    Some((label, next))
}

fn is_at_ediths_account(client: &Client) -> bool {
    client.holds_account || (client.shares_account && client.operation.actor() == Person::Edith)
}

fn actor(world: &World, index: usize, system: &System<'_>, next: &mut World) -> Option<()> {
    let operation = world.clients[index].operation;
    let is_edith = operation.actor() == Person::Edith;
    if system.has(Ingredient::ActorInTransaction) || operation == Operation::SignIn {
        if is_edith && world.another(index, |other| other.holds_account) {
            return None;
        }
        next.clients[index].shares_account = true;
    }
    let database = &world.database;
    let holds_role = database.edith_is_reviewer || !system.has(Ingredient::RolesFromAccount);
    next.clients[index].may_act = !is_edith || (holds_role && database.edith_is_active);
    Some(())
}

fn view(world: &World) -> View {
    let database = &world.database;
    View {
        state: database.state,
        revision: database.revision,
        is_complete: database.is_complete,
        has_request: database.has_request,
    }
}

/// Returns the rule that is not met. A repeated key is answered with its first
/// outcome.
fn policy(world: &World, client: &Client, system: &System<'_>) -> Option<&'static str> {
    let view = client.view.unwrap();
    let operation = client.operation;
    let expected = match operation {
        Operation::Archive => State::Published,
        _ => State::InReview,
    };
    let is_publication = matches!(operation, Operation::Publish(_));
    let refused = if view.state != expected {
        Some("not in that state")
    } else if operation.actor() == Person::Alice
        && is_publication
        && system.has(Ingredient::RuleInPolicy)
    {
        Some("own post")
    } else if view.revision != 1 {
        Some("stale revision")
    } else if is_publication && !view.is_complete {
        Some("incomplete")
    } else if is_publication && view.has_request {
        Some("changes requested")
    } else {
        None
    };
    refused.filter(|_| !(system.has(Ingredient::UniqueKey) && is_done(world, operation)))
}

fn is_done(world: &World, operation: Operation) -> bool {
    world.database.history.iter().any(|row| row.operation == operation)
}

/// Nothing where it waits; otherwise an answer where the statement fails.
fn write(
    world: &World,
    index: usize,
    system: &System<'_>,
    next: &mut World,
) -> Option<Option<Answer>> {
    let client = &world.clients[index];
    let operation = client.operation;
    let database = &world.database;
    if operation.updates_post() && world.another(index, |other| other.holds_post) {
        return None;
    }
    if operation.is_on_post() && system.has(Ingredient::UniqueKey) {
        if world.another(index, |other| other.has_written && other.operation == operation) {
            return None;
        }
        if is_done(world, operation) {
            return Some(Some(Answer::Done));
        }
    }
    if let Some((source, target)) = operation.arrow() {
        let is_there = database.state == source && database.revision == 1;
        let has_entered = database.history.iter().any(|row| row.entered == Some(target));
        if system.has(Ingredient::GuardedUpdate) && !operation.is_typed() && !is_there {
            return Some(Some(Answer::Incident("the guarded UPDATE found no row")));
        }
        if system.has(Ingredient::EntersOnce) && has_entered && operation != Operation::TypeState {
            return Some(Some(Answer::Incident("post_enters_each_state_once")));
        }
    }
    if operation == Operation::Revise
        && system.has(Ingredient::GuardedUpdate)
        && (database.state != State::InReview || database.revision != 1)
    {
        return Some(Some(Answer::Incident("the guarded UPDATE found no row")));
    }
    if operation == Operation::Publish(Person::Alice) && system.has(Ingredient::AuthorConstraint) {
        return Some(Some(Answer::Incident("author_does_not_publish")));
    }
    let writing = &mut next.clients[index];
    writing.has_written = true;
    writing.holds_post |= operation.updates_post();
    if !system.has(Ingredient::AnswerAfterCommit) {
        writing.answer = Some(Answer::Done);
    }
    Some(None)
}

/// Makes what was written visible, or answers why not.
fn commit(next: &mut World, index: usize, system: &System<'_>) -> Option<Answer> {
    let operation = next.clients[index].operation;
    let is_one_sided = operation.is_typed();
    if is_one_sided && system.has(Ingredient::DeferredConstraint) {
        return Some(Answer::Incident("post_state_is_recorded"));
    }
    let actor = operation.actor();
    if operation.is_on_post() && actor == Person::Edith && next.revocation_is_acknowledged {
        next.broken = Some(REVOKED);
    }
    let database = &mut next.database;
    let entered = operation.arrow().map(|(_, target)| target);
    match operation {
        Operation::Publish(_) => {
            if database.revision != 1 || !database.is_complete || database.has_request {
                next.broken = next.broken.or(Some(SEEN));
            }
        }
        Operation::Revise => {
            if database.state != State::InReview {
                next.broken = next.broken.or(Some(SEEN));
            }
            database.revision += 1;
            database.is_complete = false;
            database.has_request = false;
        }
        Operation::RequestChanges => database.has_request = true,
        Operation::RevokeEdith => database.edith_is_reviewer = false,
        Operation::DeactivateEdith => database.edith_is_active = false,
        Operation::ChangeEdithsPassword => database.password_is_old = false,
        Operation::SignIn => {
            if next.change_is_acknowledged {
                next.broken = Some(PASSWORD);
            }
            database.sessions += 1;
        }
        Operation::Archive | Operation::TypeState | Operation::TypeRecord => {}
    }
    if let Some(target) = entered
        && operation != Operation::TypeRecord
    {
        database.state = target;
    }
    if operation.is_on_post() || operation == Operation::TypeRecord {
        database.history.push(Record { actor, operation, entered });
    }
    let client = &mut next.clients[index];
    client.answer = Some(Answer::Done);
    client.release();
    None
}

fn answer(next: &mut World, index: usize) {
    let client = &next.clients[index];
    if client.answer == Some(Answer::Done) {
        match client.operation {
            Operation::RevokeEdith | Operation::DeactivateEdith => {
                next.revocation_is_acknowledged = true;
            }
            Operation::ChangeEdithsPassword => next.change_is_acknowledged = true,
            _ => {}
        }
    }
}
