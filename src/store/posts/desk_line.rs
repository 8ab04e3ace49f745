//! What the lists of a desk show of a post: its name, the change requests to it, and
//! who looked last.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::byline::byline;
use crate::domain::{Byline, Reading, RevisionNumber};

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
pub(super) type RequestSqlType =
    (Nullable<Array<BigInt>>, Nullable<Array<Text>>, Nullable<Timestamptz>, Nullable<Text>);
pub(super) type LookSqlType =
    (Nullable<BigInt>, Nullable<Text>, Nullable<Integer>, Nullable<Timestamptz>);
#[derive(Queryable)]
pub(super) struct CurrentRow {
    pub(super) number: i32,
    pub(super) at: Stored,
}

#[derive(Queryable)]
pub(super) struct ChangeRequestRow {
    pub(super) ids: Option<Vec<i64>>,
    pub(super) names: Option<Vec<String>>,
    pub(super) at: NullableTimestamp,
    pub(super) note: Option<String>,
}

#[derive(Queryable)]
pub(super) struct LookRow {
    pub(super) reader: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) revision: Option<i32>,
    pub(super) at: NullableTimestamp,
}

impl ChangeRequestRow {
    pub(super) fn requests(self) -> Option<Requests> {
        let mut by: Vec<Byline> = Vec::new();
        for (id, name) in self.ids?.into_iter().zip(self.names?) {
            if by.iter().all(|known| known.id.0 != id) {
                by.push(byline(id, &name));
            }
        }
        Some(Requests { by, at: self.at.to_jiff()?, note: self.note? })
    }
}

impl LookRow {
    pub(super) fn reading(self) -> Option<Reading> {
        Some(Reading {
            reader: byline(self.reader?, &self.name?),
            revision: RevisionNumber(self.revision?),
            at: self.at.to_jiff()?,
        })
    }
}
