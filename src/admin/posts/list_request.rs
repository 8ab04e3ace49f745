//! Reads the filters, the page and the ticked boxes of the list of posts from an
//! address, with their errors.

use std::collections::BTreeSet;

use crate::admin::posts::filters::PostFilters;
use crate::admin::posts::paths::LIST;
use crate::domain::{FieldError, InvalidInput};
use crate::http::Form;
use crate::http::pager::BY_POSITION;
use crate::http::paging::cursor;
use crate::refusal::Refusal;
use crate::store::paging::Direction;

/// Which boxes of the list are ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ticks {
    /// Those of these posts.
    These(BTreeSet<String>),
    /// All of them.
    Page,
}

pub(super) struct ListRequest {
    pub(super) filters: PostFilters,
    pub(super) direction: Direction,
    pub(super) ticks: Ticks,
    /// What is wrong, and has no field of its own.
    problems: Vec<FieldError>,
    has_valid_cursor: bool,
}

impl ListRequest {
    /// Takes the question out of the query of the list. A mistake in it is kept, but
    /// for a field that is there twice or that the list does not have.
    pub(super) fn take(mut query: Form) -> Result<Self, Refusal> {
        let filters = PostFilters::take(&mut query)?;
        let mut problems = Vec::new();
        let direction = BY_POSITION.take(&mut query);
        let has_valid_cursor = direction.is_ok();
        let direction = match direction {
            Ok(direction) => direction,
            Err(Refusal::Input(input)) => {
                problems.extend(input.0);
                Direction::First
            }
            Err(refusal) => return Err(refusal),
        };
        let ticks = match query.take("select")?.as_deref() {
            None => Ticks::These(BTreeSet::new()),
            Some("page") => Ticks::Page,
            Some(_) => {
                problems.push(FieldError::new("select", "Invalid selection."));
                Ticks::These(BTreeSet::new())
            }
        };
        query.finish()?;
        Ok(Self { filters, direction, ticks, problems, has_valid_cursor })
    }

    /// Returns the list at one of its addresses, with these boxes ticked, and with the
    /// errors of these.
    pub(super) fn again(
        address: &str,
        ticked: BTreeSet<String>,
        problem: FieldError,
    ) -> Result<Self, Refusal> {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let mut asked = Self::take(Form::parse_query(query)?)?;
        asked.ticks = Ticks::These(ticked);
        asked.problems.push(problem);
        Ok(asked)
    }

    /// Returns whether the posts can be read: the filters and the place are valid.
    pub(super) fn can_be_read(&self) -> bool {
        self.has_valid_cursor && self.filters.form.check().is_ok()
    }

    /// Returns everything that is wrong, if anything is.
    pub(super) fn mistakes(&self) -> Result<(), InvalidInput> {
        let mut all = self.filters.form.check().err().map(|input| input.0).unwrap_or_default();
        all.extend(self.problems.iter().cloned());
        if all.is_empty() { Ok(()) } else { Err(InvalidInput(all)) }
    }

    /// Returns the errors that have no field on the page.
    pub(super) fn problems(&self) -> Vec<&str> {
        let unseen = ["state", "sort", "zone"].into_iter();
        let unseen = unseen.filter_map(|field| self.filters.form.error(field));
        unseen.chain(self.problems.iter().map(|error| error.message.as_str())).collect()
    }

    /// Returns the address of this page of the list, without the ticks.
    pub(super) fn address(&self) -> String {
        let form = &self.filters.form;
        match self.direction {
            Direction::First => form.address(LIST),
            Direction::After(place) => form.address_with(LIST, "after", &cursor(place)),
            Direction::Before(place) => form.address_with(LIST, "before", &cursor(place)),
        }
    }
}
