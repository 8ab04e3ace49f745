//! What the README says about the program stands beside the tests that fail if it is
//! false: in the paragraph, or in small print below a table or a list.

use super::named_tests::exists;
use super::sources::read;

/// Paragraphs that say nothing about what the program does, by how they begin.
const NO_CLAIM: [(&str, &str); 14] = [
    ("The project is for readers", "an intention"),
    ("These words have one meaning", "introduces a list"),
    ("Edith reads a post in review", "introduces a list"),
    ("A proof shows the order", "a conclusion"),
    ("The tests are the second half", "introduces a list"),
    ("The rooms of `src/`", "introduces a table"),
    ("1. [Permissions alone are", "the lessons are tests"),
    ("The ideas come from the series", "where ideas come from"),
    ("| part | idea | here |", "where ideas come from"),
    ("No scheduling, notifications", "what it is not"),
    ("MIT or Apache-2.0", "the licence"),
    ("| | |", "pictures: every_picture_is_in_the_readme_with_a_description"),
    ("How the boundaries collapse", "links to a generated page"),
    ("Failures of other systems", "links to a checked page"),
];

#[test]
fn every_test_that_the_readme_names_exists() {
    let readme = read("README.md");
    let names = tests_of(&readme);
    let missing: Vec<&&str> = names.iter().filter(|name| !exists(name)).collect();
    assert!(names.len() > 80, "{}", names.len());
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The names in small print: other code in backquotes is no test.
fn tests_of(text: &str) -> Vec<&str> {
    let small = text.split("<sub>").skip(1).filter_map(|rest| rest.split("</sub>").next());
    small.flat_map(|names| names.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_paragraph_that_says_what_the_program_does_names_a_test() {
    let readme = read("README.md");
    let blocks = blocks(&readme);
    let mut without = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let is_code = block.starts_with("```") || block.starts_with('#');
        let is_exempt = NO_CLAIM.iter().any(|(beginning, _)| block.starts_with(beginning));
        let below = blocks.get(index + 1).filter(|next| next.starts_with("<sub>"));
        let has_test = !tests_of(block).is_empty() || below.is_some();
        if !(is_code || is_exempt || has_test) {
            without.push(block);
        }
    }
    assert!(without.is_empty(), "no test beside it: {without:#?}");
}

#[test]
fn no_exception_is_left_over() {
    let readme = read("README.md");
    let blocks = blocks(&readme);
    for (beginning, reason) in NO_CLAIM {
        let found = blocks.iter().find(|block| block.starts_with(beginning));
        assert!(found.is_some(), "{beginning} ({reason}) is not in the README");
    }
}

/// Paragraphs, lists and tables, each as one text; code is not split.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut is_code = false;
    for line in markdown.lines() {
        is_code ^= line.starts_with("```");
        if line.is_empty() && !is_code {
            blocks.push(String::new());
        } else {
            let block = blocks.last_mut().unwrap();
            *block += line;
            block.push('\n');
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}
