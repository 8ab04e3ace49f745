//! Waits for a postmaster that was seen running, and stops it.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::ClusterError;
use crate::postgres::postmaster_file::PostmasterFile;
use crate::postgres::server_address::ServerAddress;
use crate::postgres::{processes, sys};

// A recovery after a crash reads all that was written since the last checkpoint.
const START_TIMEOUT: Duration = Duration::from_secs(180);
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
// How long a server that says it is ready may be missing at its socket.
const SOCKET_TIMEOUT: Duration = Duration::from_secs(3);
const POLL_INTERVAL: Duration = Duration::from_millis(4);

pub(super) struct Postmaster {
    pub(super) pid: u32,
    cluster: PathBuf,
}

/// How waiting for a server ended.
pub(super) enum Readiness {
    /// It answers here.
    Ready(ServerAddress),
    /// It runs, and its socket was removed, or is where its directory was before it was moved.
    SocketLost,
    /// It ended.
    Ended,
}

impl Postmaster {
    pub(super) fn new(pid: u32, directory: &DataDirectory) -> Self {
        Self { pid, cluster: directory.cluster() }
    }

    pub(super) fn is_alive(&self) -> bool {
        processes::is_postmaster(self.pid, &self.cluster)
    }

    /// Waits until the server answers at one of these addresses.
    ///
    /// The file must name this process: the file of a dead server says `ready`, too.
    pub(super) fn wait_until_ready(
        &self,
        directory: &DataDirectory,
        addresses: &[ServerAddress],
        mut is_alive: impl FnMut() -> bool,
    ) -> Result<Readiness, ClusterError> {
        let deadline = Instant::now() + START_TIMEOUT;
        let mut ready_since = None;
        while is_alive() {
            let file = PostmasterFile::read(directory).filter(|file| file.pid == self.pid);
            if file.is_some_and(|file| file.says_ready()) {
                if let Some(address) = addresses.iter().find(|address| self.answers(address)) {
                    return Ok(Readiness::Ready(address.clone()));
                }
                if ready_since.get_or_insert_with(Instant::now).elapsed() > SOCKET_TIMEOUT {
                    return Ok(Readiness::SocketLost);
                }
            }
            if Instant::now() > deadline {
                let log = directory.log();
                return Err(ClusterError::NotReady { pid: self.pid, log });
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(Readiness::Ended)
    }

    // Another server may have taken over a socket outside the data directory.
    fn answers(&self, address: &ServerAddress) -> bool {
        address
            .connect()
            .is_ok_and(|stream| sys::peer_pid(&stream).is_none_or(|pid| pid == self.pid))
    }

    /// Ends all sessions, and returns when the server has written everything and stopped. A
    /// server whose directory was moved writes nothing more. It would note its last
    /// checkpoint in the directory that is now at its path. Its next start recovers it.
    pub(super) fn stop(&self) -> Result<(), ClusterError> {
        self.stop_while(|| self.is_alive())
    }

    /// Stops the server although it does not work in the cluster any more.
    pub(super) fn stop_process(&self) -> Result<(), ClusterError> {
        self.stop_while(|| sys::signal(self.pid, 0))
    }

    fn stop_while(&self, is_alive: impl Fn() -> bool) -> Result<(), ClusterError> {
        let deadline = Instant::now() + STOP_TIMEOUT;
        let is_moved = processes::is_moved(self.pid);
        if is_alive() {
            sys::signal(self.pid, if is_moved { libc::SIGQUIT } else { libc::SIGINT });
        }
        while is_alive() {
            if Instant::now() > deadline {
                return Err(ClusterError::StopTimedOut { pid: self.pid });
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }
}
