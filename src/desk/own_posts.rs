//! The list of a person's own posts: those in one state, or those found by their words.

use askama::Template;

use crate::domain::{FieldError, State, UnknownName};
use crate::http::pager::Pager;
use crate::http::paging::{cursor, take_cursor};
use crate::http::{Form, Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::posts::{self, OwnLine, OwnStart, Words};

/// How many posts a page of the list has.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "desk/own.html")]
struct OwnPostsPage {
    layout: Layout,
    /// The state that is listed, unless words are looked for.
    state: Option<State>,
    /// The words that are looked for, as they were typed.
    typed: String,
    /// Why nothing can be looked for.
    problem: Option<String>,
    lines: Vec<OwnLine>,
    /// Whether more posts have the words than are shown.
    has_more: bool,
    pager: Pager,
}

impl OwnPostsPage {
    fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns the tabs: their labels, addresses, and which is this one.
    fn tabs(&self) -> impl Iterator<Item = (&'static str, PageAddress, bool)> + '_ {
        let tab = |state: State| (state.label(), address(state), Some(state) == self.state);
        State::ALL.into_iter().map(tab)
    }
}

/// Returns the address of the list.
pub(super) fn address(state: State) -> PageAddress {
    PageAddress::of("/desk/posts").with("state", state.as_str())
}

/// Lists the person's own posts in one state, what was saved last first, in pages; or
/// those with the words that are looked for.
pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let (asked, start) = request.query_fields()?.read(query)?;
    let mut connection = store.checkout()?;
    let conn = &mut *connection;
    let person = request.load_viewer(conn)?;
    let layout = Layout::new(request, "My posts", Some(&person));
    let mut page = OwnPostsPage {
        layout,
        state: None,
        typed: String::new(),
        problem: None,
        lines: Vec::new(),
        has_more: false,
        pager: Pager { previous: None, next: None, is_first: start == OwnStart::default() },
    };
    match asked {
        Asked::State(state) => {
            page.state = Some(state);
            let posts = posts::written_by(conn, person.id, state, start, PER_PAGE)?;
            page.lines = posts.lines;
            page.pager.next = posts.next.map(|next| page_from(state, next).to_string());
        }
        Asked::Words(words) => {
            page.lines = posts::own_with_words(conn, person.id, &words, PER_PAGE + 1)?;
            page.has_more = page.lines.len() > PER_PAGE;
            page.lines.truncate(PER_PAGE);
            page.typed = words.as_str().to_owned();
        }
        Asked::Wrong(typed, error) => {
            page.typed = typed;
            page.problem = Some(error.message.clone());
            page.layout.has_errors = true;
            return Ok(Reply::checked(&page, Err(error.into())));
        }
    }
    drop(connection);
    Ok(Reply::ok(&page))
}

fn page_from(state: State, start: OwnStart) -> PageAddress {
    let mut page = address(state);
    if let Some(last) = start.entered_before {
        page = page.with("entered_before", cursor(last));
    }
    match start.after {
        Some(last) => page.with("after", cursor(last)),
        None => page,
    }
}

enum Asked {
    State(State),
    Words(Words),
    /// Words that cannot be looked for, and why.
    Wrong(String, FieldError),
}

/// Takes out of the query what to list, and where the page begins.
fn query(query: &mut Form) -> Result<(Asked, OwnStart), Refusal> {
    if let Some(typed) = query.take("q")? {
        let asked = match Words::parse(&typed) {
            Ok(Some(words)) => Asked::Words(words),
            Ok(None) => Asked::State(State::Draft),
            Err(error) => Asked::Wrong(typed, error),
        };
        return Ok((asked, OwnStart::default()));
    }
    let state = query.take("state")?.map(|state| state.parse::<State>()).transpose();
    let state = state.map_err(|error: UnknownName| FieldError::new("state", error.to_string()))?;
    let entered_before = take_cursor(query, "entered_before")?;
    let start = OwnStart { entered_before, after: take_cursor(query, "after")? };
    Ok((Asked::State(state.unwrap_or(State::Draft)), start))
}
