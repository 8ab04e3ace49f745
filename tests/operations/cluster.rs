//! The private database cannot be lost by accident, left running, or started twice.
//!
//! Somebody who types `cargo run` has not asked for a database server, so they must never have to
//! look after one: not after Ctrl-C, not after `kill -9`, not after deleting its directory.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl};
use imprimatur::postgres::{
    Cluster, ClusterError, ClusterSettings, DATABASE, Durability, OWNER_ROLE, RUNTIME_ROLE,
    SUPERUSER_ROLE, lock_for_serving,
};

use crate::edges::command_line::program::{bare, finished};
use crate::support::tools::skip;

#[path = "cluster/copies.rs"]
mod copies;
#[path = "cluster/environment.rs"]
mod environment;
#[path = "cluster/installation.rs"]
mod installation;
#[path = "cluster/kills.rs"]
mod kills;
#[path = "cluster/place.rs"]
mod place;
#[path = "cluster/recovery.rs"]
mod recovery;
#[path = "cluster/replaced.rs"]
mod replaced;
#[path = "cluster/supervision.rs"]
mod supervision;

use place::{Guest, TestDirectory, is_deleted, kill};

#[test]
fn an_empty_directory_becomes_a_database_that_answers() {
    let place = TestDirectory::new();
    let unfinished = place.file("postgres.new-1/base");
    fs::create_dir_all(&unfinished).expect("somebody was killed while making it");
    let cluster = place.open();

    let mut owner = connect(&cluster, OWNER_ROLE);
    owner.batch_execute("CREATE TABLE thoughts (thought text)").expect("the owner may create");
    for (question, answer) in [
        (
            "pg_encoding_to_char(encoding) || ' ' || pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'imprimatur'",
            "UTF8 imprimatur_owner",
        ),
        ("current_setting('listen_addresses')", ""),
        ("current_setting('data_checksums')", "on"),
        ("current_setting('timezone')", "UTC"),
        (
            "string_agg(concat_ws(' ', rolname, rolsuper, rolcreatedb, rolcreaterole), ', ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'imprimatur%'",
            "imprimatur_owner f t f, imprimatur_runtime f f f",
        ),
    ] {
        assert_eq!(ask(&mut owner, question), answer, "{question}");
    }
    assert_eq!(ask(&mut connect(&cluster, RUNTIME_ROLE), "current_user::text"), RUNTIME_ROLE);
    assert_eq!(ask(&mut connect(&cluster, SUPERUSER_ROLE), "current_user::text"), SUPERUSER_ROLE);
    let names = names_in(&place.data_dir());
    assert!(!names.iter().any(|name| name.contains("new")), "{names:?}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_durable_cluster_keeps_what_was_committed() {
    let place = TestDirectory::new();
    let settings = ClusterSettings { durability: Durability::Durable, ..place.settings() };

    let cluster = open(&settings);
    remember(&cluster, "kept");
    let mut owner = connect(&cluster, OWNER_ROLE);
    assert_eq!(ask(&mut owner, "current_setting('fsync')"), "on");
    drop(owner);
    cluster.close().expect("the server stops");

    assert_eq!(recall(&open(&settings)), "kept");
}

#[test]
fn users_share_one_server_and_the_last_to_leave_stops_it() {
    let place = TestDirectory::new();
    let first = place.open();
    let server = place.server();
    let second = place.open();
    assert_eq!(place.server(), server);

    first.close().expect("leaving is easy");
    assert_eq!(recall_nothing(&second), "1", "the server goes on for who is left");

    second.close().expect("the server stops");
    assert!(place.servers().is_empty(), "close returns when the server has stopped");
    place.becomes_quiet();
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn users_who_leave_at_the_same_moment_do_not_leave_the_server_behind() {
    let place = TestDirectory::new();
    // Nobody cleans up after them here.
    let settings = ClusterSettings { watchdog: None, ..place.settings() };
    for _ in 0..5 {
        let users: Vec<Cluster> = (0..4).map(|_| open(&settings)).collect();
        let barrier = Barrier::new(users.len());
        thread::scope(|scope| {
            for user in users {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    user.close().expect("everybody may leave");
                });
            }
        });
        assert!(place.servers().is_empty());
    }
}

