//! Fits tables to narrow screens, to the keyboard and to the content security policy.

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

/// The classes of cells that are not aligned at the start of the line.
pub(super) const ALIGNED: [&str; 2] = ["centered", "at-end"];

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
