use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

/// The classes of cells that are not aligned at the start of the line.
pub(super) const ALIGNED: [&str; 2] = ["centered", "at-end"];

/// How many cells the tables of a text have before those without text are left out.
const MAX_PADDED: usize = 5_000;

/// Leaves out empty cells of very large tables. A row is filled up to the width of its
/// table, so that a short text could become a page of millions of cells.
pub(super) fn without_padding<'a>(
    events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    let mut cells = 0_usize;
    let mut events = events.peekable();
    std::iter::from_fn(move || {
        loop {
            let event = events.next()?;
            if event != Event::Start(Tag::TableCell) {
                return Some(event);
            }
            cells += 1;
            let is_empty = events.peek() == Some(&Event::End(TagEnd::TableCell));
            if cells <= MAX_PADDED || !is_empty {
                return Some(event);
            }
            events.next();
        }
    })
}

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
    fn a_short_row_of_a_table_of_usual_size_is_filled_up() {
        assert_eq!(html("| a | b |\n|---|---|\n| 1 |\n").matches("<td").count(), 2);
    }
}
