//! Who watches from outside sees what happens, in numbers that are right, that
//! nobody outside can multiply, and that come at once even when the database
//! does not.
//!
//! What is recorded belongs to a process, so each test here runs the program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::edges::command_line::program::{program, run};
use crate::support::processes::signal;
use crate::support::proxy::Proxy;
use crate::support::raw::wait_until;
use crate::support::world::PASSWORD;
use crate::support::{Browser, Program, World};

/// The program, serving and watched; it is killed when this is dropped.
struct Watched {
    child: Child,
    site: SocketAddr,
    metrics: SocketAddr,
}

const WORDS: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];

impl Watched {
    fn serving(world: &World) -> Self {
        Self::started(&mut program(&world.database))
    }

    fn started(command: &mut Command) -> Self {
        Self::logging_to(Stdio::null(), command)
    }

    fn behind_a_proxy(world: &World) -> Self {
        Self::start(Stdio::null(), program(&world.database).args(WORDS).arg("--behind-proxy"))
    }

    fn logging_to(log: Stdio, command: &mut Command) -> Self {
        Self::start(log, command.args(WORDS))
    }

    fn start(log: Stdio, command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn();
        let stdout = BufReader::new(child.as_mut().unwrap().stdout.take().unwrap());
        let mut said = stdout.lines().map(Result::unwrap);
        let mut address_in = |beginning: &str, end: &str| {
            let line = said.find(|line| line.starts_with(beginning)).unwrap();
            line[beginning.len()..].trim_end_matches(end).parse().unwrap()
        };
        Self {
            site: address_in("Imprimatur is at http://", ""),
            metrics: address_in("Metrics are at http://", "/metrics"),
            child: child.unwrap(),
        }
    }

    fn scrape(&self) -> Scrape {
        let (head, text) = told(self.metrics, "GET", "/metrics");
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
        Scrape::read(&text)
    }

    /// Scrapes, and sees to it that this does not take long.
    fn scrape_promptly(&self) -> Scrape {
        let asked = Instant::now();
        let scrape = self.scrape();
        // Two seconds; the rest is for a machine that runs all tests at once.
        assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
        scrape
    }

    fn browser(&self) -> Browser {
        Browser::new(self.site)
    }

