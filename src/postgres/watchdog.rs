//! The watchdog: a small process that outlives users that are killed, and then stops their server.
//!
//! It waits for a lock, so it costs nothing until it is needed. Killing it does no harm: a last user
//! that ends in order stops the server itself, and the next user starts another watchdog.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::open_private;
use crate::postgres::locks::Lock;
use crate::postgres::settings::ClusterSettings;
use crate::postgres::{processes, server, sys};

const DIRECTORY_CHECK_INTERVAL: Duration = Duration::from_secs(1);
const USERS_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Waits until the server of this directory has no user, waits `grace` longer for the next one,
/// then stops the server.
///
/// The application calls this for `keep-cluster --data-dir DIR --grace-ms N`, and nothing else.
pub fn run_watchdog(data_dir: &Path, grace: Duration) -> Result<(), ClusterError> {
    sys::start_session();
    let directory = DataDirectory::existing(data_dir)?;
    let Some(users) = Lock::open_existing(&directory.users_lock()) else {
        return Ok(());
    };
    while wait_for_vacancy(&users)? == Vacancy::NoUser && !grace.is_zero() {
        users.release()?;
        if stays_vacant(&users, grace)? {
            break;
        }
    }
    let outcome = match users.has_been_replaced() {
        // Another directory is here now, which has users and a watchdog of its own. A user that
        // leaves holds its start lock, and waits for the users' lock.
        true => users.release().and_then(|()| server::stop_moved(&directory)),
        false => server::stop_all(&directory),
    };
    // Before the users' lock: the process that waits for that one checks for a watchdog next.
    release_watchdog_lock();
    outcome
}

#[derive(PartialEq, Eq)]
enum Vacancy {
    NoUser,
    DirectoryGone,
}

// Another thread waits for the lock, so that this one can check that the directory exists.
fn wait_for_vacancy(users: &Lock) -> Result<Vacancy, ClusterError> {
    let waiting = users.duplicate()?;
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .spawn(move || sender.send(waiting.wait_exclusive()))
        .context("wait for", users.path())?;
    loop {
        match receiver.recv_timeout(DIRECTORY_CHECK_INTERVAL) {
            Ok(outcome) => return outcome.map(|()| Vacancy::NoUser),
            Err(RecvTimeoutError::Timeout) if users.is_still_in_place() => {}
            Err(_) => return Ok(Vacancy::DirectoryGone),
        }
    }
}

// Holds the lock only for moments, so that a new user does not have to wait.
fn stays_vacant(users: &Lock, grace: Duration) -> Result<bool, ClusterError> {
    let deadline = Instant::now() + grace;
    loop {
        thread::sleep(USERS_CHECK_INTERVAL);
        if !users.try_exclusive()? {
            return Ok(false);
        }
        if Instant::now() >= deadline {
            return Ok(true);
        }
        users.release()?;
    }
}

/// Makes sure that a watchdog runs. The caller holds the start lock.
pub(super) fn ensure(directory: &DataDirectory, settings: &ClusterSettings) {
    let Some(program) = &settings.watchdog else {
        return;
    };
    if let Err(error) = ensure_with(directory, program, settings.grace) {
        tracing::warn!(%error, "if this program is killed, the private database keeps running");
    }
}

fn ensure_with(
    directory: &DataDirectory,
    program: &Path,
    grace: Duration,
) -> Result<(), ClusterError> {
    let lock = Lock::open(&directory.watchdog_lock())?;
    if !lock.try_exclusive()? {
        return Ok(());
    }
    let program = std::path::absolute(program).context("find", program)?;
    let log = open_private(&directory.log(), OpenOptions::new().append(true))?;
    let watchdog = Command::new(&program)
        .arg("keep-cluster")
        .arg("--data-dir")
        .arg(directory.root())
        .arg("--grace-ms")
        .arg(grace.as_millis().to_string())
        // The open file is the lock: the watchdog holds it from its first moment to its last.
        .stdin(lock.into_file())
        .stdout(Stdio::null())
        .stderr(log)
        .current_dir("/")
        .spawn()
        .context("run", &program)?;
    processes::reap(watchdog);
    Ok(())
}

// The lock came as standard input. A watchdog that was started by hand has none.
fn release_watchdog_lock() {
    if let Ok(handle) = io::stdin().as_fd().try_clone_to_owned() {
        let _ = File::from(handle).unlock();
    }
}
