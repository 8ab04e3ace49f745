//! The list of a person's own posts: those in one state, or those found by their words.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::domain::{FieldError, PostId, State, UnknownName};
use crate::http::paging::take_before;
use crate::http::{Context, Form, Layout, PageAddress, Reply, Request};
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::posts::{self, OwnLine, Words};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/desk/posts", web::get().to(show));
}

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
    older: Option<PageAddress>,
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

/// Lists the person's own posts in one state, newest first, in pages; or those with
/// the words that are looked for.
async fn show(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let (asked, before) = request.query_fields()?.read(query)?;
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            let layout = Layout::new(request, "My posts", Some(&person));
            let most = PER_PAGE + 1;
            let mut page = OwnPostsPage {
                layout,
                state: None,
                typed: String::new(),
                problem: None,
                lines: Vec::new(),
                has_more: false,
                older: None,
            };
            match asked {
                Asked::State(state) => {
                    page.state = Some(state);
                    page.lines = posts::written_by(conn, person.id, state, before, most)
                        .map_err(read_error)?;
                }
                Asked::Words(words) => {
                    page.lines =
                        posts::own_with_words(conn, person.id, &words, most).map_err(read_error)?;
                    page.typed = words.as_str().to_owned();
                }
                Asked::Wrong(typed, error) => {
                    page.typed = typed;
                    page.problem = Some(error.message);
                    page.layout.has_errors = true;
                    return Ok(Reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page));
                }
            }
            page.has_more = page.lines.len() > PER_PAGE;
            page.lines.truncate(PER_PAGE);
            if let (Some(state), true, Some(last)) = (page.state, page.has_more, page.lines.last())
            {
                page.older = Some(address(state).with("before", last.id));
            }
            Ok(Reply::ok(&page))
        })
        .await
}

/// What to list.
enum Asked {
    State(State),
    Words(Words),
    /// Words that cannot be looked for, and why.
    Wrong(String, FieldError),
}

/// Takes out of the query what to list, and the post that the page comes after.
fn query(query: &mut Form) -> Result<(Asked, Option<PostId>), Refusal> {
    if let Some(typed) = query.take("q")? {
        let asked = match Words::parse(&typed) {
            Ok(Some(words)) => Asked::Words(words),
            Ok(None) => Asked::State(State::Draft),
            Err(error) => Asked::Wrong(typed, error),
        };
        return Ok((asked, None));
    }
    let state = query.take("state")?.map(|state| state.parse::<State>()).transpose();
    let state = state.map_err(|error: UnknownName| FieldError::new("state", error.to_string()))?;
    let before = take_before(query)?.map(PostId);
    Ok((Asked::State(state.unwrap_or(State::Draft)), before))
}
