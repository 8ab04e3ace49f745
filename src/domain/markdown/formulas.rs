//! Formulas of TeX between backslashes, `\(x\)`, or `\[x\]` on lines of their own.
//! Markdown reads their backslashes as escapes.

use std::ops::Range;

use pulldown_cmark::Event;

use super::Markup;

/// The formulas of a text.
#[derive(Default)]
pub(super) struct Formulas {
    /// The bracket that ends the one that is open.
    end: Option<char>,
    count: usize,
}

impl Formulas {
    /// Looks at a piece of the text: the parser begins one behind each escape.
    pub(super) fn look_at(&mut self, source: &str, event: &Event<'_>, range: &Range<usize>) {
        let Event::Text(text) = event else { return };
        let Some(before) = source[..range.start].strip_suffix('\\') else { return };
        let is_alone = |rest: &str| rest.trim_start_matches([' ', '\t']).starts_with('\n');
        match text.chars().next() {
            Some('(') => self.end = Some(')'),
            // `\[sic\]` within a line is a word in brackets.
            Some('[') if before.is_empty() || before.ends_with('\n') => self.end = Some(']'),
            Some(end) if self.end == Some(end) => {
                self.end = None;
                let rest = &source[range.start + end.len_utf8()..];
                self.count += usize::from(end == ')' || rest.is_empty() || is_alone(rest));
            }
            _ => {}
        }
    }

    /// Tells of each formula.
    pub(super) fn tell(&self, met: &mut dyn FnMut(Markup)) {
        (0..self.count).for_each(|_| met(Markup::Formula));
    }
}
