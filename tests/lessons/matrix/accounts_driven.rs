//! The same cases about accounts, through the workflow on a real database.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::accounts::sessions::{SessionId, begin, random_key};
use imprimatur::accounts::{Credential, stored_password, tokens};
use imprimatur::domain::{
    AccountAction, NewToken, OwnChange, Role, TokenId, TokenLifetime, TokenName, UserId,
};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::store::statement::statement;
use imprimatur::workflow;

use super::accounts::{CHANGES, DIMENSIONS, Situation, change_of, read, roles_of};
use super::sample::{Cell, every_cell, pairwise};
use super::table::{Answer, Table};
use crate::support::World;
use crate::support::world::{account_call, db_end_sessions_of};

/// Returns whether accounts can be in this situation.
fn is_possible(action: AccountAction, situation: &Situation) -> bool {
    let s = situation;
    let is_about_staff =
        matches!(action, AccountAction::Grant(Role::Staff) | AccountAction::Revoke(Role::Staff));
    // Whoever acts is active, as staff or not, and ended sessions and tokens do
    // not come back.
    let is_own_possible = !s.is_own || (s.is_active && s.holds_staff == s.you_are_staff);
    let is_over = s.is_active || (!s.is_signed_in && !s.token_works);
    // Two active members of staff are not one.
    let is_second = !s.is_own && s.is_active && s.holds_staff;
    is_own_possible
        && is_over
        && (!is_about_staff || s.holds_role == s.holds_staff)
        && !(s.is_only_staff && s.you_are_staff && is_second)
        // The only member of staff holds no other role in these worlds.
        && (is_about_staff || !(is_stan(s) && s.holds_role))
        && (action == AccountAction::Rename || !s.is_same_name)
}

/// The one member of staff is Stan; where an account is that, it is his.
fn is_stan(situation: &Situation) -> bool {
    situation.is_only_staff && situation.is_active && situation.holds_staff
}

/// An account in a situation, and who acts on it.
#[derive(Debug, Clone)]
struct Ready {
    you: UserId,
    username: String,
    token: TokenId,
}

/// Makes names and secrets unique.
static NUMBER: AtomicU64 = AtomicU64::new(0);

