/// The reading speed in words a minute: a slow one among the usual figures.
const WORDS_A_MINUTE: usize = 200;

/// Returns how long a rendered body is, as a sentence without its full stop.
pub(crate) fn sentence(html: &str) -> String {
    let count = words(html);
    let minutes = (count + WORDS_A_MINUTE / 2) / WORDS_A_MINUTE;
    match (count, minutes) {
        (0, _) => "0 words".to_owned(),
        (1, _) => "1 word".to_owned(),
        (_, 0) => format!("{count} words, less than a minute to read"),
        (_, 1) => format!("{count} words, about 1 minute to read"),
        _ => format!("{count} words, about {minutes} minutes to read"),
    }
}

/// Returns the number of words in rendered HTML. A word is a text between spaces with
/// a letter or a digit in it.
fn words(html: &str) -> usize {
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    text(html).split_whitespace().filter(is_word).count()
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
        let end = if is_tag { tag_end(&rest[at..]) } else { rest[at..].find(';') };
        let marked = &rest[at..end.map_or(rest.len(), |end| at + end + 1)];
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

/// Returns where a tag closes: a `>` in the value of an attribute does not.
fn tag_end(tag: &str) -> Option<usize> {
    let mut is_quoted = false;
    tag.find(|character| {
        is_quoted ^= character == '"';
        character == '>' && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::super::markdown::{Audience, render};
    use super::{sentence, words};

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
            assert_eq!(words(&render(markdown, Audience::Reader).html), count, "{markdown:?}");
        }
    }

    #[test]
    fn a_length_is_told_in_words_and_in_minutes() {
        for (count, said) in [
            (0, "0 words"),
            (1, "1 word"),
            (99, "99 words, less than a minute to read"),
            (100, "100 words, about 1 minute to read"),
            (312, "312 words, about 2 minutes to read"),
        ] {
            assert_eq!(sentence(&"word ".repeat(count)), said);
        }
    }
}
