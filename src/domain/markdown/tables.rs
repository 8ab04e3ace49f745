//! Counts the cells of tables that the parser drops, and limits those that it adds.

use std::collections::VecDeque;
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Mark, Markup};

/// Counts the cells that the parser leaves out: those of a row that has more cells than
/// its table has columns. A `|` in code separates cells, too. Leaves out the rows that the
/// parser makes of marks below a table.
pub(super) fn counted<'a>(
    source: &'a str,
    events: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    met: &mut dyn FnMut(Markup),
) -> impl Iterator<Item = Event<'a>> {
    let (mut columns, mut is_mark) = (0, false);
    events.filter_map(move |(event, range)| {
        match &event {
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableRow) => {
                let row = source.get(range).unwrap_or_default();
                let marks = Mark::of_line(row);
                is_mark = !marks.is_empty();
                marks.iter().for_each(|_| met(Markup::Mark));
                let lost = cells(row).skip(columns).filter(|cell| !cell.trim().is_empty());
                lost.for_each(|_| met(Markup::LostCell));
            }
            Event::End(TagEnd::TableRow) if is_mark => {
                is_mark = false;
                return None;
            }
            _ => {}
        }
        (!is_mark).then_some(event)
    })
}

/// Returns the cells of a row as they are written.
fn cells(row: &str) -> impl Iterator<Item = &str> {
    let row = row.trim_start();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut is_escaped = false;
    row.split(move |letter| {
        let separates = letter == '|' && !is_escaped;
        is_escaped = letter == '\\';
        separates
    })
}

/// How many cells the tables of a text have before those without text are left out.
const MAX_PADDED: usize = 5_000;

/// Leaves out the empty cells at the end of the rows of very large tables. A row is
/// filled up to the width of its table, so that a short text could become a page of
/// millions of cells.
pub(super) fn without_padding<'a>(
    events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    let (mut cells, mut empty) = (0_usize, 0_usize);
    let mut events = events.peekable();
    let mut ready = VecDeque::new();
    std::iter::from_fn(move || {
        loop {
            if let Some(event) = ready.pop_front() {
                return Some(event);
            }
            let event = events.next()?;
            let is_cell = event == Event::Start(Tag::TableCell);
            cells += usize::from(is_cell);
            if is_cell && cells > MAX_PADDED && events.peek() == Some(&END_OF_CELL) {
                events.next();
                empty += 1;
                continue;
            }
            // A cell with text comes after the empty ones, or the row ends with them.
            let held = std::mem::take(&mut empty);
            if is_cell {
                ready.extend((0..held).flat_map(|_| [Event::Start(Tag::TableCell), END_OF_CELL]));
            }
            ready.push_back(event);
        }
    })
}

const END_OF_CELL: Event<'static> = Event::End(TagEnd::TableCell);
