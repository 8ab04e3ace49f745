//! The steps of the stories on a real database, through the real workflow. Each
//! returns what was answered, as sentences for the page.

use std::thread;

use diesel::connection::SimpleConnection;
use imprimatur::accounts::sessions::{SessionId, begin, random_key};
use imprimatur::accounts::{Credential, stored_password};
use imprimatur::domain::{
    Interface, OperationKey, Outcome, PostId, RequestChanges, RevisionNumber, Role, State,
};
use imprimatur::http::ErrorKind;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;
use imprimatur::workflow;

use crate::support::World;
use crate::support::attempts::codes;
use crate::support::raw::{db_facts_of, db_history_row, db_refused_by};
use crate::support::world::{account, call_with, note, publish, request_changes};

/// An answer as interfaces show it.
fn said<T>(answer: &Result<T, Refusal>) -> String {
    match answer {
        Ok(_) => "done".to_owned(),
        Err(refusal) => {
            format!("refused, {} ({})", ErrorKind::of(refusal).status.as_u16(), codes(refusal))
        }
    }
}

/// Lets two wait for what a third holds, in this order, and then go on.
fn in_turn<A: Send, B: Send>(
    world: &World,
    hold: &str,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    let mut holder = world.database.as_owner();
    holder.batch_execute(&format!("BEGIN; {hold}")).unwrap();
    thread::scope(|scope| {
        let first = scope.spawn(first);
        world.database.db_wait_for_waiters(1);
        let second = scope.spawn(second);
        world.database.db_wait_for_waiters(2);
        holder.batch_execute("COMMIT").unwrap();
        (first.join().unwrap(), second.join().unwrap())
    })
}

fn hold(post: PostId) -> String {
    format!("SELECT FROM posts WHERE id = {post} FOR UPDATE")
}

pub fn the_state_is_judged_under_the_lock(world: &World) -> Vec<String> {
    let (post, other) = (world.in_review(), world.in_review());
    let (edith, rosa) = in_turn(
        world,
        &hold(post),
        || world.perform(world.edith, &publish(post, 1)),
        || world.perform(world.rosa, &request_changes(post, 1)),
    );
    let (rosa_first, edith_second) = in_turn(
        world,
        &hold(other),
        || world.perform(world.rosa, &request_changes(other, 1)),
        || world.perform(world.edith, &publish(other, 1)),
    );
    vec![
        format!("Edith publishes: {}.", said(&edith)),
        format!("Rosa, who waited for the lock meanwhile, requests changes: {}.", said(&rosa)),
        format!("The other way round, Rosa requests changes: {}.", said(&rosa_first)),
        format!("Edith, who waited for the lock meanwhile, publishes: {}.", said(&edith_second)),
    ]
}

pub fn the_second_publisher_is_refused_by_policy(world: &World) -> Vec<String> {
    let post = world.in_review();
    let (edith, rosa) = in_turn(
        world,
        &hold(post),
        || world.perform(world.edith, &publish(post, 1)),
        || world.perform(world.rosa, &publish(post, 1)),
    );
    vec![
        format!("Edith publishes: {}.", said(&edith)),
        format!("Rosa, in the same moment: {}.", said(&rosa)),
        format!(
            "Incidents: {}. Recorded publications: {}.",
            world.db_incidents().len(),
            entered(world, post, "published")
        ),
    ]
}

pub fn the_database_refuses_a_hand_typed_publication(world: &World) -> Vec<String> {
    let post = world.in_review();
    let mut conn = world.database.as_runtime();
    let facts = db_facts_of(State::Published, world.edith);
    let update = format!("UPDATE posts SET {facts} WHERE id = {post}");
    let insert = db_history_row(post, Some(State::InReview), State::Published, world.edith);
    vec![
        format!(
            "`UPDATE posts SET state = 'published' …`, with every fact: refused by `{}`.",
            db_refused_by(&mut conn, &update)
        ),
        format!(
            "`INSERT INTO history …` of a publication: refused by `{}`.",
            db_refused_by(&mut conn, &insert)
        ),
        format!("The post is {}.", state(world, post)),
    ]
}

