//! Bringing a database up to date: what cannot work is refused with a sentence
//! before anything is written, and what fails leaves nothing half applied.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::domain::Content;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::migrations::{MIGRATIONS, is_current, migrate};
use imprimatur::store::statement::statement;
use imprimatur::store::verify::verify;
use sha2::{Digest, Sha256};

use crate::support::{Database, World};

/// Everything in the schema, and the rights on it.
fn everything(database: &Database) -> Vec<String> {
    statement::<Text>(
        "SELECT relname || coalesce(relacl::text, '') FROM pg_class
         WHERE relnamespace = to_regnamespace('public')
         UNION ALL
         SELECT proname || coalesce(proacl::text, '') FROM pg_proc
         WHERE pronamespace = to_regnamespace('public')
         ORDER BY 1",
    )
    .load(&mut database.as_owner())
    .unwrap()
}

/// Asserts both halves of a refusal: the sentence, and that nothing changed.
#[track_caller]
fn is_refused(database: &Database, url: &str, sentence: &str) {
    let before = everything(database);
    let error = migrate(url, RUNTIME_ROLE).unwrap_err();
    assert!(error.to_string().contains(sentence), "{error:?}");
    assert_eq!(everything(database), before);
}

#[test]
fn a_database_of_a_development_version_is_refused_and_untouched() {
    let database = Database::empty();
    database
        .as_owner()
        .batch_execute(
            "CREATE TABLE __diesel_schema_migrations (
                 version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
             INSERT INTO __diesel_schema_migrations (version)
             VALUES ('20261121000001'), ('20261121000018');
             CREATE TABLE operations ()",
        )
        .unwrap();
    is_refused(&database, &database.owner_url(), "development version");
}

#[test]
fn a_database_of_a_later_version_is_refused_also_by_a_program_that_only_reads() {
    let database = Database::new();
    database
        .as_owner()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')")
        .unwrap();
    is_refused(&database, &database.owner_url(), "a later version of imprimatur");
    let error = is_current(&mut database.as_runtime()).unwrap_err();
    assert!(error.to_string().contains("a later version of imprimatur"), "{error:?}");
}

#[test]
fn a_role_without_rights_hears_which_variable_to_set() {
    let database = Database::empty();
    is_refused(&database, &database.runtime_url(), "DATABASE_OWNER_URL");
    let database = Database::new();
    database
        .as_owner()
        .batch_execute(&format!("REVOKE ALL ON __diesel_schema_migrations FROM {RUNTIME_ROLE}"))
        .unwrap();
    is_refused(&database, &database.runtime_url(), "DATABASE_OWNER_URL");
    let error = is_current(&mut database.as_runtime()).unwrap_err();
    assert!(error.to_string().contains("DATABASE_OWNER_URL"), "{error:?}");
    // The owner gives the rights back, without a migration to apply.
    assert_eq!(migrate(&database.owner_url(), RUNTIME_ROLE).unwrap(), 0);
    assert!(is_current(&mut database.as_runtime()).unwrap());
}

#[test]
fn a_database_that_cannot_hold_the_schema_is_refused() {
    let ascii = Database::in_ascii();
    is_refused(&ascii, &ascii.owner_url(), "its encoding is SQL_ASCII: use a database with UTF-8");
    let bare = Database::empty();
    bare.db_sabotage("DROP SCHEMA public");
    is_refused(&bare, &bare.owner_url(), "it has no schema named public");
}

#[test]
fn a_database_of_another_program_is_refused_and_untouched() {
    for (made, named) in [
        ("CREATE TABLE posts (id serial)", "(posts, posts_id_seq): use a database of its own"),
        (
            "CREATE TABLE wp_users (); CREATE VIEW wp_staff AS TABLE wp_users",
            "(wp_staff, wp_users)",
        ),
        ("CREATE SEQUENCE numbers", "(numbers)"),
        ("CREATE TYPE mood AS (sad boolean)", "(mood)"),
        (
            "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY);
             INSERT INTO __diesel_schema_migrations VALUES ('00000000000000');
             CREATE TABLE books ()",
            "of another program",
        ),
    ] {
        let database = Database::empty();
        database.as_owner().batch_execute(made).unwrap();
        is_refused(&database, &database.owner_url(), named);
    }
}

