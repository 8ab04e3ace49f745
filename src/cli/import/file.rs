use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::cli::failure::CommandFailure;
use crate::domain::{OperationKey, hex};

/// A file of the folder, and the key of its import.
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    /// The path within the folder.
    pub(super) shown: String,
    pub(super) key: OperationKey,
}

impl SourceFile {
    pub(super) fn of(root: &Path, name: &str, path: &Path) -> Result<Self, CommandFailure> {
        let mut hash = Sha256::new();
        let parts = path.components().map(|part| part.as_os_str().as_encoded_bytes());
        for part in std::iter::once(name.as_bytes()).chain(parts) {
            // The length in front keeps `a/bc` and `ab/c` apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digits = hex(&hash.finalize());
        Ok(Self {
            path: root.join(path),
            shown: path.to_string_lossy().into_owned(),
            key: OperationKey::parse(&format!("import-{digits}"))?,
        })
    }
}
