//! Keeps the time of the sanitiser linear.
//!
//! After each `&` and each character of U+0080 to U+00BF, its serialiser searches the
//! rest of the text for `<` and `>`. The UTF-8 of these characters begins as that of a
//! no-break space does. So 100,000 of them take seconds.

use std::borrow::Cow;

/// So many are cheap. Hardly a text has more.
const FEW: usize = 1_000;

/// In place of `&`. It and the next ones are noncharacters of Unicode, which programs use
/// for themselves and no text has.
const AMPERSAND: char = '\u{1fffe}';

/// The first of 32 noncharacters, for U+00A0 to U+00BF. Those before are controls.
const FIRST: u32 = 0xFDD0;

/// Does something with HTML whose many ampersands and Latin-1 signs are hidden from it.
pub(super) fn without_escapes(html: &str, clean: impl FnOnce(&str) -> String) -> String {
    let is_dear = |byte: &u8| matches!(byte, b'&' | 0xC2);
    if html.bytes().filter(is_dear).count() <= FEW {
        return clean(html);
    }
    restored(&clean(&hidden(html)))
}

fn hidden(html: &str) -> String {
    let html = match html.contains(is_noncharacter) {
        true => Cow::Owned(html.replace(is_noncharacter, "\u{fffd}")),
        false => Cow::Borrowed(html),
    };
    let html = html.replace("&amp;", AMPERSAND.encode_utf8(&mut [0; 4]));
    let hide = |character: char| match u32::from(character) {
        point @ 0xA0..=0xBF => char::from_u32(FIRST + point - 0xA0).unwrap_or(character),
        // No XML document can have these.
        0x80..=0x9F => '\u{fffd}',
        _ => character,
    };
    html.chars().map(hide).collect()
}

fn is_noncharacter(character: char) -> bool {
    character == AMPERSAND || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

fn restored(html: &str) -> String {
    let mut restored = String::with_capacity(html.len() * 2);
    for character in html.chars() {
        match u32::from(character) {
            _ if character == AMPERSAND => restored.push_str("&amp;"),
            FIRST => restored.push_str("&nbsp;"),
            point @ 0xFDD1..=0xFDEF => {
                restored.push(char::from_u32(point - FIRST + 0xA0).unwrap_or(character));
            }
            _ => restored.push(character),
        }
    }
    restored
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::domain::{Body, Content};
    use crate::render::markdown::tests::html;
    use crate::render::markdown::{Audience, notes, render};

    #[test]
    fn many_escapes_are_rendered_as_few_are() {
        let text = "a & b &lt; c\u{a0}d «e» &#38; &amp;lt; <br> \"f\" \
                    ![g & «h»](https://a.example/?a&b \"i & j\") [k](https://a.example/?a&b&amp;c)";
        // The sanitiser writes the attributes of its own in any order.
        let html = |text: &str| {
            html(text)
                .replace(" loading=\"lazy\"", "")
                .replace(" referrerpolicy=\"no-referrer\"", "")
        };
        let few = html(text);
        assert!(
            few.contains("«e»") && few.contains("&nbsp;d") && few.contains("&amp;lt;"),
            "{few}"
        );
        let many = html(&format!("{text}\n\n").repeat(1_000));
        assert!(many == few.repeat(1_000), "{}", &many[..few.len()]);
        let signs = "&\u{b0}\u{1fffe}\u{fdd0} ".repeat(600);
        assert!(html(&signs).contains("&amp;°\u{fffd}\u{fffd} &amp;"), "{}", &html(&signs)[..50]);
    }

    const LENGTH: usize = 25_000;

    /// Returns how much of a processor's time all that is asked about a text takes. Other
    /// work of the machine does not count.
    fn time(text: &str) -> Duration {
        let started = processor_time();
        render(text, Audience::Reader);
        notes(text);
        Content::parse("T", "S", text).expect("a text").missing();
        processor_time() - started
    }

    /// Returns the time that this thread has had a processor.
    #[allow(unsafe_code, reason = "the standard library does not ask for this clock")]
    fn processor_time() -> Duration {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a value of this type, which the call fills in.
        let asked = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        assert_eq!(asked, 0);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("nanoseconds"))
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
            // Other work of the machine empties the processor's caches.
            let is_dear = (0..2).all(|_| time(&text) > plain * MOST);
            if is_dear {
                dear.push(piece);
            }
        }
        assert!(dear.is_empty(), "{dear:?}");
    }

    /// Every mark can be an element of its own, which words are not: 70 times is linear.
    /// The quadratic ones took 130 to 590 times.
    const MOST: u32 = 120;
}
