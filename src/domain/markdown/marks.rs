//! Leaves out marks in braces, and the lines around divisions. A mark belongs to a
//! heading, a paragraph, a list, a table, a link or a word. An escaped brace is text.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag, TagEnd};

use super::{Mark, Markup};

/// Leaves out the marks. A mark of a heading gives it its id.
pub(super) fn without_marks<'a>(
    events: Vec<Event<'a>>,
    met: &mut dyn FnMut(Markup),
) -> Vec<Event<'a>> {
    let mut reader = Reader {
        shown: Vec::with_capacity(events.len()),
        heading: None,
        last_heading: None,
        next_id: None,
        divisions: 0,
        met,
    };
    let mut is_code = false;
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::CodeBlock(ref kind)) => {
                is_code = true;
                reader.count_in_info(kind);
            }
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if !is_code => {
                if reader.text(text, events.peek()) {
                    events.next_if(|next| *next == Event::SoftBreak);
                }
                continue;
            }
            Event::Start(Tag::Heading { .. }) => {
                reader.heading = Some(reader.shown.len());
                reader.last_heading = reader.heading;
            }
            Event::End(tag) if reader.end(tag) => continue,
            _ => {}
        }
        reader.shown.push(event);
    }
    reader.drop_next_id();
    reader.shown
}

struct Reader<'a, 'm> {
    shown: Vec<Event<'a>>,
    /// Where the open heading begins.
    heading: Option<usize>,
    last_heading: Option<usize>,
    /// An id for the heading that begins here, if one does.
    next_id: Option<(String, usize)>,
    /// How many divisions (`:::`) are open.
    divisions: usize,
    met: &'m mut dyn FnMut(Markup),
}

