//! Fits the HTML of a body to a feed, which has several posts on one page.

use std::borrow::Cow;

/// Returns the HTML for a feed. Links within the text lead to the page of the post, and
/// nothing has an id.
pub(crate) fn for_feed(html: &str, address: &str) -> String {
    let mut shown = String::with_capacity(html.len() + address.len());
    let mut rest = html;
    // In sanitised HTML every `<` begins a tag.
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        shown.push_str(before);
        let (tag, after) = tag.split_at(tag_end(tag));
        let tag = without_id(tag);
        match tag.strip_prefix("<a href=\"#") {
            Some(fragment) => shown.push_str(&format!("<a href=\"{address}#{fragment}")),
            None => shown.push_str(&tag),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Returns where a tag ends: a `>` in the value of an attribute is not its end.
pub(crate) fn tag_end(tag: &str) -> usize {
    let mut is_quoted = false;
    let end = tag.find(|character| {
        is_quoted ^= character == '"';
        character == '>' && !is_quoted
    });
    end.map_or(tag.len(), |end| end + 1)
}

fn without_id(tag: &str) -> Cow<'_, str> {
    let mut is_quoted = false;
    let id = tag.char_indices().find_map(|(at, character)| {
        is_quoted ^= character == '"';
        (!is_quoted && tag[at..].starts_with(" id=\"")).then_some(at)
    });
    let Some(start) = id else { return tag.into() };
    let value = &tag[start + " id=\"".len()..];
    let after = value.split_once('"').map_or("", |(_, after)| after);
    format!("{}{after}", &tag[..start]).into()
}

#[cfg(test)]
mod tests {
    use super::for_feed;
    use crate::render::markdown::tests::html;

    #[test]
    fn links_within_the_text_lead_to_the_page_and_nothing_has_an_id() {
        let html = "<h2 id=\"heading-a\" dir=\"auto\">A</h2><p title=\"> id=\">href=\"#x\" \
                    <a href=\"#heading-a\" id=\"footnote-1-back\">up</a></p>";
        assert_eq!(
            for_feed(html, "https://example.org/posts/a"),
            "<h2 dir=\"auto\">A</h2><p title=\"> id=\">href=\"#x\" \
             <a href=\"https://example.org/posts/a#heading-a\">up</a></p>"
        );
    }

    #[test]
    fn a_feed_can_hold_the_same_headings_and_notes_twice() {
        let body = html("[a](#a) b[^1]\n\n## A\n\n[^1]: c\n");
        let feed = for_feed(&body, "https://example.org/posts/x");
        assert!(!feed.contains(" id=\"") && !feed.contains("href=\"#"), "{feed}");
        assert!(feed.contains("<a href=\"https://example.org/posts/x#heading-a\""), "{feed}");
        assert!(feed.contains("<a href=\"https://example.org/posts/x#footnote-1\""), "{feed}");
    }
}
