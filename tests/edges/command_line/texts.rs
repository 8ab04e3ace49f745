//! A Markdown file on the command line is read as an import reads it, and what is read,
//! ignored or changed is said.

use imprimatur::domain::PostId;

use super::documents::document;
use super::import::Folder;
use super::program::run_with;
use crate::support::World;

const FILE: &str = "---\ntitle: Of \"rest\" &amp; \"\u{2066}x\u{2069}\"\nsummary: Why.\nslug: Of Rest\n\
                    tags: [a]\n---\n# Heading\n\nWords.\n";

#[test]
fn front_matter_of_a_file_gives_what_no_option_gives() {
    let world = World::new();
    let on = &world.database;
    let created = run_with(on, &["post", "create", "-", "--as", "alice"], FILE).expect(0);
    for said in [
        "Front matter: title, summary, slug; an option wins.",
        "Front matter, ignored: tags.",
        "The title had U+2066 LEFT-TO-RIGHT ISOLATE, U+2069 POP DIRECTIONAL ISOLATE, not kept.",
        "The slug \"Of Rest\" is imported as \"of-rest\".",
    ] {
        assert!(created.stderr.contains(said), "{said}\n{}", created.stderr);
    }
    let content = world.post(PostId(1)).current.content;
    assert_eq!(content.parts(), ["Of \"rest\" & \"x\"", "Why.", "# Heading\n\nWords."]);
    assert_eq!(content.chosen_slug(), Some("of-rest"));

    let options = ["--title", "Mine", "--summary", "So.", "--slug", "mine", "--json"];
    let create = [&["post", "create", "-", "--as", "alice"], &options[..]].concat();
    let answer = document(&run_with(on, &create, FILE).expect(0).stdout);
    assert!(answer["notes"].to_string().contains("ignored: tags"), "{answer}");
    let content = world.post(PostId(2)).current.content;
    assert_eq!(content.parts(), ["Mine", "So.", "# Heading\n\nWords."]);
    assert_eq!(content.chosen_slug(), Some("mine"));

    let revise = ["post", "revise", "2", "--revision", "1", "--as", "alice", "-"];
    run_with(on, &revise, "+++\ntitle = 'Another'\n+++\nMore.\n").expect(0);
    assert_eq!(world.post(PostId(2)).current.content.parts(), ["Another", "So.", "More."]);
}

#[test]
fn a_file_that_a_generator_would_not_read_is_read_and_a_note_says_so() {
    let world = World::new();
    let create = ["post", "create", "-", "--as", "alice"];
    for (text, note) in [
        ("---\rtitle: T\r---\rA\u{b}b\r", "U+000B in line 1"),
        ("\n\u{200b}---\ntitle: T\n---\nA b\n", "something that cannot be seen"),
        ("-----\ntitle: T\n-----\nA b\n", "longer lines"),
    ] {
        let created = run_with(&world.database, &create, text).expect(0);
        assert!(created.stderr.contains(note), "{text:?}\n{}", created.stderr);
    }
    for id in 1..=3 {
        assert_eq!(world.post(PostId(id)).current.content.parts(), ["T", "", "A b"]);
    }
    let plain = run_with(&world.database, &create, "# T\n\nA b\n").expect(0);
    assert_eq!(plain.stderr.lines().count(), 1, "the key alone: {}", plain.stderr);
    let refused = run_with(&world.database, &create, "---\ntitle: a: b\n---\n").expect(2);
    assert!(refused.stderr.contains("Line 2"), "{}", refused.stderr);
}

/// One character of a title refuses no file, and none is imported without a note.
#[test]
fn characters_that_no_title_has_are_left_out_with_a_note() {
    let world = World::new();
    let folder = Folder::new();
    for (name, text) in [
        ("a.md", "---\ntitle: \"a \\u2066b\\u2069\"\nsummary: \"\\u202Ec\"\n---\nText\n"),
        ("b.md", "# \u{2067}b\u{2069}\n\nText\n"),
        ("2024-05-01.md", "---\ntitle: '&#8203;'\n---\nText\n"),
        ("d.md", "---\ntitle: \"d\\u001b\"\n---\nText\n"),
        ("2024-05-01-\u{202e}e.md", "Text\n"),
    ] {
        folder.write(name, text);
    }
    let report = folder.report(&world, &[], 0);
    let file = |name: &str| {
        let files = report["files"].as_array().unwrap().iter();
        files.clone().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap().clone()
    };
    for (name, title, note) in [
        ("a.md", "a b", "The summary had U+202E RIGHT-TO-LEFT OVERRIDE, not kept."),
        ("b.md", "b", "The title had U+2067 RIGHT-TO-LEFT ISOLATE, U+2069"),
        ("2024-05-01.md", "Untitled", "No title"),
        ("d.md", "d", "U+001B ESCAPE, not kept"),
        ("e.md", "e", "U+202E"),
    ] {
        let file = file(name);
        assert_eq!(file["title"].as_str().unwrap().to_lowercase(), title.to_lowercase(), "{file}");
        assert!(file["notes"].to_string().contains(note), "{file}");
    }
}

