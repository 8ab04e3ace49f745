//! Front matter: YAML between `---`, TOML between `+++`, or a JSON object, as
//! Jekyll, Hugo, Zola, Eleventy and Middleman write it; Hexo leaves out the first mark.
//!
//! Lists and tables are recognised and skipped, and no alias of YAML is ever
//! expanded.

mod field;
mod json;
mod notation;
mod toml_table;
mod unopened;
mod yaml;

use std::collections::HashSet;

pub(super) use field::{FieldValue, MatterField};

use crate::cli::import::problem::ImportProblem;
use crate::domain::Reason;
use crate::domain::markdown::front_matter::after_unseen;
use field::invalid;
use notation::FrontMatterNotation;

/// More than front matter needs.
const MAX_BYTES: usize = 64 << 10;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    /// The fields; each name once.
    pub(super) fields: Vec<MatterField>,
    /// Fields whose name comes again later. The last one counts, as in generators.
    pub(super) repeated: Vec<MatterField>,
    /// What is unusual about how it is written.
    pub(super) note: Option<&'static str>,
}

/// Returns the front matter, and the text after it. A text that begins with none has no
/// fields. Site generators do not recognise front matter after something invisible or
/// between longer lines. Here it is read where it can be, and is text elsewhere. The
/// notes about a text say so.
pub(super) fn split(text: &str) -> Result<(FrontMatter, &str), Reason> {
    let visible = after_unseen(text);
    let first = visible.lines().next().unwrap_or_default().trim_end();
    let has_long_line = first.len() > 3 && first.bytes().all(|byte| byte == b'-');
    let note = match has_long_line {
        true => "The front matter is between longer lines than ---, and was read all the same.",
        false if visible.len() < text.len() => {
            "Before the front matter was something that cannot be seen, not kept."
        }
        false => return split_usual(text),
    };
    let read = match has_long_line {
        true => until(&visible[first.len()..], &[first, "---"])
            .and_then(|(matter, body)| Ok((without_repetition(yaml::fields(matter)?), body))),
        false => split_usual(visible),
    };
    Ok(match read {
        Ok((matter, body)) if !matter.fields.is_empty() => {
            (FrontMatter { note: Some(note), ..matter }, body)
        }
        Ok(_) | Err(_) => (FrontMatter::default(), text),
    })
}

fn split_usual(text: &str) -> Result<(FrontMatter, &str), Reason> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (fields, body) = match FrontMatterNotation::of(first.trim_end()) {
        None => {
            return Ok(match unopened::split(text, MAX_BYTES) {
                Some((fields, body)) => {
                    let note = Some("The front matter has no opening line, and was read.");
                    (FrontMatter { note, ..without_repetition(fields) }, body)
                }
                None => (FrontMatter::default(), text),
            });
        }
        Some(FrontMatterNotation::Yaml) => {
            let (matter, body) = until(rest, &["---", "..."])?;
            (yaml::fields(matter)?, body)
        }
        Some(FrontMatterNotation::Toml(end)) => {
            let (matter, body) = until(rest, &[end])?;
            (toml_table::fields(matter)?, body)
        }
        Some(FrontMatterNotation::Json(end)) => {
            let (matter, body) = until(rest, &[end])?;
            (json::fields(matter)?, body)
        }
        Some(FrontMatterNotation::JsonObject) => json::leading_fields(text, MAX_BYTES)?,
        Some(FrontMatterNotation::Program(language)) => {
            return Err(unreadable(format!("a program ({language}), and imports run none")));
        }
        Some(FrontMatterNotation::CommentedYaml) => match until(rest, &["---", "..."]) {
            Ok((matter, body)) => (yaml::fields(matter)?, body),
            Err(_) => return Ok((FrontMatter::default(), text)),
        },
        Some(FrontMatterNotation::Unknown(language)) => match until(rest, &["---"]) {
            Ok(_) => {
                let what = format!("written as {language:?}, which is not known here");
                return Err(unreadable(what));
            }
            // A word after three hyphens begins many a text.
            Err(_) => return Ok((FrontMatter::default(), text)),
        },
    };
    Ok((without_repetition(fields), body))
}

