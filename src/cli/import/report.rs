//! Tells what an import did with each file, as text and in JSON.

use std::fmt;

use serde::Serialize;

use crate::cli::import::draft_text::IgnoredField;
use crate::cli::import::folder::Skipped;
use crate::domain::{Layer, PostId, Reason, TextPart, counted, grouped};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FileOutcome {
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

impl FileOutcome {
    fn text(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::WouldBeImported => "would be imported",
            Self::AlreadyThere => "already imported",
            Self::Refused => "refused",
            Self::NotTried => "not attempted",
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct FileReport {
    pub(super) path: String,
    #[serde(rename = "fate")]
    pub(super) outcome: FileOutcome,
    /// The post that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) post: Option<PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer: Option<Layer>,
    pub(super) reasons: Vec<Reason>,
    #[serde(rename = "not_kept")]
    pub(super) ignored: Vec<IgnoredField>,
    pub(super) notes: Vec<String>,
    /// What its author has to write before they can submit it.
    pub(super) missing: Vec<TextPart>,
}

impl FileReport {
    pub(super) fn new(path: String, outcome: FileOutcome) -> Self {
        Self {
            path,
            outcome,
            post: None,
            title: None,
            layer: None,
            reasons: Vec::new(),
            ignored: Vec::new(),
            notes: Vec::new(),
            missing: Vec::new(),
        }
    }
}

impl fmt::Display for FileReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\t{}", self.outcome.text(), without_controls(&self.path))?;
        if let Some(id) = self.post {
            write!(out, "\tpost {id}")?;
        }
        for reason in &self.reasons {
            write!(out, "\n- {} [{}]", without_controls(&reason.sentence), reason.code)?;
            write!(out, "\n  {}", without_controls(&reason.hint))?;
        }
        if !self.ignored.is_empty() {
            let named: Vec<String> = self.ignored.iter().map(IgnoredField::text).collect();
            write!(out, "\n- ignored: {}", without_controls(&named.join(", ")))?;
        }
        self.notes.iter().try_for_each(|note| write!(out, "\n- {}", without_controls(note)))
    }
}

/// The whole run.
#[derive(Debug, Serialize)]
pub(super) struct ImportReport {
    /// The name of the import, which the keys are made from.
    pub(super) name: String,
    /// Whose drafts they are.
    pub(super) author: String,
    pub(super) is_dry_run: bool,
    pub(super) counts: Counts,
    pub(super) before_submission: BeforeSubmission,
    pub(super) files: Vec<FileReport>,
    pub(super) skipped: Vec<Skipped>,
    /// How many files are no Markdown.
    pub(super) other_files: u64,
}

/// How many files had which outcome.
#[derive(Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) imported: usize,
    pub(super) would_be_imported: usize,
    pub(super) already_there: usize,
    pub(super) refused: usize,
    pub(super) not_tried: usize,
}

impl Counts {
    pub(super) fn add(&mut self, outcome: FileOutcome) {
        *match outcome {
            FileOutcome::Imported => &mut self.imported,
            FileOutcome::WouldBeImported => &mut self.would_be_imported,
            FileOutcome::AlreadyThere => &mut self.already_there,
            FileOutcome::Refused => &mut self.refused,
            FileOutcome::NotTried => &mut self.not_tried,
        } += 1;
    }
}

/// How many of the drafts of this run lack what a submission needs.
#[derive(Debug, Default, Serialize)]
pub(super) struct BeforeSubmission {
    drafts: usize,
    without_title: usize,
    without_summary: usize,
    without_body: usize,
    without_web_address: usize,
}

impl BeforeSubmission {
    /// Counts a file, if it is a draft now or would be one.
    pub(super) fn add(&mut self, file: &FileReport) {
        match file.outcome {
            FileOutcome::Imported | FileOutcome::WouldBeImported => {}
            FileOutcome::AlreadyThere | FileOutcome::Refused | FileOutcome::NotTried => return,
        }
        let lacks = |part| usize::from(file.missing.contains(&part));
        self.drafts += 1;
        self.without_title += lacks(TextPart::Title);
        self.without_summary += lacks(TextPart::Summary);
        self.without_body += lacks(TextPart::Body);
        self.without_web_address += lacks(TextPart::WebAddress);
    }
}

impl fmt::Display for BeforeSubmission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacks = [
            (self.without_title, TextPart::Title),
            (self.without_summary, TextPart::Summary),
            (self.without_body, TextPart::Body),
            (self.without_web_address, TextPart::WebAddress),
        ];
        for (count, part) in lacks.into_iter().filter(|(count, _)| *count > 0) {
            let has = if count == 1 { "has" } else { "have" };
            let drafts = counted(self.drafts, "draft");
            write!(
                out,
                "\nBefore submission: {} of {drafts} {has} no {}.",
                grouped(count),
                part.as_str()
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for skipped in &self.skipped {
            writeln!(out, "skipped\t{}\t{}", without_controls(&skipped.path), skipped.why)?;
        }
        let counts = &self.counts;
        match self.is_dry_run {
            true => write!(out, "{} would be imported", counts.would_be_imported)?,
            false => write!(out, "{} imported", counts.imported)?,
        }
        write!(out, ", {} already imported, {} refused", counts.already_there, counts.refused)?;
        if counts.not_tried > 0 {
            write!(out, ", {} not attempted", counts.not_tried)?;
        }
        write!(out, ", {} skipped, {} other files ignored.", self.skipped.len(), self.other_files)?;
        self.before_submission.fmt(out)
    }
}

/// Returns the text without control characters: the name of a file could
/// otherwise send commands to the terminal.
fn without_controls(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}
