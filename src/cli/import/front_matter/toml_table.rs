use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::cli::import::front_matter::field::{FieldValue, MatterField, invalid};
use crate::domain::Reason;

/// What the parser says of a name that comes again. It reads on, without it.
const REPEATED: &str = "duplicate key";

/// Returns the fields. A name that comes again is no error here, as it is none in the
/// other notations.
pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let (table, errors) = DeTable::parse_recoverable(matter);
    let mut fields = outermost(matter, table);
    for error in errors {
        let before = before(matter, &error);
        if error.message() != REPEATED {
            // The first line of the file is the one that opens it.
            let line = before.matches('\n').count() + 2;
            return Err(invalid(format!("Line {line} is not valid TOML: {}.", error.message())));
        }
        let is_in_a_table = before.lines().any(|line| line.trim_start().starts_with('['));
        if !is_in_a_table {
            let rest = &matter[before.len()..];
            let (again, _) = DeTable::parse_recoverable(rest);
            fields.extend(outermost(rest, again).into_iter().take(1));
        }
    }
    Ok(fields)
}

fn before<'a>(matter: &'a str, error: &Error) -> &'a str {
    error.span().and_then(|span| matter.get(..span.start)).unwrap_or_default()
}

/// Returns the outermost fields, in their order.
fn outermost(matter: &str, table: Spanned<DeTable<'_>>) -> Vec<MatterField> {
    let mut entries: Vec<_> = table.into_inner().into_iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    let field = |(name, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
        let written = matter.get(value.span()).unwrap_or_default().to_owned();
        let value = match value.into_inner() {
            DeValue::String(text) => FieldValue::Text(text.into_owned()),
            DeValue::Array(_) | DeValue::Table(_) => FieldValue::Other,
            DeValue::Datetime(_) => FieldValue::Text(written),
            DeValue::Integer(_) | DeValue::Float(_) => FieldValue::Number(written),
            DeValue::Boolean(_) => FieldValue::Flag(written),
        };
        MatterField { name: std::borrow::Cow::into_owned(name.into_inner()), value }
    };
    entries.into_iter().map(field).collect()
}