impl<'a> Reader<'a, '_> {
    /// Returns whether the element is left out, because only marks were in it.
    fn end(&mut self, tag: TagEnd) -> bool {
        match tag {
            TagEnd::Paragraph
                if matches!(self.shown.last(), Some(Event::Start(Tag::Paragraph))) =>
            {
                self.shown.pop();
                return true;
            }
            TagEnd::Heading(_) => self.end_heading(),
            _ => {}
        }
        false
    }

    /// Takes the marks at the end of a heading.
    fn end_heading(&mut self) {
        let Some(start) = self.heading.take() else { return };
        let before = self.next_id.take_if(|(_, at)| *at == start);
        let mut name = before.map(|(id, _)| id);
        if let Some(Event::Text(text)) = self.shown.last_mut() {
            let (rest, marks) = Mark::all_at_end(text);
            for mark in marks {
                name = mark.id.map(str::to_owned).or(name);
                if mark.has_more {
                    (self.met)(Markup::Mark);
                }
            }
            *text = rest.to_owned().into();
        }
        if let (Some(name), Some(Event::Start(Tag::Heading { id, .. }))) =
            (name, self.shown.get_mut(start))
        {
            *id = Some(name.into());
        }
    }

    /// Appends a text without its marks. Returns whether the line break after it has to
    /// go, because the whole line was a mark.
    fn text(&mut self, text: CowStr<'a>, next: Option<&Event<'a>>) -> bool {
        let mut rest = &*text;
        while let Some((_, after)) = Mark::split_start(rest).filter(|_| self.takes_mark(rest)) {
            (self.met)(Markup::Mark);
            rest = if self.begins_item() { after.trim_start() } else { after };
        }
        if rest.is_empty() && !text.is_empty() {
            return false;
        }
        let ends_line = match next {
            Some(Event::Start(tag)) => is_block(tag),
            Some(
                Event::Text(_)
                | Event::InlineMath(_)
                | Event::Code(_)
                | Event::FootnoteReference(_),
            ) => false,
            _ => true,
        };
        if ends_line && self.begins_line() && self.is_left_out(rest) {
            return match self.shown.last() {
                Some(Event::SoftBreak | Event::HardBreak) => {
                    self.shown.pop();
                    false
                }
                _ => true,
            };
        }
        if ends_line
            && self.heading.is_none()
            && let Some((before, _)) = Mark::of_kramdown_at_end(rest)
        {
            (self.met)(Markup::Mark);
            rest = before;
        }
        let rest = if rest.len() == text.len() { text } else { rest.to_owned().into() };
        self.shown.push(Event::Text(rest));
        false
    }

    /// Returns whether a mark at this place belongs to the element before it, or to
    /// the item of a list that begins with it.
    fn takes_mark(&self, text: &str) -> bool {
        match self.shown.last() {
            Some(Event::End(tag)) => is_inline(*tag),
            Some(Event::Code(_) | Event::FootnoteReference(_)) => true,
            _ => self.begins_item() && text.starts_with("{:") && !text.starts_with("{::"),
        }
    }

    fn begins_item(&self) -> bool {
        matches!(
            self.shown.as_slice(),
            [.., Event::Start(Tag::Item) | Event::TaskListMarker(_)]
                | [.., Event::Start(Tag::Item), Event::Start(Tag::Paragraph)]
        )
    }

    fn begins_line(&self) -> bool {
        match self.shown.last() {
            None | Some(Event::SoftBreak | Event::HardBreak) => true,
            Some(Event::End(tag)) => !is_inline(*tag),
            Some(Event::Start(tag)) => {
                is_block(tag) && !matches!(tag, Tag::Heading { .. } | Tag::TableCell)
            }
            _ => false,
        }
    }

    /// Reads a line that is marks, or that begins or ends a division.
    fn is_left_out(&mut self, line: &str) -> bool {
        let marks = Mark::of_line(line);
        for mark in &marks {
            let is_named = mark.id.is_some_and(|id| self.name_heading(id));
            if !is_named || mark.has_more {
                (self.met)(Markup::Mark);
            }
        }
        if !marks.is_empty() {
            return true;
        }
        match division(line) {
            Some(Division::Begins) => self.divisions += 1,
            Some(Division::Ends) if self.divisions > 0 => self.divisions -= 1,
            _ => return false,
        }
        (self.met)(Markup::Division);
        true
    }

    /// Gives an id to the heading that is open, has just ended or comes next. Returns
    /// whether a heading has it, or may have it.
    fn name_heading(&mut self, name: &str) -> bool {
        let is_after = matches!(
            self.shown.as_slice(),
            [.., Event::End(TagEnd::Heading(_)), Event::Start(Tag::Paragraph)]
        );
        let is_alone = matches!(self.shown.last(), Some(Event::Start(Tag::Paragraph)));
        match self.last_heading.and_then(|at| self.shown.get_mut(at)) {
            Some(Event::Start(Tag::Heading { id, .. }))
                if (is_after || self.heading.is_some()) && id.is_none() =>
            {
                *id = Some(name.to_owned().into());
                true
            }
            _ if is_alone => {
                self.drop_next_id();
                self.next_id = Some((name.to_owned(), self.shown.len() - 1));
                true
            }
            _ => false,
        }
    }

    /// Counts the mark with an id that no heading came after.
    fn drop_next_id(&mut self) {
        if self.next_id.take().is_some() {
            (self.met)(Markup::Mark);
        }
    }

    /// Counts the marks after the name of a language.
    fn count_in_info(&mut self, kind: &CodeBlockKind<'_>) {
        if let CodeBlockKind::Fenced(info) = kind {
            Mark::all_at_end(info).1.iter().for_each(|_| (self.met)(Markup::Mark));
        }
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    !is_inline(tag.to_end())
}

pub(super) fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Link | TagEnd::Image | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough
    )
}

/// A line of a division, as Pandoc, MyST and VitePress have them.
enum Division {
    Begins,
    Ends,
}

/// Reads `::: {.note}`, `:::{note}` and `::: note :::`, or `:::` alone.
fn division(line: &str) -> Option<Division> {
    let name = line.trim().strip_prefix(":::")?.trim_matches(':').trim();
    let word = name.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(name);
    let is_word = word.starts_with(|it: char| it.is_ascii_alphabetic())
        && word.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
    match name {
        "" => Some(Division::Ends),
        _ if is_word => Some(Division::Begins),
        // Both a word and marks may be there.
        _ => {
            let (rest, marks) = Mark::all_at_end(name);
            let is_name = rest.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
            (!marks.is_empty() && is_name).then_some(Division::Begins)
        }
    }
}
