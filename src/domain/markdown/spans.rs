//! Replaces spans of Pandoc and djot, such as `[text]{.class}`, by their text.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::marks::is_inline;
use super::{Mark, Markup};

/// An opening bracket: the event that has it, where it is in its text, and how many
/// inline elements are around it.
struct Bracket {
    event: usize,
    at: usize,
    depth: usize,
}

/// The brackets of a block.
#[derive(Default)]
struct Brackets {
    open: Vec<Bracket>,
    depth: usize,
}

/// Leaves out the brackets and the marks of spans.
pub(super) fn without_brackets<'a>(
    events: Vec<Event<'a>>,
    met: &mut dyn FnMut(Markup),
) -> Vec<Event<'a>> {
    let mut shown = Vec::with_capacity(events.len());
    let (mut brackets, mut is_code) = (Brackets::default(), false);
    for event in events {
        match event {
            Event::Text(text) if !is_code && text.contains(['[', ']']) => {
                let text = brackets.read(text, &mut shown, met);
                shown
                    .extend(Some(Event::Text(text)).filter(|text| *text != Event::Text("".into())));
                continue;
            }
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Start(ref tag) if is_inline(tag.to_end()) => brackets.depth += 1,
            Event::End(tag) if is_inline(tag) => brackets.depth = brackets.depth.saturating_sub(1),
            Event::Start(_) => brackets = Brackets::default(),
            _ => {}
        }
        shown.push(event);
    }
    shown
}

impl Brackets {
    /// Returns a text without the brackets and marks of the spans that end in it.
    fn read<'a>(
        &mut self,
        text: CowStr<'a>,
        shown: &mut [Event<'a>],
        met: &mut dyn FnMut(Markup),
    ) -> CowStr<'a> {
        let (mut kept, mut rest) = (String::with_capacity(text.len()), &*text);
        while let Some(at) = rest.find(['[', ']']) {
            kept.push_str(&rest[..at]);
            let is_opening = rest[at..].starts_with('[');
            rest = &rest[at + 1..];
            if is_opening {
                let (event, depth) = (shown.len(), self.depth);
                self.open.push(Bracket { event, at: kept.len(), depth });
                kept.push('[');
                continue;
            }
            let is_marked = Mark::split_start(rest).is_some_and(|(mark, _)| mark.is_of_span());
            let opening = self.open.pop();
            let Some(opening) = opening.filter(|it| is_marked && it.depth == self.depth) else {
                kept.push(']');
                continue;
            };
            match shown.get_mut(opening.event) {
                Some(Event::Text(earlier)) => {
                    let mut shorter = earlier.to_string();
                    shorter.remove(opening.at);
                    *earlier = shorter.into();
                }
                _ => drop(kept.remove(opening.at)),
            }
            while let Some((_, after)) = Mark::split_start(rest) {
                met(Markup::Mark);
                rest = after;
            }
        }
        kept.push_str(rest);
        kept.into()
    }
}
