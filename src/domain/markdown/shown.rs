//! Tells whether a text shows its readers anything.

use pulldown_cmark::{Event, Tag};
use url::Url;

use super::{close_comments, visible_events, without_comments};
use crate::domain::unseen::{has_visible_text, is_invisible};

/// Returns whether pages may load an image from this address.
pub(crate) fn is_over_tls(address: &str) -> bool {
    address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
        && Url::parse(address).is_ok_and(|url| url.has_host())
}

/// Returns whether readers see any text or picture of a body. Comments, blank character
/// references, rules, empty code and pictures that are dropped show nothing.
pub(crate) fn shows_something(markdown: &str) -> bool {
    if !has_visible_text(markdown) {
        return false;
    }
    begins_with_a_word(markdown) || shows_an_event(&close_comments(markdown))
}

/// Most texts begin with a letter, perhaps of a heading: there is nothing to parse.
fn begins_with_a_word(markdown: &str) -> bool {
    let is_mark = |it: char| matches!(it, '#' | '>' | '*' | '_' | '-' | ' ' | '\n');
    let word = markdown.trim_start_matches(is_mark);
    word.starts_with(|first: char| first.is_alphabetic() && !is_invisible(first))
}

fn shows_an_event(markdown: &str) -> bool {
    visible_events(markdown, &mut |_| ()).iter().any(|event| match event {
        Event::Text(text) | Event::Code(text) => has_visible_text(text),
        Event::Start(Tag::Image { dest_url, .. }) => is_over_tls(dest_url),
        Event::FootnoteReference(_) => true,
        _ => false,
    })
}

/// Returns whether readers see any of a line of plain text. One that is only comments or
/// references to blank characters shows none of its words.
pub(crate) fn line_shows_text(line: &str) -> bool {
    let (visible, _) = without_comments(line);
    has_visible_text(&html_escape::decode_html_entities(visible.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::line_shows_text;

    #[test]
    fn a_line_of_comments_and_blank_references_shows_no_text() {
        for line in ["", " ", "&nbsp;", "&#8203; &#x200B;&zwnj;", "<!-- x -->", "\u{200b}&shy;"] {
            assert!(!line_shows_text(line), "{line:?}");
        }
        for line in ["a", "***", "1984", "&amp;", "&nbsp;a", "<!-- x --> a", "&nothing;", "#"] {
            assert!(line_shows_text(line), "{line:?}");
        }
    }
}
