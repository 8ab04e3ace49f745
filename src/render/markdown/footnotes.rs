//! Renders footnotes at the end of a text. pulldown-cmark's own HTML leaves them where
//! they are written, with the author's ids and without links back.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};

/// The prefix of every id of a footnote. Authors cannot choose ids, so these cannot
/// clash with the ids of a page.
pub(super) const PREFIX: &str = "footnote-";

/// Returns whether an id is that of a footnote or of a reference to one.
pub(crate) fn is_id(id: &str) -> bool {
    id.strip_prefix(PREFIX).is_some_and(|rest| {
        let number = rest.strip_suffix("-back").unwrap_or(rest);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Moves footnotes to the end, numbered in the order of their first references. Notes
/// without a reference come last.
pub(super) fn collect_endnotes<'a>(events: Vec<Event<'a>>, noted: &mut Notes) -> Vec<Event<'a>> {
    let (text, mut notes) = Footnotes::split(events);
    let mut shown = notes.with_links(text);
    if notes.all.is_empty() {
        return shown;
    }
    shown.push(Event::Html(
        "<div class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n".into(),
    ));
    shown.push(Event::Start(Tag::List(Some(1))));
    for number in 1..=notes.all.len() {
        let is_referenced = number <= notes.order.len();
        if !is_referenced {
            noted.add(NoteKind::UnusedFootnote);
        }
        let note = notes.take(number);
        let mut note = notes.with_links(note);
        if is_referenced {
            // Inside the last paragraph, if there is one.
            let ends_in_paragraph = matches!(note.last(), Some(Event::End(TagEnd::Paragraph)));
            note.insert(note.len() - usize::from(ends_in_paragraph), back_link(number));
        }
        shown.push(Event::Start(Tag::FootnoteDefinition(number.to_string().into())));
        shown.append(&mut note);
        shown.push(Event::End(TagEnd::FootnoteDefinition));
    }
    shown.push(Event::End(TagEnd::List(true)));
    shown.push(Event::Html("</div>\n".into()));
    shown
}

fn back_link<'a>(number: usize) -> Event<'a> {
    let link = format!(
        " <a href=\"#{PREFIX}{number}-back\" role=\"doc-backlink\" \
         aria-label=\"Back to the text\">↩</a>"
    );
    Event::InlineHtml(link.into())
}

/// The footnotes of a text, numbered as references to them are met.
#[derive(Default)]
struct Footnotes<'a> {
    /// The notes as they were written.
    all: Vec<Vec<Event<'a>>>,
    /// The index of the note with this label; the first, if there are several.
    by_label: HashMap<CowStr<'a>, usize>,
    /// The number of each note, or 0 while it has none.
    numbers: Vec<usize>,
    /// The indices of the numbered notes.
    order: Vec<usize>,
}

impl<'a> Footnotes<'a> {
    /// Splits a text from its notes.
    fn split(events: Vec<Event<'a>>) -> (Vec<Event<'a>>, Self) {
        let (mut text, mut notes) = (Vec::new(), Self::default());
        let mut open: Vec<(CowStr<'a>, Vec<Event<'a>>)> = Vec::new();
        for event in events {
            match event {
                Event::Start(Tag::FootnoteDefinition(label)) => open.push((label, Vec::new())),
                Event::End(TagEnd::FootnoteDefinition) => {
                    if let Some((label, note)) = open.pop() {
                        notes.by_label.entry(label).or_insert(notes.all.len());
                        notes.all.push(note);
                    }
                }
                event => open.last_mut().map_or(&mut text, |(_, note)| note).push(event),
            }
        }
        notes.numbers = vec![0; notes.all.len()];
        (text, notes)
    }

