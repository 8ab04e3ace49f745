//! The desk: one's own posts, and what waits for one's review.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use super::layout::{filters, has_role};
use super::{Answer, Layout, Shared, Visit};
use crate::domain::{Person, Role, State};
use crate::refusal::unreadable;
use crate::store::posts::{self, PostLine};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/desk", web::get().to(desk));
}

/// How many posts each list of the desk shows.
const MOST: i64 = 200;

#[derive(Template)]
#[template(path = "desk/desk.html")]
struct DeskPage {
    layout: Layout,
    person: Person,
    own: Vec<PostLine>,
    queue: Vec<PostLine>,
}

impl DeskPage {
    fn writes(&self) -> bool {
        has_role(&self.person, Role::Author) || !self.own.is_empty()
    }

    fn may_create(&self) -> bool {
        has_role(&self.person, Role::Author)
    }

    fn reviews(&self) -> bool {
        has_role(&self.person, Role::Reviewer)
    }

    /// Returns one's own posts by state, the states that have any.
    fn own_by_state(&self) -> Vec<(State, Vec<&PostLine>)> {
        State::ALL
            .into_iter()
            .map(|state| (state, self.own.iter().filter(|line| line.state == state).collect()))
            .filter(|(_, lines): &(State, Vec<&PostLine>)| !lines.is_empty())
            .collect()
    }
}

async fn desk(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |store, visit| {
            let conn = &mut *store.checkout()?;
            let person = visit.viewer(conn)?;
            let own = posts::written_by(conn, person.id, MOST).map_err(unreadable)?;
            let queue = if has_role(&person, Role::Reviewer) {
                posts::awaiting_review(conn, person.id, MOST).map_err(unreadable)?
            } else {
                Vec::new()
            };
            let layout = visit.layout("Your desk", Some(&person));
            Ok(Answer::ok(&DeskPage { layout, person, own, queue }))
        })
        .await
}