fn unique() -> u64 {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

fn ready(world: &World, action: AccountAction, situation: &Situation) -> Ready {
    let (id, username) = if is_stan(situation) {
        (world.stan, "stan".to_owned())
    } else {
        let username = format!("account{}", unique());
        (world.person(&username, &roles_of(action, situation)), username)
    };
    let token = match situation.token_works {
        true => make_token(world, id, &username),
        false => TokenId(0),
    };
    if situation.is_signed_in {
        sign_in(world, &username);
    }
    if !situation.is_active {
        world.change_account(&username, AccountChange::Deactivate).unwrap();
    }
    let you = match (situation.is_own, situation.you_are_staff) {
        (true, _) => id,
        (false, true) => world.stan,
        (false, false) => world.mallory,
    };
    Ready { you, username, token }
}

fn sign_in(world: &World, username: &str) {
    let mut conn = world.store.checkout().unwrap();
    let stored = stored_password(&mut conn, username).unwrap().unwrap();
    let session = SessionId::of(&random_key());
    assert!(begin(&mut conn, &session, stored.user, &stored.hash, "a test").unwrap());
}

fn make_token(world: &World, id: UserId, username: &str) -> TokenId {
    let stored = {
        let mut conn = world.store.checkout().unwrap();
        stored_password(&mut conn, username).unwrap().unwrap()
    };
    let token = tokens::generate();
    let change = OwnChange::MakeToken(NewToken {
        name: TokenName::parse(&format!("token {}", unique())).unwrap(),
        lifetime: TokenLifetime::parse("30").unwrap(),
        permissions: None,
        beginning: token.beginning(),
        secret: token.hash(),
    });
    let (you, shown) = (Credential::Account(id), Some(stored.hash.as_str()));
    workflow::own_account::change(&world.store, &account_call(&you), &change, shown).unwrap();
    let mut conn = world.store.checkout().unwrap();
    let lines = tokens::of_person(&mut conn, id).unwrap();
    lines.into_iter().map(|line| line.id).max_by_key(|id| id.0).unwrap()
}

/// Tries every cell: refused cells of a situation share an account.
fn drive(cells: &[Cell<'_>]) {
    for is_only_staff in [true, false] {
        let world = World::new();
        if !is_only_staff {
            world.person("sue", &[Role::Staff]);
        }
        let mut shared: BTreeMap<(&str, Situation), Ready> = BTreeMap::new();
        for (table, case) in cells {
            let (action, situation) = (action_of(table).unwrap(), read(case));
            if situation.is_only_staff != is_only_staff {
                continue;
            }
            let expected = table.answer(case);
            let ready = if *expected == Answer::Done || is_stan(&situation) {
                ready(&world, action, &situation)
            } else {
                let key = (table.title.as_str(), Situation { has_reason: true, ..situation });
                shared.entry(key).or_insert_with(|| ready(&world, action, &situation)).clone()
            };
            try_change(&world, action, &situation, &ready, expected);
            restore(&world, &situation, &ready);
        }
        assert_eq!(world.db_incidents(), [""; 0]);
    }
}

fn action_of(table: &Table) -> Option<AccountAction> {
    CHANGES.iter().find(|(name, _)| *name == table.title).map(|(_, action)| *action)
}

fn try_change(
    world: &World,
    action: AccountAction,
    situation: &Situation,
    ready: &Ready,
    expected: &Answer,
) {
    let mut secret = [0; 32];
    secret[..8].copy_from_slice(&unique().to_le_bytes());
    let change = match change_of(action, secret) {
        AccountChange::RevokeToken(_) => AccountChange::RevokeToken(ready.token),
        AccountChange::Rename { .. } => {
            let name = display_name(world, &ready.username);
            AccountChange::Rename {
                seen: Some(if situation.saw_name { name.clone() } else { "Earlier".to_owned() }),
                to: if situation.is_same_name { name } else { format!("Name {}", unique()) },
            }
        }
        change => change,
    };
    let you = Credential::Account(ready.you);
    let mut call = account_call(&you);
    if !situation.has_reason {
        call.reason = " ";
    }
    let records = world.db_count("account_events");
    let answer = workflow::accounts::change(&world.store, &call, &ready.username, &change);
    let name = format!("{change:?} {situation:?}");
    assert_eq!(Answer::of(&answer), *expected, "{name}");
    let made = world.db_count("account_events") - records;
    assert_eq!(made > 0, answer.is_ok(), "{name}: a change has its record, a refusal none");
}

fn display_name(world: &World, username: &str) -> String {
    statement::<Text>("SELECT display_name FROM users WHERE username = $1")
        .bind::<Text, _>(username)
        .get_result(&mut world.database.as_runtime())
        .unwrap()
}

/// Where there is to be one member of staff, leaves only Stan, signed out.
fn restore(world: &World, situation: &Situation, ready: &Ready) {
    if is_stan(situation) {
        db_end_sessions_of(world, "stan");
        world.database.db_sabotage(
            "SET session_replication_role = replica;
             UPDATE tokens SET revoked_at = clock_timestamp() WHERE revoked_at IS NULL",
        );
    } else if situation.is_only_staff {
        let name = imprimatur::domain::Username::parse(&ready.username).unwrap();
        let mut conn = world.store.checkout().unwrap();
        let found = imprimatur::accounts::find(&mut conn, &name).unwrap();
        drop(conn);
        if found.is_some_and(|person| person.roles.contains(Role::Staff)) {
            world.change_account(&ready.username, AccountChange::Deactivate).unwrap();
        }
    }
}

fn every_possible_cell(tables: &[Table]) -> Vec<Cell<'_>> {
    let cells = every_cell(tables, |case| case.len() == DIMENSIONS.len());
    let possible = |(table, case): &Cell<'_>| {
        action_of(table).is_some_and(|action| is_possible(action, &read(case)))
    };
    cells.into_iter().filter(possible).collect()
}

#[test]
fn every_answer_and_every_pair_of_conditions_is_what_the_workflow_does() {
    let tables = super::accounts::changes();
    let cells = pairwise(&every_possible_cell(tables));
    println!("{} cases", cells.len());
    drive(&cells);
}

/// `cargo test --test proof matrix -- --ignored`.
#[test]
#[ignore = "by hand: minutes"]
fn every_case_is_what_the_workflow_does() {
    let tables = super::accounts::changes();
    let cells = every_possible_cell(tables);
    drive(&cells);
    println!("{} cases", cells.len());
}
