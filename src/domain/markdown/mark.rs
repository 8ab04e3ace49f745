//! Recognises marks in braces, such as `{#id}` of Hugo, Zola and Pandoc and
//! `{: #id .class}` of kramdown.
//!
//! The extension of pulldown-cmark takes marks of headings alone. It would also take
//! the text of `## The set {1, 2}`.

/// A mark in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark<'a> {
    pub(crate) id: Option<&'a str>,
    /// Whether it has anything that is not an id.
    pub(crate) has_more: bool,
    /// Whether every part of it is an id, a class or an attribute. kramdown has
    /// marks of other words, such as `{:toc}`.
    is_strict: bool,
}

impl<'a> Mark<'a> {
    /// Reads the text between the braces.
    fn parse(inside: &'a str) -> Option<Self> {
        let (is_kramdown, inside) = match inside.strip_prefix(':') {
            Some(inside) => (true, inside),
            None => (false, inside),
        };
        let mut mark = Self { id: None, has_more: false, is_strict: true };
        let mut rest = inside.trim();
        if rest.is_empty() && !is_kramdown {
            return None;
        }
        while !rest.is_empty() {
            let length = match part(rest) {
                Some((MarkPart::Id(id), length)) => {
                    mark.id = mark.id.or(Some(id));
                    length
                }
                Some((MarkPart::Other, length)) => {
                    mark.has_more = true;
                    length
                }
                None if is_kramdown => {
                    (mark.has_more, mark.is_strict) = (true, false);
                    rest.find(char::is_whitespace).unwrap_or(rest.len())
                }
                None => return None,
            };
            rest = rest[length..].trim_start();
        }
        Some(mark)
    }

    /// Splits a text from the mark at its end.
    fn split_end(text: &'a str) -> Option<(&'a str, Self)> {
        let (before, inside) = text.trim_end().strip_suffix('}')?.rsplit_once('{')?;
        let is_template = before.ends_with('{') || inside.contains(['}', '<', '>']);
        (!is_template).then(|| Some((before.trim_end(), Self::parse(inside)?))).flatten()
    }

    /// Splits a text from all marks at its end, the last one first.
    pub(crate) fn all_at_end(mut text: &'a str) -> (&'a str, Vec<Self>) {
        let mut marks = Vec::new();
        while let Some((before, mark)) = Self::split_end(text) {
            marks.push(mark);
            text = before;
        }
        (text, marks)
    }

    /// Splits a text from a mark of kramdown's spelling at its end, which no text has.
    pub(super) fn of_kramdown_at_end(text: &'a str) -> Option<(&'a str, Self)> {
        let (before, mark) = Self::split_end(text)?;
        let is_kramdown = text[before.len()..].trim_start().starts_with("{:");
        (is_kramdown && mark.is_strict).then_some((before, mark))
    }

    /// Splits a text from the mark at its beginning.
    pub(super) fn split_start(text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, after) = text.strip_prefix('{')?.split_once('}')?;
        let is_template = inside.contains(['{', '<', '>']);
        (!is_template).then(|| Some((Self::parse(inside)?, after))).flatten()
    }

    /// Returns whether a text in brackets before it is a span of Pandoc or djot.
    pub(super) fn is_of_span(self) -> bool {
        self.is_strict && (self.has_more || self.id.is_some())
    }

    /// Returns the marks that a whole line is; none, where it is a text.
    pub(super) fn of_line(line: &'a str) -> Vec<Self> {
        let mut rest = line.trim();
        // `{::options toc_levels="1..3" /}` is an option of kramdown.
        let option = rest.strip_prefix("{::").filter(|it| !it.starts_with("comment"));
        if option.is_some_and(|it| it.ends_with("/}") && it.matches('}').count() == 1) {
            return vec![Self { id: None, has_more: true, is_strict: false }];
        }
        let mut marks = Vec::new();
        while let Some((mark, after)) = Self::split_start(rest).filter(|_| !rest.starts_with("{::"))
        {
            marks.push(mark);
            rest = after.trim_start();
        }
        if !rest.is_empty() {
            marks.clear();
        }
        marks
    }
}

/// A part of a mark.
enum MarkPart<'a> {
    Id(&'a str),
    /// A class or an attribute.
    Other,
}

/// Returns the part that a text begins with, and its length. Names of attributes have two
/// letters at least: `{x=1}` is mathematics.
fn part(text: &str) -> Option<(MarkPart<'_>, usize)> {
    let word = text.split(char::is_whitespace).next()?;
    if let Some(id) = word.strip_prefix('#').filter(|id| !id.is_empty()) {
        return Some((MarkPart::Id(id), word.len()));
    }
    let is_letter = |it: char| it.is_alphabetic() || matches!(it, '_' | '-');
    let is_class = word.strip_prefix('.').is_some_and(|class| class.starts_with(is_letter));
    // `{-}` is a heading of Pandoc without a number.
    if is_class || word == "-" {
        return Some((MarkPart::Other, word.len()));
    }
    let (name, value) = text.split_once('=')?;
    let is_name = name.len() > 1
        && name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || "-_:.".contains(it));
    let (value, length) = match value.chars().next().filter(|it| matches!(it, '"' | '\'')) {
        Some(mark) => {
            let value = &value[1..value[1..].find(mark)? + 1];
            (value, value.len() + 2)
        }
        None => {
            let value = value.split(char::is_whitespace).next()?;
            (value, value.len())
        }
    };
    let is_value = length > value.len() || !value.is_empty() && !value.contains([',', '"', '=']);
    let part = if name.eq_ignore_ascii_case("id") { MarkPart::Id(value) } else { MarkPart::Other };
    (is_name && is_value).then_some((part, name.len() + 1 + length))
}

#[cfg(test)]
mod tests {
    use super::Mark;

    #[test]
    fn a_mark_is_told_from_text_in_braces() {
        for (text, before, id) in [
            ("The end {#end}", "The end", Some("end")),
            ("The end{: #end .wide}", "The end", Some("end")),
            ("The end {:.no_toc}", "The end", None),
            ("The end {.wide key=\"a b\"}", "The end", None),
            ("The end {.wide #end}", "The end", Some("end")),
            ("The end {id=end}", "The end", Some("end")),
            ("The end {: id='the end' }", "The end", Some("the end")),
            ("The end { .wide width=50% }", "The end", None),
            ("The end {-}", "The end", None),
            ("The end {:toc max_level=3}", "The end", None),
        ] {
            let (rest, mark) = Mark::split_end(text).unwrap();
            assert_eq!((rest, mark.id), (before, id), "{text}");
        }
        for text in [
            "The set {1, 2}",
            "{{ .Title }}",
            "{% raw %}",
            "a {n}",
            "a {}",
            "{#}",
            "f(x)",
            "{x=1}",
            "{a: 1}",
            "{.5}",
            "{#if open}",
            "{#1, 2}",
            "{n=1, max=2}",
            "{.a of it}",
            "{key=}",
            "{key='a}",
        ] {
            assert_eq!(Mark::split_end(text), None, "{text}");
        }
    }
}
