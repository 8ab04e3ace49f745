//! The change list of posts.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use super::frame::enter;
use crate::domain::{FieldError, Permission, PostId, State};
use crate::refusal::unreadable;
use crate::store::posts::{self, PostLine};
use crate::store::visibility::Sight;
use crate::web::layout::filters;
use crate::web::{Answer, Layout, Shared, Visit};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/posts", web::get().to(list));
}

/// How many posts a page of the list has.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/posts.html")]
struct PostsPage {
    layout: Layout,
    posts: Vec<PostLine>,
    state: Option<State>,
    older: Option<PostId>,
}

impl PostsPage {
    fn tabs(&self) -> Vec<(&'static str, String, bool)> {
        let mut tabs = vec![("All", "/admin/posts".to_owned(), self.state.is_none())];
        tabs.extend(State::ALL.into_iter().map(|state| {
            let address = format!("/admin/posts?state={}", state.as_str());
            (state.label(), address, self.state == Some(state))
        }));
        tabs
    }

    fn older_address(&self) -> Option<String> {
        let state = self.state.map(|state| format!("state={}&", state.as_str()));
        let state = state.unwrap_or_default();
        self.older.map(|before| format!("/admin/posts?{state}before={before}"))
    }
}

async fn list(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |store, visit| {
            let mut query = visit.query_fields()?;
            let state = query.take("state")?.map(|state| state.parse()).transpose();
            let state = state.map_err(|error: crate::domain::UnknownState| {
                FieldError::new("state", error.to_string())
            })?;
            let before = query.take("before")?.map(|before| before.parse().map(PostId));
            let before = before
                .transpose()
                .map_err(|_| FieldError::new("before", "Use the link of a page to go on."))?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (person, layout) = enter(conn, visit, "Posts", Permission::ViewAudit)?;
            let sight = Sight::of(&person);
            let mut found =
                posts::all(conn, sight, state, before, PER_PAGE as i64 + 1).map_err(unreadable)?;
            let has_older = found.len() > PER_PAGE;
            found.truncate(PER_PAGE);
            let page = PostsPage {
                layout,
                state,
                older: found.last().filter(|_| has_older).map(|line| line.id),
                posts: found,
            };
            Ok(Answer::ok(&page))
        })
        .await
}
