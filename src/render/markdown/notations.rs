//! Notations of other programs, which readers see as they were written.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};

/// What a passage on one line begins and ends with, and whose notation that is.
const PAIRS: [(&str, &str, &str); 11] = [
    ("{{<", ">}}", "Hugo ({{< … >}})"),
    ("{{%", "%}}", "Hugo ({{% … %}})"),
    ("{{", "}}", "a template ({{ … }})"),
    ("{%", "%}", "Liquid ({% … %})"),
    ("<%", "%>", "ERB (<% … %>)"),
    ("[[", "]]", "a wiki ([[ … ]])"),
    ("==", "==", "Obsidian (== … ==)"),
    ("$$", "$$", "TeX ($$ … $$)"),
    ("$", "$", "TeX ($ … $)"),
    ("![", "](", "a picture (![ … ]( … ))"),
    ("^[", "]", "Pandoc (^[ … ])"),
];

/// What a line begins with and has after it, and whose notation that is.
const BEGINNINGS: [(&str, &str, &str); 10] = [
    (":::", " ", "a division (::: …)"),
    ("*[", "]:", "kramdown (*[ … ]: …)"),
    ("[!", "]", "GitHub ([! … ])"),
    ("!!! ", "", "MkDocs (!!! …)"),
    ("[TOC]", "", "Python-Markdown ([TOC])"),
    (".. ", "::", "reStructuredText (.. … ::)"),
    ("#+", "", "Org (#+ …)"),
    ("import ", " from ", "MDX (import … from …)"),
    ("export ", " = ", "MDX (export …)"),
    (": ", "", "a definition list (: …)"),
];

/// Counts the passages in these notations, and the comments of MDX, outside code.
pub(super) fn count(events: &[Event<'_>], notes: &mut Notes) {
    let (mut block, mut is_code) = (String::new(), false);
    for event in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if !is_code => block.push_str(text),
            Event::Code(_) => {
                if ends_in_role(&block) {
                    notes.add(NoteKind::Notation("MyST ({ … }` … `)"));
                }
                // The sign keeps the texts around the code apart.
                block.push('`');
            }
            Event::SoftBreak | Event::HardBreak => block.push('\n'),
            Event::Start(Tag::Emphasis) | Event::End(TagEnd::Emphasis) => block.push('*'),
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => block.push_str("**"),
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough)
            | Event::End(TagEnd::Link | TagEnd::Image | TagEnd::Strikethrough) => {}
            Event::Start(_) | Event::End(_) => {
                count_in(&block, notes);
                block.clear();
            }
            _ => {}
        }
    }
    count_in(&block, notes);
}

fn count_in(block: &str, notes: &mut Notes) {
    (0..mdx_comments(block)).for_each(|_| notes.add(NoteKind::MdxComment));
    for line in block.lines() {
        let begun = BEGINNINGS.iter().find(|(beginning, then, _)| {
            line.strip_prefix(beginning).is_some_and(|rest| rest.contains(then))
        });
        if let Some((.., whose)) = begun {
            notes.add(NoteKind::Notation(whose));
        }
        count_pairs(line, notes);
    }
    if block.ends_with("\n...") && block.lines().next().is_some_and(|line| line.contains(':')) {
        notes.add(NoteKind::Notation("Pandoc (--- … ...)"));
    }
}

/// Reads a line once: a notation without an end on it is not looked for again.
fn count_pairs(line: &str, notes: &mut Notes) {
    let (mut rest, mut pairs) = (line, PAIRS.to_vec());
    while let Some(at) = rest.find(['{', '<', '[', '=', '$', '!', '^']) {
        rest = &rest[at..];
        if let Some(shortcode) = shortcode(rest) {
            notes.add(NoteKind::Notation("WordPress ([ … ])"));
            rest = &rest[shortcode.len()..];
            continue;
        }
        // Of those that begin alike, the longest is first.
        let begun = pairs.iter().find(|(beginning, ..)| rest.starts_with(beginning)).copied();
        let Some((beginning, end, whose)) = begun else {
            rest = &rest[1..];
            continue;
        };
        let inside = &rest[beginning.len()..];
        let Some(length) = inside.find(end) else {
            // A tag may end on a later line.
            if beginning == "{%" {
                notes.add(NoteKind::Notation(whose));
            }
            pairs.retain(|(other, ..)| *other != beginning);
            continue;
        };
        let words = &inside[..length];
        rest = &inside[length + end.len()..];
        // `a == b == c` compares, and `US$5/US$6` are prices.
        let is_compared = words.is_empty() || words.trim() != words;
        let is_price = end == "$" && rest.starts_with(|next: char| next.is_ascii_digit());
        if beginning != end || !(is_compared || is_price) {
            notes.add(NoteKind::Notation(whose));
        }
    }
}

