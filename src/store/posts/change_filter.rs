//! The filters and the sort keys of the change list.

use jiff::{Span, Timestamp};

use super::words::Words;
use crate::domain::{State, UserId};
use crate::store::paging::{Cursor, Order, PageRequest};

/// How far posts are counted, and how many a search finds. There is one more,
/// to tell that there are more.
pub const COUNTED: usize = 1000;

/// A filter of the list. An empty field filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Filter by state.
    pub state: Option<State>,
    /// Those that this person writes.
    pub author: Option<UserId>,
    /// Those that this person has published.
    pub reviewer: Option<UserId>,
    /// Those that have been in their state since this moment or a later one.
    pub from: Option<Timestamp>,
    /// Those that have been in their state since before this moment.
    pub until: Option<Timestamp>,
    /// Those whose newest text has these words.
    pub words: Option<Words>,
}

/// The sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By the time since when a post has been in its state.
    Since,
    /// By its number, which is the order in which posts were created. It goes
    /// with no filter by time, and with one by person as [`Filter::bounds`] says.
    Number,
    /// By its state, and in a state by time.
    State,
    /// By the name of its author. As [`Filter::bounds`] says.
    Author,
    /// By the name of who published it. As [`Filter::bounds`] says.
    Publisher,
    /// By its title. As [`Filter::bounds`] says.
    Title,
}

impl Filter {
    /// Returns whether no index has this order of these posts. Of more than [`COUNTED`]
    /// posts, the list then has the last changed alone. An index for each of these
    /// orders would slow down every change of a post.
    pub fn bounds(&self, sort: Sort) -> bool {
        match sort {
            Sort::Since | Sort::State => false,
            Sort::Number => self.author.is_some() || self.reviewer.is_some(),
            Sort::Author | Sort::Publisher | Sort::Title => true,
        }
    }

    /// Returns where to begin to read: where the request says, or where the filter
    /// by time begins, whichever is further on. An index goes to one place.
    pub(super) fn start(&self, request: &PageRequest) -> Cursor {
        let start = request.start();
        match request.reads() {
            Order::Descending => {
                let latest = self.until.map(|at| Cursor { at, id: i64::MIN });
                latest.map_or(start, |latest| latest.min(start))
            }
            Order::Ascending => {
                let before = |at: Timestamp| at.checked_sub(Span::new().microseconds(1)).ok();
                let earliest = self.from.and_then(before).map(|at| Cursor { at, id: i64::MAX });
                earliest.map_or(start, |earliest| earliest.max(start))
            }
        }
    }

    /// Returns whether a post of this state may pass. A post that was never
    /// published has no publisher to be found by.
    pub(super) fn may_have(&self, state: State) -> bool {
        let is_public = matches!(state, State::Published | State::Archived);
        is_public || self.reviewer.is_none()
    }
}
