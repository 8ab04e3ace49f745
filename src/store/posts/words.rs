//! Parses the search text of a list of posts.

use crate::domain::FieldError;
use crate::domain::search::Question;

/// The words to look for in posts: a text has to have all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    text: String,
    question: Question,
}

/// The most words of a search.
const MAX_WORDS: usize = 12;

/// From how many characters on a word also finds longer ones.
const BEGINNING: usize = 3;

impl Words {
    /// The most characters of a search.
    pub const LIMIT: usize = 200;

    /// Returns the words, or `None` where there are none.
    ///
    /// # Errors
    ///
    /// There are too many, or none of letters and digits.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let refused = |message: &str| Err(FieldError::new("q", message));
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().any(char::is_control) {
            return refused("Search for words, without control characters.");
        }
        if text.chars().count() > Self::LIMIT || text.split(' ').count() > MAX_WORDS {
            return Err(FieldError::new(
                "q",
                format!("Search for at most {MAX_WORDS} words and {} characters.", Self::LIMIT),
            ));
        }
        let question = Question::new(&text, BEGINNING);
        if question.is_empty() {
            return refused("Search for words: letters or digits.");
        }
        Ok(Some(Self { text, question }))
    }

    /// Returns the words as they were typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the words as a literal of the type `tsquery`.
    pub(super) fn query(&self) -> String {
        self.question.literal()
    }
}
