//! Marks in braces are no text.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::{NoteKind, Notes};
use crate::domain::markdown::Mark;

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
    Mark::of_line(text).filter(|_| begins_line)
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
    use crate::render::markdown::{Audience, notes, render};

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
