//! Reads the filters of the list of refusals. `audit` applies them.

use std::str::FromStr;

use diesel::pg::PgConnection;

use crate::accounts::{self, AccountLine};
use crate::admin::filter_form::FilterForm;
use crate::audit::{RefusalFilter, catalogue};
use crate::domain::{FieldError, Interface, Layer, PostId, Username, decimal};
use crate::http::Form;
use crate::refusal::Refusal;

/// The fields that the page asks first, and those that it folds.
const FIRST: [&str; 3] = ["person", "action", "post"];
const FOLDED: [&str; 6] = ["layer", "rule", "interface", "since", "until", "zone"];

pub(super) struct RefusalFilters {
    /// The fields as text, and what is wrong with them.
    pub(super) form: FilterForm,
    pub(super) filter: RefusalFilter,
    pub(super) person: Option<AccountLine>,
}

/// Takes the filters out of a query.
pub(super) fn take(query: &mut Form) -> Result<FilterForm, FieldError> {
    let mut form = FilterForm::take(query, &[FIRST.as_slice(), &FOLDED].concat())?;
    let username = form.value("person").to_ascii_lowercase();
    form.set("person", &username);
    Ok(form)
}

impl RefusalFilters {
    /// Parses the filters and looks up the person that they name. The form keeps what
    /// is wrong with them.
    pub(super) fn parse(conn: &mut PgConnection, mut form: FilterForm) -> Result<Self, Refusal> {
        let person = match form.value("person") {
            "" => None,
            text => match Username::parse(text) {
                Ok(username) => accounts::find_any(conn, &username)?,
                Err(_) => None,
            },
        };
        if person.is_none() && !form.value("person").is_empty() {
            form.reject("person", "There is no account with this username.");
        }
        let post = form.parse("post", |text| {
            decimal(text).ok_or_else(|| "Enter the post ID, for example 12.".to_owned())
        });
        let (since, until) = form.parse_days("since", "until");
        let filter = RefusalFilter {
            actor: person.as_ref().map(|account| account.person.id),
            post: post.map(PostId),
            action: choice(&mut form, "action"),
            layer: choice(&mut form, "layer"),
            code: choice(&mut form, "rule"),
            interface: choice(&mut form, "interface"),
            since,
            until,
        };
        Ok(Self { form, filter, person })
    }

    /// Returns whether a folded field is filled in.
    pub(super) fn has_folded(&self) -> bool {
        FOLDED.iter().any(|name| !self.form.value(name).is_empty())
    }
}

/// Takes a value that the list of a field offers.
fn choice<T: FromStr>(form: &mut FilterForm, field: &'static str) -> Option<T> {
    form.parse_choice(field, &choices(field))?.parse().ok()
}

/// Returns the values that the list of a field offers.
pub(super) fn choices(field: &str) -> Vec<&'static str> {
    match field {
        "action" => catalogue::actions(),
        "layer" => catalogue::LAYERS.map(Layer::as_str).to_vec(),
        "rule" => catalogue::codes().into_iter().collect(),
        "interface" => Interface::ALL.map(Interface::as_str).to_vec(),
        _ => Vec::new(),
    }
}
