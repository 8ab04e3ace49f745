//! Comments that are not HTML to a Markdown parser: they span blank lines, have
//! no end, or belong to a template language.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::OPTIONS;

/// An empty comment. The text around it is parsed as before.
const EMPTY: &str = "<!---->";

const BEGINNINGS: [&str; 5] = ["<!--", "{::comment}", "{% comment %}", "{%- comment -%}", "{{/*"];
const HTML: usize = 0;

/// How each kind of comment ends.
const ENDS: [&[&str]; 5] = [
    &["-->"],
    &["{:/comment}", "{:/}"],
    &["{% endcomment %}", "{%- endcomment -%}"],
    &["{% endcomment %}", "{%- endcomment -%}"],
    &["*/}}"],
];

/// Replaces each comment outside code by an empty one that the parser recognizes.
pub(crate) fn close_comments(source: &str) -> Cow<'_, str> {
    if !BEGINNINGS.iter().any(|beginning| source.contains(beginning)) {
        return Cow::Borrowed(source);
    }
    let (mut closed, mut at) = (String::with_capacity(source.len()), 0);
    for comment in Comments::of(source).hidden {
        closed.push_str(&source[at..comment.start]);
        closed.push_str(EMPTY);
        at = comment.end;
    }
    closed.push_str(&source[at..]);
    Cow::Owned(closed)
}

/// Returns a text without its comments, and how many it had.
pub(crate) fn without_any_comments(source: &str) -> (Cow<'_, str>, usize) {
    let closed = close_comments(source);
    match closed.matches(EMPTY).count() {
        0 => (closed, 0),
        count => (Cow::Owned(closed.replace(EMPTY, "")), count),
    }
}

/// A piece of text or HTML outside code.
struct Prose {
    range: Range<usize>,
    /// Where a comment without an end stops.
    limit: usize,
}

struct Comments<'a> {
    source: &'a str,
    pieces: Vec<Prose>,
    hidden: Vec<Range<usize>>,
    /// The kinds that have no end in the rest of the text.
    endless: [bool; 5],
}

impl<'a> Comments<'a> {
    fn of(source: &'a str) -> Self {
        let pieces = pieces(source);
        let mut comments = Self { source, pieces, hidden: Vec::new(), endless: [false; 5] };
        for index in 0..comments.pieces.len() {
            comments.hide_in(index);
        }
        comments
    }

    /// Hides the comments that begin in this piece.
    fn hide_in(&mut self, index: usize) {
        let Range { start, end } = self.pieces[index].range;
        let mut at = start.max(self.hidden.last().map_or(0, |hidden| hidden.end));
        while at < end {
            let Some((found, kind)) = first_of(&self.source[at..end], &BEGINNINGS) else { return };
            let begin = at + found;
            at = begin + BEGINNINGS[kind].len();
            if is_escaped(self.source, begin) {
                continue;
            }
            let comment_end = self.end_after(at, index, kind).or_else(|| {
                let limit = self.pieces[index].limit;
                (kind == HTML).then(|| self.source[..limit].trim_end().len().max(at))
            });
            if let Some(comment_end) = comment_end {
                self.hidden.push(begin..comment_end);
                at = comment_end;
            }
        }
    }

    /// Returns where a comment ends, whose content begins here.
    fn end_after(&mut self, from: usize, index: usize, kind: usize) -> Option<usize> {
        let rest = &self.source[from..];
        // HTML has two comments that end as they begin: `<!-->` and `<!--->`.
        if kind == HTML && (rest.starts_with('>') || rest.starts_with("->")) {
            return rest.find('>').map(|end| from + end + 1);
        }
        if self.endless[kind] {
            return None;
        }
        let end = self.pieces[index..].iter().find_map(|piece| {
            let start = piece.range.start.max(from);
            let text = self.source.get(start..piece.range.end)?;
            let (end, which) = first_of(text, ENDS[kind])?;
            Some(start + end + ENDS[kind][which].len())
        });
        self.endless[kind] = end.is_none();
        end
    }
}

/// Returns where the first of these marks is, and which it is, in linear time.
fn first_of(text: &str, marks: &[&str]) -> Option<(usize, usize)> {
    text.match_indices(['<', '{', '-', '*']).find_map(|(at, _)| {
        let which = marks.iter().position(|mark| text[at..].starts_with(mark))?;
        Some((at, which))
    })
}

fn is_escaped(source: &str, at: usize) -> bool {
    let before = source[..at].bytes().rev().take_while(|byte| *byte == b'\\');
    before.count() % 2 == 1
}

/// Returns the text and the HTML outside code. Neighbours are joined, because the
/// parser splits text at many characters.
fn pieces(source: &str) -> Vec<Prose> {
    let mut pieces: Vec<Prose> = Vec::new();
    let mut blocks: Vec<usize> = vec![source.len()];
    let mut is_code = false;
    for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            // Browsers hide the whole rest.
            Event::Start(Tag::HtmlBlock) => blocks.push(source.len()),
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell) => {
                blocks.push(range.end)
            }
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::HtmlBlock,
            ) => drop(blocks.pop()),
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) if !is_code => {
                let limit = blocks.last().copied().unwrap_or(source.len());
                match pieces.last_mut() {
                    Some(last) if last.range.end == range.start && last.limit == limit => {
                        last.range.end = range.end;
                    }
                    _ => pieces.push(Prose { range, limit }),
                }
            }
            _ => {}
        }
    }
    pieces
}
