use jiff::Timestamp;

use crate::domain::{PostId, RevisionNumber, Slug, State};
use crate::store::row::{Columns, row};
use crate::store::statement::Statement;

/// A statement whose rows are [`Written`].
pub(super) type WritingStatement<'a> = Statement<'a, <Written as Columns>::SqlType>;

row! {
    /// What the database says it has written: everything that must hold afterwards.
    #[derive(Debug, PartialEq, Eq)]
    pub struct Written {
        pub post: PostId = "post.id",
        pub state: State = "post.state",
        pub revision: RevisionNumber = "post.current_revision",
        pub at: Timestamp = "post.at",
        /// The history row, for the actions that enter a state.
        pub entered: Option<Entered>,
        /// The web address, from publication on.
        pub slug: Option<Slug> = "post.slug",
    }
}

row! {
    /// The history row of an action that entered a state.
    #[derive(Debug, PartialEq, Eq)]
    pub struct Entered {
        pub state: State = "recorded.entered",
        pub at: Timestamp = "recorded.at",
        pub revision: RevisionNumber = "recorded.revision",
    }
}
