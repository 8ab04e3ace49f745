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

/// More often than front matter changes between tabs and quoted text.
const MAX_READINGS: usize = 256;

/// Returns the fields, in their order.
///
/// A tab after a name is a blank, as libyaml reads it. The parser refuses one, and knows
/// at which place; in quoted and block text it finds none.
pub(super) fn fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let mut matter = Cow::Borrowed(matter);
    for _ in 0..MAX_READINGS {
        match read(&matter)? {
            YamlReading::Complete(fields) => return Ok(fields),
            YamlReading::TabAt(error) => matter = Cow::Owned(without_tabs(&matter, &error)?),
        }
    }
    Err(invalid("Tabs come after too many names.".to_owned()))
}

enum YamlReading {
    Complete(Vec<MatterField>),
    /// A tab comes after a name, and the error is at the value behind it.
    TabAt(ScanError),
}

fn read(matter: &str) -> Result<YamlReading, Reason> {
    let mut mapping = Mapping::default();
    for event in Parser::new_from_str(matter) {
        match event {
            Ok((event, _)) => mapping.take(event)?,
            Err(error) if error.info() == TAB => return Ok(YamlReading::TabAt(error)),
            Err(error) => return Err(syntax_error(&error)),
        }
    }
    Ok(YamlReading::Complete(mapping.fields))
}

/// What the parser says of a tab after a name.
const TAB: &str = "':' must be followed by a valid YAML whitespace";

/// Returns the text with a blank for the tab of this error. No quoted or block text
/// begins before the next of their marks: up to there, other tabs are replaced, too.
fn without_tabs(matter: &str, error: &ScanError) -> Result<String, Reason> {
    let value = matter.char_indices().nth(error.marker().index()).map_or(matter.len(), |it| it.0);
    let before = matter[..value].strip_suffix('\t').ok_or_else(|| syntax_error(error))?;
    let rest = &matter[value..];
    let (sure, rest) = rest.split_at(rest.find(['"', '\'', '|', '>']).unwrap_or(rest.len()));
    Ok([before, " ", &sure.replace(":\t", ": "), rest].concat())
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

    /// Takes a complete node of the outermost level: a name, or its value.
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

    #[test]
    fn a_tab_after_a_name_is_a_blank_and_stays_in_quoted_and_block_text() {
        let other = || FieldValue::Other;
        for (source, expected) in [
            ("a:\tb tab\nc:\td\te\n", vec![("a", text("b tab")), ("c", text("d\te"))]),
            (
                "a:\t\tb\nc: \td\ne:\t f\n",
                vec![("a", text("b")), ("c", text("d")), ("e", text("f"))],
            ),
            ("a:\t-b\né:\té\n", vec![("a", text("-b")), ("é", text("é"))]),
            ("a:\n  b:\tc\nd: e\n", vec![("a", other()), ("d", text("e"))]),
            ("a:\n- b:\tc\n  d:\te\nd: e\n", vec![("a", other()), ("d", text("e"))]),
            ("a: {b:\tc, d:\te}\nd: e\n", vec![("a", other()), ("d", text("e"))]),
            ("a:\tb\nc: 'd:\te'\n", vec![("a", text("b")), ("c", text("d:\te"))]),
            ("a:\t\"d:\te\"\nc:\td\n", vec![("a", text("d:\te")), ("c", text("d"))]),
            (
                "a:\tb\nc: |\n  d:\te\nf:\tg\n",
                vec![("a", text("b")), ("c", text("d:\te\n")), ("f", text("g"))],
            ),
            ("a:\t|\n  d:\te\nf:\tg\n", vec![("a", text("d:\te\n")), ("f", text("g"))]),
            (
                "a:\tb\nc: >-\n  d:\te\n\n  f:\tg\n",
                vec![("a", text("b")), ("c", text("d:\te\nf:\tg"))],
            ),
            (
                "a:\tb # it's:\tc\nc: \"it's:\td\"\nd:\te\n",
                vec![("a", text("b")), ("c", text("it's:\td")), ("d", text("e"))],
            ),
            (
                "a:\t[b]\nc:\t\nd:\te\n",
                vec![("a", other()), ("c", FieldValue::Blank), ("d", text("e"))],
            ),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            assert_eq!(values(source), expected, "{source:?}");
        }
        let reason = fields("a:\tb\nc: d: e\n").unwrap_err();
        assert!(reason.sentence.contains("Line 3"), "{}", reason.sentence);
        assert_eq!(values(&"a:\tb\n".repeat(10_000)).len(), 10_000);
        assert!(fields(&"a:\tb'\n".repeat(10_000)).is_err(), "soon, and not after an hour");
    }
}
