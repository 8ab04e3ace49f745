//! Bodies: they have a deadline, a least rate and a budget, and a request that
//! is refused without its body is refused before it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::edges::command_line::program::program;
use crate::support::program::token as token_of;
use crate::support::{Browser, Server, World};

fn head(path: &str, headers: &[&str]) -> String {
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head + "\r\n"
}

fn send(address: SocketAddr, head: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // A server that has refused the request may not read the rest.
    let _ = stream.write_all(body);
    stream
}

/// Returns the answer and how long it took until the connection was closed.
fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let asked = Instant::now();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), asked.elapsed())
}

const FORM: [&str; 3] = [
    "sec-fetch-site: same-origin",
    "content-type: application/x-www-form-urlencoded",
    "content-length: 5000",
];

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_body_that_stops_or_trickles_is_given_up() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let stopped = send(server.address, &head("/sign-in", &FORM), b"token=");
    let chunked = [FORM[0], FORM[1], "transfer-encoding: chunked"];
    let in_chunks = send(server.address, &head("/sign-in", &chunked), b"6\r\ntoken=\r\n");
    let mut trickling = send(server.address, &head("/desk/posts/create", &FORM), b"token=");
    let mut writer = trickling.try_clone().unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while begun.elapsed() < Duration::from_secs(40) && writer.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        let (answer, took) = until_closed(stopped);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(took < Duration::from_secs(20), "{took:?}");
        let mut answer = [0; 12];
        (&in_chunks).read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 408");
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        let mut answer = [0; 12];
        trickling.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 408");
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        drop(trickling);
    });
}

#[test]
fn a_request_is_refused_before_its_body_where_possible() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let forged = "authorization: Bearer imprimatur_nothing";
    let (long, json) = ("content-length: 9000000", "content-type: application/json");
    let unknown =
        format!("authorization: Bearer {}", imprimatur::accounts::tokens::generate().as_str());
    let token = token_of(&world.database.store(), world.alice, None);
    let (known, key) = (&*format!("authorization: Bearer {token}"), "idempotency-key: one");
    for (path, headers, status) in [
        ("/api/v1/posts", vec![json, "content-length: 5000"], "401"),
        ("/api/v1/posts", vec![json, forged, "content-length: 5000"], "401"),
        ("/api/v1/posts", vec![json, &*unknown, "content-length: 500000"], "401"),
        ("/api/v1/posts", vec![json, &*unknown, "transfer-encoding: chunked"], "401"),
        ("/desk/posts/create", vec!["sec-fetch-site: cross-site", FORM[2]], "403"),
        ("/desk/posts/create", vec![FORM[0], FORM[1], long], "413"),
        ("/sign-in", vec![FORM[0], FORM[1], "x: y", "host: rebind.example", FORM[2]], "4"),
        ("/nothing", FORM.to_vec(), "404"),
        ("/desk/nothing", FORM.to_vec(), "404"),
        ("/admin/nothing/to/be/found", FORM.to_vec(), "404"),
        ("/", FORM.to_vec(), "405"),
        ("/feed.atom", FORM.to_vec(), "405"),
        ("/posts/on-restraint", FORM.to_vec(), "405"),
        ("/api/v1/nothing", vec![json, known, "content-length: 5000"], "404"),
        ("/api/v1/accounts", vec![json, known, "content-length: 5000"], "405"),
        ("/api/v1/posts", vec![known, key, "content-type: text/plain", FORM[2]], "415"),
        ("/api/v1/posts", vec![known, key, json, "content-encoding: gzip", FORM[2]], "415"),
        (
            "/api/v1/posts",
            vec![known, key, "content-type: application/json;charset=latin1", FORM[2]],
            "415",
        ),
        (
            "/sign-in",
            vec![FORM[0], "content-type: multipart/form-data; boundary=x", FORM[2]],
            "415",
        ),
        ("/sign-in", vec![FORM[0], json, FORM[2]], "415"),
        ("/sign-in", vec![FORM[0], FORM[1], "content-encoding: gzip", FORM[2]], "415"),
        ("/desk/posts/create", vec![FORM[0], "content-type: text/plain", FORM[2]], "415"),
        ("/desk/posts/create", vec![FORM[0], json, "transfer-encoding: chunked"], "415"),
    ] {
        let mut stream = send(server.address, &head(path, &headers), b"");
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answer = [0; 12];
        let read = stream.read_exact(&mut answer);
        assert!(read.is_ok(), "{path} {headers:?} waits for the body");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {headers:?}: {answer}");
    }
}

