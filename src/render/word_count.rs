//! Measures the length of a text in words or characters, and in minutes of reading.

use super::markdown::tag_end;
use super::scripts::{Spacing, spacing};
use crate::domain::counted;

/// Reading speeds in a minute: slow ones among the usual figures.
const WORDS_A_MINUTE: usize = 200;
const IDEOGRAPHS_A_MINUTE: usize = 400;
const LETTERS_A_MINUTE: usize = 1000;

/// Returns how long a rendered body is, as a sentence without its full stop. Where a
/// script has no spaces between words, its characters are counted.
pub(crate) fn sentence(html: &str) -> String {
    let Length { words, ideographs, letters } = Length::of(html);
    let characters = ideographs + letters;
    let count = match (words, characters) {
        (words, 0) => counted(words, "word"),
        (0, characters) => counted(characters, "character"),
        (words, characters) => {
            format!("{} and {}", counted(characters, "character"), counted(words, "word"))
        }
    };
    let thousandths = words * 1000 / WORDS_A_MINUTE
        + ideographs * 1000 / IDEOGRAPHS_A_MINUTE
        + letters * 1000 / LETTERS_A_MINUTE;
    match (words + characters, (thousandths + 500) / 1000) {
        (0 | 1, _) => count,
        (_, 0) => format!("{count}, less than a minute to read"),
        (_, 1) => format!("{count}, about 1 minute to read"),
        (_, minutes) => format!("{count}, about {minutes} minutes to read"),
    }
}

/// How long a text is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Length {
    /// Texts between spaces with a letter or a digit in them.
    words: usize,
    /// Chinese and Japanese characters.
    ideographs: usize,
    /// Letters of the other scripts without spaces between words.
    letters: usize,
}

impl Length {
    /// Returns the length of the text in rendered HTML.
    fn of(html: &str) -> Self {
        let text = text(html);
        let mut length = Self::default();
        for part in text.split_whitespace() {
            let mut is_word = false;
            for character in part.chars().filter(|character| character.is_alphanumeric()) {
                match spacing(character) {
                    Spacing::Words => is_word = true,
                    Spacing::Ideographs => length.ideographs += 1,
                    Spacing::Letters => length.letters += 1,
                }
            }
            length.words += usize::from(is_word);
        }
        length
    }
}

/// Elements that can be inside a word; any other ends it.
const INSIDE_WORDS: [&str; 6] = ["a", "code", "del", "em", "strong", "sup"];

/// Returns the text of sanitised HTML. In it every `<` begins a tag, and every `&` a
/// character reference.
fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        let is_tag = rest[at..].starts_with('<');
        let marked = &rest[at..];
        let length = match is_tag {
            true => tag_end(marked),
            false => marked.find(';').map_or(marked.len(), |end| end + 1),
        };
        let marked = &marked[..length];
        let name = marked.trim_start_matches(['<', '/']);
        let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let ends_a_word = if is_tag { !INSIDE_WORDS.contains(&name) } else { marked == "&nbsp;" };
        if ends_a_word {
            text.push(' ');
        }
        rest = &rest[at + marked.len()..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::super::markdown::{Audience, render};
    use super::{Length, sentence};

    #[test]
    fn words_are_what_a_reader_sees() {
        for (markdown, count) in [
            ("", 0),
            ("***", 0),
            ("## First words\n\nThen *more* of them.", 6),
            ("un*believ*able and `code` -- fine", 4),
            ("one\ntwo<br>three", 2),
            ("- one\n- two\n\n| a | b |\n|---|---|\n| c | d |", 6),
            ("[two words](https://example.org \"a > b\") & no more", 4),
            ("![what it shows](https://example.org/a.jpg)", 0),
        ] {
            let length = Length::of(&render(markdown, Audience::Reader).html);
            assert_eq!(length, Length { words: count, ..Length::default() }, "{markdown:?}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_counted_by_characters() {
        for (text, said) in [
            ("今日は良い天気です。", "9 characters, less than a minute to read"),
            ("Rust 语言", "2 characters and 1 word, less than a minute to read"),
            ("ภาษาไทย", "7 characters, less than a minute to read"),
            ("字", "1 character"),
        ] {
            assert_eq!(sentence(text), said);
        }
        assert_eq!(sentence(&"字".repeat(4000)), "4,000 characters, about 10 minutes to read");
    }

    #[test]
    fn a_length_is_told_in_words_and_in_minutes() {
        for (count, said) in [
            (0, "0 words"),
            (1, "1 word"),
            (99, "99 words, less than a minute to read"),
            (100, "100 words, about 1 minute to read"),
            (1250, "1,250 words, about 6 minutes to read"),
            (312, "312 words, about 2 minutes to read"),
        ] {
            assert_eq!(sentence(&"word ".repeat(count)), said);
        }
    }
}
