//! The list of posts, with filters, search, sort and pages.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use jiff::Timestamp;

use crate::admin::layout::authorized_layout;
use crate::admin::pager::{BY_POSITION, Pager};
use crate::admin::posts::filters::{ActiveFilter, PostFilters};
use crate::admin::posts::paths::{BULK_ARCHIVE, FILE, LIST, bulk_archive, selected};
use crate::domain::{FieldError, Permission, State, Username};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::bulk::BulkId;
use crate::store::paging::{Order, PageRequest};
use crate::store::posts::{self, COUNTED, ChangeLine, Names, Sort};
use crate::store::visibility::Visibility;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/posts", web::get().to(list));
}

/// The number of posts on one page.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/posts.html")]
struct PostsPage {
    layout: Layout,
    filters: PostFilters,
    lines: Vec<ChangeLine>,
    count: Option<usize>,
    names: Names,
    /// Whether every box of the page is ticked.
    is_ticked: bool,
    pager: Pager,
}

/// A column that the list can be sorted by.
struct SortableColumn {
    name: &'static str,
    /// The value of `aria-sort`.
    sorted: Option<&'static str>,
    /// The same, as a sign.
    sign: &'static str,
    /// The list sorted by this column, or the other way round.
    address: Option<String>,
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let filters = PostFilters::take(&mut query)?;
            let direction = BY_POSITION.take(&mut query)?;
            let is_ticked = match query.take("select")?.as_deref() {
                None => false,
                Some("page") => true,
                Some(_) => return Err(FieldError::new("select", "Invalid selection.").into()),
            };
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (person, layout) =
                authorized_layout(conn, request, "Posts", Permission::ViewAudit)?;
            let (author, reviewer) = (filters.author.as_ref(), filters.reviewer.as_ref());
            let names = posts::names(conn, author, reviewer, person.id).map_err(read_error)?;
            let filter = filters.filter(Timestamp::now(), &names);
            let slice = PageRequest { order: filters.order, stretch: direction, size: PER_PAGE };
            let found =
                posts::change_list(conn, Visibility::of(&person), &filter, filters.sort, &slice)
                    .map_err(read_error)?;
            let address = |name: &str, value: &str| filters.form.address_with(LIST, name, value);
            let page = PostsPage {
                layout,
                count: found.count,
                names,
                is_ticked,
                pager: BY_POSITION.pager(&found.page, direction, address),
                lines: found.page.lines,
                filters,
            };
            Ok(Reply::ok(&page))
        })
        .await
}

impl PostsPage {
    /// Returns the label and the address of each tab, and whether it is this one.
    fn tabs(&self) -> Vec<(&'static str, String, bool)> {
        let states = [None].into_iter().chain(State::ALL.map(Some));
        let tab = |state: Option<State>| {
            let form = self.filters.form.with("state", state.map_or("", State::as_str));
            (state.map_or("All", State::label), form.address(LIST), self.filters.state == state)
        };
        states.map(tab).collect()
    }

    fn columns(&self) -> [SortableColumn; 2] {
        [self.column("ID", Sort::Number), self.column("Status since", Sort::Since)]
    }

    fn column(&self, name: &'static str, sort: Sort) -> SortableColumn {
        let is_sorted = self.filters.sort == sort;
        let (sorted, sign) = match self.filters.order {
            _ if !is_sorted => (None, ""),
            Order::NewestFirst => (Some("descending"), "▼"),
            Order::OldestFirst => (Some("ascending"), "▲"),
        };
        let order = if is_sorted { self.filters.order.reversed() } else { Order::NewestFirst };
        // The index that serves a filter by time is in the order of time.
        let is_offered = sort == Sort::Since || !self.filters.is_about_time();
        let address = is_offered.then(|| self.filters.sorted_address(LIST, sort, order));
        SortableColumn { name, sorted, sign, address }
    }

    fn active_filters(&self) -> Vec<ActiveFilter> {
        self.filters.active(LIST)
    }

    /// Returns the fields that the filter form carries without showing them.
    /// The order by number is left out: the form may filter by time.
    fn hidden_fields(&self) -> Vec<(&str, &str)> {
        let is_kept =
            |name| name == "state" || (name == "sort" && self.filters.sort == Sort::Since);
        self.filters.form.filled().filter(|(name, _)| is_kept(*name)).collect()
    }

    fn selected(&self, line: &ChangeLine) -> String {
        selected(line.id, line.revision)
    }

    fn zone(&self) -> &str {
        self.filters.form.zone()
    }

    fn typed(&self, name: &str) -> &str {
        self.filters.form.value(name)
    }

    fn is_filtered(&self) -> bool {
        self.filters.state.is_some() || !self.active_filters().is_empty()
    }

    /// Returns the number of posts, as far as they are counted.
    fn counted(&self) -> Option<String> {
        self.count.map(|count| match count {
            0 => "No posts".to_owned(),
            1 => "1 post".to_owned(),
            count if count > COUNTED => "1,000+ posts".to_owned(),
            count => format!("{count} posts"),
        })
    }

    /// Returns whether more posts have the words than the list shows.
    fn is_cut_off(&self) -> bool {
        self.filters.words.is_some() && self.count.is_some_and(|count| count > COUNTED)
    }

    fn order_in_words(&self) -> &'static str {
        match (self.filters.sort, self.filters.order) {
            (Sort::Since, Order::NewestFirst) => "Last status change first",
            (Sort::Since, Order::OldestFirst) => "Longest in its state first",
            (Sort::Number, Order::NewestFirst) => "Newest first",
            (Sort::Number, Order::OldestFirst) => "Oldest first",
        }
    }

    /// Returns the usernames in the filters that no account has.
    fn unknown_names(&self) -> Vec<&Username> {
        let author = self.filters.author.as_ref().filter(|_| self.names.author.is_none());
        let reviewer = self.filters.reviewer.as_ref().filter(|_| self.names.reviewer.is_none());
        author.into_iter().chain(reviewer).collect()
    }

    fn first_page(&self) -> String {
        self.filters.form.address(LIST)
    }

    /// Returns the address on which all boxes are ticked.
    fn ticked(&self) -> String {
        self.filters.form.address_with(LIST, "select", "page")
    }

    /// Returns the address on which every published post of the list is
    /// archived, if the page shows one.
    fn archive_everything(&self) -> Option<String> {
        let has_published = self.lines.iter().any(|line| line.state == State::Published);
        let published = self.filters.form.with("state", State::Published.as_str());
        has_published.then(|| published.address_with(BULK_ARCHIVE, "everything", "yes"))
    }

    fn file(&self) -> String {
        self.filters.form.address(FILE)
    }

    /// Returns the address of the viewer's bulk archive that is not finished.
    fn unfinished(&self) -> Option<String> {
        self.names.unfinished.map(|id| bulk_archive(BulkId(id)))
    }
}
