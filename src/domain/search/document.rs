//! Makes the words by which PostgreSQL finds a text. `question` makes those of a
//! search.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::units::{Unit, units};

/// The version of the rules by which words are made. A change of the words of any text
/// needs a new version. The words of a database are then made again.
pub const RULES: i32 = 3;

/// The most different words of a text. Each costs an entry of the index, about 10 µs at
/// each save. 100,000 characters of a Chinese newspaper have 35,000 to 39,000 pairs.
const MAX_WORDS: usize = 50_000;

/// The last position that PostgreSQL keeps. Words behind it are found, and not
/// as parts of a phrase.
const LAST_POSITION: u16 = 16_383;

/// The most positions that PostgreSQL keeps of a word.
const MAX_POSITIONS: usize = 255;

/// The most bytes of words and positions: PostgreSQL takes less than 1 MiB.
const MAX_BYTES: usize = 1_000_000;

/// Returns the words of these texts as a literal of the type `tsvector`. Of a
/// text with more words than PostgreSQL can keep, the first ones are in it.
///
/// Words consist of letters, digits and marks, so none has to be escaped. They come in
/// the order of their bytes, so PostgreSQL writes the same literal.
pub fn document(texts: &[&str]) -> String {
    let mut words = DocumentWords::default();
    for text in texts {
        // Readers see `&eacute;` as the letter that it names.
        for unit in units(&html_escape::decode_html_entities(text)) {
            words.advance();
            match unit {
                Unit::Word(word) => {
                    for part in word.parts {
                        words.add_at_position(part);
                    }
                    words.add_at_position(word.whole);
                }
                // Each sign begins a pair or is the last one, so that one sign
                // is found as the beginning of a pair.
                Unit::Signs(signs) => {
                    for pair in signs.windows(2) {
                        words.add(pair.concat());
                    }
                    words.add(signs.last().cloned().unwrap_or_default());
                }
            }
        }
    }
    words.literal()
}

#[derive(Default)]
struct DocumentWords {
    positions: BTreeMap<String, Vec<u16>>,
    position: u16,
    bytes: usize,
}

impl DocumentWords {
    fn advance(&mut self) {
        self.position = self.position.saturating_add(1);
    }

    /// Adds a word, which takes as many bytes as PostgreSQL needs for it.
    fn add(&mut self, word: String) -> Option<&mut Vec<u16>> {
        if !self.positions.contains_key(&word) {
            let bytes = word.len() + 4;
            if self.bytes + bytes > MAX_BYTES || self.positions.len() >= MAX_WORDS {
                return None;
            }
            self.bytes += bytes;
        }
        Some(self.positions.entry(word).or_default())
    }

    fn add_at_position(&mut self, word: String) {
        let (position, has_room) = (self.position, self.bytes + 2 <= MAX_BYTES);
        let is_kept = position <= LAST_POSITION && has_room;
        if let Some(positions) = self.add(word)
            && is_kept
            && positions.len() < MAX_POSITIONS
            && positions.last() != Some(&position)
        {
            positions.push(position);
            self.bytes += 2;
        }
    }

    fn literal(&self) -> String {
        let mut literal = String::with_capacity(self.bytes * 2);
        for (word, positions) in &self.positions {
            let _ = write!(literal, "'{word}'");
            for (number, position) in positions.iter().enumerate() {
                let sign = if number == 0 { ':' } else { ',' };
                let _ = write!(literal, "{sign}{position}");
            }
            literal.push(' ');
        }
        literal.truncate(literal.trim_end().len());
        literal
    }
}
