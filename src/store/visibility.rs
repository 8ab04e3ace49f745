//! Asks the database which posts a reader may see.
//!
//! The rule itself is the database function `post_is_visible`. Every read, single or list,
//! has to ask it, and a list cannot ask in Rust. No other file fills in its arguments.

use diesel::sql_types::{BigInt, Bool, Nullable};

pub use crate::domain::Visibility;
use crate::store::statement::Statement;

impl<Row> Statement<'_, Row> {
    /// Adds the three arguments of `post_is_visible` that describe the reader.
    pub(super) fn seen_by(self, visibility: Visibility) -> Self {
        self.bind::<Nullable<BigInt>, _>(visibility.viewer.map(|viewer| viewer.0))
            .bind::<Bool, _>(visibility.sees_reviews)
            .bind::<Bool, _>(visibility.sees_everything)
    }
}
