//! HTML in a text: comments are hidden, and tags are shown as text.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};
use crate::domain::markdown::{Markup, visible_html};

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

/// Returns HTML without comments and instructions, and counts these and the tags.
fn visible(html: &str, notes: &mut Notes) -> String {
    visible_html(html, |markup| {
        notes.add(match markup {
            Markup::Comment => NoteKind::Comment,
            Markup::Instruction => NoteKind::Instruction,
            Markup::PictureTag => NoteKind::PictureTag,
            Markup::Tag => NoteKind::Tag,
        })
    })
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
