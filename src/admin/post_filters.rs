//! What somebody asks of the change list: the filters and the order, as they
//! stand in an address. The same question has one address, so it can be kept,
//! sent to a colleague, and gone back to.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{FieldError, State, UnknownName, UserId, Username};
use crate::http::Form;
use crate::refusal::Refusal;
use crate::store::paging::Order;
use crate::store::posts::{Filter, Names, Sort, Words};

/// The longest that one may ask for a post to have waited: ten years of days.
const LONGEST_WAIT: u16 = 3650;

/// An id that nobody has.
const NOBODY: UserId = UserId(0);

/// What is written otherwise in an address: all but what never has to be
/// (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The filters and the order of the change list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostFilters {
    /// Words that the text has.
    pub(super) words: Option<Words>,
    /// Where the posts stand.
    pub(super) state: Option<State>,
    /// Who writes them.
    pub(super) author: Option<Username>,
    /// Who has published them.
    pub(super) reviewer: Option<Username>,
    /// The first day, by UTC, on which they entered their state.
    pub(super) from: Option<Date>,
    /// The last.
    pub(super) until: Option<Date>,
    /// For more than how many days they have been in their state.
    pub(super) waiting: Option<u16>,
    /// By what they are sorted.
    pub(super) sort: Sort,
    /// And which end comes first.
    pub(super) order: Order,
}

impl Default for PostFilters {
    fn default() -> Self {
        Self {
            words: None,
            state: None,
            author: None,
            reviewer: None,
            from: None,
            until: None,
            waiting: None,
            sort: Sort::Since,
            order: Order::NewestFirst,
        }
    }
}

/// A filter that is on: what it says, and the question without it.
pub(super) struct Chip {
    pub(super) label: String,
    pub(super) without: PostFilters,
}

impl PostFilters {
    /// Takes the question out of an address. An empty field asks for nothing,
    /// because a form sends those too.
    ///
    /// # Errors
    ///
    /// The first field that does not parse.
    pub(super) fn parse(query: &mut Form) -> Result<Self, Refusal> {
        let words = Words::parse(&query.take("q")?.unwrap_or_default())?;
        let state = given(query, "state")?
            .map(|state| state.parse())
            .transpose()
            .map_err(|error: UnknownName| FieldError::new("state", error.to_string()))?;
        let (sort, order) = match given(query, "sort")?.as_deref() {
            None | Some("-since") => (Sort::Since, Order::NewestFirst),
            Some("since") => (Sort::Since, Order::OldestFirst),
            Some("-number") => (Sort::Number, Order::NewestFirst),
            Some("number") => (Sort::Number, Order::OldestFirst),
            Some(_) => {
                return Err(
                    FieldError::new("sort", "Sort by since, -since, number or -number.").into()
                );
            }
        };
        let question = Self {
            words,
            state,
            author: username(query, "author")?,
            reviewer: username(query, "reviewer")?,
            from: date(query, "from")?,
            until: date(query, "until")?,
            waiting: days(query, "waiting")?,
            sort,
            order,
        };
        if question.from.zip(question.until).is_some_and(|(from, until)| until < from) {
            return Err(
                FieldError::new("until", "Choose a day that is not before the first.").into()
            );
        }
        if question.is_about_time() && sort == Sort::Number {
            return Err(FieldError::new("sort", "Sort by time to filter by time.").into());
        }
        Ok(question)
    }

    /// Returns whether it filters by time.
    pub(super) fn is_about_time(&self) -> bool {
        self.from.is_some() || self.until.is_some() || self.waiting.is_some()
    }

    /// Returns the filter that the store takes, at a moment. Where nobody has
    /// a name, it is nobody's posts that are looked for.
    pub(super) fn filter(&self, now: Timestamp, names: &Names) -> Filter {
        let person = |name: &Option<Username>, id: Option<UserId>| {
            name.as_ref().map(|_| id.unwrap_or(NOBODY))
        };
        let waited = self.waiting.and_then(|days| {
            now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok()
        });
        let ended = self.until.and_then(|day| day.tomorrow().ok()).and_then(begins);
        Filter {
            state: self.state,
            author: person(&self.author, names.author),
            reviewer: person(&self.reviewer, names.reviewer),
            from: self.from.and_then(begins),
            until: [waited, ended].into_iter().flatten().min(),
            words: self.words.clone(),
        }
    }

