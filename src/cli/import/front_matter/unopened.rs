//! Front matter without an opening line, as Hexo writes it.

use crate::cli::import::front_matter::field::MatterField;
use crate::cli::import::front_matter::json;
use crate::cli::import::front_matter::yaml;
use crate::domain::markdown::front_matter::{KNOWN_NAMES, field_name, is_part};

/// Returns the fields before a line `---` (YAML) or `;;;` (JSON), and the text after it.
///
/// `Chapter: one` above `---` is a heading. So the first name is a known one as Hexo
/// writes it, all lines are fields, and unreadable front matter is text.
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
}
