//! Reads what the lists of a desk show of a post: its name, its change requests and its
//! last reader.

use jiff::Timestamp;

use crate::domain::{Byline, Reading, RevisionNumber, Title};
use crate::store::row::row;
use crate::store::values::byline;

row! {
    /// What to call a post that may have no title yet: of `revisions r`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Name {
        title: Title = "btrim(r.title)",
        opening: String = "CASE WHEN has_visible_text(r.title) THEN '' ELSE opening(r.body) END",
    }
}

impl Name {
    /// Returns the title, or how the text begins.
    pub fn words(&self) -> String {
        let opening = self.opening.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = self.title.or_untitled();
        if self.title.is_given() || opening.is_empty() {
            title.to_owned()
        } else {
            format!("{title}: {opening}…")
        }
    }
}

row! {
    /// The change requests to a post, in a list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Requests {
        /// Who requested changes, the earliest first.
        pub by: Vec<Byline> = "request.by",
        /// When the newest was made.
        pub at: Timestamp = "request.at",
        /// What has to change, by the newest.
        pub note: String = "request.note",
    }
}

row! {
    for Reading {
        reader: Byline = byline!("look"),
        revision: RevisionNumber = "look.revision",
        at: Timestamp = "look.last_at",
    }
}

/// The change requests of a view, as the relation `request`. A post that is not in
/// review has none.
macro_rules! requests_of {
    ($view:literal) => {
        concat!(
            "CROSS JOIN LATERAL (
                 SELECT jsonb_agg(",
            byline!(json "asker"),
            " ORDER BY asked.id) AS by,
                     max(asked.at) AS at, (array_agg(asked.note ORDER BY asked.id DESC))[1] AS note
                 FROM ",
            $view,
            " asked JOIN users asker ON asker.id = asked.reviewer_id
                 WHERE p.state = 'in_review' AND asked.post_id = p.id) request "
        )
    };
}

/// Whether a post in review waits for its author: it has a standing request, which the
/// author can still answer. Else it waits for a reviewer.
macro_rules! waits_for_author {
    ($author:literal, $post:literal) => {
        concat!(
            "(",
            $crate::store::values::can_work!($author, "author"),
            " AND EXISTS (SELECT FROM standing_requests request WHERE request.post_id = ",
            $post,
            ".id))"
        )
    };
}

/// The person who looked last, as the relation `look`.
macro_rules! look {
    () => {
        concat!(
            "LEFT JOIN LATERAL (
                 SELECT ",
            byline!("reader"),
            ", last.revision, last.last_at
                 FROM (SELECT * FROM readings
                       WHERE p.state = 'in_review' AND readings.post_id = p.id
                       ORDER BY readings.last_at DESC LIMIT 1) last
                 JOIN users reader ON reader.id = last.reader_id
             ) look ON true "
        )
    };
}

pub(super) use {look, requests_of, waits_for_author};
