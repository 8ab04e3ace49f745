//! No text of a post's length takes much longer to render than words of that length.

use std::time::{Duration, Instant};

use super::{Audience, notes, render};
use crate::domain::{Body, Content};

const LENGTH: usize = 100_000;

/// Returns how long all that is asked about a text takes.
fn time(text: &str) -> Duration {
    let started = Instant::now();
    render(text, Audience::Reader);
    notes(text);
    Content::parse("T", "S", text).expect("a text").missing();
    started.elapsed()
}

#[test]
fn no_text_of_one_length_is_much_dearer_than_another() {
    let words = "a word ".repeat(LENGTH / 7);
    let plain = [(); 5].map(|()| time(&words)).into_iter().min().unwrap_or_default();
    let mut dear = Vec::new();
    for piece in [
        "&a",
        "&",
        "&#",
        "&#x",
        "&amp",
        "&amp;",
        "&#8203;",
        "&a;",
        "a&",
        "\n&a",
        "<!--",
        "<!",
        "<?",
        "<![CDATA[",
        "<a",
        "<a ",
        "<a b=\"",
        "<a><!--",
        "<",
        "[",
        "]",
        "](",
        "[a](",
        "[a][b]",
        "![",
        "![a](b",
        "[^",
        "[^a]",
        "[^a]: b\n",
        "[a]: b\n",
        "`",
        "` ``",
        "`a``",
        "*a_",
        "**a*_",
        "~~",
        "~~a",
        "*",
        "_",
        "{#",
        "{:",
        "{{/*",
        "{::comment}",
        "{% comment %}",
        "}",
        "# a {#\n",
        "|",
        "a|\n-|\n",
        "|a|\n|-|\n",
        "http://",
        "https://a.example/ ",
        "@",
        "a@b ",
        "\\",
        "\\\n",
        "> ",
        ">",
        "- ",
        "1. ",
        "#",
        "```\n",
        "~~~",
        "- [ ] ",
        "***\n",
        "[&a](",
        "*&a_",
        "%% ",
        "\u{5d0}",
        "{/* ",
        "\"",
        "[[",
        "[]()",
        "\t",
        "\u{200b}",
        "°",
        "\u{a0}",
        "-->\n<!--\n",
    ] {
        let text = piece.repeat(LENGTH / piece.chars().count());
        if Body::parse(&text).is_err() {
            continue;
        }
        // Other work of the machine can make one time longer.
        let is_dear = (0..2).all(|_| time(&text) > plain * MOST);
        if is_dear {
            dear.push(piece);
        }
    }
    assert!(dear.is_empty(), "{dear:?}");
}

/// Every mark can be an element of its own, which words are not.
const MOST: u32 = 200;
