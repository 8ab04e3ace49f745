//! The words that pages, messages, help texts and comments do not use: a
//! second-language reader cannot look them up, or there is a plainer one.

use super::sources::{files, read};

const BANNED: [&str; 26] = [
    "anew",
    "anybody",
    "as things stand",
    "begin a post",
    "begins a post",
    "begun",
    "everybody",
    "for good",
    "goes on",
    "in hand",
    "intention",
    "let it be printed",
    "lies",
    "mend",
    "mended",
    "mending",
    "mends",
    "nobody",
    "of ours",
    "somebody",
    "stands",
    "the door",
    "truths",
    "untrue",
    "what became",
    "whoever",
];

/// Texts that may have a banned word, each with the reason.
const ALLOWED: [(&str, &str, &str); 2] = [
    ("README.md", "let it be printed", "it translates the name"),
    ("src/accounts/password_choice.rs", "let it be printed", "a password must not be this"),
];

/// The articles of the demo are prose, and not messages of the program.
const PROSE: &str = "src/demo/";

#[test]
fn pages_messages_and_comments_use_plain_words() {
    let mut found = Vec::new();
    for (path, text) in texts() {
        let text = format!(" {} ", plain(&text));
        for word in BANNED {
            let is_allowed =
                ALLOWED.iter().any(|(file, allowed, _)| *file == path && *allowed == word);
            if is_allowed {
                continue;
            }
            for (at, _) in text.match_indices(&format!(" {word} ")) {
                let start = text.floor_char_boundary(at.saturating_sub(40));
                let end = text.floor_char_boundary(at + word.len() + 40);
                found.push(format!("{path}: {word:?} in …{}…", &text[start..end]));
            }
        }
    }
    assert!(found.is_empty(), "{}\n{} in all", found.join("\n"), found.len());
}

/// Returns the texts that people read, by the file that they are in.
fn texts() -> Vec<(String, String)> {
    let rust = files("src", "rs").into_iter().filter(|path| !path.starts_with(PROSE));
    let mut texts: Vec<(String, String)> =
        rust.map(|path| (path.clone(), words_of_code(without_tests(&read(&path))))).collect();
    texts.push(("static/app.js".to_owned(), words_of_code(&read("static/app.js"))));
    for extension in ["html", "xml", "txt"] {
        let templates = files("templates", extension).into_iter();
        texts.extend(templates.map(|path| (path.clone(), words_of_template(&read(&path)))));
    }
    // The schema is described by the comments of the migrations.
    let documents = files("docs", "md").into_iter().filter(|path| path != "docs/schema.md");
    let documents = documents.chain(["README.md".to_owned()]);
    texts.extend(documents.map(|path| (path.clone(), without_code(&read(&path)))));
    texts
}

fn without_tests(code: &str) -> &str {
    code.split("\n#[cfg(test)]\n").next().unwrap_or(code)
}

/// Returns the words of a text in lower case, with one space between two.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('’', "'");
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '-';
    text.split(|sign: char| !is_part(sign))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the comments, and the strings that have more than one word and are not
/// SQL. Identifiers are not part of it: neither in code nor `in backticks`.
fn words_of_code(code: &str) -> String {
    let mut words = String::new();
    let mut rest = code;
    while let Some(sign) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            words += rest[..end].trim_start_matches(['/', '!']);
            words += " ";
            end
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
            words += &rest[..end].replace('*', " ");
            end
        } else if let Some(inner) = rest.strip_prefix("r#\"") {
            let end = inner.find("\"#").unwrap();
            words += &sentence(&inner[..end]);
            end + 5
        } else if matches!(sign, '"' | '\'' | '`') {
            match string_end(rest, sign) {
                Some(end) => {
                    words += &sentence(&rest[1..end]);
                    end + 1
                }
                None => 1,
            }
        } else {
            sign.len_utf8()
        };
        rest = &rest[length..];
    }
    without_code(&words)
}

/// Returns where a string ends, or `None` for the apostrophe of a lifetime.
fn string_end(code: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, sign) in code.char_indices().skip(1) {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if sign == quote => return Some(at),
            '\n' | ',' | '>' | ')' if quote == '\'' => return None,
            _ => {}
        }
    }
    None
}

/// Returns a string if a person reads it, and not the database or a browser.
fn sentence(string: &str) -> String {
    let is_sql = ["SELECT ", "INSERT ", "UPDATE ", "WITH ", "FROM ", "WHERE ", "JOIN "]
        .iter()
        .any(|keyword| string.contains(keyword));
    if is_sql || !string.trim().contains(' ') {
        return String::new();
    }
    // The line keeps two strings from being read as one sentence.
    format!(" _ {} _ ", string.replace("\\n", " "))
}

/// Returns a template without its tags and without HTML's.
fn words_of_template(template: &str) -> String {
    let mut words = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        words += &rest[..at];
        rest = &rest[at..];
        let end = ["}}", "%}", "#}"].iter().filter_map(|end| rest.find(end)).min();
        rest = match end {
            Some(end) if rest[1..].starts_with(['{', '%', '#']) => {
                // Macros are called with labels and hints.
                words += &words_of_code(&rest[..end]);
                &rest[end + 2..]
            }
            _ => &rest[1..],
        };
    }
    words + rest
}

/// Returns a text without what is in backticks.
fn without_code(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join(" code ")
}