    /// Asks it to stop, and returns whether it did so in order.
    fn stops_when_asked(mut self) -> bool {
        signal(self.child.id(), libc::SIGTERM);
        self.child.wait().unwrap().success()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request by whatever method, and returns the status and the body.
fn ask(address: SocketAddr, method: &str, path: &str) -> (u16, String) {
    let (head, body) = told(address, method, path);
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

/// Sends a request, and returns the head and the body of what comes in time.
fn told(address: SocketAddr, method: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned() + "\r\n", body.to_owned())
}

/// Labels by their names.
type Labels = BTreeMap<String, String>;

/// What one scrape said: every series with its value.
#[derive(Debug)]
struct Scrape(BTreeMap<(String, Labels), f64>);

impl Scrape {
    /// Reads the text exposition format, and accepts nothing that a strict
    /// reader would not.
    fn read(text: &str) -> Self {
        let mut helped = BTreeSet::new();
        let mut kinds = BTreeMap::new();
        let mut series = BTreeMap::new();
        let mut family = "";
        assert!(text.ends_with('\n'));
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap();
                assert!(words.len() > 20 && words.ends_with('.'), "{line}");
                assert!(helped.insert(name), "twice: {line}");
                continue;
            }
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(kinds.insert(name, kind).is_none(), "twice: {line}");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert!(is_name(name) && name.starts_with("imprimatur_"), "{line}");
                family = name;
                continue;
            }
            let (name, labels, value) = sample(line);
            let is_its_own = match kinds.get(family) {
                Some(&"histogram") => ["_bucket", "_sum", "_count"]
                    .iter()
                    .any(|part| name.strip_suffix(part) == Some(family)),
                Some(_) => name == family,
                None => false,
            };
            assert!(is_its_own && helped.contains(family), "without HELP and TYPE: {line}");
            let value: f64 = value.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(series.insert((name.to_owned(), labels), value).is_none(), "twice: {line}");
        }
        let scrape = Self(series);
        scrape.check_histograms();
        scrape
    }

    /// Buckets only grow, and the last of them holds everything.
    fn check_histograms(&self) {
        let mut found = BTreeMap::<_, Vec<(f64, f64)>>::new();
        for ((name, labels), value) in &self.0 {
            let Some(family) = name.strip_suffix("_bucket") else { continue };
            let mut labels = labels.clone();
            let bound = labels.remove("le").unwrap().parse().unwrap();
            found.entry((format!("{family}_count"), labels)).or_default().push((bound, *value));
        }
        for (count, mut buckets) in found {
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1), "{count:?} {buckets:?}");
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, self.0[&count])), "{count:?}");
        }
    }

    /// Returns the value of one series, if it is there.
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.0.get(&(format!("imprimatur_{name}"), labels.collect())).copied()
    }

    fn decisions(&self, action: &str, interface: &str, outcome: &str) -> Option<f64> {
        let labels = [("action", action), ("interface", interface), ("outcome", outcome)];
        self.value("decisions_total", &labels)
    }

    fn requests(&self, method: &str, route: &str, status: &str) -> Option<f64> {
        let labels = [("method", method), ("route", route), ("status", status)];
        self.value("http_requests_total", &labels)
    }

    /// Returns the sum over everything of a name.
    fn sum(&self, name: &str) -> f64 {
        let name = format!("imprimatur_{name}");
        self.0.iter().filter(|((found, _), _)| *found == name).map(|(_, value)| value).sum()
    }

    fn names(&self) -> BTreeSet<(String, Labels)> {
        self.0.keys().cloned().collect()
    }
}

/// Returns a sample's name, labels and value.
fn sample(line: &str) -> (&str, Labels, &str) {
    let end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(end);
    let mut labels = Labels::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, after) = rest.split_once("=\"").unwrap();
            assert!(is_name(label) && !label.contains(':'), "{line}");
            let mut value = String::new();
            let mut chars = after.chars();
            loop {
                match chars.next().unwrap() {
                    '"' => break,
                    '\\' => match chars.next().unwrap() {
                        'n' => value.push('\n'),
                        escaped => {
                            assert!(['\\', '"'].contains(&escaped), "{line}");
                            value.push(escaped);
                        }
                    },
                    other => value.push(other),
                }
            }
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            rest = chars.as_str();
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        rest = &rest[1..];
    }
    assert!(is_name(name), "{line}");
    (name, labels, rest.strip_prefix(' ').unwrap())
}

fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

#[test]
fn the_metrics_parser_of_the_tests_is_strict() {
    let read = |text: &str| {
        let text = text.to_owned();
        std::panic::catch_unwind(move || Scrape::read(&text)).is_ok()
    };
    let head = "# HELP imprimatur_x_total What this is all about.\n\
                # TYPE imprimatur_x_total counter\n";
    let sum = "# HELP imprimatur_y What this is all about.\n# TYPE imprimatur_y histogram\n";
    let buckets = |few: &str, all: &str| {
        format!(
            "{sum}imprimatur_y_bucket{{le=\"1\"}} {few}\nimprimatur_y_bucket{{le=\"+Inf\"}} {all}\n\
             imprimatur_y_sum 3\nimprimatur_y_count 2\n"
        )
    };
    assert!(read(&format!("{head}imprimatur_x_total{{a=\"{{b}}\\\"\",c=\"d\"}} 1\n")));
    assert!(read(&buckets("1", "2")));
    for wrong in [
        "imprimatur_x_total 1\n".to_owned(),
        format!("{head}imprimatur_x_total 1"),
        format!("{head}imprimatur_x_total one\n"),
        format!("{head}imprimatur_z_total 1\n"),
        format!("{head}imprimatur_x_total 1\nimprimatur_x_total 1\n"),
        format!("{head}imprimatur_x_total{{a-b=\"c\"}} 1\n"),
        format!("{head}imprimatur_x_total{{a=\"b\",a=\"c\"}} 1\n"),
        format!("{head}imprimatur_x_total{{a=\"\\b\"}} 1\n"),
        format!("{head}{head}imprimatur_x_total 1\n"),
        head.replace("# HELP imprimatur_x_total What this is all about.\n", "")
            + "imprimatur_x_total 1\n",
        head.replace("counter", "summary") + "imprimatur_x_total 1\n",
        head.replace("counter", "gauge") + "imprimatur_x_total 1\n",
        head.replace("_x_", "-x-") + "imprimatur-x-total 1\n",
        buckets("3", "2"),
        buckets("1", "1"),
    ] {
        assert!(!read(&wrong), "{wrong}");
    }
}

