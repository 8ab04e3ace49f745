//! Reads a date and a title from the name of a file.

use crate::domain::{Title, has_visible_text};

/// The name of a file without its extension.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    /// The date that it begins with, as it is written.
    pub(super) date: Option<&'a str>,
    words: &'a str,
}

impl<'a> FileName<'a> {
    /// Reads a name such as `2024-05-01-on-rest`, or in one of a site's languages
    /// `on-rest.pt-BR`.
    pub(super) fn of(stem: &'a str) -> Self {
        let name = without_language(stem);
        match date_length(name) {
            Some(length) => Self { date: Some(&name[..length]), words: &name[length..] },
            // The post has the name of the folder.
            None if name.eq_ignore_ascii_case("index") => Self { date: None, words: "" },
            None => Self { date: None, words: name },
        }
    }

    /// Returns the words as a title, `On rest`, if any can be seen.
    pub(super) fn title(&self) -> Option<String> {
        let words = self.words.replace(['-', '_'], " ");
        let mut characters = words.trim().chars();
        let title: String = characters.next()?.to_uppercase().chain(characters).collect();
        let is_title = has_visible_text(&title) && title.chars().count() <= Title::LIMIT;
        is_title.then_some(title)
    }
}

/// Returns how long the date is that a name begins with. Jekyll takes days and months of
/// one digit, too, and years of two.
fn date_length(name: &str) -> Option<usize> {
    let year = digits(name);
    let length = match year {
        8 if is_day(&name[4..8]) => year,
        2..=4 => {
            let month = number_after_mark(&name[year..])?;
            let day = number_after_mark(&name[year + month..])?;
            year + month + day
        }
        _ => return None,
    };
    let after = name[length..].chars().next();
    let is_apart = after.is_none_or(|mark| matches!(mark, '-' | '_' | ' '));
    let is_jekylls = !name[..length].contains('_') && after == Some('-');
    (is_apart && (year >= 4 || is_jekylls)).then_some(length)
}

/// Returns the length of a mark with a number of one or two digits behind it.
fn number_after_mark(text: &str) -> Option<usize> {
    let number = digits(text.strip_prefix(['-', '_'])?);
    matches!(number, 1 | 2).then_some(1 + number)
}

/// Returns whether four digits are a month and a day.
fn is_day(digits: &str) -> bool {
    let number = |range| digits.get(range).and_then(|it: &str| it.parse::<u8>().ok());
    let month = number(0..2).is_some_and(|month| (1..=12).contains(&month));
    month && number(2..4).is_some_and(|day| (1..=31).contains(&day))
}

/// Returns how many digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The languages that a name may end in (ISO 639-1, and two of 639-2). Those that hardly
/// anything is written in are left out: their codes end names such as `socket.io`.
const LANGUAGES: &str = "af am ar as az be bg bn bo br bs ca cs cy da de dz el en eo es et eu fa \
    fi fil fo fr fy ga gd gl gsw gu ha he hi hr hu hy id ig is it iw ja jv ka kk kl km kn ko ku \
    ky la lb lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no oc om or pa pl ps pt ro ru rw sa \
    sd si sk sl sm sn so sq sr st su sv sw ta te tg th tk tl tr tt ug uk ur uz vi wo xh yi yo zh \
    zu";

fn without_language(words: &str) -> &str {
    let Some((before, language)) = words.rsplit_once('.') else { return words };
    let mut parts = language.split(['-', '_']);
    let code = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_language = LANGUAGES.split_whitespace().any(|known| known == code)
        && parts
            .all(|it| matches!(it.len(), 2..=4) && it.bytes().all(|it| it.is_ascii_alphabetic()));
    if is_language && !before.is_empty() { before } else { words }
}

#[cfg(test)]
mod tests {
    use super::FileName;

    #[test]
    fn a_file_name_has_a_date_and_words() {
        for (stem, date, title) in [
            ("2024-05-01-on-rest", Some("2024-05-01"), Some("On rest")),
            ("2017-2-5-no-zeroes", Some("2017-2-5"), Some("No zeroes")),
            ("17-02-05-two-digits", Some("17-02-05"), Some("Two digits")),
            ("2024_05_01_on_rest", Some("2024_05_01"), Some("On rest")),
            ("2024-05-01_on-rest", Some("2024-05-01"), Some("On rest")),
            ("2024-05-01 on rest", Some("2024-05-01"), Some("On rest")),
            ("20240501-on-rest", Some("20240501"), Some("On rest")),
            ("2024-05-01", Some("2024-05-01"), None),
            ("2024-05-01-", Some("2024-05-01"), None),
            ("2024-05-01-\u{301}", Some("2024-05-01"), None),
            ("on-rest", None, Some("On rest")),
            ("on-rest.pt-BR", None, Some("On rest")),
            ("on-rest.zh-hans", None, Some("On rest")),
            ("on-rest.pt_br", None, Some("On rest")),
            ("version-1.2", None, Some("Version 1.2")),
            ("node.js", None, Some("Node.js")),
            ("using-asp.net", None, Some("Using asp.net")),
            ("socket.io", None, Some("Socket.io")),
            ("vol.ii", None, Some("Vol.ii")),
            ("2024-01-01-why-vue.js", Some("2024-01-01"), Some("Why vue.js")),
            ("20240-5-01-a", None, Some("20240 5 01 a")),
            ("20241301-a", None, Some("20241301 a")),
            ("2024-05-011-a", None, Some("2024 05 011 a")),
            ("10_1_2_release", None, Some("10 1 2 release")),
            ("ä024-05-01-a", None, Some("Ä024 05 01 a")),
            ("index", None, None),
            ("INDEX.fr", None, None),
            ("index-cards", None, Some("Index cards")),
            ("", None, None),
        ] {
            let name = FileName::of(stem);
            assert_eq!((name.date, name.title().as_deref()), (date, title), "{stem}");
        }
    }
}
