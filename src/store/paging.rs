//! Reads lists a page at a time, and stays fast however long they are.
//!
//! A page begins after a position in the list, and not after a number of rows. An index
//! leads there at once, and nothing is counted or skipped. A page stays what it is
//! while others are added before it.

use jiff::Timestamp;

use super::row::row;

/// The position of an entry in a list by time. Entries of one moment are in
/// the order of its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The time that the list goes by.
    pub at: Timestamp,
    /// The id of the entry.
    pub id: i64,
}

row! {
    columns of Cursor {
        at: Timestamp,
        id: i64,
    }
}

/// An entry of a list.
pub trait HasCursor {
    /// Returns the position of the entry.
    fn cursor(&self) -> Cursor;
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest, the last state or the last letter comes first.
    Descending,
    /// The oldest, the first state or the first letter comes first.
    Ascending,
}

impl Order {
    /// Returns the other one.
    pub fn reversed(self) -> Self {
        match self {
            Self::Descending => Self::Ascending,
            Self::Ascending => Self::Descending,
        }
    }

    /// Returns the SQL operator that compares an entry with one that comes before it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Descending => "<",
            Self::Ascending => ">",
        }
    }

    /// Returns the SQL word for the order of a column.
    pub fn way(self) -> &'static str {
        match self {
            Self::Descending => "DESC",
            Self::Ascending => "ASC",
        }
    }
}

/// Which page, relative to a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The first page.
    First,
    /// The page after the cursor.
    After(Cursor),
    /// The page before the cursor.
    Before(Cursor),
}

/// A request for a page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// How it is sorted.
    pub order: Order,
    /// Which page.
    pub direction: Direction,
    /// How many at most.
    pub size: usize,
}

impl PageRequest {
    /// Returns the newest of all, at most so many.
    pub fn newest(size: usize) -> Self {
        Self { order: Order::Descending, direction: Direction::First, size }
    }

    /// Returns a page of the list from the newest on, at most so many.
    pub fn newest_first(direction: Direction, size: usize) -> Self {
        Self { direction, ..Self::newest(size) }
    }

    /// Returns in which order the index is read: backwards for a page before a cursor.
    pub fn reads(&self) -> Order {
        match self.direction {
            Direction::First | Direction::After(_) => self.order,
            Direction::Before(_) => self.order.reversed(),
        }
    }

    /// Returns the position beyond which the reading begins.
    pub fn start(&self) -> Cursor {
        match (self.direction, self.reads()) {
            (Direction::After(cursor) | Direction::Before(cursor), _) => cursor,
            (Direction::First, Order::Descending) => Cursor { at: Timestamp::MAX, id: i64::MAX },
            // No row is older than that.
            (Direction::First, Order::Ascending) => {
                Cursor { at: Timestamp::UNIX_EPOCH, id: i64::MIN }
            }
        }
    }

    /// Returns the end of the SQL of a page by time: the rows beyond the start, of which
    /// `$1` is the time and `$2` the id, in order. An index on both columns leads there.
    pub fn from_start(&self, at: &str, id: &str) -> String {
        let (sign, way) = (self.reads().sign(), self.reads().way());
        format!("({at}, {id}) {sign} ($1, $2) ORDER BY {at} {way}, {id} {way}")
    }

    /// Returns how many rows to ask for: one more than the page has tells
    /// whether there is another page.
    pub fn limit(&self) -> i64 {
        self.size as i64 + 1
    }

    /// Returns the page that the rows are, in the order in which they were read.
    pub fn page<T: HasCursor>(&self, found: Vec<T>) -> Page<T> {
        self.page_by(found, HasCursor::cursor)
    }

    /// As [`PageRequest::page`], by the position that a row has in this list.
    pub fn page_by<T>(&self, mut found: Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
        let has_more = found.len() > self.size;
        found.truncate(self.size);
        let (has_previous, has_next) = match self.direction {
            Direction::First => (false, has_more),
            Direction::After(_) => (true, has_more),
            Direction::Before(_) => {
                found.reverse();
                (has_more, true)
            }
        };
        Page {
            previous: found.first().filter(|_| has_previous).map(&cursor),
            next: found.last().filter(|_| has_next).map(&cursor),
            lines: found,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub lines: Vec<T>,
    /// The position before which the previous page ends, if there is one.
    pub previous: Option<Cursor>,
    /// The position after which the next page begins, if there is one.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Direction, HasCursor, Order, Page, PageRequest, Timestamp};

    impl HasCursor for i64 {
        fn cursor(&self) -> Cursor {
            // Three of a moment.
            Cursor { at: Timestamp::from_second(*self / 3).unwrap(), id: *self }
        }
    }

    /// Reads the page as the database does.
    fn read(request: &PageRequest) -> Page<i64> {
        let start = request.start();
        let mut all: Vec<i64> = (0..10).collect();
        if request.reads() == Order::Descending {
            all.reverse();
            all.retain(|line| line.cursor() < start);
        } else {
            all.retain(|line| line.cursor() > start);
        }
        all.truncate(request.limit() as usize);
        request.page(all)
    }

    #[test]
    fn pages_lead_through_the_list_and_back_in_either_order() {
        for order in [Order::Descending, Order::Ascending] {
            for size in 1..12 {
                let mut request = PageRequest { order, direction: Direction::First, size };
                let mut pages = vec![read(&request)];
                while let Some(next) = pages.last().and_then(|page| page.next) {
                    request.direction = Direction::After(next);
                    pages.push(read(&request));
                }
                let mut there: Vec<i64> =
                    pages.iter().flat_map(|page| page.lines.clone()).collect();
                let mut expected: Vec<i64> = (0..10).collect();
                if order == Order::Descending {
                    expected.reverse();
                }
                assert_eq!(there, expected);
                while let Some(previous) = pages.last().and_then(|page| page.previous) {
                    request.direction = Direction::Before(previous);
                    pages.push(read(&request));
                    let back = &pages.last().unwrap().lines;
                    there.truncate(there.len() - pages[pages.len() - 2].lines.len());
                    assert!(there.ends_with(back), "{order:?} {size}");
                }
                assert_eq!(pages.last().unwrap().lines[0], expected[0]);
            }
        }
    }
}
