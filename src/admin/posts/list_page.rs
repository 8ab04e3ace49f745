//! The page of the list of posts.

use askama::Template;
use jiff::Timestamp;

use crate::admin::posts::filters::{ActiveFilter, MAX_DAYS, PostFilters};
use crate::admin::posts::list_request::{ListRequest, Ticks};
use crate::admin::posts::paths::{BULK_ARCHIVE, FILE, LIST, bulk_archive, selected};
use crate::domain::{State, Username, grouped};
use crate::http::pager::Pager;
use crate::http::{Layout, PageAddress};
use crate::render::filters;
use crate::store::bulk::BulkId;
use crate::store::paging::Order;
use crate::store::posts::{COUNTED, ChangeLine, Names, Sort};

#[derive(Template)]
#[template(path = "admin/posts.html")]
pub(super) struct PostsPage {
    pub(super) layout: Layout,
    pub(super) asked: ListRequest,
    pub(super) lines: Vec<ChangeLine>,
    /// How many posts there are; unknown where the question has a mistake.
    pub(super) count: Option<usize>,
    pub(super) by_state: [Option<usize>; State::ALL.len()],
    pub(super) names: Names,
    pub(super) pager: Pager,
}

struct StateTab {
    label: &'static str,
    address: String,
    is_current: bool,
    count: Option<String>,
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

impl PostsPage {
    fn filters(&self) -> &PostFilters {
        &self.asked.filters
    }

    fn tabs(&self) -> Vec<StateTab> {
        let states = [None].into_iter().chain(State::ALL.map(Some));
        let tab = |state: Option<State>| {
            let form = self.filters().form.with("state", state.map_or("", State::as_str));
            let is_current = self.filters().state == state;
            StateTab {
                label: state.map_or("All", State::label),
                address: form.address(LIST),
                is_current,
                count: self.count_of(state).map(shown),
            }
        };
        states.map(tab).collect()
    }

    fn count_of(&self, state: Option<State>) -> Option<usize> {
        match state {
            Some(state) => self.by_state.get(state as usize).copied().flatten(),
            None if self.filters().state.is_none() => self.count,
            None => self.by_state.iter().copied().sum(),
        }
    }

    fn columns(&self) -> [SortableColumn; 6] {
        [
            self.column("Post", Sort::Title),
            self.column("State", Sort::State),
            self.column("Author", Sort::Author),
            self.column("Published by", Sort::Publisher),
            self.column("ID", Sort::Number),
            self.column("State since", Sort::Since),
        ]
    }

    fn column(&self, name: &'static str, sort: Sort) -> SortableColumn {
        let filters = self.filters();
        let is_sorted = filters.sort == sort;
        let (sorted, sign) = match filters.order {
            _ if !is_sorted => (None, ""),
            Order::Descending => (Some("descending"), "▼"),
            Order::Ascending => (Some("ascending"), "▲"),
        };
        let first = match sort {
            Sort::Since | Sort::Number => Order::Descending,
            Sort::State | Sort::Author | Sort::Publisher | Sort::Title => Order::Ascending,
        };
        let order = if is_sorted { filters.order.reversed() } else { first };
        let is_offered = self.is_offered(sort);
        let address = is_offered.then(|| filters.sorted_address(LIST, sort, order));
        SortableColumn { name, sorted, sign, address }
    }

    /// Returns whether the list can be sorted by this under its filters.
    fn is_offered(&self, sort: Sort) -> bool {
        match sort {
            // The index that serves a filter by time is in the order of time.
            Sort::Number if self.filters().is_about_time() => false,
            sort => !self.bounds(sort) || !self.is_long(),
        }
    }

    /// Returns whether only so many posts of this list can be sorted by this.
    fn bounds(&self, sort: Sort) -> bool {
        self.filters().filter(Timestamp::now(), &self.names).bounds(sort)
    }

    /// Returns whether there are more posts than can be sorted without an index.
    fn is_long(&self) -> bool {
        self.count.is_some_and(|count| count > COUNTED)
    }