#[test]
fn each_event_is_counted_once() {
    let world = World::new();
    let (post, other) = (world.in_review(), world.in_review());
    let watched = Watched::serving(&world);

    let before = watched.scrape();
    assert_eq!(before.value("database_up", &[]), Some(1.0));
    assert_eq!(before.value("incidents_open", &[]), Some(0.0));
    assert_eq!(before.value("database_connections_max", &[]), Some(16.0));
    assert_eq!(before.value("http_requests_in_hand", &[]), Some(0.0));
    assert_eq!(before.value("http_requests_turned_away_total", &[]), Some(0.0));
    assert_eq!(before.value("sign_ins_total", &[("result", "wrong")]), Some(0.0));
    assert_eq!(before.sum("http_requests_total"), 0.0, "{before:?}");

    // Who signs in, and who does not.
    let mut edith = watched.browser();
    edith.sign_in("edith");
    let mut mallory = watched.browser();
    let form = mallory.get("/sign-in").expect(200);
    let typed = [("token", &form.hidden("token")[..]), ("username", "edith"), ("password", "x")];
    mallory.post("/sign-in", &typed).expect(401);

    // A publish, the same once more, and one by somebody who may not.
    edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(303);
    let programs = [world.edith, world.alice, world.stan];
    let [edith, alice, stan] = programs.map(|who| Program::of(&world, watched.site, who));
    assert_eq!(edith.act(post, "publication", 1, "").expect(409).json()["layer"], "policy");
    assert_eq!(alice.act(other, "publication", 1, "").expect(403).json()["layer"], "permission");
    assert_eq!(stan.get("/api/v1/posts/999").expect(404).json()["layer"], "visibility");

    // The same key again.
    let words = r#"{"title": "On measure", "summary": "S", "body": "B"}"#;
    for _ in 0..3 {
        alice.post("/api/v1/posts", &[("idempotency-key", "once")], words).expect(201);
    }

    // Strangers, through each edge that has pages or documents.
    let stranger = Program::with(watched.site, "");
    stranger.act(other, "publication", 1, "").expect(401);
    watched.browser().get("/desk").expect(401);
    watched.browser().post("/desk/posts/create", &[]).expect(401);
    let unasked = [("token", ""), ("password", "x"), ("new_password", "A new one to type.")];
    watched.browser().post("/account/password", &unasked).expect(401);

    // Pages that are shown again with what was typed, and one that may not be.
    let mut alice = watched.browser();
    alice.sign_in("alice");
    let long = "x".repeat(300);
    alice.submit("/desk/posts/create", &[("title", &long)]).expect(422);
    alice.send_unasked("/account/tokens", &[("name", ""), ("days", "0")]).expect(422);
    let nobody = [("username", ""), ("display_name", ""), ("reason", "")];
    alice.send_unasked("/admin/create-account", &nobody).expect(403);
    let mut stan = watched.browser();
    stan.sign_in("stan");
    stan.submit("/admin/create-account", &nobody).expect(422);
    stan.get("/admin/refusals?layer=burnt").expect(422);

    let after = watched.scrape();
    for (action, interface, outcome, count) in [
        ("publish", "page", "done", Some(1.0)),
        ("publish", "api", "policy", Some(1.0)),
        ("publish", "api", "permission", Some(1.0)),
        ("publish", "api", "done", None),
        ("create", "api", "done", Some(1.0)),
        ("create", "api", "repeated", Some(2.0)),
    ] {
        let found = after.decisions(action, interface, outcome);
        assert_eq!(found, count, "{action} {interface} {outcome}: {after:?}");
    }
    for (layer, count) in [
        ("policy", 1.0),
        ("permission", 2.0),
        ("visibility", 1.0),
        ("authentication", 4.0),
        ("input", 4.0),
    ] {
        let found = after.value("refusals_total", &[("layer", layer)]);
        assert_eq!(found, Some(count), "{layer}: {after:?}");
    }
    for (result, count) in [("succeeded", 3.0), ("wrong", 1.0), ("throttled", 0.0)] {
        assert_eq!(after.value("sign_ins_total", &[("result", result)]), Some(count), "{result}");
    }
    let route = "/api/v1/posts/{id}/publication";
    for (status, count) in [("409", 1.0), ("403", 1.0), ("401", 1.0)] {
        assert_eq!(after.requests("POST", route, status), Some(count), "{status}: {after:?}");
    }
    assert_eq!(after.requests("POST", "/desk/posts/{id}/{action}", "303"), Some(1.0));
    let labels = [("method", "POST"), ("route", route)];
    assert_eq!(after.value("http_request_duration_seconds_count", &labels), Some(3.0));
    let took = after.value("http_request_duration_seconds_sum", &labels).unwrap();
    assert!(took > 0.0 && took < 60.0, "{took} seconds");
    assert_eq!(after.sum("http_requests_total"), after.sum("http_request_duration_seconds_count"));
    assert_eq!(after.sum("invariant_violations_total"), 0.0);
    let pool = ["in_use", "idle"]
        .map(|state| after.value("database_connections", &[("state", state)]).unwrap());
    assert!(pool[0] == 0.0 && pool[1] >= 1.0, "{pool:?}");
}

