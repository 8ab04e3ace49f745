//! The cases about one's own account, through the workflow on a real database.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use imprimatur::accounts::sessions::{self, SessionId, begin, random_key};
use imprimatur::accounts::{Credential, stored_password, tokens};
use imprimatur::domain::{
    NewPassword, NewToken, OwnActionKind, OwnChange, Permission, TokenId, TokenLifetime, TokenName,
    UserId,
};
use imprimatur::store::statement::statement;
use imprimatur::workflow;

use super::accounts::{HASH, own};
use super::sample::{Cell, every_cell, pairwise};
use super::table::{Answer, Case};
use crate::support::World;
use crate::support::world::account_call;

/// A person in a situation, and what they name.
struct Ready {
    id: UserId,
    credential: Credential,
    shown: String,
    session: i64,
    token: TokenId,
}

fn ready(world: &World, case: &Case, number: usize) -> Ready {
    let username = format!("person{number}");
    let id = world.person(&username, &[]);
    let mut conn = world.store.checkout().unwrap();
    let hash = stored_password(&mut conn, &username).unwrap().unwrap().hash;
    let mut sign_in = || {
        let session = SessionId::of(&random_key());
        assert!(begin(&mut conn, &session, id, &hash, "a test").unwrap());
        session
    };
    let this = sign_in();
    if case[2] == 0 {
        sign_in();
    }
    let live = sessions::of_person(&mut conn, id, Some(&this)).unwrap();
    drop(conn);
    let token = if case[3] == 0 { make_token(world, id, &hash, "first") } else { TokenId(0) };
    if case[4] == 1 {
        make_token(world, id, &hash, "a program");
    }
    if case[5] == 1 {
        db_fill_tokens(world, id);
    }
    Ready {
        id,
        credential: Credential::Session(this),
        shown: if case[0] == 0 { hash } else { HASH.to_owned() },
        session: if case[1] == 0 { live[0].number } else { 0 },
        token,
    }
}

fn new_token(name: &str, is_too_wide: bool) -> OwnChange {
    let token = tokens::generate();
    OwnChange::MakeToken(NewToken {
        name: TokenName::parse(name).unwrap(),
        lifetime: TokenLifetime::parse("30").unwrap(),
        permissions: is_too_wide.then(|| vec![Permission::PublishPost]),
        beginning: token.beginning(),
        secret: token.hash(),
    })
}

fn make_token(world: &World, id: UserId, hash: &str, name: &str) -> TokenId {
    let you = Credential::Account(id);
    let change = new_token(name, false);
    workflow::own_account::change(&world.store, &account_call(&you), &change, Some(hash)).unwrap();
    statement::<BigInt>("SELECT id FROM tokens WHERE user_id = $1 AND name = $2")
        .bind::<BigInt, _>(id.0)
        .bind::<Text, _>(name)
        .get_result(&mut world.database.as_owner())
        .map(TokenId)
        .unwrap()
}

/// Adds tokens up to the most that a person may have, without their records.
fn db_fill_tokens(world: &World, id: UserId) {
    let sql = format!(
        "SET session_replication_role = replica;
         INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         SELECT {id}, 'filler ' || n, 'imprimatur_abcd', sha256(('{id} ' || n)::bytea),
             now() + interval '1 day'
         FROM generate_series(1, 50 - (SELECT count(*) FROM tokens WHERE user_id = {id})) AS n"
    );
    world.database.as_superuser().batch_execute(&sql).unwrap();
}

fn drive(cells: &[Cell<'_>]) {
    let world = World::new();
    for (number, (table, case)) in cells.iter().enumerate() {
        let ready = ready(&world, case, number);
        let kind: OwnActionKind = table.title.parse().unwrap();
        let change = match kind {
            OwnActionKind::ChangePassword | OwnActionKind::SetPasswordByLink => {
                let hash = format!("{HASH}x");
                OwnChange::Password(NewPassword { hash, session: None, keeps_tokens: false })
            }
            OwnActionKind::EndSession => OwnChange::EndSession(ready.session),
            OwnActionKind::EndOtherSessions => OwnChange::EndOtherSessions,
            OwnActionKind::MakeToken => new_token("a program", case[6] == 1),
            OwnActionKind::RevokeToken => OwnChange::RevokeToken(ready.token),
        };
        let call = account_call(&ready.credential);
        let records = world.db_count("account_events");
        let shown = Some(ready.shown.as_str());
        let answer = workflow::own_account::change(&world.store, &call, &change, shown);
        let name = format!("{kind:?} {case:?} of {}", ready.id);
        assert_eq!(Answer::of(&answer), *table.answer(case), "{name}");
        let made = world.db_count("account_events") - records;
        assert_eq!(made > 0, answer.is_ok(), "{name}: a change has its record, a refusal none");
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn every_answer_and_every_pair_of_conditions_is_what_the_workflow_does() {
    let tables = own();
    let cells = pairwise(&every_cell(&tables, |_| true));
    println!("{} cases", cells.len());
    drive(&cells);
}

/// `cargo test --test proof matrix -- --ignored`.
#[test]
#[ignore = "by hand: minutes"]
fn every_case_is_what_the_workflow_does() {
    let tables = own();
    drive(&every_cell(&tables, |_| true));
}
