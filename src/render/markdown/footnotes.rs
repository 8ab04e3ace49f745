use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// Every id that a footnote gives begins so. An author chooses none of them,
/// and nothing else on a page has such an id.
const PREFIX: &str = "footnote-";

/// Returns whether an id is one that footnotes have.
pub(crate) fn is_id(id: &str) -> bool {
    id.strip_prefix(PREFIX).is_some_and(|rest| {
        let number = rest.strip_suffix("-back").unwrap_or(rest);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Gathers footnotes at the end, numbered in the order in which the text comes
/// to them. Those that it never comes to are the last.
pub(crate) fn at_the_end(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let (text, notes) = apart(events);
    if notes.is_empty() {
        return text;
    }
    let order = Order::of(&text, &notes);
    let mut linked = Linked { order: &order, is_linked: vec![false; notes.len()] };
    let mut shown = linked.all(&text);
    shown.push(Event::Html(
        "<div class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n<ol>\n".into(),
    ));
    for (place, number) in order.places.iter().zip(1..) {
        shown.push(Event::Html(format!("<li id=\"{PREFIX}{number}\">").into()));
        let mut words = linked.all(&notes[*place].1);
        if linked.is_linked[*place] {
            // Within the last paragraph, where there is one.
            let ends_in_words = matches!(words.last(), Some(Event::End(TagEnd::Paragraph)));
            words.insert(words.len() - usize::from(ends_in_words), way_back(number));
        }
        shown.append(&mut words);
        shown.push(Event::Html("</li>\n".into()));
    }
    shown.push(Event::Html("</ol>\n</div>\n".into()));
    shown
}

fn way_back<'a>(number: usize) -> Event<'a> {
    let link = format!(
        " <a href=\"#{PREFIX}{number}-back\" role=\"doc-backlink\" \
         aria-label=\"Back to the text\">↩</a>"
    );
    Event::InlineHtml(link.into())
}

/// A footnote's label and what it says.
type Note<'a> = (CowStr<'a>, Vec<Event<'a>>);

/// Takes the footnotes out of the text.
fn apart(events: Vec<Event<'_>>) -> (Vec<Event<'_>>, Vec<Note<'_>>) {
    let (mut text, mut notes): (Vec<Event<'_>>, Vec<Note<'_>>) = (Vec::new(), Vec::new());
    let mut open: Vec<Note<'_>> = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => open.push((label, Vec::new())),
            Event::End(TagEnd::FootnoteDefinition) => notes.extend(open.pop()),
            event => open.last_mut().map_or(&mut text, |(_, words)| words).push(event),
        }
    }
    (text, notes)
}

/// In which order the footnotes are numbered.
struct Order<'n> {
    by_label: HashMap<&'n str, usize>,
    /// The number of each note, or 0 while it has none.
    numbers: Vec<usize>,
    /// The notes by their numbers, from 1.
    places: Vec<usize>,
}

impl<'n> Order<'n> {
    fn of(text: &[Event<'_>], notes: &'n [Note<'_>]) -> Self {
        let mut by_label = HashMap::new();
        for (place, (label, _)) in notes.iter().enumerate() {
            by_label.entry(&**label).or_insert(place);
        }
        let mut order = Self { by_label, numbers: vec![0; notes.len()], places: Vec::new() };
        order.come_to(text);
        let mut read = 0;
        for place in 0..=notes.len() {
            // A note may come to further notes, and so may those.
            while let Some(next) = order.places.get(read) {
                order.come_to(&notes[*next].1);
                read += 1;
            }
            order.number(place);
        }
        order
    }

    fn come_to(&mut self, events: &[Event<'_>]) {
        for event in events {
            if let Event::FootnoteReference(label) = event
                && let Some(place) = self.by_label.get(&**label)
            {
                self.number(*place);
            }
        }
    }

    fn number(&mut self, place: usize) {
        if let Some(number @ 0) = self.numbers.get_mut(place) {
            self.places.push(place);
            *number = self.places.len();
        }
    }
}

/// Turns references into links; the first to a note is where it leads back to.
struct Linked<'n> {
    order: &'n Order<'n>,
    is_linked: Vec<bool>,
}

impl Linked<'_> {
    fn all<'a>(&mut self, events: &[Event<'a>]) -> Vec<Event<'a>> {
        let linked = |event: &Event<'a>| match event {
            Event::FootnoteReference(label) => self.link(label),
            other => other.clone(),
        };
        events.iter().map(linked).collect()
    }

    fn link<'a>(&mut self, label: &str) -> Event<'a> {
        let Some(place) = self.order.by_label.get(label) else {
            return Event::Text(format!("[^{label}]").into());
        };
        let number = self.order.numbers[*place];
        let is_first = !std::mem::replace(&mut self.is_linked[*place], true);
        let id = if is_first { format!(" id=\"{PREFIX}{number}-back\"") } else { String::new() };
        let link = format!(
            "<sup><a href=\"#{PREFIX}{number}\" role=\"doc-noteref\"{id}>{number}</a></sup>"
        );
        Event::InlineHtml(link.into())
    }
}

#[cfg(test)]
mod tests {
    use super::is_id;
    use crate::render::markdown::render;

    #[test]
    fn footnotes_are_numbered_as_the_text_comes_to_them_and_lead_back() {
        let rendered = render("B[^b] A[^a] B[^b]\n\n[^a]: The *a*.\n\n[^b]: The b.\n");
        let (text, notes) = rendered.split_once("<div class=\"footnotes\"").unwrap();
        assert_eq!(text.matches("href=\"#footnote-1\"").count(), 2, "{rendered}");
        assert_eq!(text.matches("id=\"footnote-1-back\"").count(), 1, "{rendered}");
        assert!(text.contains("href=\"#footnote-2\""), "{rendered}");
        assert!(notes.contains("<li id=\"footnote-1\">\n<p>The b. <a href=\"#footnote-1-back\""));
        assert!(notes.contains("<li id=\"footnote-2\">\n<p>The <em>a</em>. <a "), "{notes}");
        assert!(notes.contains("role=\"doc-backlink\" aria-label=\"Back to the text\""));
    }

    #[test]
    fn a_note_may_come_to_another_and_one_without_a_reference_is_not_lost() {
        let rendered = render("One[^x]\n\n[^lost]: Lost.\n\n[^y]: Y.\n\n[^x]: X[^y].\n");
        for (number, words) in [(1, "X"), (2, "Y."), (3, "Lost.")] {
            let note = format!("<li id=\"footnote-{number}\">\n<p>{words}");
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
        let notes: String = (0..5_000).map(|n| format!("a[^{n}]\n\n[^{n}]: b[^{n}]\n\n")).collect();
        let started = std::time::Instant::now();
        assert_eq!(render(&notes).matches("<li id=").count(), 5_000);
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
