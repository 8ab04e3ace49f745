use diesel::deserialize;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{PostId, RevisionNumber, Slug, State};

/// The columns, as every statement of an action returns them.
pub(super) type RowSqlType =
    (BigInt, Text, Integer, Timestamptz, Nullable<(Text, Timestamptz, Integer)>, Nullable<Text>);

/// What the database says it has written: everything that must hold afterwards.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) post: PostId,
    pub(super) state: State,
    pub(super) revision: RevisionNumber,
    pub(super) at: Timestamp,
    /// The history row, for the actions that enter a state.
    pub(super) entered: Option<(State, Timestamp, RevisionNumber)>,
    /// The web address, from publication on.
    pub(super) slug: Option<Slug>,
}

impl Queryable<RowSqlType, Pg> for Written {
    type Row = (
        PostId,
        State,
        RevisionNumber,
        Stored,
        Option<(State, Stored, RevisionNumber)>,
        Option<String>,
    );

    fn build((post, state, revision, at, entered, slug): Self::Row) -> deserialize::Result<Self> {
        let entered = entered.map(|(state, at, revision)| (state, at.to_jiff(), revision));
        let slug = slug.and_then(|slug| Slug::parse(&slug));
        Ok(Self { post, state, revision, at: at.to_jiff(), entered, slug })
    }
}
