//! HTML in a text: comments are hidden, and tags are shown as text.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Markup, visible_html};

/// Shows HTML as text, without what browsers would not show. After this there is no
/// HTML among the events.
pub(super) fn shown<'a>(
    events: impl Iterator<Item = Event<'a>>,
    met: &mut dyn FnMut(Markup),
) -> Vec<Event<'a>> {
    let mut shown = Vec::new();
    let mut block: Option<String> = None;
    for event in events {
        match (event, &mut block) {
            (Event::Start(Tag::HtmlBlock), _) => block = Some(String::new()),
            (Event::Html(html), Some(block)) => block.push_str(&html),
            (Event::End(TagEnd::HtmlBlock), _) => {
                let text = visible_html(&block.take().unwrap_or_default(), &mut *met);
                if !text.trim().is_empty() {
                    shown.push(Event::Start(Tag::Paragraph));
                    shown.push(Event::Text(text.trim().to_owned().into()));
                    shown.push(Event::End(TagEnd::Paragraph));
                }
            }
            (Event::Html(html) | Event::InlineHtml(html), _) => {
                let text = visible_html(&html, &mut *met);
                if !text.is_empty() {
                    shown.push(Event::Text(text.into()));
                }
            }
            (event, _) => shown.push(event),
        }
    }
    shown
}
