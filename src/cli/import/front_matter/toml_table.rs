use std::collections::BTreeMap;

use toml::{Spanned, Value};

use crate::cli::import::front_matter::field::{FieldValue, MatterField, invalid};
use crate::domain::Reason;

pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let table: BTreeMap<String, Spanned<Value>> = toml::from_str(matter).map_err(|error| {
        let before = error.span().and_then(|span| matter.get(..span.start)).unwrap_or_default();
        // The first line of the file is the one that opens it.
        let line = before.matches('\n').count() + 2;
        invalid(format!("Line {line} is not valid TOML: {}.", error.message()))
    })?;
    let value = |value: Spanned<Value>| {
        let written = matter.get(value.span()).unwrap_or_default().to_owned();
        match value.into_inner() {
            Value::String(text) => FieldValue::Text(text),
            Value::Array(_) | Value::Table(_) => FieldValue::Other,
            Value::Datetime(_) => FieldValue::Text(written),
            Value::Integer(_) | Value::Float(_) => FieldValue::Number(written),
            Value::Boolean(_) => FieldValue::Flag(written),
        }
    };
    Ok(table.into_iter().map(|(name, it)| MatterField { name, value: value(it) }).collect())
}
