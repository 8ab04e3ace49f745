//! Finds words that look like those that they replace, but are written in other
//! characters.

use std::collections::{HashMap, HashSet};

use unicode_security::confusable_detection::skeleton;

use crate::domain::unseen::is_mark;

/// Returns the places of characters that tell a changed word from one that looks alike.
/// The other word is in the line that it replaces (UTS 39, 4).
pub(super) fn look_alikes(
    pieces: &[(bool, String)],
    replaced: &[(bool, String)],
) -> HashSet<usize> {
    let mut others: HashMap<String, Vec<&str>> = HashMap::new();
    for (_, word) in changed_words(replaced) {
        others.entry(skeleton(word).collect()).or_default().push(word);
    }
    let mut found = HashSet::new();
    if others.is_empty() {
        return found;
    }
    for (first, word) in changed_words(pieces) {
        let alike = others.get(&skeleton(word).collect::<String>());
        let Some(alike) = alike.filter(|alike| !alike.contains(&word)) else { continue };
        let other: Vec<char> = alike[0].chars().collect();
        let is_as_long = other.len() == word.chars().count();
        let differs = |&(at, letter): &(usize, char)| match is_as_long {
            true => other[at] != letter,
            false => !other.contains(&letter),
        };
        found.extend(word.chars().enumerate().filter(differs).map(|(at, _)| first + at));
    }
    found
}

/// Returns the words of what has changed in a line, and where each begins in it. All has
/// changed in a line that is replaced as a whole.
fn changed_words(pieces: &[(bool, String)]) -> Vec<(usize, &str)> {
    let is_whole = !pieces.iter().any(|(is_changed, _)| *is_changed);
    let (mut at, mut changed) = (0, Vec::new());
    for (is_changed, text) in pieces {
        for piece in text.split_inclusive(is_between_words) {
            let word = piece.trim_end_matches(is_between_words);
            if (*is_changed || is_whole) && !word.is_empty() {
                changed.push((at, word));
            }
            at += piece.chars().count();
        }
    }
    changed
}

fn is_between_words(letter: char) -> bool {
    !letter.is_alphanumeric() && !is_mark(letter)
}

#[cfg(test)]
mod tests {
    use super::look_alikes;

    fn found(older: &str, newer: &str) -> usize {
        let part = |text: &str| [(false, "the ".to_owned()), (true, text.to_owned())];
        let whole = |text: &str| [(false, text.to_owned())];
        let count = look_alikes(&part(newer), &part(older)).len();
        assert_eq!(look_alikes(&whole(newer), &whole(older)).len(), count);
        count
    }

    #[test]
    fn each_character_by_which_two_words_that_look_alike_differ_is_found() {
        for (older, newer, count) in [
            ("cop", "\u{441}\u{43E}\u{440}", 3),
            ("cop. x", "\u{441}\u{43E}\u{440}! x", 3),
            ("(cop)", "\"\u{441}\u{43E}\u{440}\"", 3),
            ("cop ran", "\u{441}\u{43E}\u{440} ran away", 3),
            ("o", "\u{3BF}", 1),
            ("O", "0", 1),
            ("Il", "lI", 2),
            ("caf\u{E9}", "cafe\u{301}", 2),
            ("cop", "cops", 0),
            ("word", "\u{441}\u{43B}\u{43E}\u{432}\u{43E}", 0),
            ("", "\u{441}\u{43E}\u{440}", 0),
        ] {
            assert_eq!(found(older, newer), count, "{older} {newer}");
        }
    }
}
