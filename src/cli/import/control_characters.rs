//! Control characters, which no post may have and which site generators accept.

use crate::domain::unseen::is_not_xml;

/// How many of them are named.
const NAMED: usize = 5;

/// Returns a note and the text without control characters. Those that separate, such as
/// U+000B, become spaces, and the others replacement characters.
pub(super) fn replaced(text: String) -> (String, Option<String>) {
    if !text.contains(is_not_xml) {
        return (text, None);
    }
    let (mut replaced, mut places, mut line) = (String::with_capacity(text.len()), Vec::new(), 1);
    for character in text.chars() {
        line += usize::from(character == '\n');
        if is_not_xml(character) {
            places.push(format!("U+{:04X} in line {line}", u32::from(character)));
            replaced.push(if character.is_whitespace() { ' ' } else { '\u{fffd}' });
        } else {
            replaced.push(character);
        }
    }
    let count = match places.len() {
        1 => "1 control character was replaced".to_owned(),
        count => format!("{count} control characters were replaced"),
    };
    let more = match places.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    places.truncate(NAMED);
    (replaced, Some(format!("{count}: {}{more}.", places.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn each_is_named_with_its_line() {
        assert_eq!(replaced("a\tb\r\n".to_owned()), ("a\tb\r\n".to_owned(), None));
        let (text, note) = replaced("a\u{b}b\nc\u{1b}d\n".to_owned());
        assert_eq!(text, "a b\nc\u{fffd}d\n");
        let note = note.unwrap();
        assert_eq!(note, "2 control characters were replaced: U+000B in line 1, U+001B in line 2.");
        let (_, note) = replaced("\u{c}\n".repeat(9));
        assert!(note.unwrap().ends_with("U+000C in line 5 and 4 more."));
    }
}
