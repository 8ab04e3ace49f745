//! What stands before the text: YAML between `---`, TOML between `+++`, or a
//! JSON object, as Jekyll and Hugo write them.
//!
//! Of a value only this is asked: is it one piece of text? Lists and tables are
//! recognised and passed over, so that nothing has to be built of them, and no
//! alias of YAML is ever expanded.

mod yaml;

use serde_json::Value as Json;

use crate::domain::Reason;

/// One name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: Value,
}

/// A value, as far as anybody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// One piece of text, a number, a date or a truth value, as it is written.
    Text(String),
    /// Nothing.
    Blank,
    /// A list, a table or an alias.
    Other,
}

/// Far more than anybody writes there.
const MOST_BYTES: usize = 64 << 10;

/// Returns the fields of the front matter, and the text after it. A text that
/// begins with none has no fields.
pub(super) fn split(text: &str) -> Result<(Vec<Field>, &str), Reason> {
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
    match twice(&fields) {
        Some(name) => Err(flaw(format!("{name:?} stands in it twice."))),
        None => Ok((fields, body)),
    }
}

/// Returns what stands before the line that ends the front matter, and after.
fn until<'a>(rest: &'a str, ends: &[&str]) -> Result<(&'a str, &'a str), Reason> {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if ends.contains(&line.trim_end()) {
            return Ok((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
        if at > MOST_BYTES {
            return Err(flaw("It does not end within 64 KiB.".to_owned()));
        }
    }
    Err(flaw("It begins on the first line and does not end.".to_owned()))
}

fn toml_fields(matter: &str) -> Result<Vec<Field>, Reason> {
    let table: toml::Table = matter.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| matter.get(..span.start)).unwrap_or_default();
        // The first line of the file is the one that opens it.
        let line = before.matches('\n').count() + 2;
        flaw(format!("Line {line} is no TOML: {}.", error.message()))
    })?;
    let value = |value| match value {
        toml::Value::String(text) => Value::Text(text),
        toml::Value::Array(_) | toml::Value::Table(_) => Value::Other,
        toml::Value::Datetime(it) => Value::Text(it.to_string()),
        toml::Value::Integer(it) => Value::Text(it.to_string()),
        toml::Value::Float(it) => Value::Text(it.to_string()),
        toml::Value::Boolean(it) => Value::Text(it.to_string()),
    };
    Ok(table.into_iter().map(|(name, it)| Field { name, value: value(it) }).collect())
}

fn json_fields(text: &str) -> Result<(Vec<Field>, &str), Reason> {
    let mut documents =
        serde_json::Deserializer::from_str(text).into_iter::<serde_json::Map<String, Json>>();
    let object = match documents.next() {
        Some(Ok(object)) => object,
        Some(Err(error)) => return Err(flaw(format!("It is no JSON: {error}."))),
        None => return Err(flaw("It is no JSON.".to_owned())),
    };
    let end = documents.byte_offset();
    if end > MOST_BYTES {
        return Err(flaw("It does not end within 64 KiB.".to_owned()));
    }
    let value = |value| match value {
        Json::Null => Value::Blank,
        Json::String(text) => Value::Text(text),
        Json::Bool(_) | Json::Number(_) => Value::Text(value.to_string()),
        Json::Array(_) | Json::Object(_) => Value::Other,
    };
    let fields = object.into_iter().map(|(name, it)| Field { name, value: value(it) }).collect();
    Ok((fields, text.get(end..).unwrap_or_default()))
}

/// Returns a name that stands there twice. Hugo reads upper case as lower case.
fn twice(fields: &[Field]) -> Option<&str> {
    fields.iter().enumerate().find_map(|(at, field)| {
        let again = |other: &Field| other.name.eq_ignore_ascii_case(&field.name);
        fields[..at].iter().any(again).then_some(field.name.as_str())
    })
}

/// Returns why front matter cannot be read.
fn flaw(what: String) -> Reason {
    Reason::new(
        "front-matter-read_error",
        format!("The front matter cannot be read. {what}"),
        "Mend the lines before the text; nothing of the file was taken.",
    )
}

#[cfg(test)]
mod tests {
    use super::{Field, Value, split};

    fn fields(text: &str) -> Vec<(String, Value)> {
        let (fields, _) = split(text).unwrap();
        fields.into_iter().map(|Field { name, value }| (name, value)).collect()
    }

    fn text(name: &str, value: &str) -> (String, Value) {
        (name.to_owned(), Value::Text(value.to_owned()))
    }

    #[test]
    fn the_three_notations_say_the_same() {
        let other = ("tags".to_owned(), Value::Other);
        let expected = [text("date", "2024-05-01"), other, text("title", "On \"rest\": a note")];
        for source in [
            "---\ndate: 2024-05-01\ntags: [a, {b: c}]\ntitle: 'On \"rest\": a note'\n---\nBody\n",
            "---\r\ndate: 2024-05-01\r\ntags:\r\n- a\r\ntitle: 'On \"rest\": a note'\r\n...\r\nBody\n",
            "+++\ndate = 2024-05-01\ntags = [\"a\"]\ntitle = 'On \"rest\": a note'\n+++\nBody\n",
            "{\n\"date\": \"2024-05-01\", \"tags\": [], \"title\": \"On \\\"rest\\\": a note\"}\nBody\n",
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
        assert_eq!(fields("---\ntitle:\nslug: ~\n---\n")[0].1, Value::Blank);
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
                assert_eq!(reason.code, "front-matter-read_error", "{opening}");
            }
        }
        assert!(split(&format!("+++\na = {}\n+++\n", "[".repeat(20_000))).is_err());
        assert!(split(&format!("{{\n\"a\": {}", "[".repeat(20_000))).is_err());
        assert!(split(&format!("---\n{}---\n", "# words\n".repeat(20_000))).is_err());
    }
}
