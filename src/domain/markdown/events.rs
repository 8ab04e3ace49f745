//! Parses a text into events, and leaves out what readers do not see.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, TextMergeStream};

use super::definitions::Definitions;
use super::formulas::Formulas;
use super::{MAX_DEPTH, Markup, OPTIONS, html_as_text, marks, spans, tables};

/// An event, and where it is in the text.
type LocatedEvent<'a> = (Event<'a>, Range<usize>);

/// Returns the events of a text without comments, definitions, marks in braces and
/// HTML, which becomes text, and tells what it leaves out. Comments of template languages
/// have to be closed before.
pub(crate) fn visible_events<'a>(source: &'a str, met: &mut dyn FnMut(Markup)) -> Vec<Event<'a>> {
    let parser = Parser::new_ext(source, OPTIONS).into_offset_iter();
    let mut definitions = Definitions::of(source, parser.reference_definitions());
    let mut formulas = Formulas::default();
    let parser = parser
        .inspect(|(event, range)| definitions.look_at(event, range))
        .inspect(|(event, range)| formulas.look_at(source, event, range))
        .map(|piece| with_escapes(source, piece));
    let events = tables::without_padding(tables::counted(source, parser, met)).collect();
    definitions.count_unused(met);
    formulas.tell(met);
    let events = html_as_text::shown(no_deeper(events, met).into_iter(), met);
    let events = TextMergeStream::new(events.into_iter()).collect();
    let events = marks::without_marks(spans::without_brackets(events, met), met);
    TextMergeStream::new(events.into_iter().map(without_escapes)).collect()
}

/// Leaves out elements that are nested deeper; their text stays.
fn no_deeper<'a>(events: Vec<Event<'a>>, met: &mut dyn FnMut(Markup)) -> Vec<Event<'a>> {
    let mut depth = 0_usize;
    let kept = events.into_iter().filter(|event| match event {
        Event::Start(_) => {
            depth += 1;
            if depth > MAX_DEPTH {
                met(Markup::Nesting);
            }
            depth <= MAX_DEPTH
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            depth < MAX_DEPTH
        }
        _ => true,
    });
    kept.collect()
}

/// Sets a text apart that begins with an escaped brace or bracket, which is no mark. It
/// travels as mathematics, which the parser finds in no text without its extension.
fn with_escapes<'a>(source: &str, (event, range): LocatedEvent<'a>) -> LocatedEvent<'a> {
    match event {
        Event::Text(text)
            if text.starts_with(['{', '[']) && source[..range.start].ends_with('\\') =>
        {
            (Event::InlineMath(text), range)
        }
        other => (other, range),
    }
}

/// Makes a text that was set apart a text again.
fn without_escapes(event: Event<'_>) -> Event<'_> {
    match event {
        Event::InlineMath(text) => Event::Text(text),
        other => other,
    }
}
