//! Compares two revisions of a post. `hunks` folds the unchanged lines, and `unseen`
//! names invisible characters.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use icu_normalizer::ComposingNormalizerBorrowed;
use similar::{ChangeTag, DiffOp, InlineChangeMode, InlineChangeOptions, TextDiff};

use super::hunks::shortened;
pub(crate) use super::hunks::{DiffLine, Hunk, LineKind};
use super::scripts::{Spacing, spacing};
pub(crate) use super::unseen::Run;
use super::unseen::{Named, with_signs};
use crate::domain::Content;
use crate::store::Loan;

/// The comparison of one part of a post.
#[derive(Debug)]
pub(crate) struct DiffPart {
    /// Title, summary or body.
    pub(crate) name: &'static str,
    pub(crate) hunks: Vec<Hunk>,
}

/// Returns the parts in which two contents differ, line by line and word by
/// word within lines.
pub(crate) fn compare(older: &Content, newer: &Content) -> Vec<DiffPart> {
    Loan::assert_none();
    let [older, newer] = [older, newer].map(|content| {
        let [title, summary, body] = content.parts();
        [title, summary, body, content.chosen_slug().unwrap_or_default()]
    });
    ["Title", "Summary", "Body", "Web address"]
        .into_iter()
        .zip(older.into_iter().zip(newer))
        .filter(|(_, (older, newer))| older != newer)
        .map(|(name, (older, newer))| DiffPart { name, hunks: shortened(lines(older, newer)) })
        .collect()
}

fn lines(older: &str, newer: &str) -> Vec<DiffLine> {
    // Past the deadline the comparison gets coarser instead of taking longer.
    let deadline = Instant::now() + Duration::from_millis(300);
    // A line break at the end of the text is not a difference that readers see.
    let [older, newer] = [older, newer].map(|text| match text.trim_end_matches('\n') {
        "" => String::new(),
        text => format!("{text}\n"),
    });
    let diff = TextDiff::configure().deadline(deadline).diff_lines(older.as_str(), newer.as_str());
    let lines: Vec<PlainLine> = diff
        .ops()
        .iter()
        .flat_map(line_by_line)
        .flat_map(|op| {
            let options = pieces_of(&diff, &op);
            let changes =
                diff.iter_inline_changes_with_options_deadline(&op, options, Some(deadline));
            changes.collect::<Vec<_>>()
        })
        .map(|change| PlainLine {
            kind: match change.tag() {
                ChangeTag::Equal => LineKind::Same,
                ChangeTag::Delete => LineKind::Removed,
                ChangeTag::Insert => LineKind::Added,
            },
            pieces: joined(change.iter_strings_lossy()),
        })
        .collect();
    (0..lines.len())
        .map(|at| {
            let other = counterpart(&lines, at);
            let replaced = other.map_or(&[][..], |other| &other.pieces);
            let pieces = with_signs(&lines[at].pieces, named(&lines[at], other), replaced);
            DiffLine { kind: lines[at].kind, pieces }
        })
        .collect()
}

/// Returns the pieces of replaced lines: words, or characters where a script has no
/// spaces between words.
fn pieces_of(diff: &TextDiff<'_, '_, str>, op: &DiffOp) -> InlineChangeOptions {
    let has_no_spaces =
        |line: &str| line.chars().any(|character| spacing(character) != Spacing::Words);
    let is_replaced = matches!(op, DiffOp::Replace { .. });
    let mut options = InlineChangeOptions::new();
    if is_replaced && diff.iter_changes(op).any(|change| has_no_spaces(change.value())) {
        options.mode(InlineChangeMode::Chars).min_ratio(0.25);
    }
    options
}

/// Joins neighbouring pieces that are both changed or both unchanged.
fn joined<'a>(pieces: impl Iterator<Item = (bool, Cow<'a, str>)>) -> Vec<(bool, String)> {
    let mut joined: Vec<(bool, String)> = Vec::new();
    for (is_changed, text) in pieces {
        let text = text.trim_end_matches('\n');
        match joined.last_mut() {
            Some((last, joined)) if *last == is_changed => joined.push_str(text),
            _ => joined.push((is_changed, text.to_owned())),
        }
    }
    joined
}

/// A line as it was compared.
struct PlainLine {
    kind: LineKind,
    pieces: Vec<(bool, String)>,
}

impl PlainLine {
    fn composed(&self) -> String {
        let text: String = self.pieces.iter().map(|(_, text)| text.as_str()).collect();
        ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned()
    }
}

