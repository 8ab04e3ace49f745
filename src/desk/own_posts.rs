//! The list of a person's own posts in one state.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::domain::{FieldError, PostId, State, UnknownName};
use crate::http::paging::take_before;
use crate::http::{Context, Form, Layout, PageAddress, Reply, Request};
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::posts::{self, OwnLine};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/desk/posts", web::get().to(show));
}

/// How many posts a page of the list has.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "desk/own.html")]
struct OwnPostsPage {
    layout: Layout,
    state: State,
    lines: Vec<OwnLine>,
    older: Option<PageAddress>,
}

impl OwnPostsPage {
    /// Returns the tabs: their labels, addresses, and which is this one.
    fn tabs(&self) -> impl Iterator<Item = (&'static str, PageAddress, bool)> + '_ {
        let tab = |state: State| (state.label(), address(state), state == self.state);
        State::ALL.into_iter().map(tab)
    }
}

/// Returns the address of the list.
pub(super) fn address(state: State) -> PageAddress {
    PageAddress::of("/desk/posts").with("state", state.as_str())
}

/// Lists the person's own posts in one state, newest first, in pages.
async fn show(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let (state, before) = request.query_fields()?.read(query)?;
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            let wanted = [(state, PER_PAGE + 1)];
            let mut lines =
                posts::written_by(conn, person.id, &wanted, before).map_err(read_error)?;
            let has_older = lines.len() > PER_PAGE;
            lines.truncate(PER_PAGE);
            let last = lines.last().filter(|_| has_older);
            let older = last.map(|line| address(state).with("before", line.id));
            let layout = Layout::new(request, "My posts", Some(&person));
            Ok(Reply::ok(&OwnPostsPage { layout, state, lines, older }))
        })
        .await
}

/// Takes the state, and the post that the page comes after, out of the query.
fn query(query: &mut Form) -> Result<(State, Option<PostId>), Refusal> {
    let state = query.take("state")?.map(|state| state.parse::<State>()).transpose();
    let state = state.map_err(|error: UnknownName| FieldError::new("state", error.to_string()))?;
    let before = take_before(query)?.map(PostId);
    Ok((state.unwrap_or(State::Draft), before))
}
