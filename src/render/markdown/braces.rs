//! Marks in braces, such as `{#id}` of Hugo and Zola and `{: #id .class}` of
//! kramdown. pulldown-cmark's own extension for headings would also take the text
//! of `## The set {1, 2}`, and knows no other place for them.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};

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
    fn split_start(text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, after) = text.strip_prefix('{')?.split_once('}')?;
        let is_template = inside.contains(['{', '<', '>']);
        (!is_template).then(|| Some((Self::parse(inside)?, after))).flatten()
    }
}

/// Leaves out the marks after links, pictures and emphasis, and those that are a
/// line of their own. A line after a heading can give it its id.
pub(super) fn without_marks<'a>(events: Vec<Event<'a>>, notes: &mut Notes) -> Vec<Event<'a>> {
    let mut shown: Vec<Event<'a>> = Vec::with_capacity(events.len());
    let mut is_code = false;
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(ref text) if !is_code => {
                let ends_line = !matches!(
                    events.peek(),
                    Some(Event::Start(tag)) if !is_block(tag)
                ) && !matches!(
                    events.peek(),
                    Some(Event::Text(_) | Event::Code(_) | Event::FootnoteReference(_))
                );
                if let Some(rest) = after_element(&shown, text) {
                    notes.add(NoteKind::Attributes);
                    if !rest.is_empty() {
                        shown.push(Event::Text(rest.to_owned().into()));
                    }
                    continue;
                }
                if let Some(mark) = line(&shown, text).filter(|_| ends_line) {
                    let is_kept = mark.id.is_some_and(|id| name_heading(&mut shown, id));
                    if !is_kept || mark.has_more {
                        notes.add(NoteKind::Attributes);
                    }
                    match shown.last() {
                        Some(Event::SoftBreak | Event::HardBreak) => drop(shown.pop()),
                        _ => drop(events.next_if(|next| *next == Event::SoftBreak)),
                    }
                    continue;
                }
            }
            Event::End(TagEnd::Paragraph)
                if matches!(shown.last(), Some(Event::Start(Tag::Paragraph))) =>
            {
                shown.pop();
                continue;
            }
            _ => {}
        }
        shown.push(event);
    }
    shown
}

fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::Strong | Tag::Strikethrough
    )
}

/// Returns what follows a mark that belongs to the element before it.
fn after_element<'t>(shown: &[Event<'_>], text: &'t str) -> Option<&'t str> {
    let is_after = match shown.last()? {
        Event::End(TagEnd::Link | TagEnd::Image) => true,
        Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) | Event::Code(_) => {
            text.starts_with("{:")
        }
        _ => false,
    };
    let (_, rest) = Mark::split_start(text).filter(|_| is_after)?;
    Some(rest)
}

/// Returns the mark that is the whole line.
fn line<'t>(shown: &[Event<'_>], text: &'t str) -> Option<Mark<'t>> {
    let begins_line = match shown.last() {
        None | Some(Event::SoftBreak | Event::HardBreak | Event::End(_)) => true,
        Some(Event::Start(tag)) => is_block(tag) && !matches!(tag, Tag::Heading { .. }),
        _ => false,
    };
    let is_kramdown = text.starts_with("{:") && !text.starts_with("{::");
    let (mark, rest) = Mark::split_start(text.trim_end()).filter(|_| begins_line && is_kramdown)?;
    rest.is_empty().then_some(mark)
}

/// Gives its id to the heading that has just ended, unless it has one.
fn name_heading(shown: &mut Vec<Event<'_>>, name: &str) -> bool {
    let [.., Event::End(TagEnd::Heading(_)), Event::Start(Tag::Paragraph)] = shown.as_slice()
    else {
        return false;
    };
    let start = shown.iter_mut().rev().find_map(|event| match event {
        Event::Start(Tag::Heading { id, .. }) => Some(id),
        _ => None,
    });
    match start {
        Some(id) if id.is_none() => {
            *id = Some(name.to_owned().into());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Mark;
    use crate::render::markdown::{Audience, notes, render};

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

    /// Returns what readers see.
    fn html(text: &str) -> String {
        render(text, Audience::Reader).html
    }

    /// Returns what is said about a text, one sentence a line.
    fn said(text: &str) -> String {
        notes(text).iter().map(|note| note.sentence() + "\n").collect()
    }

    #[test]
    fn a_text_in_braces_is_no_mark() {
        for text in ["## The set {1, 2}", "## A {n}", "A {#b} c", "`a`{b}", "## {{ title }}"] {
            assert!(html(text).contains('{'), "{}", html(text));
            assert_eq!(said(text), "", "{text}");
        }
        for text in
            ["A\n{: .wide}", "[a](https://example.org){:target=\"_blank\"} b", "* TOC\n{:toc}"]
        {
            assert!(!html(text).contains('{'), "{}", html(text));
            assert!(said(text).contains("1 mark in braces"), "{}", said(text));
        }
    }
}
