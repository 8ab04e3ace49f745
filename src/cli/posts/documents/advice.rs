//! Advice about a post, with what would mend it.

use std::fmt;

use serde::Serialize;

use crate::domain::{Action, Post, PostId, Reason, RevisionNumber, State};
use crate::workflow::Advice;

/// What each action on a post would be answered.
#[derive(Serialize)]
pub(in crate::cli) struct AdviceDocument {
    id: PostId,
    state: State,
    revision: RevisionNumber,
    actions: Vec<Advised>,
}

#[derive(Serialize)]
struct Advised {
    action: Action,
    /// `live`, `not-now` or `not-yours`.
    verdict: &'static str,
    reasons: Vec<Reason>,
}

impl AdviceDocument {
    pub(in crate::cli) fn of(post: &Post, advice: Vec<(Action, Advice)>) -> Self {
        let advised = |(action, advice)| {
            let (verdict, reasons) = match advice {
                Advice::Live => ("live", Vec::new()),
                Advice::NotNow(reasons) => ("not-now", reasons),
                Advice::NotYours(reasons) => ("not-yours", reasons),
            };
            Advised { action, verdict, reasons }
        };
        Self {
            id: post.id,
            state: post.state(),
            revision: post.current.number,
            actions: advice.into_iter().map(advised).collect(),
        }
    }
}

impl fmt::Display for AdviceDocument {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "post {} revision {} {}", self.id, self.revision, self.state.as_str())?;
        for it in &self.actions {
            write!(out, "\n{}\t{}", it.action, it.verdict)?;
            for reason in &it.reasons {
                write!(out, "\n- {} [{}]\n  {}", reason.sentence, reason.code, reason.hint)?;
            }
        }
        Ok(())
    }
}