fn unreadable(what: String) -> Reason {
    let hint = "Write the front matter as YAML, TOML or JSON.";
    Reason::new(ImportProblem::FrontMatter, format!("The front matter is {what}."), hint)
}

/// Returns the text before the line that ends the front matter, and after it.
fn until<'a>(rest: &'a str, ends: &[&str]) -> Result<(&'a str, &'a str), Reason> {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if ends.contains(&line.trim_end()) {
            return Ok((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
        if at > MAX_BYTES {
            return Err(invalid("The closing line is missing in the first 64 KiB.".to_owned()));
        }
    }
    Err(invalid("The closing line is missing.".to_owned()))
}

/// Keeps the last field of each name. Hugo reads upper case as lower case.
fn without_repetition(all: Vec<MatterField>) -> FrontMatter {
    let mut names = HashSet::new();
    let mut matter = FrontMatter::default();
    for field in all.into_iter().rev() {
        match names.insert(field.name.to_ascii_lowercase()) {
            true => matter.fields.push(field),
            false => matter.repeated.push(field),
        }
    }
    matter.fields.reverse();
    matter.repeated.reverse();
    matter
}

#[cfg(test)]
mod tests {
    use super::{FieldValue, MatterField, split};

    fn fields(text: &str) -> Vec<(String, FieldValue)> {
        let (matter, _) = split(text).unwrap();
        matter.fields.into_iter().map(|MatterField { name, value }| (name, value)).collect()
    }

    fn text(name: &str, value: &str) -> (String, FieldValue) {
        (name.to_owned(), FieldValue::Text(value.to_owned()))
    }

    #[test]
    fn the_three_notations_say_the_same() {
        let other = ("tags".to_owned(), FieldValue::Other);
        let expected = [text("date", "2024-05-01"), other, text("title", "On \"rest\": a note")];
        for source in [
            "---\ndate: 2024-05-01\ntags: [a, {b: c}]\ntitle: 'On \"rest\": a note'\n---\nBody\n",
            "---\r\ndate: 2024-05-01\r\ntags:\r\n- a\r\ntitle: 'On \"rest\": a \
             note'\r\n...\r\nBody\n",
            "+++\ndate = 2024-05-01\ntags = [\"a\"]\ntitle = 'On \"rest\": a note'\n+++\nBody\n",
            "{\n\"date\": \"2024-05-01\", \"tags\": [], \"title\": \"On \\\"rest\\\": a \
             note\"}\nBody\n",
        ] {
            assert_eq!(fields(source), expected, "{source}");
            assert_eq!(split(source).unwrap().1.trim(), "Body", "{source}");
        }
    }

    #[test]
    fn a_text_without_front_matter_is_all_text() {
        for source in ["", "# Title\n", "{% include a %}\n", "{{< figure >}}\n", "--- \n---\n", "-"]
        {
            assert_eq!(split(source).unwrap().0.fields, [], "{source:?}");
        }
        assert_eq!(split("{% include a %}\n").unwrap().1, "{% include a %}\n");
        assert_eq!(fields("---\ntitle:\nslug: a\n---\n")[0].1, FieldValue::Blank);
        assert_eq!(fields("---\ntitle: '~'\n---\n")[0], text("title", "~"));
    }

    #[test]
    fn what_is_nearly_front_matter_is_read_where_it_can_be() {
        for source in [
            "\n\n---\ntitle: a\n---\nBody\n",
            "\u{200b}---\ntitle: a\n---\nBody\n",
            " \u{a0}\n\u{2060}+++\ntitle = 'a'\n+++\nBody\n",
            "-----\ntitle: a\n-----\nBody\n",
            "----\ntitle: a\n---\nBody\n",
        ] {
            let (matter, body) = split(source).unwrap();
            assert!(matter.note.is_some(), "{source:?}");
            assert_eq!(fields(source), [text("title", "a")], "{source:?}");
            assert_eq!(body, "Body\n", "{source:?}");
        }
        for source in [
            "\n---\nA rule.\n\n---\n",
            "\n---\ntitle: a\n",
            "-----\nA rule.\n-----\n",
            "-----\n",
            "    ---\n    title: a\n    ---\n",
            "\u{200b}Text\n",
        ] {
            assert_eq!(split(source).unwrap(), (Default::default(), source), "{source:?}");
        }
    }

    #[test]
    fn values_keep_their_types() {
        let value = |written: &str| {
            let (matter, _) = split(&format!("---\na: {written}\n---\n")).unwrap();
            matter.fields[0].value.clone()
        };
        for flag in ["true", "False", "NO", "off", "~", "null"] {
            assert_eq!(value(flag), FieldValue::Flag(flag.to_owned()));
        }
        for number in ["0", "-1", "1_000", "0x1f", "3.5e2", ".inf"] {
            assert_eq!(value(number), FieldValue::Number(number.to_owned()));
        }
        for text in ["nO", "None", "1.2.3", "12:30", "0 things", "nullable"] {
            assert_eq!(value(text), FieldValue::Text(text.to_owned()));
        }
        for (text, is) in [("'no'", "no"), ("\"0\"", "0"), ("!!str 0", "0"), ("|\n  no", "no\n")] {
            assert_eq!(value(text), FieldValue::Text(is.to_owned()));
        }
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_counts() {
        for source in [
            "---\ntitle: a\nTitle: b\n---\n",
            "{\n\"title\": \"a\", \"Title\": \"b\"}\n",
            "+++\ntitle = \"a\"\nTitle = \"b\"\n+++\n",
            "+++\ntitle = \"a\"\ntitle = \"b\"\n+++\n",
            "+++\ntitle = \"a\"\n\"title\" = \"b\"\n+++\n",
        ] {
            let (matter, _) = split(source).unwrap();
            let [kept] = matter.fields.as_slice() else { panic!("{matter:?}") };
            assert_eq!(kept.value, FieldValue::Text("b".to_owned()));
            assert_eq!(matter.repeated[0].value, FieldValue::Text("a".to_owned()));
        }
        let doubled = "+++\n'title' = 'a'\ntitle = 'b'\nTITLE = 'c'\n+++\n";
        assert_eq!(fields(doubled), [text("TITLE", "c")]);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (source, what) in [
            ("---\ntitle: a\n", "closing line is missing"),
            ("---\ntitle: a: b\n---\n", "Line 2"),
            ("---\n- a\n---\n", "name: value"),
            ("---\ntitle: *nobody\n---\n", "Line 2"),
            ("---\n? [a]\n: b\n---\n", "name"),
            ("+++\ntitle = 'a'\ntitle = 'b'\nslug = \n+++\n", "Line 4"),
            (&format!("+++\n{}+++\n", "a = 1\n".repeat(10_000)), "Too many of its names"),
            ("{\n\"title\": }\n", "not valid JSON"),
        ] {
            let reason = split(source).unwrap_err();
            assert!(reason.sentence.contains(what), "{source:?}: {}", reason.sentence);
        }
    }

    #[test]
    fn bombs_do_not_go_off() {
        // A billion laughs: each list names the one before it nine times.
        let mut laughs = "---\na0: &a0 [lol]\n".to_owned();
        for at in 1..40 {
            let before = vec![format!("*a{}", at - 1); 9].join(", ");
            laughs.push_str(&format!("a{at}: &a{at} [{before}]\n"));
        }
        laughs.push_str("title: Still here\n---\n");
        assert_eq!(fields(&laughs).last(), Some(&text("title", "Still here")));
        for (opening, closing) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
            let nest = |deep| format!("{}{}", opening.repeat(deep), closing.repeat(deep));
            assert!(split(&format!("---\na:\n  {}\n---\n", nest(5))).is_ok(), "{opening}");
            for deep in [40, 5_000] {
                let reason = split(&format!("---\na:\n  {}\n---\n", nest(deep))).unwrap_err();
                assert_eq!(reason.code, "front-matter-unreadable", "{opening}");
            }
        }
        assert!(split(&format!("+++\na = {}\n+++\n", "[".repeat(20_000))).is_err());
        assert!(split(&format!("{{\n\"a\": {}", "[".repeat(20_000))).is_err());
        assert!(split(&format!("---\n{}---\n", "# words\n".repeat(20_000))).is_err());
    }
}
