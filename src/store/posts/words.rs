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

/// Returns the text as one operand: what means something there is doubled.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
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
            ("it's a | b & !c:*", "'it''s':* & 'a' & 'b' & '!c:*'"),
            (r"back\slash", r"'back\\slash':*"),
        ] {
            assert_eq!(Words::parse(typed).unwrap().unwrap().query(), query);
        }
        assert_eq!(Words::parse("  "), Ok(None));
        for refused in ["&&&", "a\0b", &"a".repeat(201), &"a ".repeat(13)] {
            assert!(Words::parse(refused).is_err());
        }
    }
}