/// Returns the shortcode of WordPress that a text begins with: `[/caption]`,
/// `[gallery ids="1"]` or `[embed https://…]`.
fn shortcode(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let end = inside.bytes().take(1_000).position(|byte| byte == b']')?;
    let inside = &inside[..end];
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    };
    let is_shortcode = match inside.strip_prefix('/') {
        Some(name) => is_name(name),
        None => inside.split_once(' ').is_some_and(|(name, rest)| {
            let attribute = rest.split_once('=').is_some_and(|(name, _)| is_name(name));
            is_name(name) && (attribute || rest.starts_with("http"))
        }),
    };
    is_shortcode.then(|| &text[..inside.len() + 2])
}

/// Returns how many comments of MDX there are: expressions in braces with a comment of
/// JavaScript.
fn mdx_comments(block: &str) -> usize {
    let (mut count, mut rest) = (0, block);
    while let Some((_, inside)) = rest.split_once('{') {
        let (inside, after) = inside.split_once('}').unwrap_or((inside, ""));
        let inside = inside.trim_start();
        let is_comment = inside.starts_with("//") || inside.contains("/*");
        count += usize::from(is_comment);
        rest = after;
    }
    count
}

/// Returns whether a text ends in a role of MyST, which a code span follows.
fn ends_in_role(text: &str) -> bool {
    let name = text.strip_suffix('}').and_then(|text| text.rsplit_once('{'));
    name.is_some_and(|(_, name)| {
        !name.is_empty()
            && name.chars().all(|letter| letter.is_alphanumeric() || ":-_".contains(letter))
    })
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::{html, said};

    #[test]
    fn a_passage_in_a_notation_of_another_program_is_shown_and_noted() {
        for (text, whose) in [
            ("a {% if b %}c{% endif %}", "Liquid ({% … %})"),
            ("{% liquid\n # note\n %}", "Liquid ({% … %})"),
            ("{{< figure a >}}{{< b >}}", "Hugo ({{< … >}})"),
            ("{{% note %}}\n\na\n\n{{% /note %}}", "Hugo ({{% … %}})"),
            ("{{ site.url }} and {{ b }}", "a template ({{ … }})"),
            ("<%= a %> <% b %>", "ERB (<% … %>)"),
            ("![[image.png]] [[Page|words]]", "a wiki ([[ … ]])"),
            ("[[_TOC_]]\n\n[[b]]", "a wiki ([[ … ]])"),
            ("==a== and ==b c==", "Obsidian (== … ==)"),
            ("$$a$$ $$b$$", "TeX ($$ … $$)"),
            ("$a*b$ plus $c*d$", "TeX ($ … $)"),
            ("![a](b.png =10x20) ![b](a b.png)", "a picture (![ … ]( … ))"),
            ("a^[a note] b^[c]", "Pandoc (^[ … ])"),
            ("Apple\n: A fruit\n\nPear\n: Another", "a definition list (: …)"),
            ("[caption id=\"a\"]Words[/caption]", "WordPress ([ … ])"),
            ("[gallery ids=\"1,2\"] [embed https://example.org]", "WordPress ([ … ])"),
            (":::tip A title\nText\n\n:::tip A title\n", "a division (::: …)"),
            ("*[HTML]: Hypertext\n*[b]: c", "kramdown (*[ … ]: …)"),
            ("> [!note]\n> a\n\n> [!TIP] b", "GitHub ([! … ])"),
            ("!!! note\n\n!!! tip \"b\"", "MkDocs (!!! …)"),
            (".. note:: a\n\n.. tip:: b", "reStructuredText (.. … ::)"),
            ("#+TITLE: x\n#+begin_src", "Org (#+ …)"),
            ("import A from 'a'\n\nimport B from \"b\"", "MDX (import … from …)"),
            ("{ref}`a` and {doc}`b <c>`", "MyST ({ … }` … `)"),
            ("A\n\n---\na: b\n...\n\n---\nc: d\n...\n", "Pandoc (--- … ...)"),
        ] {
            let said = said(text);
            assert!(said.contains(whose), "{text}\n{said}");
            let note =
                format!("passages are written as for {whose}; readers see them as they are.");
            assert!(said.contains(&note) || text.contains("liquid"), "{text}\n{said}");
        }
    }

    #[test]
    fn a_comment_of_mdx_is_noted_however_it_is_written() {
        for text in [
            "{/* a */}",
            "{/** a */}",
            "{/*a*/}",
            "{ /* a */}",
            "{\n  // a\n}",
            "b {\"\" /* a */} c",
            "{/*\n\na\n\n*/}",
        ] {
            assert!(
                said(text).starts_with("1 passage looks like a comment of MDX"),
                "{text}\n{}",
                said(text)
            );
            assert!(html(text).contains('a'));
        }
    }

    #[test]
    fn code_and_what_only_looks_alike_are_not_noted() {
        for text in [
            "`{% a %}` and `[[b]]`",
            "```\n{{< a >}}\n==b==\n:::tip c\n```",
            "a == b == c, a[1][2], {a} {b}, 5 $ and 6 $",
            "Wait... what: no",
            "US$5/US$6, $5 or $6, $1,000-$2,000, 2^3",
            "a [b] [c d], [sic], [1, 2], `[/b]`, wow! [no], a: b",
            "\\[sic\\] a \\(b, \\[c\\] d",
            "`https://a.example` <https://a.example> [https://a.example](https://b.example) www.",
            "We import tea.",
        ] {
            assert_eq!(said(text), "", "{text}");
        }
    }

    #[test]
    fn a_formula_between_backslashes_is_noted() {
        for (text, count) in [
            ("In \\(x^2\\) and \\(y\\).", 2),
            ("\\[y_1\\]", 1),
            ("a\n\n\\[\nx_1 + y\n\\]\n\nb", 1),
            ("a\n\\[ x \\]  \nb \\(c\\)", 2),
        ] {
            let said = said(text);
            assert!(said.starts_with(&count.to_string()), "{text}\n{said}");
            assert!(said.contains("TeX (\\( … \\) or \\[ … \\])"), "{text}\n{said}");
        }
    }

    #[test]
    fn notations_without_end_are_read_in_bounded_time() {
        for text in [
            "{{", "{%", "[[", "==", "{{<", "{", "{/*", "<% [[ ", "{a}`", "$$ {{ ", "[", "[a ",
            "![", "\\(",
        ] {
            let text = text.repeat(100_000 / text.len());
            let started = std::time::Instant::now();
            said(&text);
            assert!(started.elapsed().as_secs() < 10, "{:?} {}", started.elapsed(), &text[..4]);
        }
    }

    #[test]
    fn a_footnote_without_a_reference_is_shown_and_noted() {
        let note = "1 footnote has no reference in the text. Readers see it after the others.\n";
        assert_eq!(said("A[^1]\n\n[^1]: a\n\n[^2]: b\n"), note);
        assert!(html("A[^1]\n\n[^1]: a\n\n[^2]: bee\n").contains("bee"));
        assert_eq!(said("A[^1]\n\n[^1]: a\n"), "");
        assert!(said("A\n\n[^1]: a\n\n[^2]: b\n").starts_with("2 footnotes have no reference"));
    }

    #[test]
    fn braces_in_mathematics_are_kept() {
        for text in ["$x_{.5}$", "$a_{#b}$ c", "$$\nx_{.5}\n$$"] {
            assert!(html(text).contains("{.5}") || html(text).contains("{#b}"), "{}", html(text));
        }
    }
}
