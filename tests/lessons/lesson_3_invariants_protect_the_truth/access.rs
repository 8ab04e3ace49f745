//! What lets a person in ends once, and with what it depended on.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::domain::UserId;
use imprimatur::store::statement::statement;

use super::each_is_refused;
use crate::support::World;
use crate::support::raw::{db_account_event, db_refused_by};
use crate::support::world::db_number;

/// Writes what triggers would refuse to a hand at a terminal.
fn db_past(world: &World, sql: &str) {
    world.database.db_sabotage(&format!("SET session_replication_role = replica; {sql}"));
}

#[test]
fn what_has_ended_does_not_go_on() {
    let world = World::new();
    let (alice, edith, stan) = (world.alice, world.edith, world.stan);
    db_past(
        &world,
        &format!(
            "INSERT INTO sessions (id_hash, user_id, expires_at, ended_at)
             VALUES (sha256('s'), {alice}, now() + interval '1 day', now());
             INSERT INTO password_links (user_id, made_by, secret_hash, expires_at, used_at, replaced_at)
             VALUES ({alice}, {stan}, sha256('used'), now() + interval '1 hour', now(), NULL),
                    ({edith}, {stan}, sha256('replaced'), now() + interval '1 hour', NULL, now());
             INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at, revoked_at)
             VALUES ({alice}, 'CI', 'imprimatur_abcd', sha256('t'), now() + interval '1 day', now());
             INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES ({stan}, 'bulk', sha256('bulk'), 'For the record.');
             INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, settled_at, refusal)
             SELECT id, 1, 1, now(), jsonb_build_array(
                 jsonb_build_object('code', 'a', 'sentence', 'b', 'hint', '')) FROM bulk_archives"
        ),
    );
    let go_on = |table: &str, change: &str| format!("UPDATE {table} SET {change}");
    let again = go_on("tokens", "revoked_at = NULL");
    let program = &mut world.database.as_runtime();
    each_is_refused(
        &world,
        program,
        &[
            ("resume a session", go_on("sessions", "ended_at = NULL"), "session_ends_once"),
            ("use it later", go_on("sessions", "last_used_at = now()"), "session_ends_once"),
            (
                "use a link again",
                go_on("password_links", "used_at = NULL WHERE used_at IS NOT NULL"),
                "password_link_works_once",
            ),
            (
                "use a link that was replaced",
                go_on(
                    "password_links",
                    "replaced_at = NULL, used_at = now() WHERE used_at IS NULL",
                ),
                "password_link_works_once",
            ),
            ("use a revoked token again", again.clone(), "token_that_was_revoked_stays_so"),
            (
                "archive a post after all",
                go_on("bulk_archive_items", "settled_at = NULL"),
                "bulk_outcome_is_final",
            ),
            (
                "say that it was refused",
                go_on("bulk_archive_items", "put_off_at = now()"),
                "bulk_outcome_is_final",
            ),
        ],
    );
    // Without its guard, a token still needs a record of the change.
    world.database.db_sabotage("DROP TRIGGER token_that_was_revoked_stays_so ON tokens");
    let second = "token_is_revoked_with_its_record";
    each_is_refused(&world, program, &[("use a revoked token again", again, second)]);
}

/// A session as the program asks for it.
fn is_signed_in(world: &World, who: UserId) -> bool {
    let live = format!(
        "SELECT count(*) AS n FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE u.id = {who} AND session_is_live(s, u)"
    );
    db_number(&mut world.database.as_runtime(), &live) == 1
}

#[test]
fn no_session_outlives_its_password_or_a_deactivation() {
    let world = World::new();
    let (alice, edith, stan) = (world.alice, world.edith, world.stan);
    let program = &mut world.database.as_runtime();
    for who in [alice, edith] {
        let sign_in = format!(
            "INSERT INTO sessions (id_hash, user_id, expires_at)
             VALUES (sha256('{who}'), {who}, now() + interval '1 day')"
        );
        assert_eq!(db_refused_by(program, &sign_in), "nothing");
        assert!(is_signed_in(&world, who));
    }
    let away_and_back = ["deactivated", "reactivated"].map(|event| {
        format!("UPDATE users SET is_active = {} WHERE id = {alice};", event == "reactivated")
            + &db_account_event(stan, alice, event, "NULL")
    });
    for change in away_and_back {
        assert_eq!(db_refused_by(program, &change), "nothing");
        assert!(!is_signed_in(&world, alice), "{change}");
    }
    let password =
        format!("UPDATE users SET password_hash = '$argon2id$another' WHERE id = {edith};")
            + &db_account_event(edith, edith, "password-set", "NULL");
    assert_eq!(db_refused_by(program, &password), "nothing");
    assert!(!is_signed_in(&world, edith));
}

