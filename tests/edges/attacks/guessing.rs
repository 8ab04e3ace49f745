//! Guessing passwords: bounded in number and in memory, and no weapon against
//! the owner of the account.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::edges::command_line::program::program;
use crate::support::world::PASSWORD;
use crate::support::{Browser, Server, World};

const SITE: &str = "http://site.example";

pub(super) const NOW: &str = "VmRSS:";
const HIGHEST: &str = "VmHWM:";

fn from(server: &Server, address: &str) -> Browser {
    let mut browser = server.browser();
    browser.always.push(("x-forwarded-for".to_owned(), address.to_owned()));
    browser
}

fn attempt(browser: &mut Browser, username: &str, password: &str) -> u16 {
    let token = browser.get("/sign-in").hidden("token");
    let fields = [("token", token.as_str()), ("username", username), ("password", password)];
    browser.post("/sign-in", &fields).status
}

fn guess(browser: &mut Browser, username: &str, times: usize) -> Vec<u16> {
    (0..times).map(|_| attempt(browser, username, "a wrong guess")).collect()
}

fn sign_out(browser: &mut Browser) {
    let token = browser.get("/account").expect(200).hidden("token");
    browser.post("/sign-out", &[("token", &token)]).expect(303);
}

/// Starts the program in a process of its own, whose memory can be measured.
pub(super) fn serving(world: &World) -> (Child, SocketAddr) {
    let mut command = program(&world.database);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit("http://").next().unwrap().parse().unwrap();
    (child, address)
}

/// Returns the resident memory of a process in MiB: now, or at its highest.
pub(super) fn memory(pid: u32, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(which)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn sixty_guesses_at_once_take_the_memory_of_a_few_hashes_and_give_it_back() {
    let world = World::new();
    let (mut child, address) = serving(&world);
    let browsers: Vec<(Browser, String)> = (0..60)
        .map(|_| {
            let mut browser = Browser::new(address);
            let token = browser.get("/sign-in").hidden("token");
            (browser, token)
        })
        .collect();
    let before = memory(child.id(), NOW);
    std::thread::scope(|scope| {
        for (number, (mut browser, token)) in browsers.into_iter().enumerate() {
            scope.spawn(move || {
                let name = format!("somebody{number}");
                let fields = [("token", &*token), ("username", &*name), ("password", "wrong")];
                let status = browser.post("/sign-in", &fields).status;
                assert!([401, 429, 503].contains(&status), "{status}");
            });
        }
    });
    let most = memory(child.id(), HIGHEST).saturating_sub(before);
    // The last thread answers before it gives back what it worked in.
    let deadline = Instant::now() + Duration::from_secs(10);
    let kept = || memory(child.id(), NOW).saturating_sub(before);
    while kept() >= 19 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let kept = kept();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(most < 4 * 19 + 40, "{most} MiB");
    assert!(kept < 19, "{kept} MiB are kept");
}

#[test]
fn a_stranger_does_not_lock_a_person_out() {
    let world = World::new();
    let server = Server::start_behind_proxy(SITE, world.database.store());
    let mut alice = from(&server, "198.51.100.7");
    assert_eq!(attempt(&mut alice, "alice", PASSWORD), 303);
    let mut stranger = from(&server, "192.0.2.1");
    let statuses = guess(&mut stranger, "alice", 12);
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2], "the stranger waits");
    // Alice signs in with another browser in another network,
    let mut elsewhere = from(&server, "198.51.100.8");
    assert_eq!(attempt(&mut elsewhere, "alice", PASSWORD), 303);
    // and where she is signed in she changes her password.
    let new = "granite-otter-violin";
    let fields = [("password", PASSWORD), ("new_password", new)];
    alice.send_unasked("/account/password", &fields).expect(303);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn guesses_from_many_networks_end_and_a_known_browser_still_signs_in() {
    let world = World::new();
    let server = Server::start_behind_proxy(SITE, world.database.store());
    let mut known = from(&server, "198.51.100.7");
    assert_eq!(attempt(&mut known, "alice", PASSWORD), 303);
    sign_out(&mut known);
    let mut answers = Vec::new();
    for network in 0..21 {
        let mut stranger = from(&server, &format!("192.0.2.{network}"));
        answers.extend(guess(&mut stranger, "alice", 5));
    }
    let checked = answers.iter().filter(|status| **status == 401).count();
    assert_eq!(checked, 100, "guesses in all: {answers:?}");
    assert_eq!(attempt(&mut from(&server, "203.0.113.1"), "alice", PASSWORD), 429);
    assert_eq!(attempt(&mut from(&server, "203.0.113.1"), "arthur", PASSWORD), 303);
    // The browser that alice has signed in with is not counted with the rest.
    assert_eq!(attempt(&mut known, "alice", PASSWORD), 303);
    // It is known for alice alone,
    sign_out(&mut known);
    assert_eq!(guess(&mut known, "edith", 11)[10], 429);
    // and it may not guess for ever either.
    assert_eq!(guess(&mut known, "alice", 11)[10], 429);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_browser_is_known_until_the_password_changes_and_only_by_its_own_cookie() {
    let world = World::new();
    let server = Server::start_behind_proxy(SITE, world.database.store());
    let mut alice = from(&server, "198.51.100.7");
    assert_eq!(attempt(&mut alice, "alice", PASSWORD), 303);
    let old = alice.clone();
    let new = "granite-otter-violin";
    let fields = [("password", PASSWORD), ("new_password", new)];
    alice.send_unasked("/account/password", &fields).expect(303);
    sign_out(&mut alice);
    let mut forged = alice.clone();
    let cookie = forged.cookies.get_mut("device").expect("a cookie that outlives the session");
    let last = if cookie.ends_with('0') { '1' } else { '0' };
    cookie.pop();
    cookie.push(last);
    for network in 0..20 {
        let mut stranger = from(&server, &format!("192.0.2.{network}"));
        guess(&mut stranger, "alice", 5);
    }
    for mut unknown in [old, forged] {
        unknown.cookies.remove("imprimatur");
        assert_eq!(attempt(&mut unknown, "alice", new), 429);
    }
    assert_eq!(attempt(&mut alice, "alice", new), 303);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_client_of_a_proxy_is_read_in_every_usual_form() {
    let world = World::new();
    let server = Server::start_behind_proxy(SITE, world.database.store());
    // Each form names another client, so none waits for the guesses of another.
    for (name, value) in [
        ("x-forwarded-for", "10.9.8.7:41234"),
        ("x-forwarded-for", "203.0.113.9, 10.9.8.6,"),
        ("x-forwarded-for", "[2001:db8:1::7]:41234"),
        ("x-forwarded-for", "[2001:db8:2::7%eth0]"),
        ("x-forwarded-for", "2001:db8:3::7"),
        ("x-forwarded-for", "203.0.113.9, \"10.9.8.5\""),
        ("forwarded", "for=10.9.8.4;proto=https"),
        ("forwarded", "for=10.1.1.1, For=\"10.9.8.3:80\";by=_x"),
        ("forwarded", "for=\"[2001:db8:4::7]:4711\""),
    ] {
        let mut client = server.browser();
        client.always.push((name.to_owned(), value.to_owned()));
        assert_eq!(guess(&mut client, "edith", 11)[9..], [401, 429], "{name}: {value}");
    }
    assert_eq!(attempt(&mut server.browser(), "edith", PASSWORD), 303);
}
