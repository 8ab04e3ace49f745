mod footnotes;
mod images;

use ammonia::Builder;
use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Returns the HTML of a post's body.
///
/// Two defences protect the reader: HTML in the Markdown is shown as text, and the
/// output is sanitised as if it were not. The title is the only `h1` of the page,
/// so the highest headings of the body become `h2`. Tables and code, which may be
/// wider than the page, scroll in a frame that the keyboard can reach.
pub(crate) fn render(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let events = no_deeper(Parser::new_ext(markdown, options)).map(as_text).collect();
    // From here on, all HTML among the events comes from this program.
    let events = footnotes::at_the_end(images::over_tls(tables(tasks(headings(events)))));
    let mut rendered = String::new();
    html::push_html(&mut rendered, events.into_iter());
    Builder::default()
        .link_rel(Some("noopener noreferrer"))
        .add_tag_attributes("a", ["id"])
        .add_tag_attribute_values("a", "role", ["doc-noteref", "doc-backlink"])
        .add_tag_attribute_values("a", "aria-label", ["Back to the text"])
        .add_tag_attributes("li", ["id"])
        .add_allowed_classes("div", ["table-frame", "footnotes"])
        .add_tag_attribute_values("div", "role", ["group", "doc-endnotes"])
        .add_tag_attribute_values("div", "aria-label", ["Table", "Footnotes"])
        .add_tag_attribute_values("div", "tabindex", ["0"])
        .add_allowed_classes("th", ALIGNED)
        .add_allowed_classes("td", ALIGNED)
        .add_allowed_classes("span", ["task"])
        .add_tag_attribute_values("span", "role", ["img"])
        .add_tag_attribute_values("span", "aria-label", ["Done", "To do"])
        .set_tag_attribute_value("pre", "tabindex", "0")
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            (_, "id") => footnotes::is_id(value).then(|| value.into()),
            ("img", "src") => images::is_over_tls(value).then(|| value.into()),
            _ => Some(value.into()),
        })
        .clean(&rendered)
        .to_string()
        // A character reference such as `&#1;` is a character that XML does
        // not allow, and the feed is XML.
        .replace(is_not_xml, "\u{fffd}")
}

/// The maximum depth of nested elements. The sanitiser walks through all open
/// elements for each new one: without a limit, a line of `>>>>` takes minutes.
const MAX_DEPTH: usize = 50;

/// Leaves out elements that are nested deeper; their text stays.
fn no_deeper<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut depth = 0_usize;
    events.filter(move |event| match event {
        Event::Start(_) => {
            depth += 1;
            depth <= MAX_DEPTH
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            depth < MAX_DEPTH
        }
        _ => true,
    })
}

/// The first defence: shows HTML as text.
fn as_text(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    }
}

fn is_not_xml(character: char) -> bool {
    let is_space = matches!(character, '\t' | '\n' | '\r');
    (character.is_control() && !is_space) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn headings(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let levels = events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level),
        _ => None,
    });
    let highest = levels.min().unwrap_or(HeadingLevel::H1);
    let lowered = |event| match event {
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below_title(level, highest),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => {
            Event::End(TagEnd::Heading(below_title(level, highest)))
        }
        other => other,
    };
    events.into_iter().map(lowered).collect()
}

/// Returns the level that a heading has below the page's title.
fn below_title(level: HeadingLevel, highest: HeadingLevel) -> HeadingLevel {
    let level = level as usize - highest as usize + 2;
    HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6)
}

/// Shows a task as a labelled symbol. A checkbox would be a control without effect.
fn tasks(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let shown = |event| match event {
        Event::TaskListMarker(true) => {
            Event::InlineHtml(r#"<span class="task" role="img" aria-label="Done">☑</span> "#.into())
        }
        Event::TaskListMarker(false) => Event::InlineHtml(
            r#"<span class="task" role="img" aria-label="To do">☐</span> "#.into(),
        ),
        other => other,
    };
    events.into_iter().map(shown).collect()
}

/// The classes of cells that are not aligned at the start of the line.
const ALIGNED: [&str; 2] = ["centered", "at-end"];

const FRAME: &str = r#"<div class="table-frame" role="group" aria-label="Table" tabindex="0">"#;

/// Puts tables into frames, and replaces inline alignment styles, which the content
/// security policy forbids, by classes.
fn tables(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut shown = Vec::with_capacity(events.len());
    let (mut alignments, mut column, mut cell) = (Vec::new(), 0, "td");
    for event in events {
        match event {
            Event::Start(Tag::Table(columns)) => {
                alignments.clone_from(&columns);
                shown.push(Event::Html(FRAME.into()));
                shown.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                shown.push(event);
                shown.push(Event::Html("</div>".into()));
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                column = 0;
                cell = if matches!(event, Event::Start(Tag::TableHead)) { "th" } else { "td" };
                shown.push(event);
            }
            Event::Start(Tag::TableCell) => {
                let class = match alignments.get(column) {
                    Some(Alignment::Center) => r#" class="centered""#,
                    Some(Alignment::Right) => r#" class="at-end""#,
                    Some(Alignment::Left | Alignment::None) | None => "",
                };
                let scope = if cell == "th" { r#" scope="col""# } else { "" };
                shown.push(Event::InlineHtml(format!("<{cell}{class}{scope}>").into()));
                column += 1;
            }
            Event::End(TagEnd::TableCell) => {
                shown.push(Event::InlineHtml(format!("</{cell}>").into()));
            }
            other => shown.push(other),
        }
    }
    shown
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
    fn a_table_keeps_its_alignment_and_its_headers_name_columns() {
        let rendered = render("|a|b|c|\n|:-|:-:|-:|\n|d|e|f|");
        for cell in [
            "<th scope=\"col\">a</th>",
            "<th class=\"centered\" scope=\"col\">b</th>",
            "<td>d</td>",
            "<td class=\"centered\">e</td>",
            "<td class=\"at-end\">f</td>",
        ] {
            assert!(rendered.contains(cell), "{cell} in {rendered}");
        }
    }

    #[test]
    fn the_title_stays_the_only_first_heading() {
        assert_eq!(render("# One\n\n###### Six"), "<h2>One</h2>\n<h6>Six</h6>\n");
    }

    #[test]
    fn the_highest_headings_follow_the_title_wherever_an_author_begins() {
        assert_eq!(render("### Three\n\n#### Four"), "<h2>Three</h2>\n<h3>Four</h3>\n");
    }

    #[test]
    fn tasks_say_whether_they_are_done_and_cannot_be_ticked() {
        let rendered = render("- [x] Read\n- [ ] Write");
        assert!(rendered.contains("aria-label=\"Done\">☑</span> Read"), "{rendered}");
        assert!(rendered.contains("aria-label=\"To do\">☐</span> Write"), "{rendered}");
        assert!(!rendered.contains("<input"), "{rendered}");
    }

    #[test]
    fn what_no_xml_document_can_hold_is_replaced() {
        assert_eq!(render("a&#1;b&#x9f;c&#xffff;d"), "<p>a\u{fffd}b\u{fffd}c\u{fffd}d</p>\n");
    }
}
