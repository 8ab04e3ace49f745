//! What of a text reaches readers, in every place that Markdown has for it.

use super::{Audience, for_feed, notes, render};

fn html(text: &str) -> String {
    render(text, Audience::Reader).html
}

/// What is said about a text, one sentence a line.
fn said(text: &str) -> String {
    notes(text).iter().map(|note| note.sentence() + "\n").collect()
}

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
        assert!(!rendered.contains("!--") && !rendered.contains("--&gt;"), "{text}\n{rendered}");
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
    for text in ["<!-- a", "{% comment %}", "{::comment}{:/}", "<!---->", "a <!-- b\n\n", "{{/*"] {
        let text = text.repeat(100_000 / text.len());
        let started = std::time::Instant::now();
        html(&text);
        assert!(started.elapsed().as_secs() < 10, "{:?} {}", started.elapsed(), &text[..9]);
    }
}

#[test]
fn tags_stay_text_and_are_counted() {
    let text =
        "<div class=\"a\">\n\nA<br>B 1 < 2\n\n</div>\n\n<img src=\"https://example.org/a\">\n";
    assert_eq!(
        said(text),
        "3 HTML tags are shown as text: only Markdown is formatted.\n\
         1 picture is an HTML tag, which is shown as text. Write it as \
         ![description](https://address).\n"
    );
    assert!(html(text).contains("&lt;img src="));
}

#[test]
fn each_dropped_picture_is_counted_and_marked_for_its_author() {
    let text = "![](/assets/a.png) ![The press](a.png) ![x](http://example.org/a.png) ![r][ref] \
                ![p](//example.org/a) ![d](data:image/png;base64,AA) ![f](ftp://example.org/a) \
                ![kept](https://example.org/a.png)\n\n[ref]: b.png\n";
    let shown = said(text);
    for sentence in [
        "3 pictures are not shown, so readers see only the descriptions: their addresses are \
         relative, and they must begin with https.",
        "1 picture is not shown, so readers see only the description: its address begins with \
         http, and it must begin with https.",
        "begins with //",
        "its data is in the text",
        "its address must begin with https",
    ] {
        assert!(shown.contains(sentence), "{shown}");
    }
    let author = render(text, Audience::Author).html;
    assert_eq!(author.matches("class=\"unshown\"").count(), 7, "{author}");
    assert!(author.contains("Picture not shown:\">⊘</span> The press</span>"), "{author}");
    let reader = html(text);
    assert!(!reader.contains("unshown") && reader.contains("The press"), "{reader}");
    assert_eq!(reader.matches("<img").count(), 1);
}

#[test]
fn links_lead_to_headings_whoever_wrote_the_id() {
    for (link, heading, id) in [
        ("the-end", "## The end", "the-end"),
        ("custom", "## Another one {#custom}", "custom"),
        ("custom", "## Another one ## {#custom}", "custom"),
        ("custom", "## Another one {: #custom .wide}", "custom"),
        ("custom", "## Another one\n{: #custom}", "custom"),
        ("custom", "Another one {#custom}\n---\n", "custom"),
        ("custom", "## Another one {#custom} <!-- omit in toc -->", "custom"),
        ("Custom_Id", "## Another one {#Custom_Id}", "custom_id"),
        ("whats-new", "## What's *new*?", "whats-new"),
        ("what-s-new", "## What's new?", "whats-new"),
        ("%E4%B8%AD%E6%96%87", "## 中文", "中文"),
        ("中文", "## 中文", "中文"),
        ("zhong-wen", "## 中文", "中文"),
        ("свобода", "## Свобода", "свобода"),
        ("the-code", "## The `code`", "the-code"),
    ] {
        let text = format!("[To it](#{link})\n\n{heading}\n");
        let rendered = html(&text);
        assert!(rendered.contains(&format!("<a href=\"#heading-{id}\"")), "{text}\n{rendered}");
        assert!(rendered.contains(&format!(" id=\"heading-{id}\"")), "{text}\n{rendered}");
        assert!(!rendered.contains('{') && !rendered.contains('}'), "{text}\n{rendered}");
        assert!(!said(&text).contains("link"), "{}", said(&text));
    }
}

