//! A database that says nothing keeps nobody waiting, and takes no thread for good.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use imprimatur::store::Store;
use imprimatur::store::connect::connect_within;
use imprimatur::store::pool::Limits;

use crate::support::processes::{processes, signal};
use crate::support::proxy::Proxy;
use crate::support::raw::wait_until;
use crate::support::{Browser, Database, Program, Server, World};

/// The limits of the program, and some seconds for a machine that runs all tests at once.
const LONGEST: Duration = Duration::from_secs(2 + 5 + 1 + 4);

fn behind_a_proxy(database: &Database) -> (Proxy, Store) {
    let (proxy, through) = Proxy::before_server_of(&database.runtime_url());
    let store = Store::connect(&through, Limits::default());
    (proxy, store)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_page_answers_503_within_the_limits() {
    let world = World::new();
    world.published();
    let (proxy, store) = behind_a_proxy(&world.database);
    let server = Server::start(store);
    let mut alice = server.signed_in("alice");
    let api = Program::of(&world, server.address, world.alice);
    // More clients than there are connections or threads.
    let warm: Vec<_> = (0..20).map(|_| server.browser()).collect();
    drop(warm);
    alice.get("/").expect(200);

    proxy.fall_silent();
    let ask = |path: &str| {
        let asked = Instant::now();
        let page = Browser::new(server.address).get(path);
        assert_eq!(page.status, 503, "{path}");
        assert!(asked.elapsed() < LONGEST, "{path}: {:?}", asked.elapsed());
    };
    thread::scope(|scope| {
        for path in ["/", "/readyz", "/feed.atom", "/posts/on-restraint", "/sitemap.xml"].repeat(12)
        {
            scope.spawn(move || ask(path));
        }
        scope.spawn(|| {
            let asked = Instant::now();
            assert_eq!(api.get("/api/v1/posts").status, 503);
            assert!(asked.elapsed() < LONGEST, "{:?}", asked.elapsed());
        });
    });
    // The process lives, and says what is missing.
    server.browser().get("/healthz").expect(200);
    let not_ready = server.browser().get("/readyz").expect(503).body;
    assert_eq!(not_ready, "Not ready: the database does not answer.\n");
    // Now that it is known, nobody waits long.
    let asked = Instant::now();
    assert_eq!(server.browser().get("/").status, 503);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());

    proxy.speak_again();
    wait_until("the database is back", || server.browser().get("/readyz").status == 200);
    alice.get("/desk").expect(200);
}

/// The socket is open and the kernel takes what is written to it.
#[test]
fn a_stopped_process_of_the_server_is_given_up() {
    let database = Database::new();
    let limits = Limits { statement: Duration::from_millis(500), ..Limits::default() };
    let store = Store::connect(&database.runtime_url(), limits);
    let mut conn = store.checkout().unwrap();
    let pid = crate::support::world::db_number(&mut conn, "SELECT pg_backend_pid()::bigint AS n");
    let pid = u32::try_from(pid).unwrap();
    assert!(processes().iter().any(|process| process.pid == pid));
    signal(pid, libc::SIGSTOP);
    let asked = Instant::now();
    let error = thread::scope(|scope| {
        let (answered, answer) = channel::<()>();
        scope.spawn(move || {
            // It goes on after a while also where nobody gives it up.
            let _ = answer.recv_timeout(Duration::from_secs(20));
            signal(pid, libc::SIGCONT);
        });
        let error = conn.batch_execute("SELECT 1");
        drop(answered);
        error
    });
    assert!(error.is_err());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    drop(conn);
    store.checkout().unwrap();
}

/// `verify` asks on such a connection.
#[test]
fn a_connection_of_its_own_has_a_limit_only_for_connecting() {
    let database = Database::new();
    let limits = Limits { statement: Duration::from_millis(100), ..Limits::default() };
    let store = Store::connect(&database.runtime_url(), limits);
    let sleep = "SET statement_timeout = 0; SELECT pg_sleep(1.6)";
    let patience = Duration::from_secs(600);
    let mut own = connect_within(&database.owner_url(), Duration::from_secs(1), patience).unwrap();
    own.batch_execute(sleep).unwrap();
    assert!(store.checkout().unwrap().batch_execute(sleep).is_err());
}

#[test]
fn a_command_waits_for_a_silent_database_as_long_as_its_limit() {
    let database = Database::new();
    let (proxy, through) = Proxy::before_server_of(&database.runtime_url());
    let limit = Duration::from_millis(500);
    let mut own = connect_within(&through, Duration::from_secs(5), limit).unwrap();
    own.batch_execute("SELECT 1").unwrap();
    proxy.fall_silent();
    let asked = Instant::now();
    assert!(own.batch_execute("SELECT 1").is_err());
    assert!(asked.elapsed() >= limit, "{:?}", asked.elapsed());
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}

/// A server ends what is idle for too long, and the next request does not notice.
#[test]
fn an_idle_session_is_kept_or_replaced() {
    let database = Database::new();
    database.db_sabotage(&format!(
        "ALTER DATABASE {} SET idle_session_timeout = '100ms'",
        database.name
    ));
    let server = Server::start(database.store());
    for _ in 0..3 {
        server.browser().get("/").expect(200);
        thread::sleep(Duration::from_millis(250));
    }
}
