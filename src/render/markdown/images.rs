use pulldown_cmark::{Event, Tag, TagEnd};

/// Returns whether a picture's address is one that pages load from.
pub(crate) fn is_over_tls(address: &str) -> bool {
    address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// Shows pictures that come over TLS, and the words for any other. A picture
/// with a title that stands alone becomes a figure with a caption.
pub(crate) fn over_tls(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut shown = Vec::with_capacity(events.len());
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Paragraph)
                if matches!(events.peek(), Some(Event::Start(Tag::Image { .. }))) =>
            {
                let image = events.next().and_then(|start| Image::read(start, &mut events));
                let is_alone = matches!(events.peek(), Some(Event::End(TagEnd::Paragraph)));
                match image {
                    Some(image) if is_alone && image.is_captioned() => {
                        events.next();
                        shown.push(Event::Html(image.figure().into()));
                    }
                    image => {
                        shown.push(Event::Start(Tag::Paragraph));
                        shown.extend(image.map(Image::inline));
                    }
                }
            }
            Event::Start(Tag::Image { .. }) => {
                shown.extend(Image::read(event, &mut events).map(Image::inline));
            }
            other => shown.push(other),
        }
    }
    shown
}

struct Image {
    address: String,
    title: String,
    words: String,
}

impl Image {
    /// Reads on to the end of the picture that begins here: what stands in its
    /// brackets is its words, without their markup.
    fn read<'a>(start: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>) -> Option<Self> {
        let Event::Start(Tag::Image { dest_url, title, .. }) = start else {
            return None;
        };
        let mut words = String::new();
        let mut depth = 1_usize;
        while depth > 0
            && let Some(event) = events.next()
        {
            match event {
                Event::Start(Tag::Image { .. }) => depth += 1,
                Event::End(TagEnd::Image) => depth -= 1,
                Event::Text(text) | Event::Code(text) => words.push_str(&text),
                Event::SoftBreak | Event::HardBreak => words.push(' '),
                _ => {}
            }
        }
        Some(Self { address: dest_url.into_string(), title: title.into_string(), words })
    }

    fn is_captioned(&self) -> bool {
        is_over_tls(&self.address) && !self.title.is_empty()
    }

    fn inline<'a>(self) -> Event<'a> {
        match is_over_tls(&self.address) {
            true => Event::InlineHtml(self.element().into()),
            false => Event::Text(self.words.into()),
        }
    }

    fn element(&self) -> String {
        let title = match self.title.as_str() {
            "" => String::new(),
            title => format!(r#" title="{}""#, escaped(title)),
        };
        format!(r#"<img src="{}" alt="{}"{title}>"#, escaped(&self.address), escaped(&self.words))
    }

    fn figure(mut self) -> String {
        let caption = escaped(&std::mem::take(&mut self.title));
        format!("<figure>{}<figcaption>{caption}</figcaption></figure>\n", self.element())
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::render;

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
    fn no_words_break_out_of_a_picture() {
        let rendered = render("![\" onerror=\"x](<https://example.org/\" onload=\"y>)");
        assert!(rendered.contains("alt=\"&quot; onerror=&quot;x\""), "{rendered}");
        assert!(!rendered.contains("\" on"), "{rendered}");
        assert_eq!(rendered.matches("<img").count(), 1, "{rendered}");
    }
}
