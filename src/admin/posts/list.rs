//! The list of posts, with filters, search, sort and pages.

use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::csv::{self, Column, Export, ReadPage};
use crate::admin::layout::authorized_layout;
use crate::admin::posts::filters::PostFilters;
use crate::admin::posts::list_page::PostsPage;
use crate::admin::posts::list_request::ListRequest;
use crate::admin::posts::paths::LIST;
use crate::domain::Permission;
use crate::http::pager::BY_POSITION;
use crate::http::{Reply, Request};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::store::paging::{Order, Page, PageRequest};
use crate::store::posts::{self, ChangeLine, Filter, Sort};
use crate::store::visibility::Visibility;

/// The number of posts on one page.
const PER_PAGE: usize = 50;

pub(super) fn list(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let asked = ListRequest::take(request.query_fields()?)?;
    reply(&mut *store.checkout()?, request, asked)
}

/// Returns the list that is asked for. The list shows the errors of its address, and
/// then has no posts.
pub(super) fn reply(
    conn: &mut PgConnection,
    request: &Request,
    asked: ListRequest,
) -> Result<Reply, Refusal> {
    let (person, mut layout) = authorized_layout(conn, request, "Posts", Permission::ViewAudit)?;
    let filters = &asked.filters;
    let (author, reviewer) = (filters.author.as_ref(), filters.reviewer.as_ref());
    let names = posts::names(conn, author, reviewer, person.id)?;
    let mistakes = asked.mistakes();
    let found = if asked.can_be_read() {
        let filter = filters.filter(Timestamp::now(), &names);
        let (visibility, sort) = (Visibility::of(&person), filters.sort);
        let slice =
            PageRequest { order: filters.order, direction: asked.direction, size: PER_PAGE };
        let found = posts::counted_change_list(conn, visibility, &filter, sort, &slice);
        Some(found?)
    } else {
        None
    };
    layout.has_errors = mistakes.is_err();
    let count = found.as_ref().map(|found| found.count);
    let by_state = found.as_ref().map_or_else(Default::default, |found| found.by_state);
    let page = found.map_or(Page { lines: Vec::new(), previous: None, next: None }, |it| it.page);
    let address = |name: &str, value: &str| asked.filters.form.address_with(LIST, name, value);
    let pager = BY_POSITION.pager(&page, asked.direction, address);
    let page = PostsPage { layout, count, by_state, names, pager, lines: page.lines, asked };
    Ok(Reply::checked(&page, mistakes))
}

pub(super) struct PostsFile {
    visibility: Visibility,
    filter: Filter,
    sort: Sort,
    order: Order,
}

impl Export for PostsFile {
    type Line = ChangeLine;
    const NAME: &'static str = "posts.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const COLUMNS: &'static [Column<Self>] = &[
        ("id", |_, line| line.id.to_string()),
        ("state", |_, line| line.state.as_str().to_owned()),
        ("title", |_, line| line.title.as_str().to_owned()),
        ("author", |_, line| line.author.name.clone()),
        ("published_by", |_, line| csv::or_empty(line.publisher.as_ref().map(|by| &by.name))),
        ("since", |_, line| csv::time(line.since)),
        ("revision", |_, line| line.revision.to_string()),
        ("author_username", |_, line| line.author.username.clone()),
        ("published_by_username", |_, line| {
            csv::or_empty(line.publisher.as_ref().map(|by| &by.username))
        }),
    ];

    fn asked(
        request: &Request,
        conn: &mut PgConnection,
        began_at: Timestamp,
    ) -> Result<Self, Refusal> {
        let filters =
            request.query_fields()?.read(|query| Ok(PostFilters::take(query)?.checked()?))?;
        let person = request.load_viewer(conn)?;
        let (author, reviewer) = (filters.author.as_ref(), filters.reviewer.as_ref());
        let names = posts::names(conn, author, reviewer, person.id)?;
        Ok(Self {
            visibility: Visibility::of(&person),
            // "Waiting longer than" counts from one moment in every part of the file.
            filter: filters.filter(began_at, &names),
            sort: filters.sort,
            order: filters.order,
        })
    }

    fn order(&self) -> Order {
        self.order
    }

    fn page(&self, conn: &mut PgConnection, slice: &PageRequest) -> ReadPage<Self> {
        posts::change_list(conn, self.visibility, &self.filter, self.sort, slice)
    }
}
