//! Names the characters of a changed line that a reader cannot see, or cannot tell from
//! others.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::Emoji;

use super::look_alikes::look_alikes;
use super::other_scripts::{letters_of_other_scripts, script_of};
use crate::domain::unseen::{described, is_invisible, is_mark, sets_direction};

/// A piece of a line, and whether it differs from the other line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) is_changed: bool,
    pub(crate) runs: Vec<Run>,
}

/// Text as it is, or what is said about a character.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Run {
    Text(String),
    /// A code point and its name, in place of the character or behind it.
    Sign(String),
}

impl Piece {
    /// Returns a piece of a line in which nothing is changed.
    pub(crate) fn unchanged(text: String) -> Self {
        Self { is_changed: false, runs: vec![Run::Text(text)] }
    }

    /// Returns the text without the names of its characters.
    pub(crate) fn text(&self) -> String {
        let text = |run: &Run| match run {
            Run::Text(text) => Some(text.clone()),
            Run::Sign(_) => None,
        };
        self.runs.iter().filter_map(text).collect()
    }

    /// Returns about how many bytes it takes on a page.
    pub(crate) fn bytes(&self) -> usize {
        let bytes = |run: &Run| match run {
            Run::Text(text) => text.len(),
            Run::Sign(sign) => sign.len() + 32,
        };
        self.runs.iter().map(bytes).sum()
    }
}

/// What is named in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// Only what turns the direction of the text: the line is unchanged.
    Directions,
    /// What cannot be seen where the line has changed.
    Changes,
    /// The same and every combining mark: the two lines look alike.
    Marks,
}

const MAX_SIGNS: usize = 200;

/// Returns the pieces of a line with signs for invisible characters, and for those that
/// look like the ones that they replace.
pub(crate) fn with_signs(
    pieces: &[(bool, String)],
    named: Named,
    replaced: &[(bool, String)],
) -> Vec<Piece> {
    let line: Vec<char> = pieces.iter().flat_map(|(_, text)| text.chars()).collect();
    let is_whole = !pieces.iter().any(|(is_changed, _)| *is_changed);
    let trailing = line.iter().rposition(|letter| *letter != ' ').map_or(0, |at| at + 1);
    let mut odd = look_alikes(pieces, replaced);
    if named != Named::Directions {
        odd.extend(letters_of_other_scripts(&line));
    }
    let (mut at, mut signs) = (0_usize, 0_usize);
    let mut shown = Vec::with_capacity(pieces.len());
    for (is_changed, text) in pieces {
        let mut runs = Runs::default();
        for letter in text.chars() {
            let before = at.checked_sub(1).map(|before| line[before]);
            let is_compared = named != Named::Directions && (*is_changed || is_whole);
            let sign = if sets_direction(letter) {
                Sign::Instead(described(letter))
            } else if !is_compared {
                Sign::None
            } else if letter == ' ' && at >= trailing {
                Sign::Instead("U+0020 SPACE AT THE END".to_owned())
            } else if odd.contains(&at) && (is_mark(letter) || !is_invisible(letter)) {
                // Nothing comes between a letter and its mark, which is named.
                match line.get(at + 1).is_some_and(|next| is_mark(*next)) {
                    true => Sign::None,
                    false => Sign::Behind(named_letter(letter)),
                }
            } else {
                sign(letter, before, is_whole, named == Named::Marks)
            };
            at += 1;
            runs.push(letter, sign, &mut signs);
        }
        shown.push(Piece { is_changed: *is_changed, runs: runs.ended() });
    }
    if signs > MAX_SIGNS
        && let Some(last) = shown.last_mut()
    {
        let words = format!("and {} more that cannot be seen", signs - MAX_SIGNS);
        last.runs.push(Run::Sign(words));
    }
    shown
}

fn named_letter(letter: char) -> String {
    match script_of(letter) {
        Some((_, script)) => format!("U+{:04X} {script}", u32::from(letter)),
        None if letter.is_numeric() => format!("U+{:04X} DIGIT", u32::from(letter)),
        None => described(letter),
    }
}

/// What is said about one character.
enum Sign {
    None,
    Instead(String),
    Behind(String),
}

fn sign(letter: char, before: Option<char>, is_whole: bool, names_marks: bool) -> Sign {
    let is_mark = is_mark(letter);
    match letter {
        ' ' => Sign::None,
        '\u{2010}' | '\u{2011}' => Sign::Behind(described(letter)),
        _ if is_mark && names_marks => Sign::Behind(described(letter)),
        '\u{300}'..='\u{36F}' if letter != '\u{34F}' => Sign::None,
        _ if is_invisible(letter) && is_part_of_sign(letter, before, is_whole) => Sign::None,
        _ if is_invisible(letter) && is_mark => Sign::Behind(described(letter)),
        _ if is_invisible(letter) => Sign::Instead(described(letter)),
        _ => match same_as(letter) {
            Some(same) => Sign::Behind(format!("U+{:04X} LIKE {same}", u32::from(letter))),
            None => Sign::None,
        },
    }
}

/// Returns whether a joiner or a selector belongs to the emoji before it. In a line
/// that is new as a whole, it may also belong to a letter that it joins.
fn is_part_of_sign(letter: char, before: Option<char>, is_whole: bool) -> bool {
    let Some(before) = before else { return false };
    let emoji = CodePointSetData::new::<Emoji>();
    let is_emoji = !before.is_ascii() && emoji.contains(before) || before == '\u{FE0F}';
    let is_tag = |letter: char| ('\u{E0020}'..='\u{E007F}').contains(&letter);
    match letter {
        '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' if is_emoji => true,
        // A flag of a region is spelled with tags.
        _ if is_tag(letter) => before == '\u{1F3F4}',
        '\u{200C}' | '\u{200D}' => is_whole && script_of(before).is_none() && !before.is_ascii(),
        _ => false,
    }
}

