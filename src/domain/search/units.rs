//! Splits a text into words and, in scripts without spaces, into signs.

use super::fold::{Kind, fold, kind};

/// A piece of a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// A word.
    Word(Word),
    /// Neighbouring signs of scripts without spaces, each with its marks.
    Signs(Vec<String>),
}

/// A word, and its parts where apostrophes join it: `dont` has `don` and `t`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) whole: String,
    pub(super) parts: Vec<String>,
}

/// The most characters of a word that count. A longer one is found by its
/// beginning: PostgreSQL takes words of at most 2,046 bytes.
const MAX_WORD: usize = 256;

/// The most characters that a sign and its marks take.
const MAX_SIGN: usize = 8;

/// Returns the units of a text, in order.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let folded = fold(text);
    let mut reader = UnitReader::default();
    let mut letters = folded.chars().peekable();
    while let Some(letter) = letters.next() {
        match kind(letter) {
            Kind::Letter => reader.letter(letter),
            Kind::Sign => reader.sign(letter),
            Kind::Mark => reader.mark(letter),
            Kind::Apostrophe if letters.peek().is_some_and(|next| kind(*next) == Kind::Letter) => {
                reader.join();
            }
            Kind::Apostrophe | Kind::Separator => reader.end(),
        }
    }
    reader.end();
    reader.units
}

#[derive(Default)]
struct UnitReader {
    units: Vec<Unit>,
    open: Option<Unit>,
    letters: usize,
    part_letters: usize,
}

impl UnitReader {
    fn letter(&mut self, letter: char) {
        if !matches!(self.open, Some(Unit::Word(_))) {
            self.end();
            (self.letters, self.part_letters) = (0, 0);
            self.open = Some(Unit::Word(Word::default()));
        }
        let Some(Unit::Word(word)) = &mut self.open else { return };
        if self.letters < MAX_WORD {
            word.whole.push(letter);
            self.letters += 1;
        }
        // A word that no apostrophe joins has no parts.
        if let Some(part) = word.parts.last_mut()
            && self.part_letters < MAX_WORD
        {
            part.push(letter);
            self.part_letters += 1;
        }
    }

    fn sign(&mut self, sign: char) {
        if !matches!(self.open, Some(Unit::Signs(_))) {
            self.end();
            self.open = Some(Unit::Signs(Vec::new()));
        }
        if let Some(Unit::Signs(signs)) = &mut self.open {
            signs.push(sign.into());
            self.letters = 1;
        }
    }

    /// A mark without a character before it is none of a word.
    fn mark(&mut self, mark: char) {
        match &mut self.open {
            Some(Unit::Word(_)) => self.letter(mark),
            Some(Unit::Signs(signs)) if self.letters < MAX_SIGN => {
                self.letters += 1;
                if let Some(sign) = signs.last_mut() {
                    sign.push(mark);
                }
            }
            Some(Unit::Signs(_)) | None => {}
        }
    }

    /// Continues the open word after an apostrophe.
    fn join(&mut self) {
        match &mut self.open {
            Some(Unit::Word(word)) => {
                if word.parts.is_empty() {
                    word.parts.push(word.whole.clone());
                }
                word.parts.push(String::new());
                self.part_letters = 0;
            }
            _ => self.end(),
        }
    }

    fn end(&mut self) {
        self.units.extend(self.open.take());
    }
}
