//! Makes the links between the pages of a list in the admin.

use crate::http::Form;
use crate::http::paging::{cursor, direction};
use crate::refusal::Refusal;
use crate::store::paging::{Direction, Page};

/// The links to the pages before and after this one.
#[derive(Debug)]
pub(super) struct Pager {
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    pub(super) is_first: bool,
}

/// The names of the two fields that carry a cursor.
#[derive(Debug, Clone, Copy)]
pub(super) struct CursorFields {
    next: &'static str,
    previous: &'static str,
}

/// In a list that is always newest first: the next page is *before* in time.
pub(super) const BY_TIME: CursorFields = CursorFields { next: "before", previous: "after" };

/// In a list that can be sorted: the next page is *after* in the list.
pub(super) const BY_POSITION: CursorFields = CursorFields { next: "after", previous: "before" };

impl CursorFields {
    /// Takes out of a query which page it asks for.
    pub(super) fn take(self, query: &mut Form) -> Result<Direction, Refusal> {
        direction(query, self.next, self.previous)
    }

    /// Returns the pager of a page. `address` returns the address of the list
    /// with one more field.
    pub(super) fn pager<T>(
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
