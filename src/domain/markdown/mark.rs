//! Marks in braces, such as `{#id}` of Hugo and Zola and `{: #id .class}` of
//! kramdown. pulldown-cmark's own extension for headings would also take the text
//! of `## The set {1, 2}`, and knows no other place for them.

/// A mark in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark<'a> {
    pub(crate) id: Option<&'a str>,
    /// Whether it has anything that is not an id.
    pub(crate) has_more: bool,
}

impl<'a> Mark<'a> {
    /// Reads what is between the braces.
    fn parse(inside: &'a str) -> Option<Self> {
        let (is_kramdown, inside) = match inside.strip_prefix(':') {
            Some(inside) => (true, inside),
            None => (false, inside),
        };
        let mut mark = Self { id: None, has_more: false };
        let mut is_first = true;
        for word in inside.split_whitespace() {
            match word.strip_prefix('#').filter(|id| !id.is_empty()) {
                Some(id) => mark.id = Some(id),
                None => {
                    let is_class = word.len() > 1 && word.starts_with('.');
                    let is_attribute = word.find('=').is_some_and(|at| at > 0);
                    if is_first && !is_kramdown && !is_class && !is_attribute {
                        return None;
                    }
                    mark.has_more = true;
                }
            }
            is_first = false;
        }
        (is_kramdown || !is_first).then_some(mark)
    }

    /// Splits a text from the mark at its end.
    pub(crate) fn split_end(text: &'a str) -> Option<(&'a str, Self)> {
        let (before, inside) = text.trim_end().strip_suffix('}')?.rsplit_once('{')?;
        let is_template = before.ends_with('{') || inside.contains(['}', '<', '>']);
        (!is_template).then(|| Some((before.trim_end(), Self::parse(inside)?))).flatten()
    }

    /// Splits a text from the mark at its beginning.
    pub(crate) fn split_start(text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, after) = text.strip_prefix('{')?.split_once('}')?;
        let is_template = inside.contains(['{', '<', '>']);
        (!is_template).then(|| Some((Self::parse(inside)?, after))).flatten()
    }

    /// Returns the mark of kramdown that a whole line is.
    pub(crate) fn of_line(text: &'a str) -> Option<Self> {
        let is_kramdown = text.starts_with("{:") && !text.starts_with("{::");
        let (mark, rest) = Self::split_start(text.trim_end()).filter(|_| is_kramdown)?;
        rest.is_empty().then_some(mark)
    }
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
        ] {
            let (rest, mark) = Mark::split_end(text).unwrap();
            assert_eq!((rest, mark.id), (before, id), "{text}");
        }
        for text in ["The set {1, 2}", "{{ .Title }}", "{% raw %}", "a {n}", "a {}", "{#}", "f(x)"]
        {
            assert_eq!(Mark::split_end(text), None, "{text}");
        }
    }
}
