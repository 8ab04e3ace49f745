//! Files of the data directory, whose owner is the server's user.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::sys;

/// Opens or creates a file that belongs to the owner of its directory, and that only they may read.
///
/// Root follows no link here: in another user's data directory it might lead anywhere.
pub(super) fn open_private(path: &Path, options: &mut OpenOptions) -> Result<File, ClusterError> {
    refuse_special(path)?;
    // A pipe that takes its place now is not waited for.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let options = options.create(true).mode(0o600).custom_flags(flags);
    let file = options.open(path).context("open", path)?;
    if sys::effective_uid() == 0
        && let Some(parent) = path.parent()
    {
        let owner = fs::metadata(parent).context("inspect", parent)?;
        std::os::unix::fs::fchown(&file, Some(owner.uid()), Some(owner.gid()))
            .context("change the owner of", path)?;
    }
    Ok(file)
}

/// Refuses a directory, a pipe, a socket or a device in the place of a file. Opening a
/// pipe waits for another process, perhaps for ever.
pub(super) fn refuse_special(path: &Path) -> Result<(), ClusterError> {
    match fs::metadata(path) {
        Ok(file) if !file.is_file() => Err(ClusterError::NotAFile { path: path.to_owned() }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Removes a file that may be missing.
pub(super) fn remove_if_exists(path: &Path) -> Result<(), ClusterError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).context("remove", path),
        _ => Ok(()),
    }
}

/// Returns whether both paths lead to the same file or directory, whatever they are called.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::metadata(one), fs::metadata(other)),
        (Ok(one), Ok(other)) if is_same(&one, &other))
}

/// Returns whether both are of one file or directory.
pub(super) fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
