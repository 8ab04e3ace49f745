/// Who sees a rendered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A visitor of the site.
    Reader,
    /// An author or reviewer. They see where a picture is missing.
    Author,
}

#[cfg(test)]
mod tests {
    use crate::domain::markdown::shows_something;
    use crate::render::markdown::tests::html;

    /// Returns whether readers see a word, a sign or a picture of rendered HTML.
    fn shows(rendered: &str) -> bool {
        let text = rendered.split('<').map(|part| part.split_once('>').map_or(part, |(_, it)| it));
        let text = html_escape::decode_html_entities(&text.collect::<String>()).into_owned();
        crate::domain::has_visible_text(&text)
            || rendered.to_ascii_lowercase().contains(" src=\"https://")
    }

    /// What a policy asks of a body is what readers see of it.
    #[test]
    fn a_text_counts_as_given_where_its_page_shows_something() {
        let pieces = [
            "a",
            "***",
            "`a`",
            "` `",
            "<!-- a -->",
            "{# a #}",
            "{% comment %}a{% endcomment %}",
            "# {#a}",
            "# {: #a .b}",
            "# *a* {#b}",
            "{:.a}",
            "{#a}",
            "a\n{:.b}",
            "## &nbsp; {#a}",
            "![](https://example.org/a.png)",
            "![](https://example.org/a.png){width=50%}",
            "![](a.png){width=50%}",
            "![](a.png){width=50%} {b}",
            "![a](a.png)",
            "![](https://)",
            "![](https:///)",
            "![](https://user@)",
            "![](https://:80/a.png)",
            "![](HTTPS://a.b/c)",
            "[](https://example.org){.a}",
            "[](https://example.org)",
            "[a](https://example.org)",
            "*&nbsp;*{:.a}",
            "**`&#8203;`**",
            "`\u{200b}`{:.a}",
            "[^1]\n\n[^1]: a",
            "[^1]: a",
            "[^1]: a\n\n    b",
            "> \n>\n",
            "- \n- \n",
            "| |\n|-|\n| |",
            "|a|\n|-|\n| |",
            "<b></b>",
            "<div>&nbsp;</div>",
            "<div>a</div>",
            "[a]: https://example.org",
            "\u{202e}",
        ];
        let nested = |piece: &str| ">".repeat(60) + " " + piece;
        let mut texts: Vec<String> = pieces.iter().map(|piece| nested(piece)).collect();
        for first in pieces {
            texts.extend(pieces.iter().flat_map(|second| {
                [format!("{first}\n\n{second}"), format!("{first} {second}"), first.to_owned()]
            }));
        }
        // A mark that is read as text, because nothing but blanks follows it, is no text.
        let differ = |text: &&String| match (shows_something(text), shows(&html(text))) {
            (true, is_seen) => !is_seen,
            (false, is_seen) => is_seen && !text.contains('{'),
        };
        let differing: Vec<&String> = texts.iter().filter(differ).collect();
        assert!(
            differing.is_empty(),
            "{} differ: {:#?}",
            differing.len(),
            &differing[..differing.len().min(44)]
        );
    }
}
