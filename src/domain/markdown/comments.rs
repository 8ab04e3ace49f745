//! Comments that are not HTML to a Markdown parser: they span blank lines, have
//! no end, or belong to a template language.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::OPTIONS;
use super::notations::CommentNotation;

/// An empty comment. The text around it is parsed as before.
const EMPTY: &str = "<!---->";

/// Replaces each comment outside code by an empty one that the parser recognizes.
pub(crate) fn close_comments(source: &str) -> Cow<'_, str> {
    with_comments_replaced(source, |_| EMPTY.into())
}

/// Returns a text in which each comment is HTML of the same length without text. So all
/// else is at the same place in both texts.
pub(crate) fn with_comments_masked(source: &str) -> Cow<'_, str> {
    with_comments_replaced(source, |length| match length.checked_sub(EMPTY.len()) {
        Some(more) => format!("<!--{}-->", "x".repeat(more)).into(),
        None => format!("<{}>", "x".repeat(length - 2)).into(),
    })
}

fn with_comments_replaced(source: &str, by: impl Fn(usize) -> Cow<'static, str>) -> Cow<'_, str> {
    if !CommentNotation::may_be_in(source) {
        return Cow::Borrowed(source);
    }
    let (mut replaced, mut at) = (String::with_capacity(source.len()), 0);
    for comment in Comments::of(source).hidden {
        replaced.push_str(&source[at..comment.start]);
        replaced.push_str(&by(comment.len()));
        at = comment.end;
    }
    replaced.push_str(&source[at..]);
    Cow::Owned(replaced)
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
    /// The notations that have no end in the rest of the text.
    endless: [bool; CommentNotation::COUNT],
}

impl<'a> Comments<'a> {
    fn of(source: &'a str) -> Self {
        let pieces = pieces(source);
        let mut comments =
            Self { source, pieces, hidden: Vec::new(), endless: [false; CommentNotation::COUNT] };
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
            let begun = first_of(&self.source[at..end], CommentNotation::starting);
            let Some((found, (notation, length))) = begun else { return };
            let begin = at + found;
            at = begin + length;
            if is_escaped(self.source, begin) {
                continue;
            }
            let comment_end = self.end_after(at, index, notation).or_else(|| {
                let limit = self.pieces[index].limit;
                (notation == CommentNotation::Html)
                    .then(|| self.source[..limit].trim_end().len().max(at))
            });
            if let Some(comment_end) = comment_end {
                self.hidden.push(begin..comment_end);
                at = comment_end;
            }
        }
    }

    /// Returns where a comment ends, whose content begins here.
    fn end_after(&mut self, from: usize, index: usize, notation: CommentNotation) -> Option<usize> {
        let rest = &self.source[from..];
        // HTML has two comments that end as they begin: `<!-->` and `<!--->`.
        if notation == CommentNotation::Html && (rest.starts_with('>') || rest.starts_with("->")) {
            return rest.find('>').map(|end| from + end + 1);
        }
        if self.endless[notation as usize] {
            return None;
        }
        let end = self.end_in_pieces(from, index, notation);
        self.endless[notation as usize] = end.is_none();
        end
    }

    /// Returns where the comment ends. Where those within it are not all ended, it ends
    /// with the last that is.
    fn end_in_pieces(&self, from: usize, index: usize, notation: CommentNotation) -> Option<usize> {
        let (mut open, mut last_end) = (1_usize, None);
        for piece in &self.pieces[index..] {
            let mut at = piece.range.start.max(from);
            while let Some(text) = self.source.get(at..piece.range.end) {
                let within = |text: &str| match CommentNotation::starting(text) {
                    Some((CommentNotation::Liquid, length))
                        if notation == CommentNotation::Liquid =>
                    {
                        Some((length, false))
                    }
                    _ => notation.ended_by(text).map(|length| (length, true)),
                };
                let Some((found, (length, is_end))) = first_of(text, within) else { break };
                at += found + length;
                if is_end {
                    last_end = Some(at);
                    open -= 1;
                } else {
                    open += 1;
                }
                if open == 0 {
                    return last_end;
                }
            }
        }
        last_end
    }
}

/// What a beginning or an end of a comment begins with.
const SIGNS: [char; 7] = ['<', '{', '-', '*', '%', '#', '}'];

/// Returns the first place where a mark is read, and what it is, in linear time.
fn first_of<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<(usize, T)> {
    text.match_indices(SIGNS).find_map(|(at, _)| Some((at, read(&text[at..])?)))
}

fn is_escaped(source: &str, at: usize) -> bool {
    let before = source[..at].bytes().rev().take_while(|byte| *byte == b'\\');
    before.count() % 2 == 1
}

/// Returns the text and the HTML outside code. Neighbours are joined, because the
/// parser splits text at many characters, and takes `*` out where it emphasizes.
fn pieces(source: &str) -> Vec<Prose> {
    let mut pieces: Vec<Prose> = Vec::new();
    let mut blocks: Vec<usize> = vec![source.len()];
    let (mut is_code, mut goes_on) = (false, false);
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
                let joins = |last: &&mut Prose| {
                    last.limit == limit && (goes_on || last.range.end == range.start)
                };
                match pieces.last_mut().filter(joins) {
                    Some(last) => last.range.end = range.end,
                    None => pieces.push(Prose { range, limit }),
                }
                goes_on = true;
                continue;
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => continue,
            _ => {}
        }
        goes_on = false;
    }
    pieces
}
