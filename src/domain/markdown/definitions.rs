//! Definitions of links, such as `[a]: https://example.org`. One that no link names is
//! not seen; `[//]: # (text)` is a way to write a comment.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event, RefDefs, Tag};

use super::Markup;

/// A line that looks like a definition.
struct Definition {
    at: usize,
    label: String,
    /// Whether it is the first one of its label, which is the one that counts.
    counts: bool,
    is_comment: bool,
}

/// The definitions of a text, and the links that use them.
pub(super) struct Definitions {
    possible: Vec<Definition>,
    /// What the parser takes for text. A definition is no part of it.
    texts: Vec<Range<usize>>,
    used: HashSet<String>,
}

impl Definitions {
    /// Finds the lines that may be definitions. The parser keeps the first one of each label.
    pub(super) fn of(source: &str, first: &RefDefs<'_>) -> Self {
        let (mut at, mut possible) = (0, Vec::new());
        let source = if first.iter().next().is_some() { source } else { "" };
        for line in source.split_inclusive('\n') {
            possible.extend(definition(line).map(|(start, label)| {
                let counting = first.get(label);
                let address = counting.map(|it| &*it.dest);
                let is_remark = label == "//" || folded(label).starts_with("comment");
                Definition {
                    at: at + start,
                    label: folded(label),
                    counts: counting.is_some_and(|it| it.span.contains(&(at + start))),
                    is_comment: is_remark || matches!(address, Some("" | "#")),
                }
            }));
            at += line.len();
        }
        Self { possible, texts: Vec::new(), used: HashSet::new() }
    }

    /// Looks at a piece of the text.
    pub(super) fn look_at(&mut self, event: &Event<'_>, range: &Range<usize>) {
        if self.possible.is_empty() {
            return;
        }
        if let Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) = event {
            self.used.insert(folded(id));
        }
        if !matches!(event, Event::End(_)) && !is_container(event) {
            self.texts.push(range.clone());
        }
    }

    /// Tells of each definition that no link uses.
    pub(super) fn count_unused(&self, met: &mut dyn FnMut(Markup)) {
        for definition in &self.possible {
            let before = self.texts.partition_point(|text| text.start <= definition.at);
            let is_text = before > 0 && self.texts[before - 1].end > definition.at;
            let is_used = definition.counts && self.used.contains(&definition.label);
            if !is_text && !is_used {
                met(if definition.is_comment { Markup::Comment } else { Markup::Definition });
            }
        }
    }
}

/// Returns where a line begins that looks like a definition, and its label.
fn definition(line: &str) -> Option<(usize, &str)> {
    let is_before = |it: char| it.is_ascii_digit() || " \t>*+-.)".contains(it);
    let text = line.trim_start_matches(is_before);
    let (label, _) = text.strip_prefix('[')?.split_once("]:")?;
    let is_label = !label.trim().is_empty() && !label.starts_with('^') && !label.contains('[');
    is_label.then(|| (line.len() - text.len(), label))
}

/// Labels are the same whatever their case and their spaces are.
fn folded(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Returns whether an element may have definitions in it.
fn is_container(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Start(
            Tag::BlockQuote(_)
                | Tag::List(_)
                | Tag::Item
                | Tag::FootnoteDefinition(_)
                | Tag::Paragraph
        )
    )
}
