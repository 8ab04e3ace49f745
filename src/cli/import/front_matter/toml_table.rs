use crate::cli::import::front_matter::field::{FieldValue, MatterField, invalid};
use crate::domain::Reason;

pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let table: toml::Table = matter.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| matter.get(..span.start)).unwrap_or_default();
        // The first line of the file is the one that opens it.
        let line = before.matches('\n').count() + 2;
        invalid(format!("Line {line} is not valid TOML: {}.", error.message()))
    })?;
    let value = |value| match value {
        toml::Value::String(text) => FieldValue::Text(text),
        toml::Value::Array(_) | toml::Value::Table(_) => FieldValue::Other,
        toml::Value::Datetime(it) => FieldValue::Text(it.to_string()),
        toml::Value::Integer(it) => FieldValue::Number(it.to_string()),
        toml::Value::Float(it) => FieldValue::Number(it.to_string()),
        toml::Value::Boolean(it) => FieldValue::Flag(it.to_string()),
    };
    Ok(table.into_iter().map(|(name, it)| MatterField { name, value: value(it) }).collect())
}
