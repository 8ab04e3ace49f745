//! Front matter without an opening line, as Hexo writes it, and beginnings of texts that
//! look like front matter and are not read.

use crate::cli::import::front_matter::field::MatterField;
use crate::cli::import::front_matter::json;
use crate::cli::import::front_matter::yaml;

/// Names that front matter has, of several programs.
const KNOWN_NAMES: [&str; 22] = [
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

/// Returns the fields before a line `---` (YAML) or `;;;` (JSON), and the text after it.
///
/// `Chapter: one` above `---` is a heading. So the first name is a known one as Hexo
/// writes it, all lines are fields, and what cannot be read is text.
pub(super) fn split(text: &str, max_bytes: usize) -> Option<(Vec<MatterField>, &str)> {
    let first = field_name(text.lines().next()?)?;
    if !KNOWN_NAMES.contains(&first) {
        return None;
    }
    let may_be_json = text.starts_with('"');
    let (mut at, mut may_be_yaml) = (0, true);
    for line in text.split_inclusive('\n') {
        let (matter, body) = (&text[..at], &text[at + line.len()..]);
        let fields = match line.trim_end() {
            "---" if may_be_yaml => yaml::fields(matter),
            ";;;" if may_be_json => json::fields(matter),
            _ if at < max_bytes => {
                may_be_yaml &= is_part(line);
                if !may_be_yaml && !may_be_json {
                    return None;
                }
                at += line.len();
                continue;
            }
            _ => return None,
        };
        return fields.ok().filter(|fields| !fields.is_empty()).map(|fields| (fields, body));
    }
    None
}

/// Returns whether a text that is not read begins as front matter of some program does.
pub(super) fn resembles(text: &str) -> bool {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end();
    let is_long_line = first.len() > 2 && first.bytes().all(|byte| byte == b'-');
    match is_long_line || first == "<!--" || first.starts_with("--- ") {
        true => is_of_another_program(rest) || has_known_names(rest),
        false => is_of_another_program(text) || has_known_names(text),
    }
}

/// Returns whether this is a title of Pandoc's, Nikola's or Org's, a directive of YAML,
/// or TOML with a word after its first mark.
fn is_of_another_program(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let after_plus_signs = first.strip_prefix("+++").map(str::trim_start);
    let opens_toml = after_plus_signs.is_some_and(|after| {
        let is_word = after.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
        !after.is_empty() && (is_word || after.starts_with('#'))
    });
    let org = first.strip_prefix("#+").and_then(field_name);
    ["% ", "%YAML ", "%TAG "].iter().any(|start| first.starts_with(start))
        || first.strip_prefix(".. ").and_then(field_name).is_some()
        || org.is_some_and(is_known)
        || opens_toml && text.lines().skip(1).any(|line| line.starts_with("+++"))
}

/// Returns whether a text begins with fields: two of known names, or one of them as
/// generators write it and a line that ends them.
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
fn is_part(line: &str) -> bool {
    let field = line.strip_prefix(['#', ':']).unwrap_or(line).trim_start();
    let is_next = line.starts_with(['-', ' ', '\t']) && !line.starts_with("---");
    field_name(field).is_some() || is_next && !line.trim().is_empty()
}

/// Returns the name in a line such as `title: On rest` or `"title": "On rest"`.
fn field_name(line: &str) -> Option<&str> {
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
    use crate::cli::import::front_matter::{FieldValue, split};

    #[test]
    fn front_matter_without_an_opening_line_is_read() {
        for source in [
            "title: a\n---\nBody\n",
            "date: 2010\ntitle: a\n---\nBody\n",
            "tags:\n- a\n- b\ncategories:\n  - c\ntitle: a\n---\nBody\n",
            "layout: post\r\ntitle: a\r\n---\r\nBody\n",
            "title: a\nmy-own_field.x: b # c\n# d: e\n---  \nBody\n",
            "excerpt: |\n  Long: b\n  text.\ntitle:\ta\n---\nBody\n",
            "\"title\": a\n---\nBody\n",
            "\"title\": \"a\",\n\"date\": \"2010\"\n;;;\nBody\n",
            "\"tags\": [\n\"x\"\n],\n\"title\": \"a\"\n;;;\nBody\n",
            "\n\u{200b}title: a\n---\nBody\n",
            "--- # Of Hexo\ntitle: a\n---\nBody\n",
            "---\t# Of Hexo\ntitle: a\n...\nBody\n",
            "---  \ntitle: a\n---\t\nBody\n",
        ] {
            let (matter, body) = split(source).unwrap();
            let title = matter.fields.iter().find(|field| field.name == "title");
            let title = title.unwrap_or_else(|| panic!("{source:?}"));
            assert_eq!(title.value, FieldValue::Text("a".to_owned()), "{source:?}");
            assert_eq!(body, "Body\n", "{source:?}");
        }
        let (matter, _) = split("title: a\n---\nBody\n").unwrap();
        assert!(matter.note.unwrap().contains("no opening line"), "{matter:?}");
    }

    #[test]
    fn a_text_that_only_resembles_front_matter_is_text() {
        for source in [
            "Title: a\n---\nBody\n",
            "chapter: one\n---\nBody\n",
            "title\n---\nBody\n",
            "title:a\n---\nBody\n",
            "title: a\nand a line of prose.\n---\nBody\n",
            "title: a\n\nBody\n\n---\n",
            "title: a\n\n---\nBody\n",
            "title: a\n",
            "title: a",
            "\"title\": a word in quotation marks.\n",
            "\"title\": \"a\n\nProse, and \"\n---\nBody\n",
            "The title: a\ndate: b\n---\n",
            "--- # title\nBody\n",
            "Note: a\nWarning: b\n\nBody\n",
            "%} a\n",
            ".. and so on.\n",
            "..title: a\n",
            "    title: a\n    date: b\n\nBody\n",
            "+++ He spoke.\n",
            "#+ five\n",
        ] {
            assert_eq!(split(source).unwrap(), (Default::default(), source), "{source:?}");
        }
    }

    #[test]
    fn front_matter_that_is_not_read_is_noted_and_stays() {
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
        ] {
            let (matter, body) = split(source).unwrap();
            let note = matter.note.unwrap_or_else(|| panic!("{source:?}"));
            assert!(note.contains("looks like front matter"), "{source:?}: {note}");
            assert!(matter.fields.is_empty() && body == source, "{source:?}");
        }
    }
}
