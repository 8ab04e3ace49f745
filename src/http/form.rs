use percent_encoding::percent_decode;

use crate::domain::{FieldError, InvalidInput, OperationKey, RevisionNumber};

/// The most bytes that a form may have: a body of 100,000 characters, each of
/// four bytes and each byte sent as `%XX`, and room for the rest.
pub(crate) const LIMIT: usize = 1_300_000;

/// The most fields that a form may have: a page of posts to choose from, and
/// the filter that it came by.
const MOST_FIELDS: usize = 80;

/// The fields of a form, decoded strictly: bytes that are no text are an error
/// and not a replacement character, and what nobody takes is an error too.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Returns the fields of an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    ///
    /// The field that is not UTF-8, or that there are too many.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidInput> {
        let mut fields = Vec::new();
        for (name, value) in pairs(bytes) {
            if fields.len() == MOST_FIELDS {
                return Err(FieldError::new("form", "Send fewer fields.").into());
            }
            let name = decoded(name)
                .ok_or_else(|| FieldError::new("form", "Send field names as UTF-8 text."))?;
            let value = decoded(value)
                .ok_or_else(|| FieldError::new(known(&name), "Send this as UTF-8 text."))?;
            fields.push((name, value));
        }
        Ok(Self { fields })
    }

    /// Returns as much of the fields as can be read, to give back to whoever
    /// typed them what [`Form::parse`] refuses.
    pub fn as_far_as_readable(bytes: &[u8]) -> Self {
        let fields = pairs(bytes)
            .take(MOST_FIELDS)
            .map(|(name, value)| (readable(name), readable(value)))
            .collect();
        Self { fields }
    }

    /// Takes a field out; a missing one is `None`, one that comes twice an error.
    ///
    /// # Errors
    ///
    /// The field came twice.
    pub fn take(&mut self, name: &'static str) -> Result<Option<String>, FieldError> {
        let first = self.fields.iter().position(|(field, _)| field == name);
        let value = first.map(|index| self.fields.remove(index).1);
        if self.fields.iter().any(|(field, _)| field == name) {
            return Err(FieldError::new(name, "Send this once."));
        }
        Ok(value)
    }

    /// Takes out every field of that name: the ticked boxes of a list.
    pub fn take_all(&mut self, name: &str) -> Vec<String> {
        let fields = std::mem::take(&mut self.fields);
        let (taken, left) = fields.into_iter().partition(|(field, _)| field == name);
        self.fields = left;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// Takes a field out that must be there, be it empty.
    ///
    /// # Errors
    ///
    /// The field is missing or came twice.
    pub fn require(&mut self, name: &'static str) -> Result<String, FieldError> {
        self.take(name)?.ok_or_else(|| FieldError::new(name, "This field is missing."))
    }

    /// Takes out the revision that the form was made from. There is no "the
    /// latest": whoever acts says what they were looking at.
    ///
    /// # Errors
    ///
    /// It is missing or no revision's number.
    pub fn seen(&mut self) -> Result<RevisionNumber, FieldError> {
        let text = self.require("seen")?;
        match text.parse::<i32>() {
            Ok(number) if number >= 1 => Ok(RevisionNumber(number)),
            _ => Err(FieldError::new("seen", "Name the revision you were looking at, from 1 on.")),
        }
    }

    /// Takes out the form's one-time key.
    ///
    /// # Errors
    ///
    /// It is missing or not well formed.
    pub fn key(&mut self) -> Result<OperationKey, InvalidInput> {
        OperationKey::parse(&self.require("key")?)
    }

    /// Looks at a field without taking it.
    pub fn peek(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Returns the fields that are left, for carrying a form over to a new page.
    pub fn remaining(&self) -> &[(String, String)] {
        &self.fields
    }

    /// Ends the parsing.
    ///
    /// # Errors
    ///
    /// A field was sent that nobody knows.
    pub fn finish(self) -> Result<(), InvalidInput> {
        match self.fields.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(FieldError::new(
                "form",
                format!("There is no field {:?} here.", name.chars().take(40).collect::<String>()),
            )
            .into()),
        }
    }
}

/// Returns the undecoded names and values.
fn pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| match pair.iter().position(|byte| *byte == b'=') {
        Some(equals) => (&pair[..equals], &pair[equals + 1..]),
        None => (pair, &[][..]),
    })
}

fn decoded(bytes: &[u8]) -> Option<String> {
    String::from_utf8(unescaped(bytes)).ok()
}

fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&unescaped(bytes)).into_owned()
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> =
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
}

/// Returns the name of a field that some form has, to name it in an error.
fn known(name: &str) -> &'static str {
    const NAMES: [&str; 13] = [
        "title", "summary", "body", "note", "reason", "seen", "key", "token", "username",
        "password", "next", "before", "finding",
    ];
    NAMES.into_iter().find(|known| *known == name).unwrap_or("form")
}
