use std::collections::VecDeque;
use std::ops::Range;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

/// The classes of cells that are not aligned at the start of the line.
pub(super) const ALIGNED: [&str; 2] = ["centered", "at-end"];

/// Counts the cells that the parser leaves out: those of a row that has more cells than
/// its table has columns. A `|` in code separates cells, too.
pub(super) fn counted<'a>(
    source: &'a str,
    events: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    lost: &mut usize,
) -> impl Iterator<Item = Event<'a>> {
    let mut columns = 0;
    events.map(move |(event, range)| {
        match &event {
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableRow) => {
                let row = source.get(range).unwrap_or_default();
                *lost += cells(row).skip(columns).filter(|cell| !cell.trim().is_empty()).count();
            }
            _ => {}
        }
        event
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

/// Puts tables into frames that scroll and that the keyboard reaches, and replaces
/// inline alignment styles, which the content security policy forbids, by classes.
#[derive(Default)]
pub(super) struct Tables {
    alignments: Vec<Alignment>,
    column: usize,
    is_head: bool,
}

impl Tables {
    /// Returns what to write in place of an event, if it is part of a table.
    pub(super) fn shown<'a>(&mut self, event: &Event<'a>, dir: &str) -> Option<Vec<Event<'a>>> {
        Some(match event {
            Event::Start(Tag::Table(columns)) => {
                self.alignments.clone_from(columns);
                let frame = format!(
                    "<div class=\"table-frame\" role=\"group\" aria-label=\"Table\" \
                     tabindex=\"0\"{dir}>"
                );
                vec![Event::Html(frame.into()), event.clone()]
            }
            Event::End(TagEnd::Table) => vec![event.clone(), Event::Html("</div>".into())],
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                self.column = 0;
                self.is_head = matches!(event, Event::Start(Tag::TableHead));
                vec![event.clone()]
            }
            Event::Start(Tag::TableCell) => {
                let class = match self.alignments.get(self.column) {
                    Some(Alignment::Center) => " class=\"centered\"",
                    Some(Alignment::Right) => " class=\"at-end\"",
                    Some(Alignment::Left | Alignment::None) | None => "",
                };
                self.column += 1;
                let scope = if self.is_head { " scope=\"col\"" } else { "" };
                let cell = format!("<{}{class}{scope}{dir}>", self.cell());
                vec![Event::InlineHtml(cell.into())]
            }
            Event::End(TagEnd::TableCell) => {
                vec![Event::InlineHtml(format!("</{}>", self.cell()).into())]
            }
            _ => return None,
        })
    }

    fn cell(&self) -> &'static str {
        if self.is_head { "th" } else { "td" }
    }
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::html;

    #[test]
    fn a_table_has_no_more_cells_than_its_text_could_fill() {
        let columns = 200;
        let text = format!(
            "|{}\n|{}\n{}",
            "a|".repeat(columns),
            "-|".repeat(columns),
            "|§|\n".repeat(10_000)
        );
        let page = html(&text);
        assert!(page.len() < 20 * text.len(), "{} bytes of {}", page.len(), text.len());
        let written = page.matches('§').count();
        assert!(written >= 10_000, "nothing that was written is lost: {written}");
    }

    #[test]
    fn an_empty_cell_before_another_stays_where_it_is() {
        let text = format!("| a | b | c |\n|---|---|---|\n{}", "| 1 | | 3 |\n".repeat(5_000));
        let page = html(&text);
        assert_eq!(page.matches("<td").count(), 15_000);
    }

    #[test]
    fn a_short_row_of_a_table_of_usual_size_is_filled_up() {
        assert_eq!(html("| a | b |\n|---|---|\n| 1 |\n").matches("<td").count(), 2);
    }
}
