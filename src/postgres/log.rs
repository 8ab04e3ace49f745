//! The server's log, and the last lines of a program's output, for messages.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::{open_private, refuse_special};

const MAX_LOG_BYTES: u64 = 16 * 1024 * 1024;

/// Opens the log to append, after setting aside one that has grown too long.
pub(super) fn open_log(directory: &DataDirectory) -> Result<File, ClusterError> {
    let path = directory.log();
    refuse_special(&path)?;
    if fs::symlink_metadata(&path).is_ok_and(|log| log.len() > MAX_LOG_BYTES) {
        fs::rename(&path, path.with_extension("log.old")).context("rename", &path)?;
    }
    open_private(&path, OpenOptions::new().append(true))
}

/// Returns the end of what was logged after this position.
pub(super) fn tail_of(log: &Path, start: u64) -> String {
    let mut text = Vec::new();
    if let Ok(mut log) = File::open(log)
        && log.seek(SeekFrom::Start(start)).is_ok()
    {
        let _ = log.read_to_end(&mut text);
    }
    last_lines(&text)
}

/// Returns the end of a program's output, for a message.
pub(super) fn last_lines(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(12);
    lines.get(first..).unwrap_or_default().join("\n")
}
