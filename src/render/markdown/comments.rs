//! Counts comments that the parser does not see. They are in titles of links and
//! pictures, in labels of footnotes, and in notations of other programs.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};
use crate::domain::markdown::{Markup, without_any_comments};

/// Leaves out comments in the visible parts of a link, a picture or a footnote.
pub(super) fn left_out<'a>(mut events: Vec<Event<'a>>, notes: &mut Notes) -> Vec<Event<'a>> {
    for event in &mut events {
        if let Event::Start(Tag::Link { title: text, .. } | Tag::Image { title: text, .. })
        | Event::Start(Tag::FootnoteDefinition(text))
        | Event::FootnoteReference(text) = event
        {
            leave_out(text, notes);
        }
    }
    events
}

fn leave_out(text: &mut CowStr<'_>, notes: &mut Notes) {
    let (visible, count) = without_any_comments(text);
    if count > 0 {
        let visible = visible.trim().to_owned();
        (0..count).for_each(|_| notes.add(NoteKind::Markup(Markup::Comment)));
        *text = visible.into();
    }
}

/// Counts the comments of Obsidian, `%% a %%`, and of CriticMarkup, `{>> a <<}`. `[//]: # a b`
/// counts, too: it is nearly the definition of a link.
pub(super) fn count_unknown(events: &[Event<'_>], notes: &mut Notes) {
    let (mut is_code, mut percents, mut others) = (false, 0, 0);
    for event in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if !is_code => {
                percents += text.matches("%%").count();
                others += text.matches("{>>").count() + text.matches("[//]: #").count();
                others += usize::from(text.starts_with("[comment]: "));
            }
            _ => {}
        }
    }
    (0..percents / 2).for_each(|_| notes.add(NoteKind::ObsidianComment));
    (0..others).for_each(|_| notes.add(NoteKind::OtherComment));
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::{html, said};

    #[test]
    fn no_comment_reaches_a_reader() {
        for text in [
            "Intro.\n\n<!--more-->\n\n<!-- secret -->\nRest.",
            "Intro <!-- secret --> Rest.",
            "Intro <!--\nsecret\n--> Rest.",
            "<!--\n\nIntro secret\n\n- secret\n\n-->\n\nIntro Rest.",
            "Intro Rest <!-- secret\n\nsecret *secret* --> and Rest.",
            "Intro Rest <!-- secret",
            "Intro Rest.\n\n<!-- secret\n\nsecret",
            "Intro Rest.\n\n> <!-- secret\n> secret\n\nsecret? no",
            "<div>\n<!-- secret\n\nsecret\n\nsecret -->\n</div>\n\nIntro Rest",
            "## Intro <!-- secret --> Rest\n",
            "Intro\n<!-- secret -->\n=====\n\nRest",
            "- Intro\n- <!-- secret -->\n- Rest <!-- secret\n  secret -->",
            "| Intro | b |\n|---|---|\n| <!-- secret --> | Rest <!-- secret |\n",
            "Intro[^1] Rest\n\n[^1]: A <!-- secret --> note\n",
            "Intro Rest ![a <!-- secret --> b](https://example.org/a.png)",
            "[Intro <!-- secret --> Rest](https://example.org)",
            "Intro *a<!-- secret -->b* Rest",
            "Intro <!-- `secret --> Rest`",
            "Intro <?php secret ?> Rest",
            "<?xml secret\n\nsecret ?>\nIntro Rest",
            "Intro <![CDATA[ secret ]]> Rest",
            "<!DOCTYPE secret>\nIntro Rest",
            "Intro <!ELEMENT secret (a)> Rest",
            "Intro {::comment}secret\n\nsecret{:/comment} Rest",
            "Intro {% comment %}secret\n\nsecret{% endcomment %} Rest",
            "Intro {{/* secret */}} Rest",
            "Intro {%- comment %}secret{%- endcomment %} Rest",
            "Intro {% comment -%}secret{% endcomment -%} Rest",
            "Intro {%comment%}secret{%endcomment%} Rest",
            "Intro {% comment \"a note\" %}secret{% endcomment %} Rest",
            "Intro {% comment %}secret{% /comment %} Rest",
            "Intro {{-- secret --}} Rest",
            "Intro {{--secret\n\nsecret--}} Rest",
            "Intro {%  comment  %}\n\n# secret\n\n{%\tendcomment %} Rest",
            "Intro {% comment %}a{% comment %}b{% endcomment %}secret{% endcomment %} Rest",
            "Intro {% # secret %} Rest",
            "Intro {%- # secret -%} Rest {%# secret%}",
            "Intro {::comment }secret{:/comment } Rest {::comment}secret{:/}",
            "Intro {{- /* secret */ -}} Rest {{ /* secret */ }}",
            "Intro {{/* secret */}} Rest {{/* secret */}} *a*",
            "Intro *a {# secret* #} Rest",
            "Intro {{/*secret*/}} Rest {{/*secret*/}} {{/* secret */}}",
            "Intro *note {{/* secret */}} Rest",
            "Intro **{{/* secret */}}** 2* Rest",
            "# Intro {{/* secret */}} Rest {{/* secret */}}",
            "Intro {{/* secret */}}\n{{/* secret */}} Rest",
            "Intro {# secret #} Rest {#secret#} {#- secret -#}",
            "Intro {# secret\n\n# secret\n\nsecret #} Rest",
            "Intro {{!-- secret }} secret --}} Rest {{! secret }} {{~!-- secret --~}}",
            "Intro <%# secret %> Rest <%-- secret\n\nsecret --%>",
        ] {
            let text = text.replace("secret? no", "Rest");
            let rendered = html(&text);
            assert!(!rendered.contains("secret"), "{text}\n{rendered}");
            assert!(
                !rendered.contains("!--") && !rendered.contains("--&gt;"),
                "{text}\n{rendered}"
            );
            assert!(rendered.contains("Intro") && rendered.contains("Rest"), "{text}\n{rendered}");
            assert!(!rendered.contains("<p></p>"), "{text}\n{rendered}");
            assert!(said(&text).contains("not shown to readers"), "{text}\n{}", said(&text));
        }
    }

    #[test]
    fn a_comment_in_code_or_with_an_escape_is_text() {
        for text in [
            "Write `<!-- a -->` here.",
            "```html\n<!-- a -->\n\n<!-- a\n```\n\nEnd.",
            "    <!-- a -->\n",
            "Write \\<!-- a --> here.",
            "Write &lt;!-- a --> here.",
        ] {
            assert!(html(text).contains("&lt;!-- a"), "{}", html(text));
            assert_eq!(said(text), "", "{text}");
        }
    }

    #[test]
    fn comments_without_end_are_hidden_in_bounded_time() {
        for text in [
            "<!-- a",
            "{% comment %}",
            "{::comment}{:/}",
            "<!---->",
            "a <!-- b\n\n",
            "{{/*",
            "{#",
            "{# ",
            "{#a",
            "{{!--",
            "{{!",
            "<%#",
            "<%--",
            "{%       ",
            "{% # ",
            "{{-   ",
            "{% comment %}{% comment %}{% endcomment %}",
            "*/   ",
            "{{/**/   ",
        ] {
            let text = text.repeat(100_000 / text.len());
            let started = std::time::Instant::now();
            html(&text);
            assert!(started.elapsed().as_secs() < 10, "{:?} {}", started.elapsed(), &text[..9]);
        }
    }

    #[test]
    fn no_attribute_shows_a_comment() {
        for text in [
            "![a](https://x.example/a.png \"<!-- secret -->\")",
            "b ![a](https://x.example/a.png \"Title <!-- secret\")",
            "[a](https://x.example '{{/* secret */}}')",
            "[a](#b \"<!-- secret -->\")\n\n# b",
            "[a][r] ![b][r]\n\n[r]: https://x.example/a (Title {% comment %}secret{% endcomment %})",
            "![a](/a.png \"<!-- secret -->\")",
            "a[^<!-- secret -->]",
        ] {
            let rendered = html(text);
            assert!(!rendered.contains("secret") && !rendered.contains("--"), "{rendered}");
            assert!(said(text).contains("not shown to readers"), "{text}\n{}", said(text));
        }
        assert!(html("[a](https://x.example 'a -- b')").contains("title=\"a -- b\""));
    }

    #[test]
    fn a_comment_of_another_program_is_text_and_a_note_says_so() {
        for (text, note) in [
            (
                "a %% b %% c",
                "1 passage looks like a comment of Obsidian (%% … %%); readers see it.",
            ),
            (
                "%%\nb\n%%\n\n%%c%%",
                "2 passages look like comments of Obsidian (%% … %%); readers see them.",
            ),
            (
                "a {>>b<<}\n\n[//]: # b c\n[comment]: # b c\n[//]: # (b)\n",
                "4 passages look like comments ({>> … <<} or [//]: # …); readers see them.",
            ),
            ("a {/* b */} c", "1 passage looks like a comment of MDX ({/* … */}); readers see it."),
        ] {
            assert_eq!(said(text), format!("{note}\n"));
            assert!(html(text).contains('b'));
        }
        for text in ["100 %% sure", "`%% b %%`", "```\n{/* a */}\n%% b %%\n```"] {
            assert_eq!(said(text), "", "{text}");
        }
    }

    #[test]
    fn definitions_that_no_link_uses_are_counted() {
        let comment = "comment is not shown to readers.";
        for (text, note) in [
            ("A\n\n[//]: # (secret)", comment),
            ("A\n\n[//]: # \"secret\"", comment),
            ("A\n\n[//]: # 'secret'", comment),
            ("A\n\n[//]: <> (secret)", comment),
            ("A\n\n[comment]: <> (secret)", comment),
            ("A\n\n[Comment 2]: # (secret)", comment),
            ("A\n\n[_]: # (secret)", comment),
            ("A\n\n> [//]: # (secret)", comment),
            ("- A\n\n  [//]: # (secret)", comment),
            (
                "[secret]: https://example.org\n\nA",
                "definition of a link is not shown to readers: no link uses it.",
            ),
            (
                "[A]\n\n[a]: https://example.org\n[A]: https://secret.example",
                "definition of a link is not",
            ),
            (
                "[A][b]\n\n[a]: https://secret.example 'A'\n[b]: https://example.org",
                "definition of a link is not",
            ),
        ] {
            let rendered = html(text);
            assert!(!rendered.contains("secret") && rendered.contains('A'), "{text}\n{rendered}");
            assert!(said(text).starts_with(&format!("1 {note}")), "{text}\n{}", said(text));
        }
        let twice = "[//]: # (secret)\n[//]: # (secret)\n\n[c]: /posts/a\n[d]: /posts/b\n\nA";
        assert_eq!(
            said(twice),
            "2 comments are not shown to readers.\n\
             2 definitions of links are not shown to readers: no link uses them.\n"
        );
        for text in [
            "[a] [B] [c][  d ] ![e][]\n\n[A]: /posts/a\n[b]: /posts/b\n[d]: /posts/c\n[e]: https://a.example/b",
            "`[//]: # (a)`",
            "    [//]: # (a)",
            "```\n[//]: # (a)\n```",
            "[^1]: a",
            "<div>\n[a]: /posts/b\n</div>",
        ] {
            assert!(
                !said(text).contains("readers: no") && !said(text).contains("comment"),
                "{text}\n{}",
                said(text)
            );
        }
    }
}
