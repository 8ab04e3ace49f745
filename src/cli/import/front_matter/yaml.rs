//! The outermost names and values of a YAML mapping.
//!
//! It reads the parser's events and builds nothing: whatever lies deeper is
//! passed over, and an alias stays a name for something else.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use crate::cli::import::front_matter::{Field, Value, flaw};
use crate::domain::Reason;

/// Far deeper than anybody writes.
const DEEPEST: usize = 32;

/// Returns the fields, in their order.
pub(super) fn fields(matter: &str) -> Result<Vec<Field>, Reason> {
    let mut mapping = Mapping::default();
    for event in Parser::new_from_str(matter) {
        let (event, _) = event.map_err(|error| read_error(&error))?;
        mapping.take(event)?;
    }
    Ok(mapping.fields)
}

#[derive(Default)]
struct Mapping {
    fields: Vec<Field>,
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
                if self.documents > 1 { Err(no_mapping()) } else { Ok(()) }
            }
            Event::MappingStart(..) if self.depth == 0 => {
                self.depth = 1;
                Ok(())
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => self.open(),
            Event::MappingEnd | Event::SequenceEnd => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 1 { self.node(Value::Other) } else { Ok(()) }
            }
            Event::Scalar(text, style, ..) => match self.depth {
                0 if is_null(&text, style) => Ok(()),
                0 => Err(no_mapping()),
                1 if self.name.is_some() && is_null(&text, style) => self.node(Value::Blank),
                1 => self.node(Value::Text(text.into_owned())),
                _ => Ok(()),
            },
            Event::Alias(_) if self.depth == 1 => self.node(Value::Other),
            Event::Alias(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self) -> Result<(), Reason> {
        match self.depth {
            0 => Err(no_mapping()),
            DEEPEST.. => Err(flaw(format!("It is nested more than {DEEPEST} deep."))),
            _ => {
                self.depth += 1;
                Ok(())
            }
        }
    }

    /// Takes what is complete on the outermost level: a name, or its value.
    fn node(&mut self, value: Value) -> Result<(), Reason> {
        match (self.name.take(), value) {
            (Some(name), value) => self.fields.push(Field { name, value }),
            (None, Value::Text(name)) => self.name = Some(name),
            (None, Value::Blank | Value::Other) => {
                return Err(flaw("One of its names is no text.".to_owned()));
            }
        }
        Ok(())
    }
}

fn is_null(text: &str, style: ScalarStyle) -> bool {
    style == ScalarStyle::Plain && ["", "~", "null", "Null", "NULL"].contains(&text)
}

fn no_mapping() -> Reason {
    flaw("It is no list of names and values.".to_owned())
}

fn read_error(error: &ScanError) -> Reason {
    // The first line of the file is the one that opens it.
    flaw(format!("Line {} is no YAML: {}.", error.marker().line() + 1, error.info()))
}
