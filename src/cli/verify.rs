//! `verify`: every row that breaks a promise, and nothing else.

use std::fmt;

use serde::Serialize;

use crate::cli::{Failure, Options, on_database};
use crate::store::verify::{self, Report};

/// What a walk has found, as programs read it.
#[derive(Serialize)]
struct Walk {
    truths: usize,
    broken_truths: usize,
    posts: i64,
    rows: i64,
    findings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    truth: &'static str,
    sentence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<i64>,
    detail: String,
}

impl From<Report> for Walk {
    fn from(report: Report) -> Self {
        Self {
            truths: report.truths,
            broken_truths: report.broken_truths(),
            posts: report.posts,
            rows: report.rows,
            findings: report
                .findings
                .into_iter()
                .map(|finding| Line {
                    truth: finding.truth.name,
                    sentence: finding.truth.sentence,
                    post: finding.post.map(|post| post.0),
                    detail: finding.detail,
                })
                .collect(),
        }
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = None;
        for finding in &self.findings {
            if told != Some(finding.truth) {
                writeln!(out, "{}: {}", finding.truth, finding.sentence)?;
                told = Some(finding.truth);
            }
            match finding.post {
                Some(post) => writeln!(out, "- post {post}: {}", finding.detail)?,
                None => writeln!(out, "- {}", finding.detail)?,
            }
        }
        let extent = format!("{} posts and {} rows in all", self.posts, self.rows);
        match self.findings.len() {
            0 => write!(out, "{} truths hold for {extent}.", self.truths),
            times => write!(
                out,
                "{} of {} truths are broken, {times} times, among {extent}.",
                self.broken_truths, self.truths
            ),
        }
    }
}

pub(super) fn verify(options: &Options) -> Result<(), Failure> {
    on_database(options, |store| {
        let walk = Walk::from(verify::verify(&mut *store.checkout_without_limit()?, None)?);
        options.form().tell(&walk)?;
        if walk.findings.is_empty() { Ok(()) } else { Err(Failure::Broken) }
    })
}
