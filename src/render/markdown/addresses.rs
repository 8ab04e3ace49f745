//! Counts addresses of sites that an author wrote as plain words, which are no links.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};

/// Counts them, outside code.
pub(super) fn count(events: &[Event<'_>], notes: &mut Notes) {
    let mut is_plain = true;
    for event in events {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => {
                is_plain = false;
            }
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => is_plain = true,
            Event::Text(text) if is_plain => {
                let words = text.split_whitespace();
                let addresses = words.filter(|word| is_address(word));
                addresses.for_each(|_| notes.add(NoteKind::PlainAddress));
            }
            _ => {}
        }
    }
}

fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '“', '‘']);
    ["https://", "http://", "www."].iter().any(|start| {
        word.strip_prefix(start).is_some_and(|site| {
            site.starts_with(char::is_alphanumeric) && site.contains(['.', ':'])
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::said;

    #[test]
    fn an_address_that_is_no_link_is_noted() {
        let text = "See https://a.example/b, (http://c.example:80) or **www.d.example**.";
        assert_eq!(
            said(text),
            "3 addresses are shown as words and are no links. Write them as <https://…>.\n"
        );
        for text in [
            "`https://a.example` <https://a.example> [https://a.example](https://b.example)",
            "```\nhttps://a.example\n```\n\nThe http:// of www. is no address.",
        ] {
            assert_eq!(said(text), "", "{text}");
        }
    }
}
