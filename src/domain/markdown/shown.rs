//! Whether a text shows its readers anything.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, TextMergeStream};
use url::Url;

use super::{MAX_DEPTH, Mark, OPTIONS, close_comments, visible_html, without_comments};
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
    let mut place = Place::default();
    TextMergeStream::new(Parser::new_ext(markdown, OPTIONS)).any(|event| {
        let is_seen = place.shows(&event);
        place.go_on(event);
        is_seen
    })
}

/// What is around an event, as far as it decides what is seen of it.
#[derive(Default)]
struct Place {
    depth: usize,
    is_heading: bool,
    /// The HTML of the block so far.
    html: String,
    /// Whether a link or picture has just ended, and whether any element has.
    is_after_link: bool,
    is_after_element: bool,
}

impl Place {
    fn shows(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Text(text) => has_visible_text(self.without_marks(text)),
            Event::Code(text) => has_visible_text(text),
            Event::Html(html) => {
                self.html.push_str(html);
                let seen = visible_html(&self.html, |_| ());
                Mark::of_line(seen.trim()).is_none() && has_visible_text(&seen)
            }
            Event::InlineHtml(html) => has_visible_text(&visible_html(html, |_| ())),
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.depth < MAX_DEPTH && is_over_tls(dest_url)
            }
            Event::FootnoteReference(_) => true,
            _ => false,
        }
    }

    /// Returns a text without the marks that are left out of it.
    fn without_marks<'t>(&self, text: &'t str) -> &'t str {
        if Mark::of_line(text.trim()).is_some() {
            return "";
        }
        let takes_mark = self.is_after_link || (self.is_after_element && text.starts_with("{:"));
        let text = match Mark::split_start(text).filter(|_| takes_mark) {
            Some((_, rest)) => rest,
            None => text,
        };
        match Mark::split_end(text).filter(|_| self.is_heading) {
            Some((rest, _)) => rest,
            None => text,
        }
    }

    fn go_on(&mut self, event: Event<'_>) {
        (self.is_after_link, self.is_after_element) = (false, false);
        match event {
            // What is nested too deep is left out, and its text stays.
            Event::Start(tag) => {
                match tag {
                    Tag::Heading { .. } => self.is_heading = self.depth < MAX_DEPTH,
                    Tag::HtmlBlock => self.html.clear(),
                    _ => {}
                }
                self.depth += 1;
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth < MAX_DEPTH {
                    self.is_after_link = matches!(tag, TagEnd::Link | TagEnd::Image);
                    self.is_after_element =
                        matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough);
                }
                self.is_heading &= !matches!(tag, TagEnd::Heading(_));
            }
            Event::Code(_) => self.is_after_element = true,
            _ => {}
        }
    }
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
