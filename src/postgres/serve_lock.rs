//! One `serve` per data directory: the second says who is already there.

use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::postgres::directory::Directory;
use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::locks::Lock;

/// Claims the data directory for serving, until the claim is dropped or its process ends.
///
/// Commands that only use the database need no claim.
pub fn claim(data_dir: &Path) -> Result<Claim, ClusterError> {
    let directory = Directory::prepare(data_dir)?;
    let lock = Lock::open(&directory.serve_lock())?;
    if !lock.try_exclusive()? {
        return Err(already_serving(&lock));
    }
    let claim = Claim { lock, directory };
    claim.write("")?;
    Ok(claim)
}

/// The right to serve from a data directory.
#[derive(Debug)]
pub struct Claim {
    lock: Lock,
    directory: Directory,
}

impl Claim {
    /// Notes the address, so that a second `serve` can name it.
    pub fn announce(&self, address: &str) -> Result<(), ClusterError> {
        self.write(address)
    }

    fn write(&self, address: &str) -> Result<(), ClusterError> {
        let note = format!("{}\n{address}\n", std::process::id());
        let mut file = self.lock.file();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .doing("write", self.directory.serve_lock())
    }
}

// The claim may be so fresh that nothing is written yet.
fn already_serving(lock: &Lock) -> ClusterError {
    let mut note = String::new();
    let _ = lock.file().read_to_string(&mut note);
    let mut lines = note.lines();
    ClusterError::AlreadyServing {
        pid: lines.next().and_then(|pid| pid.parse().ok()),
        address: lines.next().filter(|line| !line.is_empty()).map(str::to_owned),
    }
}