#[test]
fn an_incident_is_open_until_it_is_acknowledged() {
    let world = World::new();
    let post = world.in_review();
    let watched = Watched::serving(&world);
    world.database.db_sabotage(
        "CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'the_moon_is_up';
         END $$;
         CREATE TRIGGER sabotage BEFORE UPDATE ON posts
         FOR EACH ROW EXECUTE FUNCTION sabotage();",
    );
    let edith = Program::of(&world, watched.site, world.edith);
    edith.act(post, "publication", 1, "").expect(500);

    let broken = watched.scrape();
    let violations = [("invariant", "the_moon_is_up")];
    assert_eq!(broken.value("invariant_violations_total", &violations), Some(1.0), "{broken:?}");
    assert_eq!(broken.decisions("publish", "api", "invariant"), Some(1.0));
    assert_eq!(broken.value("refusals_total", &[("layer", "invariant")]), Some(1.0));
    assert_eq!(broken.value("incidents_open", &[]), Some(1.0));

    let mut stan = watched.browser();
    stan.sign_in("stan");
    stan.submit("/admin/incidents/1", &[("finding", "It was the moon.")]).expect(303);
    let mended = watched.scrape();
    assert_eq!(mended.value("incidents_open", &[]), Some(0.0));
    assert_eq!(mended.decisions("acknowledge-incident", "admin", "done"), Some(1.0));
    let violated = mended.value("invariant_violations_total", &violations);
    assert_eq!(violated, Some(1.0), "what was counted stays so");
}

#[test]
fn the_site_and_the_metrics_know_nothing_of_each_other() {
    let world = World::new();
    let watched = Watched::serving(&world);
    watched.browser().get("/metrics").expect(404);
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/metrics/"),
        ("GET", "/metrics.txt"),
        ("GET", "/admin"),
        ("HEAD", "/metrics"),
        ("POST", "/metrics"),
        ("PUT", "/metrics"),
        ("OPTIONS", "/metrics"),
        ("BREW", "/metrics"),
    ] {
        let reply = ask(watched.metrics, method, path);
        assert_eq!(reply, (404, String::new()), "{method} {path}");
    }
    assert!(watched.stops_when_asked());
}

