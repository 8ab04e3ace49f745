//! From the first one on, there is always an active staff account; and people
//! leave without taking their history along.

use std::thread;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Role, UserId};

use super::each_is_refused;
use crate::support::World;
use crate::support::raw::{db_account_event, db_refused_by};
use crate::support::world::db_number;

#[test]
fn the_last_active_staff_account_stays() {
    let world = World::new();
    let stan = world.stan;
    let last = "there_is_always_an_active_staff_account";
    let attempts = [
        (
            "deactivate the last one",
            format!("UPDATE users SET is_active = false WHERE id = {stan}"),
            last,
        ),
        ("strip the last one", format!("UPDATE users SET roles = '{{}}' WHERE id = {stan}"), last),
        (
            "turn the last one into something else",
            format!("UPDATE users SET roles = '{{author,reviewer}}' WHERE id = {stan}"),
            last,
        ),
        ("deactivate everybody", "UPDATE users SET is_active = false".to_owned(), last),
        (
            "pretend that there are more",
            "UPDATE staff_roster SET active_staff = 9".to_owned(),
            "permission denied for table staff_roster",
        ),
    ];
    each_is_refused(&world, &mut world.database.as_runtime(), &attempts);
}

#[test]
fn roles_are_known_and_held_once() {
    let world = World::new();
    let attempts = ["king", "author,author", "author,NULL", "Author", "\"\""].map(|roles| {
        (
            roles,
            format!("UPDATE users SET roles = '{{{roles}}}' WHERE id = {}", world.alice),
            "roles_are_known_and_held_once",
        )
    });
    each_is_refused(&world, &mut world.database.as_runtime(), &attempts);
}

#[test]
fn people_are_never_deleted_or_renamed_and_no_password_is_stored_in_the_clear() {
    let world = World::new();
    let mallory = world.mallory;
    let delete = format!("DELETE FROM users WHERE id = {mallory}");
    let attempts = [
        ("delete somebody", delete.clone(), "permission denied for table users"),
        (
            "rename somebody",
            format!("UPDATE users SET username = 'edith2' WHERE id = {mallory}"),
            "permission denied for table users",
        ),
        (
            "store a password as it is",
            format!("UPDATE users SET password_hash = 'secret' WHERE id = {mallory}"),
            "password_is_stored_hashed",
        ),
        (
            "take somebody's name away",
            format!("UPDATE users SET display_name = ' ' WHERE id = {mallory}"),
            "display_name_is_given",
        ),
        (
            "share a username",
            "INSERT INTO users (username, display_name, password_hash)
             VALUES ('alice', 'Alice', '$argon2id$')"
                .to_owned(),
            "username_is_unique",
        ),
        (
            "a username that nobody could type",
            "INSERT INTO users (username, display_name, password_hash)
             VALUES (E'al\\nice', 'Alice', '$argon2id$')"
                .to_owned(),
            "username_is_well_formed",
        ),
    ];
    each_is_refused(&world, &mut world.database.as_runtime(), &attempts);
    let as_owner = [
        ("delete somebody", delete, "people_are_never_deleted"),
        ("empty the table", "TRUNCATE users CASCADE".to_owned(), "people_are_never_emptied"),
    ];
    each_is_refused(&world, &mut world.database.as_owner(), &as_owner);
}

/// Two transactions each remove the other's account: the second begins while
/// the first is open, and learns the outcome when it commits.
fn two_remove_each_other(isolation: &str) -> (World, String) {
    let world = World::new();
    let sam = world.person("sam", &[Role::Staff]);
    let stan = world.stan;
    let leave = |who: UserId| {
        format!("UPDATE users SET is_active = false WHERE id = {who}; ")
            + &db_account_event(stan, who, "deactivated", "NULL")
    };
    let mut first = world.database.as_runtime();
    let begin = format!("BEGIN ISOLATION LEVEL {isolation}");
    first.batch_execute(&begin).unwrap();
    first.batch_execute(&leave(world.stan)).unwrap();
    let second = thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut conn = world.database.as_runtime();
            conn.batch_execute(&format!("SET default_transaction_isolation = '{isolation}'"))
                .unwrap();
            db_refused_by(&mut conn, &leave(sam))
        });
        world.database.db_wait_for_waiters(1);
        first.batch_execute("COMMIT").unwrap();
        second.join().unwrap()
    });
    let left = "SELECT count(*) AS n FROM users WHERE is_active AND 'staff' = ANY (roles)";
    assert_eq!(db_number(&mut world.database.as_owner(), left), 1);
    (world, second)
}

