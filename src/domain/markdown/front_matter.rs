//! Recognises texts that begin like the front matter of a site generator.

use crate::domain::unseen::{has_visible_text, is_invisible};

/// Names that front matter has, of several programs.
pub(crate) const KNOWN_NAMES: [&str; 22] = [
    "abstract",
    "author",
    "authors",
    "categories",
    "category",
    "date",
    "description",
    "draft",
    "excerpt",
    "lang",
    "layout",
    "modified",
    "permalink",
    "published",
    "slug",
    "subtitle",
    "summary",
    "tag",
    "tags",
    "title",
    "updated",
    "url",
];

/// Returns how many lines of a text look like front matter of some program.
pub(crate) fn lines_like_front_matter(text: &str) -> usize {
    let mut text = after_unseen(text);
    let mut comments = 0;
    while !is_opened(text) && !resembles(text) {
        let comment = text.strip_prefix("<!--").and_then(|rest| rest.split_once("-->"));
        match comment {
            Some((_, rest)) if comments < MAX_COMMENTS => text = after_unseen(rest),
            _ => return 0,
        }
        comments += 1;
    }
    let first = text.lines().next().unwrap_or_default();
    let is_block = is_end(first) || first.starts_with(['{', '+', '<']) || first.starts_with("---");
    let is_last = |line: &str| is_end(line) || matches!(line.trim_end(), "}" | "-->");
    let lines = text.lines().enumerate().skip(1);
    let end = match lines.clone().take(MAX_LINES).find(|(_, line)| is_last(line)) {
        Some((at, _)) if is_block => Some(at + 1),
        _ => lines.clone().find(|(_, line)| line.trim().is_empty()).map(|(at, _)| at),
    };
    end.unwrap_or_else(|| text.lines().count())
}

/// More comments than come before front matter.
const MAX_COMMENTS: usize = 20;

/// More lines than front matter has.
const MAX_LINES: usize = 1_000;

/// Returns whether a text begins with fields in a notation that an import reads, some of
/// them of known names.
fn is_opened(text: &str) -> bool {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end();
    if let Some(after) = first.strip_prefix('{') {
        let field = if after.trim().is_empty() { rest } else { after };
        let field = field.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return field.trim_start().starts_with('"')
            && field_name(field.trim_start()).is_some_and(is_known);
    }
    let Some((mark, after)) = first.split_at_checked(3).filter(|(mark, _)| is_end(mark)) else {
        return false;
    };
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '-';
    if !(after.chars().all(is_word) || after.trim_start().starts_with('#')) {
        return false;
    }
    let lines: Vec<&str> = rest.lines().take(MAX_LINES).take_while(|line| !is_end(line)).collect();
    let is_field = |line: &&str| mark != "---" || line.trim().is_empty() || is_part(line);
    let name = |line: &str| match line.split_once('=').filter(|_| mark == "+++") {
        Some((name, _)) => is_known(name.trim()),
        None => field_name(line.trim_start()).is_some_and(is_known),
    };
    rest.lines().nth(lines.len()).is_some_and(is_end)
        && lines.iter().all(is_field)
        && lines.iter().any(|line| name(line))
}

/// Returns whether a line ends front matter.
fn is_end(line: &str) -> bool {
    let line = line.trim_end();
    let is_of = |mark: u8| line.bytes().all(|byte| byte == mark);
    line == "..." || line.len() > 2 && [b'-', b'+', b';'].into_iter().any(is_of)
}

/// Returns the text after lines in which nothing can be seen. Spaces before a line are
/// part of it.
pub(crate) fn after_unseen(text: &str) -> &str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('\n').filter(|(line, _)| !has_visible_text(line)) {
        rest = after;
    }
    rest.trim_start_matches(|it| is_invisible(it) && !matches!(it, ' ' | '\t'))
}

/// Returns whether a text that is not read begins as front matter of some program does.
fn resembles(text: &str) -> bool {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end();
    let is_long_line = first.len() > 2 && first.bytes().all(|byte| byte == b'-');
    match is_long_line || first == "<!--" || first.starts_with("--- ") {
        true => is_of_another_program(rest) || has_known_names(rest),
        false => is_of_another_program(text) || has_known_names(text),
    }
}

/// Returns whether this is a title of Pandoc, Nikola, Org, Franklin, Logseq, Cryogen,
/// Coleslaw or AsciiDoc. A directive of YAML counts, and so does TOML with a word after
/// its first mark.
fn is_of_another_program(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let after_plus_signs = first.strip_prefix("+++").map(str::trim_start);
    let opens_toml = after_plus_signs.is_some_and(|after| {
        let is_word = after.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
        !after.is_empty() && (is_word || after.starts_with('#'))
    });
    let org = first.strip_prefix("#+").and_then(field_name);
    let logseq = first.split_once(":: ").map(|(name, _)| name);
    let next = text.lines().nth(1).unwrap_or_default();
    ["% ", "%YAML ", "%TAG ", "@def ", "{:title "].iter().any(|start| first.starts_with(start))
        || first == ";;;;;"
        || logseq.is_some_and(is_known)
        || first.starts_with("= ") && next.strip_prefix(':').and_then(field_name).is_some()
        || first.strip_prefix(".. ").and_then(field_name).is_some()
        || org.is_some_and(is_known)
        || opens_toml && text.lines().skip(1).any(|line| line.starts_with("+++"))
}