/// Hexo writes no line before its front matter, and other programs have notations of
/// their own: what is not read stays, and is never taken for the text without a note.
#[test]
fn front_matter_without_an_opening_line_is_read_and_other_notations_are_noted() {
    let world = World::new();
    let on = &world.database;
    let create = ["post", "create", "-", "--as", "alice"];
    let read = [
        "title: T\ndate: 2010\n---\nWords.\n",
        "\"title\": \"T\",\n\"date\": \"2010\"\n;;;\nWords.\n",
        "--- # Of Hexo\ntitle: T\ndate: 2010\n---\nWords.\n",
        "---\ntitle:\tT\ndate: !!timestamp 2010\nsummary: !!bool no\n---\nWords.\n",
    ];
    for (id, text) in (1..).zip(read) {
        let said = run_with(on, &create, text).expect(0).stderr;
        assert!(said.contains("ignored: date 2010"), "{text:?}\n{said}");
        assert_eq!(world.post(PostId(id)).current.content.parts(), ["T", "", "Words."]);
    }
    let unread = "Title: T\nDate: 2010\n\nWords.";
    let note = "2 lines at the beginning look like front matter.";
    let said = run_with(on, &create, unread).expect(0).stderr;
    assert!(said.contains(note), "{said}");
    assert_eq!(world.post(PostId(5)).current.content.parts(), ["", "", unread]);
    let revise = ["post", "revise", "1", "--revision", "1", "--as", "alice", "-"];
    let said = run_with(on, &revise, "% Title\n% Author\n\nWords.").expect(0).stderr;
    assert!(said.contains(note), "{said}");

    let folder = Folder::new();
    for (at, text) in read.iter().chain([&unread]).enumerate() {
        folder.write(&format!("{at}.md"), text);
    }
    let report = folder.report(&world, &[], 0);
    let files = report["files"].as_array().unwrap();
    let (unread, read) = files.split_last().unwrap();
    assert!(read.iter().all(|file| file["title"] == "T"), "{report}");
    assert!(unread["notes"].to_string().contains(note), "{unread}");
}

#[test]
fn what_a_text_hides_is_in_the_report_of_its_import() {
    let world = World::new();
    let folder = Folder::new();
    folder.write("a.md", "# A\n\ncosts \u{202e}09 EUR\n\n|a|b|\n|-|-|\n|1|2|3|\n");
    let report = folder.report(&world, &[], 0);
    let notes = report["files"][0]["notes"].to_string();
    for note in ["1 character cannot be seen: U+202E", "1 table cell is beyond the last column"] {
        assert!(notes.contains(note), "{notes}");
    }
}

/// A section is no title: the title of the revision seen stays, as `--help` says.
#[test]
fn a_revision_keeps_its_title_unless_the_text_begins_with_a_heading() {
    let world = World::new();
    let post = world.draft();
    let revise = |revision: &str, text: &str| {
        let id = post.to_string();
        let words = ["post", "revise", &id, "--revision", revision, "--as", "alice", "-"];
        let said = run_with(&world.database, &words, text).expect(0).stderr;
        (world.post(post).current.content.parts().map(str::to_owned), said)
    };
    let title = world.post(post).current.content.parts()[0].to_owned();
    let body = "Before.\n\n# Part one\n\nAfter.\n";
    let ([kept, _, whole], said) = revise("1", body);
    assert_eq!((&*kept, whole.trim()), (&*title, body.trim()));
    assert!(!said.contains("The title is"), "{said}");
    let ([new, ..], said) = revise("2", "<!-- mine -->\n\n# Part one\n\nAfter.\n");
    assert_eq!(new, "Part one");
    assert!(said.contains("The title is the first heading of the text."), "{said}");
}
