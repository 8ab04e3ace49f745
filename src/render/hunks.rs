//! Groups the lines of a comparison. Lines far from every difference are folded, and
//! lines beyond the limit are left out.

use super::unseen::Piece;

/// One line of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DiffLine {
    /// In which of the two texts it is.
    pub(crate) kind: LineKind,
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    Same,
    Removed,
    Added,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) lines: Vec<DiffLine>,
    /// Whether they are unchanged and far from every difference, and so are
    /// collapsed on the page.
    pub(crate) is_folded: bool,
}

/// About how many bytes of a page the lines of one part take at most.
const MAX_BYTES: usize = 400_000;

/// Folds the lines, and leaves out those that would make the page too long.
pub(super) fn shortened(mut lines: Vec<DiffLine>) -> Vec<Hunk> {
    let markup = 60;
    let mut bytes = 0;
    let fitting = lines.iter().take_while(|line| {
        let text: usize = line.pieces.iter().map(|piece| piece.bytes() + markup).sum();
        bytes += text + markup;
        bytes <= MAX_BYTES
    });
    // A single line that is too long is shown, without its marks.
    let kept = fitting.count().max(1);
    let left_out = lines.len().saturating_sub(kept);
    lines.truncate(kept);
    if let [only] = lines.as_mut_slice()
        && only.pieces.len() > MAX_BYTES / markup
    {
        let text = only.pieces.iter().map(Piece::text).collect();
        only.pieces = vec![Piece::unchanged(text)];
    }
    let mut hunks = folded(lines);
    if left_out > 0 {
        let words = format!("{left_out} more lines are left out: this comparison is too long.");
        let line = DiffLine { kind: LineKind::Same, pieces: vec![Piece::unchanged(words)] };
        hunks.push(Hunk { lines: vec![line], is_folded: false });
    }
    hunks
}

/// How many unchanged lines are shown before and after a difference.
const CONTEXT: usize = 2;

/// The minimum number of lines to fold.
const WORTH_FOLDING: usize = 3;

/// Groups lines into hunks, and folds those far from every difference.
pub(super) fn folded(lines: Vec<DiffLine>) -> Vec<Hunk> {
    let is_near: Vec<bool> = (0..lines.len())
        .map(|at| {
            let from = at.saturating_sub(CONTEXT);
            let to = (at + CONTEXT + 1).min(lines.len());
            lines[from..to].iter().any(|line| line.kind != LineKind::Same)
        })
        .collect();
    let mut hunks: Vec<Hunk> = Vec::new();
    for (line, is_near) in lines.into_iter().zip(is_near) {
        match hunks.last_mut() {
            Some(hunk) if hunk.is_folded != is_near => hunk.lines.push(line),
            _ => hunks.push(Hunk { lines: vec![line], is_folded: !is_near }),
        }
    }
    for hunk in &mut hunks {
        hunk.is_folded = hunk.is_folded && hunk.lines.len() >= WORTH_FOLDING;
    }
    hunks
}
