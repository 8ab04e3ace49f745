//! The mutation layer trusts nobody. Its proofs cannot be forged, so the world
//! is changed underneath them instead: by the same connection, between the
//! question and the write, with every guard of the database asleep.

use diesel::connection::SimpleConnection;
use imprimatur::accounts::{self, Credential};
use imprimatur::domain::{Archive, OperationKey, Outcome, State};
use imprimatur::invariants::{self, Broken, Mutation, Operation};
use imprimatur::store::failure::{Failure, classify};
use imprimatur::store::{self, posts};
use imprimatur::{permissions, policies};

use crate::support::World;
use crate::support::raw::db_facts_of;
use crate::support::world::{
    archive, content, note, publish, request_changes, revise, submit, withdraw_request,
};

#[derive(Debug)]
struct Stopped(String);

impl From<diesel::result::Error> for Stopped {
    fn from(error: diesel::result::Error) -> Self {
        Self(match classify(&error) {
            Failure::Constraint(proposition) => proposition,
            Failure::Defect(_) | Failure::Conflict | Failure::Unavailable(_) => error.to_string(),
        })
    }
}

/// Asks permission and policy, changes the world, and lets the mutation go on.
fn write_after<A: Mutation>(
    world: &World,
    who: imprimatur::domain::UserId,
    attempt: &A,
    underneath: &str,
) -> Result<Outcome, String> {
    let mut conn = world.database.as_superuser();
    let key = OperationKey::random();
    let operation = Operation { key: &key, fingerprint: attempt.fingerprint() };
    store::transaction(&mut conn, |tx| {
        let actor = accounts::load(tx, &Credential::Account(who))?.unwrap();
        let capability = permissions::verify::<A>(actor).unwrap();
        let post = posts::lock(tx, &capability, attempt)?.unwrap();
        let validity = policies::evaluate(capability, attempt, post).unwrap();
        tx.conn().batch_execute(underneath)?;
        invariants::enforce(validity, &operation, tx).map_err(|broken| match broken {
            Broken::Invariant(violation) => Stopped(violation.invariant().to_owned()),
            Broken::Database(error) => error.into(),
        })
    })
    .map_err(|Stopped(by)| by)
}

fn guards_asleep(sql: &str) -> String {
    format!(
        "SET LOCAL session_replication_role = replica; {sql};
         SET LOCAL session_replication_role = origin"
    )
}

/// Tries an action whose policy was right, on a post that has since come into
/// each of the states in which it would have been wrong.
fn is_refused_in_every_state_but<A: Mutation>(
    world: &World,
    who: imprimatur::domain::UserId,
    right: &[State],
    attempt: &A,
) {
    let (post, _) = attempt.target().unwrap();
    let before = world.db_everything();
    for wrong in State::ALL.into_iter().filter(|state| !right.contains(state)) {
        let facts = db_facts_of(wrong, world.rosa);
        let underneath = guards_asleep(&format!("UPDATE posts SET {facts} WHERE id = {post}"));
        assert_eq!(
            write_after(world, who, attempt, &underneath).unwrap_err(),
            "locked_post_is_what_the_update_finds",
            "{} in {wrong}",
            A::ACTION
        );
        assert_eq!(world.db_everything(), before, "{} in {wrong}", A::ACTION);
    }
    let revised = guards_asleep(&format!(
        "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id, number + 1, 'Another', summary, body, author_id, at, key
         FROM revisions WHERE post_id = {post} AND number = 1;
         UPDATE posts SET current_revision = 2,
             published_revision = CASE WHEN published_revision IS NULL THEN NULL ELSE 2 END
         WHERE id = {post}"
    ));
    assert_eq!(
        write_after(world, who, attempt, &revised).unwrap_err(),
        "locked_post_is_what_the_update_finds",
        "{} of another revision",
        A::ACTION
    );
    assert_eq!(world.db_everything(), before);
    // With nothing changed underneath, the same attempt goes through.
    write_after(world, who, attempt, "SELECT").unwrap();
}

#[test]
fn an_action_writes_nothing_when_the_post_changed_after_its_policy() {
    let world = World::new();
    let (alice, edith, stan) = (world.alice, world.edith, world.stan);
    let open = [State::Draft, State::InReview];
    let unchanged = imprimatur::domain::Revise {
        content: content("On restraint"),
        ..revise(world.draft(), 1, "")
    };
    let requested = world.in_review();
    world.perform(edith, &request_changes(requested, 1)).unwrap();
    is_refused_in_every_state_but(&world, alice, &open, &revise(world.draft(), 1, "Other"));
    is_refused_in_every_state_but(&world, alice, &open, &unchanged);
    is_refused_in_every_state_but(&world, alice, &[State::Draft], &submit(world.draft(), 1));
    let in_review = [State::InReview];
    let request = request_changes(world.in_review(), 1);
    is_refused_in_every_state_but(&world, edith, &in_review, &request);
    let withdrawal = withdraw_request(requested, 1);
    is_refused_in_every_state_but(&world, edith, &in_review, &withdrawal);
    is_refused_in_every_state_but(&world, edith, &in_review, &publish(world.in_review(), 1));
    let published = world.published();
    is_refused_in_every_state_but(&world, stan, &[State::Published], &archive(published, 1));
}

#[test]
fn a_policy_that_forgot_to_ask_for_a_reason_archives_nothing() {
    let world = World::new();
    let post = world.published();
    // The reason was there when policy looked.
    let attempt = Archive { reason: note("It is out of date."), ..archive(post, 1) };
    let underneath = "CREATE FUNCTION blank() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN NEW.archive_reason := '' ''; RETURN NEW; END';
         CREATE TRIGGER a_blank BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION blank()";
    let before = world.db_everything();
    assert_eq!(
        write_after(&world, world.stan, &attempt, underneath).unwrap_err(),
        "archive_reason_is_given"
    );
    assert_eq!(world.db_everything(), before);
}

#[test]
fn a_withdrawal_whose_request_is_gone_writes_nothing() {
    let world = World::new();
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let before = world.db_everything();
    let underneath = guards_asleep("DELETE FROM reviews");
    assert_eq!(
        write_after(&world, world.edith, &withdraw_request(post, 1), &underneath).unwrap_err(),
        "locked_post_is_what_the_update_finds"
    );
    assert_eq!(world.db_everything(), before);
}
