//! The outermost names and values of a YAML mapping.
//!
//! It reads the parser's events and builds no tree: deeper values are skipped,
//! and an alias is not followed.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

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
            Event::Scalar(text, style, ..) => match self.depth {
                0 if is_null(&text, style) => Ok(()),
                0 => Err(not_a_mapping()),
                1 if self.name.is_some() && is_null(&text, style) => self.node(FieldValue::Blank),
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
            (None, FieldValue::Blank | FieldValue::Other) => {
                return Err(invalid("A field name is not text.".to_owned()));
            }
        }
        Ok(())
    }
}

fn is_null(text: &str, style: ScalarStyle) -> bool {
    style == ScalarStyle::Plain && ["", "~", "null", "Null", "NULL"].contains(&text)
}

fn not_a_mapping() -> Reason {
    invalid("Expected “name: value” lines.".to_owned())
}

fn syntax_error(error: &ScanError) -> Reason {
    // The first line of the file is the one that opens it.
    invalid(format!("Line {} is not valid YAML: {}.", error.marker().line() + 1, error.info()))
}
