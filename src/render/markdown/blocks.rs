//! The blocks of a text with their directions: a quotation in Hebrew within an
//! English text, or an English paragraph within a Persian one.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::footnotes;
use super::tables::Tables;
use crate::render::direction::TextDirection;

/// The direction of a block.
#[derive(Clone, Copy)]
struct Found {
    direction: TextDirection,
    /// Whether the letter that decides is in the block itself, and in no inner one.
    is_own: bool,
}

impl Found {
    /// Returns the attribute. For `auto` browsers skip inner blocks that have a
    /// direction of their own, so a block of blocks has to name its direction.
    fn attribute(found: Option<Self>) -> String {
        match found {
            None => String::new(),
            Some(found) if found.is_own => " dir=\"auto\"".to_owned(),
            Some(found) => format!(" dir=\"{}\"", found.direction.as_str()),
        }
    }
}

/// Writes the beginnings of blocks as HTML, with their ids and directions. A block
/// without any letter takes the direction of the block around it.
pub(super) fn directed(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut found = directions(&events).into_iter();
    let mut tables = Tables::default();
    let mut shown = Vec::with_capacity(events.len());
    for event in events {
        let dir = match &event {
            Event::Start(tag) if is_block(tag) => Found::attribute(found.next().flatten()),
            _ => String::new(),
        };
        if let Some(mut table) = tables.shown(&event, &dir) {
            shown.append(&mut table);
            continue;
        }
        shown.push(match event {
            Event::Start(Tag::CodeBlock(_)) => {
                html("<pre tabindex=\"0\" dir=\"ltr\"><code>".to_owned())
            }
            Event::Start(Tag::Paragraph) => html(format!("<p{dir}>")),
            Event::Start(Tag::Heading { level, id, .. }) => {
                let id = id.map(|id| format!(" id=\"{id}\"")).unwrap_or_default();
                html(format!("<{level}{id}{dir}>"))
            }
            Event::Start(Tag::BlockQuote(_)) => html(format!("<blockquote{dir}>\n")),
            Event::Start(Tag::List(None)) => html(format!("<ul{dir}>\n")),
            Event::Start(Tag::List(Some(1))) => html(format!("<ol{dir}>\n")),
            Event::Start(Tag::List(Some(first))) => html(format!("<ol start=\"{first}\"{dir}>\n")),
            Event::Start(Tag::Item) => html(format!("<li{dir}>")),
            Event::Start(Tag::FootnoteDefinition(number)) => {
                html(format!("<li id=\"{}{number}\"{dir}>", footnotes::PREFIX))
            }
            Event::End(TagEnd::FootnoteDefinition) => html("</li>\n".to_owned()),
            other => other,
        });
    }
    shown
}

fn html<'a>(html: String) -> Event<'a> {
    Event::Html(html.into())
}

/// Returns the direction of each block, in the order of their beginnings.
fn directions(events: &[Event<'_>]) -> Vec<Option<Found>> {
    let mut found: Vec<Option<Found>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut is_code = false;
    for event in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Start(tag) if is_block(tag) => {
                open.push(found.len());
                found.push(None);
            }
            Event::End(tag) if is_end_of_block(*tag) => drop(open.pop()),
            Event::Text(text) if !is_code => {
                // The blocks around a block that has a direction have one, too.
                let is_known = |at: &usize| found[*at].is_some();
                let first_unknown =
                    open.len() - open.iter().rev().take_while(|at| !is_known(at)).count();
                if first_unknown == open.len() {
                    continue;
                }
                let Some(direction) = TextDirection::of(text) else { continue };
                for (at, block) in open.iter().enumerate().skip(first_unknown) {
                    found[*block] = Some(Found { direction, is_own: at + 1 == open.len() });
                }
            }
            _ => {}
        }
    }
    found
}

fn is_block(tag: &Tag<'_>) -> bool {
    is_end_of_block(tag.to_end())
}

fn is_end_of_block(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::Table
            | TagEnd::TableCell
    )
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::html;

    #[test]
    fn each_block_has_its_own_direction_and_code_is_left_to_right() {
        let rendered = html(
            "שלום `code`\n\nEnglish.\n\n## כותרת\n\n> ציטוט\n\n- פריט\n- Item\n\n1. א\n\n   ב\n\n\
             12\n\n| א | b |\n|---|---|\n| ג | 1 |\n\n```\nlet a;\n```\n\nא[^1]\n\n[^1]: הערה\n",
        );
        for piece in [
            "<p dir=\"auto\">שלום <code dir=\"ltr\">code</code></p>",
            "<p dir=\"auto\">English.</p>",
            "<blockquote dir=\"rtl\">\n<p dir=\"auto\">ציטוט",
            "<ul dir=\"rtl\">\n<li dir=\"auto\">פריט</li>\n<li dir=\"auto\">Item",
            "<li dir=\"rtl\"><p dir=\"auto\">א",
            "<p>12</p>",
            "aria-label=\"Table\" tabindex=\"0\" dir=\"rtl\"",
            "<th scope=\"col\" dir=\"auto\">א</th>",
            "<td>1</td>",
            "<pre tabindex=\"0\" dir=\"ltr\"><code dir=\"ltr\">",
            "<li id=\"footnote-1\" dir=\"rtl\">",
        ] {
            assert!(rendered.contains(piece), "{piece}\n{rendered}");
        }
    }
}
