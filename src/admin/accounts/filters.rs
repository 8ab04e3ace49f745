//! Reads the filters of the list of accounts. `accounts::directory` applies them.

use crate::accounts::account_search::AccountSearch;
use crate::accounts::directory::AccountFilter;
use crate::admin::filter_form::FilterForm;
use crate::domain::{FieldError, UnknownName};
use crate::http::Form;
use crate::refusal::Refusal;

const NAMES: [&str; 3] = ["state", "role", "search"];

const ACTIVE: &str = "active";
const DEACTIVATED: &str = "deactivated";

pub(super) struct AccountFilters {
    /// The fields as text, and what is wrong with them.
    pub(super) form: FilterForm,
    pub(super) filter: AccountFilter,
}

impl AccountFilters {
    /// Takes the filters out of a query. The form keeps their errors, except that of
    /// the state, which has no field on the page.
    pub(super) fn take(query: &mut Form) -> Result<Self, Refusal> {
        let mut form = FilterForm::take(query, &NAMES)?;
        let is_active = match form.value("state") {
            "" | ACTIVE => true,
            DEACTIVATED => false,
            _ => return Err(FieldError::new("state", "Unknown filter.").into()),
        };
        form = form.with("state", state(is_active));
        let role = form
            .parse("role", |text| text.parse().map_err(|unknown: UnknownName| unknown.to_string()));
        let search =
            form.parse("search", |text| AccountSearch::parse(text).map_err(|error| error.message));
        Ok(Self { filter: AccountFilter { is_active, role, search: search.flatten() }, form })
    }

    /// Returns the same filters on another tab.
    pub(super) fn tab(&self, is_active: bool) -> FilterForm {
        self.form.with("state", state(is_active))
    }

    /// Returns whether a filter is on, besides the tab.
    pub(super) fn is_filtered(&self) -> bool {
        !self.tab(true).is_empty()
    }
}

fn state(is_active: bool) -> &'static str {
    if is_active { "" } else { DEACTIVATED }
}
