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
        let one = count == 1;
        let say = |singular: &str, plural: &str| match one {
            true => format!("1 {singular}"),
            false => format!("{count} {plural}"),
        };
        let picture = |why: &str, why_all: &str| {
            let shown = "so readers see only the description";
            match one {
                true => format!("1 picture is not shown, {shown}: {why}."),
                false => format!("{count} pictures are not shown, {shown}s: {why_all}."),
            }
        };
        match kind {
            NoteKind::Markup(Markup::Comment) => {
                say("comment is not shown to readers.", "comments are not shown to readers.")
            }
            NoteKind::FrontMatter => say(
                "line at the beginning looks like front matter. Only the import of a file reads \
                 front matter, as YAML, TOML or JSON. Write the title and the summary in their \
                 own fields.",
                "lines at the beginning look like front matter. Only the import of a file reads \
                 front matter, as YAML, TOML or JSON. Write the title and the summary in their \
                 own fields.",
            ),
            NoteKind::ObsidianComment => say(
                "passage looks like a comment of Obsidian (%% … %%); readers see it.",
                "passages look like comments of Obsidian (%% … %%); readers see them.",
            ),
            NoteKind::MdxComment => say(
                "passage looks like a comment of MDX ({/* … */}); readers see it.",
                "passages look like comments of MDX ({/* … */}); readers see them.",
            ),
            NoteKind::OtherComment => say(
                "passage looks like a comment ({>> … <<} or [//]: # …); readers see it.",
                "passages look like comments ({>> … <<} or [//]: # …); readers see them.",
            ),
            NoteKind::Notation(whose) => match one {
                true => {
                    format!("1 passage is written as for {whose}; readers see it as it is.")
                }
                false => format!(
                    "{count} passages are written as for {whose}; readers see them as they are."
                ),
            },
            NoteKind::UnusedFootnote => say(
                "footnote has no reference in the text. Readers see it after the others.",
                "footnotes have no reference in the text. Readers see them after the others.",
            ),
            NoteKind::Markup(Markup::Instruction) => say(
                "HTML instruction or declaration is not shown to readers.",
                "HTML instructions or declarations are not shown to readers.",
            ),
            NoteKind::Markup(Markup::Tag) => say(
                "HTML tag is shown as text: only Markdown is formatted.",
                "HTML tags are shown as text: only Markdown is formatted.",
            ),
            NoteKind::Markup(Markup::PictureTag) => say(
                "picture is an HTML tag, which is shown as text. Write it as \
                 ![description](https://address).",
                "pictures are HTML tags, which are shown as text. Write them as \
                 ![description](https://address).",
            ),
            NoteKind::InsecurePicture => picture(
                "its address begins with http, and it must begin with https",
                "their addresses begin with http, and they must begin with https",
            ),
            NoteKind::RelativePicture => picture(
                "its address is relative, and it must begin with https",
                "their addresses are relative, and they must begin with https",
            ),
            NoteKind::PictureWithoutScheme => picture(
                "its address begins with //, and it must begin with https",
                "their addresses begin with //, and they must begin with https",
            ),
            NoteKind::InlinePicture => picture(
                "its data is in the text, and its address must begin with https",
                "their data is in the text, and their addresses must begin with https",
            ),
            NoteKind::OtherPicture => picture(
                "its address must begin with https",
                "their addresses must begin with https",
            ),
            NoteKind::RelativeLink => say(
                "link is relative, so it may lead nowhere on this site. Write the whole address.",
                "links are relative, so they may lead nowhere on this site. Write the whole \
                 addresses.",
            ),
            NoteKind::SourceLink => say(
                "link names a source file (@/…) and leads nowhere on this site. Write the whole \
                 address.",
                "links name source files (@/…) and lead nowhere on this site. Write the whole \
                 addresses.",
            ),
            NoteKind::DeadLink => say(
                "link names a part of the text that does not exist, so readers see only its words.",
                "links name parts of the text that do not exist, so readers see only their words.",
            ),
            NoteKind::DroppedLink => say(
                "link has an address that browsers should not follow, so readers see only its \
                 words.",
                "links have addresses that browsers should not follow, so readers see only their \
                 words.",
            ),
            NoteKind::Markup(Markup::Mark) => say(
                "mark in braces is not kept: only headings can have an id, and no text a class.",
                "marks in braces are not kept: only headings can have an id, and no text a class.",
            ),
            NoteKind::Markup(Markup::Division) => say(
                "line that begins or ends a division (:::) is not shown to readers.",
                "lines that begin or end divisions (:::) are not shown to readers.",
            ),
            NoteKind::Markup(Markup::Definition) => say(
                "definition of a link is not shown to readers: no link uses it.",
                "definitions of links are not shown to readers: no link uses them.",
            ),
            NoteKind::Markup(Markup::Nesting) => say(
                "list or quotation is nested too deeply, so only its text is shown.",
                "lists or quotations are nested too deeply, so only their text is shown.",
            ),
            NoteKind::Markup(Markup::Formula) => say(
                "passage is written as for TeX (\\( … \\) or \\[ … \\]); readers see it without the \
                 backslashes.",
                "passages are written as for TeX (\\( … \\) or \\[ … \\]); readers see them without \
                 the backslashes.",
            ),
            NoteKind::InLine(what, fate) => {
                let (what, be) = (counted(count, what), if one { "is" } else { "are" });
                format!("{what} in the title or the summary {be} {fate}.")
            }
            NoteKind::PlainAddress => say(
                "address is shown as words and is no link. Write it as <https://…>.",
                "addresses are shown as words and are no links. Write them as <https://…>.",
            ),
            NoteKind::Markup(Markup::LostCell) => say(
                "table cell is beyond the last column, so readers do not see it. Write a | in a \
                 cell as \\|.",
                "table cells are beyond the last column, so readers do not see them. Write a | in \
                 a cell as \\|.",
            ),
            NoteKind::Unseen => {
                let what = say("character cannot be seen", "characters cannot be seen");
                format!("{what}: {}.", named(unseen))
            }
            NoteKind::ControlCharacter => say(
                "control character is shown as a replacement character (\u{fffd}).",
                "control characters are shown as replacement characters (\u{fffd}).",
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
