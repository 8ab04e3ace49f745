//! Reads what a running server writes about itself into `postmaster.pid`.

use std::fs;
use std::path::PathBuf;

use crate::postgres::directory::DataDirectory;
use crate::postgres::files::refuse_special;

/// The lines of the file that matter here. They are claims. A server that was killed leaves the
/// file behind as it was, and a copied data directory holds the file of the original's server.
#[derive(Debug)]
pub(super) struct PostmasterFile {
    pub(super) pid: u32,
    status: String,
}

impl PostmasterFile {
    pub(super) fn path(directory: &DataDirectory) -> PathBuf {
        directory.cluster().join("postmaster.pid")
    }

    /// Returns its claims, or nothing where there is no such file, or only half of one.
    pub(super) fn read(directory: &DataDirectory) -> Option<PostmasterFile> {
        // Its second line is a path, which need not be text.
        let path = PostmasterFile::path(directory);
        refuse_special(&path).ok()?;
        let bytes = fs::read(path).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(PostmasterFile {
            pid: lines.first()?.parse().ok()?,
            status: lines.get(7).copied().unwrap_or_default().to_owned(),
        })
    }

    pub(super) fn says_stopping(&self) -> bool {
        self.status == "stopping"
    }

    pub(super) fn says_ready(&self) -> bool {
        self.status == "ready"
    }
}