    /// Returns the question with something else in it.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    /// Returns the fields that stand in its address, in their order.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let words = self.words.as_ref().map(|words| words.as_str().to_owned());
        let sort = match (self.sort, self.order) {
            (Sort::Since, Order::NewestFirst) => None,
            (Sort::Since, Order::OldestFirst) => Some("since".to_owned()),
            (Sort::Number, Order::NewestFirst) => Some("-number".to_owned()),
            (Sort::Number, Order::OldestFirst) => Some("number".to_owned()),
        };
        let fields = [
            ("q", words),
            ("state", self.state.map(|state| state.as_str().to_owned())),
            ("author", self.author.as_ref().map(ToString::to_string)),
            ("reviewer", self.reviewer.as_ref().map(ToString::to_string)),
            ("from", self.from.map(|day| day.to_string())),
            ("until", self.until.map(|day| day.to_string())),
            ("waiting", self.waiting.map(|days| days.to_string())),
            ("sort", sort),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Returns its address below a path, with more fields behind its own.
    pub(super) fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = self.fields();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<String> = own
            .chain(more.iter().copied())
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ESCAPED)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// Returns the filters that are on, except the state, which has its tabs.
    pub(super) fn chips(&self) -> Vec<Chip> {
        let mut chips = Vec::new();
        let mut add = |label: String, change: fn(&mut Self)| {
            chips.push(Chip { label, without: self.with(change) });
        };
        if let Some(words) = &self.words {
            add(format!("Words: {}", words.as_str()), |question| question.words = None);
        }
        if let Some(author) = &self.author {
            add(format!("Author: {author}"), |question| question.author = None);
        }
        if let Some(reviewer) = &self.reviewer {
            add(format!("Published by: {reviewer}"), |question| question.reviewer = None);
        }
        if let Some(from) = self.from {
            add(format!("From {from}"), |question| question.from = None);
        }
        if let Some(until) = self.until {
            add(format!("Until {until}"), |question| question.until = None);
        }
        if let Some(days) = self.waiting {
            let label = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
            add(format!("For longer than {label}"), |question| question.waiting = None);
        }
        chips
    }
}

/// Returns when a day begins, by UTC.
fn begins(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn given(query: &mut Form, name: &'static str) -> Result<Option<String>, FieldError> {
    let value = query.take(name)?.map(|value| value.trim().to_owned());
    Ok(value.filter(|value| !value.is_empty()))
}

fn username(query: &mut Form, field: &'static str) -> Result<Option<Username>, FieldError> {
    let name = given(query, field)?.map(|name| Username::parse(&name)).transpose();
    name.map_err(|error| FieldError::new(field, error.message))
}

fn date(query: &mut Form, field: &'static str) -> Result<Option<Date>, FieldError> {
    let day = given(query, field)?.map(|day| {
        let parsed = Date::strptime("%Y-%m-%d", &day).ok();
        parsed.filter(|day| (1970..=9998).contains(&day.year()))
    });
    match day {
        None => Ok(None),
        Some(Some(day)) => Ok(Some(day)),
        Some(None) => Err(FieldError::new(field, "Write a day as 2026-11-21.")),
    }
}

fn days(query: &mut Form, field: &'static str) -> Result<Option<u16>, FieldError> {
    let days = given(query, field)?
        .map(|days| days.parse::<u16>().ok().filter(|days| (1..=LONGEST_WAIT).contains(days)));
    match days {
        None => Ok(None),
        Some(Some(days)) => Ok(Some(days)),
        Some(None) => Err(FieldError::new(field, "Write a number of days from 1 to 3650.")),
    }
}