#[test]
fn malformed_chunks_and_an_upgrade_get_an_answer() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let form = [FORM[0], FORM[1], "transfer-encoding: chunked"];
    for body in ["xyz\r\n", "5\r\ntoken=\r\n0\r\n\r\n", "5\r\ntoken-1\r\n"] {
        let stream = send(server.address, &head("/sign-in", &form), body.as_bytes());
        let (answer, took) = until_closed(stream);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body:?}: {answer:?}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    for upgrade in ["upgrade: h2c", "upgrade: websocket"] {
        let asking = head("/sign-in", &["connection: upgrade", upgrade]).replace("POST", "GET");
        let (answer, took) = until_closed(send(server.address, &asking, b""));
        let (headers, _) = answer.split_once("\r\n\r\n").unwrap();
        assert!(headers.starts_with("HTTP/1.1 200 "), "{headers}");
        assert!(!headers.to_lowercase().contains("upgrade\r\n"), "{headers}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

/// The program behind a proxy; it is killed when this is dropped.
struct Serving(Child, SocketAddr);

impl Serving {
    fn start(world: &World) -> Self {
        let mut command = program(&world.database);
        command.args(["serve", "--listen", "127.0.0.1:0", "--behind-proxy"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().parse().unwrap();
        Self(child, address)
    }

    /// Returns its resident memory in MiB when that was highest.
    fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn stopped_bodies_take_bounded_memory_and_delay_no_other_request() {
    let world = World::new();
    let serving = Serving::start(&world);
    let mut alice = Browser::new(serving.1);
    alice.always.push(("x-forwarded-for".into(), "198.51.100.7".into()));
    alice.sign_in("alice");
    let before = serving.most_memory();
    let body = vec![b'x'; 1_290_000];
    let headers = [FORM[0], FORM[1], "content-length: 1299000", "x-forwarded-for: 192.0.2.1"];
    let streams: Vec<TcpStream> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| send(serving.1, &head("/sign-in", &headers), &body)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let asked = Instant::now();
    alice.submit("/desk/posts/create", &[("title", "On haste"), ("summary", ""), ("body", "B")]);
    assert_eq!(world.db_count("posts"), 1);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let asked = Instant::now();
    for stream in streams {
        let (answer, _) = until_closed(stream);
        assert!(
            answer.is_empty()
                || answer.starts_with("HTTP/1.1 4")
                || answer.starts_with("HTTP/1.1 503"),
            "{answer}"
        );
        assert!(asked.elapsed() < Duration::from_secs(40), "{:?}", asked.elapsed());
    }
    // Not before: the bodies wait in the buffers of the sockets first.
    let growth = serving.most_memory() - before;
    assert!(growth < 64, "{growth} MiB");
}

/// They come from one network, as in an office.
#[test]
fn the_bodies_of_one_person_leave_memory_to_all_others() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let (alice, mut rosa) = (server.signed_in("alice"), server.signed_in("rosa"));
    let cookies: Vec<String> =
        alice.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookie = format!("cookie: {}", cookies.join("; "));
    let headers = [FORM[0], FORM[1], "content-length: 1299000", &cookie];
    let body = vec![b'x'; 1_290_000];
    let head = head("/desk/posts/create", &headers);
    let streams: Vec<TcpStream> = (0..16).map(|_| send(server.address, &head, &body)).collect();
    // What is too much is refused, and so the rest is in memory.
    let answered = streams.iter().filter(|stream| {
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        stream.peek(&mut [0; 12]).is_ok_and(|read| read > 0)
    });
    assert!((1..=12).contains(&answered.count()), "some have no room");
    let typed = [("title", "T"), ("summary", "S"), ("body", "Short."), ("save", "yes")];
    rosa.submit("/desk/posts/create", &typed).expect(303);
}

/// Long bodies of four networks use all the room that strangers have for such.
#[test]
fn the_long_bodies_of_strangers_leave_memory_to_people_who_sign_in() {
    let world = World::new();
    let public = "http://127.0.0.1:8080";
    let server = Server::start_behind_proxy(public, world.database.store());
    let body = vec![b'x'; 1_048_570];
    let streams: Vec<TcpStream> = (0..20)
        .map(|number| {
            let from = format!("x-forwarded-for: 192.0.{}.1", number / 5);
            let headers = [FORM[0], FORM[1], "content-length: 1048676", &from];
            let head = head("/sign-in", &headers).replace("127.0.0.1", "127.0.0.1:8080");
            send(server.address, &head, &body)
        })
        .collect();
    let refused = streams.iter().filter(|stream| {
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        stream.peek(&mut [0; 12]).is_ok_and(|read| read > 0)
    });
    assert!((1..=8).contains(&refused.count()), "some have no room");
    let mut person = server.browser();
    person.always.push(("x-forwarded-for".into(), "198.51.100.7".into()));
    person.sign_in("alice");
}

/// Each asks for the page to sign in again with a form that waits, of quotation marks: the
/// page is five times as long, and is not read.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn unread_answers_take_bounded_memory_and_are_given_up() {
    let world = World::new();
    let serving = Serving::start(&world);
    let mut person = Browser::new(serving.1);
    person.get("/sign-in").expect(200);
    let before = serving.most_memory();
    let mut body = b"username=a&password=b&carried_path=/desk/posts/create&carried_form=".to_vec();
    body.resize(1_290_000, b'"');
    let headers = [FORM[0], FORM[1], "content-length: 1290000", "x-forwarded-for: 192.0.2.1"];
    let head = head("/sign-in", &headers);
    let streams: Vec<TcpStream> = (0..40).map(|_| send(serving.1, &head, &body)).collect();
    for stream in &streams {
        stream.peek(&mut [0; 12]).expect("the beginning of an answer");
    }
    let growth = serving.most_memory() - before;
    assert!(growth < 100, "{growth} MiB");
    let asked = Instant::now();
    while person.get("/sign-in").status != 200 || asked.elapsed() < Duration::from_secs(45) {
        assert!(asked.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(500));
    }
    let whole =
        streams.into_iter().map(until_closed).filter(|(answer, _)| answer.len() > 6_000_000);
    assert_eq!(whole.count(), 0, "what was not read is gone");
}

/// Who has an ended session of hers is a stranger.
#[test]
fn the_bodies_of_an_ended_session_take_no_memory_of_its_owner() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let ended = alice.beside();
    let token = alice.get("/account").expect(200).hidden("token");
    alice.post("/sign-out", &[("token", &token)]).expect(303);
    alice.sign_in("alice");
    let cookies: Vec<String> =
        ended.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookie = format!("cookie: {}", cookies.join("; "));
    let headers = [FORM[0], FORM[1], "content-length: 1048676", &cookie];
    let head = head("/desk/posts/create", &headers);
    let body = vec![b'x'; 1_048_570];
    let _streams: Vec<TcpStream> = (0..16).map(|_| send(server.address, &head, &body)).collect();
    let typed = [("title", "T"), ("summary", "S"), ("body", "Short."), ("save", "yes")];
    alice.submit("/desk/posts/create", &typed).expect(303);
}
