//! The filters and the order of the list of posts, as its address carries them.

use jiff::{SignedDuration, Timestamp};

use crate::admin::filter_form::FilterForm;
use crate::domain::{InvalidInput, State, UnknownName, UserId, Username, decimal};
use crate::http::Form;
use crate::refusal::Refusal;
use crate::store::paging::Order;
use crate::store::posts::{Filter, Names, Sort, Words};

/// The maximum number of days that a post can be asked to have waited.
pub(super) const MAX_DAYS: u16 = 3650;

/// An id that no person has.
const NO_PERSON: UserId = UserId(0);

/// The values of the field `sort`, and what the page calls them.
const SORTS: [(&str, Sort, Order, &str); 12] = [
    ("-since", Sort::Since, Order::Descending, "Last state change first"),
    ("since", Sort::Since, Order::Ascending, "Longest in its state first"),
    ("-number", Sort::Number, Order::Descending, "Newest first"),
    ("number", Sort::Number, Order::Ascending, "Oldest first"),
    ("state", Sort::State, Order::Ascending, "By state, drafts first"),
    ("-state", Sort::State, Order::Descending, "By state, archived first"),
    ("author", Sort::Author, Order::Ascending, "By author, A to Z"),
    ("-author", Sort::Author, Order::Descending, "By author, Z to A"),
    ("publisher", Sort::Publisher, Order::Ascending, "By publisher, A to Z"),
    ("-publisher", Sort::Publisher, Order::Descending, "By publisher, Z to A"),
    ("title", Sort::Title, Order::Ascending, "By title, A to Z"),
    ("-title", Sort::Title, Order::Descending, "By title, Z to A"),
];

const DEFAULT_SORT: &str = "-since";

/// The filters and the order of the list of posts.
#[derive(Debug)]
pub(super) struct PostFilters {
    /// The fields as text.
    pub(super) form: FilterForm,
    pub(super) words: Option<Words>,
    pub(super) state: Option<State>,
    pub(super) author: Option<Username>,
    /// The reviewer who published the post.
    pub(super) reviewer: Option<Username>,
    /// The post entered its state at this moment or later.
    from: Option<Timestamp>,
    /// The post entered its state before this moment.
    until: Option<Timestamp>,
    /// The post has been in its state for more than so many days.
    waiting_days: Option<u16>,
    pub(super) sort: Sort,
    pub(super) order: Order,
}

/// A filter that is on, and the address of the list without it.
pub(super) struct ActiveFilter {
    pub(super) label: String,
    pub(super) without: String,
}

impl PostFilters {
    /// Takes the filters out of a query. The form keeps what is wrong with them.
    pub(super) fn take(query: &mut Form) -> Result<Self, Refusal> {
        let names =
            ["q", "state", "author", "reviewer", "from", "until", "zone", "waiting", "sort"];
        let mut form = FilterForm::take(query, &names)?;
        let words = form.parse("q", |text| Words::parse(text).map_err(|error| error.message));
        let words = words.flatten();
        // The same filters have one address.
        form.set("q", words.as_ref().map_or("", Words::as_str));
        let state = form
            .parse("state", |text| text.parse().map_err(|error: UnknownName| error.to_string()));
        let (sort, order) = form.parse("sort", sort).unwrap_or((Sort::Since, Order::Descending));
        if form.value("sort") == DEFAULT_SORT {
            form.set("sort", "");
        }
        let (from, until) = form.parse_days("from", "until");
        let mut filters = Self {
            words,
            state,
            author: username(&mut form, "author"),
            reviewer: username(&mut form, "reviewer"),
            from,
            until,
            waiting_days: form.parse("waiting", days),
            sort,
            order,
            form,
        };
        filters.check_together();
        Ok(filters)
    }

    fn check_together(&mut self) {
        if self.from.zip(self.until).is_some_and(|(from, until)| until <= from) {
            self.form.reject("until", "“Until” must not be before “From”.");
        }
        if self.is_about_time() && self.sort == Sort::Number {
            self.form.reject("sort", "Date filters do not go with sorting by ID.");
        }
    }

    /// Returns the filters, if nothing is wrong with them.
    pub(super) fn checked(self) -> Result<Self, InvalidInput> {
        self.form.check()?;
        Ok(self)
    }

    /// Returns whether one of the filters is about time.
    pub(super) fn is_about_time(&self) -> bool {
        self.from.is_some() || self.until.is_some() || self.waiting_days.is_some()
    }

    /// Returns the filter of the query. An unknown username finds no
    /// posts.
    pub(super) fn filter(&self, now: Timestamp, names: &Names) -> Filter {
        let person = |name: &Option<Username>, id: Option<UserId>| {
            name.as_ref().map(|_| id.unwrap_or(NO_PERSON))
        };
        let waiting_since = self.waiting_days.and_then(|days| {
            now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok()
        });
        Filter {
            state: self.state,
            author: person(&self.author, names.author),
            reviewer: person(&self.reviewer, names.reviewer),
            from: self.from,
            until: [waiting_since, self.until].into_iter().flatten().min(),
            words: self.words.clone(),
        }
    }

    /// Returns the address of a path under these filters in another order.
    pub(super) fn sorted_address(&self, path: &str, sort: Sort, order: Order) -> String {
        let (name, _) = named(sort, order);
        let name = if name == DEFAULT_SORT { "" } else { name };
        self.form.with("sort", name).address(path)
    }

    pub(super) fn order_in_words(&self) -> &'static str {
        named(self.sort, self.order).1
    }

    /// Returns the filters that are on, except the state, which has its tabs.
    pub(super) fn active(&self, path: &str) -> Vec<ActiveFilter> {
        let label = |name, value: &str| match name {
            "q" => Some(format!("Text: {value}")),
            "author" => Some(format!("Author: {value}")),
            "reviewer" => Some(format!("Published by: {value}")),
            "from" => Some(format!("From {value} ({})", self.form.zone())),
            "until" => Some(format!("Until {value} ({})", self.form.zone())),
            "waiting" if self.waiting_days == Some(1) => {
                Some("In this state more than 1 day".to_owned())
            }
            "waiting" => Some(format!("In this state more than {value} days")),
            _ => None,
        };
        let active = self.form.filled().filter_map(|(name, value)| {
            let without = self.form.with(name, "").address(path);
            Some(ActiveFilter { label: label(name, value)?, without })
        });
        active.collect()
    }
}

/// Returns the value of the field, and what the page calls it.
fn named(sort: Sort, order: Order) -> (&'static str, &'static str) {
    let found = SORTS.iter().find(|(_, by, direction, _)| (*by, *direction) == (sort, order));
    found.map_or_else(Default::default, |(name, _, _, words)| (*name, *words))
}

fn sort(text: &str) -> Result<(Sort, Order), String> {
    let found = SORTS.iter().find(|(name, ..)| *name == text);
    let found = found.map(|(_, sort, order, _)| (*sort, *order));
    found.ok_or_else(|| {
        "Sort by since, number, state, author, publisher or title, or by -since and so on."
            .to_owned()
    })
}

fn username(form: &mut FilterForm, field: &'static str) -> Option<Username> {
    let name = form.parse(field, |text| Username::parse(text).map_err(|error| error.message))?;
    form.set(field, name.as_str());
    Some(name)
}

fn days(text: &str) -> Result<u16, String> {
    let days = decimal(text).filter(|days| (1..=MAX_DAYS).contains(days));
    days.ok_or_else(|| format!("Enter 1 to {MAX_DAYS} days."))
}
