//! Parses the search text with which staff find accounts.

use crate::domain::FieldError;
use crate::domain::search::Question;

/// Prefixes of words, each of at least two letters or digits. A list shows at
/// most a thousand of the accounts that match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSearch {
    pub(super) pattern: String,
}

/// The least characters of each word.
const MIN_CHARACTERS: usize = 2;

impl AccountSearch {
    /// The most characters of a search.
    pub const LIMIT: usize = 100;

    /// Returns the search, or what to write instead; `None` for a blank text.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldError> {
        let typed = text.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let question = Question::new(typed, MIN_CHARACTERS);
        let is_long_enough = question.shortest_word().is_none_or(|word| word >= MIN_CHARACTERS);
        let is_text = !typed.contains(char::is_control) && typed.chars().count() <= Self::LIMIT;
        if question.is_empty() || !is_long_enough || !is_text {
            return Err(FieldError::new(
                "search",
                "Enter at least two letters or digits of each word.",
            ));
        }
        Ok(Some(Self { pattern: question.literal() }))
    }
}

#[cfg(test)]
mod tests {
    use super::AccountSearch;

    #[test]
    fn a_search_becomes_prefixes_and_never_an_operator() {
        let pattern =
            |text| AccountSearch::parse(text).map(|found| found.map(|search| search.pattern));
        assert_eq!(pattern("  "), Ok(None));
        assert_eq!(pattern("ali"), Ok(Some("'ali':*".into())));
        assert_eq!(pattern("Hart alice@ex"), Ok(Some("'hart':* & 'alice':* & 'ex':*".into())));
        assert_eq!(pattern("!äl | ed':*"), Ok(Some("'al':* & 'ed':*".into())));
        assert_eq!(pattern("王"), Ok(Some("'王':*".into())));
        let long = "alice ".repeat(17);
        assert!(pattern(&long[..100]).is_ok());
        for refused in ["a", "al e", "&", "\0", "ali\u{7}ce", "ali\nce", &long[..101]] {
            assert!(pattern(refused).is_err(), "{refused}");
        }
    }
}
