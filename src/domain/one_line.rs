//! Removes invisible characters from one-line fields. So two titles or names that look
//! the same are the same.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Returns the text without the characters that show nothing. A joiner, a variation
/// selector or a tag is kept where the sign before it can need it. A direction mark is
/// kept in a text with letters of a script from right to left.
pub(super) fn without_unseen(text: &str) -> String {
    let has_right_to_left = text.chars().any(is_right_to_left);
    let mut kept = String::with_capacity(text.len());
    for character in text.chars() {
        let before = kept.chars().next_back();
        let is_kept = match character {
            '\u{200C}' | '\u{200D}' | '\u{180B}'..='\u{180D}' | '\u{180F}' => {
                before.is_some_and(|before| !before.is_ascii() && !is_blank(before))
            }
            // An emoji of a digit ends in a selector, too.
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => before.is_some_and(|before| {
                before.is_ascii_digit() || "#*".contains(before) || !before.is_ascii()
            }),
            // A flag is a black flag with tags behind it.
            '\u{E0020}'..='\u{E007F}' => {
                before.is_some_and(|before| matches!(before, '🏴' | '\u{E0020}'..='\u{E007E}'))
            }
            '\u{061C}' | '\u{200E}' | '\u{200F}' => has_right_to_left,
            '\u{00AD}'
            | '\u{034F}'
            | '\u{180E}'
            | '\u{200B}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' => false,
            _ => true,
        };
        if is_kept {
            kept.push(character);
        }
    }
    kept
}

/// Returns the text without comments of HTML that have an end, which readers never see,
/// and how many it had.
pub(crate) fn without_comments(text: &str) -> (Cow<'_, str>, usize) {
    let (mut kept, mut rest, mut count) = (String::new(), text, 0);
    while let Some((before, after)) = rest.split_once("<!--")
        && let Some((_, after)) = after.split_once("-->")
    {
        kept.push_str(before);
        rest = after;
        count += 1;
    }
    match count {
        0 => (Cow::Borrowed(text), 0),
        _ => (Cow::Owned(kept + rest), count),
    }
}

/// Returns how many characters [`without_unseen`] leaves out.
pub(crate) fn unseen(text: &str) -> usize {
    text.chars().count() - without_unseen(text).chars().count()
}

/// Returns the name composed, and with one space for each run of blanks of any kind.
pub(super) fn as_name(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for character in text.chars() {
        match is_blank(character) && character != '\n' {
            true if spaced.is_empty() || spaced.ends_with(' ') => {}
            true => spaced.push(' '),
            false => spaced.push(character),
        }
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(spaced.trim_end_matches(' ')).into_owned()
}

/// Returns whether a character looks like a space.
fn is_blank(character: char) -> bool {
    let is_filler =
        matches!(character, '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}');
    is_filler || (character.is_whitespace() && !character.is_control())
}

/// Returns whether a character is of a script from right to left.
fn is_right_to_left(character: char) -> bool {
    matches!(character,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::{as_name, without_comments, without_unseen};

    #[test]
    fn what_shows_nothing_is_left_out() {
        for unseen in [
            "\u{200B}",
            "\u{AD}",
            "\u{FEFF}",
            "\u{2060}",
            "\u{200D}",
            "\u{FE0F}",
            "\u{E0041}",
            "\u{200E}",
        ] {
            assert_eq!(
                without_unseen(&format!("{unseen}E{unseen}dith{unseen}")),
                "Edith",
                "{unseen:?}"
            );
        }
    }

    #[test]
    fn a_comment_with_an_end_is_left_out() {
        for (text, kept, count) in [
            ("A <!-- b --> c", "A  c", 1),
            ("<!--a--><!----> b<!-- c", " b<!-- c", 2),
            ("How <!-- works", "How <!-- works", 0),
            ("--> a <!--", "--> a <!--", 0),
        ] {
            assert_eq!(without_comments(text), (kept.into(), count), "{text}");
        }
    }

    #[test]
    fn signs_that_a_script_needs_are_kept() {
        for text in [
            "می\u{200C}خواهم",
            "ന്\u{200D}",
            "👩\u{200D}🚀",
            "❤\u{FE0F} 1\u{FE0F}\u{20E3}",
            "葛\u{E0100}",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "שלום C++\u{200E}!",
        ] {
            assert_eq!(without_unseen(text), text, "{text:?}");
        }
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for name in ["Zoë Marsh", "Zoe\u{308}  Marsh", "\u{3164}Zoë\u{A0}\u{2003}Marsh\u{2800}"] {
            assert_eq!(as_name(name), "Zoë Marsh", "{name:?}");
        }
    }
}
