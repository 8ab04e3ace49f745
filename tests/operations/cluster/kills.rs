//! Nothing acknowledged is lost, and nothing happens twice: the program is killed under
//! load, PostgreSQL is killed under load, and a standby takes over from a primary.

use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use imprimatur::domain::{Create, OperationKey, PostId};
use imprimatur::postgres::{
    Cluster, ClusterSettings, DATABASE, Durability, OWNER_ROLE, RUNTIME_ROLE, SUPERUSER_ROLE,
};
use imprimatur::store::Store;
use imprimatur::store::migrations::migrate;
use imprimatur::store::pool::Limits;
use imprimatur::store::verify::verify;
use imprimatur::workflow;
use ureq::Agent;

use super::place::{TestDirectory, eventually, kill};
use super::recovery::Standby;
use super::{ask, connect};
use crate::edges::command_line::program::{bare, finished};
use crate::support::database::patient;
use crate::support::processes::{processes, signal};
use crate::support::program::token;
use crate::support::running::Running;
use crate::support::world::{call_with, content, create_people, ids, submit};
use crate::support::{Database, Server};

/// Posts in review, and a program that publishes each under one key.
struct Load {
    agent: Agent,
    token: String,
    posts: Vec<PostId>,
}

/// An answer of the server, or none.
type Answer = Option<(u16, String)>;

const POSTS: usize = 60;

/// What is acknowledged before something is killed.
const FIRST: usize = 15;

impl Load {
    /// Prepares people and posts in a migrated database.
    fn on(url: &str) -> Self {
        let store = Store::connect(url, patient());
        create_people(&store);
        let people = ids(&store);
        let alice = people["alice"];
        let posts = (0..POSTS).map(|number| {
            let content = content(&format!("Post {number}"));
            let call = call_with(alice, OperationKey::random());
            let post = workflow::create(&store, &call, &Create { content }).unwrap().post;
            let call = call_with(alice, OperationKey::random());
            workflow::perform(&store, &call, &submit(post, 1)).unwrap();
            post
        });
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        let posts = posts.collect();
        Self { agent, posts, token: token(&store, people["edith"], None) }
    }

    fn publish(&self, server: SocketAddr, post: PostId) -> Answer {
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(format!("http://{server}/api/v1/posts/{post}/publication"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("if-match", "\"1\"")
            .header("idempotency-key", format!("\"publish-{post}\""));
        let mut response = self.agent.run(request.body(()).unwrap()).ok()?;
        let text = response.body_mut().read_to_string().ok()?;
        Some((response.status().as_u16(), text))
    }

    /// Has four clients publish every post, and does `disaster` when the first posts are
    /// acknowledged.
    fn publish_all(&self, server: SocketAddr, disaster: impl FnOnce()) -> Vec<Answer> {
        let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            let client = || {
                let mut answers = Vec::new();
                while let Some(post) = self.posts.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let answer = self.publish(server, *post);
                    if matches!(answer, Some((200, _))) {
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    answers.push((*post, answer));
                }
                answers
            };
            let clients = [(); 4].map(|()| scope.spawn(client));
            eventually("the first are acknowledged", || {
                acknowledged.load(Ordering::SeqCst) >= FIRST
            });
            disaster();
            let mut answers: Vec<_> =
                clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
            answers.sort_by_key(|(post, _)| *post);
            answers.into_iter().map(|(_, answer)| answer).collect()
        })
    }

    /// Sends everything again. What was acknowledged is answered as before, and the
    /// rest happens now, or has happened.
    fn holds(&self, server: SocketAddr, answers: &[Answer], owner: &mut PgConnection) {
        let mut unknown = 0;
        for (post, before) in self.posts.iter().zip(answers) {
            let (status, text) = self.publish(server, *post).unwrap();
            assert_eq!(status, 200, "{text}");
            match before {
                Some((200, acknowledged)) => assert_eq!(*acknowledged, text),
                // The connection was lost, or the database was not there.
                None | Some((503, _)) => unknown += 1,
                Some((status, text)) => panic!("{status}: {text}"),
            }
        }
        assert!(unknown > 0, "the disaster came too late");
        let published = ask(owner, "count(*)::text FROM history WHERE action = 'publish'");
        assert_eq!(published, POSTS.to_string());
        assert_eq!(ask(owner, "count(*)::text FROM incidents"), "0");
        assert_eq!(verify(owner, RUNTIME_ROLE).unwrap().findings, []);
    }
}

#[test]
fn what_is_acknowledged_is_on_the_disk_whatever_the_role_has_set() {
    let place = TestDirectory::new();
    let settings = ClusterSettings { durability: Durability::Durable, ..place.settings() };
    let cluster = Cluster::open(&settings).unwrap();
    let set = format!("ALTER ROLE {RUNTIME_ROLE} SET synchronous_commit = off");
    connect(&cluster, SUPERUSER_ROLE).batch_execute(&set).unwrap();
    let setting = "current_setting('synchronous_commit')";
    assert_eq!(ask(&mut connect(&cluster, RUNTIME_ROLE), setting), "off");
    let store = Store::connect(&cluster.url(RUNTIME_ROLE, DATABASE), patient());
    assert_eq!(ask(&mut store.checkout().unwrap(), setting), "on");
}

