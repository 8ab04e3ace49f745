//! A Markdown file as an author writes it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cli::failure::CommandFailure;
use crate::domain::FieldError;

/// More than any body may have, and little enough to hold in memory.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// No post may have this text.
    Field(FieldError),
    /// The system does not let us read it.
    Io(io::Error),
}

impl From<FieldError> for ReadError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

/// Returns the text of a file, or of standard input for `-`.
pub(super) fn read_or_stdin(path: &Path) -> Result<String, CommandFailure> {
    let text = if path == Path::new("-") { text_of(io::stdin()) } else { read(path) };
    text.map_err(|error| match error {
        ReadError::Field(error) => error.into(),
        ReadError::Io(error) => {
            CommandFailure::Usage(format!("Cannot read {}: {error}", path.display()))
        }
    })
}

pub(super) fn read(path: &Path) -> Result<String, ReadError> {
    text_of(File::open(path).map_err(ReadError::Io)?)
}

fn text_of(source: impl Read) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(FieldError::new("body", "The file is too large: the limit is 1 MiB.").into());
    }
    // UTF-16 without a mark at its beginning is UTF-8 where each second byte is zero.
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    let text = String::from_utf8(bytes).ok().filter(|text| zeros * 4 <= text.len());
    let text = text.ok_or_else(|| FieldError::new("body", "Save the file as UTF-8 text."))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
