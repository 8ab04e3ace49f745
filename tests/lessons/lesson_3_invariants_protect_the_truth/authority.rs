//! The program owns nothing, so it can take no guard away.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::accounts::sessions;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::statement::statement;

use super::each_is_refused;
use crate::support::World;
use crate::support::world::db_number;

#[test]
fn the_runtime_role_cannot_remove_a_guard_or_become_a_role_that_can() {
    let world = World::new();
    let attempts = [
        ("ALTER TABLE posts DISABLE TRIGGER ALL", "must be owner of table posts"),
        (
            "ALTER TABLE posts DISABLE TRIGGER post_moves_one_step_forward",
            "must be owner of table posts",
        ),
        (
            "ALTER TABLE posts DROP CONSTRAINT publication_facts_iff_published",
            "must be owner of table posts",
        ),
        (
            "ALTER TABLE history DROP CONSTRAINT post_enters_each_state_once CASCADE",
            "must be owner of table history",
        ),
        ("ALTER TABLE posts ADD COLUMN promoted boolean", "must be owner of table posts"),
        ("ALTER TABLE posts OWNER TO imprimatur_runtime", "must be owner of table posts"),
        ("ALTER TABLE posts RENAME TO old_posts", "must be owner of table posts"),
        ("DROP TABLE posts CASCADE", "must be owner of table posts"),
        ("DROP TRIGGER published_post_is_complete ON posts", "must be owner of"),
        ("DROP FUNCTION refuse() CASCADE", "must be owner of function refuse"),
        (
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN RETURN NEW; END'",
            "permission denied for schema public",
        ),
        ("CREATE TABLE mine ()", "permission denied for schema public"),
        ("CREATE SCHEMA mine", "permission denied for database"),
        ("CREATE TEMPORARY TABLE mine ()", "permission denied to create temporary tables"),
        (
            "CREATE TRIGGER mine BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION refuse()",
            "permission denied for table posts",
        ),
        ("CREATE RULE mine AS ON UPDATE TO posts DO INSTEAD NOTHING", "must be owner of"),
        ("SET session_replication_role = replica", "permission denied to set parameter"),
        ("SET ROLE imprimatur_owner", "permission denied to set role"),
        (
            "SET SESSION AUTHORIZATION imprimatur_owner",
            "permission denied to set session authorization",
        ),
        ("ALTER ROLE imprimatur_runtime SUPERUSER", "must be superuser|permission denied"),
        (
            "GRANT imprimatur_owner TO imprimatur_runtime",
            "must have admin option on role|permission denied to grant role",
        ),
        (
            "SELECT set_privileges('imprimatur_runtime')",
            "permission denied for function set_privileges",
        ),
        ("SELECT key FROM cookie_key FOR UPDATE", "permission denied for table cookie_key"),
        ("SELECT 1/0", "division by zero"),
    ];
    let attempts = attempts.map(|(sql, expected)| (sql, sql.to_owned(), expected));
    each_is_refused(&world, &mut world.database.as_runtime(), &attempts);
}

#[test]
fn the_program_owns_nothing() {
    let world = World::new();
    let owned = statement::<Text>(
        "SELECT 'relation ' || relname FROM pg_class WHERE pg_get_userbyid(relowner) = $1
         UNION ALL
         SELECT 'function ' || proname FROM pg_proc WHERE pg_get_userbyid(proowner) = $1
         UNION ALL
         SELECT 'type ' || typname FROM pg_type WHERE pg_get_userbyid(typowner) = $1
         UNION ALL
         SELECT 'schema ' || nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = $1
         UNION ALL
         SELECT 'database ' || datname FROM pg_database WHERE pg_get_userbyid(datdba) = $1
         UNION ALL
         SELECT 'role ' || r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
         WHERE pg_get_userbyid(m.member) = $1
         UNION ALL
         SELECT 'attribute of ' || rolname FROM pg_roles WHERE rolname = $1
           AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)",
    )
    .bind::<Text, _>(RUNTIME_ROLE)
    .load::<String>(&mut world.database.as_owner())
    .unwrap();
    assert_eq!(owned, Vec::<String>::new());
}

#[test]
fn the_program_holds_no_delete_and_no_truncate_and_no_update_on_history() {
    let world = World::new();
    let held = statement::<Text>(
        "SELECT relname || ' ' || privilege
         FROM pg_class,
              unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS privilege
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
           AND has_table_privilege($1::name, oid, privilege)
         UNION ALL
         SELECT 'history UPDATE' WHERE has_any_column_privilege($1::name, 'history', 'UPDATE')
         ORDER BY 1",
    )
    .bind::<Text, _>(RUNTIME_ROLE)
    .load::<String>(&mut world.database.as_owner())
    .unwrap();
    assert_eq!(held, Vec::<String>::new());
}