#[test]
fn what_an_extension_or_another_role_keeps_in_the_schema_is_left_alone() {
    let database = Database::empty();
    // As pg_stat_statements and PostGIS do it, and a pooler's lookup of passwords. An
    // extension that the owner has made is the owner's.
    database.db_sabotage(
        "CREATE TABLE of_extension ();
         ALTER TABLE of_extension OWNER TO imprimatur_owner;
         CREATE VIEW of_extension_too AS SELECT 1;
         GRANT SELECT ON of_extension, of_extension_too TO PUBLIC;
         CREATE FUNCTION looks_up(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
         CREATE FUNCTION looks_up_for_itself(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
         REVOKE ALL ON FUNCTION looks_up_for_itself(text) FROM PUBLIC;
         INSERT INTO pg_depend SELECT 'pg_class'::regclass, relation, 0,
             'pg_extension'::regclass, oid, 0, 'e'
         FROM pg_extension, unnest('{of_extension,of_extension_too}'::regclass[]) AS relation
         WHERE extname = 'plpgsql'",
    );
    let rights = "SELECT (has_table_privilege('public', 'of_extension', 'SELECT'),
                          has_table_privilege('public', 'of_extension_too', 'SELECT'),
                          has_function_privilege('public', 'looks_up(text)', 'EXECUTE'))::text";
    let rights = || statement::<Text>(rights).get_result::<String>(&mut database.as_owner());
    assert!(migrate(&database.owner_url(), RUNTIME_ROLE).unwrap() > 0);
    assert_eq!(rights().unwrap(), "(t,t,t)");
    let report = verify(&mut database.as_owner(), RUNTIME_ROLE).unwrap();
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
}

#[test]
fn rights_that_every_new_table_gets_by_default_let_no_other_role_write() {
    let database = Database::empty();
    database
        .as_owner()
        .batch_execute(
            "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO pg_monitor;
             ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO pg_monitor;
             ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO pg_monitor;
             ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_signal_backend",
        )
        .unwrap();
    migrate(&database.owner_url(), RUNTIME_ROLE).unwrap();
    let found = |database: &Database| {
        let report = verify(&mut database.as_owner(), RUNTIME_ROLE).unwrap();
        report.findings.into_iter().map(|finding| finding.detail).collect::<Vec<_>>()
    };
    assert_eq!(found(&database), [""; 0]);
    let may_write = statement::<Text>(
        "SELECT c.oid::regclass::text FROM pg_class c, aclexplode(relacl) AS given
         WHERE relnamespace = 'public'::regnamespace AND given.grantee = 'pg_monitor'::regrole
         UNION ALL
         SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(proacl) AS given
         WHERE pronamespace = 'public'::regnamespace AND given.grantee = 'pg_monitor'::regrole",
    );
    assert_eq!(may_write.load::<String>(&mut database.as_owner()).unwrap(), [""; 0]);
    database.as_owner().batch_execute("GRANT INSERT ON reviews TO pg_monitor").unwrap();
    assert_eq!(
        found(&database),
        ["grant reviews to pg_monitor on reviews is none of the migrations'"]
    );
}

#[test]
fn a_migration_that_fails_leaves_nothing_of_those_before_it() {
    let database = Database::empty();
    // A later migration makes a function of this name.
    database
        .as_owner()
        .batch_execute(
            "CREATE FUNCTION refuse_unrecorded_access() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN RETURN NEW; END'",
        )
        .unwrap();
    is_refused(&database, &database.owner_url(), "refuse_unrecorded_access");
    assert_eq!(everything(&database), ["refuse_unrecorded_access"]);
}

#[test]
fn the_guards_do_not_depend_on_settings_of_the_database_or_the_role() {
    let database = Database::empty();
    let name = &database.name;
    database.as_owner().batch_execute("CREATE SCHEMA elsewhere").unwrap();
    let mut another = database.as_owner();
    another.batch_execute("SELECT pg_advisory_lock(7461733530)").unwrap();
    for setting in [
        "standard_conforming_strings = off",
        "search_path = elsewhere, public",
        "timezone = 'Pacific/Apia'",
        "datestyle = 'SQL, DMY'",
        "array_nulls = off",
        "quote_all_identifiers = on",
        "statement_timeout = 2000",
        "idle_in_transaction_session_timeout = 2000",
        "default_transaction_isolation = 'serializable'",
        "default_transaction_read_only = on",
    ] {
        database.db_sabotage(&format!("ALTER DATABASE {name} SET {setting}"));
    }
    // It waits for another process that migrates longer than a statement may take here.
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_secs(3));
            another.batch_execute("SELECT pg_advisory_unlock(7461733530)").unwrap();
        });
        assert!(migrate(&database.owner_url(), RUNTIME_ROLE).unwrap() > 0);
    });
    for setting in [
        "standard_conforming_strings",
        "search_path",
        "timezone",
        "datestyle",
        "array_nulls",
        "quote_all_identifiers",
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "default_transaction_isolation",
        "default_transaction_read_only",
    ] {
        let reset =
            format!("SET transaction_read_only = off; ALTER DATABASE {name} RESET {setting}");
        database.db_sabotage(&reset);
    }
    let bodies = |database: &Database| {
        statement::<Text>(
            "SELECT proname || coalesce(prosrc, '') || pg_get_functiondef(oid) FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace
             UNION ALL
             SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace
             ORDER BY 1",
        )
        .load::<String>(&mut database.as_owner())
        .unwrap()
    };
    assert_eq!(bodies(&database), bodies(&Database::new()));
    let conn = &mut database.as_owner();
    assert_eq!(verify(conn, RUNTIME_ROLE).unwrap().findings, []);
    let lost = "SELECT relname::text FROM pg_class WHERE relnamespace = 'elsewhere'::regnamespace";
    assert_eq!(statement::<Text>(lost).load::<String>(conn).unwrap(), [""; 0]);
}

