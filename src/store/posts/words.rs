use crate::domain::FieldError;

/// What somebody looks for: words that a text has, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    text: String,
}

/// The most characters that one may look for.
const MOST_CHARACTERS: usize = 200;

/// The most words that one may look for.
const MOST_WORDS: usize = 12;

/// From how many letters on a word also finds those that only begin like it.
const BEGINNING: usize = 3;

impl Words {
    /// Returns the words, or `None` where there are none.
    ///
    /// # Errors
    ///
    /// There are too many, or what is no text.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let refused = |message: &str| Err(FieldError::new("q", message));
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().any(char::is_control) {
            return refused("Search for words, without control characters.");
        }
        if text.chars().count() > MOST_CHARACTERS || text.split(' ').count() > MOST_WORDS {
            return refused("Search for at most 12 words and 200 characters.");
        }
        if !text.chars().any(char::is_alphanumeric) {
            return refused("Search for words: letters or digits.");
        }
        Ok(Some(Self { text }))
    }

    /// Returns the words as they were typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the words as PostgreSQL's `to_tsquery` reads them: each has to
    /// be there, a phrase in quotation marks as it stands, and any other word
    /// of three letters or more may go on.
    pub(super) fn query(&self) -> String {
        let mut parts = Vec::new();
        for (number, part) in self.text.split('"').enumerate() {
            // Every second part stands between quotation marks.
            if number % 2 == 1 {
                parts.push(quoted(part));
                continue;
            }
            for word in part.split_whitespace() {
                let letters = word.chars().filter(|letter| letter.is_alphanumeric()).count();
                let goes_on = if letters >= BEGINNING { ":*" } else { "" };
                parts.push(format!("{}{goes_on}", quoted(word)));
            }
        }
        parts.retain(|part| part.chars().any(char::is_alphanumeric));
        parts.join(" & ")
    }
}

/// The punctuation beyond ASCII that separates words. The database function
/// `search_document` has the same list.
const SEPARATORS: [(char, char); 14] = [
    ('\u{a0}', '\u{a1}'),
    ('\u{ab}', '\u{ab}'),
    ('\u{b7}', '\u{b7}'),
    ('\u{bb}', '\u{bb}'),
    ('\u{bf}', '\u{bf}'),
    ('\u{2010}', '\u{2027}'),
    ('\u{2030}', '\u{205e}'),
    ('\u{3000}', '\u{3003}'),
    ('\u{3008}', '\u{3011}'),
    ('\u{3014}', '\u{301f}'),
    ('\u{ff01}', '\u{ff0f}'),
    ('\u{ff1a}', '\u{ff20}'),
    ('\u{ff3b}', '\u{ff40}'),
    ('\u{ff5b}', '\u{ff65}'),
];

fn separates(character: char) -> bool {
    let is_listed = SEPARATORS.iter().any(|(first, last)| (*first..=*last).contains(&character));
    character.is_ascii_punctuation() || is_listed
}

/// Returns the text as one operand, with blanks for punctuation, as texts have
/// them: what means something in a query is among it.
fn quoted(text: &str) -> String {
    let blank = |character| if separates(character) { ' ' } else { character };
    format!("'{}'", text.chars().map(blank).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn words_become_a_query_and_never_its_syntax() {
        for (typed, query) in [
            ("print", "'print':*"),
            ("  let   it be ", "'let':* & 'it' & 'be'"),
            ("\"let it be\" printed", "'let it be' & 'printed':*"),
            ("\"left open", "'left open'"),
            ("it's a | b & !c:*", "'it s':* & 'a' & 'b' & ' c  '"),
            (r"back\slash", "'back slash':*"),
            ("\u{ab}Mainz\u{bb} wine\u{3001}press", "' Mainz ':* & 'wine press':*"),
        ] {
            assert_eq!(Words::parse(typed).unwrap().unwrap().query(), query);
        }
        assert_eq!(Words::parse("  "), Ok(None));
        for refused in ["&&&", "a\0b", &"a".repeat(201), &"a ".repeat(13)] {
            assert!(Words::parse(refused).is_err());
        }
    }
}
