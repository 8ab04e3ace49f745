//! The change list: every post, by filters, in an order, page by page.
//!
//! Each filter and each order goes by an index, and nothing is counted further than
//! [`COUNTED`]. So a page takes as long among a thousand posts as among a million. A
//! list of several states is merged from the beginnings of one list of each. The index
//! that begins with the state serves both.
//!
//! A search finds at most [`COUNTED`] posts, those with the highest numbers, and sorts
//! these. Sorting all posts with a common word would take too long. An order without an
//! index also sorts at most [`COUNTED`] posts.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use super::change_filter::{COUNTED, Filter, Sort};
use super::change_query::ChangeQuery;
use super::words::Words;
use crate::domain::{Byline, PostId, RevisionNumber, State, Title, UserId};
use crate::store::paging::{Cursor, Page, PageRequest};
use crate::store::row::{row, select};
use crate::store::visibility::Visibility;

row! {
    /// One line of the change list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ChangeLine {
        pub id: PostId = "l.id",
        pub state: State = "l.state",
        /// Its current title. May be blank in a draft.
        pub title: Title = "l.title",
        slug: Option<String> = "l.slug",
        /// Since when it has been in its state.
        pub since: Timestamp = "l.since",
        /// Its current revision.
        pub revision: RevisionNumber = "l.current_revision",
        pub author: Byline = "l.author_id, l.author_username, l.author_name",
        /// Who has published it, from publication on.
        pub publisher: Option<Byline> = "l.published_by, l.publisher_username, l.publisher_name",
    }
}

impl ChangeLine {
    /// Returns the path of its public page, while it is published.
    pub fn public_path(&self) -> Option<String> {
        let slug = self.slug.as_ref().filter(|_| self.state == State::Published);
        slug.map(|slug| format!("/posts/{slug}"))
    }

    fn cursor(&self, sort: Sort) -> Cursor {
        let at = match sort {
            Sort::Number => Timestamp::UNIX_EPOCH,
            Sort::Since | Sort::State | Sort::Author | Sort::Publisher | Sort::Title => self.since,
        };
        Cursor { at, id: self.id.0 }
    }
}

/// A page of the change list, and how many posts there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeList {
    /// The page.
    pub page: Page<ChangeLine>,
    /// How many posts the filter lets pass, as far as [`COUNTED`] and one more.
    pub count: usize,
    /// How many posts there are of each state under the other filters, likewise;
    /// `None` where a search does not tell.
    pub by_state: [Option<usize>; State::ALL.len()],
}

row! {
    /// A line, and how many posts there are of each state. An empty page is one row
    /// without a line.
    struct LineRow {
        found: Option<ChangeLine>,
        counts: Vec<i64> = "counted.posts",
    }
}

/// Returns a page of the posts that the filter lets pass and the reader may
/// see. A filter by time does not go with the order by number.
pub fn change_list(
    conn: &mut PgConnection,
    visibility: Visibility,
    filter: &Filter,
    sort: Sort,
    request: &PageRequest,
) -> QueryResult<Page<ChangeLine>> {
    let query = ChangeQuery { visibility, filter, sort, request };
    let rows = read(conn, &query, query.lines())?;
    Ok(page(request, rows, sort))
}

/// As [`change_list`], with the numbers of posts.
pub fn counted_change_list(
    conn: &mut PgConnection,
    visibility: Visibility,
    filter: &Filter,
    sort: Sort,
    request: &PageRequest,
) -> QueryResult<ChangeList> {
    let query = ChangeQuery { visibility, filter, sort, request };
    let rows = read(conn, &query, query.lines_and_counts())?;
    let counts = rows.first().map(|row| row.counts.clone()).unwrap_or_default();
    let count = |state: State| counts.get(state as usize).map_or(0, |count| *count as usize);
    let is_wanted = |state: &State| filter.state.is_none_or(|wanted| wanted == *state);
    let total: usize = State::ALL.into_iter().filter(is_wanted).map(count).sum();
    // A search counts what it finds: of one state, or as far as it goes.
    let is_told = |state: &State| {
        filter.words.is_none()
            || filter.state.is_some_and(|wanted| wanted == *state)
            || (filter.state.is_none() && total <= COUNTED)
    };
    Ok(ChangeList {
        page: page(request, rows, sort),
        count: total.min(COUNTED + 1),
        by_state: State::ALL.map(|state| is_told(&state).then(|| count(state))),
    })
}

fn read(
    conn: &mut PgConnection,
    query: &ChangeQuery<'_>,
    text: String,
) -> QueryResult<Vec<LineRow>> {
    let ChangeQuery { visibility, filter, request, .. } = *query;
    let id = |person: Option<UserId>| person.map(|person| person.0);
    let start = filter.start(request);
    // Planned for its values. Few people write or publish most posts, and few words are
    // in most of them, so a plan for any value suits none.
    select::<LineRow>(text)
        .planned_anew()
        .seen_by(visibility)
        .bind::<Timestamptz, _>(Stored::from(filter.from.unwrap_or(Timestamp::UNIX_EPOCH)))
        .bind::<Timestamptz, _>(Stored::from(filter.until.unwrap_or(Timestamp::MAX)))
        .bind::<Nullable<BigInt>, _>(id(filter.author))
        .bind::<Nullable<BigInt>, _>(id(filter.reviewer))
        .bind::<Timestamptz, _>(Stored::from(start.at))
        .bind::<BigInt, _>(start.id)
        .bind::<Nullable<Text>, _>(filter.words.as_ref().map(Words::query))
        .load::<LineRow>(conn)
}

fn page(request: &PageRequest, rows: Vec<LineRow>, sort: Sort) -> Page<ChangeLine> {
    let lines = rows.into_iter().filter_map(|row| row.found).collect();
    request.page_by(lines, |line: &ChangeLine| line.cursor(sort))
}
