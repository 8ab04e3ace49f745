//! Builds addresses, and encodes the values of their query strings.

use std::fmt;

use form_urlencoded::Serializer;

/// An address with a query string, encoded.
#[derive(Debug, Clone)]
pub(crate) struct PageAddress(String);

impl PageAddress {
    /// Returns the address of a path, without a query string.
    pub(crate) fn of(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Adds a field. An empty value is left out.
    pub(crate) fn with(self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if value.is_empty() {
            return self;
        }
        let Self(mut address) = self;
        address.push(if address.contains('?') { '&' } else { '?' });
        let start = address.len();
        Self(Serializer::for_suffix(address, start).append_pair(name, &value).finish())
    }

    /// Adds fields. Those with an empty value are left out.
    pub(crate) fn with_all<'a>(self, fields: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        fields.fold(self, |address, (name, value)| address.with(name, value))
    }
}

impl fmt::Display for PageAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns a text as it is written in a query string.
pub(crate) fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::PageAddress;

    #[test]
    fn a_value_cannot_end_its_field_and_an_empty_one_is_left_out() {
        let address =
            PageAddress::of("/posts").with("q", "a&b=c #ü").with("state", "").with("after", 7);
        assert_eq!(address.to_string(), "/posts?q=a%26b%3Dc+%23%C3%BC&after=7");
    }
}
