//! From the first one on, there is always an active staff account; and people
//! leave without taking their history along.

use std::thread;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Role, UserId};

use super::each_is_refused;
use crate::support::World;
use crate::support::raw::db_refused_by;
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
    let leave = |who: UserId| format!("UPDATE users SET is_active = false WHERE id = {who}");
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
        ("is_active = false", 1),
        ("roles = '{author}'", 1),
        ("roles = '{staff}'", 1),
        ("is_active = true", 2),
        ("roles = '{}', is_active = true", 1),
        ("roles = '{staff}'", 2),
        ("display_name = 'Samuel'", 2),
    ];
    for (change, expected) in changes {
        conn.batch_execute(&format!("UPDATE users SET {change} WHERE id = {sam}")).unwrap();
        let roster = db_number(&mut conn, "SELECT active_staff::bigint AS n FROM staff_roster");
        assert_eq!(roster, expected, "after {change}");
    }
}