/// Each row says in its name why it lets its person in, or why not.
#[test]
fn a_session_a_link_and_a_token_let_in_only_while_nothing_has_ended_them() {
    let world = World::new();
    let (alice, mallory) = (world.alice, world.mallory);
    db_past(
        &world,
        &format!(
            "UPDATE users SET is_active = false WHERE id = {mallory};
             INSERT INTO sessions (device, id_hash, user_id, created_at, last_used_at, expires_at, ended_at)
             SELECT name, sha256(name::bytea), who, now() + made, now() + used, now() + expires,
                 CASE WHEN name = 'ended' THEN now() END
             FROM (VALUES
                 ('in use', {alice}, interval '0', interval '0', interval '1 hour'),
                 ('ended', {alice}, '0', '0', '1 hour'),
                 ('expired', {alice}, '0', '0', '-1 second'),
                 ('not used for half a day', {alice}, '0', '-13 hours', '1 hour'),
                 ('from before the last password', {alice}, '-1 day', '0', '1 hour'),
                 ('of a deactivated account', {mallory}, '0', '0', '1 hour')
             ) AS session (name, who, made, used, expires);
             INSERT INTO tokens (name, beginning, secret_hash, user_id, created_at, expires_at, revoked_at)
             SELECT name, 'imprimatur_abcd', sha256(name::bytea), who, now() - interval '1 day',
                 now() + expires, CASE WHEN name = 'revoked' THEN now() END
             FROM (VALUES
                 ('in use', {alice}, interval '1 hour'),
                 ('revoked', {alice}, '1 hour'),
                 ('expired', {alice}, '-1 second'),
                 ('of a deactivated account', {mallory}, '1 hour')
             ) AS token (name, who, expires);
             INSERT INTO password_links (secret_hash, user_id, made_by, created_at, expires_at, used_at, replaced_at)
             SELECT sha256(name::bytea), who, who, now() + made, now() + expires,
                 CASE WHEN name = 'used' THEN now() END, CASE WHEN name = 'replaced' THEN now() END
             FROM (VALUES
                 ('in use', {alice}, interval '0', interval '1 hour'),
                 ('used', {alice}, '0', '1 hour'),
                 ('replaced', {alice}, '0', '1 hour'),
                 ('expired', {}, '-1 minute', '-1 second'),
                 ('from before the last password', {}, '-1 day', '1 hour'),
                 ('of a deactivated account', {mallory}, '0', '1 hour')
             ) AS link (name, who, made, expires)",
            world.arthur, world.edith
        ),
    );
    db_past(
        &world,
        &format!(
            "UPDATE users SET sessions_valid_from = now() - interval '1 hour' WHERE id <> {}",
            world.stan
        ),
    );
    let program = &mut world.database.as_runtime();
    for (works, name, table) in [
        ("session_is_live", "device", "sessions"),
        ("token_works", "name", "tokens"),
        ("password_link_works", "'in use'", "password_links"),
    ] {
        let letting_in = statement::<Text>(format!(
            "SELECT {name} FROM {table} AS one JOIN users u ON u.id = user_id WHERE {works}(one, u)"
        ));
        assert_eq!(letting_in.load::<String>(program).unwrap(), ["in use"], "{works}");
    }
}

#[test]
fn a_change_of_an_account_waits_for_what_happens_under_it() {
    let world = World::new();
    let mallory = world.mallory;
    let mut acting = world.database.as_runtime();
    acting
        .batch_execute(&format!("BEGIN; SELECT FROM users WHERE id = {mallory} FOR KEY SHARE"))
        .unwrap();
    let mut changing = world.database.as_runtime();
    changing.batch_execute("SET lock_timeout = '200ms'").unwrap();
    for change in ["roles = '{author}'", "is_active = false", "password_hash = '$argon2id$x'"] {
        let sql = format!("UPDATE users SET {change} WHERE id = {mallory}");
        let waited = db_refused_by(&mut changing, &sql);
        assert!(waited.contains("lock timeout"), "{change}: {waited}");
    }
    // A name is no authority.
    let sql = format!("BEGIN; UPDATE users SET display_name = 'M' WHERE id = {mallory}; ROLLBACK");
    changing.batch_execute(&sql).unwrap();
    acting.batch_execute("ROLLBACK").unwrap();
}

#[test]
fn a_post_is_visible_to_its_author_and_to_others_from_the_state_on_that_is_theirs() {
    let world = World::new();
    let visible = |reader: &str| {
        statement::<Text>(format!(
            "SELECT coalesce(string_agg(state, ' ' ORDER BY n), '')
             FROM unnest(ARRAY['draft', 'in_review', 'published', 'archived'])
                 WITH ORDINALITY AS states (state, n)
             WHERE post_is_visible(state, 1, {reader})"
        ))
        .get_result::<String>(&mut world.database.as_runtime())
        .unwrap()
    };
    assert_eq!(visible("NULL, false, false"), "published");
    assert_eq!(visible("2, false, false"), "published");
    assert_eq!(visible("2, true, false"), "in_review published archived");
    assert_eq!(visible("1, false, false"), "draft in_review published archived");
    assert_eq!(visible("2, false, true"), "draft in_review published archived");
}
