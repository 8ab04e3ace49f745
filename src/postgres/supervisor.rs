//! Starts the private server again when it ends: killed, or out of disk space.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::settings::ClusterSettings;
use crate::postgres::{server, startup};

const CHECK_INTERVAL: Duration = Duration::from_millis(250);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether the server of this process's private cluster has ended and does not run again yet.
static IS_DOWN: AtomicBool = AtomicBool::new(false);

/// Starts the server again whenever it ends, until this is dropped.
#[derive(Debug)]
pub struct Supervisor {
    is_wanted: Arc<AtomicBool>,
    /// Dropping it wakes the thread.
    _stop: Sender<()>,
}

impl Supervisor {
    /// Returns whether the supervised server has ended and does not run again yet.
    pub fn database_is_down() -> bool {
        IS_DOWN.load(Ordering::Relaxed)
    }

    pub(super) fn begin(
        directory: DataDirectory,
        settings: ClusterSettings,
    ) -> Result<Supervisor, ClusterError> {
        let (stop, stopped) = mpsc::channel();
        let is_wanted = Arc::new(AtomicBool::new(true));
        let watched = Watched { directory, settings, is_wanted: is_wanted.clone(), stopped };
        let root = watched.directory.root().to_owned();
        thread::Builder::new()
            .name("supervisor".to_owned())
            .spawn(move || watched.supervise())
            .context("supervise", root)?;
        Ok(Supervisor { is_wanted, _stop: stop })
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
    settings: ClusterSettings,
    is_wanted: Arc<AtomicBool>,
    stopped: Receiver<()>,
}

impl Watched {
    fn supervise(&self) {
        while self.pause(CHECK_INTERVAL) {
            if !server::is_running(&self.directory) {
                IS_DOWN.store(true, Ordering::Relaxed);
                tracing::error!("the private database stopped; restarting it");
                self.start_again();
                IS_DOWN.store(false, Ordering::Relaxed);
            }
        }
    }

    fn start_again(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let is_wanted = || self.is_wanted.load(Ordering::SeqCst);
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