#[test]
fn two_who_remove_each_other_meet_on_the_roster_at_read_committed() {
    let (_world, second) = two_remove_each_other("read committed");
    assert_eq!(second, "there_is_always_an_active_staff_account");
}

#[test]
fn two_who_remove_each_other_meet_on_the_roster_at_repeatable_read() {
    let (_world, second) = two_remove_each_other("repeatable read");
    assert_eq!(second, "could not serialize access due to concurrent update");
}

#[test]
fn the_roster_counts_what_the_accounts_say_whatever_happens_to_them() {
    let world = World::new();
    let sam = world.person("sam", &[Role::Staff, Role::Author]);
    let mut conn = world.database.as_runtime();
    let changes = [
        ("is_active = false", "deactivated", "NULL", 1),
        ("roles = '{author}'", "role-revoked", "'staff'", 1),
        ("roles = '{author,staff}'", "role-granted", "'staff'", 1),
        ("is_active = true", "reactivated", "NULL", 2),
        ("roles = '{author}'", "role-revoked", "'staff'", 1),
        ("roles = '{author,staff}'", "role-granted", "'staff'", 2),
    ];
    for (change, event, role, expected) in changes {
        let record = db_account_event(world.stan, sam, event, role);
        let sql = format!("UPDATE users SET {change} WHERE id = {sam}; {record}");
        assert_eq!(db_refused_by(&mut conn, &sql), "nothing");
        let roster = db_number(&mut conn, "SELECT active_staff::bigint AS n FROM staff_roster");
        assert_eq!(roster, expected, "after {change}");
    }
}

#[test]
fn an_account_changes_only_together_with_its_record() {
    let world = World::new();
    let (stan, mallory, alice) = (world.stan, world.mallory, world.alice);
    let event = |event: &str, role: &str| db_account_event(stan, mallory, event, role);
    let grant = format!("UPDATE users SET roles = '{{reviewer}}' WHERE id = {mallory}; ");
    let deactivate = format!("UPDATE users SET is_active = false WHERE id = {mallory}; ");
    let another = "INSERT INTO users (username, display_name, password_hash, roles)
         VALUES ('sam', 'Sam', '$argon2id$', '{staff}')";
    let (by_row, by_event) = ("account_is_as_recorded", "account_event_is_borne_out");
    let attempts = [
        ("take a role without a record", grant.clone(), by_row),
        ("record another role", grant.clone() + &event("role-granted", "'staff'"), by_row),
        ("record a revocation", grant.clone() + &event("role-revoked", "'reviewer'"), by_row),
        (
            "record another account",
            grant + &db_account_event(stan, alice, "role-granted", "'reviewer'"),
            by_row,
        ),
        ("deactivate without a record", deactivate.clone(), by_row),
        ("record a reactivation", deactivate + &event("reactivated", "NULL"), by_row),
        ("make an account without a record", another.to_owned(), by_row),
        ("record a grant that did not happen", event("role-granted", "'author'"), by_event),
        ("record a revocation that did not happen", event("role-revoked", "'author'"), by_event),
        ("record a deactivation that did not happen", event("deactivated", "NULL"), by_event),
        ("record a second creation", event("created", "NULL"), by_event),
        (
            "record a grant and take it back",
            event("role-granted", "'author'")
                + &event("role-revoked", "'author'")
                + &event("role-revoked", "'author'"),
            by_event,
        ),
        (
            "a role that does not exist",
            event("role-granted", "'king'"),
            "account_event_role_is_known",
        ),
    ];
    each_is_refused(&world, &mut world.database.as_runtime(), &attempts);
    each_is_refused(&world, &mut world.database.as_runtime(), &renamings(stan, mallory));
    // Whoever has taken the triggers away still meets the seal.
    let altered = [
        ("somebody else did it", format!("actor_id = {mallory}")),
        ("it was about somebody else", format!("subject_id = {mallory}")),
        ("it was another event", "event = 'password-set', role = NULL".to_owned()),
        ("for another reason", "reason = 'Promoted.'".to_owned()),
        ("at another time", "at = at - interval '1 day'".to_owned()),
        ("in another way", "interface = 'api'".to_owned()),
    ];
    let attempts = altered.map(|(what, change)| {
        let alter = format!(
            "SET LOCAL session_replication_role = replica;
             UPDATE account_events SET {change} WHERE subject_id = {alice} AND event = 'role-granted'"
        );
        (what, alter, "account_event_is_sealed")
    });
    each_is_refused(&world, &mut world.database.as_superuser(), &attempts);
}

