//! Titles and summaries of front matter as plain text: generators read them as HTML.

use std::collections::BTreeSet;

use crate::domain::counted;
use crate::domain::markdown::without_comments;
use crate::domain::unseen::{described, sets_direction};

/// A title or a summary, and what was changed.
pub(super) struct PlainText {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
}

impl PlainText {
    /// Reads the value of this field.
    pub(super) fn of(field: &str, value: &str) -> Self {
        let mut notes = Vec::new();
        let (visible, comments) = without_comments(value);
        if comments > 0 {
            notes.push(format!("The {field} had {}, not kept.", counted(comments, "comment")));
        }
        let tags = tags(&visible);
        if tags > 0 {
            let tags = counted(tags, "HTML tag");
            notes.push(format!("The {field} has {tags}, shown as text."));
        }
        let decoded = html_escape::decode_html_entities(visible.as_ref());
        let decoded: String = decoded.chars().map(of_windows).collect();
        if decoded != visible {
            notes.push(format!("The {field} had character references, now characters."));
        }
        let text = without_unwanted(field, &on_one_line(&decoded), &mut notes);
        Self { text, notes }
    }
}

/// Leaves out the characters that no field of one line may have. They change the
/// direction of the text behind them, or control a terminal.
pub(super) fn without_unwanted(field: &str, text: &str, notes: &mut Vec<String>) -> String {
    let is_unwanted =
        |it: &char| sets_direction(*it) || it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}');
    let unwanted: BTreeSet<char> = text.chars().filter(is_unwanted).collect();
    if unwanted.is_empty() {
        return text.to_owned();
    }
    let named: Vec<String> = unwanted.into_iter().map(described).collect();
    notes.push(format!("The {field} had {}, not kept.", named.join(", ")));
    text.chars().filter(|it| !is_unwanted(it)).collect()
}

/// Counts the tags of HTML.
fn tags(text: &str) -> usize {
    let after = text.split('<').skip(1).filter(|after| after.contains('>'));
    let names = after.map(|after| after.strip_prefix('/').unwrap_or(after));
    names.filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic())).count()
}

/// Returns the character that browsers show for `&#146;` and its like: the code of
/// Windows-1252.
fn of_windows(character: char) -> char {
    match character {
        '\u{80}' => '€',
        '\u{85}' => '…',
        '\u{91}' => '‘',
        '\u{92}' => '’',
        '\u{93}' => '“',
        '\u{94}' => '”',
        '\u{95}' => '•',
        '\u{96}' => '–',
        '\u{97}' => '—',
        '\u{99}' => '™',
        other => other,
    }
}

/// Returns the words on one line, as YAML's folded texts mean them: tabs and the ends of
/// lines of every kind are spaces.
fn on_one_line(text: &str) -> String {
    let ends =
        |c: char| c.is_whitespace() && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    let words = text.split(ends).map(str::trim).filter(|words| !words.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::PlainText;

    #[test]
    fn one_layer_of_html_is_undone() {
        for (written, text, notes) in [
            ("  One\n  two\n\nthree\n", "One two three", 0),
            ("One  two", "One  two", 0),
            ("a\tb\u{b}c\u{2028}d\u{2029} e", "a b c d e", 0),
            ("&#9;a&#10;b&#x2028;c", "a b c", 1),
            ("Q&amp;A: &#8220;why&#8221; not&#x3f;", "Q&A: “why” not?", 1),
            ("&amp;lt; AT&T &unknown;", "&lt; AT&T &unknown;", 1),
            ("It&#146;s", "It’s", 1),
            ("A <!-- secret --> b", "A  b", 1),
            ("A <!-- secret", "A", 1),
            ("The <em>best</em>, 1 < 2", "The <em>best</em>, 1 < 2", 1),
            ("The &lt;em&gt; tag", "The <em> tag", 1),
            ("a \u{2066}b\u{2069} \u{202e}c", "a b c", 1),
            ("a &#8238;b\u{1b}[0m\u{ffff}", "a b[0m", 2),
        ] {
            let plain = PlainText::of("title", written);
            assert_eq!(plain.text, text);
            assert_eq!(plain.notes.len(), notes, "{written}: {:?}", plain.notes);
        }
    }
}
