//! Takes the title of a text without front matter from its first heading.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::domain::counted;
use crate::domain::markdown::{
    Mark, OPTIONS, liquid_tag, with_comments_masked, without_any_comments,
};

/// The heading that is the title of a text.
pub(super) struct Heading {
    pub(super) words: String,
    range: Range<usize>,
    /// What a title cannot have: links, pictures and footnotes.
    lost: [usize; 3],
}

impl Heading {
    /// Returns whether only comments are before it.
    pub(super) fn begins(&self, text: &str) -> bool {
        let (before, _) = without_any_comments(&text[..self.range.start]);
        before.trim().is_empty()
    }

    /// Returns the text without the heading.
    pub(super) fn rest_of(&self, text: &str) -> String {
        [&text[..self.range.start], &text[self.range.end..]].concat()
    }

    /// Returns the parts of the heading that are not in the title, if there are any.
    pub(super) fn lost(&self) -> Option<String> {
        let kinds = ["link", "picture", "footnote"];
        let lost = self.lost.iter().zip(kinds).filter(|(count, _)| **count > 0);
        let lost: Vec<String> = lost.map(|(count, kind)| counted(*count, kind)).collect();
        (!lost.is_empty())
            .then(|| format!("The title is the words of a heading that had {}.", lost.join(", ")))
    }
}

/// Returns the first `# ` heading. A line in code, in a comment, in a quotation or a
/// list, or between two tags of a template is no such heading.
pub(super) fn first(text: &str) -> Option<Heading> {
    let masked = with_comments_masked(text);
    let blocks = blocks(&masked);
    let (mut heading, mut depth) = (None::<Heading>, 0_usize);
    for (event, range) in Parser::new_ext(&masked, OPTIONS).into_offset_iter() {
        match (&mut heading, &event) {
            (None, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))
                if depth == 0
                    && masked[range.clone()].starts_with('#')
                    && !blocks.iter().any(|block| block.contains(&range.start)) =>
            {
                heading = Some(Heading { words: String::new(), range, lost: [0; 3] });
            }
            (Some(title), Event::Text(text) | Event::Code(text)) => title.words.push_str(text),
            (Some(title), Event::Start(Tag::Link { .. })) => title.lost[0] += 1,
            (Some(title), Event::Start(Tag::Image { .. })) => title.lost[1] += 1,
            (Some(title), Event::FootnoteReference(_)) => title.lost[2] += 1,
            (Some(_), Event::End(TagEnd::Heading(HeadingLevel::H1))) => break,
            _ => {}
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let heading = heading?;
    let (words, _) = Mark::all_at_end(&heading.words);
    Some(Heading { words: words.trim().to_owned(), ..heading })
}

/// Returns the text between two tags of a template that belong together. Examples are
/// `{% highlight sh %}` with `{% endhighlight %}`, and `{{< code >}}` with `{{< /code >}}`.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut blocks = Vec::new();
    for (at, _) in text.match_indices('{') {
        match tag(&text[at..]) {
            Some((name, false)) => open.entry(name).or_default().push(at),
            Some((name, true)) => {
                blocks.extend(open.get_mut(name).and_then(Vec::pop).map(|start| start..at));
            }
            None => {}
        }
    }
    blocks
}

/// Returns the name of the tag that a text begins with, and whether it is the second of
/// two.
fn tag(text: &str) -> Option<(&str, bool)> {
    if let Some((name, _)) = liquid_tag(text) {
        return Some(match name.strip_prefix("end") {
            Some(name) if !name.is_empty() => (name, true),
            _ => (name, false),
        });
    }
    let inside = text.strip_prefix("{{<").or_else(|| text.strip_prefix("{{%"))?.trim_start();
    let (inside, is_end) = match inside.strip_prefix('/') {
        Some(inside) => (inside.trim_start(), true),
        None => (inside, false),
    };
    let is_of_name = |letter: char| letter.is_alphanumeric() || "_-/.".contains(letter);
    let name = &inside[..inside.find(|letter| !is_of_name(letter)).unwrap_or(inside.len())];
    Some((name, is_end))
}

