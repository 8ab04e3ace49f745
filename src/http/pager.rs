//! Makes the links between the pages of a list.

use super::Form;
use super::paging::{cursor, direction};
use crate::refusal::Refusal;
use crate::store::paging::{Direction, Page};

/// The links to the pages before and after this one.
#[derive(Debug)]
pub(crate) struct Pager {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) is_first: bool,
}

/// The names of the two fields that carry a cursor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CursorFields {
    next: &'static str,
    previous: &'static str,
}

/// In a list that is always newest first: the next page is *before* in time.
pub(crate) const BY_TIME: CursorFields = CursorFields { next: "before", previous: "after" };

/// In a list that can be sorted: the next page is *after* in the list.
pub(crate) const BY_POSITION: CursorFields = CursorFields { next: "after", previous: "before" };

impl CursorFields {
    /// Takes out of a query which page it asks for.
    pub(crate) fn take(self, query: &mut Form) -> Result<Direction, Refusal> {
        direction(query, self.next, self.previous)
    }

    /// Returns the pager of a page. `address` returns the address of the list
    /// with one more field.
    pub(crate) fn pager<T>(
        self,
        page: &Page<T>,
        direction: Direction,
        address: impl Fn(&str, &str) -> String,
    ) -> Pager {
        Pager {
            previous: page.previous.map(|place| address(self.previous, &cursor(place))),
            next: page.next.map(|place| address(self.next, &cursor(place))),
            is_first: direction == Direction::First,
        }
    }
}
