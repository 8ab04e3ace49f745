//! Decides which images are shown, and turns images with titles into figures.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::audience::Audience;
use super::notes::{NoteKind, Notes};
use crate::domain::markdown::is_over_tls;

/// Returns the address of the first image that is shown.
pub(super) fn first(events: &[Event<'_>]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    })
}

/// Keeps images that come over TLS, and only the description of any other. An image
/// with a title, alone in its paragraph, becomes a figure with a caption.
pub(super) fn replace_insecure_images<'a>(
    events: Vec<Event<'a>>,
    audience: Audience,
    notes: &mut Notes,
) -> Vec<Event<'a>> {
    let mut shown = Vec::with_capacity(events.len());
    let mut paragraph = 0;
    for event in plain_descriptions(events, audience, notes) {
        match event {
            Event::Start(Tag::Paragraph) => {
                paragraph = shown.len();
                shown.push(event);
            }
            Event::End(TagEnd::Paragraph) => match take_caption(&mut shown[paragraph..]) {
                Some(caption) => {
                    shown[paragraph] = Event::Html("<figure>".into());
                    shown.push(Event::Html("<figcaption dir=\"auto\">".into()));
                    shown.push(Event::Text(caption));
                    shown.push(Event::Html("</figcaption></figure>\n".into()));
                }
                None => shown.push(event),
            },
            other => shown.push(other),
        }
    }
    shown
}

/// Takes the title from an image that is alone in its paragraph.
fn take_caption<'a>(paragraph: &mut [Event<'a>]) -> Option<CowStr<'a>> {
    let [_, Event::Start(Tag::Image { title, .. }), description @ .., Event::End(TagEnd::Image)] =
        paragraph
    else {
        return None;
    };
    let is_alone = !description.contains(&Event::End(TagEnd::Image));
    (is_alone && !title.is_empty()).then(|| std::mem::replace(title, "".into()))
}

/// What an author sees before the description of an image that is not shown.
const UNSHOWN: &str =
    "<span class=\"unshown\"><span role=\"img\" aria-label=\"Picture not shown:\">⊘</span> ";

/// Reduces descriptions to their text, and images that are not shown to their
/// descriptions.
fn plain_descriptions<'a>(
    events: Vec<Event<'a>>,
    audience: Audience,
    notes: &mut Notes,
) -> impl Iterator<Item = Event<'a>> {
    let (mut depth, mut is_shown) = (0_usize, false);
    let placeholder = move |html: &'static str| match audience {
        Audience::Author => Some(Event::InlineHtml(html.into())),
        Audience::Reader => None,
    };
    events.into_iter().filter_map(move |event| match event {
        Event::Start(Tag::Image { ref dest_url, .. }) => {
            depth += 1;
            if depth > 1 {
                return None;
            }
            is_shown = is_over_tls(dest_url);
            if is_shown {
                return Some(event);
            }
            notes.add(why_unshown(dest_url));
            placeholder(UNSHOWN)
        }
        Event::End(TagEnd::Image) => {
            depth = depth.saturating_sub(1);
            match (depth, is_shown) {
                (0, true) => Some(event),
                (0, false) => placeholder("</span>"),
                _ => None,
            }
        }
        Event::Start(_) | Event::End(_) | Event::FootnoteReference(_) if depth > 0 => None,
        Event::Code(text) if depth > 0 => Some(Event::Text(text)),
        Event::SoftBreak | Event::HardBreak if depth > 0 => Some(Event::Text(" ".into())),
        other => Some(other),
    })
}

/// Returns why pages do not load an image from this address.
fn why_unshown(address: &str) -> NoteKind {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        _ if address.starts_with("//") => NoteKind::PictureWithoutScheme,
        Some("http") => NoteKind::InsecurePicture,
        Some("data") => NoteKind::InlinePicture,
        Some(scheme) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            NoteKind::OtherPicture
        }
        _ => NoteKind::RelativePicture,
    }
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::{render, said};
    use crate::render::markdown::{self, Audience};

    const IMG: &str = "<img src=\"https://example.org/a.png\" alt=\"A press &amp; its *ink*\"";

    #[test]
    fn a_picture_has_words_waits_until_it_is_near_and_tells_nobody_who_looks() {
        let rendered = render("See ![A press & its \\*ink\\*](https://example.org/a.png).");
        assert!(rendered.contains(IMG), "{rendered}");
        assert!(rendered.contains("loading=\"lazy\""), "{rendered}");
        assert!(rendered.contains("referrerpolicy=\"no-referrer\""), "{rendered}");
    }

    #[test]
    fn a_picture_that_stands_alone_has_its_title_as_a_caption() {
        let rendered = render("![A press](https://example.org/a.png \"Mainz, <1455>\")\n\nMore.");
        assert!(rendered.starts_with("<figure><img "), "{rendered}");
        assert!(
            rendered.contains("<figcaption>Mainz, &lt;1455&gt;</figcaption></figure>"),
            "{rendered}"
        );
        assert!(rendered.ends_with("<p>More.</p>\n"), "{rendered}");
        let within = render("![A press](https://example.org/a.png \"Mainz\") and words");
        assert!(within.starts_with("<p><img ") && within.contains("title=\"Mainz\""), "{within}");
    }

    #[test]
    fn a_picture_from_anywhere_else_is_its_words() {
        for address in
            ["http://example.org/a.png", "/a.png", "//example.org/a", "data:image/png,x", "é"]
        {
            let rendered = render(&format!("![The *old* press](<{address}> \"Title\")"));
            assert_eq!(rendered, "<p>The old press</p>\n", "{address}");
        }
    }

    #[test]
    fn a_description_is_plain_text() {
        let rendered = render("![a `b` *c*\nd](https://example.org/a.png)");
        assert!(rendered.contains("alt=\"a b c d\""), "{rendered}");
    }

    #[test]
    fn no_words_break_out_of_a_picture() {
        let rendered = render("![\" onerror=\"x](<https://example.org/\" onload=\"y>)");
        assert!(rendered.contains("alt=\"&quot; onerror=&quot;x\""), "{rendered}");
        assert!(!rendered.contains("\" on"), "{rendered}");
        assert_eq!(rendered.matches("<img").count(), 1, "{rendered}");
    }

    #[test]
    fn each_dropped_picture_is_counted_and_marked_for_its_author() {
        let text = "![](/assets/a.png) ![The press](a.png) ![x](http://example.org/a.png) \
                    ![r][ref] \
                    ![p](//example.org/a) ![d](data:image/png;base64,AA) ![f](ftp://example.org/a) \
                    ![kept](https://example.org/a.png)\n\n[ref]: b.png\n";
        let shown = said(text);
        for sentence in [
            "3 pictures are not shown, so readers see only the descriptions: their addresses are \
             relative, and they must begin with https.",
            "1 picture is not shown, so readers see only the description: its address begins with \
             http, and it must begin with https.",
            "begins with //",
            "its data is in the text",
            "its address must begin with https",
        ] {
            assert!(shown.contains(sentence), "{shown}");
        }
        let author = markdown::render(text, Audience::Author).html;
        assert_eq!(author.matches("class=\"unshown\"").count(), 7, "{author}");
        assert!(author.contains("Picture not shown:\">⊘</span> The press</span>"), "{author}");
        let reader = render(text);
        assert!(!reader.contains("unshown") && reader.contains("The press"), "{reader}");
        assert_eq!(reader.matches("<img").count(), 1);
    }
}
