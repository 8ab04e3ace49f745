//! Starts the private server again when it ends: killed, or out of disk space.
//!
//! The program ends instead where another directory has taken the place of its own.
//! Otherwise people would see the posts of one directory, and save theirs in the other.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::is_same;
use crate::postgres::settings::ClusterSettings;
use crate::postgres::{server, startup, sys};

const CHECK_INTERVAL: Duration = Duration::from_millis(250);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether the server of this process's private cluster has ended and does not run again yet.
static IS_DOWN: AtomicBool = AtomicBool::new(false);

/// Whether another directory was found in the place of this process's private cluster.
static IS_REPLACED: AtomicBool = AtomicBool::new(false);

/// Starts the server again whenever it ends, until this is dropped.
#[derive(Debug)]
pub struct Supervisor {
    root: PathBuf,
    is_wanted: Arc<AtomicBool>,
    /// Dropping it wakes the thread.
    _stop: Sender<()>,
}

impl Supervisor {
    /// Returns whether the supervised server has ended and does not run again yet.
    pub fn database_is_down() -> bool {
        IS_DOWN.load(Ordering::Relaxed)
    }

    /// Returns an error if the program was ended because another directory was found in the
    /// place of the data directory.
    pub fn outcome(&self) -> Result<(), ClusterError> {
        match IS_REPLACED.load(Ordering::Relaxed) {
            true => Err(ClusterError::DirectoryReplaced { path: self.root.clone() }),
            false => Ok(()),
        }
    }

    pub(super) fn begin(
        directory: DataDirectory,
        settings: ClusterSettings,
    ) -> Result<Supervisor, ClusterError> {
        let (stop, stopped) = mpsc::channel();
        let is_wanted = Arc::new(AtomicBool::new(true));
        let root = directory.root().to_owned();
        let cluster = File::open(directory.cluster()).context("supervise", &root)?;
        let is_wanted_there = Arc::clone(&is_wanted);
        let watched = Watched { directory, cluster, settings, is_wanted: is_wanted_there, stopped };
        thread::Builder::new()
            .name("supervisor".to_owned())
            .spawn(move || watched.supervise())
            .context("supervise", &root)?;
        Ok(Supervisor { root, is_wanted, _stop: stop })
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // The thread looks at this under the start lock. So a `Cluster` that is closed from now on
        // either waits for the start in progress, or sees none.
        self.is_wanted.store(false, Ordering::SeqCst);
    }
}

struct Watched {
    directory: DataDirectory,
    /// The directory of the cluster itself, wherever it is by now.
    cluster: File,
    settings: ClusterSettings,
    is_wanted: Arc<AtomicBool>,
    stopped: Receiver<()>,
}

impl Watched {
    fn supervise(&self) {
        while self.pause(CHECK_INTERVAL) {
            if self.has_been_replaced() {
                return self.end();
            }
            if !server::is_running(&self.directory) {
                IS_DOWN.store(true, Ordering::Relaxed);
                tracing::error!("the private database stopped; restarting it");
                self.start_again();
                IS_DOWN.store(self.has_been_replaced(), Ordering::Relaxed);
            }
        }
    }

    /// Returns whether the path leads to another cluster. A path that leads nowhere may lead
    /// back again.
    fn has_been_replaced(&self) -> bool {
        matches!((self.cluster.metadata(), fs::metadata(self.directory.cluster())),
            (Ok(own), Ok(there)) if !is_same(&own, &there))
    }

    /// Ends the server that was moved away, and this program.
    fn end(&self) {
        IS_DOWN.store(true, Ordering::Relaxed);
        IS_REPLACED.store(true, Ordering::Relaxed);
        let path = self.directory.root().to_owned();
        tracing::error!(error = %ClusterError::DirectoryReplaced { path }, "the program ends");
        if let Err(error) = server::stop_moved(&self.directory) {
            tracing::error!(%error, "the database server was not stopped");
        }
        sys::signal(std::process::id(), libc::SIGTERM);
    }

    fn start_again(&self) {
        let mut pause = FIRST_PAUSE;
        while !self.has_been_replaced() {
            let is_wanted = || self.is_wanted.load(Ordering::SeqCst) && !self.has_been_replaced();
            match startup::restart(&self.directory, &self.settings, is_wanted) {
                Ok(()) if is_wanted() => {
                    tracing::info!("the private database runs again");
                    return;
                }
                Ok(()) => return,
                Err(error) => tracing::error!(
                    %error,
                    next_attempt_in_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                    "the private database could not be restarted"
                ),
            }
            if !self.pause(pause) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits, and returns whether to continue.
    fn pause(&self, duration: Duration) -> bool {
        matches!(self.stopped.recv_timeout(duration), Err(RecvTimeoutError::Timeout))
    }
}