#[test]
fn ids_are_unique_and_cannot_be_those_of_the_page() {
    let rendered = html("## A\n\n## A\n\n## A-1\n\n## content {#content}\n\n## ?\n\n## A {#a}\n");
    let ids: Vec<&str> =
        rendered.split(" id=\"").skip(1).map(|it| &it[..it.find('"').unwrap()]).collect();
    assert!(ids.iter().all(|id| id.starts_with("heading-")), "{ids:?}");
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((unique.len(), ids.len()), (6, 6), "{ids:?}");
}

#[test]
fn a_text_in_braces_is_no_mark() {
    for text in ["## The set {1, 2}", "## A {n}", "A {#b} c", "`a`{b}", "## {{ title }}"] {
        assert!(html(text).contains('{'), "{}", html(text));
        assert_eq!(said(text), "", "{text}");
    }
    for text in ["A\n{: .wide}", "[a](https://example.org){:target=\"_blank\"} b", "* TOC\n{:toc}"]
    {
        assert!(!html(text).contains('{'), "{}", html(text));
        assert!(said(text).contains("1 mark in braces"), "{}", said(text));
    }
}

#[test]
fn links_that_may_lead_nowhere_are_counted() {
    let text = "[a](../b.md) [a](/about) [a](@/posts/b.md) [a](#none) [a](javascript:alert(1)) \
                [a](https://example.org) [a](/posts/b) [a](#) <mail@example.org> [a](b 'c')";
    assert_eq!(
        said(text),
        "3 links are relative, so they may lead nowhere on this site. Write the whole addresses.\n\
         1 link names a source file (@/…) and leads nowhere on this site. Write the whole \
         address.\n\
         1 link names a part of the text that does not exist, so readers see only its words.\n\
         1 link has an address that browsers should not follow, so readers see only its words.\n"
    );
    assert!(html(text).contains("mailto:mail@example.org"), "{}", html(text));
}

#[test]
fn each_block_has_its_own_direction_and_code_is_left_to_right() {
    let rendered = html(
        "שלום `code`\n\nEnglish.\n\n## כותרת\n\n> ציטוט\n\n- פריט\n- Item\n\n1. א\n\n   ב\n\n\
         12\n\n| א | b |\n|---|---|\n| ג | 1 |\n\n```\nlet a;\n```\n\nא[^1]\n\n[^1]: הערה\n",
    );
    for piece in [
        "<p dir=\"auto\">שלום <code dir=\"ltr\">code</code></p>",
        "<p dir=\"auto\">English.</p>",
        "<blockquote dir=\"rtl\">\n<p dir=\"auto\">ציטוט",
        "<ul dir=\"rtl\">\n<li dir=\"auto\">פריט</li>\n<li dir=\"auto\">Item",
        "<li dir=\"rtl\"><p dir=\"auto\">א",
        "<p>12</p>",
        "aria-label=\"Table\" tabindex=\"0\" dir=\"rtl\"",
        "<th scope=\"col\" dir=\"auto\">א</th>",
        "<td>1</td>",
        "<pre tabindex=\"0\" dir=\"ltr\"><code dir=\"ltr\">",
        "<li id=\"footnote-1\" dir=\"rtl\">",
    ] {
        assert!(rendered.contains(piece), "{piece}\n{rendered}");
    }
}

#[test]
fn a_feed_can_hold_the_same_headings_and_notes_twice() {
    let body = html("[a](#a) b[^1]\n\n## A\n\n[^1]: c\n");
    let feed = for_feed(&body, "https://example.org/posts/x");
    assert!(!feed.contains(" id=\"") && !feed.contains("href=\"#"), "{feed}");
    assert!(feed.contains("<a href=\"https://example.org/posts/x#heading-a\""), "{feed}");
    assert!(feed.contains("<a href=\"https://example.org/posts/x#footnote-1\""), "{feed}");
}