#[test]
fn rights_of_public_give_the_runtime_role_nothing() {
    let world = World::new();
    // A right that PUBLIC holds is held by the program too.
    let public = "SELECT count(*) AS n
         FROM pg_class, aclexplode(relacl) AS granted
         WHERE relnamespace = 'public'::regnamespace AND granted.grantee = 0";
    assert_eq!(db_number(&mut world.database.as_owner(), public), 0);
    let public = "SELECT count(*) AS n
         FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS granted
         WHERE pronamespace = 'public'::regnamespace AND granted.grantee = 0";
    assert_eq!(db_number(&mut world.database.as_owner(), public), 0);
    let callable = statement::<Text>(
        "SELECT proname::text FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace
           AND (prosecdef OR prorettype = 'trigger'::regtype)
           AND has_function_privilege($1::name, oid, 'EXECUTE')",
    )
    .bind::<Text, _>(RUNTIME_ROLE)
    .load::<String>(&mut world.database.as_owner())
    .unwrap();
    assert_eq!(callable, ["purge_expired"]);
}

/// A function in PL/pgSQL looks up names when it runs, and one with the owner's
/// rights acts for whoever calls it.
#[test]
fn every_function_looks_where_it_was_made_to_look() {
    let world = World::new();
    // The owner alone calls these, on a connection whose search path is set.
    let by_the_owner =
        ["may_revoke_temporary", "revoke_temporary", "runtime_is_granted", "set_privileges"];
    let unpinned = statement::<Text>(
        "SELECT proname::text FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND prosqlbody IS NULL
           AND NOT coalesce('search_path=public, pg_temp' = ANY (proconfig), false)
         ORDER BY 1",
    )
    .load::<String>(&mut world.database.as_owner())
    .unwrap();
    assert_eq!(unpinned, by_the_owner);
    let unchecked = statement::<Text>(
        "SELECT proname::text FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND prosecdef
           AND prorettype = 'trigger'::regtype AND prosrc !~ 'TG_RELID <> ''public\\.\\w+''::regclass'",
    )
    .load::<String>(&mut world.database.as_owner())
    .unwrap();
    assert_eq!(unchecked, Vec::<String>::new());
}

#[test]
fn a_trigger_function_with_the_owners_rights_works_on_its_own_table_alone() {
    let world = World::new();
    let last = "UPDATE users SET is_active = false WHERE 'staff' = ANY (roles)";
    let inflate = format!(
        "CREATE TEMPORARY TABLE mine (is_active boolean, roles text[]);
         CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION count_active_staff();
         INSERT INTO mine VALUES (true, '{{staff}}'); {last}"
    );
    let attempts = |refusal: &'static str| [("inflate the roster", inflate.clone(), refusal)];
    let program = &mut world.database.as_runtime();
    let no_table = "permission denied to create temporary tables";
    each_is_refused(&world, program, &attempts(no_table));
    let grant = |sql: &str| world.database.db_sabotage(sql);
    grant(&format!("GRANT TEMPORARY ON DATABASE {} TO {RUNTIME_ROLE}", world.database.name));
    let denied = "permission denied for function count_active_staff";
    each_is_refused(&world, program, &attempts(denied));
    grant(&format!("GRANT EXECUTE ON FUNCTION count_active_staff() TO {RUNTIME_ROLE}"));
    let misplaced = "count_active_staff() is for the table users.";
    each_is_refused(&world, program, &attempts(misplaced));
}

