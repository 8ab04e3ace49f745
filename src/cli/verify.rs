//! `verify`: reports every row that breaks a rule of the database.

use std::fmt;

use serde::Serialize;

use crate::cli::database::on_open_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::domain::counted;
use crate::store::verify::{self, Finding, Report};

/// The result as programs read it.
#[derive(Serialize)]
struct VerifyDocument {
    truths: usize,
    broken_truths: usize,
    posts: i64,
    rows: i64,
    findings: Vec<FindingDocument>,
}

#[derive(Serialize)]
struct FindingDocument {
    truth: String,
    sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<i64>,
    detail: String,
}

impl From<Finding> for FindingDocument {
    fn from(finding: Finding) -> Self {
        Self {
            truth: finding.truth.name.clone(),
            sentence: finding.truth.sentence.clone(),
            post: finding.post.map(|post| post.0),
            detail: finding.detail,
        }
    }
}

impl From<Report> for VerifyDocument {
    fn from(report: Report) -> Self {
        Self {
            truths: report.truths.len(),
            broken_truths: report.broken_truths(),
            posts: report.posts,
            rows: report.rows,
            findings: report.findings.into_iter().map(FindingDocument::from).collect(),
        }
    }
}

impl fmt::Display for VerifyDocument {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed = None;
        for finding in &self.findings {
            if printed != Some(&finding.truth) {
                writeln!(out, "{}: {}", finding.truth, finding.sentence)?;
                printed = Some(&finding.truth);
            }
            match finding.post {
                Some(post) => writeln!(out, "- post {post}: {}", finding.detail)?,
                None => writeln!(out, "- {}", finding.detail)?,
            }
        }
        let count = |number: i64, what| counted(usize::try_from(number).unwrap_or(0), what);
        let extent = format!("{}, {}", count(self.posts, "post"), count(self.rows, "row"));
        match self.findings.len() {
            0 => write!(out, "{} passed ({extent}).", counted(self.truths, "check")),
            times => write!(
                out,
                "{} of {} failed: {} ({extent}).",
                self.broken_truths,
                counted(self.truths, "check"),
                counted(times, "finding")
            ),
        }
    }
}

pub(super) fn verify(options: &Options) -> Result<(), CommandFailure> {
    on_open_database(options, |database| {
        let conn = &mut database.connect_as_owner()?;
        let second = &mut database.connect_as_owner()?;
        let report = verify::verify_on_two(conn, second, database.runtime_role())?;
        let document = VerifyDocument::from(report);
        options.format().print(&document, &document)?;
        if document.findings.is_empty() { Ok(()) } else { Err(CommandFailure::Broken) }
    })
}
