//! Makes and checks the web addresses of posts. Only the database knows whether an
//! address is free.

use std::fmt;

use icu_properties::CodePointSetData;
use icu_properties::props::{ExtendedPictographic, RegionalIndicator};

use super::text::{FieldError, Title};

/// A post's web address: lower-case words of `a-z` and `0-9` joined by hyphens.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The most characters that an author or a title contributes; the rest is room
    /// for a number.
    pub const LIMIT: usize = 100;

    /// The most characters of an address, with its number.
    pub const LIMIT_WITH_NUMBER: usize = 120;

    /// Returns the address made from a title, if the title has letters or digits.
    pub fn from_title(title: &Title) -> Option<Self> {
        Self::made_from(title.as_str())
    }

    /// Returns the address made from a text: other scripts in Latin letters, without
    /// emoji, and cut between words.
    pub(crate) fn made_from(text: &str) -> Option<Self> {
        let pictures = CodePointSetData::new::<ExtendedPictographic>();
        let flags = CodePointSetData::new::<RegionalIndicator>();
        let is_picture = |letter: char| pictures.contains(letter) || flags.contains(letter);
        let text: String =
            text.chars().map(|letter| if is_picture(letter) { ' ' } else { letter }).collect();
        let spelled = slug::slugify(text);
        let mut cut = spelled.as_str();
        while cut.len() > Self::LIMIT {
            // A slug is ASCII, so every index is a boundary.
            cut = cut.rsplit_once('-').map_or(&cut[..Self::LIMIT], |(kept, _)| kept);
        }
        (!cut.is_empty()).then(|| Self(cut.to_owned()))
    }

    /// Returns the address where nothing gives one.
    pub(super) fn default_slug() -> Self {
        Self("post".to_owned())
    }

    /// Returns the address that an author chooses, or none where nothing is typed.
    pub fn parse_chosen(text: &str) -> Result<Option<Self>, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(slug) = Self::parse(text).filter(|slug| slug.0.len() <= Self::LIMIT) {
            return Ok(Some(slug));
        }
        let rule = "Use up to 100 of a–z, 0–9 and hyphens between words";
        Err(FieldError::new(
            "slug",
            match Self::made_from(text) {
                Some(suggested) => format!("{rule}, for example: {suggested}"),
                None => format!("{rule}."),
            },
        ))
    }

    /// Returns the address, if it could be one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_spelled = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_well_formed = text.len() <= Self::LIMIT_WITH_NUMBER
            && text.split('-').all(|word| !word.is_empty() && word.bytes().all(is_spelled));
        is_well_formed.then(|| Self(text.to_owned()))
    }

    /// Returns the address that was shown to a person, as it comes back.
    pub fn parse_shown(text: &str) -> Result<Self, FieldError> {
        let message = "Send the web address as it was shown: words of a–z and 0–9 and hyphens.";
        Self::parse(text).ok_or_else(|| FieldError::new("slug", message))
    }

    /// Returns the address without the number that another post's makes necessary.
    pub(crate) fn without_number(&self) -> Self {
        let is_number = |end: &str| end.bytes().all(|byte| byte.is_ascii_digit());
        match self.0.rsplit_once('-') {
            Some((wanted, end)) if is_number(end) => Self(wanted.to_owned()),
            Some(_) | None => self.clone(),
        }
    }

    /// Returns the address of a stored revision, as it is.
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the address as it is in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    fn made(text: &str) -> Option<String> {
        Slug::made_from(text).map(|slug| slug.to_string())
    }

    #[test]
    fn other_scripts_are_spelled_in_latin_letters() {
        for (title, slug) in [
            ("Über den Wörtern", "uber-den-wortern"),
            ("Москва слезам не верит", "moskva-slezam-ne-verit"),
            ("Ελληνικά", "ellenika"),
            ("北京", "bei-jing"),
        ] {
            assert_eq!(made(title).as_deref(), Some(slug), "{title}");
        }
    }

    #[test]
    fn emoji_are_dropped_and_may_leave_nothing() {
        assert_eq!(made("Ready 🚀 for 👩‍🚀 launch 🇫🇷").as_deref(), Some("ready-for-launch"));
        assert_eq!(made("🚀 👍🏽 !"), None);
        assert_eq!(made("#1 of 3").as_deref(), Some("1-of-3"));
    }

    #[test]
    fn a_chosen_address_is_well_formed_and_the_error_suggests_one() {
        let chosen =
            |text: &str| Slug::parse_chosen(text).map(|slug| slug.map(|slug| slug.to_string()));
        assert_eq!(chosen("  "), Ok(None));
        assert_eq!(chosen(" on-restraint "), Ok(Some("on-restraint".to_owned())));
        let message = |text: &str| chosen(text).unwrap_err().message;
        assert!(message("On Restraint!").ends_with("for example: on-restraint"));
        assert!(message("///").ends_with("between words."));
        assert!(chosen(&"a".repeat(100)).is_ok());
        assert!(chosen(&"a".repeat(101)).is_err());
    }
}
