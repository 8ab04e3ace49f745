//! The steps in words, for people who read a counterexample.

use super::removals::{Ingredient, System};
use super::world::{Answer, Client, Operation, Person, State, Step, World};

/// Returns what a client is called.
pub fn name(client: &Client) -> String {
    let again = if client.is_retry { " (the same request again)" } else { "" };
    format!("{}{again}", title(client.operation))
}

pub fn title(operation: Operation) -> &'static str {
    match operation {
        Operation::Publish(Person::Edith) => "Edith publishes",
        Operation::Publish(Person::Rosa) => "Rosa publishes",
        Operation::Publish(_) => "Alice publishes her own post",
        Operation::Revise => "Alice empties the text",
        Operation::RequestChanges => "Rosa requests changes",
        Operation::Archive => "Stan archives",
        Operation::RevokeEdith => "Stan revokes Edith's role",
        Operation::DeactivateEdith => "Stan deactivates Edith",
        Operation::ChangeEdithsPassword => "Edith changes her password",
        Operation::SignIn => "Someone signs in with Edith's old password",
        Operation::TypeState => "A script sets the state to published",
        Operation::TypeRecord => "A script inserts a record of a publication",
    }
}

pub fn lost(client: &Client) -> String {
    format!(
        "{}: the answer is lost on its way, and the client sends the request again.",
        name(client)
    )
}

pub fn step(
    client: &Client,
    step: Step,
    after: &World,
    outcome: Option<Answer>,
    system: &System<'_>,
) -> String {
    let what = match step {
        Step::Begin => "the transaction begins",
        Step::Actor if client.operation == Operation::SignIn => "the account is locked",
        Step::Actor if !system.has(Ingredient::RolesFromAccount) => {
            "the roles are taken from the session"
        }
        Step::Actor if !system.has(Ingredient::ActorInTransaction) => {
            "who acts is read, with their roles, and nothing is locked"
        }
        Step::Actor => "who acts is read and locked, with their roles",
        Step::Permission => "the permission is checked",
        Step::Lock => "the post is locked",
        Step::Read => "the post is read",
        Step::Policy => "the rules are checked",
        Step::LockAccount => "the account is locked",
        Step::Compare => "the password is compared",
        Step::Write => "the change is written, and others do not see it yet",
        Step::Commit => "the transaction commits",
        Step::Answer => "the answer arrives",
    };
    let result = match (step, outcome) {
        (_, Some(Answer::Done)) => " The key has been used: the first outcome is the answer.",
        (_, Some(Answer::Refused(rule))) => return refused(client, what, rule),
        (_, Some(Answer::Incident(invariant))) => return stopped(client, what, invariant),
        (Step::Permission | Step::Policy, None) => " Yes.",
        (Step::Compare, None) => " It fits.",
        (Step::Read, None) => return read(client, what, after),
        _ => "",
    };
    format!("{}: {what}.{result}", name(client))
}

fn refused(client: &Client, what: &str, rule: &str) -> String {
    format!("{}: {what}. No: {rule}.", name(client))
}

fn stopped(client: &Client, what: &str, invariant: &str) -> String {
    format!("{}: {what}. It is stopped as a defect: {invariant}.", name(client))
}

fn read(client: &Client, what: &str, after: &World) -> String {
    let database = &after.database;
    let request = if database.has_request { ", with a change request" } else { "" };
    let state = match database.state {
        State::InReview => "in review",
        State::Published => "published",
        State::Archived => "archived",
    };
    let revision = database.revision;
    format!("{}: {what}: {state}, revision {revision}{request}.", name(client))
}
