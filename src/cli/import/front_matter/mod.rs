//! Front matter: YAML between `---`, TOML between `+++`, or a JSON object, as
//! Jekyll and Hugo write it.
//!
//! Only values that are one piece of text are read. Lists and tables are
//! recognised and skipped, and no alias of YAML is ever expanded.

mod field;
mod yaml;

use serde_json::Value as Json;

pub(super) use field::{FieldValue, MatterField};

use crate::domain::Reason;
use field::invalid;

/// More than front matter needs.
const MAX_BYTES: usize = 64 << 10;

/// Returns the fields of the front matter, and the text after it. A text that
/// begins with none has no fields.
pub(super) fn split(text: &str) -> Result<(Vec<MatterField>, &str), Reason> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (fields, body) = match first.trim_end() {
        "---" => {
            let (matter, body) = until(rest, &["---", "..."])?;
            (yaml::fields(matter)?, body)
        }
        "+++" => {
            let (matter, body) = until(rest, &["+++"])?;
            (toml_fields(matter)?, body)
        }
        // A template tag begins with two, or with a percent sign.
        line if line == "{"
            || (line.starts_with('{') && line[1..].trim_start().starts_with('"')) =>
        {
            json_fields(text)?
        }
        _ => (Vec::new(), text),
    };
    match repeated(&fields) {
        Some(name) => Err(invalid(format!("{name:?} appears twice."))),
        None => Ok((fields, body)),
    }
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

fn toml_fields(matter: &str) -> Result<Vec<MatterField>, Reason> {
    let table: toml::Table = matter.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| matter.get(..span.start)).unwrap_or_default();
        // The first line of the file is the one that opens it.
        let line = before.matches('\n').count() + 2;
        invalid(format!("Line {line} is not valid TOML: {}.", error.message()))
    })?;
    let value = |value| match value {
        toml::Value::String(text) => FieldValue::Text(text),
        toml::Value::Array(_) | toml::Value::Table(_) => FieldValue::Other,
        toml::Value::Datetime(it) => FieldValue::Text(it.to_string()),
        toml::Value::Integer(it) => FieldValue::Text(it.to_string()),
        toml::Value::Float(it) => FieldValue::Text(it.to_string()),
        toml::Value::Boolean(it) => FieldValue::Text(it.to_string()),
    };
    Ok(table.into_iter().map(|(name, it)| MatterField { name, value: value(it) }).collect())
}

fn json_fields(text: &str) -> Result<(Vec<MatterField>, &str), Reason> {
    let mut documents =
        serde_json::Deserializer::from_str(text).into_iter::<serde_json::Map<String, Json>>();
    let object = match documents.next() {
        Some(Ok(object)) => object,
        Some(Err(error)) => return Err(invalid(format!("Not valid JSON: {error}."))),
        None => return Err(invalid("Not valid JSON.".to_owned())),
    };
    let end = documents.byte_offset();
    if end > MAX_BYTES {
        return Err(invalid("The closing line is missing in the first 64 KiB.".to_owned()));
    }
    let value = |value| match value {
        Json::Null => FieldValue::Blank,
        Json::String(text) => FieldValue::Text(text),
        Json::Bool(_) | Json::Number(_) => FieldValue::Text(value.to_string()),
        Json::Array(_) | Json::Object(_) => FieldValue::Other,
    };
    let fields =
        object.into_iter().map(|(name, it)| MatterField { name, value: value(it) }).collect();
    Ok((fields, text.get(end..).unwrap_or_default()))
}

/// Returns a name that comes twice. Hugo reads upper case as lower case.
fn repeated(fields: &[MatterField]) -> Option<&str> {
    fields.iter().enumerate().find_map(|(at, field)| {
        let again = |other: &MatterField| other.name.eq_ignore_ascii_case(&field.name);
        fields[..at].iter().any(again).then_some(field.name.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::{FieldValue, MatterField, split};

    fn fields(text: &str) -> Vec<(String, FieldValue)> {
        let (fields, _) = split(text).unwrap();
        fields.into_iter().map(|MatterField { name, value }| (name, value)).collect()
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
            assert_eq!(split(source).unwrap().0, [], "{source:?}");
        }
        assert_eq!(split("{% include a %}\n").unwrap().1, "{% include a %}\n");
        assert_eq!(fields("---\ntitle:\nslug: ~\n---\n")[0].1, FieldValue::Blank);
        assert_eq!(fields("---\ntitle: '~'\n---\n")[0], text("title", "~"));
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (source, what) in [
            ("---\ntitle: a\n", "does not end"),
            ("---\ntitle: a: b\n---\n", "Line 2"),
            ("---\n- a\n---\n", "names and values"),
            ("---\ntitle: a\nTitle: b\n---\n", "twice"),
            ("---\ntitle: *nobody\n---\n", "Line 2"),
            ("---\n? [a]\n: b\n---\n", "name"),
            ("+++\ntitle = 'a'\ntitle = 'b'\n+++\n", "Line 3"),
            ("{\n\"title\": }\n", "no JSON"),
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
