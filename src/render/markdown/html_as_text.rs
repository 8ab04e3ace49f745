//! HTML in a text: comments are hidden, and tags are shown as text.

use std::borrow::Cow;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};

/// Shows HTML as text, without what browsers would not show. After this there is no
/// HTML among the events.
pub(super) fn shown<'a>(
    events: impl Iterator<Item = Event<'a>>,
    notes: &mut Notes,
) -> Vec<Event<'a>> {
    let mut shown = Vec::new();
    let mut block: Option<String> = None;
    for event in events {
        match (event, &mut block) {
            (Event::Start(Tag::HtmlBlock), _) => block = Some(String::new()),
            (Event::Html(html), Some(block)) => block.push_str(&html),
            (Event::End(TagEnd::HtmlBlock), _) => {
                let text = visible(&block.take().unwrap_or_default(), notes);
                if !text.trim().is_empty() {
                    shown.push(Event::Start(Tag::Paragraph));
                    shown.push(Event::Text(text.trim().to_owned().into()));
                    shown.push(Event::End(TagEnd::Paragraph));
                }
            }
            (Event::Html(html) | Event::InlineHtml(html), _) => {
                let text = visible(&html, notes);
                if !text.is_empty() {
                    shown.push(Event::Text(text.into()));
                }
            }
            (event, _) => shown.push(event),
        }
    }
    shown
}

/// What browsers do not show: how it begins and ends.
const HIDDEN: [(&str, &str, NoteKind); 4] = [
    ("<!--", "-->", NoteKind::Comment),
    ("<![CDATA[", "]]>", NoteKind::Instruction),
    ("<?", "?>", NoteKind::Instruction),
    ("<!", ">", NoteKind::Instruction),
];

/// Returns HTML without comments and instructions, and counts these and the tags.
fn visible(html: &str, notes: &mut Notes) -> String {
    let mut visible = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        visible.push_str(&rest[..at]);
        rest = &rest[at..];
        let hidden = HIDDEN.iter().find(|(begin, ..)| rest.starts_with(begin));
        let hidden = hidden.filter(|(begin, ..)| *begin != "<!" || is_name(&rest[2..]));
        match hidden {
            Some((begin, end, kind)) => {
                notes.add(*kind);
                let after = &rest[begin.len()..];
                rest = after.find(end).map_or("", |at| &after[at + end.len()..]);
            }
            None => {
                let name = rest[1..].trim_start_matches('/');
                let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
                if name[..length].eq_ignore_ascii_case("img") {
                    notes.add(NoteKind::PictureTag);
                } else if is_name(name) {
                    notes.add(NoteKind::Tag);
                }
                visible.push('<');
                rest = &rest[1..];
            }
        }
    }
    visible.push_str(rest);
    visible
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Returns a plain text without comments of HTML, and how many it had. One without
/// an end takes the rest.
pub(crate) fn without_comments(text: &str) -> (Cow<'_, str>, usize) {
    let Some((before, mut rest)) = text.split_once("<!--") else { return (text.into(), 0) };
    let (mut visible, mut count) = (before.to_owned(), 1);
    while let Some((_, after)) = rest.split_once("-->") {
        match after.split_once("<!--") {
            Some((between, next)) => {
                visible.push_str(between);
                rest = next;
                count += 1;
            }
            None => {
                visible.push_str(after);
                break;
            }
        }
    }
    (visible.into(), count)
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::{html, said};

    #[test]
    fn tags_stay_text_and_are_counted() {
        let text =
            "<div class=\"a\">\n\nA<br>B 1 < 2\n\n</div>\n\n<img src=\"https://example.org/a\">\n";
        assert_eq!(
            said(text),
            "3 HTML tags are shown as text: only Markdown is formatted.\n\
             1 picture is an HTML tag, which is shown as text. Write it as \
             ![description](https://address).\n"
        );
        assert!(html(text).contains("&lt;img src="));
    }
}
