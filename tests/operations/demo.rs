//! The demo is what really happened: through the door, once, and to the end.

use diesel::connection::SimpleConnection;
use imprimatur::accounts;
use imprimatur::demo;
use imprimatur::domain::{Role, State};
use imprimatur::store::paging::PageRequest;
use imprimatur::store::posts::{self, Filter, Sort};
use imprimatur::store::visibility::Visibility;

use crate::support::database::Database;
use crate::support::world::{account, account_call, db_number};

#[test]
fn it_shows_posts_in_every_state() {
    let database = Database::new();
    let store = database.store();
    assert!(demo::load(&store).unwrap());
    let conn = &mut store.checkout().unwrap();
    let visibility = Visibility { sees_everything: true, ..Visibility::public() };
    let counted = |state| {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let page = PageRequest::newest(100);
        let list = posts::change_list(conn, visibility, &filter, Sort::Number, &page).unwrap();
        (state, list.lines.len())
    };
    let states: Vec<(State, usize)> = State::ALL.into_iter().map(counted).collect();
    assert_eq!(
        states,
        [(State::Draft, 2), (State::InReview, 2), (State::Published, 5), (State::Archived, 1)]
    );
}

#[test]
fn every_demo_account_signs_in_with_the_demo_password() {
    let database = Database::new();
    let store = database.store();
    demo::load(&store).unwrap();
    let conn = &mut store.checkout().unwrap();
    let people = demo::sign_ins(conn).unwrap();
    assert_eq!(people.len(), 5);
    for person in people {
        let stored = accounts::stored_password(conn, &person.username).unwrap().unwrap();
        assert!(accounts::passwords::verify(demo::PASSWORD, Some(&stored.hash)));
    }
}

#[test]
fn it_is_loaded_once_and_only_into_an_empty_database() {
    let database = Database::new();
    let store = database.store();
    assert!(demo::load(&store).unwrap());
    assert!(!demo::load(&store).unwrap());

    let inhabited = Database::new();
    let store = inhabited.store();
    let nobody = accounts::Credential::Account(imprimatur::domain::UserId(0));
    let call = account_call(&nobody);
    imprimatur::workflow::accounts::create_first(&store, &call, &account("stan", &[Role::Staff]))
        .unwrap();
    assert!(!demo::load(&store).unwrap());
    assert!(demo::sign_ins(&mut store.checkout().unwrap()).unwrap().is_empty());
}

/// Wherever it was interrupted, the next call finishes it and repeats nothing.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_interrupted_demo_is_continued() {
    let whole = Database::new();
    demo::load(&whole.store_of(1)).unwrap();
    let everything = |database: &Database| {
        let count = |table: &str| {
            db_number(&mut database.as_owner(), &format!("SELECT count(*) AS n FROM {table}"))
        };
        ["users", "posts", "revisions", "reviews", "history", "refusals"].map(count)
    };
    let [people, _, _, _, steps, refused] = everything(&whole);
    assert_eq!(refused, 0);
    let template = Database::new();
    for allowed in [0, 1, 3, people, people + 1, people + 5, people + steps - 1] {
        let database = template.copy();
        db_refuse_after(&database, allowed);
        let store = database.store_of(1);
        assert!(demo::load(&store).is_err(), "after {allowed} steps");
        db_refuse_nothing(&database);
        assert!(demo::load(&store).unwrap(), "after {allowed} steps");
        assert!(!demo::load(&store).unwrap());
        assert_eq!(everything(&database), everything(&whole));
    }
}

/// Lets so many accounts and operations be written, and no more.
fn db_refuse_after(database: &Database, allowed: i64) {
    database
        .as_owner()
        .batch_execute(&format!(
            "CREATE FUNCTION interrupt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
             BEGIN
                 IF (SELECT count(*) FROM users) + (SELECT count(*) FROM history) > {allowed} THEN
                     RAISE EXCEPTION 'interrupted';
                 END IF;
                 RETURN NULL;
             END $$;
             CREATE TRIGGER interruption AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION interrupt();
             CREATE TRIGGER interruption AFTER INSERT ON history FOR EACH ROW EXECUTE FUNCTION interrupt();"
        ))
        .unwrap();
}

fn db_refuse_nothing(database: &Database) {
    database.as_owner().batch_execute("DROP FUNCTION interrupt() CASCADE").unwrap();
}
