//! The keeper: a small process that outlives users who are killed, and then stops their server.
//!
//! It waits for a lock, so it costs nothing until it is needed, and being killed hurts nobody:
//! an orderly last user stops the server without it, and the next one to open starts another.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::directory::Directory;
use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::locks::{Lock, open_private};
use crate::postgres::settings::Settings;
use crate::postgres::{server, sys};

const LOOK_AT_DIRECTORY_EVERY: Duration = Duration::from_secs(1);
const LOOK_FOR_USERS_EVERY: Duration = Duration::from_millis(50);

/// Waits until the server of this directory has no user, gives the next one `grace` to come,
/// then stops the server.
///
/// The application calls this for `keep-cluster --data-dir DIR --grace-ms N`, and nothing else.
pub fn keep(data_dir: &Path, grace: Duration) -> Result<(), ClusterError> {
    sys::lead_a_session();
    let directory = Directory::existing(data_dir)?;
    let Some(users) = Lock::find(&directory.users_lock()) else {
        return Ok(());
    };
    while wait_for_vacancy(&users)? == Vacancy::NoUser && !grace.is_zero() {
        users.release()?;
        if stays_vacant(&users, grace)? {
            break;
        }
    }
    let outcome = if users.has_been_replaced() { Ok(()) } else { server::stop_all(&directory) };
    // Before the users' lock is free: who waits for it will look whether a keeper is on duty.
    step_down();
    outcome
}

#[derive(PartialEq, Eq)]
enum Vacancy {
    NoUser,
    DirectoryGone,
}

// Another thread waits for the lock, so that this one can look whether there is anything to keep.
fn wait_for_vacancy(users: &Lock) -> Result<Vacancy, ClusterError> {
    let waiting = users.again()?;
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .spawn(move || sender.send(waiting.wait_exclusive()))
        .doing("wait for", users.path())?;
    loop {
        match receiver.recv_timeout(LOOK_AT_DIRECTORY_EVERY) {
            Ok(outcome) => return outcome.map(|()| Vacancy::NoUser),
            Err(RecvTimeoutError::Timeout) if users.is_still_in_place() => {}
            Err(_) => return Ok(Vacancy::DirectoryGone),
        }
    }
}

// Holds the lock only for moments, so that nobody who comes has to wait.
fn stays_vacant(users: &Lock, grace: Duration) -> Result<bool, ClusterError> {
    let deadline = Instant::now() + grace;
    loop {
        thread::sleep(LOOK_FOR_USERS_EVERY);
        if !users.try_exclusive()? {
            return Ok(false);
        }
        if Instant::now() >= deadline {
            return Ok(true);
        }
        users.release()?;
    }
}

/// Makes sure that a keeper is on duty. Whoever calls holds the start lock.
pub(super) fn ensure(directory: &Directory, settings: &Settings) {
    let Some(program) = &settings.keeper else {
        return;
    };
    if let Err(error) = ensure_with(directory, program, settings.grace) {
        tracing::warn!(%error, "if this program is killed, the private database will go on running");
    }
}

fn ensure_with(directory: &Directory, program: &Path, grace: Duration) -> Result<(), ClusterError> {
    let lock = Lock::open(&directory.keeper_lock())?;
    if !lock.try_exclusive()? {
        return Ok(());
    }
    let program = std::path::absolute(program).doing("find", program)?;
    let log = open_private(&directory.log(), OpenOptions::new().append(true))?;
    let keeper = Command::new(&program)
        .arg("keep-cluster")
        .arg("--data-dir")
        .arg(directory.root())
        .arg("--grace-ms")
        .arg(grace.as_millis().to_string())
        // The open file is the lock: the keeper has it from its first moment to its last.
        .stdin(lock.into_file())
        .stdout(Stdio::null())
        .stderr(log)
        .current_dir("/")
        .spawn()
        .doing("run", &program)?;
    server::reap(keeper);
    Ok(())
}

// Gives up the lock that came as standard input. Run by hand, there is none to give up.
fn step_down() {
    if let Ok(handle) = io::stdin().as_fd().try_clone_to_owned() {
        let _ = File::from(handle).unlock();
    }
}
