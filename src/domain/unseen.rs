//! Lists the characters that are invisible, and those that change how others are shown.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// The code points that are not visible: White_Space, control characters (Cc), and
/// Default_Ignorable_Code_Point (Unicode 17, DerivedCoreProperties). Combining marks of no
/// script belong to them, too, and the blanks of Braille, Khitan, hieroglyphs and music.
pub const INVISIBLE: [(u32, u32); 29] = [
    (0x0000, 0x0020),
    (0x007F, 0x00A0),
    (0x00AD, 0x00AD),
    (0x0300, 0x036F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x20D0, 0x20FF),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFC),
    (0x13430, 0x13442),
    (0x16FE4, 0x16FE4),
    (0x1BCA0, 0x1BCA3),
    (0x1D159, 0x1D159),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

/// Returns whether a character cannot be seen.
pub fn is_invisible(character: char) -> bool {
    let point = u32::from(character);
    INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&point))
}

/// Returns whether any character can be seen: then a text counts as given. A combining
/// mark needs a character to stand on. The database says the same.
pub fn has_visible_text(text: &str) -> bool {
    text.chars().any(|character| !is_invisible(character) && !is_mark(character))
}

/// Returns whether a character is a mark, which belongs to the one before it.
pub(crate) fn is_mark(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    GeneralCategoryGroup::Mark.contains(category)
}

/// Returns whether XML does not allow a character.
pub fn is_not_xml(character: char) -> bool {
    let is_space = matches!(character, '\t' | '\n' | '\r');
    (character.is_control() && !is_space) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// Returns whether a character changes the direction of the text behind it.
pub fn sets_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns the code point and, if it is one that people meet, its name.
pub fn described(character: char) -> String {
    let point = u32::from(character);
    match name(point) {
        Some(name) => format!("U+{point:04X} {name}"),
        None => format!("U+{point:04X}"),
    }
}

fn name(point: u32) -> Option<String> {
    if let Ok(at) = NAMES.binary_search_by_key(&point, |(point, _)| *point) {
        return Some(NAMES[at].1.to_owned());
    }
    Some(match point {
        0x0000..=0x001F | 0x0080..=0x009F => "CONTROL CHARACTER".to_owned(),
        0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F => {
            "COMBINING MARK".to_owned()
        }
        0x180B..=0x180D => format!("MONGOLIAN FREE VARIATION SELECTOR {}", point - 0x180A),
        0xFE00..=0xFE0F => format!("VARIATION SELECTOR-{}", point - 0xFDFF),
        0xE0100..=0xE01EF => format!("VARIATION SELECTOR-{}", point - 0xE00EF),
        0xE0021..=0xE007E => match char::from_u32(point - 0xE0000) {
            Some(tagged) => format!("TAG {tagged}"),
            None => return None,
        },
        _ if char::from_u32(point).is_some_and(is_invisible) => "INVISIBLE CHARACTER".to_owned(),
        _ => return None,
    })
}

/// The names of single characters, by code point, as the Unicode standard has them.
const NAMES: [(u32, &str); 64] = [
    (0x0000, "NULL"),
    (0x0009, "TAB"),
    (0x000A, "LINE FEED"),
    (0x000B, "LINE TABULATION"),
    (0x000C, "FORM FEED"),
    (0x001B, "ESCAPE"),
    (0x0020, "SPACE"),
    (0x007F, "DELETE"),
    (0x0085, "NEXT LINE"),
    (0x00A0, "NO-BREAK SPACE"),
    (0x00AD, "SOFT HYPHEN"),
    (0x034F, "COMBINING GRAPHEME JOINER"),
    (0x061C, "ARABIC LETTER MARK"),
    (0x115F, "HANGUL CHOSEONG FILLER"),
    (0x1160, "HANGUL JUNGSEONG FILLER"),
    (0x1680, "OGHAM SPACE MARK"),
    (0x17B4, "KHMER VOWEL INHERENT AQ"),
    (0x17B5, "KHMER VOWEL INHERENT AA"),
    (0x180E, "MONGOLIAN VOWEL SEPARATOR"),
    (0x2000, "EN QUAD"),
    (0x2001, "EM QUAD"),
    (0x2002, "EN SPACE"),
    (0x2003, "EM SPACE"),
    (0x2004, "THREE-PER-EM SPACE"),
    (0x2005, "FOUR-PER-EM SPACE"),
    (0x2006, "SIX-PER-EM SPACE"),
    (0x2007, "FIGURE SPACE"),
    (0x2008, "PUNCTUATION SPACE"),
    (0x2009, "THIN SPACE"),
    (0x200A, "HAIR SPACE"),
    (0x200B, "ZERO WIDTH SPACE"),
    (0x200C, "ZERO WIDTH NON-JOINER"),
    (0x200D, "ZERO WIDTH JOINER"),
    (0x200E, "LEFT-TO-RIGHT MARK"),
    (0x200F, "RIGHT-TO-LEFT MARK"),
    (0x2010, "HYPHEN"),
    (0x2011, "NON-BREAKING HYPHEN"),
    (0x2028, "LINE SEPARATOR"),
    (0x2029, "PARAGRAPH SEPARATOR"),
    (0x202A, "LEFT-TO-RIGHT EMBEDDING"),
    (0x202B, "RIGHT-TO-LEFT EMBEDDING"),
    (0x202C, "POP DIRECTIONAL FORMATTING"),
    (0x202D, "LEFT-TO-RIGHT OVERRIDE"),
    (0x202E, "RIGHT-TO-LEFT OVERRIDE"),
    (0x202F, "NARROW NO-BREAK SPACE"),
    (0x205F, "MEDIUM MATHEMATICAL SPACE"),
    (0x2060, "WORD JOINER"),
    (0x2061, "FUNCTION APPLICATION"),
    (0x2062, "INVISIBLE TIMES"),
    (0x2063, "INVISIBLE SEPARATOR"),
    (0x2064, "INVISIBLE PLUS"),
    (0x2066, "LEFT-TO-RIGHT ISOLATE"),
    (0x2067, "RIGHT-TO-LEFT ISOLATE"),
    (0x2068, "FIRST STRONG ISOLATE"),
    (0x2069, "POP DIRECTIONAL ISOLATE"),
    (0x2800, "BRAILLE PATTERN BLANK"),
    (0x3000, "IDEOGRAPHIC SPACE"),
    (0x3164, "HANGUL FILLER"),
    (0xFEFF, "ZERO WIDTH NO-BREAK SPACE"),
    (0xFFA0, "HALFWIDTH HANGUL FILLER"),
    (0xFFF9, "INTERLINEAR ANNOTATION ANCHOR"),
    (0xFFFA, "INTERLINEAR ANNOTATION SEPARATOR"),
    (0xFFFB, "INTERLINEAR ANNOTATION TERMINATOR"),
    (0xE007F, "CANCEL TAG"),
];
