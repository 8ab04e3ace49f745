//! Parses forms and query strings, and hands out their fields. The handlers know what a
//! field means.

use percent_encoding::percent_decode;

use crate::domain::{FieldError, HasName, InvalidInput, OperationKey, RevisionNumber, decimal};
use crate::refusal::Refusal;

/// The maximum size of a form in bytes. A body of 100,000 characters fits, each of four
/// bytes and each byte sent as `%XX`, with the other fields.
pub(crate) const LIMIT: usize = 1_300_000;

/// The maximum number of fields: a page of posts to choose from, and the filter
/// of its list.
const MAX_FIELDS: usize = 80;

/// The fields of a form or of a query string. Reading is strict: bytes that are
/// not UTF-8, a repeated field and an unknown field are errors.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    is_query: bool,
}

impl Form {
    /// Returns the fields of an `application/x-www-form-urlencoded` text.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidInput> {
        Self::parse_strictly(bytes, false)
    }

    /// Returns the parameters of a query string.
    pub fn parse_query(query: &str) -> Result<Self, InvalidInput> {
        Self::parse_strictly(query.as_bytes(), true)
    }

    fn parse_strictly(bytes: &[u8], is_query: bool) -> Result<Self, InvalidInput> {
        let is_text = |pair: &&[u8]| percent_decode(pair).decode_utf8().is_ok();
        if let Some(pair) = bytes.split(|byte| *byte == b'&').find(|pair| !is_text(pair)) {
            return Err(not_text(pair, is_query).into());
        }
        if form_urlencoded::parse(bytes).nth(MAX_FIELDS).is_some() {
            let error = if is_query {
                FieldError::new("query", "The address has too many parameters.")
            } else {
                FieldError::new("form", "Bad form: too many fields.")
            };
            return Err(error.into());
        }
        Ok(Self { is_query, ..Self::parse_lossy(bytes) })
    }

    /// Returns as much of the fields as can be read, to keep the typed text of a
    /// form that [`Form::parse`] refuses.
    pub fn parse_lossy(bytes: &[u8]) -> Self {
        let fields = form_urlencoded::parse(bytes).into_owned().take(MAX_FIELDS).collect();
        Self { fields, is_query: false }
    }

    /// Reads the whole form: `read` takes the fields that the form has. A field that
    /// it leaves is refused.
    pub fn read<T>(
        mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let fields = read(&mut self)?;
        self.finish()?;
        Ok(fields)
    }

    /// Takes out a field, if it is there. A field that is there twice is refused.
    pub fn take(&mut self, name: &'static str) -> Result<Option<String>, FieldError> {
        let first = self.fields.iter().position(|(field, _)| field == name);
        let value = first.map(|index| self.fields.remove(index).1);
        if self.fields.iter().any(|(field, _)| field == name) {
            let sentence = if self.is_query {
                "This parameter of the address is there more than once."
            } else {
                "Bad form: this field is there more than once."
            };
            return Err(FieldError::new(name, sentence));
        }
        Ok(value)
    }

    /// Takes out every field of that name: the ticked boxes of a list.
    pub fn take_all(&mut self, name: &str) -> Vec<String> {
        self.fields.extract_if(.., |(field, _)| field == name).map(|(_, value)| value).collect()
    }

    /// Takes out the boxes that are named after these, and returns those that are ticked.
    pub fn ticked<T>(&mut self, boxes: &[T]) -> Result<Vec<T>, FieldError>
    where
        T: HasName,
    {
        let mut ticked = Vec::new();
        for one in boxes {
            if self.take(one.name())?.is_some() {
                ticked.push(*one);
            }
        }
        Ok(ticked)
    }

    /// Takes out a field that must be there once. It may be empty.
    pub fn require(&mut self, name: &'static str) -> Result<String, FieldError> {
        self.take(name)?.ok_or_else(|| FieldError::new(name, "Bad form: this field is missing."))
    }

    /// Takes out the revision that the person saw. A form never means "the latest".
    pub fn seen(&mut self) -> Result<RevisionNumber, FieldError> {
        let text = self.require("seen")?;
        match decimal(&text) {
            Some(number) if number >= 1 => Ok(RevisionNumber(number)),
            _ => Err(FieldError::new("seen", "Bad form: no valid revision is given.")),
        }
    }

    /// Takes out the form's idempotency key.
    pub fn key(&mut self) -> Result<OperationKey, InvalidInput> {
        OperationKey::parse(&self.require("key")?)
    }

    /// Looks at a field without taking it.
    pub fn peek(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Returns the fields that are left.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// Ends the reading. A field that is left is refused.
    pub fn finish(self) -> Result<(), InvalidInput> {
        let Some((name, _)) = self.fields.into_iter().next() else { return Ok(()) };
        let name: String = name.chars().take(40).collect();
        let message = if self.is_query {
            format!("The address has no parameter {name:?}.")
        } else {
            format!("Bad form: there is no field {name:?}.")
        };
        Err(FieldError::new(name, message).into())
    }
}

/// Returns the error of a field that is not UTF-8.
fn not_text(pair: &[u8], is_query: bool) -> FieldError {
    if is_query {
        return FieldError::new("query", "The address has text that is not UTF-8.");
    }
    let (name, _) = form_urlencoded::parse(pair).next().unwrap_or_default();
    if name.contains(char::REPLACEMENT_CHARACTER) {
        return FieldError::new("form", "Bad form: a field name is not UTF-8 text.");
    }
    let name: String = name.chars().take(40).collect();
    FieldError::new(name, "Bad form: this is not UTF-8 text.")
}
