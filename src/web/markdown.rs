use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Returns the HTML of a post's body.
///
/// Two walls stand between an author's text and a reader's browser: HTML in
/// the Markdown is shown as text, and what comes out is sanitised as if it
/// were not. The page's title is its only `h1`, so the highest headings of the
/// body become `h2`. What may be wider than a page scrolls in a frame of its
/// own, which the keyboard reaches.
pub(super) fn render(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = no_deeper(Parser::new_ext(markdown, options)).collect();
    let highest = highest(&events);
    let events = events.into_iter().flat_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => [Some(Event::Text(text)), None],
        Event::Start(Tag::Heading { level, .. }) => [
            Some(Event::Start(Tag::Heading {
                level: below_title(level, highest),
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            None,
        ],
        Event::End(TagEnd::Heading(level)) => {
            let level = below_title(level, highest);
            [Some(Event::End(TagEnd::Heading(level))), None]
        }
        Event::Start(Tag::Table(_)) => [Some(Event::Html(FRAME.into())), Some(event)],
        Event::End(TagEnd::Table) => [Some(event), Some(Event::Html("</div>".into()))],
        other => [Some(other), None],
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events.flatten());
    Builder::default()
        .link_rel(Some("noopener noreferrer"))
        .add_allowed_classes("div", ["table-frame"])
        .add_tag_attribute_values("div", "role", ["group"])
        .add_tag_attribute_values("div", "aria-label", ["Table"])
        .add_tag_attribute_values("div", "tabindex", ["0"])
        .set_tag_attribute_value("pre", "tabindex", "0")
        .clean(&rendered)
        .to_string()
}

/// How deep quotations, lists and the like may stand in each other. Sanitising
/// looks through everything that is open, for each thing that opens: without a
/// limit, a line of `>>>>` takes minutes.
const DEEPEST: usize = 50;

/// Leaves out what opens and closes deeper than that; its text stays.
fn no_deeper<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut depth = 0_usize;
    events.filter(move |event| match event {
        Event::Start(_) => {
            depth += 1;
            depth <= DEEPEST
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            depth < DEEPEST
        }
        _ => true,
    })
}

const FRAME: &str = r#"<div class="table-frame" role="group" aria-label="Table" tabindex="0">"#;

fn highest(events: &[Event<'_>]) -> HeadingLevel {
    let levels = events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level),
        _ => None,
    });
    levels.min().unwrap_or(HeadingLevel::H1)
}

/// Returns the level that a heading has below the page's title.
fn below_title(level: HeadingLevel, highest: HeadingLevel) -> HeadingLevel {
    let level = level as usize - highest as usize + 2;
    HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6)
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
    fn nesting_without_end_is_rendered_in_bounded_time_and_keeps_its_text() {
        for opening in [">", "- "] {
            let body = opening.repeat(50_000 / opening.len()) + "the text";
            let started = std::time::Instant::now();
            let rendered = render(&body);
            assert!(started.elapsed().as_secs() < 5, "{opening:?}: {:?}", started.elapsed());
            assert!(rendered.contains("the text"), "{opening:?}");
        }
        assert_eq!(render("> a\n>> b").matches("<blockquote>").count(), 2);
    }

    #[test]
    fn links_run_no_code() {
        let rendered = render("[a](javascript:alert(1)) [b](https://example.org)");
        assert!(!rendered.contains("javascript"), "{rendered}");
        assert!(rendered.contains("https://example.org"), "{rendered}");
    }

    #[test]
    fn a_table_scrolls_in_a_frame_that_the_keyboard_reaches() {
        let rendered = render("|a|\n|-|\n|b|");
        assert!(
            rendered.contains("tabindex=\"0\"") && rendered.contains("class=\"table-frame\""),
            "{rendered}"
        );
        assert!(rendered.ends_with("</table>\n</div>"), "{rendered}");
    }

    #[test]
    fn the_title_stays_the_only_first_heading() {
        assert_eq!(render("# One\n\n###### Six"), "<h2>One</h2>\n<h6>Six</h6>\n");
    }

    #[test]
    fn the_highest_headings_follow_the_title_wherever_an_author_begins() {
        assert_eq!(render("### Three\n\n#### Four"), "<h2>Three</h2>\n<h3>Four</h3>\n");
    }
}