#[test]
fn requests_cannot_add_metric_series() {
    let world = World::new();
    world.published();
    let watched = Watched::serving(&world);
    let strange = |name: &str| {
        for below in ["/", "/posts/", "/posts/x/", "/desk/posts/", "/api/v1/", "/static/", "/?"] {
            for method in ["GET", &name.to_uppercase()] {
                ask(watched.site, method, &format!("{below}{name}"));
            }
        }
        let mut browser = watched.browser();
        let form = browser.get("/sign-in").expect(200);
        let token = form.hidden("token");
        browser
            .post("/sign-in", &[("token", &token), ("username", name), ("password", PASSWORD)])
            .expect(401);
    };
    strange("foo");
    let first = watched.scrape();
    for name in ["bar", "quux", "a%22%7D%0Ab", "gets", "__name__"] {
        strange(name);
    }
    let then = watched.scrape();
    let new: Vec<_> = then.names().difference(&first.names()).cloned().collect();
    assert!(new.is_empty(), "{new:#?}");
    assert!(then.sum("http_requests_total") > 5.0 * first.sum("http_requests_total"));
    assert!(then.requests("other", "none", "404").is_some(), "{then:?}");
    assert!(then.requests("GET", "/posts/{slug}", "404").is_some());
}

#[test]
fn too_many_at_once_are_seen_from_outside() {
    let world = World::new();
    world.published();
    let watched = Watched::behind_a_proxy(&world);
    watched.browser().get("/").expect(200);
    let mut holder = world.database.as_owner();
    holder.batch_execute("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").unwrap();
    let ask = |network: usize| {
        let mut reader = TcpStream::connect(watched.site).unwrap();
        let from = format!("x-forwarded-for: 198.51.{}.{}", network / 200, network % 200);
        // A page that is not kept: one that is would be sent without its table.
        let head = format!("GET /posts HTTP/1.1\r\nhost: localhost\r\n{from}\r\n\r\n");
        reader.write_all(head.as_bytes()).unwrap();
        reader
    };
    let readers: Vec<TcpStream> = (0..300).map(ask).collect();
    wait_until("every place is taken, and every connection", || {
        let scrape = watched.scrape();
        scrape.value("http_requests_in_hand", &[]) == Some(256.0)
            && scrape.value("http_requests_turned_away_total", &[]) == Some(44.0)
            && scrape.value("database_connections", &[("state", "in_use")]) == Some(16.0)
    });
    let busy = watched.scrape_promptly();
    assert_eq!(busy.value("database_up", &[]), Some(1.0), "a busy pool is no database away");
    assert_eq!(busy.value("refusals_total", &[("layer", "availability")]), Some(44.0));
    drop(readers);
    holder.batch_execute("ROLLBACK").unwrap();
    wait_until("every place is free", || {
        watched.scrape().value("http_requests_in_hand", &[]) == Some(0.0)
    });
}

