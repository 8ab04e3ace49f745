//! What an import did with each file, in words and in JSON.

use std::fmt;

use serde::Serialize;

use crate::cli::import::article::NotKept;
use crate::cli::import::folder::Skipped;
use crate::domain::{PostId, Reason};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fate {
    /// It is a draft now.
    Imported,
    /// It would be a draft, were this no dry run.
    WouldBeImported,
    /// An earlier run has imported it.
    AlreadyThere,
    /// It is no draft, and the reasons say why.
    Refused,
    /// The run ended before it, for a reason that is not the file's.
    NotTried,
}

impl Fate {
    fn words(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::WouldBeImported => "would be imported",
            Self::AlreadyThere => "already there",
            Self::Refused => "refused",
            Self::NotTried => "not tried",
        }
    }
}

/// One file.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) fate: Fate,
    /// The post that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) post: Option<PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    /// The layer that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer: Option<&'static str>,
    pub(super) reasons: Vec<Reason>,
    pub(super) not_kept: Vec<NotKept>,
    pub(super) notes: Vec<String>,
}

impl Entry {
    pub(super) fn new(path: String, fate: Fate) -> Self {
        let (reasons, not_kept, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { path, fate, post: None, title: None, layer: None, reasons, not_kept, notes }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\t{}", self.fate.words(), harmless(&self.path))?;
        if let Some(id) = self.post {
            write!(out, "\tpost {id}")?;
        }
        for reason in &self.reasons {
            write!(out, "\n- {} [{}]", harmless(&reason.sentence), reason.code)?;
            write!(out, "\n  {}", harmless(&reason.hint))?;
        }
        if !self.not_kept.is_empty() {
            let named: Vec<String> = self.not_kept.iter().map(NotKept::words).collect();
            write!(out, "\n- not kept: {}", harmless(&named.join(", ")))?;
        }
        self.notes.iter().try_for_each(|note| write!(out, "\n- {note}"))
    }
}

/// The whole run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The name of the import, which the keys are made from.
    pub(super) name: String,
    /// Whose drafts they are.
    pub(super) author: String,
    pub(super) is_dry_run: bool,
    pub(super) counts: Counts,
    pub(super) files: Vec<Entry>,
    pub(super) skipped: Vec<Skipped>,
    /// How many files are no Markdown.
    pub(super) other_files: u64,
}

/// How many files had which fate.
#[derive(Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) imported: usize,
    pub(super) would_be_imported: usize,
    pub(super) already_there: usize,
    pub(super) refused: usize,
    pub(super) not_tried: usize,
}

impl Counts {
    pub(super) fn add(&mut self, fate: Fate) {
        *match fate {
            Fate::Imported => &mut self.imported,
            Fate::WouldBeImported => &mut self.would_be_imported,
            Fate::AlreadyThere => &mut self.already_there,
            Fate::Refused => &mut self.refused,
            Fate::NotTried => &mut self.not_tried,
        } += 1;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for skipped in &self.skipped {
            writeln!(out, "skipped\t{}\t{}", harmless(&skipped.path), skipped.why)?;
        }
        let counts = &self.counts;
        match self.is_dry_run {
            true => write!(out, "{} would be imported", counts.would_be_imported)?,
            false => write!(out, "{} imported", counts.imported)?,
        }
        write!(out, ", {} already there, {} refused", counts.already_there, counts.refused)?;
        if counts.not_tried > 0 {
            write!(out, ", {} not tried", counts.not_tried)?;
        }
        write!(out, ", {} skipped, {} of other kinds.", self.skipped.len(), self.other_files)
    }
}

/// Returns the text without what a terminal would obey: whoever named the files
/// is not always whoever looks at the report.
fn harmless(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}