#[test]
fn a_killed_program_loses_nothing_and_repeats_nothing() {
    let database = Database::new();
    let url = database.runtime_url();
    let load = Load::on(&url);
    let killed = Running::start(&[("DATABASE_URL", &url)], &[]);
    let pid = killed.pid();
    let answers = load.publish_all(killed.address, || kill(pid));
    let next = Running::start(&[("DATABASE_URL", &url)], &[]);
    load.holds(next.address, &answers, &mut database.as_owner());
}

/// A cluster that writes what it acknowledges, with people and posts.
fn durable(place: &TestDirectory) -> (Cluster, Load) {
    let settings = ClusterSettings { durability: Durability::Durable, ..place.settings() };
    let cluster = Cluster::open(&settings).unwrap();
    migrate(&cluster.url(OWNER_ROLE, DATABASE), RUNTIME_ROLE).unwrap();
    let load = Load::on(&cluster.url(RUNTIME_ROLE, DATABASE));
    (cluster, load)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_killed_postgresql_loses_nothing_and_repeats_nothing() {
    let place = TestDirectory::new();
    let (cluster, load) = durable(&place);
    let supervisor = cluster.supervise().unwrap();
    let store = Store::connect(&cluster.url(RUNTIME_ROLE, DATABASE), patient());
    let server = Server::start(store);
    let killed = place.server();
    let answers = load.publish_all(server.address, || kill(killed));
    eventually("it has recovered", || server.browser().get("/readyz").status == 200);
    load.holds(server.address, &answers, &mut connect(&cluster, OWNER_ROLE));
    drop(supervisor);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_promoted_standby_has_everything_that_was_acknowledged() {
    let place = TestDirectory::new();
    let (cluster, load) = durable(&place);
    let standby = Standby::of(&place, &cluster);
    let mut primary = connect(&cluster, SUPERUSER_ROLE);
    // It acknowledges what the standby has as well.
    primary.batch_execute("ALTER SYSTEM SET synchronous_standby_names = '*'").unwrap();
    primary.batch_execute("SELECT pg_reload_conf()").unwrap();
    eventually("the standby is synchronous", || {
        let mut conn = connect(&cluster, SUPERUSER_ROLE);
        ask(&mut conn, "coalesce(max(sync_state), '') FROM pg_stat_replication") == "sync"
    });
    let [run, standby_run] = [place.file("run"), place.path.join("standby-run")]
        .map(|directory| directory.to_str().unwrap().to_owned());
    let both = cluster.url(RUNTIME_ROLE, DATABASE).replace(&run, &format!("{run},{standby_run}"));
    let both = format!("{both} target_session_attrs='read-write'");
    let store = Store::connect(&both, Limits { statement: Duration::from_secs(5), ..patient() });
    let server = Server::start(store);
    let killed = place.server();
    let answers = load.publish_all(server.address, || {
        kill(killed);
        let promoted = standby.url.replace(RUNTIME_ROLE, SUPERUSER_ROLE);
        let mut conn = PgConnection::establish(&promoted).unwrap();
        assert_eq!(ask(&mut conn, "pg_promote()::text"), "true");
    });
    eventually("the server has found it", || server.browser().get("/readyz").status == 200);
    let owner = standby.url.replace(RUNTIME_ROLE, OWNER_ROLE);
    load.holds(server.address, &answers, &mut PgConnection::establish(&owner).unwrap());
}

#[test]
fn a_first_start_that_is_ended_leaves_no_process_and_no_file() {
    let place = TestDirectory::new();
    let data_dir = place.data_dir();
    let mut command = bare();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data_dir);
    let mut first = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let unfinished = data_dir.join(format!("postgres.new-{}", first.id()));
    eventually("initdb writes", || unfinished.join("global").exists());
    signal(first.id(), libc::SIGTERM);
    first.wait().unwrap();
    eventually("initdb is gone", || {
        let name = unfinished.display().to_string();
        !processes().iter().any(|process| process.words.contains(&name))
    });
    assert_eq!(fs::read_dir(&unfinished).map_or(0, Iterator::count), 0);
    Running::start(&[], &["--data-dir", &data_dir.display().to_string()]).stop();
    assert!(!unfinished.exists());
}

/// What ignores the ends of its children, as some supervisors do, hands that on.
#[test]
fn a_parent_that_ignores_its_children_changes_nothing() {
    let place = TestDirectory::new();
    let mut command = Command::new("bash");
    let program = "trap '' CHLD; exec \"$0\" \"$@\"";
    command.args(["-c", program, env!("CARGO_BIN_EXE_imprimatur"), "migrate", "--data-dir"]);
    for variable in ["DATABASE_URL", "DATABASE_OWNER_URL", "RUST_LOG"] {
        command.env_remove(variable);
    }
    let run = finished(command.arg(place.data_dir()).output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
}
