//! Finds the text that HTML shows.

use std::borrow::Cow;

/// A piece of a text that readers do not get as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Markup {
    Comment,
    /// A processing instruction, a declaration or a CDATA section of HTML.
    Instruction,
    /// A tag of HTML.
    Tag,
    /// A picture written as a tag of HTML.
    PictureTag,
    /// Classes and attributes in braces.
    Mark,
    /// A line that begins or ends a division.
    Division,
    /// The definition of a link that is not there.
    Definition,
    /// An element that is nested too deeply.
    Nesting,
    /// A cell of a table beyond its last column.
    LostCell,
    /// A formula of TeX between backslashes.
    Formula,
}

/// What browsers do not show: how it begins and ends.
const HIDDEN: [(&str, &str, Markup); 4] = [
    ("<!--", "-->", Markup::Comment),
    ("<![CDATA[", "]]>", Markup::Instruction),
    ("<?", "?>", Markup::Instruction),
    ("<!", ">", Markup::Instruction),
];

/// Returns HTML without comments and instructions, and tells of these and of the tags.
pub(crate) fn visible_html(html: &str, mut met: impl FnMut(Markup)) -> String {
    let mut visible = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        visible.push_str(&rest[..at]);
        rest = &rest[at..];
        let hidden = HIDDEN.iter().find(|(begin, ..)| rest.starts_with(begin));
        let hidden = hidden.filter(|(begin, ..)| *begin != "<!" || is_name(&rest[2..]));
        match hidden {
            Some((begin, end, markup)) => {
                met(*markup);
                let after = &rest[begin.len()..];
                rest = after.find(end).map_or("", |at| &after[at + end.len()..]);
            }
            None => {
                let name = rest[1..].trim_start_matches('/');
                let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
                if name[..length].eq_ignore_ascii_case("img") {
                    met(Markup::PictureTag);
                } else if is_name(name) {
                    met(Markup::Tag);
                }
                visible.push('<');
                rest = &rest[1..];
            }
        }
    }
    visible.push_str(rest);
    visible
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Returns a plain text without comments of HTML, and how many it had. One without
/// an end takes the rest.
pub(crate) fn without_comments(text: &str) -> (Cow<'_, str>, usize) {
    let Some((before, mut rest)) = text.split_once("<!--") else { return (text.into(), 0) };
    let (mut visible, mut count) = (before.to_owned(), 1);
    while let Some((_, after)) = rest.split_once("-->") {
        match after.split_once("<!--") {
            Some((between, next)) => {
                visible.push_str(between);
                rest = next;
                count += 1;
            }
            None => {
                visible.push_str(after);
                break;
            }
        }
    }
    (visible.into(), count)
}