/// Returns the character that looks the same, because it is the same to Unicode.
fn same_as(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return None;
    }
    let mut composed =
        ComposingNormalizerBorrowed::new_nfc().normalize_iter(std::iter::once(letter));
    composed.next().filter(|same| *same != letter)
}

#[derive(Default)]
struct Runs {
    runs: Vec<Run>,
    last: Option<(String, usize)>,
}

impl Runs {
    fn push(&mut self, letter: char, sign: Sign, signs: &mut usize) {
        match sign {
            Sign::None => self.push_text(letter),
            Sign::Behind(sign) => {
                self.push_text(letter);
                self.push_sign(sign, signs);
            }
            Sign::Instead(sign) => self.push_sign(sign, signs),
        }
    }

    fn push_text(&mut self, letter: char) {
        self.close();
        match self.runs.last_mut() {
            Some(Run::Text(text)) => text.push(letter),
            _ => self.runs.push(Run::Text(letter.into())),
        }
    }

    /// Appends a sign, or counts it where the same one is before it.
    fn push_sign(&mut self, sign: String, signs: &mut usize) {
        match &mut self.last {
            Some((last, times)) if *last == sign => *times += 1,
            _ => {
                self.close();
                *signs += 1;
                if *signs <= MAX_SIGNS {
                    self.last = Some((sign, 1));
                }
            }
        }
    }

    fn close(&mut self) {
        if let Some((sign, times)) = self.last.take() {
            let sign = if times == 1 { sign } else { format!("{sign} × {times}") };
            self.runs.push(Run::Sign(sign));
        }
    }

    fn ended(mut self) -> Vec<Run> {
        self.close();
        self.runs
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Run, with_signs};

    fn shown(text: &str, named: Named) -> String {
        let run = |run| match run {
            Run::Text(text) => text,
            Run::Sign(sign) => format!("[{sign}]"),
        };
        let pieces = with_signs(&[(true, text.to_owned())], named, &[]);
        pieces.into_iter().flat_map(|piece| piece.runs).map(run).collect()
    }

    #[test]
    fn a_changed_character_that_cannot_be_seen_is_named() {
        for (text, expected) in [
            ("plain text", "plain text"),
            ("no\u{A0}break", "no[U+00A0 NO-BREAK SPACE]break"),
            ("in\u{200B}side", "in[U+200B ZERO WIDTH SPACE]side"),
            ("in\u{200B}\u{200B}\u{200B}side", "in[U+200B ZERO WIDTH SPACE × 3]side"),
            ("soft\u{AD}ly", "soft[U+00AD SOFT HYPHEN]ly"),
            ("a\tb", "a[U+0009 TAB]b"),
            ("a  b  ", "a  b[U+0020 SPACE AT THE END × 2]"),
            ("costs \u{202E}09", "costs [U+202E RIGHT-TO-LEFT OVERRIDE]09"),
            ("\u{E0041}\u{E0001}", "[U+E0041 TAG A][U+E0001 INVISIBLE CHARACTER]"),
            ("\u{3164}\u{2800}", "[U+3164 HANGUL FILLER][U+2800 BRAILLE PATTERN BLANK]"),
            ("co\u{2011}op", "co\u{2011}[U+2011 NON-BREAKING HYPHEN]op"),
            ("a\u{37E}", "a\u{37E}[U+037E LIKE ;]"),
            ("5 \u{212A}", "5 \u{212A}[U+212A LIKE K]"),
            ("рaypal", "р[U+0440 CYRILLIC LETTER]aypal"),
            (
                "https://раура.com",
                "https://р[U+0440 CYRILLIC LETTER]а[U+0430 CYRILLIC LETTER]у[U+0443 CYRILLIC \
                 LETTER]р[U+0440 CYRILLIC LETTER]а[U+0430 CYRILLIC LETTER].com",
            ),
            ("слово and word", "слово and word"),
            ("👩\u{200D}👧 ❤\u{FE0F}", "👩\u{200D}👧 ❤\u{FE0F}"),
            ("e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(shown(text, Named::Changes), expected, "{}", text.escape_unicode());
        }
        assert_eq!(shown("e\u{301}", Named::Marks), "e\u{301}[U+0301 COMBINING MARK]");
        let turned = shown("a\u{A0}\u{202E}b", Named::Directions);
        assert_eq!(turned, "a\u{A0}[U+202E RIGHT-TO-LEFT OVERRIDE]b");
    }

    #[test]
    fn a_letter_and_its_mark_stay_together() {
        let [older, newer] = ["caf\u{E9}", "cafe\u{301}"]
            .map(|word| [(false, "a ".to_owned()), (true, word.into())]);
        let pieces = with_signs(&newer, Named::Changes, &older);
        assert_eq!(pieces[1].text(), "cafe\u{301}");
        let signs = [Run::Text("cafe\u{301}".into()), Run::Sign("U+0301 COMBINING MARK".into())];
        assert_eq!(pieces[1].runs, signs);
    }

    #[test]
    fn a_line_has_a_bounded_number_of_signs() {
        let shown = shown(&"\u{200B}\u{200C}".repeat(50_000), Named::Changes);
        assert!(shown.len() < 10_000, "{}", shown.len());
        assert!(shown.ends_with("[and 99800 more that cannot be seen]"), "{shown}");
    }
}
