//! Reads the outermost names and values of JSON. It recognises and skips lists and
//! objects.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::cli::import::front_matter::field::{FieldValue, MatterField, invalid};
use crate::domain::Reason;

/// Returns the fields of JSON between two marks. Middleman leaves out the braces.
pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let object: Object = match matter.trim_start().starts_with('{') {
        true => serde_json::from_str(matter),
        false => serde_json::from_str(&format!("{{{matter}}}")),
    }
    // The first line of the file is the one that opens it.
    .map_err(|error| no_json(&error, 1))?;
    Ok(object.0)
}

/// Returns the fields of the object that a text begins with, and the rest of it.
pub(super) fn leading_fields(
    text: &str,
    max_bytes: usize,
) -> Result<(Vec<MatterField>, &str), Reason> {
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Object>();
    let object = match objects.next() {
        Some(Ok(object)) => object,
        Some(Err(error)) => return Err(no_json(&error, 0)),
        None => return Err(invalid("Not valid JSON.".to_owned())),
    };
    let end = objects.byte_offset();
    if end > max_bytes {
        return Err(invalid("The closing line is missing in the first 64 KiB.".to_owned()));
    }
    Ok((object.0, text.get(end..).unwrap_or_default()))
}

fn no_json(error: &serde_json::Error, lines_before: usize) -> Reason {
    let said = error.to_string();
    let why = said.split(" at line ").next().unwrap_or_default();
    invalid(format!("Line {} is not valid JSON: {why}.", error.line() + lines_before))
}

/// An object with all of its fields, those of one name, too.
struct Object(Vec<MatterField>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Object;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
        let mut fields = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            let written = value.get();
            let value = match written.as_bytes() {
                [b'"', ..] => {
                    FieldValue::Text(serde_json::from_str(written).map_err(M::Error::custom)?)
                }
                [b'[' | b'{', ..] => FieldValue::Other,
                [b'n' | b't' | b'f', ..] => FieldValue::Flag(written.to_owned()),
                _ => FieldValue::Number(written.to_owned()),
            };
            fields.push(MatterField { name, value });
        }
        Ok(Object(fields))
    }
}
