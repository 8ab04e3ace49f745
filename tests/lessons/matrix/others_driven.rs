//! The cases about new accounts and incidents, through the workflow on a real
//! database: every one of them.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use imprimatur::accounts::Credential;
use imprimatur::audit;
use imprimatur::domain::{
    Action, IncidentId, Interface, NewAccount, Note, RequestId, Role, UserId,
};
use imprimatur::store::statement::statement;
use imprimatur::workflow::{self, Caller};

use super::accounts::{changes, first, incidents};
use super::table::Answer;
use crate::support::World;
use crate::support::database::Database;
use crate::support::world::{account, account_call};

#[test]
fn every_case_of_a_new_account_is_what_the_workflow_does() {
    let world = World::new();
    let table = changes().iter().find(|table| table.title == "create-account").unwrap();
    for (case, expected) in &table.answers {
        let you = Credential::Account(if case[0] == 1 { world.stan } else { world.mallory });
        let new = account("newcomer", &[Role::Author]);
        let accounts = world.db_count("users");
        let answer = workflow::accounts::create(&world.store, &account_call(&you), &new);
        assert_eq!(Answer::of(&answer), *expected, "{case:?}");
        assert_eq!(world.db_count("users") - accounts, i64::from(answer.is_ok()), "{case:?}");
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn every_case_of_the_first_account_is_what_the_workflow_does() {
    for (case, expected) in &first().answers {
        let database = Database::new();
        let store = database.store();
        let nobody = Credential::Account(UserId(0));
        let create = |new: NewAccount| {
            workflow::accounts::create_first(&store, &account_call(&nobody), &new)
        };
        if case[0] == 1 {
            create(account("earlier", &[Role::Staff])).unwrap();
        }
        let role = if case[1] == 0 { Role::Staff } else { Role::Author };
        let answer = create(account("first", &[role]));
        assert_eq!(Answer::of(&answer), *expected, "{case:?}");
        let made: i64 = statement::<BigInt>("SELECT count(*) FROM users WHERE username = 'first'")
            .get_result(&mut database.as_runtime())
            .unwrap();
        assert_eq!(made, i64::from(answer.is_ok()), "{case:?}");
    }
}

#[test]
fn every_case_of_an_incident_is_what_the_workflow_does() {
    let world = World::new();
    let acknowledge = |you: UserId, incident: IncidentId, note: &str| {
        let (you, note) = (Caller::on_command_line(you), Note::parse(note).unwrap());
        workflow::incidents::acknowledge(&world.store, &you, incident, &note)
    };
    for (case, expected) in &incidents().answers {
        let incident = incident(&world);
        if case[1] == 1 {
            acknowledge(world.stan, incident, "Seen before.").unwrap();
        }
        let acknowledged = world.db_count("incidents WHERE acknowledged_at IS NOT NULL");
        let you = if case[0] == 1 { world.stan } else { world.mallory };
        let answer = acknowledge(you, incident, if case[2] == 0 { "Seen." } else { "" });
        assert_eq!(Answer::of(&answer), *expected, "{case:?}");
        let now = world.db_count("incidents WHERE acknowledged_at IS NOT NULL");
        assert_eq!(now - acknowledged, i64::from(answer.is_ok()), "{case:?}");
    }
}

/// Records an incident.
fn incident(world: &World) -> IncidentId {
    let asked = audit::AuditEntry {
        request: RequestId::new(),
        interface: Interface::Page,
        actor: None,
        action: Action::Publish.into(),
        post: None,
        seen: None,
    };
    audit::Record::Incident { invariant: "for_the_test", detail: "by the test" }
        .write_on(&asked, &mut world.database.as_runtime());
    statement::<BigInt>("SELECT max(id) FROM incidents")
        .get_result(&mut world.database.as_owner())
        .map(IncidentId)
        .unwrap()
}
