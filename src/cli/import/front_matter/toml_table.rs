//! Reads the outermost names and values of TOML. It recognises and skips lists and
//! tables.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::cli::import::front_matter::field::{FieldValue, MatterField, invalid};
use crate::domain::Reason;

/// What the parser says of a name that comes again. It reads on, without it.
const REPEATED: &str = "duplicate key";

/// More than names come again. For each, the rest of the text is read once more.
const MAX_REPEATED: usize = 20;

/// Returns the fields, in their order. A name that comes again is no error here, as it is
/// none in the other notations.
pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let (table, errors) = DeTable::parse_recoverable(matter);
    let mut fields = outermost(matter, table);
    if errors.len() > MAX_REPEATED {
        return Err(invalid("Too many of its names come more than once.".to_owned()));
    }
    for error in errors {
        let before = before(matter, &error);
        if error.message() != REPEATED {
            // The first line of the file is the one that opens it.
            let line = before.matches('\n').count() + 2;
            return Err(invalid(format!("Line {line} is not valid TOML: {}.", error.message())));
        }
        if is_outermost(before) {
            let rest = &matter[before.len()..];
            let (again, _) = DeTable::parse_recoverable(rest);
            let first = outermost(rest, again).into_iter().next();
            fields.extend(first.map(|(at, field)| (before.len() + at, field)));
        }
    }
    fields.sort_by_key(|(at, _)| *at);
    Ok(fields.into_iter().map(|(_, field)| field).collect())
}

fn before<'a>(matter: &'a str, error: &Error) -> &'a str {
    error.span().and_then(|span| matter.get(..span.start)).unwrap_or_default()
}

/// Returns whether a name after this text is of no table: it begins a line, and no line
/// before it begins one.
fn is_outermost(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let begins_a_line = line.trim_start_matches([' ', '\t', '"', '\'']).is_empty();
    begins_a_line && !before.lines().any(|line| line.trim_start().starts_with('['))
}

/// Returns the outermost fields, each with its place.
fn outermost(matter: &str, table: Spanned<DeTable<'_>>) -> Vec<(usize, MatterField)> {
    let field = |(name, value): (Spanned<Cow<'_, str>>, Spanned<DeValue<'_>>)| {
        let written = matter.get(value.span()).unwrap_or_default().to_owned();
        let value = match value.into_inner() {
            DeValue::String(text) => FieldValue::Text(text.into_owned()),
            DeValue::Array(_) | DeValue::Table(_) => FieldValue::Other,
            DeValue::Datetime(_) => FieldValue::Text(written),
            DeValue::Integer(_) | DeValue::Float(_) => FieldValue::Number(written),
            DeValue::Boolean(_) => FieldValue::Flag(written),
        };
        (name.span().start, MatterField { name: name.into_inner().into_owned(), value })
    };
    let mut fields: Vec<_> = table.into_inner().into_iter().map(field).collect();
    fields.sort_by_key(|(at, _)| *at);
    fields
}

#[cfg(test)]
mod tests {
    use super::fields;
    use crate::cli::import::front_matter::field::FieldValue;

    #[test]
    fn a_name_inside_a_table_is_no_field() {
        for matter in [
            "title = 'a'\n[x]\ntitle = 1\ntitle = 2\n[x]\n[x]\n",
            "title = 'a'\nx.title = 'b'\nx.title = 'c'\n",
            "title = 'a'\nx = { title = 'b', title = 'c' }\n",
            "title = 'a'\nx = [{ title = 'b', \"title\" = 'c' },\n{ y.title = 1, y.title = 2 }]\n",
        ] {
            let found = fields(matter).unwrap();
            let found: Vec<_> = found.iter().map(|field| (&*field.name, &field.value)).collect();
            let title = FieldValue::Text("a".to_owned());
            assert_eq!(found, [("title", &title), ("x", &FieldValue::Other)], "{matter}");
        }
    }
}
