//! Distinguishes readers of the site from authors, who also see which pictures are
//! missing.

/// A group of people who see a rendered text.
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
    use crate::render::markdown::tests::{html, render, said};

    /// Returns whether readers see a word, a sign or a picture of rendered HTML.
    fn shows(rendered: &str) -> bool {
        let text = rendered.split('<').map(|part| part.split_once('>').map_or(part, |(_, it)| it));
        let text = html_escape::decode_html_entities(&text.collect::<String>()).into_owned();
        crate::domain::has_visible_text(&text)
            || rendered.to_ascii_lowercase().contains(" src=\"https://")
    }

    /// A policy asks of a body that readers see something of it.
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
            "{.a}",
            "a\n{.b}",
            "- {: .a}",
            "[]{.a}",
            "[`a`]{.b}",
            "::: {.a}",
            "::: a",
            ":::",
            "|a|\n|-|\n{.b}",
            "\\{.a}",
            "[//]: # (a)",
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

    #[test]
    fn marks_in_braces_are_counted_and_shown_to_no_reader() {
        for (text, marks, expected) in [
            ("A\n{: .wide}", 1, "<p>A</p>"),
            ("A\n{.wide}", 1, "<p>A</p>"),
            ("A\n{#id}", 1, "<p>A</p>"),
            ("A\n{#id .b}\nB", 1, "<p>A\nB</p>"),
            ("{.wide}\nA", 1, "<p>A</p>"),
            ("A\n\n{.wide width=50%}\n\nB", 1, "<p>A</p>\n<p>B</p>"),
            ("> A\n{.cite}", 1, "<blockquote>\n<p>A</p>\n</blockquote>"),
            ("> A\n> {: .cite}", 1, "<blockquote>\n<p>A</p>\n</blockquote>"),
            ("```\nA\n```\n{.c}", 1, "<pre tabindex=\"0\"><code>A\n</code></pre>"),
            ("```{.python .numberLines}\nA\n```", 1, "<pre tabindex=\"0\"><code>A\n</code></pre>"),
            ("``` python {linenos=true}\nA\n```", 1, "<pre tabindex=\"0\"><code>A\n</code></pre>"),
            ("- A\n- B\n{.list}", 1, "<ul>\n<li>A</li>\n<li>B</li>\n</ul>"),
            ("- {: .x} A", 1, "<ul>\n<li>A</li>\n</ul>"),
            ("- {:.x}A\n\n- B", 1, "<ul>\n<li><p>A</p>\n</li>\n<li><p>B</p>\n</li>\n</ul>"),
            ("- A {: .x }", 1, "<ul>\n<li>A</li>\n</ul>"),
            ("* TOC\n{:toc}", 1, "<ul>\n<li>TOC</li>\n</ul>"),
            ("A\n{: .x}{: .y}", 2, "<p>A</p>"),
            ("A\n{: .x}\n{: .y}", 2, "<p>A</p>"),
            ("*A*{: .x}{: .y} B", 2, "<p><em>A</em> B</p>"),
            (
                "*A*{.x}, **B**{#b} `C`{.haskell}",
                3,
                "<p><em>A</em>, <strong>B</strong> <code>C</code></p>",
            ),
            ("[A](https://b.example){: .x}{target=\"_blank\"} B", 2, "</a> B</p>"),
            ("[A]{.x} B", 1, "<p>A B</p>"),
            ("A[^1]{.x}.\n\n[^1]: B", 1, "</sup>.</p>"),
            ("[*A* `B` c]{.x #y}{.z} [D]", 2, "<p><em>A</em> <code>B</code> c [D]</p>"),
            ("[A [B]{.x} C]{.y}", 2, "<p>A B C</p>"),
            ("[]{#a}\n\nB", 1, "<p>B</p>"),
            ("|A|\n|-|\n|B|\n{.t}", 1, "<tr><td>B</td></tr>\n</tbody></table>\n</div>"),
            ("|A|\n|-|\n|B|\n{: .t}{: .u}", 2, "<tr><td>B</td></tr>\n</tbody></table>\n</div>"),
            ("|A {: .x }|\n|-|\n", 1, "<th scope=\"col\">A</th>"),
            ("# A {#a_b} {.c}", 1, "<h2 id=\"heading-a_b\">A</h2>"),
            ("# A {.c} {#a_b}", 1, "<h2 id=\"heading-a_b\">A</h2>"),
            ("# A {.c #a_b -}", 1, "<h2 id=\"heading-a_b\">A</h2>"),
            ("# A {id=\"x\" .c}", 1, "<h2 id=\"heading-x\">A</h2>"),
            ("# A\n{: id=\"x\" .c}", 1, "<h2 id=\"heading-x\">A</h2>"),
            ("# A\n{: #x}{: .c}", 1, "<h2 id=\"heading-x\">A</h2>"),
            ("{#x .c}\n# A", 1, "<h2 id=\"heading-x\">A</h2>"),
            ("A\n{#x .c}\n---", 1, "<h2 id=\"heading-x\">A</h2>"),
            ("{::options toc_levels=\"1..2\" /}\n\nA", 1, "<p>A</p>"),
        ] {
            let rendered = render(text);
            let is_part = expected.starts_with("</") || expected.starts_with("<t");
            let is_right = if is_part {
                rendered.trim_end().contains(expected)
            } else {
                rendered.trim_end() == expected
            };
            assert!(is_right, "{text}\n{rendered}");
            let said = said(text);
            let note = format!("{marks} mark{} in braces", if marks == 1 { "" } else { "s" });
            assert!(said.starts_with(&note) && said.lines().count() == 1, "{text}\n{said}");
        }
    }

    #[test]
    fn what_is_only_like_a_mark_is_text() {
        for text in [
            "{x}",
            "{a: 1}",
            "A\n{x=1}\nB",
            "{i=1, j=2}",
            "{{ x }}",
            "{{< figure src=\"a\" >}}",
            "{% if a %}",
            "`{.x}`",
            "```\n{.x}\n```",
            "    {.x}\n",
            "$\\sqrt[3]{x}$ and $x_{i=1}^{n}$",
            "A {.x} B",
            "A {#b} c",
            "A {.x}",
            "[1, 2]{x}",
            "[a]{.5}",
            "{.5}",
            "{#if open}",
            "{#}",
            "{}",
            "{:",
            "a\n\\{.x}",
            "\\{#a}",
            "# A \\{#b}",
            "[a]\\{.x}",
            "\\[a]{.x}",
            "*a*\\{.x}",
            "- \\{: .x} a",
            "{\"a\": 1}",
            "{n+1}",
            "| {.x} | b |\n|-|-|\n| {.x} | {.y} |",
            "| a |\n|-|\n| {.x} |",
            "{.a of it}",
            "f{.x}",
            "\"{: a}\"",
            "{key=value, other=value}",
            "interface A {\n  b: c\n}",
        ] {
            let rendered = render(text);
            let braces = |text: &str| text.matches(['{', '}']).count();
            assert_eq!(braces(&rendered), braces(text), "{text}\n{rendered}");
            assert!(!said(text).contains("mark"), "{text}");
        }
    }

    #[test]
    fn lines_around_a_division_are_counted_and_shown_to_no_reader() {
        for (text, lines) in [
            ("::: {.note}\nA\n:::", 2),
            ("::: note\n\n- A\n- B\n:::\n", 2),
            (":::{warning}\n**A**\n:::", 2),
            ("::::: {#x .y}\n::: z :::\nA\n:::\n::::::", 4),
            ("::: tip {.y}\nA\n\n:::", 2),
        ] {
            let rendered = render(text);
            assert!(!rendered.contains(":::") && rendered.contains('A'), "{text}\n{rendered}");
            assert!(!rendered.contains("<p></p>"), "{text}\n{rendered}");
            assert_eq!(
                said(text),
                format!(
                    "{lines} lines that begin or end divisions (:::) are not shown to readers.\n"
                )
            );
        }
        for text in
            [":::", "a ::: b", "::: a b", "`::: a`", "std:::x", "::: {x}y", "```\n::: a\n```"]
        {
            assert!(render(text).contains(":::"), "{text}");
            assert!(!said(text).contains("not shown"), "{text}");
        }
    }
}