pub fn a_revocation_waits_and_then_holds(world: &World) -> Vec<String> {
    let (post, next) = (world.in_review(), world.in_review());
    let (edith, stan) = in_turn(
        world,
        &hold(post),
        || world.perform(world.edith, &publish(post, 1)),
        || {
            let answer = world.change_account("edith", AccountChange::Revoke(Role::Reviewer));
            (answer, state(world, post))
        },
    );
    let later = world.perform(world.edith, &publish(next, 1));
    vec![
        format!("Edith's publication is in progress: {}.", said(&edith)),
        format!(
            "The revocation waits for it: {}. When it is acknowledged, the post is {}.",
            said(&stan.0),
            stan.1
        ),
        format!("Edith publishes another post: {}.", said(&later)),
    ]
}

pub fn a_session_carries_no_authority(world: &World) -> Vec<String> {
    let post = world.in_review();
    let session = session_of(world, "edith").expect("a session begins");
    world.change_account("edith", AccountChange::Revoke(Role::Reviewer)).unwrap();
    let mut call = world.call(world.edith);
    call.caller.credential = Credential::Session(session);
    let answer = workflow::perform(&world.store, &call, &publish(post, 1));
    vec![
        "Edith is signed in, and Stan revokes her role: done.".to_owned(),
        format!("Edith publishes with the session that she has: {}.", said(&answer)),
    ]
}

fn session_of(world: &World, username: &str) -> Option<SessionId> {
    let mut conn = world.store.checkout().unwrap();
    let stored = stored_password(&mut conn, username).unwrap()?;
    let session = SessionId::of(&random_key());
    begin(&mut conn, &session, stored.user, &stored.hash, "a test").unwrap().then_some(session)
}

pub fn an_old_password_begins_no_session(world: &World) -> Vec<String> {
    let mut conn = world.store.checkout().unwrap();
    // The password was typed, and fits what is stored now.
    let stored = stored_password(&mut conn, "edith").unwrap().unwrap();
    let hash = account("edith", &[]).password_hash + "x";
    world.change_account("edith", AccountChange::SetPassword(hash)).unwrap();
    let session = SessionId::of(&random_key());
    let begun = begin(&mut conn, &session, stored.user, &stored.hash, "a test").unwrap();
    vec![
        "The old password is compared: it fits. Then it is changed: done.".to_owned(),
        format!(
            "The sign-in continues: {}.",
            if begun { "a session begins" } else { "no session begins" }
        ),
        format!("Sessions of Edith: {}.", world.db_count("sessions")),
    ]
}

pub fn a_retry_with_the_same_key_has_one_effect(world: &World) -> Vec<String> {
    let post = world.in_review();
    let key = OperationKey::random();
    let text = "Please name your source.";
    let attempt = RequestChanges { post, seen: RevisionNumber(1), note: note(text) };
    let ask = |key: &OperationKey| -> Result<Outcome, Refusal> {
        workflow::perform(&world.store, &call_with(world.rosa, key.clone()), &attempt)
    };
    let (first, second) = (ask(&key), ask(&key));
    let same = if first == second { "the same outcome" } else { "another outcome" };
    let changed = RequestChanges { note: note("And the year."), ..attempt.clone() };
    let other = workflow::perform(&world.store, &call_with(world.rosa, key.clone()), &changed);
    vec![
        format!("Rosa requests changes: {}. The answer is lost.", said(&first)),
        format!("The same request again, with the same key: {}, {same}.", said(&second)),
        format!("Change requests: {}.", world.db_count("reviews")),
        format!("The same key with other words: {}.", said(&other)),
    ]
}

pub fn every_interface_asks_the_same_rule(world: &World) -> Vec<String> {
    world.change_account("alice", AccountChange::Grant(Role::Reviewer)).unwrap();
    let post = world.in_review();
    let through = |interface| {
        let mut call = world.call(world.alice);
        call.caller.interface = interface;
        said(&workflow::perform(&world.store, &call, &publish(post, 1)))
    };
    let mut answers: Vec<String> = Interface::ALL
        .into_iter()
        .map(|interface| {
            let name = match interface {
                Interface::Page => "a page",
                Interface::Admin => "the admin",
                Interface::Api => "the API",
                Interface::CommandLine => "the command line",
            };
            format!("Alice publishes her own post through {name}: {}.", through(interface))
        })
        .collect();
    answers.push(format!("The post is {}.", state(world, post)));
    answers
}

fn state(world: &World, post: PostId) -> String {
    world.post(post).state().label().to_lowercase()
}

fn entered(world: &World, post: PostId, state: &str) -> usize {
    world.db_history(post).iter().filter(|entered| *entered == state).count()
}