/// Returns whether a text begins with fields. They are two of known names, or one of
/// them as generators write it and a line that ends them.
fn has_known_names(text: &str) -> bool {
    let mut lines = text.lines();
    let mut known = 0;
    let end = lines.find(|line| {
        let name = field_name(line.strip_prefix(':').unwrap_or(line));
        known += usize::from(name.is_some_and(is_known));
        known == 0 || !is_part(line)
    });
    let is_ended = end.map(str::trim_end).is_some_and(|end| {
        end.len() > 2 && [b'-', b';'].iter().any(|mark| end.bytes().all(|byte| byte == *mark))
    });
    let first = text.lines().next().and_then(field_name);
    known > 1 || is_ended && first.is_some_and(|name| KNOWN_NAMES.contains(&name))
}

fn is_known(name: &str) -> bool {
    KNOWN_NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Returns whether a line is a field, also one in a comment, or the next line of one.
pub(crate) fn is_part(line: &str) -> bool {
    let field = line.strip_prefix(['#', ':']).unwrap_or(line).trim_start();
    let is_next = line.starts_with(['-', ' ', '\t']) && !line.starts_with("---");
    field_name(field).is_some() || is_next && !line.trim().is_empty()
}

/// Returns the name in a line such as `title: On rest` or `"title": "On rest"`.
pub(crate) fn field_name(line: &str) -> Option<&str> {
    let quoted = ['"', '\''].iter().find_map(|mark| line.strip_prefix(*mark)?.split_once(*mark));
    let (name, value) = match quoted {
        Some((name, after)) => (name, after.trim_start().strip_prefix(':')?),
        None => line.split_once(':')?,
    };
    let name = name.trim_end();
    let is_name = name.chars().all(|it| it.is_alphanumeric() || "-_.".contains(it));
    let is_apart = quoted.is_some() || value.is_empty() || value.starts_with(char::is_whitespace);
    (is_name && is_apart && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{after_unseen, lines_like_front_matter};

    #[test]
    fn a_comment_may_come_before_front_matter() {
        for source in [
            "<!-- mine -->\n---\ntitle: a\n---\nBody\n",
            "<!-- a -->\n\n<!-- b\nc -->\n\n---\ntitle: a\n---\nBody\n",
        ] {
            assert_eq!(lines_like_front_matter(source), 3, "{source:?}");
        }
        assert_eq!(lines_like_front_matter(&"<!-- a -->\n".repeat(10_000)), 0);
    }

    #[test]
    fn a_text_that_begins_like_front_matter_is_told_by_its_lines() {
        for source in [
            "Title: a\nDate: 2010\n\nBody\n",
            "title: a\nstatus: x\nTAGS: b, c\n\nBody\n",
            "title: a\ndate: 2010",
            "\ntitle: a\ndate: 2010\n\nBody\n",
            ":title: a\n:date: 2010\n\nBody\n",
            "Title: a\nAuthor: b\n    and c\n\nBody\n",
            "Title: a\nDate: 2010\n---\nBody\n",
            "title: a: b\n---\nBody\n",
            "title: a\n-----\nBody\n",
            "-----\ntitle: a: b\ndate: c\n-----\nBody\n",
            "\"title\": a,\n;;;\nBody\n",
            "% Title\n% Author\n\nBody\n",
            "%YAML 1.2\n---\ntitle: a\n---\nBody\n",
            ".. title: a\n.. slug: b\n\nBody\n",
            "<!--\n.. title: a\n.. slug: b\n-->\n\nBody\n",
            "<!-- \ntitle: a\ndate: b\n-->\n\nBody\n",
            "+++toml\ntitle=\"q\"\n+++\nBody\n",
            "+++ # a\ntitle=\"q\"\n+++\nBody\n",
            "++++\ntitle=\"q\"\n++++\nBody\n",
            "--- # a\ntitle: b\ndate: c\n\nBody\n",
            "#+TITLE: a\n\nBody\n",
            "@def title = \"a\"\n\nBody\n",
            "title:: a\ntags:: b\n\nBody\n",
            "{:title \"a\"\n :tags [\"b\"]}\n\nBody\n",
            ";;;;;\ntitle: a\n;;;;;\nBody\n",
            "= A\n:author: b\n\nBody\n",
            "---\ntitle: a\n---\nBody\n",
            "---\nweight: 1\n\ntitle: a\n---\nBody\n",
            "---yaml\ntitle: a\n---\nBody\n",
            "+++\ntitle = \"a\"\n+++\nBody\n",
            ";;;\n\"title\": \"a\"\n;;;\nBody\n",
            "{\n\"title\": \"a\"\n}\nBody\n",
            "{\"title\": \"a\"}\n\nBody\n",
            "\u{200b}\n---\ntitle: a\n---\nBody\n",
        ] {
            let lines = lines_like_front_matter(source);
            let expected =
                after_unseen(source).lines().take_while(|it| !matches!(*it, "" | "Body"));
            let expected = expected.count();
            assert!(lines > 0 && lines >= expected, "{source:?}: {lines}");
            assert!(lines <= source.trim_end().lines().count(), "{source:?}: {lines}");
        }
        for source in [
            "---\nA rule.\n---\n",
            "---\n\nTitle: a\nand prose\n\n---\n",
            "---\nnote: a\n---\n",
            "---\ntitle: a\n",
            "{\"a\": 1}\n",
            "{{ title }}\n",
            "+++\nA\n+++\n",
            "...\n",
            "Title: a\n---\nBody\n",
            "= A\nBody\n",
            "see:: a\n\nBody\n",
            "{:.class}\nBody\n",
            "Note: a\nWarning: b\n\nBody\n",
            "",
        ] {
            assert_eq!(lines_like_front_matter(source), 0, "{source:?}");
        }
        assert_eq!(lines_like_front_matter("---\ntitle: a\ntags:\n- b\n---\nBody\n"), 5);
    }
}