#[test]
fn without_the_database_a_scrape_says_so_at_once() {
    let world = World::new();
    let watched = Watched::serving(&world);
    let name = &world.database.name;
    assert_eq!(watched.scrape().value("database_up", &[]), Some(1.0));

    // Everybody else is sent away, and nobody is let in.
    world.database.db_sabotage(&format!("ALTER DATABASE {name} CONNECTION LIMIT 0"));
    world.database.db_sabotage(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let away = watched.scrape_promptly();
    assert_eq!(away.value("database_up", &[]), Some(0.0));
    assert_eq!(away.value("incidents_open", &[]), None, "what is not known is not there");
    assert_eq!(away.value("database_connections_max", &[]), Some(16.0), "the rest is");

    // The first scrape after it is back sees it, although no connection is left.
    world.database.db_sabotage(&format!("ALTER DATABASE {name} CONNECTION LIMIT -1"));
    let back = watched.scrape_promptly();
    assert_eq!(back.value("database_up", &[]), Some(1.0));
    assert_eq!(back.value("incidents_open", &[]), Some(0.0));

    // A connection that broke in between is not a database that is away.
    world.database.db_sabotage(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert_eq!(watched.scrape_promptly().value("database_up", &[]), Some(1.0));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_database_that_says_nothing_keeps_neither_a_scrape_nor_the_end() {
    let world = World::new();
    let (proxy, through) = Proxy::before_server_of(&world.database.runtime_url());
    let watched = Watched::started(program(&world.database).env("DATABASE_URL", through));
    assert_eq!(watched.scrape().value("database_up", &[]), Some(1.0));

    proxy.fall_silent();
    for _ in 0..3 {
        let silent = watched.scrape_promptly();
        assert_eq!(silent.value("database_up", &[]), Some(0.0));
        assert_eq!(silent.value("incidents_open", &[]), None);
    }
    proxy.speak_again();
    wait_until("the database is back", || watched.scrape().value("database_up", &[]) == Some(1.0));
    proxy.fall_silent();
    watched.scrape_promptly();
    let asked = Instant::now();
    assert!(watched.stops_when_asked());
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
}

/// The housekeeping at the start and a reader both wait for an answer that does
/// not come. Whoever asks the program to end kills it after thirty seconds.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_unanswered_query_does_not_keep_the_program_running() {
    let world = World::new();
    let (proxy, through) = Proxy::before_server_of(&world.database.runtime_url());
    let mut blocker = world.database.as_superuser();
    blocker.batch_execute("BEGIN; LOCK TABLE sessions IN EXCLUSIVE MODE").unwrap();
    let watched = Watched::started(program(&world.database).env("DATABASE_URL", through));
    world.database.db_wait_for_waiters(1);
    proxy.fall_silent();
    let mut reader = TcpStream::connect(watched.site).unwrap();
    reader.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    wait_until("a reader waits", || {
        watched.scrape().value("http_requests_in_hand", &[]) == Some(1.0)
    });
    let asked = Instant::now();
    assert!(watched.stops_when_asked());
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
}

#[test]
fn the_listener_is_there_when_asked_for_and_says_when_it_cannot_be() {
    let world = World::new();
    let watched = Watched::serving(&world);
    let taken = watched.metrics.to_string();
    let refused =
        run(&world.database, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &taken]);
    let said = refused.expect(1).stderr;
    assert!(said.contains(&format!("Cannot listen on {taken}")), "{said}");
    assert!(said.contains("choose another with --metrics-listen"), "{said}");
    run(&world.database, &["serve", "--metrics-listen", "here"]).expect(2);
    // The environment says it as well.
    let mut command = program(&world.database);
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("IMPRIMATUR_METRICS_LISTEN", &taken);
    let output = command.output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("--metrics-listen"));
}

/// A pipe holds some 64 KiB; here it is full soon, and it is not read.
#[test]
fn a_log_that_is_not_read_stops_no_request_and_its_lost_lines_are_counted() {
    let world = World::new();
    let mut command = program(&world.database);
    let mut watched = Watched::logging_to(Stdio::piped(), command.env("RUST_LOG", "trace"));
    let lost = |scrape: &Scrape| scrape.value("log_lines_lost_total", &[]);
    assert_eq!(lost(&watched.scrape()), Some(0.0));
    wait_until("lines are lost", || {
        for _ in 0..20 {
            assert_eq!(ask(watched.site, "GET", "/").0, 200);
        }
        lost(&watched.scrape()) > Some(0.0)
    });
    let log = BufReader::new(watched.child.stderr.take().unwrap());
    signal(watched.child.id(), libc::SIGTERM);
    let lines: Vec<String> = log.lines().map(Result::unwrap).collect();
    let is_whole = |line: &String| line.starts_with('{') && line.ends_with('}');
    assert!(lines.len() > 10_000 && lines.iter().all(is_whole), "{}", lines.len());
    assert!(watched.stops_when_asked());
}
