use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// How a script separates its words, as far as a count and a comparison must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// With spaces.
    Words,
    /// Not at all, and a character is about half a word: Chinese and Japanese.
    Ideographs,
    /// Not at all, and a word has several characters: Thai, Lao, Khmer and Burmese.
    Letters,
}

/// Returns how the script of a character separates its words.
pub(crate) fn spacing(character: char) -> Spacing {
    if character.is_ascii() {
        return Spacing::Words;
    }
    match CodePointMapData::<Script>::new().get(character) {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => Spacing::Ideographs,
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar => Spacing::Letters,
        _ => Spacing::Words,
    }
}
