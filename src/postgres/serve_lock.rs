//! One `serve` per data directory: a second one is told where the first one is.

use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::locks::Lock;

/// Locks the data directory for serving, until the lock is dropped or its process ends.
///
/// Commands that only use the database need no such lock.
pub fn lock_for_serving(data_dir: &Path) -> Result<ServeLock, ClusterError> {
    let directory = DataDirectory::prepare(data_dir)?;
    let lock = Lock::open(&directory.serve_lock())?;
    if !lock.try_exclusive()? {
        return Err(already_serving(&lock));
    }
    let serve_lock = ServeLock { lock, directory };
    serve_lock.record_address("")?;
    Ok(serve_lock)
}

/// Returns the address of the site that is served from a data directory now, if one is.
pub fn serving_address(data_dir: &Path) -> Option<String> {
    let directory = DataDirectory::prepare(data_dir).ok()?;
    let lock = Lock::open(&directory.serve_lock()).ok()?;
    if lock.try_exclusive().ok()? { None } else { note(&lock).1 }
}

/// The right to serve from a data directory.
#[derive(Debug)]
pub struct ServeLock {
    lock: Lock,
    directory: DataDirectory,
}

impl ServeLock {
    /// Writes the address into the lock file, so that a second `serve` can name it.
    pub fn record_address(&self, address: &str) -> Result<(), ClusterError> {
        let note = format!("{}\n{address}\n", std::process::id());
        let mut file = self.lock.file();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .context("write", self.directory.serve_lock())
    }
}

fn already_serving(lock: &Lock) -> ClusterError {
    let (pid, address) = note(lock);
    ClusterError::AlreadyServing { pid, address }
}

/// Returns what the holder of the lock has written. It may have written nothing yet.
fn note(lock: &Lock) -> (Option<u32>, Option<String>) {
    let mut note = String::new();
    let _ = lock.file().read_to_string(&mut note);
    let mut lines = note.lines();
    let pid = lines.next().and_then(|pid| pid.parse().ok());
    (pid, lines.next().filter(|line| !line.is_empty()).map(str::to_owned))
}
