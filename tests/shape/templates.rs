//! What pages repeat is one macro: no template writes it by hand.

use regex::Regex;

use super::sources::{files, read};

const FORMS: &str = "templates/forms.html";
const MACROS: &str = "templates/macros.html";

/// What only one template writes, for all of them.
const ONLY_IN: [(&str, &str); 8] = [
    ("class=\"field", FORMS),
    ("<textarea", FORMS),
    ("<select", FORMS),
    ("class=\"error\"", FORMS),
    (" disabled>", FORMS),
    ("class=\"pages\"", MACROS),
    ("<a rel=\"next\" href=\"{{ ", MACROS),
    ("aria-label=\"Differences", MACROS),
];

/// The posted forms that are no confirmation: how many a template has, and why.
const OTHER_FORMS: [(&str, usize, &str); 6] = [
    ("templates/account.html", 5, "it is the page of an account, with no way back"),
    ("templates/base.html", 1, "signing out is one button"),
    ("templates/desk/editor.html", 1, "it has several buttons"),
    ("templates/errors/refused.html", 1, "a form that is kept has other ways on"),
    ("templates/set_password.html", 1, "the link is the only way to it"),
    ("templates/sign_in.html", 1, "there is nowhere to go back to"),
];

#[test]
fn what_pages_repeat_is_written_once() {
    for path in files("templates", "html") {
        let text = read(&path);
        for (part, home) in ONLY_IN {
            assert!(path == home || !text.contains(part), "{path} writes {part}, as {home} does");
        }
    }
    for (part, home) in ONLY_IN {
        assert!(read(home).contains(part), "{home} has no {part}");
    }
}

#[test]
fn a_form_that_is_posted_is_a_confirmation_or_has_a_reason_not_to_be() {
    for path in files("templates", "html") {
        let others = OTHER_FORMS.iter().find(|(other, ..)| *other == path);
        let expected = others.map_or(usize::from(path == FORMS), |(_, count, _)| *count);
        let found = read(&path).matches("method=\"post\"").count();
        assert_eq!(found, expected, "{path}: use `form::confirmation`");
    }
}

/// A template takes a limit from the code.
#[test]
fn no_template_has_a_limit_in_digits() {
    let limit = Regex::new(
        r#"\d,000|\d (characters|posts|results|records|revisions|hours|days)\b|\bmax="\d|length="\d"#,
    )
    .unwrap();
    for path in files("templates", "html") {
        let text = read(&path);
        let found: Vec<&str> = limit.find_iter(&text).map(|found| found.as_str()).collect();
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}