    fn active_filters(&self) -> Vec<ActiveFilter> {
        self.filters().active(LIST)
    }

    fn has_more_filters(&self) -> bool {
        let names = ["author", "reviewer", "waiting", "from", "until"];
        names.iter().any(|name| !self.typed(name).is_empty())
    }

    /// Returns the fields that the filter form carries without showing them.
    /// The order by number is left out: the form may filter by time.
    fn hidden_fields(&self) -> Vec<(&str, &str)> {
        let keeps_sort = self.filters().sort != Sort::Number;
        let is_kept = |name| name == "state" || (name == "sort" && keeps_sort);
        self.filters().form.filled().filter(|(name, _)| is_kept(*name)).collect()
    }

    fn selected(&self, line: &ChangeLine) -> String {
        selected(line.id, line.revision)
    }

    fn is_ticked(&self, line: &ChangeLine) -> bool {
        match &self.asked.ticks {
            Ticks::Page => true,
            Ticks::These(ticked) => ticked.contains(&self.selected(line)),
        }
    }

    fn is_page_ticked(&self) -> bool {
        self.asked.ticks == Ticks::Page
    }

    fn zone(&self) -> &str {
        self.filters().form.zone()
    }

    fn typed(&self, name: &str) -> &str {
        self.filters().form.value(name)
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.filters().form.error(name)
    }

    fn is_filtered(&self) -> bool {
        self.filters().state.is_some() || !self.active_filters().is_empty()
    }

    /// Returns the number of posts, as far as they are counted.
    fn counted(&self) -> Option<String> {
        self.count.map(|count| match count {
            0 => "No posts".to_owned(),
            1 => "1 post".to_owned(),
            count => format!("{} posts", shown(count)),
        })
    }

    /// Returns whether more posts match than the list shows.
    fn is_cut_off(&self) -> bool {
        let is_bounded = self.filters().words.is_some() || self.bounds(self.filters().sort);
        is_bounded && self.is_long()
    }

    /// Returns the usernames in the filters that no account has.
    fn unknown_names(&self) -> Vec<&Username> {
        let filters = self.filters();
        let author = filters.author.as_ref().filter(|_| self.names.author.is_none());
        let reviewer = filters.reviewer.as_ref().filter(|_| self.names.reviewer.is_none());
        author.into_iter().chain(reviewer).collect()
    }

    fn first_page(&self) -> String {
        self.filters().form.address(LIST)
    }

    /// Returns the address of this page, to which forms lead back.
    fn here(&self) -> String {
        self.asked.address()
    }

    fn archive_address(&self, line: &ChangeLine) -> PageAddress {
        PageAddress::of(format!("{LIST}/{}/archive", line.id)).with("back", self.here())
    }

    /// Returns the address on which all boxes are ticked.
    fn ticked(&self) -> PageAddress {
        PageAddress::of(self.here()).with("select", "page")
    }

    /// Returns the address on which every published post of the list is
    /// archived, if the page shows one.
    fn archive_everything(&self) -> Option<PageAddress> {
        let has_published = self.lines.iter().any(|line| line.public_path().is_some());
        let published = self.filters().form.with("state", State::Published.as_str());
        let address = || PageAddress::of(published.address_with(BULK_ARCHIVE, "everything", "yes"));
        has_published.then(|| address().with("back", self.here()))
    }

    /// Returns the address of the list as a file. A list that is cut off to be
    /// sorted is whole there, in another order.
    fn file(&self) -> String {
        let form = &self.filters().form;
        if self.is_cut_off() { form.with("sort", "").address(FILE) } else { form.address(FILE) }
    }

    /// Returns the address of the viewer's bulk archive that is not finished.
    fn unfinished(&self) -> Option<String> {
        self.names.unfinished.map(|id| bulk_archive(BulkId(id)))
    }
}

/// Returns a number of posts, as far as they are counted.
fn shown(count: usize) -> String {
    if count > COUNTED { format!("{}+", grouped(COUNTED)) } else { count.to_string() }
}