    /// Takes out the note with this number. Once every referenced note has been
    /// taken, it is the first note without a number.
    fn take(&mut self, number: usize) -> Vec<Event<'a>> {
        if number > self.order.len()
            && let Some(index) = self.numbers.iter().position(|number| *number == 0)
        {
            self.number(index);
        }
        let index = self.order.get(number - 1);
        index.map(|index| std::mem::take(&mut self.all[*index])).unwrap_or_default()
    }

    fn number(&mut self, index: usize) {
        self.order.push(index);
        self.numbers[index] = self.order.len();
    }

    fn with_links(&mut self, events: Vec<Event<'a>>) -> Vec<Event<'a>> {
        let linked = events.into_iter().map(|event| match event {
            Event::FootnoteReference(label) => self.link(&label),
            other => other,
        });
        linked.collect()
    }

    /// Returns the link for a reference. The first to a note can be linked back to.
    fn link(&mut self, label: &str) -> Event<'a> {
        let Some(&index) = self.by_label.get(label) else {
            return Event::Text(format!("[^{label}]").into());
        };
        let mut id = String::new();
        if self.numbers[index] == 0 {
            self.number(index);
            id = format!(" id=\"{PREFIX}{}-back\"", self.order.len());
        }
        let number = self.numbers[index];
        let link = format!(
            "<sup><a href=\"#{PREFIX}{number}\" role=\"doc-noteref\"{id}>{number}</a></sup>"
        );
        Event::InlineHtml(link.into())
    }
}

#[cfg(test)]
mod tests {
    use super::is_id;
    use crate::render::markdown::tests::render;

    #[test]
    fn footnotes_are_numbered_as_the_text_comes_to_them_and_lead_back() {
        let rendered = render("B[^b] A[^a] B[^b]\n\n[^a]: The *a*.\n\n[^b]: The b.\n");
        let (text, notes) = rendered.split_once("<div class=\"footnotes\"").unwrap();
        assert_eq!(text.matches("href=\"#footnote-1\"").count(), 2, "{rendered}");
        assert_eq!(text.matches("id=\"footnote-1-back\"").count(), 1, "{rendered}");
        assert!(text.contains("href=\"#footnote-2\""), "{rendered}");
        assert!(notes.contains("<li id=\"footnote-1\"><p>The b. <a href=\"#footnote-1-back\""));
        assert!(notes.contains("<li id=\"footnote-2\"><p>The <em>a</em>. <a "), "{notes}");
        assert!(notes.contains("role=\"doc-backlink\" aria-label=\"Back to the text\""));
    }

    #[test]
    fn a_note_may_come_to_another_and_one_without_a_reference_is_not_lost() {
        let rendered = render("One[^x]\n\n[^lost]: Lost.\n\n[^y]: Y.\n\n[^x]: X[^y].\n");
        for (number, words) in [(1, "X"), (2, "Y."), (3, "Lost.")] {
            let note = format!("<li id=\"footnote-{number}\"><p>{words}");
            assert!(rendered.contains(&note), "{note} in {rendered}");
        }
        assert!(!rendered.contains("footnote-3-back"), "nothing to lead back to: {rendered}");
    }

    #[test]
    fn a_reference_to_no_note_stays_as_it_was_written() {
        assert_eq!(render("Why[^not]?"), "<p>Why[^not]?</p>\n");
    }

    #[test]
    fn an_author_gives_no_ids() {
        let rendered = render("T[^content]\n\n[^content]: C.\n\n## Two {#content}\n");
        assert!(!rendered.contains("\"content\""), "{rendered}");
        for (id, is_ours) in [
            ("footnote-1", true),
            ("footnote-12-back", true),
            ("content", false),
            ("footnote-", false),
            ("footnote--back", false),
            ("footnote-x", false),
        ] {
            assert_eq!(is_id(id), is_ours, "{id}");
        }
    }

    #[test]
    fn notes_without_end_are_rendered_in_bounded_time() {
        let notes: String = (0..2_500).map(|n| format!("a[^{n}]\n\n[^{n}]: b[^{n}]\n\n")).collect();
        let started = std::time::Instant::now();
        assert_eq!(render(&notes).matches("<li id=").count(), 2_500);
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