#[test]
fn a_connection_of_the_pool_has_the_same_settings() {
    let database = Database::new();
    let name = &database.name;
    database.db_sabotage(&format!(
        "ALTER DATABASE {name} SET standard_conforming_strings = off;
         ALTER DATABASE {name} SET search_path = 'elsewhere';
         ALTER DATABASE {name} SET default_transaction_read_only = on;
         ALTER DATABASE {name} SET gin_fuzzy_search_limit = 1;
         ALTER DATABASE {name} SET idle_session_timeout = '1s'"
    ));
    let store = database.store();
    let conn = &mut *store.checkout().unwrap();
    for (setting, expected) in [
        ("standard_conforming_strings", "on"),
        ("search_path", "public, pg_temp"),
        ("timezone", "UTC"),
        ("row_security", "on"),
        ("idle_session_timeout", "0"),
        ("gin_fuzzy_search_limit", "0"),
        ("transaction_read_only", "off"),
    ] {
        let value = statement::<Text>("SELECT current_setting($1)")
            .bind::<Text, _>(setting)
            .get_result::<String>(conn)
            .unwrap();
        assert_eq!(value, expected, "{setting}");
    }
}

#[test]
fn where_there_is_nothing_to_do_nothing_is_written() {
    let database = Database::new();
    let name = &database.name;
    database.db_sabotage(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    assert_eq!(migrate(&database.owner_url(), RUNTIME_ROLE).unwrap(), 0);
}

#[test]
fn the_right_to_make_temporary_tables_is_taken_from_everybody() {
    let database = Database::new();
    database.db_sabotage(&format!("GRANT TEMPORARY ON DATABASE {} TO PUBLIC", database.name));
    assert_eq!(migrate(&database.owner_url(), RUNTIME_ROLE).unwrap(), 0);
    let refused = database.as_runtime().batch_execute("CREATE TEMPORARY TABLE mine ()");
    assert!(refused.unwrap_err().to_string().contains("permission denied"));
}

/// A database that was migrated has the old text, and nothing would tell. A
/// change is a new migration.
#[test]
fn a_migration_that_was_released_is_never_edited() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let released: Vec<&str> = include_str!("migrations.sha256").lines().collect();
    let mut found: Vec<String> = MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .unwrap()
        .iter()
        .map(|migration| {
            let name = migration.name().to_string();
            let text = std::fs::read(format!("{folder}/{name}/up.sql")).unwrap();
            let sum: String =
                Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{sum}  {name}/up.sql")
        })
        .collect();
    found.sort_by(|one, other| one[64..].cmp(&other[64..]));
    assert_eq!(
        found, released,
        "cd migrations && sha256sum */up.sql >../tests/operations/migrations.sha256, for a new one alone"
    );
}

