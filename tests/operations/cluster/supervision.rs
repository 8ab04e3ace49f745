//! A private server that ends is started again while somebody serves from it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::thread::{self, JoinHandle};

use super::place::{TestDirectory, eventually, kill};
use crate::edges::command_line::program::bare;
use crate::support::processes::signal;
use crate::support::{Browser, raw};

/// The program, serving from a private database.
pub(super) struct Served {
    child: Child,
    address: String,
    /// What it logs. It is read all the time: a program that cannot write waits.
    log: Option<JoinHandle<String>>,
    /// Kept open: a program that cannot write ends.
    _stdout: BufReader<ChildStdout>,
}

impl Served {
    pub(super) fn from(place: &TestDirectory) -> Self {
        let mut command = bare();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(place.data_dir());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let line = stdout.by_ref().lines().next().unwrap().unwrap();
        let address = line.trim_start_matches("Imprimatur is at http://").to_owned();
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let served = Self { child, address, log: Some(log), _stdout: stdout };
        // Before that, it may still need the server that a test is about to kill.
        eventually("it serves", || served.readiness().0 == 200);
        served
    }

    fn readiness(&self) -> (u16, String) {
        let page = Browser::new(self.address.parse().unwrap()).get("/readyz");
        (page.status, page.body)
    }

    /// Waits until it ends by itself, and returns its exit code and its log.
    pub(super) fn end(mut self) -> (Option<i32>, String) {
        let log = self.log.take().unwrap().join().unwrap();
        (self.child.wait().unwrap().code(), log)
    }

    pub(super) fn log_after_end(mut self) -> String {
        signal(self.child.id(), libc::SIGTERM);
        let log = self.log.take().unwrap().join().unwrap();
        assert!(self.child.wait().unwrap().success());
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_killed_server_is_started_again_and_the_log_says_so() {
    let place = TestDirectory::new();
    let served = Served::from(&place);
    for _ in 0..2 {
        let killed = place.server();
        kill(killed);
        eventually("it serves again", || {
            served.readiness().0 == 200 && place.server_if_any().is_some_and(|pid| pid != killed)
        });
    }
    let log = served.log_after_end();
    for message in
        ["the private database stopped; restarting it", "the private database runs again"]
    {
        assert_eq!(log.matches(message).count(), 2, "{log}");
    }
    place.becomes_quiet();
}

/// Programs that tidy up /tmp, or a server of a directory that was moved, remove it.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_socket_that_was_removed_comes_back() {
    let place = TestDirectory::new();
    let served = Served::from(&place);
    let socket = place.file("run/.s.PGSQL.5432");
    assert_eq!(served.readiness().0, 200);
    fs::remove_file(&socket).unwrap();
    eventually("it is there again", || socket.exists() && served.readiness().0 == 200);
    served.log_after_end();
    place.becomes_quiet();
}

/// As with a full disk: it starts as soon as there is room, and until then readiness says why not.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_server_that_cannot_start_is_tried_again_until_it_can() {
    let place = TestDirectory::new();
    let served = Served::from(&place);
    let settings = place.file("postgres/postgresql.auto.conf");
    let good = fs::read(&settings).unwrap();
    fs::write(&settings, "no_such_setting = 1\n").unwrap();
    kill(place.server());
    eventually("it is not ready", || served.readiness().0 == 503);
    eventually("readiness says why", || {
        served.readiness().1.contains("the private database stopped and is being restarted")
    });
    fs::write(&settings, good).unwrap();
    raw::wait_until("it serves again", || served.readiness().0 == 200);
    let log = served.log_after_end();
    assert!(log.contains("the private database could not be restarted"), "{log}");
    assert!(log.contains("no_such_setting"), "{log}");
    place.becomes_quiet();
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_server_that_is_stopped_in_order_stays_stopped() {
    let place = TestDirectory::new();
    let served = Served::from(&place);
    assert_eq!(served.readiness().0, 200);
    let log = served.log_after_end();
    assert!(!log.contains("stopped; restarting"), "{log}");
    place.becomes_quiet();
    assert!(!place.file("postgres/postmaster.pid").exists());
}
