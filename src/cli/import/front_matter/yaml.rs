//! The outermost names and values of a YAML mapping.
//!
//! It reads the parser's events and builds no tree: deeper values are skipped,
//! and an alias is not followed.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use crate::cli::import::front_matter::field::{FieldValue, MatterField, invalid};
use crate::domain::Reason;

/// Deeper than front matter is nested.
const MAX_DEPTH: usize = 32;

/// Returns the fields, in their order.
pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let mut mapping = Mapping::default();
    for event in Parser::new_from_str(matter) {
        let (event, _) = event.map_err(|error| syntax_error(&error))?;
        mapping.take(event)?;
    }
    Ok(mapping.fields)
}

#[derive(Default)]
struct Mapping {
    fields: Vec<MatterField>,
    /// The name whose value comes next.
    name: Option<String>,
    /// How many lists and mappings are open.
    depth: usize,
    documents: usize,
}

impl Mapping {
    fn take(&mut self, event: Event<'_>) -> Result<(), Reason> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { Err(not_a_mapping()) } else { Ok(()) }
            }
            Event::MappingStart(..) if self.depth == 0 => {
                self.depth = 1;
                Ok(())
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => self.open(),
            Event::MappingEnd | Event::SequenceEnd => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 1 { self.node(FieldValue::Other) } else { Ok(()) }
            }
            Event::Scalar(text, style, _, tag) => match self.depth {
                0 if NULLS.contains(&text.as_ref()) && style == ScalarStyle::Plain => Ok(()),
                0 => Err(not_a_mapping()),
                1 if self.name.is_some() => self.node(scalar(text.into_owned(), style, tag)),
                1 => self.node(FieldValue::Text(text.into_owned())),
                _ => Ok(()),
            },
            Event::Alias(_) if self.depth == 1 => self.node(FieldValue::Other),
            Event::Alias(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self) -> Result<(), Reason> {
        match self.depth {
            0 => Err(not_a_mapping()),
            MAX_DEPTH.. => Err(invalid(format!("It is nested more than {MAX_DEPTH} levels deep."))),
            _ => {
                self.depth += 1;
                Ok(())
            }
        }
    }

    /// Takes what is complete on the outermost level: a name, or its value.
    fn node(&mut self, value: FieldValue) -> Result<(), Reason> {
        match (self.name.take(), value) {
            (Some(name), value) => self.fields.push(MatterField { name, value }),
            (None, FieldValue::Text(name)) => self.name = Some(name),
            (None, _) => {
                return Err(invalid("A field name is not text.".to_owned()));
            }
        }
        Ok(())
    }
}

/// Returns the value of a text, which a tag can give a type.
fn scalar(text: String, style: ScalarStyle, tag: Option<Cow<'_, Tag>>) -> FieldValue {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain(text) } else { FieldValue::Text(text) };
    };
    let tag = [&*tag.handle, &*tag.suffix].concat();
    match tag.strip_prefix("tag:yaml.org,2002:") {
        // A tag of no schema, as `!` is.
        None | Some("str") => FieldValue::Text(text),
        Some("null" | "bool" | "int" | "float" | "timestamp") if text.is_empty() => {
            FieldValue::Blank
        }
        Some("null" | "bool") => FieldValue::Flag(text),
        Some("int" | "float" | "timestamp") => FieldValue::Number(text),
        Some(_) => FieldValue::Other,
    }
}

const NULLS: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// The truth values of YAML 1.1, which Jekyll and Hugo read.
const TRUTH_VALUES: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// Returns the value of a text without quotation marks.
fn plain(text: String) -> FieldValue {
    let is_truth_value = |word: &&str| {
        text.eq_ignore_ascii_case(word)
            && (text[1..] == word[1..] || text == word.to_ascii_uppercase())
    };
    match text.as_str() {
        "" => FieldValue::Blank,
        null if NULLS.contains(&null) => FieldValue::Flag(text),
        _ if TRUTH_VALUES.iter().any(is_truth_value) => FieldValue::Flag(text),
        _ if is_number(&text) => FieldValue::Number(text),
        _ => FieldValue::Text(text),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text).to_ascii_lowercase();
    let has_base = |prefix: &str, base: u32| {
        let digits = digits.strip_prefix(prefix);
        digits.is_some_and(|it| !it.is_empty() && it.chars().all(|c| c.is_digit(base) || c == '_'))
    };
    let is_decimal = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.replace('_', "").parse::<f64>().is_ok();
    is_decimal
        || has_base("0x", 16)
        || has_base("0o", 8)
        || has_base("0b", 2)
        || [".inf", ".nan"].contains(&digits.as_str())
}

fn not_a_mapping() -> Reason {
    invalid("Expected “name: value” lines.".to_owned())
}

fn syntax_error(error: &ScanError) -> Reason {
    // The first line of the file is the one that opens it.
    invalid(format!("Line {} is not valid YAML: {}.", error.marker().line() + 1, error.info()))
}

#[cfg(test)]
mod tests {
    use super::{FieldValue, fields};

    fn text(is: &str) -> FieldValue {
        FieldValue::Text(is.to_owned())
    }

    /// Returns the values of a mapping, each with its name.
    fn values(source: &str) -> Vec<(String, FieldValue)> {
        let all = fields(source).unwrap_or_else(|reason| panic!("{source:?}: {}", reason.sentence));
        all.into_iter().map(|field| (field.name, field.value)).collect()
    }

    #[test]
    fn an_explicit_tag_means_what_it_says() {
        let flag = |is: &str| FieldValue::Flag(is.to_owned());
        let number = |is: &str| FieldValue::Number(is.to_owned());
        for (written, is) in [
            ("!!bool no", flag("no")),
            ("!!bool false", flag("false")),
            ("!!bool 'no'", flag("no")),
            ("&here !!bool nO", flag("nO")),
            ("!<tag:yaml.org,2002:bool> yes", flag("yes")),
            ("!!null ~", flag("~")),
            ("!!null \"gone\"", flag("gone")),
            ("!!null", FieldValue::Blank),
            ("!!int 1984", number("1984")),
            ("!!int '0'", number("0")),
            ("!!float 1e3", number("1e3")),
            ("!!timestamp 2024-05-01", number("2024-05-01")),
            ("!!binary aGk=", FieldValue::Other),
            ("!!set x", FieldValue::Other),
            ("!!str no", text("no")),
            ("!!str 1984", text("1984")),
            ("!!str ~", text("~")),
            ("!!str", text("")),
            ("! no", text("no")),
            ("! 12", text("12")),
            ("!mine no", text("no")),
        ] {
            let found = values(&format!("a: {written}\n"));
            assert_eq!(found, [("a".to_owned(), is)], "{written}");
        }
        assert_eq!(values("!!int 5: a\n!!str b: c\n").len(), 2, "a name is text");
    }
}
