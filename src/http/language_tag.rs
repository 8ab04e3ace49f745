//! Checks the language that the operator names for the site.

use std::str::FromStr;

use icu_locale_core::LanguageIdentifier;

/// The name of a language as HTML and Atom write it (BCP 47), such as `en` or
/// `pt-BR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// Returns the tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LanguageTag {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = LanguageIdentifier::try_from_str(text).ok();
        let known = known.filter(|language| !language.language.is_unknown());
        known
            .map(|language| Self(language.to_string()))
            .ok_or("not a language tag, such as en, de or pt-BR")
    }
}

#[cfg(test)]
mod tests {
    use super::LanguageTag;

    #[test]
    fn a_tag_is_written_in_its_usual_form() {
        for (given, tag) in [("en", "en"), ("DE", "de"), ("pt-br", "pt-BR"), ("zh-hant", "zh-Hant")]
        {
            assert_eq!(given.parse::<LanguageTag>().unwrap().as_str(), tag);
        }
    }

    #[test]
    fn a_name_of_a_language_is_no_tag() {
        for text in ["", "und", "english please", "e", "\"><script>", "de;q=0.5"] {
            assert!(text.parse::<LanguageTag>().is_err(), "{text:?}");
        }
    }
}
