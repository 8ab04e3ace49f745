//! Comments of every kind, as readers get them.

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
        for text in
            ["<!-- a", "{% comment %}", "{::comment}{:/}", "<!---->", "a <!-- b\n\n", "{{/*"]
        {
            let text = text.repeat(100_000 / text.len());
            let started = std::time::Instant::now();
            html(&text);
            assert!(started.elapsed().as_secs() < 10, "{:?} {}", started.elapsed(), &text[..9]);
        }
    }
}
