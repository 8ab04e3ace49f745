//! A post's history, from everything that led to where it stands.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{Byline, Post, PostId, Reading, Review, RevisionNumber, State, Transition};
use crate::store::posts::PostHistory;

/// How a post came to be.
#[derive(Serialize)]
pub(in crate::cli) struct HistoryDocument {
    id: PostId,
    state: State,
    revision: RevisionNumber,
    transitions: Vec<Entered>,
    revisions: Vec<Written>,
    change_requests: Vec<Asked>,
    readings: Vec<Read>,
}

#[derive(Serialize)]
struct Entered {
    from: Option<State>,
    to: State,
    by: Byline,
    at: Timestamp,
    revision: RevisionNumber,
}

#[derive(Serialize)]
struct Written {
    revision: RevisionNumber,
    at: Timestamp,
}

#[derive(Serialize)]
struct Asked {
    revision: RevisionNumber,
    reviewer: Byline,
    at: Timestamp,
    note: String,
    withdrawn_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Read {
    revision: RevisionNumber,
    reader: Byline,
    at: Timestamp,
}

impl HistoryDocument {
    pub(in crate::cli) fn of(post: &Post, history: PostHistory) -> Self {
        let entered = |it: Transition| Entered {
            from: it.from,
            to: it.to,
            by: it.by,
            at: it.at,
            revision: it.revision,
        };
        let asked = |it: Review| Asked {
            revision: it.revision,
            reviewer: it.reviewer,
            at: it.at,
            note: it.note,
            withdrawn_at: it.withdrawn_at,
        };
        let read = |it: Reading| Read { revision: it.revision, reader: it.reader, at: it.at };
        Self {
            id: post.id,
            state: post.state(),
            revision: post.current.number,
            transitions: history.transitions.into_iter().map(entered).collect(),
            revisions: history
                .revisions
                .into_iter()
                .map(|(revision, at)| Written { revision, at })
                .collect(),
            change_requests: history.reviews.into_iter().map(asked).collect(),
            readings: history.readings.into_iter().map(read).collect(),
        }
    }
}

impl fmt::Display for HistoryDocument {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<(Timestamp, String)> = Vec::new();
        for it in &self.transitions {
            let words = format!("{}\trevision {}\t{}", it.to.as_str(), it.revision, it.by.name);
            lines.push((it.at, words));
        }
        // The first revision is the draft that the post begins as.
        for it in self.revisions.iter().skip(1) {
            lines.push((it.at, format!("revised\trevision {}", it.revision)));
        }
        for it in &self.change_requests {
            let (number, by) = (it.revision, &it.reviewer.name);
            lines.push((
                it.at,
                format!("changes requested\trevision {number}\t{by}\t{:?}", it.note),
            ));
            if let Some(at) = it.withdrawn_at {
                lines.push((at, format!("request withdrawn\trevision {number}\t{by}")));
            }
        }
        for it in &self.readings {
            lines.push((it.at, format!("read\trevision {}\t{}", it.revision, it.reader.name)));
        }
        lines.sort_by_key(|(at, _)| *at);
        write!(out, "post {} revision {} {}", self.id, self.revision, self.state.as_str())?;
        lines.iter().try_for_each(|(at, words)| write!(out, "\n{at}\t{words}"))
    }
}