#[cfg(test)]
mod tests {
    /// Returns the title of a text, and its body without it.
    fn split_title(text: &str) -> (Option<String>, String) {
        match super::first(text) {
            None => (None, text.to_owned()),
            Some(title) => (Some(title.words.clone()), title.rest_of(text)),
        }
    }

    #[test]
    fn the_first_heading_is_the_title_and_leaves_the_body() {
        let (title, body) = split_title("# On *small* caps #\n\nOne.\n\n# Two\n");
        assert_eq!(title.as_deref(), Some("On small caps"));
        assert_eq!(body.trim(), "One.\n\n# Two");
    }

    #[test]
    fn a_title_has_no_id_and_no_comment() {
        for text in [
            "# Rest {#top}",
            "# Rest <!-- a --> {: #top}",
            "# Rest <!-- a",
            "# Rest<!-- a -->",
            "# Rest {% comment %}a{% endcomment %}",
            "# Rest {{/* a */}}",
            "# {# a #}Rest {#a#}",
            "# Rest {{!}} {::comment}a{:/}",
            "# Rest[^1]\n\n[^1]: A note.",
        ] {
            assert_eq!(split_title(text).0.as_deref(), Some("Rest"), "{text}");
        }
        assert_eq!(split_title("# The set {1, 2}").0.as_deref(), Some("The set {1, 2}"));
    }

    #[test]
    fn what_a_title_cannot_have_is_told() {
        for (text, lost) in [
            ("# [Home](https://example.org/)", Some("1 link")),
            ("# ![A](a.png) and ![B](b.png)[^1]\n\n[^1]: C", Some("2 pictures, 1 footnote")),
            ("# *A* `b` **c**", None),
        ] {
            let said = super::first(text).and_then(|heading| heading.lost());
            let expected =
                lost.map(|lost| format!("The title is the words of a heading that had {lost}."));
            assert_eq!(said, expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_the_heading_of_the_text_is_no_title() {
        for text in [
            "```sh\n# not a title\n```\n\n## Nor this\n",
            "{% comment %}\n\n# not a title\n\n{% endcomment %}\n\nText.",
            "{::comment}\n\n# not a title\n\n{:/comment}\n\nText.",
            "{{/*\n\n# not a title\n\n*/}}\n\nText.",
            "Text <!-- a\n\n# not a title\n\nb --> and text.",
            "<!--\n# not a title\n-->\n\nText.",
            "{% highlight sh %}\n# not a title\n{% endhighlight %}\n\nText.",
            "{%- raw -%}\n\n# not a title\n\n{%- endraw -%}\n",
            "{{< highlight sh >}}\n# not a title\n{{< /highlight >}}\n",
            "{{% details %}}\n\n# not a title\n\n{{%/details%}}\n",
            "> # not a title\n",
            "- # not a title\n",
            "[^1]: # not a title\n",
        ] {
            assert_eq!(split_title(text), (None, text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_heading_beside_tags_and_comments_is_the_title() {
        for (before, after) in [
            ("Before.\n\n", "After.\n"),
            ("<!-- a\n\n# b\n-->\n\n", "After <!-- # c -->.\n"),
            ("{% include a.html %}\n\n", "{% if a %}b{% endif %}\n"),
            ("{% highlight sh %}\n# a\n{% endhighlight %}\n\n", "After.\n"),
            ("{#a#}\n\n", "After {{!}}.\n"),
        ] {
            let (title, body) = split_title(&format!("{before}# Title\n{after}"));
            assert_eq!(title.as_deref(), Some("Title"), "{before}");
            assert_eq!(body, format!("{before}{after}"));
        }
    }

    #[test]
    fn the_title_of_any_text_is_found_in_bounded_time() {
        for text in ["{% a %}\n\n# b\n\n{% enda %}\n", "{% a ", "{{< a", "{#a#}", "> # a\n"] {
            let text = text.repeat(100_000 / text.len());
            let started = std::time::Instant::now();
            split_title(&text);
            assert!(started.elapsed().as_secs() < 5, "{:?} {}", started.elapsed(), &text[..5]);
        }
    }
}
