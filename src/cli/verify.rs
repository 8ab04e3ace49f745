//! `verify`: every row that breaks a promise, and nothing else.

use super::{Failure, Options, on_database, say};
use crate::store::verify;

pub(super) fn verify(options: &Options) -> Result<(), Failure> {
    on_database(options, |store| {
        let report = verify::verify(&mut *store.checkout()?, None)?;
        let mut told = None;
        for finding in &report.findings {
            if told != Some(finding.truth.name) {
                say(format_args!("{}: {}", finding.truth.name, finding.truth.sentence))?;
                told = Some(finding.truth.name);
            }
            match finding.post {
                Some(post) => say(format_args!("- post {post}: {}", finding.detail))?,
                None => say(format_args!("- {}", finding.detail))?,
            }
        }
        let extent = format!("{} posts and {} rows in all", report.posts, report.rows);
        if report.findings.is_empty() {
            return say(format_args!("{} truths hold for {extent}.", report.truths));
        }
        say(format_args!(
            "{} of {} truths are broken, {} times, among {extent}.",
            report.broken_truths(),
            report.truths,
            report.findings.len()
        ))?;
        Err(Failure::Broken)
    })
}