#[test]
fn only_long_expired_rows_are_purged() {
    let world = World::new();
    let alice = world.alice;
    let sessions = [
        // Name, when it expires, when it ended.
        ("signed out today", "now() + interval '7 days'", "now()"),
        ("signed out 29 days ago", "now() + interval '7 days'", "now() - interval '29 days'"),
        ("signed out 31 days ago", "now() + interval '7 days'", "now() - interval '31 days'"),
        ("expired 29 days ago", "now() - interval '29 days'", "NULL"),
        ("expired 31 days ago", "now() - interval '31 days'", "NULL"),
        ("in use", "now() + interval '7 days'", "NULL"),
    ];
    // Guards are off: the rows are as old as they say.
    let mut owner = world.database.as_superuser();
    owner.batch_execute("SET session_replication_role = replica").unwrap();
    for (name, expires_at, ended_at) in sessions {
        owner
            .batch_execute(&format!(
                "INSERT INTO sessions (id_hash, user_id, created_at, expires_at, ended_at)
                 VALUES (sha256('{name}'), {alice}, now(), {expires_at}, {ended_at})"
            ))
            .unwrap();
    }
    // Nobody's last session goes: it says when they were last here.
    let edith = world.edith;
    owner
        .batch_execute(&format!(
            "INSERT INTO sessions (id_hash, user_id, expires_at)
             VALUES (sha256('her last'), {edith}, now() - interval '31 days');
             INSERT INTO password_links (user_id, made_by, secret_hash, created_at, expires_at, used_at)
             SELECT {edith}, {edith}, sha256(n::text::bytea), now() - interval '30 days',
                 now() - interval '28 days', now() - n * interval '1 day'
             FROM unnest(ARRAY[29, 31]) AS n;
             INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at, revoked_at)
             SELECT {edith}, n, 'imprimatur_abcd', sha256(n::text::bytea), now() + interval '1 day',
                 now() - n * interval '1 day'
             FROM unnest(ARRAY[29, 31]) AS n"
        ))
        .unwrap();
    owner
        .batch_execute(
            "INSERT INTO sign_in_throttle (kind, subject_hash, window_began_at, attempts) VALUES
                 ('account', 'today', now() - interval '23 hours', 1),
                 ('account', 'yesterday', now() - interval '25 hours', 1)",
        )
        .unwrap();
    let before = world.db_everything();
    world.database.db_sabotage(&format!(
        "GRANT TEMPORARY ON DATABASE {} TO {RUNTIME_ROLE}",
        world.database.name
    ));
    let mut program = world.database.as_runtime();
    // A table of the same name that only this session sees is not the one meant.
    program
        .batch_execute("CREATE TEMPORARY TABLE sessions AS SELECT * FROM public.sessions")
        .unwrap();
    assert_eq!(sessions::purge_expired(&mut program).unwrap(), 5);
    assert_eq!(sessions::purge_expired(&mut program).unwrap(), 0);
    for (name, ..) in sessions {
        let there = format!("SELECT count(*) AS n FROM sessions WHERE id_hash = sha256('{name}')");
        let is_over = name.contains("31 days");
        assert_eq!(db_number(&mut owner, &there), i64::from(!is_over), "{name}");
    }
    assert_eq!(world.db_count("sign_in_throttle"), 1);
    assert_eq!(world.db_count("password_links"), 1);
    assert_eq!(world.db_count("tokens"), 1);
    assert_eq!(world.db_count("sessions WHERE id_hash = sha256('her last')"), 1);
    assert_eq!(world.db_everything(), before);
}

/// A number that the program will be given later must not be taken by hand.
#[test]
fn the_program_cannot_choose_the_number_of_a_row() {
    let world = World::new();
    let chosen = statement::<Text>(
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND a.attidentity <> ''
           AND has_column_privilege($1::name, c.oid, a.attnum, 'INSERT')
         ORDER BY 1",
    )
    .bind::<Text, _>(RUNTIME_ROLE)
    .load::<String>(&mut world.database.as_owner())
    .unwrap();
    assert_eq!(chosen, Vec::<String>::new());
    let refused = world
        .database
        .as_runtime()
        .batch_execute(&format!(
            "INSERT INTO posts (id, author_id, state, current_revision) OVERRIDING SYSTEM VALUE
             VALUES (9223372036854775807, {}, 'draft', 1)",
            world.alice
        ))
        .unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
}

/// A record without effect, whose check is over before another change of its post.
#[test]
fn a_record_and_another_change_of_its_post_wait_for_each_other() {
    let world = World::new();
    let post = world.draft();
    let mut first = world.database.as_runtime();
    let inserted = first.batch_execute(&format!(
        "BEGIN; INSERT INTO history (post_id, actor_id, action, from_state, to_state, revision, key, fingerprint, at)
         VALUES ({post}, {}, 'revise', 'draft', 'draft', 1, 'by-hand', sha256('x'), now())",
        world.alice
    ));
    inserted.unwrap();
    let mut second = world.database.as_runtime();
    second.batch_execute("SET lock_timeout = '200ms'").unwrap();
    let waited = second
        .batch_execute(&format!("SELECT FROM posts WHERE id = {post} FOR NO KEY UPDATE"))
        .unwrap_err();
    assert!(waited.to_string().contains("lock timeout"), "{waited}");
    first.batch_execute("ROLLBACK").unwrap();
}
