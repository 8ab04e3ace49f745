//! Counts the notes about a text by their kinds. `note_sentences` has their words.

use std::collections::BTreeMap;

use crate::domain::markdown::{Markup, visible_html};
use crate::domain::one_line;

/// What readers do not get as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NoteKind {
    /// A line of what looks like front matter.
    FrontMatter,
    /// What the parser found.
    Markup(Markup),
    /// A comment to Obsidian, shown as text.
    ObsidianComment,
    /// A comment to MDX, shown as text.
    MdxComment,
    /// A comment of CriticMarkup, or nearly a definition of a link, shown as text.
    OtherComment,
    /// A passage in the notation of another program, which is named.
    Notation(&'static str),
    /// A footnote that the text does not refer to.
    UnusedFootnote,
    /// A picture at an address that begins with `http:`.
    InsecurePicture,
    /// A picture at an address that names no site.
    RelativePicture,
    /// A picture at an address that begins with `//`.
    PictureWithoutScheme,
    /// A picture whose bytes are in the text.
    InlinePicture,
    /// A picture at an address of any other kind.
    OtherPicture,
    /// A link to an address that names no site.
    RelativeLink,
    /// A link to a file of the source folder, as Zola writes it.
    SourceLink,
    /// A link to a part of the text that does not exist.
    DeadLink,
    /// A link that browsers should not follow.
    DroppedLink,
    /// An address of a site that is no link.
    PlainAddress,
    /// A character reference for a control character.
    ControlCharacter,
    /// A character that cannot be seen.
    Unseen,
    /// What a title or a summary has, and what becomes of it.
    InLine(&'static str, &'static str),
}

/// One kind, and how often it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Note<'a> {
    pub(super) kind: NoteKind,
    pub(super) count: usize,
    /// The characters that cannot be seen, and how often each occurs.
    pub(super) unseen: &'a BTreeMap<char, usize>,
}

/// The notes about a text, each kind once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    counts: BTreeMap<NoteKind, usize>,
    unseen: BTreeMap<char, usize>,
}

impl Notes {
    /// Counts one more of a kind.
    pub(crate) fn add(&mut self, kind: NoteKind) {
        *self.counts.entry(kind).or_default() += 1;
    }

    /// Counts one more character that cannot be seen.
    pub(super) fn add_unseen(&mut self, letter: char) {
        self.add(NoteKind::Unseen);
        *self.unseen.entry(letter).or_default() += 1;
    }

    /// Counts the parts of a typed title or summary that are not kept or not shown as meant.
    pub(crate) fn add_line(&mut self, text: &str) {
        let (text, comments) = one_line::without_comments(text);
        (0..comments).for_each(|_| self.add(NoteKind::InLine("comment", "not kept")));
        (0..one_line::unseen(&text))
            .for_each(|_| self.add(NoteKind::InLine("invisible character", "not kept")));
        visible_html(&text, |markup| match markup {
            Markup::Tag | Markup::PictureTag => {
                self.add(NoteKind::InLine("HTML tag", "shown as text"))
            }
            _ => {}
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Note<'_>> {
        let note = |(kind, count): (&NoteKind, &usize)| Note {
            kind: *kind,
            count: *count,
            unseen: &self.unseen,
        };
        self.counts.iter().map(note)
    }
}
