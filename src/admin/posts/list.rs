//! The list of posts, with filters, search, sort and pages.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::layout::authorized_layout;
use crate::admin::pager::BY_POSITION;
use crate::admin::posts::asked_list::AskedList;
use crate::admin::posts::list_page::PostsPage;
use crate::admin::posts::paths::LIST;
use crate::domain::Permission;
use crate::http::{Context, Reply, Request};
use crate::refusal::{Refusal, read_error};
use crate::store::paging::{Page, PageRequest};
use crate::store::posts::{self, ChangeList};
use crate::store::visibility::Visibility;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/posts", web::get().to(list));
}

/// The number of posts on one page.
const PER_PAGE: usize = 50;

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let asked = AskedList::take(request.query_fields()?)?;
            reply(&mut *store.checkout()?, request, asked)
        })
        .await
}

/// Returns the list that is asked for. What is wrong with the question is shown in
/// the list itself, which then has no posts.
pub(super) fn reply(
    conn: &mut PgConnection,
    request: &Request,
    asked: AskedList,
) -> Result<Reply, Refusal> {
    let (person, mut layout) = authorized_layout(conn, request, "Posts", Permission::ViewAudit)?;
    let filters = &asked.filters;
    let (author, reviewer) = (filters.author.as_ref(), filters.reviewer.as_ref());
    let names = posts::names(conn, author, reviewer, person.id).map_err(read_error)?;
    let mistakes = asked.mistakes();
    let found = if asked.can_be_read() {
        let filter = filters.filter(Timestamp::now(), &names);
        let (visibility, sort) = (Visibility::of(&person), filters.sort);
        let slice = PageRequest { order: filters.order, stretch: asked.direction, size: PER_PAGE };
        let found = posts::counted_change_list(conn, visibility, &filter, sort, &slice);
        Some(found.map_err(read_error)?)
    } else {
        None
    };
    layout.has_errors = mistakes.is_err();
    let (count, by_state) = found.as_ref().map_or((None, Default::default()), counts);
    let page = found.map_or(Page { lines: Vec::new(), previous: None, next: None }, |it| it.page);
    let address = |name: &str, value: &str| asked.filters.form.address_with(LIST, name, value);
    let pager = BY_POSITION.pager(&page, asked.direction, address);
    let page = PostsPage { layout, count, by_state, names, pager, lines: page.lines, asked };
    Ok(match mistakes {
        Ok(()) => Reply::ok(&page),
        Err(input) => Reply::ok(&page).with_refusal(&input.into()),
    })
}

/// Returns the numbers of posts, of all and of each state.
fn counts(found: &ChangeList) -> (Option<usize>, [Option<usize>; 4]) {
    (Some(found.count), found.by_state)
}
