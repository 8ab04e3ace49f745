//! Kept pages are never stale: not after PostgreSQL has recovered from a crash, which
//! gives the numbers of transactions again, and not on a standby, whose snapshots do
//! not name every running transaction.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use imprimatur::postgres::{Cluster, DATABASE, OWNER_ROLE, RUNTIME_ROLE, SUPERUSER_ROLE};
use imprimatur::store::Store;
use imprimatur::store::migrations::migrate;

use super::place::{TestDirectory, eventually, kill};
use super::{ask, connect};
use crate::support::Server;
use crate::support::database::patient;
use crate::support::processes::signal;

const PAGE: &str = "/posts/kept";

/// A published post, without those who wrote and published it.
const POST: &str = "SET session_replication_role = replica;
    INSERT INTO users (username, display_name, password_hash, name_words)
    VALUES ('alice', 'Alice', '$argon2id$', '');
    INSERT INTO posts (author_id, state, current_revision, created_at, submitted_at, submitted_by,
        submitted_revision, published_at, published_by, published_revision, slug)
    SELECT id, 'published', 1, now(), now(), id, 1, now(), id + 1, 1, 'kept' FROM users;
    INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
    SELECT id, 1, 'Kept', 'A page.', 'Words.', author_id, now(), 'key' FROM posts;
    SET session_replication_role = DEFAULT;";

const ARCHIVE: &str = "SET session_replication_role = replica;
    UPDATE posts SET state = 'archived', archived_at = clock_timestamp(), archived_by = 1,
        archive_reason = 'Old.';
    SET session_replication_role = DEFAULT;";

fn with_a_post(place: &TestDirectory) -> Cluster {
    let cluster = place.open();
    migrate(&cluster.url(OWNER_ROLE, DATABASE), RUNTIME_ROLE).unwrap();
    connect(&cluster, SUPERUSER_ROLE).batch_execute(POST).unwrap();
    cluster
}

#[test]
fn a_kept_page_does_not_outlast_a_crash_of_postgresql() {
    let place = TestDirectory::new();
    let cluster = with_a_post(&place);
    let url = cluster.url(RUNTIME_ROLE, DATABASE);
    let server = Server::start(Store::connect(&url, patient()));
    let mut conn = connect(&cluster, SUPERUSER_ROLE);
    // The number of a transaction that is rolled back reaches the disk late, or never.
    conn.batch_execute("ALTER SYSTEM SET wal_writer_delay = '10s'").unwrap();
    conn.batch_execute("SELECT pg_reload_conf()").unwrap();
    eventually("the setting is read", || {
        ask(&mut connect(&cluster, SUPERUSER_ROLE), "current_setting('wal_writer_delay')") == "10s"
    });
    conn.batch_execute("CHECKPOINT").unwrap();
    conn.batch_execute("BEGIN; SELECT pg_current_xact_id(); ROLLBACK").unwrap();
    let before = ask(&mut conn, "pg_current_snapshot()::text");
    for _ in 0..2 {
        server.browser().get(PAGE).expect(200);
    }
    // The postmaster ends every process, recovers, and goes on.
    kill(ask(&mut conn, "pg_backend_pid()::text").parse().unwrap());
    eventually("it has recovered", || PgConnection::establish(&url).is_ok());
    let mut conn = connect(&cluster, SUPERUSER_ROLE);
    conn.batch_execute(ARCHIVE).unwrap();
    let after = ask(&mut conn, "pg_current_snapshot()::text");
    assert_eq!(before, after, "the numbers come again: otherwise this shows nothing");
    eventually("the server has connections again", || server.browser().get(PAGE).status != 503);
    server.browser().get(PAGE).expect(410);
}

/// A standby of the cluster, stopped at the end.
pub(super) struct Standby {
    postgres: Child,
    pub(super) url: String,
}

impl Standby {
    pub(super) fn of(place: &TestDirectory, cluster: &Cluster) -> Self {
        let owner = fs::metadata(place.file("postgres")).unwrap();
        let [data, sockets] = ["standby", "standby-run"].map(|name| place.path.join(name));
        for directory in [&data, &sockets] {
            fs::create_dir(directory).unwrap();
            chown(directory, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        fs::set_permissions(&data, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let program = fs::read_link(format!("/proc/{}/exe", place.server())).unwrap();
        let command = |program: PathBuf| {
            let mut command = Command::new(program);
            command.env_clear().uid(owner.uid()).gid(owner.gid()).current_dir("/");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let copied = command(program.with_file_name("pg_basebackup"))
            .args(["-R", "-X", "stream", "-c", "fast", "-U", SUPERUSER_ROLE, "-h"])
            .arg(place.file("run"))
            .arg("-D")
            .arg(&data)
            .status()
            .unwrap();
        assert!(copied.success(), "{copied}");
        let setting = |name: &str| format!("unix_socket_directories={}", name);
        let postgres = command(program)
            .arg("-D")
            .arg(&data)
            .args(["-c", &setting(sockets.to_str().unwrap()), "-c", "listen_addresses="])
            .args(["-c", "port=5432", "-c", "max_connections=1000", "-c", "hot_standby=on"])
            .spawn()
            .unwrap();
        let primary = cluster.url(RUNTIME_ROLE, DATABASE);
        let url = primary.replace(place.file("run").to_str().unwrap(), sockets.to_str().unwrap());
        assert_ne!(url, primary);
        let standby = Self { postgres, url };
        eventually("the standby answers", || PgConnection::establish(&standby.url).is_ok());
        standby
    }

    /// Returns whether it shows the state.
    fn shows(&self, state: &str) -> bool {
        let mut conn = PgConnection::establish(&self.url).unwrap();
        ask(&mut conn, "(SELECT max(state) FROM posts)") == state
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        signal(self.postgres.id(), libc::SIGINT);
        let _ = self.postgres.wait();
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_page_of_a_standby_is_never_stale() {
    let place = TestDirectory::new();
    let cluster = with_a_post(&place);
    // What every server shares is made by the first.
    drop(Server::start(Store::connect(&cluster.url(RUNTIME_ROLE, DATABASE), patient())));
    let standby = Standby::of(&place, &cluster);
    let server = Server::start(Store::connect(&standby.url, patient()));
    let [mut oldest, mut archiver, mut newest] =
        [(); 3].map(|()| connect(&cluster, SUPERUSER_ROLE));
    let number = "SELECT pg_current_xact_id()";
    oldest.batch_execute(&format!("BEGIN; {number}; CREATE TABLE held (id bigint)")).unwrap();
    archiver.batch_execute(&format!("BEGIN; {ARCHIVE}")).unwrap();
    newest.batch_execute("CREATE TABLE other (id bigint)").unwrap();
    eventually("the standby has the newest", || {
        let mut conn = PgConnection::establish(&standby.url).unwrap();
        ask(&mut conn, "coalesce(to_regclass('other')::text, '')") == "other"
    });
    for _ in 0..2 {
        server.browser().get(PAGE).expect(200);
    }
    archiver.batch_execute("COMMIT").unwrap();
    eventually("the standby shows the archived post", || standby.shows("archived"));
    server.browser().get(PAGE).expect(410);
    oldest.batch_execute("ROLLBACK").unwrap();
}