#[test]
fn the_watchdog_stops_the_server_of_a_user_who_was_killed() {
    let place = TestDirectory::new();
    let user = Guest::arrives(&place, &[]);
    assert_eq!(place.servers(), [user.server]);

    user.gets_killed();

    place.becomes_quiet();
    assert!(!place.file("postgres/postmaster.pid").exists(), "it was stopped in order");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn within_the_grace_the_next_user_finds_the_same_server() {
    let place = TestDirectory::new();
    let killed = Guest::arrives(&place, &[("GRACE_MS", "2000")]);
    let server = killed.server;
    killed.gets_killed();

    let next = place.open();
    assert_eq!(place.server(), server);

    next.close().expect("an orderly user does not wait for the grace to end");
    place.becomes_quiet();
}

#[test]
fn after_the_grace_the_server_stops() {
    let place = TestDirectory::new();
    Guest::arrives(&place, &[("GRACE_MS", "300")]).gets_killed();
    place.becomes_quiet();
}

#[test]
fn a_killed_watchdog_is_replaced_by_the_next_user() {
    let place = TestDirectory::new();
    let first = place.open();
    kill(place.watchdog());

    let second = Guest::arrives(&place, &[]);
    place.watchdog();
    first.close().expect("leaving is easy");
    second.gets_killed();

    place.becomes_quiet();
}

#[test]
fn a_killed_watchdog_is_not_missed_by_an_orderly_user() {
    let place = TestDirectory::new();
    let cluster = place.open();
    kill(place.watchdog());
    cluster.close().expect("the server stops");
    place.becomes_quiet();
}

#[test]
fn a_server_left_by_a_killed_user_and_a_killed_watchdog_is_adopted() {
    let place = TestDirectory::new();
    let user = Guest::arrives(&place, &[]);
    let server = user.server;
    kill(place.watchdog());
    user.gets_killed();
    assert_eq!(place.servers(), [server]);

    let next = place.open();
    assert_eq!(place.server(), server);
    next.close().expect("whoever is last stops it");
    place.becomes_quiet();
}

#[test]
fn a_killed_server_loses_nothing() {
    let place = TestDirectory::new();
    let settings = ClusterSettings { durability: Durability::Durable, ..place.settings() };
    let witness = open(&settings);
    remember(&witness, "committed");
    let killed = place.server();
    kill(killed);

    let next = open(&settings);
    assert_ne!(place.server(), killed);
    assert_eq!(recall(&next), "committed");
    assert_eq!(recall(&witness), "committed", "the address has not changed");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_server_killed_together_with_its_user_loses_nothing() {
    let place = TestDirectory::new();
    let settings = ClusterSettings { durability: Durability::Durable, ..place.settings() };
    for round in 0..3 {
        let thought = format!("round {round}");
        let user = Guest::arrives(&place, &[("REMEMBER", &thought)]);
        let server = user.server;
        kill(server);
        user.gets_killed();

        let next = open(&settings);
        assert_eq!(recall(&next), thought);
        assert_ne!(place.server(), server);
        forget(&next);
    }
}

#[test]
fn a_pid_file_of_another_process_is_not_trusted() {
    let place = TestDirectory::new();
    place.open().close().expect("the server stops");
    let notes = place.file("postgres/postmaster.pid");
    let sockets = place.file("run");
    let nobody = 4_194_303;

    for pid in [std::process::id(), nobody] {
        let cluster = place.file("postgres");
        let text = format!(
            "{pid}\n{}\n1700000000\n5432\n{}\n\n  5432001         7\nready   \n",
            cluster.display(),
            sockets.display()
        );
        fs::write(&notes, &text).expect("root and the owner may write");
        fs::write(sockets.join(".s.PGSQL.5432.lock"), &text).expect("the same");
        fs::write(sockets.join(".s.PGSQL.5432"), "").expect("the same");

        let user = place.open();
        assert_eq!(recall_nothing(&user), "1");
        user.close().expect("and nobody else is stopped");
        place.becomes_quiet();
    }
}

#[test]
fn four_processes_at_once_make_one_server() {
    let place = TestDirectory::new();
    let guests: Vec<Guest> = (0..4).map(|_| Guest::sets_out(&place, &[])).collect();
    let mut guests: Vec<Guest> = guests.into_iter().map(Guest::has_arrived).collect();

    assert_eq!(place.servers().len(), 1);
    place.watchdog();
    let server = place.server();
    assert!(guests.iter().all(|guest| guest.server == server));

    let last = guests.pop();
    guests.into_iter().for_each(Guest::leaves);
    assert_eq!(place.servers(), [server]);
    last.into_iter().for_each(Guest::leaves);
    place.becomes_quiet();
}

#[test]
fn a_path_too_long_for_a_socket_gets_a_short_one() {
    let place = TestDirectory::new();
    let data_dir = place.file(&"deep/".repeat(30));
    let settings = ClusterSettings { data_dir: data_dir.clone(), ..place.settings() };

    let cluster = open(&settings);
    assert_eq!(recall_nothing(&cluster), "1");
    let url = cluster.url(OWNER_ROLE, DATABASE);
    let sockets = PathBuf::from(url.split('\'').nth(1).expect("the host comes first"));
    assert!(sockets.starts_with("/tmp"), "{url}");
    let metadata = fs::symlink_metadata(&sockets).expect("it exists");
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o700);
    assert_eq!(metadata.uid(), fs::metadata(data_dir.join("postgres")).expect("made").uid());

    cluster.close().expect("the server stops");
    assert!(!sockets.exists(), "nothing is left outside the data directory");

    std::os::unix::fs::symlink("/", &sockets).expect("Mallory was here");
    let refused = Cluster::open(&settings);
    fs::remove_file(&sockets).expect("it was a link");
    assert!(matches!(refused, Err(ClusterError::UnsafeSocketDirectory { .. })), "{refused:?}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_deleted_directory_can_be_created_again_at_once() {
    let place = TestDirectory::new();
    let orphaned = Guest::arrives(&place, &[]);
    let ghost = orphaned.server;
    is_deleted(&place.data_dir());

    let cluster = place.open();
    assert_ne!(place.server(), ghost);
    assert_eq!(place.servers().len(), 1, "the old server is gone");
    orphaned.leaves();
    assert_eq!(recall_nothing(&cluster), "1", "and took nothing with it");
    cluster.close().expect("the server stops");
    place.becomes_quiet();
}

#[test]
fn deleting_the_directory_stops_the_server() {
    let place = TestDirectory::new();
    let _orphaned = Guest::arrives(&place, &[]);
    is_deleted(&place.data_dir());
    place.becomes_quiet();
}

#[test]
fn the_second_to_serve_is_told_who_is_first() {
    let place = TestDirectory::new();
    let first = lock_for_serving(&place.data_dir()).expect("nobody is there");
    first.record_address("http://127.0.0.1:8080").expect("noted");

    let second = lock_for_serving(&place.data_dir());
    let Err(error @ ClusterError::AlreadyServing { .. }) = second else {
        panic!("{second:?}");
    };
    let sentence = error.to_string();
    let expected = format!(
        "Imprimatur is already running (process {}, http://127.0.0.1:8080)",
        std::process::id()
    );
    assert!(sentence.starts_with(&expected), "{sentence}");

    drop(first);
    lock_for_serving(&place.data_dir()).expect("the place is free again");
}

#[test]
fn without_postgresql_there_is_one_sentence_with_the_command() {
    let place = TestDirectory::new();
    let nothing = place.path.join("nothing");
    fs::create_dir_all(&nothing).expect("a directory");

    let nothing = nothing.to_str().expect("a plain path");
    let guest = Guest::sets_out(&place, &[("IMPRIMATUR_POSTGRES_BIN", nothing)]);
    let sentence = guest.gets_refused();

    for part in [nothing, "install it with", "--install-postgres", "IMPRIMATUR_INSTALL_POSTGRES=1"]
    {
        assert!(sentence.contains(part), "{sentence}");
    }
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if system.contains("debian") {
        let command = "apt-get install -y --no-install-recommends postgresql`";
        assert!(sentence.contains(command), "{sentence}");
    }
    assert!(!place.file("postgres").exists());
}

#[test]
fn a_database_of_another_version_is_left_alone() {
    let place = TestDirectory::new();
    place.open().close().expect("the server stops");
    fs::write(place.file("postgres/PG_VERSION"), "9\n").expect("root and the owner may write");

    let refused = Cluster::open(&place.settings());
    let Err(error @ ClusterError::WrongVersion { needed: 9, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(error.to_string().contains("made by PostgreSQL 9"), "{error}");
    // A program is not told to try again.
    let mut command = bare();
    command.args(["user", "list", "--json", "--data-dir"]).arg(place.data_dir());
    let said = finished(command.output().unwrap()).stderr;
    assert!(said.contains("Follow the message.") && !said.contains("ry again"), "{said}");
}

#[test]
fn a_start_that_fails_shows_the_end_of_the_log() {
    let place = TestDirectory::new();
    place.open().close().expect("the server stops");
    fs::write(place.file("postgres/postgresql.auto.conf"), "no_such_setting = 1\n")
        .expect("root and the owner may write");

    let refused = Cluster::open(&place.settings());
    let Err(error @ ClusterError::StartFailed { .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(error.to_string().contains("no_such_setting"), "{error}");
    assert!(error.to_string().contains("postgres.log"), "{error}");
}

#[test]
fn root_is_told_which_directory_the_server_cannot_pass() {
    let place = TestDirectory::new();
    if fs::metadata(&place.path).expect("made above").uid() != 0 {
        skip("only root runs the server as another user");
        return;
    }
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o700)).expect("ours");

    let refused = Cluster::open(&place.settings());
    let Err(error @ ClusterError::PathNotAccessible { .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(error.to_string().contains(place.path.to_str().expect("plain")), "{error}");
}

fn open(settings: &ClusterSettings) -> Cluster {
    Cluster::open(settings).unwrap_or_else(|error| panic!("{error}"))
}

fn connect(cluster: &Cluster, role: &str) -> PgConnection {
    let url = cluster.url(role, DATABASE);
    PgConnection::establish(&url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn ask(connection: &mut PgConnection, question: &str) -> String {
    sql::<Text>(&format!("SELECT {question}")).get_result(connection).expect("an answer")
}

fn remember(cluster: &Cluster, thought: &str) {
    let statement = format!("CREATE TABLE memory AS SELECT '{thought}' AS thought");
    connect(cluster, OWNER_ROLE).batch_execute(&statement).expect("the owner may create");
}

fn recall(cluster: &Cluster) -> String {
    ask(&mut connect(cluster, OWNER_ROLE), "thought FROM memory")
}

fn recall_nothing(cluster: &Cluster) -> String {
    ask(&mut connect(cluster, RUNTIME_ROLE), "'1'")
}

fn forget(cluster: &Cluster) {
    connect(cluster, OWNER_ROLE).batch_execute("DROP TABLE memory").expect("the owner may");
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("readable");
    entries.map(|entry| entry.expect("readable").file_name().display().to_string()).collect()
}
