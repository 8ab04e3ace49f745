//! The first lines of a file tell a newcomer what it is for. A short file shows it.

use super::sources::{files, read};

/// The most lines of a file that is read at a glance.
const SHORT: usize = 60;

#[test]
fn each_file_that_is_not_short_says_what_it_is_for() {
    let texts = files("src", "rs").into_iter().map(|path| (read(&path), path));
    let long: Vec<(String, String)> =
        texts.filter(|(text, _)| text.lines().count() > SHORT).collect();
    assert!(long.len() > 250, "{}", long.len());
    let without: Vec<&str> =
        long.iter().filter(|(text, _)| !has_page(text)).map(|(_, path)| path.as_str()).collect();
    assert_eq!(without, [""; 0]);
}

/// Returns whether a text begins with a sentence about the file as a whole.
fn has_page(text: &str) -> bool {
    let page = text.lines().take_while(|line| line.starts_with("//!"));
    let words: Vec<&str> = page.flat_map(|line| line[3..].split_whitespace()).collect();
    words.len() > 2 && words.iter().any(|word| word.ends_with(['.', '?', ':']))
}

/// The test sees what it looks for: in texts made up for it.
#[test]
fn a_page_is_seen() {
    for text in ["//! Reads the posts.\nuse one;", "//! # Posts\n//!\n//! Reads the posts."] {
        assert!(has_page(text), "{text}");
    }
    for text in ["", "//!\n", "//! Posts", "/// Reads the posts.", "use one;\n//! Reads the posts."]
    {
        assert!(!has_page(text), "{text}");
    }
}