/// An older program left these words: its rules did not fold digits and nuktas.
#[test]
fn words_of_older_rules_are_made_again_before_anything_is_served() {
    let world = World::new();
    for (title, body) in [("Chapter ٣", "क़लम"), ("가나다", "Plain"), ("Three", "Words")]
    {
        world.create(world.alice, Content::parse(title, "Why.", body).unwrap()).unwrap();
    }
    let database = &world.database;
    let mut owner = database.as_owner();
    let made = words(&mut owner);
    owner
        .batch_execute(
            "UPDATE post_documents SET document = '''old'':1' WHERE post_id <> 3;
             UPDATE users SET name_words = '''old'':1' WHERE username = 'alice';
             UPDATE word_rules SET version = 1",
        )
        .unwrap();
    let findings = verify(&mut owner, RUNTIME_ROLE).unwrap().findings;
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(finding.detail.contains("version 1 of their rules"), "{finding:?}");
    assert!(!is_current(&mut database.as_runtime()).unwrap());

    assert_eq!(migrate(&database.owner_url(), RUNTIME_ROLE).unwrap(), 0);
    assert_eq!(words(&mut owner), made);
    assert!(is_current(&mut database.as_runtime()).unwrap());
    assert_eq!(verify(&mut owner, RUNTIME_ROLE).unwrap().findings, []);

    owner.batch_execute("UPDATE word_rules SET version = 4711").unwrap();
    is_refused(database, &database.owner_url(), "a later version of imprimatur");
}

/// A batch holds 500 posts.
#[test]
fn words_of_more_posts_than_a_batch_are_made_again() {
    let world = World::new();
    let post = world.draft().0;
    let mut owner = world.database.as_owner();
    let made = words(&mut owner).remove(0);
    world
        .database
        .as_superuser()
        .batch_execute(&format!(
            "SET session_replication_role = replica;
             INSERT INTO posts (id, author_id, state, current_revision) OVERRIDING SYSTEM VALUE
             SELECT id + n, author_id, state, current_revision
             FROM posts, generate_series(1, 1200) n WHERE id = {post};
             INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
             SELECT post_id + n, number, title, summary, body, author_id, at, key || n
             FROM revisions, generate_series(1, 1200) n WHERE post_id = {post};
             INSERT INTO post_documents
             SELECT {post} + n, '''old'':1' FROM generate_series(1, 1200) n;
             UPDATE word_rules SET version = 1"
        ))
        .unwrap();
    migrate(&world.database.owner_url(), RUNTIME_ROLE).unwrap();
    let all = words(&mut owner);
    assert!(all.len() > 1_200 && all[..1_201].iter().all(|words| *words == made));
}

/// Returns the stored words of posts and then of accounts.
fn words(conn: &mut PgConnection) -> Vec<String> {
    statement::<Text>(
        "SELECT words FROM (
             SELECT 1 AS kind, post_id AS id, document::text AS words FROM post_documents
             UNION ALL SELECT 2, id, name_words::text FROM users) AS stored ORDER BY kind, id",
    )
    .load(conn)
    .unwrap()
}
