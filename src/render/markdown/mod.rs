//! Renders the body of a post from Markdown to HTML, and notes what readers do not get
//! as it was written.

mod addresses;
mod audience;
mod blocks;
mod comments;
mod escapes;
mod feed;
mod footnotes;
mod headings;
mod images;
mod links;
mod notations;
mod note_sentences;
mod notes;
mod sanitizer;
mod tables;
mod unseen_characters;

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

pub(crate) use audience::Audience;
pub(crate) use feed::{for_feed, tag_end};
use notes::NoteKind;
pub(crate) use notes::Notes;

use crate::domain::markdown::front_matter::lines_like_front_matter;
use crate::domain::markdown::{OPTIONS, close_comments, visible_events};
use crate::domain::unseen::is_not_xml;
use crate::store::Loan;

pub(crate) struct Rendered {
    pub(crate) html: String,
    /// The address of its first picture that is shown.
    pub(crate) picture: Option<String>,
    pub(crate) notes: Notes,
}

/// Returns the HTML of a post's body, and what readers do not get as it was written.
///
/// Two defences protect the reader: HTML in the Markdown is shown as text, and the
/// output is sanitised as if it were not.
pub(crate) fn render(markdown: &str, audience: Audience) -> Rendered {
    let source = close_comments(markdown);
    let (events, mut notes) = read(&source, audience);
    count_front_matter(markdown, &mut notes);
    let picture = images::first(&events);
    let mut html = String::new();
    html::push_html(&mut html, events.into_iter());
    Rendered { html: sanitizer::clean(&html), picture, notes }
}

/// Returns how many pictures have no description for readers who cannot see them.
pub(crate) fn pictures_without_description(markdown: &str) -> usize {
    let mut description: Option<String> = None;
    let mut count = 0;
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Start(Tag::Image { .. }) => description = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(description) = &mut description {
                    description.push_str(&text);
                }
            }
            Event::End(TagEnd::Image) => {
                let words = description.take().unwrap_or_default();
                count += usize::from(words.trim().is_empty());
            }
            _ => {}
        }
    }
    count
}

/// Returns what readers do not get as it was written.
pub(crate) fn notes(markdown: &str) -> Notes {
    let (_, mut notes) = read(&close_comments(markdown), Audience::Reader);
    count_front_matter(markdown, &mut notes);
    notes
}

fn count_front_matter(markdown: &str, notes: &mut Notes) {
    (0..lines_like_front_matter(markdown)).for_each(|_| notes.add(NoteKind::FrontMatter));
}

fn read(source: &str, audience: Audience) -> (Vec<Event<'_>>, Notes) {
    Loan::assert_none();
    let mut notes = Notes::default();
    // From here on, all HTML among the events comes from this program.
    let events = visible_events(source, &mut |markup| notes.add(NoteKind::Markup(markup)));
    let events = events.into_iter().map(|event| without_controls(event, &mut notes)).collect();
    let mut events = comments::left_out(events, &mut notes);
    comments::count_unknown(&events, &mut notes);
    notations::count(&events, &mut notes);
    addresses::count(&events, &mut notes);
    unseen_characters::count(&events, &mut notes);
    let targets = headings::with_ids(&mut events);
    let events = links::resolved(events, &targets, &mut notes);
    let events = images::replace_insecure_images(events, audience, &mut notes);
    let events = footnotes::collect_endnotes(tasks(events), &mut notes);
    (blocks::directed(events), notes)
}

/// Replaces characters that XML does not allow: the feed is XML. A character reference
/// such as `&#1;` can stand for such a character.
fn without_controls<'a>(event: Event<'a>, notes: &mut Notes) -> Event<'a> {
    match event {
        Event::Text(text) if text.contains(is_not_xml) => {
            text.matches(is_not_xml).for_each(|_| notes.add(NoteKind::ControlCharacter));
            Event::Text(text.replace(is_not_xml, "\u{fffd}").into())
        }
        other => other,
    }
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

#[cfg(test)]
mod tests {
    use super::Audience;

    /// Returns what readers see.
    pub(super) fn html(text: &str) -> String {
        super::render(text, Audience::Reader).html
    }

    /// Returns what is said about a text, one sentence a line.
    pub(super) fn said(text: &str) -> String {
        super::notes(text).iter().map(|note| note.sentence() + "\n").collect()
    }

    /// Returns the HTML without directions.
    pub(super) fn render(text: &str) -> String {
        html(text).replace(" dir=\"auto\"", "").replace(" dir=\"ltr\"", "")
    }

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
    fn a_picture_without_a_description_is_counted() {
        let text = "![](https://a.example/b.png) ![ ](c.png) ![A press](https://a.example/d.png)";
        assert_eq!(super::pictures_without_description(text), 2);
        assert_eq!(super::pictures_without_description("`![](x)` and [link]()"), 0);
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
        assert_eq!(
            render("# One\n\n###### Six"),
            "<h2 id=\"heading-one\">One</h2>\n<h6 id=\"heading-six\">Six</h6>\n"
        );
    }

    #[test]
    fn the_highest_headings_follow_the_title_wherever_an_author_begins() {
        assert_eq!(
            render("### Three\n\n#### Four"),
            "<h2 id=\"heading-three\">Three</h2>\n<h3 id=\"heading-four\">Four</h3>\n"
        );
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
