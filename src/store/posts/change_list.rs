//! The change list: every post, by filters, in an order, page by page.
//!
//! Each filter and each order goes by an index, and nothing is counted further
//! than [`COUNTED`], so a page takes as long among a thousand posts as among a
//! million. A list of several states is merged from the beginnings of one list
//! of each, because an index that begins with the state serves both.
//!
//! A search finds at most [`COUNTED`] posts, those with the highest numbers,
//! and sorts these: to sort everything that has a common word would take as
//! long as there is to sort.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::{Span, Timestamp};
use jiff_diesel::Timestamp as Stored;

use super::byline::byline;
use super::words::Words;
use crate::domain::{Byline, PostId, RevisionNumber, State, UserId};
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::statement::statement;
use crate::store::visibility::Visibility;

/// How far posts are counted, and how many a search finds. There is one more,
/// to tell that there are more.
pub const COUNTED: usize = 1000;

/// Which posts. What is not asked for lets every post pass.
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

/// By what the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By the time since when a post has been in its state.
    Since,
    /// By its number, which is the order in which posts were created. It goes
    /// with no filter by time.
    Number,
}

/// One line of the change list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    /// The post.
    pub id: PostId,
    /// Its state.
    pub state: State,
    /// Its current title. May be blank in a draft.
    pub title: String,
    /// Its author.
    pub author: Byline,
    /// Who has published it, from publication on.
    pub publisher: Option<Byline>,
    /// Since when it has been in its state.
    pub since: Timestamp,
    /// Its current revision.
    pub revision: RevisionNumber,
    place: Cursor,
}

impl HasCursor for ChangeLine {
    fn place(&self) -> Cursor {
        self.place
    }
}

/// A page of the change list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeList {
    /// The page.
    pub page: Page<ChangeLine>,
    /// How many posts the filter lets pass, as far as [`COUNTED`] and one more;
    /// `None` where the page is empty and so does not tell.
    pub count: Option<usize>,
}

type LineSqlType = (
    BigInt,
    Text,
    Text,
    Timestamptz,
    Integer,
    BigInt,
    Text,
    Nullable<BigInt>,
    Nullable<Text>,
    BigInt,
);

#[derive(Queryable)]
struct LineRow {
    id: i64,
    state: State,
    title: String,
    since: Stored,
    revision: i32,
    author: i64,
    author_name: String,
    publisher: Option<i64>,
    publisher_name: Option<String>,
    count: i64,
}

/// Returns a page of the posts that the filter lets pass and the reader may
/// see. A filter by time is for the order by time.
pub fn change_list(
    conn: &mut PgConnection,
    visibility: Visibility,
    filter: &Filter,
    sort: Sort,
    slice: &PageRequest,
) -> QueryResult<ChangeList> {
    let id = |person: Option<UserId>| person.map(|person| person.0);
    let start = start(filter, slice);
    // Planned for its values: few people write or publish most of what there
    // is, few words are in most of it, and a plan for any of them suits none.
    let rows = statement::<LineSqlType>(sql(visibility, filter, sort, slice))
        .planned_anew()
        .seen_by(visibility)
        .bind::<Timestamptz, _>(Stored::from(filter.from.unwrap_or(Timestamp::UNIX_EPOCH)))
        .bind::<Timestamptz, _>(Stored::from(filter.until.unwrap_or(Timestamp::MAX)))
        .bind::<Nullable<BigInt>, _>(id(filter.author))
        .bind::<Nullable<BigInt>, _>(id(filter.reviewer))
        .bind::<Timestamptz, _>(Stored::from(start.at))
        .bind::<BigInt, _>(start.id)
        .bind::<Nullable<Text>, _>(filter.words.as_ref().map(Words::query))
        .load::<LineRow>(conn)?;
    let count = rows.first().map(|row| row.count as usize);
    let is_whole = matches!(slice.stretch, crate::store::paging::Direction::First);
    let lines = rows.into_iter().map(|row| line(row, sort)).collect();
    Ok(ChangeList { page: slice.page(lines), count: count.or(is_whole.then_some(0)) })
}

fn line(row: LineRow, sort: Sort) -> ChangeLine {
    let since = row.since.to_jiff();
    let at = match sort {
        Sort::Since => since,
        Sort::Number => Timestamp::UNIX_EPOCH,
    };
    ChangeLine {
        id: PostId(row.id),
        state: row.state,
        title: row.title,
        author: byline(row.author, &row.author_name),
        publisher: row.publisher.zip(row.publisher_name).map(|(id, names)| byline(id, &names)),
        since,
        revision: RevisionNumber(row.revision),
        place: Cursor { at, id: row.id },
    }
}

/// Returns where to begin to read: where the slice says, or where the filter
/// by time begins, whichever is further on. An index goes to one place.
fn start(filter: &Filter, slice: &PageRequest) -> Cursor {
    let start = slice.start();
    match slice.reads() {
        Order::NewestFirst => {
            let latest = filter.until.map(|at| Cursor { at, id: i64::MIN });
            latest.map_or(start, |latest| latest.min(start))
        }
        Order::OldestFirst => {
            let before = |at: Timestamp| at.checked_sub(Span::new().microseconds(1)).ok();
            let earliest = filter.from.and_then(before).map(|at| Cursor { at, id: i64::MAX });
            earliest.map_or(start, |earliest| earliest.max(start))
        }
    }
}

