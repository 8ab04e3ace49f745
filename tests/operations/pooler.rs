//! PgBouncer: a session of one's own, or a refusal.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use imprimatur::postgres::{OWNER_ROLE, RUNTIME_ROLE};

use crate::edges::command_line::program::{Run, ended, finished, program};
use crate::support::Database;
use crate::support::processes::signal;
use crate::support::raw::wait_until;
use crate::support::tools::skip;

struct Pooler {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Pooler {
    /// Starts PgBouncer before a test's database; nothing where it is not installed.
    fn before(database: &Database, settings: &str) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let program = program.into_iter().find(|path| PathBuf::from(path).exists())?;
        let url = database.runtime_url();
        let sockets = url.split("host='").nth(1).unwrap().split('\'').next().unwrap();
        let folder = std::env::temp_dir().join(format!("imp-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write(folder.join("users"), "\"imprimatur_runtime\" \"\"\n\"imprimatur_owner\" \"\"\n")
            .unwrap();
        let users = folder.join("users").display().to_string();
        let settings = format!(
            "[databases]\n{0} = host={sockets} dbname={0}\n[pgbouncer]\nlisten_addr=127.0.0.1\n\
             listen_port={port}\nunix_socket_dir=\nauth_type=trust\nauth_file={users}\n\
             {settings}\n",
            database.name
        );
        fs::write(folder.join("settings"), settings).unwrap();
        let mut command = Command::new(program);
        command.arg(folder.join("settings")).stdout(Stdio::null()).stderr(Stdio::null());
        // It refuses root, and the socket is the server's user's.
        use std::os::unix::fs::MetadataExt;
        use std::os::unix::process::CommandExt;
        let owner = fs::metadata(sockets).unwrap();
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .unwrap();
            command.uid(owner.uid()).gid(owner.gid());
        }
        let child = command.spawn().unwrap();
        let pooler = Self { child, folder, port };
        wait_until("PgBouncer answers", || {
            std::net::TcpStream::connect(("127.0.0.1", pooler.port)).is_ok()
        });
        Some(pooler)
    }

    fn run(&self, database: &Database, words: &[&str]) -> Run {
        let mut command = program(database);
        command.env("DATABASE_URL", self.url(database, RUNTIME_ROLE));
        command.env("DATABASE_OWNER_URL", self.url(database, OWNER_ROLE));
        finished(ended(command.args(words)))
    }

    fn url(&self, database: &Database, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{}", self.port, database.name)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        signal(self.child.id(), libc::SIGKILL);
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[test]
fn a_pooler_that_shares_sessions_is_refused_and_one_that_does_not_is_used() {
    let database = Database::new();
    let unsuitable = [
        ("pool_mode=transaction", "pool_mode = session"),
        ("pool_mode=statement", "pool_mode = session"),
        ("pool_mode=session\nserver_reset_query=", "server_reset_query = DISCARD ALL"),
        (
            "pool_mode=session\nserver_reset_query=\ndefault_pool_size=1",
            "server_reset_query = DISCARD ALL",
        ),
    ];
    for (settings, remedy) in unsuitable {
        let Some(pooler) = Pooler::before(&database, settings) else {
            return skip("PgBouncer is not installed");
        };
        for words in [&["user", "list"][..], &["migrate"], &["serve", "--listen", "127.0.0.1:0"]] {
            let said = pooler.run(&database, words).expect(1).stderr;
            assert!(said.contains(remedy), "{settings} {said}");
        }
        let mut next = PgConnection::establish(&pooler.url(&database, RUNTIME_ROLE)).unwrap();
        let left = sql_query(
            "SELECT (SELECT count(*) FROM pg_prepared_statements) + count(*) AS count
             FROM unnest(ARRAY['imprimatur.is_used', 'lock_timeout', 'search_path']) setting
             WHERE coalesce(current_setting(setting, true), '')
                 NOT IN ('', '0', '\"$user\", public')",
        );
        let left = left.get_result::<Left>(&mut next).unwrap().count;
        assert_eq!(left, 0, "{settings}");
    }
    for settings in ["pool_mode=session", "pool_mode=session\ndefault_pool_size=1"] {
        let pooler = Pooler::before(&database, settings).unwrap();
        pooler.run(&database, &["user", "list"]).expect(0);
        pooler.run(&database, &["migrate"]).expect(0);
    }
}
