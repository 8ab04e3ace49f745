//! What an owner of the tables can do to the guards, and what `verify` says.

use diesel::prelude::*;
use diesel::sql_types::Integer;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::statement::statement;
use imprimatur::store::verify::walk;

use super::{details, report};
use crate::support::Database;
use crate::support::saboteur::{after, saboteur};

/// The SQL of the owner, and the finding.
type Tampering = (&'static str, &'static str);

#[rustfmt::skip]
const TAMPERINGS: &[Tampering] = &[
    ("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
      SET search_path = public, pg_temp AS 'BEGIN RETURN NEW; END'",
     "function refuse() is not what the migrations make"),
    ("CREATE OR REPLACE FUNCTION post_is_visible(
          state text, author_id bigint, viewer_id bigint, sees_reviews boolean, sees_everything boolean)
      RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true",
     "function post_is_visible(text,bigint,bigint,boolean,boolean) is not what the migrations make"),
    ("CREATE OR REPLACE FUNCTION has_visible_text(value text) RETURNS boolean
      LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true",
     "function has_visible_text(text) is not what the migrations make"),
    ("ALTER FUNCTION refuse_incomplete_publication() RESET search_path",
     "function refuse_incomplete_publication() is not what the migrations make"),
    ("ALTER FUNCTION available_slug(text) SECURITY DEFINER",
     "function available_slug(text) is missing|function with the rights of its owner available_slug(text) is none of the migrations'"),
    ("CREATE FUNCTION more() RETURNS void LANGUAGE sql SECURITY DEFINER AS ''",
     "function with the rights of its owner more() is none of the migrations'"),
    ("ALTER TABLE posts DROP CONSTRAINT archival_facts_iff_archived;
      ALTER TABLE posts ADD CONSTRAINT archival_facts_iff_archived CHECK (true)",
     "constraint archival_facts_iff_archived on posts is not what the migrations make"),
    ("ALTER TABLE posts DROP CONSTRAINT slug_is_well_formed;
      ALTER TABLE posts ADD CONSTRAINT slug_is_well_formed
      CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 120) NOT VALID",
     "constraint slug_is_well_formed on posts is not what the migrations make"),
    ("ALTER TABLE posts ALTER CONSTRAINT submission_names_a_revision DEFERRABLE",
     "constraint submission_names_a_revision on posts is not what the migrations make"),
    ("ALTER DOMAIN moment DROP CONSTRAINT time_is_within_reach;
      ALTER DOMAIN moment ADD CONSTRAINT time_is_within_reach CHECK (true)",
     "domain moment is not what the migrations make"),
    ("DROP TRIGGER post_moves_one_step_forward ON posts;
      CREATE TRIGGER post_moves_one_step_forward BEFORE UPDATE ON posts FOR EACH ROW
      WHEN (false) EXECUTE FUNCTION refuse('A post moves one step forward.')",
     "trigger post_moves_one_step_forward on posts is not what the migrations make"),
    ("ALTER TABLE posts DISABLE TRIGGER post_begins_as_a_draft",
     "trigger post_begins_as_a_draft on posts is not what the migrations make"),
    ("ALTER TABLE posts ENABLE REPLICA TRIGGER post_begins_as_a_draft",
     "trigger post_begins_as_a_draft on posts is not what the migrations make"),
    ("DROP TRIGGER people_are_never_deleted ON users",
     "trigger people_are_never_deleted on users is missing"),
    ("CREATE TRIGGER a_skip BEFORE INSERT ON refusals FOR EACH ROW EXECUTE FUNCTION refuse('No.')",
     "trigger a_skip on refusals is none of the migrations'"),
    ("ALTER TABLE readings DISABLE TRIGGER ALL",
     "constraint reading_has_its_reader on readings is not what the migrations make|constraint reading_is_of_a_revision on readings is not what the migrations make"),
    ("CREATE RULE nothing AS ON INSERT TO account_events DO INSTEAD NOTHING",
     "rule nothing on account_events is none of the migrations'"),
    ("ALTER TABLE posts ENABLE ROW LEVEL SECURITY",
     "table posts is not what the migrations make"),
    ("CREATE POLICY lenient ON posts USING (true)",
     "policy lenient on posts is none of the migrations'"),
    ("ALTER TABLE posts ALTER COLUMN state DROP NOT NULL",
     "column state on posts is not what the migrations make"),
    ("ALTER TABLE readings ALTER COLUMN last_at TYPE timestamptz",
     "column last_at on readings is not what the migrations make"),
    ("ALTER TABLE posts ADD COLUMN promoted boolean",
     "column promoted on posts is none of the migrations'"),
    ("ALTER TABLE refusals SET UNLOGGED", "table refusals is not what the migrations make"),
    ("CREATE TABLE more_posts () INHERITS (refusals)",
     "table refusals is not what the migrations make"),
    ("ALTER TABLE refusals OWNER TO CURRENT_USER", "table refusals is not what the migrations make"),
    ("CREATE OR REPLACE VIEW standing_requests AS
      SELECT id, post_id, revision, reviewer_id, note, at FROM reviews WHERE false",
     "table standing_requests is not what the migrations make"),
    ("DROP INDEX posts_by_state_and_time", "index posts_by_state_and_time on posts is missing"),
    ("CREATE UNIQUE INDEX one_each ON posts (author_id)",
     "unique index one_each on posts is none of the migrations'"),
    ("GRANT DELETE ON posts TO imprimatur_runtime",
     "grant posts to imprimatur_runtime on posts is not what the migrations make"),
    ("GRANT SELECT ON posts TO imprimatur_runtime WITH GRANT OPTION",
     "grant posts to imprimatur_runtime on posts is not what the migrations make"),
    ("GRANT UPDATE (body) ON revisions TO imprimatur_runtime",
     "grant body to imprimatur_runtime on revisions is none of the migrations'"),
    ("GRANT SELECT ON users TO PUBLIC", "grant users to PUBLIC on users is none of the migrations'"),
    ("GRANT EXECUTE ON FUNCTION count_active_staff() TO PUBLIC",
     "grant count_active_staff() to PUBLIC is none of the migrations'"),
    ("GRANT UPDATE ON SEQUENCE posts_id_seq TO imprimatur_runtime",
     "grant posts_id_seq to imprimatur_runtime on posts is none of the migrations'"),
    ("GRANT USAGE ON SEQUENCE account_events_id_seq TO PUBLIC",
     "grant account_events_id_seq to PUBLIC on account_events is none of the migrations'"),
    ("GRANT pg_write_all_data TO imprimatur_runtime",
     "role imprimatur_runtime may act as pg_write_all_data"),
    ("CREATE ROLE between; GRANT pg_write_server_files TO between; GRANT between TO imprimatur_runtime",
     "role imprimatur_runtime may act as pg_write_server_files"),
    ("ALTER ROLE imprimatur_runtime CREATEROLE",
     "role imprimatur_runtime may act as imprimatur_runtime"),
    ("GRANT imprimatur_owner TO imprimatur_runtime",
     "role imprimatur_runtime has the rights of the owner"),
    ("ALTER VIEW standing_requests SET (security_barrier = true)",
     "table standing_requests is not what the migrations make"),
    ("CREATE TABLE elders (last_at moment); ALTER TABLE unsaved_edits INHERIT elders",
     "table unsaved_edits is not what the migrations make"),
    ("ALTER TABLE sessions ALTER COLUMN device SET DEFAULT 'Nothing'",
     "column device on sessions is not what the migrations make"),
    ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'posts_by_state_and_time'::regclass",
     "index posts_by_state_and_time on posts is not what the migrations make"),
    ("ALTER TABLE posts ENABLE ALWAYS TRIGGER post_begins_as_a_draft",
     "trigger post_begins_as_a_draft on posts is not what the migrations make"),
    ("ALTER DOMAIN moment SET DEFAULT now()", "domain moment is not what the migrations make"),
    ("ALTER DOMAIN interface SET NOT NULL", "domain interface is not what the migrations make"),
    ("ALTER SEQUENCE posts_id_seq INCREMENT BY -1 MINVALUE -1000",
     "sequence posts_id_seq on posts is not what the migrations make"),
    ("ALTER SEQUENCE posts_id_seq CYCLE MAXVALUE 1000000",
     "sequence posts_id_seq on posts is not what the migrations make"),
    ("ALTER SEQUENCE refusals_id_seq MAXVALUE 1000000",
     "sequence refusals_id_seq on refusals is not what the migrations make"),
    ("ALTER SEQUENCE incidents_id_seq START WITH 5000",
     "sequence incidents_id_seq on incidents is not what the migrations make"),
    // What PostgreSQL's own functions, operators and casts give way to.
    ("CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT pg_catalog.now()'",
     "function named like PostgreSQL's now() is none of the migrations'"),
    ("CREATE FUNCTION char_length(moment) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
     "function named like PostgreSQL's char_length(moment) is none of the migrations'"),
    ("CREATE FUNCTION count(posts) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
     "function named like PostgreSQL's count(posts) is none of the migrations'"),
    ("CREATE AGGREGATE max(moment) (SFUNC = timestamptz_larger, STYPE = timestamptz)",
     "function named like PostgreSQL's max(moment) is none of the migrations'"),
    ("CREATE FUNCTION is_same(text, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE OPERATOR = (LEFTARG = text, RIGHTARG = varchar, FUNCTION = is_same)",
     "operator named like PostgreSQL's =(text,character varying) is none of the migrations'"),
    ("CREATE DOMAIN uuid AS text", "type named like PostgreSQL's uuid is none of the migrations'"),
    ("CREATE FUNCTION number_of(text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
      CREATE CAST (text AS bigint) WITH FUNCTION number_of(text) AS IMPLICIT",
     "a cast of text to bigint was added"),
    ("CREATE FUNCTION pg_catalog.has_visible_text(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
     "has_visible_text(text) was added to pg_catalog"),
    ("CREATE FUNCTION is_same(text, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE OPERATOR pg_catalog.= (LEFTARG = text, RIGHTARG = varchar, FUNCTION = is_same)",
     "=(text,character varying) was added to pg_catalog"),
    ("SET LOCAL allow_system_table_mods = on; CREATE TABLE pg_catalog.more_posts ()",
     "more_posts was added to pg_catalog"),
    ("CREATE SCHEMA imprimatur_runtime CREATE TABLE posts ()",
     "schema imprimatur_runtime hides posts from its role"),
    ("CREATE SCHEMA imprimatur_owner;
      CREATE FUNCTION imprimatur_owner.available_slug(text) RETURNS text LANGUAGE sql AS 'SELECT 1'",
     "schema imprimatur_owner hides available_slug from its role"),
    ("CREATE FUNCTION observe() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER observer ON ddl_command_end EXECUTE FUNCTION observe()",
     "event trigger observer runs at ddl_command_end"),
    ("ALTER ROLE imprimatur_runtime SET role = pg_monitor",
     "sessions of imprimatur_runtime begin with role=pg_monitor"),
    ("ALTER ROLE imprimatur_owner SET zero_damaged_pages = on",
     "sessions of imprimatur_owner begin with zero_damaged_pages=on"),
    ("ALTER ROLE ALL SET ignore_checksum_failure = on",
     "sessions of everybody begin with ignore_checksum_failure=on"),
    ("ALTER ROLE imprimatur_owner SUPERUSER", "role imprimatur_owner may act as imprimatur_owner"),
    ("ALTER ROLE imprimatur_owner CREATEROLE", "role imprimatur_owner may act as imprimatur_owner"),
    ("ALTER ROLE imprimatur_owner BYPASSRLS", "role imprimatur_owner may act as imprimatur_owner"),
    ("ALTER ROLE imprimatur_owner REPLICATION", "role imprimatur_owner may act as imprimatur_owner"),
    ("GRANT pg_write_all_data TO imprimatur_owner",
     "role imprimatur_owner may act as pg_write_all_data"),
    ("ALTER ROLE imprimatur_runtime SUPERUSER",
     "role imprimatur_runtime has the rights of the owner"),
    ("ALTER ROLE imprimatur_runtime BYPASSRLS",
     "role imprimatur_runtime has the rights of the owner"),
    ("ALTER ROLE imprimatur_runtime REPLICATION",
     "role imprimatur_runtime may act as imprimatur_runtime"),
    ("CREATE ROLE root SUPERUSER NOINHERIT; GRANT root TO imprimatur_runtime",
     "role imprimatur_runtime may act as root"),
    ("CREATE ROLE maker; ALTER ROLE imprimatur_runtime NOINHERIT; GRANT maker TO imprimatur_runtime;
      GRANT CREATE ON SCHEMA public TO maker",
     "role imprimatur_runtime may make objects in the schema or schemas"),
];

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_guard_that_was_tampered_with_is_found_by_its_name() {
    let database = Database::new();
    let conn = &mut saboteur(&database);
    let mut surprises = Vec::new();
    for (sql, expected) in TAMPERINGS {
        after(conn, sql, |conn| {
            let findings = walk(conn, RUNTIME_ROLE)?.findings;
            let found: Vec<&str> = details(&findings);
            if found.len() > 20 || !expected.split('|').all(|detail| found.contains(&detail)) {
                surprises.push(format!("{sql}: {found:#?}"));
            }
            Ok(())
        });
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn rights_on_the_database_and_settings_of_roles_are_looked_at() {
    let database = Database::new();
    let name = &database.name;
    let tamperings = [
        (
            format!("GRANT TEMPORARY ON DATABASE {name} TO PUBLIC"),
            "role imprimatur_runtime may make temporary tables",
        ),
        (
            format!("GRANT CREATE ON DATABASE {name} TO imprimatur_runtime"),
            "role imprimatur_runtime may make objects in the schema or schemas",
        ),
        (
            format!(
                "ALTER ROLE imprimatur_runtime IN DATABASE {name}
                 SET session_replication_role = replica"
            ),
            "triggers are off for imprimatur_runtime: session_replication_role=replica",
        ),
        (
            format!("ALTER DATABASE {name} SET session_replication_role = replica"),
            "triggers are off for everybody: session_replication_role=replica",
        ),
    ];
    let mut expected = Vec::new();
    for (sql, detail) in tamperings {
        database.db_sabotage(&sql);
        expected.push(detail);
    }
    expected.sort_unstable();
    let report = report(&database);
    let mut found = details(&report.findings);
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// What holds for the whole server is undone before others can see it.
#[test]
fn ways_round_the_guards_of_the_whole_server_are_looked_at() {
    let database = Database::new();
    let conn = &mut saboteur(&database);
    let version = statement::<Integer>("SELECT current_setting('server_version_num')::integer");
    if version.get_result::<i32>(conn).unwrap() < 150_000 {
        return;
    }
    let sql = "GRANT SET ON PARAMETER session_replication_role TO imprimatur_runtime";
    after(conn, sql, |conn| {
        let details = details(&walk(conn, RUNTIME_ROLE)?.findings).join("\n");
        assert!(details.contains("role imprimatur_runtime may switch triggers off"), "{details}");
        Ok(())
    });
}

/// Other roles may be allowed to read, and other things may stand beside ours.
#[test]
fn unrelated_objects_are_no_finding() {
    let database = Database::new();
    let conn = &mut saboteur(&database);
    let harmless = "CREATE TABLE of_somebody_else (id bigint PRIMARY KEY, note text);
         CREATE INDEX another ON posts (archived_by);
         CREATE FUNCTION of_somebody_else() RETURNS integer LANGUAGE sql AS 'SELECT 1';
         GRANT SELECT ON posts TO pg_monitor;
         CREATE AGGREGATE largest_of_somebody_else(integer) (SFUNC = int4larger, STYPE = integer);
         CREATE TYPE weight AS (grams integer);
         CREATE FUNCTION length(weight) RETURNS integer LANGUAGE sql AS 'SELECT 1';
         CREATE FUNCTION is_less(weight, weight) RETURNS boolean LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR < (LEFTARG = weight, RIGHTARG = weight, FUNCTION = is_less);
         CREATE CAST (weight AS integer) WITH FUNCTION length(weight);
         CREATE SCHEMA imprimatur_runtime CREATE TABLE notes ();
         CREATE SCHEMA of_somebody_else CREATE TABLE posts ();
         CREATE ROLE watcher; GRANT pg_monitor TO watcher; GRANT watcher TO imprimatur_runtime;
         ALTER ROLE imprimatur_runtime SET log_min_duration_statement = 100;
         ALTER ROLE watcher SET role = pg_monitor;
         -- One of them adds operators like those of PostgreSQL, the other functions beside them.
         DO $do$ DECLARE extension text; BEGIN
             FOR extension IN SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'adminpack')
             LOOP EXECUTE format('CREATE EXTENSION %I', extension); END LOOP;
         END $do$;
         CREATE FUNCTION observe() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER observer ON ddl_command_end EXECUTE FUNCTION observe();
         ALTER EVENT TRIGGER observer DISABLE";
    after(conn, harmless, |conn| {
        assert_eq!(details(&walk(conn, RUNTIME_ROLE)?.findings), [""; 0]);
        Ok(())
    });
}
