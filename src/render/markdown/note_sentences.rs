//! Writes the notes about a text in words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::notes::{Note, NoteKind};
use crate::domain::counted;
use crate::domain::markdown::Markup;
use crate::domain::unseen::{described, sets_direction};

impl Note<'_> {
    /// Returns what readers see, how often, and why.
    pub(crate) fn sentence(self) -> String {
        let Self { kind, count, unseen } = self;
        let pick = |one, several| if count == 1 { one } else { several };
        let (s, is) = (pick("", "s"), pick("is", "are"));
        let (they, it, its) = (pick("it", "they"), pick("it", "them"), pick("its", "their"));
        let (looks, comments) = (pick("looks", "look"), pick("a comment", "comments"));
        let (begins, addresses) = (pick("begins", "begin"), pick("address", "addresses"));
        let picture = |why: String| {
            let shown = format!("so readers see only the description{s}");
            format!("{count} picture{s} {is} not shown, {shown}: {why}.")
        };
        match kind {
            NoteKind::Markup(Markup::Comment) => {
                format!("{count} comment{s} {is} not shown to readers.")
            }
            NoteKind::FrontMatter => format!(
                "{count} line{s} at the beginning {looks} like front matter. Only the import of a \
                 file reads front matter, as YAML, TOML or JSON. Write the title and the summary \
                 in their own fields."
            ),
            NoteKind::ObsidianComment => format!(
                "{count} passage{s} {looks} like {comments} of Obsidian (%% … %%); readers see {it}."
            ),
            NoteKind::MdxComment => format!(
                "{count} passage{s} {looks} like {comments} of MDX ({{/* … */}}); readers see {it}."
            ),
            NoteKind::OtherComment => format!(
                "{count} passage{s} {looks} like {comments} ({{>> … <<}} or [//]: # …); readers see \
                 {it}."
            ),
            NoteKind::Notation(whose) => {
                let as_is = pick("it as it is", "them as they are");
                format!("{count} passage{s} {is} written as for {whose}; readers see {as_is}.")
            }
            NoteKind::UnusedFootnote => format!(
                "{count} footnote{s} {} no reference in the text. Readers see {it} after the \
                 others.",
                pick("has", "have"),
            ),
            NoteKind::Markup(Markup::Instruction) => {
                format!("{count} HTML instruction{s} or declaration{s} {is} not shown to readers.")
            }
            NoteKind::Markup(Markup::Tag) => {
                format!("{count} HTML tag{s} {is} shown as text: only Markdown is formatted.")
            }
            NoteKind::Markup(Markup::PictureTag) => format!(
                "{count} picture{s} {is} {}, which {is} shown as text. Write {it} as \
                 ![description](https://address).",
                pick("an HTML tag", "HTML tags"),
            ),
            NoteKind::InsecurePicture => picture(format!(
                "{its} {addresses} {begins} with http, and {they} must begin with https"
            )),
            NoteKind::RelativePicture => picture(format!(
                "{its} {addresses} {is} relative, and {they} must begin with https"
            )),
            NoteKind::PictureWithoutScheme => picture(format!(
                "{its} {addresses} {begins} with //, and {they} must begin with https"
            )),
            NoteKind::InlinePicture => picture(format!(
                "{its} data is in the text, and {its} {addresses} must begin with https"
            )),
            NoteKind::OtherPicture => picture(format!("{its} {addresses} must begin with https")),
            NoteKind::RelativeLink => format!(
                "{count} link{s} {is} relative, so {they} may lead nowhere on this site. Write \
                 the whole {addresses}."
            ),
            NoteKind::SourceLink => format!(
                "{count} link{s} {} (@/…) and {} nowhere on this site. Write the whole {addresses}.",
                pick("names a source file", "name source files"),
                pick("leads", "lead"),
            ),
            NoteKind::DeadLink => format!(
                "{count} link{s} {} not exist, so readers see only {its} words.",
                pick("names a part of the text that does", "name parts of the text that do"),
            ),
            NoteKind::DroppedLink => format!(
                "{count} link{s} {} that browsers should not follow, so readers see only {its} \
                 words.",
                pick("has an address", "have addresses"),
            ),
            NoteKind::Markup(Markup::Mark) => format!(
                "{count} mark{s} in braces {is} not kept: only headings can have an id, and no \
                 text a class."
            ),
            NoteKind::Markup(Markup::Division) => format!(
                "{count} line{s} that {} (:::) {is} not shown to readers.",
                pick("begins or ends a division", "begin or end divisions"),
            ),
            NoteKind::Markup(Markup::Definition) => format!(
                "{count} definition{s} of {} {is} not shown to readers: no link uses {it}.",
                pick("a link", "links"),
            ),
            NoteKind::Markup(Markup::Nesting) => format!(
                "{count} list{s} or quotation{s} {is} nested too deeply, so only {its} text is \
                 shown."
            ),
            NoteKind::Markup(Markup::Formula) => format!(
                "{count} passage{s} {is} written as for TeX (\\( … \\) or \\[ … \\]); readers see \
                 {it} without the backslashes."
            ),
            NoteKind::InLine(what, fate) => {
                format!("{} in the title or the summary {is} {fate}.", counted(count, what))
            }
            NoteKind::PlainAddress => format!(
                "{count} {addresses} {is} shown as words and {is} no link{s}. Write {it} as \
                 <https://…>."
            ),
            NoteKind::Markup(Markup::LostCell) => format!(
                "{count} table cell{s} {is} beyond the last column, so readers do not see {it}. \
                 Write a | in a cell as \\|."
            ),
            NoteKind::Unseen => {
                format!("{count} character{s} cannot be seen: {}.", named(unseen))
            }
            NoteKind::ControlCharacter => format!(
                "{count} control character{s} {is} shown as {} (\u{fffd}).",
                pick("a replacement character", "replacement characters"),
            ),
        }
    }
}

/// How many different characters a note names.
const MAX_NAMED: usize = 5;

/// Returns the code points and names of characters: first those that turn the text
/// around, then the most frequent ones.
fn named(unseen: &BTreeMap<char, usize>) -> String {
    let mut letters: Vec<(char, usize)> = unseen.iter().map(|(it, count)| (*it, *count)).collect();
    letters.sort_by_key(|(letter, count)| (!sets_direction(*letter), Reverse(*count)));
    let names = letters.iter().take(MAX_NAMED).map(|(letter, count)| match count {
        1 => described(*letter),
        count => format!("{} × {count}", described(*letter)),
    });
    let names = names.collect::<Vec<_>>().join(", ");
    match letters.len().saturating_sub(MAX_NAMED) {
        0 => names,
        1 => format!("{names} and 1 other"),
        others => format!("{names} and {others} others"),
    }
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::{html, said};

    #[test]
    fn tags_stay_text_and_are_counted() {
        let text =
            "<div class=\"a\">\n\nA<br>B 1 < 2\n\n</div>\n\n<img src=\"https://example.org/a\">\n";
        assert_eq!(
            said(text),
            "3 HTML tags are shown as text: only Markdown is formatted.\n\
             1 picture is an HTML tag, which is shown as text. Write it as \
             ![description](https://address).\n"
        );
        assert!(html(text).contains("&lt;img src="));
    }
}
