//! The direction that a text is written in.

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;

/// From left to right, or from right to left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextDirection {
    LeftToRight,
    RightToLeft,
}

impl TextDirection {
    /// Returns the direction of the first letter, as browsers find it for
    /// `dir="auto"`. Digits, signs and spaces have none.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let classes = CodePointMapData::<BidiClass>::new();
        text.chars().find_map(|character| match classes.get(character) {
            BidiClass::LeftToRight => Some(Self::LeftToRight),
            BidiClass::RightToLeft | BidiClass::ArabicLetter => Some(Self::RightToLeft),
            _ => None,
        })
    }

    /// Returns the value of the attribute `dir`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TextDirection;

    #[test]
    fn the_first_letter_decides() {
        for (text, direction) in [
            ("Rest", Some("ltr")),
            ("1. \"שלום\" and more", Some("rtl")),
            ("۱۲ (سلام)", Some("rtl")),
            ("中文", Some("ltr")),
            ("12 + 3", None),
        ] {
            assert_eq!(TextDirection::of(text).map(TextDirection::as_str), direction, "{text}");
        }
    }
}
