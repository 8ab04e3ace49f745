//! Makes different spellings of a word equal, and tells letters, signs and marks apart.

use std::ops::RangeInclusive;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The apostrophes that people type: all are folded to the one of ASCII.
const APOSTROPHES: [char; 12] = [
    '\'', '`', '\u{B4}', '\u{2B9}', '\u{2BB}', '\u{2BC}', '\u{5F3}', '\u{5F4}', '\u{2018}',
    '\u{2019}', '\u{201B}', '\u{FF07}',
];

/// Letters without a decomposition that people replace when they type.
const LETTERS: [(char, &str); 13] = [
    ('æ', "ae"),
    ('ð', "d"),
    ('ø', "o"),
    ('þ', "th"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ł', "l"),
    ('œ', "oe"),
    ('ŧ', "t"),
    // Arabic and Persian keyboards have different code points for these.
    ('\u{649}', "\u{64A}"),
    ('\u{6A9}', "\u{643}"),
    ('\u{6CC}', "\u{64A}"),
    ('\u{6D2}', "\u{64A}"),
];

/// The most characters that are read of a decomposed text. They are enough for 100,000
/// Korean syllables, and not for 100,000 ligatures of 18 letters.
const MAX_CHARACTERS: usize = 310_000;

/// Returns the text with case, accents, width and compatibility variants folded.
/// Characters that only format text are left out.
pub(super) fn fold(text: &str) -> String {
    // Nothing in ASCII decomposes, and most texts are nothing else.
    if text.is_ascii() {
        let text = &text[..text.len().min(MAX_CHARACTERS)];
        return text.replace('`', "'").to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    let plain = text.chars().map(|letter| if is_apostrophe(letter) { '\'' } else { letter });
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(plain);
    for letter in decomposed.take(MAX_CHARACTERS) {
        if letter.is_ascii() {
            folded.push(letter.to_ascii_lowercase());
        } else if let Some(digit) = ascii_digit(letter) {
            folded.push(digit);
        } else if is_jamo(letter) {
            push_jamo(&mut folded, letter);
        } else if is_apostrophe(letter) {
            folded.push('\'');
        } else if !is_left_out(letter) {
            push_without_case(&mut folded, letter);
        }
    }
    folded
}

fn is_apostrophe(letter: char) -> bool {
    APOSTROPHES.contains(&letter)
}

/// Appends a letter without its case. The way over upper case folds letters that lower
/// case alone leaves different: `ς` and `σ`, `ß` and `ss`, `ı` and `i`.
fn push_without_case(folded: &mut String, letter: char) {
    let upper = letter.to_lowercase().flat_map(char::to_uppercase);
    for lower in upper.flat_map(char::to_lowercase) {
        match LETTERS.iter().find(|(from, _)| *from == lower) {
            Some((_, to)) => folded.push_str(to),
            None => folded.push(lower),
        }
    }
}

/// Returns the digit of ASCII for a digit of any script. Unicode has the ten digits of a
/// script in a row, some of them after each other.
fn ascii_digit(letter: char) -> Option<char> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_digit = |point: u32| categories.get32(point) == GeneralCategory::DecimalNumber;
    let point = u32::from(letter);
    if !is_digit(point) {
        return None;
    }
    let before = (1..=point).take_while(|back| is_digit(point - back)).count() as u32;
    char::from_digit(before % 10, 10)
}

/// The parts of syllables of Korean: first consonants, vowels and last consonants.
const FIRST: RangeInclusive<char> = '\u{1100}'..='\u{1112}';
const VOWELS: RangeInclusive<char> = '\u{1161}'..='\u{1175}';
const LAST: RangeInclusive<char> = '\u{11A8}'..='\u{11C2}';

/// The syllables of Korean.
pub(super) const SYLLABLES: RangeInclusive<char> = '\u{AC00}'..='\u{D7A3}';

fn is_jamo(letter: char) -> bool {
    VOWELS.contains(&letter) || LAST.contains(&letter)
}

/// Appends a part of a syllable, so that a syllable is one letter. The decomposition took
/// it apart.
fn push_jamo(folded: &mut String, jamo: char) {
    let offset = |range: RangeInclusive<char>, it| u32::from(it) - u32::from(*range.start());
    let syllable = match folded.chars().next_back() {
        Some(first) if FIRST.contains(&first) && VOWELS.contains(&jamo) => {
            0xAC00 + (offset(FIRST, first) * 21 + offset(VOWELS, jamo)) * 28
        }
        Some(open)
            if LAST.contains(&jamo)
                && SYLLABLES.contains(&open)
                && offset(SYLLABLES, open) % 28 == 0 =>
        {
            u32::from(open) + offset(LAST, jamo) + 1
        }
        _ => u32::from(jamo),
    };
    let syllable = char::from_u32(syllable).unwrap_or(jamo);
    if syllable != jamo {
        folded.pop();
    }
    folded.push(syllable);
}

/// Returns whether a character is an accent, a nukta, or only formats the text. Vowel
/// signs and the marks that make another letter, in Thai or Japanese, are no accents:
/// they have other combining classes.
fn is_left_out(letter: char) -> bool {
    const TATWEEL: char = '\u{640}';
    const NUKTA: u8 = 7;
    let class = CanonicalCombiningClassMapBorrowed::new().get_u8(letter);
    let is_accent = matches!(class, 1 | NUKTA) || (10..=36).contains(&class) || class >= 200;
    let category = CodePointMapData::<GeneralCategory>::new().get(letter);
    is_accent
        || letter == TATWEEL
        || category == GeneralCategory::EnclosingMark
        || category == GeneralCategory::Format
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// What a character is in a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A letter or digit of a word.
    Letter,
    /// A character of a script that is written without spaces.
    Sign,
    /// A mark, which belongs to the character before it.
    Mark,
    /// It joins the letters on both sides.
    Apostrophe,
    /// Anything else.
    Separator,
}

pub(super) fn kind(letter: char) -> Kind {
    if letter.is_ascii() {
        return match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Letter,
            '\'' => Kind::Apostrophe,
            _ => Kind::Separator,
        };
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(letter);
    if GeneralCategoryGroup::Mark.contains(category) {
        Kind::Mark
    } else if GeneralCategoryGroup::Letter.contains(category)
        || GeneralCategoryGroup::Number.contains(category)
    {
        if is_sign(letter) { Kind::Sign } else { Kind::Letter }
    } else {
        Kind::Separator
    }
}

/// Returns whether a letter or digit is of a script that is written without spaces.
fn is_sign(letter: char) -> bool {
    use icu_properties::props::Script;
    // The mark for a long vowel is of both Japanese syllabaries, so of no script.
    const LONG_VOWEL: char = '\u{30FC}';
    let script = CodePointMapData::<Script>::new().get(letter);
    letter == LONG_VOWEL
        || [
            Script::Ahom,
            Script::Balinese,
            Script::Bopomofo,
            Script::Han,
            Script::Hiragana,
            Script::Javanese,
            Script::Katakana,
            Script::Khmer,
            Script::Lao,
            Script::Myanmar,
            Script::NewTaiLue,
            Script::TaiLe,
            Script::TaiTham,
            Script::TaiViet,
            Script::Tangut,
            Script::Thai,
            Script::Yi,
        ]
        .contains(&script)
}