/// Returns the text of the query, of which there are as many as there are
/// filters to combine and orders to read in; the values are parameters.
fn sql(visibility: Visibility, filter: &Filter, sort: Sort, slice: &PageRequest) -> String {
    let mut conditions = "post_is_visible(posts.state, posts.author_id, $1, $2, $3)".to_owned();
    if filter.author.is_some() {
        conditions += " AND posts.author_id = $6";
    }
    if filter.reviewer.is_some() {
        conditions += " AND posts.published_by = $7";
    }
    let mut ranged = conditions.clone();
    if filter.from.is_some() {
        ranged += " AND posts.since >= $4";
    }
    if filter.until.is_some() {
        ranged += " AND posts.since < $5";
    }
    let (sign, way) = match slice.reads() {
        Order::NewestFirst => ("<", "DESC"),
        Order::OldestFirst => (">", "ASC"),
    };
    // The far end of the filter by time; the near one is where reading begins.
    let far_end = match (slice.reads(), filter.from, filter.until) {
        (Order::NewestFirst, Some(_), _) => " AND posts.since >= $4",
        (Order::OldestFirst, _, Some(_)) => " AND posts.since < $5",
        _ => "",
    };
    let beyond = match sort {
        Sort::Since => format!("(posts.since, posts.id) {sign} ($8, $9)"),
        Sort::Number => format!("posts.id {sign} $9"),
    };
    let order = match sort {
        Sort::Since => format!("posts.since {way}, posts.id {way}"),
        Sort::Number => format!("posts.id {way}"),
    };
    let merged = match sort {
        Sort::Since => format!("p.since {way}, p.id {way}"),
        Sort::Number => format!("p.id {way}"),
    };
    let (limit, most) = (slice.limit(), COUNTED + 1);
    let page = if filter.words.is_some() {
        let state = filter.state.map(|state| format!(" AND posts.state = '{}'", state.as_str()));
        let state = state.unwrap_or_default();
        let beyond = beyond.replace("posts.since", "p.since").replace("posts.id", "p.id");
        format!(
            "found AS MATERIALIZED (
                 SELECT posts.id, posts.state, posts.author_id, posts.published_by,
                     posts.current_revision, posts.since
                 FROM post_documents d JOIN posts ON posts.id = d.post_id
                 WHERE d.document @@ $10::tsquery AND {ranged}{state}
                 ORDER BY d.post_id DESC LIMIT {most}
             ), page AS MATERIALIZED (
                 SELECT * FROM found p WHERE {beyond} ORDER BY {merged} LIMIT {limit}
             ), counted AS (SELECT count(*) AS posts FROM found)"
        )
    } else {
        // The order keeps the planner on the index, whatever it believes about
        // how many posts there are of a state.
        // In a state of which the reader sees their own posts alone, an index
        // leads to these: the list does not walk through the posts of other people.
        let of_each = |one: &dyn Fn(&str) -> String| -> String {
            let part = |state: State| {
                let own =
                    if visibility.sees_only_own(state) { "posts.author_id = $1 AND" } else { "" };
                one(state.as_str()).replace("{own}", own)
            };
            let parts: Vec<String> = states(filter).map(part).collect();
            parts.join(" UNION ALL ")
        };
        let beginnings = of_each(&|state| {
            format!(
                "(SELECT posts.id, posts.state, posts.author_id, posts.published_by,
                      posts.current_revision, posts.since
                  FROM posts
                  WHERE posts.state = '{state}' AND {{own}} {conditions} AND {beyond}{far_end}
                  ORDER BY {order} LIMIT {limit})"
            )
        });
        // Which ones are counted does not matter. An index of numbers has all
        // that is asked of them; one of times has to go to each post.
        let is_ranged = filter.from.is_some() || filter.until.is_some();
        let counting = if is_ranged { order.as_str() } else { "posts.id" };
        let counted = of_each(&|state| {
            format!(
                "(SELECT FROM posts WHERE posts.state = '{state}' AND {{own}} {ranged}
                  ORDER BY {counting} LIMIT {most})"
            )
        });
        format!(
            "page AS MATERIALIZED (
                 SELECT p.* FROM ({beginnings}) p ORDER BY {merged} LIMIT {limit}
             ), counted AS (
                 SELECT count(*) AS posts FROM (SELECT FROM ({counted}) one LIMIT {most}) few
             )"
        )
    };
    format!(
        "WITH {page}
         SELECT p.id, p.state, btrim(r.title), p.since, p.current_revision,
             author.id, author.username || ' ' || author.display_name,
             publisher.id, publisher.username || ' ' || publisher.display_name,
             (SELECT posts FROM counted)
         FROM page p
         JOIN users author ON author.id = p.author_id
         JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         LEFT JOIN users publisher ON publisher.id = p.published_by
         ORDER BY {merged}"
    )
}

/// Returns the states that a list is merged from. A post that was never published has
/// no publisher to be found by.
fn states(filter: &Filter) -> impl Iterator<Item = State> {
    let (wanted, by_publisher) = (filter.state, filter.reviewer.is_some());
    let states = State::ALL.into_iter().filter(move |state| {
        let is_public = matches!(state, State::Published | State::Archived);
        wanted.is_none_or(|wanted| wanted == *state) && (is_public || !by_publisher)
    });
    // An empty UNION is invalid SQL.
    let none = wanted.filter(|wanted| by_publisher && *wanted < State::Published);
    states.chain(none)
}
