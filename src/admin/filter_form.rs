//! Reads the filter fields of a list in the admin, and keeps their errors for the page.
//! It queries nothing: each list makes a filter of its own from the values.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::{FieldError, InvalidInput};
use crate::http::{Form, PageAddress};

/// The filters of a list as the address carries them, and what is wrong with
/// them. An empty field filters nothing, because a form sends those, too.
#[derive(Debug, Clone, Default)]
pub(super) struct FilterForm {
    fields: Vec<(&'static str, String)>,
    errors: InvalidInput,
}

impl FilterForm {
    /// Takes the fields of these names out of a query, in this order.
    pub(super) fn take(query: &mut Form, names: &[&'static str]) -> Result<Self, FieldError> {
        let mut fields = Vec::with_capacity(names.len());
        for name in names {
            let value = query.take(name)?.unwrap_or_default();
            fields.push((*name, value.trim().to_owned()));
        }
        Ok(Self { fields, errors: InvalidInput::default() })
    }

    /// Returns the value of a field, or an empty text.
    pub(super) fn value(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| *field == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        if let Some((_, old)) = self.fields.iter_mut().find(|(field, _)| *field == name) {
            value.clone_into(old);
        }
    }

    /// Returns the form with another value in one field.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.set(name, value);
        other
    }

    /// Parses a field that is filled in, and keeps the error if it has one.
    pub(super) fn parse<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.value(name).is_empty() {
            return None;
        }
        parse(self.value(name)).map_err(|message| self.reject(name, message)).ok()
    }

    /// Parses a field as one of the values that its list offers.
    pub(super) fn parse_choice(
        &mut self,
        name: &'static str,
        choices: &[&'static str],
    ) -> Option<&'static str> {
        self.parse(name, |text| {
            let found = choices.iter().copied().find(|choice| *choice == text);
            found.ok_or_else(|| "Choose from the list.".to_owned())
        })
    }

    /// Parses two fields as days, and returns when the first begins and when the
    /// second ends. The field `zone` says in which time zone: that of the reader,
    /// which the script fills in, or UTC. Without a day it means nothing.
    pub(super) fn parse_days(
        &mut self,
        first: &'static str,
        last: &'static str,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        if self.value(first).is_empty() && self.value(last).is_empty() {
            self.set("zone", "");
        }
        let zone = self.parse("zone", |text| {
            TimeZone::get(text).map_err(|_| "Write a time zone as Europe/Vienna.".to_owned())
        });
        let zone = zone.unwrap_or(TimeZone::UTC);
        (self.parse_day(first, 0, &zone), self.parse_day(last, 1, &zone))
    }

    /// Returns the name of the time zone of the days.
    pub(super) fn zone(&self) -> &str {
        match self.value("zone") {
            "" => "UTC",
            zone => zone,
        }
    }

    fn parse_day(
        &mut self,
        name: &'static str,
        days_later: i64,
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        self.parse(name, |text| {
            let day = Date::strptime("%Y-%m-%d", text).ok();
            // Later years cannot be shown.
            let day = day.filter(|day| (1970..=9998).contains(&day.year()));
            day.and_then(|day| day.checked_add(days_later.days()).ok())
                .and_then(|day| Some(day.to_zoned(zone.clone()).ok()?.timestamp()))
                .ok_or_else(|| "Enter a date like 2026-11-21.".to_owned())
        })
    }

    pub(super) fn reject(&mut self, name: &'static str, message: impl Into<String>) {
        self.errors.0.push(FieldError::new(name, message));
    }

    pub(super) fn error(&self, name: &str) -> Option<&str> {
        self.errors.of(name)
    }

    /// Returns every error, if there are any.
    pub(super) fn check(&self) -> Result<(), InvalidInput> {
        if self.errors.0.is_empty() { Ok(()) } else { Err(self.errors.clone()) }
    }

    pub(super) fn filled(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter().map(|(name, value)| (*name, value.as_str()));
        fields.filter(|(_, value)| !value.is_empty())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.filled().next().is_none()
    }

    /// Returns the address of the list under these filters.
    pub(super) fn address(&self, path: &str) -> String {
        PageAddress::of(path).with_all(self.filled()).to_string()
    }

    /// Returns the same with one more field behind the filters.
    pub(super) fn address_with(&self, path: &str, name: &str, value: &str) -> String {
        PageAddress::of(path).with_all(self.filled().chain([(name, value)])).to_string()
    }
}
