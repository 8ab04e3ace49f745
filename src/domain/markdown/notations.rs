//! Lists how comments begin and end: in HTML, and in the template languages of the
//! programs whose texts are imported. Each is written with and without spaces, and with
//! the marks that take away the spaces around it.

/// A notation of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommentNotation {
    /// `<!-- a -->`
    Html,
    /// `{::comment}a{:/comment}` of kramdown.
    Kramdown,
    /// `{% comment %}a{% endcomment %}`, also with a note, and as Markdoc ends it:
    /// `{% /comment %}`. These are nested.
    Liquid,
    /// `{% # a %}` of Liquid.
    LiquidLine,
    /// `{# a #}` of Jinja, Nunjucks, Tera and Twig.
    Jinja,
    /// `{{/* a */}}` of Hugo.
    Hugo,
    /// `{{! a }}` of Handlebars.
    Handlebars,
    /// `{{!-- a --}}` of Handlebars, `{{-- a --}}` of Blade.
    HandlebarsLong,
    /// `<%# a %>` of ERB and EJS.
    Erb,
    /// `<%-- a --%>` of JSP.
    Jsp,
}

impl CommentNotation {
    /// The number of notations.
    pub(super) const COUNT: usize = Self::Jsp as usize + 1;

    /// What every beginning begins with.
    const BEGINNINGS: [&str; 5] = ["<!--", "<%", "{::comment", "{%", "{#"];

    /// Returns whether a text may have a comment.
    pub(super) fn may_be_in(text: &str) -> bool {
        text.contains("{{") || Self::BEGINNINGS.iter().any(|beginning| text.contains(beginning))
    }

    /// Returns the notation whose beginning a text begins with, and how long that is.
    pub(super) fn starting(text: &str) -> Option<(Self, usize)> {
        let (notation, rest) = match text.as_bytes().first_chunk()? {
            b"<!" => (Self::Html, text.strip_prefix("<!--")?),
            b"<%" => match text.strip_prefix("<%--") {
                Some(rest) => (Self::Jsp, rest),
                None => (Self::Erb, text.strip_prefix("<%#")?),
            },
            b"{:" => (Self::Kramdown, spaced(text.strip_prefix("{::comment")?, "}")?),
            b"{%" => match liquid_tag(text)? {
                ("comment", rest) => (Self::Liquid, end_of_tag(without_note(rest))?),
                ("", rest) => (Self::LiquidLine, rest.strip_prefix('#')?),
                _ => return None,
            },
            b"{#" => (Self::Jinja, jinja(&text[2..])?),
            b"{{" => in_double_braces(&text[2..])?,
            _ => return None,
        };
        Some((notation, text.len() - rest.len()))
    }

    /// Returns how long the end of a comment is that a text begins with.
    pub(super) fn ended_by(self, text: &str) -> Option<usize> {
        let rest = match self {
            Self::Html => text.strip_prefix("-->"),
            Self::Kramdown => match text.strip_prefix("{:/comment") {
                Some(rest) => spaced(rest, "}"),
                None => text.strip_prefix("{:/}"),
            },
            Self::Liquid => match liquid_tag(text)? {
                ("endcomment", rest) => end_of_tag(rest),
                ("", rest) => end_of_tag(rest.strip_prefix("/comment")?),
                _ => None,
            },
            Self::LiquidLine => text.strip_prefix("%}"),
            Self::Jinja => text.strip_prefix("#}"),
            Self::Hugo => {
                let rest = text.strip_prefix("*/")?.trim_start();
                rest.strip_prefix('-').unwrap_or(rest).strip_prefix("}}")
            }
            Self::Handlebars => text.strip_prefix("}}"),
            Self::HandlebarsLong => {
                let rest = text.strip_prefix("--")?;
                rest.strip_prefix('~').unwrap_or(rest).strip_prefix("}}")
            }
            Self::Erb => text.strip_prefix("%>"),
            Self::Jsp => text.strip_prefix("--%>"),
        };
        Some(text.len() - rest?.len())
    }
}

/// Returns the text that follows spaces and this.
fn spaced<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    text.trim_start().strip_prefix(end)
}

/// Returns the name of the tag of Liquid that a text begins with, and what follows it.
pub(crate) fn liquid_tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("{%")?;
    let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    Some(inside.split_at(inside.find(|letter| !is_of_name(letter)).unwrap_or(inside.len())))
}

/// Returns the text that follows the note of a comment of Django.
fn without_note(text: &str) -> &str {
    let quoted = text.trim_start();
    let Some(mark) = quoted.chars().next().filter(|it| matches!(it, '"' | '\'')) else {
        return text;
    };
    match quoted[1..].split_once(mark) {
        Some((note, rest)) if !note.contains(['\n', '%']) => rest,
        _ => text,
    }
}

fn end_of_tag(text: &str) -> Option<&str> {
    let text = text.trim_start();
    text.strip_prefix('-').unwrap_or(text).strip_prefix("%}")
}

/// Tells `{#id}`, which names a heading, from a comment.
fn jinja(inside: &str) -> Option<&str> {
    let is_open = inside.starts_with(|first: char| first == '-' || first.is_whitespace());
    let end = || inside.find(['}', '{', '\n']).filter(|end| inside[*end..].starts_with('}'));
    (is_open || end().is_some_and(|end| inside[..end].ends_with('#'))).then_some(inside)
}

fn in_double_braces(inside: &str) -> Option<(CommentNotation, &str)> {
    let hugo = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    if let Some(rest) = hugo.strip_prefix("/*") {
        return Some((CommentNotation::Hugo, rest));
    }
    if let Some(rest) = inside.strip_prefix("--") {
        return Some((CommentNotation::HandlebarsLong, rest));
    }
    let rest = inside.strip_prefix('~').unwrap_or(inside).strip_prefix('!')?;
    match rest.strip_prefix("--") {
        Some(rest) => Some((CommentNotation::HandlebarsLong, rest)),
        None => Some((CommentNotation::Handlebars, rest)),
    }
}