/// A display name, its record, and what happens to one without the other.
fn renamings(stan: UserId, mallory: UserId) -> [(&'static str, String, &'static str); 5] {
    let rename = format!("UPDATE users SET display_name = 'Malory' WHERE id = {mallory}; ");
    let record = |event: &str, name: &str| {
        format!(
            "INSERT INTO account_events
                 (actor_id, subject_id, event, display_name, request_id, interface)
             VALUES ({stan}, {mallory}, '{event}', {name}, gen_random_uuid(), 'page'); "
        )
    };
    [
        ("rename without a record", rename.clone(), "display_name_is_as_recorded"),
        (
            "record another name",
            rename + &record("renamed", "'Alice'"),
            "display_name_is_as_recorded",
        ),
        (
            "record a name that was not given",
            record("renamed", "'Malory'"),
            "renaming_is_borne_out",
        ),
        (
            "record a renaming without the name",
            record("renamed", "NULL"),
            "account_event_has_a_name_iff_it_renames",
        ),
        (
            "record a name with another event",
            record("sessions-ended", "'Malory'"),
            "account_event_has_a_name_iff_it_renames",
        ),
    ]
}

/// Two renamings of one account: the record of the second waits, and is compared with
/// the name that is then there.
#[test]
fn a_name_and_the_record_of_another_are_not_committed_side_by_side() {
    let world = World::new();
    let record = |name: &str| {
        format!(
            "INSERT INTO account_events (actor_id, subject_id, event, display_name, request_id, interface)
             VALUES ({}, {}, 'renamed', '{name}', gen_random_uuid(), 'admin')",
            world.stan, world.alice
        )
    };
    let mut first = world.database.as_runtime();
    let mut second = world.database.as_runtime();
    first
        .batch_execute(&format!(
            "BEGIN; {}; UPDATE users SET display_name = 'Skewed' WHERE id = {};
             SET CONSTRAINTS ALL IMMEDIATE",
            record("Skewed"),
            world.alice
        ))
        .unwrap();
    second.batch_execute("SET lock_timeout = '200ms'").unwrap();
    let waited = second.batch_execute(&record("Alice")).unwrap_err();
    assert!(waited.to_string().contains("lock timeout"), "{waited}");
    first.batch_execute("COMMIT").unwrap();
    let refused = second.batch_execute(&record("Alice")).unwrap_err();
    assert!(refused.to_string().contains("display name"), "{refused}");
    // Of two records in one transaction, one would be of a name that never was.
    let twice = format!("BEGIN; {}; {}; COMMIT", record("Nobody"), record("Skewed"));
    assert!(second.batch_execute(&twice).is_err());
    second.batch_execute("ROLLBACK").unwrap();
    assert_eq!(world.find_person("alice").display_name, "Skewed");
}
