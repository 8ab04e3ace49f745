//! The SQL of the change list. There are as many texts as there are filters to
//! combine and orders to read in; the values are parameters.

use super::change_filter::{COUNTED, Filter, Sort};
use crate::domain::State;
use crate::store::paging::{Direction, Order, PageRequest};
use crate::store::visibility::Visibility;

/// The columns of a post that the list reads.
const POST: &str = "posts.id, posts.state, posts.author_id, posts.published_by, \
     posts.current_revision, posts.since, posts.slug";

/// A question to the change list.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChangeQuery<'a> {
    pub(super) visibility: Visibility,
    pub(super) filter: &'a Filter,
    pub(super) sort: Sort,
    pub(super) request: &'a PageRequest,
}

impl ChangeQuery<'_> {
    /// Returns the text that reads the lines of a page.
    pub(super) fn lines(&self) -> String {
        self.text("SELECT '{}'::bigint[] AS posts")
    }

    /// Returns the text that also counts the posts of each state.
    pub(super) fn lines_and_counts(&self) -> String {
        let counts = State::ALL.map(|state| {
            if self.filter.words.is_some() {
                format!("(SELECT count(*) FROM found WHERE state = '{}')", state.as_str())
            } else if self.filter.may_have(state) {
                // Which ones are counted does not matter.
                let posts =
                    self.of_state(state, "", &self.ranged(), "posts.since", COUNTED as i64 + 1);
                format!("(SELECT count(*) FROM ({posts}) few)")
            } else {
                "0".to_owned()
            }
        });
        self.text(&format!("SELECT ARRAY[{}]::bigint[] AS posts", counts.join(", ")))
    }

    /// Returns the whole text. An empty page is one row without a line.
    fn text(&self, counting: &str) -> String {
        let Self { request, .. } = self;
        let (merged, limit) = (self.order("p"), request.limit());
        let page = if self.is_found_first() {
            let found = self.found();
            let beyond = self.beyond_in_found();
            format!(
                "found AS MATERIALIZED ({found}), page AS MATERIALIZED (
                     SELECT * FROM found p WHERE {beyond} ORDER BY {merged} LIMIT {limit})"
            )
        } else {
            let beginnings = self.beginnings();
            format!(
                "page AS MATERIALIZED (
                     SELECT p.* FROM ({beginnings}) p ORDER BY {merged} LIMIT {limit})"
            )
        };
        let key = if self.is_found_first() { ", p.key" } else { "" };
        let last = self.order("l");
        format!(
            "WITH {page}, counted AS ({counting})
             SELECT {{columns}} FROM counted LEFT JOIN (
                 SELECT p.id, p.state, btrim(r.title) AS title, p.slug, p.since,
                     p.current_revision, p.author_id,
                     author.username AS author_username, author.display_name AS author_name,
                     p.published_by, publisher.username AS publisher_username,
                     publisher.display_name AS publisher_name{key}
                 FROM page p
                 JOIN users author ON author.id = p.author_id
                 JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
                 LEFT JOIN users publisher ON publisher.id = p.published_by
             ) l ON true
             ORDER BY {last}"
        )
    }

    /// Returns whether the posts are found first, and then sorted.
    fn is_found_first(&self) -> bool {
        self.filter.words.is_some() || self.filter.bounds(self.sort)
    }

    /// Returns the select of the posts that are sorted afterwards, each with the
    /// key that it is sorted by.
    fn found(&self) -> String {
        let (ranged, most) = (self.ranged(), COUNTED as i64 + 1);
        let posts = if self.filter.words.is_some() {
            let state = self.filter.state;
            let state = state.map(|state| format!(" AND posts.state = '{}'", state.as_str()));
            let state = state.unwrap_or_default();
            format!(
                "SELECT {POST} FROM post_documents d JOIN posts ON posts.id = d.post_id
                 WHERE d.document @@ $10::tsquery AND {ranged}{state}
                 ORDER BY d.post_id DESC LIMIT {most}"
            )
        } else {
            let order = "posts.since DESC, posts.id DESC";
            let parts = self.of_each(|state| self.of_state(state, POST, &ranged, order, most));
            format!("SELECT * FROM ({parts}) posts ORDER BY {order} LIMIT {most}")
        };
        let (key, joined) = self.key();
        format!("SELECT c.*, {key} AS key FROM ({posts}) c {joined}")
    }

    /// Returns what a post `c` is sorted by after it is found, and the join that
    /// has it.
    fn key(&self) -> (String, &'static str) {
        let (key, joined) = match self.sort {
            Sort::Since | Sort::Number => ("0", ""),
            Sort::State => return (rank("c"), ""),
            Sort::Author => ("lower(who.display_name)", "JOIN users who ON who.id = c.author_id"),
            Sort::Publisher => (
                "coalesce(lower(who.display_name), '')",
                "LEFT JOIN users who ON who.id = c.published_by",
            ),
            Sort::Title => (
                "lower(btrim(what.title))",
                "JOIN revisions what ON what.post_id = c.id AND what.number = c.current_revision",
            ),
        };
        (key.to_owned(), joined)
    }

    /// Returns the condition that a found post comes after the place.
    fn beyond_in_found(&self) -> String {
        let sign = self.request.reads().sign();
        match (self.sort, self.request.direction) {
            (Sort::Since, _) => format!("(p.since, p.id) {sign} ($8, $9)"),
            (Sort::Number, _) => format!("p.id {sign} $9"),
            (_, Direction::First) => "true".to_owned(),
            (_, Direction::After(_) | Direction::Before(_)) => {
                let (key, joined) = self.key();
                format!(
                    "(p.key, p.since, p.id) {sign}
                         ((SELECT {key} FROM posts c {joined} WHERE c.id = $9), $8, $9)"
                )
            }
        }
    }

    /// Returns the selects of the beginning of each state. Their order keeps the
    /// planner on the index, whatever it believes about how many posts there are
    /// of a state.
    fn beginnings(&self) -> String {
        // The far end of the filter by time; the near one is where reading begins.
        let far_end = match (self.request.reads(), self.filter.from, self.filter.until) {
            (Order::Descending, Some(_), _) => " AND posts.since >= $4",
            (Order::Ascending, _, Some(_)) => " AND posts.since < $5",
            _ => "",
        };
        let (since, id) = ("posts.since".to_owned(), "posts.id".to_owned());
        let order = match self.sort {
            Sort::Number => self.directed(&[id]),
            Sort::Since | Sort::State | Sort::Author | Sort::Publisher | Sort::Title => {
                self.directed(&[since, id])
            }
        };
        let beginning = |state: State| {
            let beyond = self.beyond(state);
            let conditions = format!("{} AND {beyond}{far_end}", self.conditions());
            self.of_state(state, POST, &conditions, &order, self.request.limit())
        };
        self.of_each(beginning)
    }

    /// Returns the condition that a post of a state comes after the place, in a
    /// form that leads an index there.
    fn beyond(&self, state: State) -> String {
        let sign = self.request.reads().sign();
        match self.sort {
            Sort::Number => format!("posts.id {sign} $9"),
            Sort::State => {
                // A state that comes later is read from its beginning, an earlier one not at all.
                let number = state as usize + 1;
                let (at, id, never) = match self.request.reads() {
                    Order::Descending => ("$5", i64::MIN, "-infinity"),
                    Order::Ascending => ("$4 - interval '1 microsecond'", i64::MAX, "infinity"),
                };
                let place = format!("(SELECT {} FROM posts c WHERE c.id = $9)", rank("c"));
                format!(
                    "(posts.since, posts.id) {sign} (
                         CASE WHEN {number} {sign} {place} THEN {at}
                              WHEN {number} <> {place} THEN '{never}'::timestamptz ELSE $8 END,
                         CASE WHEN {number} <> {place} THEN '{id}'::bigint ELSE $9 END)"
                )
            }
            Sort::Since | Sort::Author | Sort::Publisher | Sort::Title => {
                format!("(posts.since, posts.id) {sign} ($8, $9)")
            }
        }
    }

    /// Returns one select of each state that the list is merged from.
    fn of_each(&self, select: impl Fn(State) -> String) -> String {
        let Filter { state: wanted, .. } = *self.filter;
        let is_wanted = |state: &State| {
            wanted.is_none_or(|wanted| wanted == *state) && self.filter.may_have(*state)
        };
        let states = State::ALL.into_iter().filter(is_wanted);
        // An empty UNION is invalid SQL.
        let none = wanted.filter(|wanted| !self.filter.may_have(*wanted));
        let parts: Vec<String> = states.chain(none).map(select).collect();
        parts.join(" UNION ALL ")
    }

    /// Returns the select of at most so many posts of a state. In some states the
    /// reader sees their own posts alone. An index leads to these, so the list does not
    /// walk through the posts of other people.
    fn of_state(
        &self,
        state: State,
        columns: &str,
        conditions: &str,
        order: &str,
        limit: i64,
    ) -> String {
        let own =
            if self.visibility.sees_only_own(state) { "posts.author_id = $1 AND " } else { "" };
        format!(
            "(SELECT {columns} FROM posts WHERE posts.state = '{}' AND {own}{conditions}
              ORDER BY {order} LIMIT {limit})",
            state.as_str()
        )
    }

    /// Returns the conditions that have nothing to do with time.
    fn conditions(&self) -> String {
        let mut text = "post_is_visible(posts.state, posts.author_id, $1, $2, $3)".to_owned();
        if self.filter.author.is_some() {
            text += " AND posts.author_id = $6";
        }
        if self.filter.reviewer.is_some() {
            text += " AND posts.published_by = $7";
        }
        text
    }

    /// Returns every condition of the filter but the state and the words.
    fn ranged(&self) -> String {
        let mut text = self.conditions();
        if self.filter.from.is_some() {
            text += " AND posts.since >= $4";
        }
        if self.filter.until.is_some() {
            text += " AND posts.since < $5";
        }
        text
    }

    /// Returns the order of the whole list, of the rows of this name.
    fn order(&self, rows: &str) -> String {
        let (since, id) = (format!("{rows}.since"), format!("{rows}.id"));
        match self.sort {
            Sort::Since => self.directed(&[since, id]),
            Sort::Number => self.directed(&[id]),
            Sort::State => self.directed(&[rank(rows), since, id]),
            Sort::Author | Sort::Publisher | Sort::Title => {
                self.directed(&[format!("{rows}.key"), since, id])
            }
        }
    }

    /// Returns columns, all in the direction in which the list is read.
    fn directed(&self, columns: &[String]) -> String {
        let way = self.request.reads().way();
        let columns: Vec<String> = columns.iter().map(|name| format!("{name} {way}")).collect();
        columns.join(", ")
    }
}

/// Returns the number of a state in the order of a post's life, as SQL.
fn rank(rows: &str) -> String {
    let states = State::ALL.map(|state| format!("'{}'", state.as_str())).join(", ");
    format!("array_position(ARRAY[{states}], {rows}.state)")
}
