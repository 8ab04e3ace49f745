//! Locks are taken in one order: the account, then its sessions and tokens, then posts.
//! Two that take them in different orders wait for each other until PostgreSQL ends one.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use imprimatur::accounts::tokens;
use imprimatur::domain::{OwnChange, Step};
use imprimatur::refusal::Refusal;
use imprimatur::store::statement::statement;
use imprimatur::workflow;

use super::revocation::reviewer;
use crate::support::World;
use crate::support::program::token;
use crate::support::steps::step_by_step;
use crate::support::world::{account_call, publish};

/// Does `work`, and counts the transactions that it takes.
fn counted<T: Send>(work: impl FnOnce() -> T + Send) -> (T, usize) {
    let mut begun = 0;
    let answer = step_by_step(work, |step| begun += usize::from(step == Step::Begin));
    (answer, begun)
}

#[test]
fn a_change_of_ones_account_and_a_publish_of_the_same_session_wait_in_one_order() {
    let mut transactions = Vec::new();
    for name in ["end this session", "end another", "end all others", "revoke a token"] {
        let world = World::new();
        let call = reviewer(&world, "ruth");
        let ruth = world.find_person("ruth").id;
        let token = token(&world.store, ruth, None);
        let post = world.in_review();
        let this = statement::<BigInt>("SELECT number FROM sessions")
            .get_result::<i64>(&mut world.database.as_owner())
            .unwrap();
        let change = match name {
            "end this session" => OwnChange::EndSession(this),
            "end another" => OwnChange::EndSession(this + 1),
            "end all others" => OwnChange::EndOtherSessions,
            _ => {
                let hash = tokens::parse(&token).unwrap();
                let found = tokens::find(&mut world.database.as_runtime(), &hash).unwrap();
                OwnChange::RevokeToken(found.unwrap().token)
            }
        };
        let mut owner = world.database.as_owner();
        owner
            .batch_execute(
                "INSERT INTO sessions (id_hash, user_id, expires_at)
                 SELECT sha256('another'), user_id, expires_at FROM sessions;
                 UPDATE sessions SET last_used_at = last_used_at - interval '2 minutes'",
            )
            .unwrap();
        owner.batch_execute("BEGIN; SELECT FROM sessions FOR NO KEY UPDATE").unwrap();
        let (changed, published) = thread::scope(|scope| {
            let (world, call, change) = (&world, &call, &change);
            let change = || {
                let asking = account_call(&call.caller.credential);
                workflow::own_account::change(&world.store, &asking, change, None)
            };
            let publish = || workflow::perform(&world.store, call, &publish(post, 1));
            let changing = scope.spawn(move || counted(change));
            world.database.db_wait_for_waiters(1);
            let publishing = scope.spawn(move || counted(publish));
            world.database.db_wait_for_waiters(2);
            owner.batch_execute("COMMIT").unwrap();
            (changing.join().unwrap(), publishing.join().unwrap())
        });
        transactions.push((changed.1, published.1));
        changed.0.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        if name == "end this session" {
            assert_eq!(published.0.unwrap_err(), Refusal::NotSignedIn);
        } else {
            published.0.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        }
    }
    assert_eq!(transactions, [(1, 1); 4], "neither is interrupted and tries again");
}
