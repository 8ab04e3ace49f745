//! The real program, run as an operator runs it.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::support::Database;
use crate::support::processes::signal;

/// What a run left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }
}

/// The program, against this database and nothing else from the environment.
pub fn program(database: &Database) -> Command {
    let mut command = bare();
    command.env("DATABASE_URL", database.runtime_url());
    command.env("DATABASE_OWNER_URL", database.owner_url());
    command
}

/// The program, told nothing about where the database is.
pub fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imprimatur"));
    for variable in ["DATABASE_URL", "DATABASE_OWNER_URL", "RUST_LOG", "IMPRIMATUR_DATA_DIR"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs it with these words.
pub fn run(database: &Database, words: &[&str]) -> Run {
    finished(output_in_time(program(database).args(words)))
}

/// Returns the output of a program that ends by itself. A server that was not refused
/// does not: it is ended after a while, so that the test fails.
pub fn output_in_time(command: &mut Command) -> Output {
    const LONGEST: Duration = Duration::from_secs(60);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let (ended, is_ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if is_ended.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
                signal(id, libc::SIGKILL);
            }
        });
        let output = child.wait_with_output().unwrap();
        drop(ended);
        output
    })
}

/// Runs it with these words and this on standard input.
pub fn run_with(database: &Database, words: &[&str], input: &str) -> Run {
    let mut child = program(database)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses early does not read to the end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    finished(child.wait_with_output().unwrap())
}

pub fn finished(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
