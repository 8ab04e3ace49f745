//! The change list of posts: filters, search, orders, pages, and what is done
//! with the posts that are chosen there.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use jiff::Timestamp;

use crate::admin::bulk::choice;
use crate::admin::bulk_work::{self, BULK};
use crate::admin::frame::enter;
use crate::admin::post_filters::{Chip, PostFilters};
use crate::admin::posts_file::FILE;
use crate::domain::{FieldError, Permission, State, Username};
use crate::http::paging::{cursor, direction};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::bulk::BulkId;
use crate::store::paging::{Direction, Order, PageRequest};
use crate::store::posts::{self, COUNTED, ChangeLine, Names, Sort};
use crate::store::visibility::Visibility;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/posts", web::get().to(list));
}

/// Where the list is.
pub(super) const LIST: &str = "/admin/posts";

/// How many posts a page of the list has.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/posts.html")]
struct PostsPage {
    layout: Layout,
    question: PostFilters,
    lines: Vec<ChangeLine>,
    count: Option<usize>,
    names: Names,
    is_first: bool,
    /// Whether every box of the page is ticked.
    is_ticked: bool,
    previous: Option<String>,
    next: Option<String>,
}

/// A column that the list can be sorted by.
struct Column {
    name: &'static str,
    /// How it is sorted now, as `aria-sort` has it.
    sorted: Option<&'static str>,
    /// The same, as a sign.
    sign: &'static str,
    /// Where it is sorted by this column, or the other way round.
    address: Option<String>,
}

impl PostsPage {
    fn tabs(&self) -> Vec<(&'static str, String, bool)> {
        let states = [None].into_iter().chain(State::ALL.map(Some));
        states
            .map(|state| {
                let address = self.question.with(|question| question.state = state);
                let label = state.map_or("All", State::label);
                (label, address.address(LIST, &[]), self.question.state == state)
            })
            .collect()
    }

    fn column(&self, name: &'static str, sort: Sort) -> Column {
        let is_sorted = self.question.sort == sort;
        let sorted = is_sorted.then_some(match self.question.order {
            Order::NewestFirst => "descending",
            Order::OldestFirst => "ascending",
        });
        let sign = match sorted {
            Some("descending") => "▼",
            Some(_) => "▲",
            None => "",
        };
        let order = if is_sorted { self.question.order.reversed() } else { Order::NewestFirst };
        // A filter by time goes by the index that is in the order of time.
        let is_offered = sort == Sort::Since || !self.question.is_about_time();
        let other = self.question.with(|question| (question.sort, question.order) = (sort, order));
        Column { name, sorted, sign, address: is_offered.then(|| other.address(LIST, &[])) }
    }

    fn columns(&self) -> [Column; 2] {
        [self.column("Number", Sort::Number), self.column("Since", Sort::Since)]
    }

    fn chips(&self) -> Vec<Chip> {
        self.question.chips()
    }

    /// Returns the address of a chip's question.
    fn without(&self, chip: &Chip) -> String {
        chip.without.address(LIST, &[])
    }

    /// Returns the fields that the filter's form does not show, and keeps. The
    /// order by number is not among them: the form may filter by time.
    fn kept(&self) -> Vec<(&'static str, String)> {
        let mut fields = self.question.fields();
        let is_kept =
            |name| name == "state" || (name == "sort" && self.question.sort == Sort::Since);
        fields.retain(|(name, _)| is_kept(*name));
        fields
    }

    fn choice(&self, line: &ChangeLine) -> String {
        choice(&line.id, &line.revision)
    }

    fn typed(&self, name: &str) -> String {
        let fields = self.question.fields();
        let field = fields.into_iter().find(|(field, _)| *field == name);
        field.map(|(_, value)| value).unwrap_or_default()
    }

    fn has_filters(&self) -> bool {
        self.question.state.is_some() || !self.chips().is_empty()
    }

    /// Returns how many posts there are, as far as they are counted.
    fn counted(&self) -> Option<String> {
        self.count.map(|count| match count {
            0 => "No posts".to_owned(),
            1 => "1 post".to_owned(),
            count if count > COUNTED => "1,000+ posts".to_owned(),
            count => format!("{count} posts"),
        })
    }

    /// Returns whether there are more posts with the words than are listed.
    fn is_cut_off(&self) -> bool {
        self.question.words.is_some() && self.count.is_some_and(|count| count > COUNTED)
    }

    fn how_sorted(&self) -> &'static str {
        match (self.question.sort, self.question.order) {
            (Sort::Since, Order::NewestFirst) => "What changed its state last comes first",
            (Sort::Since, Order::OldestFirst) => "What has been in its state longest comes first",
            (Sort::Number, Order::NewestFirst) => "What was begun last comes first",
            (Sort::Number, Order::OldestFirst) => "What was begun first comes first",
        }
    }

    /// Returns the names in the filter that nobody has.
    fn nobodies(&self) -> Vec<&Username> {
        let author = self.question.author.as_ref().filter(|_| self.names.author.is_none());
        let reviewer = self.question.reviewer.as_ref().filter(|_| self.names.reviewer.is_none());
        author.into_iter().chain(reviewer).collect()
    }

    fn first_page(&self) -> String {
        self.question.address(LIST, &[])
    }

    /// Returns where all boxes are ticked.
    fn ticked(&self) -> String {
        self.question.address(LIST, &[("select", "page")])
    }

    /// Returns where everything that the filter matches is archived, if any of
    /// it can be.
    fn everything(&self) -> Option<String> {
        let is_there = self.lines.iter().any(|line| line.state == State::Published);
        let published = self.question.with(|question| question.state = Some(State::Published));
        is_there.then(|| published.address(BULK, &[("everything", "yes")]))
    }

    /// Returns where the list is had as a file.
    fn file(&self) -> String {
        self.question.address(FILE, &[])
    }

    fn unfinished(&self) -> Option<String> {
        self.names.unfinished.map(|id| bulk_work::address(BulkId(id)))
    }
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let question = PostFilters::parse(&mut query)?;
            let stretch = direction(&mut query, "after", "before")?;
            let is_ticked = match query.take("select")?.as_deref() {
                None => false,
                Some("page") => true,
                Some(_) => return Err(FieldError::new("select", "Select the page.").into()),
            };
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (person, layout) = enter(conn, request, "Posts", Permission::ViewAudit)?;
            let named = (question.author.as_ref(), question.reviewer.as_ref());
            let names = posts::names(conn, named.0, named.1, person.id).map_err(read_error)?;
            let filter = question.filter(Timestamp::now(), &names);
            let slice = PageRequest { order: question.order, stretch, size: PER_PAGE };
            let found =
                posts::change_list(conn, Visibility::of(&person), &filter, question.sort, &slice)
                    .map_err(read_error)?;
            let at = |name, place| question.address(LIST, &[(name, &cursor(place))]);
            let page = PostsPage {
                layout,
                count: found.count,
                names,
                is_first: stretch == Direction::First,
                is_ticked,
                previous: found.page.previous.map(|place| at("before", place)),
                next: found.page.next.map(|place| at("after", place)),
                lines: found.page.lines,
                question,
            };
            Ok(Reply::ok(&page))
        })
        .await
}
