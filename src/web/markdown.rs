use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Returns the HTML of a post's body.
///
/// Two walls stand between an author's text and a reader's browser: HTML in
/// the Markdown is shown as text, and what comes out is sanitised as if it
/// were not. Headings move one level down, because the page's title is its
/// only `h1`.
pub(super) fn render(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: one_down(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(one_down(level))),
        other => other,
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    Builder::default().link_rel(Some("noopener noreferrer")).clean(&rendered).to_string()
}

fn one_down(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn html_in_a_body_is_shown_and_not_run() {
        let rendered = render("Hello <script>alert(1)</script> <img src=x onerror=alert(1)>");
        assert!(!rendered.contains("<script") && !rendered.contains("<img"), "{rendered}");
        assert!(rendered.contains("&lt;script&gt;"), "{rendered}");
    }

    #[test]
    fn links_run_no_code() {
        let rendered = render("[a](javascript:alert(1)) [b](https://example.org)");
        assert!(!rendered.contains("javascript"), "{rendered}");
        assert!(rendered.contains("https://example.org"), "{rendered}");
    }

    #[test]
    fn the_title_stays_the_only_first_heading() {
        assert_eq!(render("# One\n\n###### Six"), "<h2>One</h2>\n<h6>Six</h6>\n");
    }
}