/// Returns the line that a line replaces, or that replaces it.
fn counterpart(lines: &[PlainLine], at: usize) -> Option<&PlainLine> {
    let (other, kind) = match lines[at].kind {
        LineKind::Same => return None,
        LineKind::Removed => (lines.get(at + 1), LineKind::Added),
        LineKind::Added => (at.checked_sub(1).map(|at| &lines[at]), LineKind::Removed),
    };
    other.filter(|line| line.kind == kind)
}

/// Returns which characters of a line are named. Two lines that are composed of other
/// characters in the same way look alike.
fn named(line: &PlainLine, other: Option<&PlainLine>) -> Named {
    match other {
        _ if line.kind == LineKind::Same => Named::Directions,
        Some(other) if other.composed() == line.composed() => Named::Marks,
        _ => Named::Changes,
    }
}

/// Splits a replacement of several lines into replacements of one line each, and
/// the rest. Words are then compared between two lines, and not between blocks.
fn line_by_line(op: &DiffOp) -> Vec<DiffOp> {
    let DiffOp::Replace { old_index, old_len, new_index, new_len } = *op else {
        return vec![*op];
    };
    let pairs = old_len.min(new_len);
    let (old_rest, new_rest) = (old_index + pairs, new_index + pairs);
    let replaced = (0..pairs).map(|at| DiffOp::Replace {
        old_index: old_index + at,
        old_len: 1,
        new_index: new_index + at,
        new_len: 1,
    });
    let removed =
        DiffOp::Delete { old_index: old_rest, old_len: old_len - pairs, new_index: new_rest };
    let added =
        DiffOp::Insert { old_index: old_rest, new_index: new_rest, new_len: new_len - pairs };
    replaced
        .chain((old_len > pairs).then_some(removed))
        .chain((new_len > pairs).then_some(added))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LineKind, lines};
    use crate::render::hunks::folded;
    use crate::render::unseen::Piece;

    /// Returns each hunk as the signs of its lines, in brackets if folded.
    fn shape(older: &str, newer: &str) -> String {
        let sign = |kind| match kind {
            LineKind::Same => '=',
            LineKind::Removed => '-',
            LineKind::Added => '+',
        };
        let hunks = folded(lines(older, newer)).into_iter().map(|hunk| {
            let signs: String = hunk.lines.iter().map(|line| sign(line.kind)).collect();
            if hunk.is_folded { format!("({signs})") } else { signs }
        });
        hunks.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_far_from_every_difference_is_folded_away() {
        let older: String = (0..20).map(|number| format!("line {number}\n")).collect();
        let newer = older.replace("line 9\n", "line nine\n");
        assert_eq!(shape(&older, &newer), "(=======) ==-+== (========)");
        let newer = older.replace("line 0\n", "");
        assert_eq!(shape(&older, &newer), "-== (=================)");
    }

    #[test]
    fn a_few_unchanged_lines_are_not_worth_folding() {
        assert_eq!(shape("a\nb\nc\nd\nx\n", "a\nb\nc\nd\ny\n"), "== ==-+");
        assert_eq!(shape("x\na\nb\nc\n", "y\na\nb\nc\n"), "-+== =");
    }

    #[test]
    fn words_are_marked_within_their_line() {
        let lines = lines("one two three\n", "one 2 three\n");
        let marked: Vec<String> = lines
            .iter()
            .flat_map(|line| &line.pieces)
            .filter(|piece| piece.is_changed)
            .map(Piece::text)
            .collect();
        assert_eq!(marked, ["two", "2"]);
    }

    #[test]
    fn characters_are_marked_where_a_script_has_no_spaces() {
        for (older, newer, expected) in [
            ("今日は良い天気です。\n", "今日は悪い天気です。\n", ["良", "悪"]),
            ("他喜欢读书。\n", "他喜欢写书。\n", ["读", "写"]),
            ("ฉันรักแมว\n", "ฉันชอบแมว\n", ["รัก", "ชอบ"]),
        ] {
            let marked = lines(older, newer).into_iter().flat_map(|line| line.pieces);
            let marked: Vec<String> =
                marked.filter(|piece| piece.is_changed).map(|piece| piece.text()).collect();
            assert_eq!(marked, expected);
        }
    }

    #[test]
    fn a_line_is_compared_with_its_successor_where_a_block_has_grown() {
        let (older, newer) = ("one two three.\n", "one two three:\n\nfour\n\nfive\n");
        assert_eq!(shape(older, newer), "-+++++");
        let marked = lines(older, newer).into_iter().flat_map(|line| line.pieces);
        let marked: Vec<String> =
            marked.filter(|piece| piece.is_changed).map(|piece| piece.text()).collect();
        assert_eq!(marked, ["three.", "three:"]);
    }
}
