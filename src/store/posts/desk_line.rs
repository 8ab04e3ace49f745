//! What the lists of a desk show of a post: its name, the change requests to it, and
//! who looked last.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{Byline, Reading, RevisionNumber, UserId};
use crate::store::values::BylineSqlType;

/// What to call a post that may have no title yet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Name {
    title: String,
    opening: String,
}

impl Name {
    /// Returns the title, or how the text begins.
    pub fn words(&self) -> String {
        let opening = self.opening.split_whitespace().collect::<Vec<_>>().join(" ");
        match (self.title.trim(), opening.as_str()) {
            ("", "") => "Untitled".to_owned(),
            ("", opening) => format!("Untitled: {opening}…"),
            (title, _) => title.to_owned(),
        }
    }
}

/// The change requests to a post, in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Who requested changes, the earliest first.
    pub by: Vec<Byline>,
    /// When the newest was made.
    pub at: Timestamp,
    /// What has to change, by the newest.
    pub note: String,
}

/// How a post is called, in SQL: of `revisions r`.
macro_rules! name {
    () => {
        "btrim(r.title), CASE WHEN has_visible_text(r.title) THEN '' ELSE opening(r.body) END"
    };
}

/// The change requests that are not withdrawn, as the relation `request`. What
/// is in no review is not asked for any.
macro_rules! request_where {
    ($condition:literal) => {
        concat!(
            "CROSS JOIN LATERAL (
                 SELECT array_agg(asked.reviewer_id ORDER BY asked.id) AS ids,
                     array_agg((SELECT username || ' ' || display_name FROM users WHERE users.id = asked.reviewer_id)
                               ORDER BY asked.id) AS names,
                     max(asked.at) AS at, (array_agg(asked.note ORDER BY asked.id DESC))[1] AS note
                 FROM standing_requests asked
                 WHERE p.state = 'in_review' AND asked.post_id = p.id AND ",
            $condition,
            ") request "
        )
    };
}

/// Who looked last, as the relation `look`.
macro_rules! look {
    () => {
        "LEFT JOIN LATERAL (
             SELECT readings.reader_id AS id, readings.revision, readings.last_at,
                 (SELECT username || ' ' || display_name FROM users
                  WHERE users.id = readings.reader_id) AS names
             FROM readings
             WHERE p.state = 'in_review' AND readings.post_id = p.id
             ORDER BY readings.last_at DESC LIMIT 1
         ) look ON true "
    };
}

pub(super) use {look, name, request_where};

pub(super) type NameSqlType = (Text, Text);
pub(super) type RequestsSqlType = (Array<BigInt>, Array<Text>, Timestamptz, Text);
pub(super) type ReadingSqlType = (BylineSqlType, Integer, Timestamptz);

impl Queryable<RequestsSqlType, Pg> for Requests {
    type Row = (Vec<UserId>, Vec<String>, Stored, String);

    fn build((ids, names, at, note): Self::Row) -> deserialize::Result<Self> {
        let mut by: Vec<Byline> = Vec::new();
        for (id, names) in ids.into_iter().zip(names) {
            if by.iter().all(|known| known.id != id) {
                by.push(Byline::from_names(id, &names));
            }
        }
        Ok(Self { by, at: at.to_jiff(), note })
    }
}

impl Queryable<ReadingSqlType, Pg> for Reading {
    type Row = (Byline, RevisionNumber, Stored);

    fn build((reader, revision, at): Self::Row) -> deserialize::Result<Self> {
        Ok(Self { reader, revision, at: at.to_jiff() })
    }
}
