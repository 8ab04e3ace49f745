//! Turns the typed text of a search into a condition. `document` makes the words of the
//! searched texts.

use super::fold::SYLLABLES;
use super::units::{Unit, units};

/// What to look for: every word of it has to be in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// A word, and whether longer words that begin with it are found, too.
    Word(String, bool),
    /// A pair of signs, and whether it may continue.
    Pair(String, bool),
    /// Words that follow each other.
    Phrase(Vec<String>),
}

impl Question {
    /// Returns the words to look for. Words between quotation marks have to follow each
    /// other. Any other word of at least `beginning` characters, or of Korean
    /// syllables, also finds words that begin with it.
    pub fn new(text: &str, beginning: usize) -> Self {
        let mut terms = Vec::new();
        for (number, part) in text.split('"').enumerate() {
            let is_phrase = number % 2 == 1;
            let mut phrase = Vec::new();
            for unit in units(part) {
                match unit {
                    Unit::Word(word) if is_phrase => phrase.push(word.whole),
                    Unit::Word(word) => {
                        let goes_on = length(&word.whole).is_none_or(|length| length >= beginning);
                        terms.push(Term::Word(word.whole, goes_on));
                    }
                    Unit::Signs(signs) => {
                        close(&mut phrase, &mut terms);
                        push_pairs(&signs, &mut terms);
                    }
                }
            }
            close(&mut phrase, &mut terms);
        }
        Self { terms }
    }

    /// Returns whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns how many characters the shortest word has. A single sign of a
    /// script without spaces and a syllable of Korean say as much as a word, and do not
    /// count.
    pub fn shortest_word(&self) -> Option<usize> {
        let words = self.terms.iter().flat_map(|term| match term {
            Term::Word(word, _) => std::slice::from_ref(word),
            Term::Pair(..) => &[],
            Term::Phrase(words) => words.as_slice(),
        });
        words.filter_map(|word| length(word)).min()
    }

    /// Returns the question as a literal of the type `tsquery`. Words consist of
    /// letters, digits and marks, so none has to be escaped.
    pub fn literal(&self) -> String {
        let terms = self.terms.iter().map(|term| match term {
            Term::Word(word, true) | Term::Pair(word, true) => format!("'{word}':*"),
            Term::Word(word, false) | Term::Pair(word, false) => format!("'{word}'"),
            Term::Phrase(words) => format!("'{}'", words.join("' <-> '")),
        });
        terms.collect::<Vec<_>>().join(" & ")
    }
}

/// Returns how many characters a word has; `None` for one that has syllables of Korean.
fn length(word: &str) -> Option<usize> {
    (!word.contains(|letter| SYLLABLES.contains(&letter))).then(|| word.chars().count())
}

/// Ends a phrase, of which there may be none.
fn close(phrase: &mut Vec<String>, terms: &mut Vec<Term>) {
    if !phrase.is_empty() {
        terms.push(Term::Phrase(std::mem::take(phrase)));
    }
}

/// Appends the pairs of signs, as a document has them. The last one may have
/// more marks there; a single sign begins a pair.
fn push_pairs(signs: &[String], terms: &mut Vec<Term>) {
    let size = signs.len().min(2);
    let first = terms.len();
    terms.extend(signs.windows(size).map(|pair| Term::Pair(pair.concat(), false)));
    if let Some(Term::Pair(_, goes_on)) = terms[first..].last_mut() {
        *goes_on = true;
    }
}
