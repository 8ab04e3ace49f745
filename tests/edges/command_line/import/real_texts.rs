//! What real blogs hold: each kind of trap is a small file under `texts/`. Nothing is
//! lost or shown to readers without a word in the report.

use imprimatur::domain::PostId;
use serde_json::Value;

use super::{Folder, of};
use crate::edges::command_line::documents::document;
use crate::edges::command_line::program::run;
use crate::support::world::{publish, submit};
use crate::support::{Server, World};

/// Imports the files of one kind, and returns the report.
#[track_caller]
fn imported(world: &World, kind: &str, code: i32) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/edges/command_line/import/texts");
    let folder = format!("{folder}/{kind}");
    let run = run(&world.database, &["import", &folder, "--as", "alice", "--json"]);
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    document(&run.stdout)
}

/// Imports all files that are no kind of their own, and returns the report.
fn imported_texts(world: &World) -> Value {
    imported(world, "", 2)
}

fn notes(file: &Value) -> String {
    file["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap().to_owned() + "\n")
        .collect()
}

#[track_caller]
fn parts(world: &World, file: &Value) -> [String; 3] {
    let id = file["post"].as_i64().unwrap_or_else(|| panic!("{file}"));
    world.post(PostId(id)).current.content.parts().map(str::to_owned)
}

/// Publishes the draft of a file, and returns its page and the feed.
fn published(world: &World, file: &Value) -> (String, String) {
    let id = PostId(file["post"].as_i64().unwrap());
    let [title, summary, body] = parts(world, file);
    let summary = if summary.is_empty() { "Why.".to_owned() } else { summary };
    let content = imprimatur::domain::Content::parse(&title, &summary, &body).unwrap();
    let revise = imprimatur::domain::Revise {
        post: id,
        seen: imprimatur::domain::RevisionNumber(1),
        content,
    };
    let revision = world.perform(world.alice, &revise).unwrap().revision.0;
    world.perform(world.alice, &submit(id, revision)).unwrap();
    world.perform(world.edith, &publish(id, revision)).unwrap();
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    let feed = reader.get("/feed.atom").expect(200).body;
    let (_, entry) = feed.split_once("<entry>").unwrap();
    let (_, address) = entry.split_once("href=\"").unwrap();
    let (address, _) = address.split_once('"').unwrap();
    let path = &address[address.find("/posts/").unwrap()..];
    (reader.get(path).expect(200).body, feed)
}

#[test]
fn list_pages_are_skipped_in_every_language_and_posts_are_not() {
    let world = World::new();
    let report = imported(&world, "list_pages", 0);
    let skipped: Vec<&str> = report["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    let pages = ["_Index.pt-br.markdown", "_index.fr.md", "_index.md", "posts/_index.zh-CN.md"];
    assert_eq!(skipped, pages);
    for (path, title) in [
        ("posts/a.fr.md", "Du repos"),
        ("posts/b/index.fr.md", "De la mesure"),
        ("posts/_indexed.md", "Indexed"),
    ] {
        assert_eq!(of(&report, path)["title"], title);
    }
}

#[test]
fn front_matter_is_read_in_every_notation_and_programs_are_refused() {
    let world = World::new();
    let report = imported(&world, "notations", 2);
    for (path, title) in [
        ("json.md", "In JSON"),
        ("toml.md", "In TOML"),
        ("yaml.md", "In YAML"),
        ("semicolons.md", "Between semicolons"),
        ("middleman.md", "Without braces"),
        ("crlf.md", "With returns"),
    ] {
        let file = of(&report, path);
        assert_eq!((file["title"].as_str(), &*parts(&world, file)[2]), (Some(title), "Body."));
    }
    assert_eq!(parts(&world, of(&report, "json.md"))[1], "Why.");
    assert!(parts(&world, of(&report, "dialogue.md"))[2].starts_with("---hello"));
    for (path, what) in [
        ("javascript.md", "is a program (js)"),
        ("coffee.md", "is a program (coffee)"),
        ("lisp.md", "\"lisp\", which is not known"),
    ] {
        let reason = &of(&report, path)["reasons"][0];
        assert_eq!(reason["code"], "front-matter-unreadable");
        assert!(reason["sentence"].as_str().unwrap().contains(what), "{reason}");
    }
    assert_eq!(report["counts"]["refused"], 3);
}

#[test]
fn comments_reach_no_reader_and_are_counted() {
    let world = World::new();
    let report = imported_texts(&world);
    let file = of(&report, "comments.md");
    let said = notes(file);
    for note in [
        "The title had 1 comment, not kept.",
        "The summary had 1 comment, not kept.",
        "4 comments are not shown to readers.",
        "1 HTML instruction or declaration is not shown to readers.",
    ] {
        assert!(said.contains(note), "{note}\n{said}");
    }
    let (page, feed) = published(&world, file);
    for text in [&page, &feed] {
        assert!(!text.contains("secret") && !text.contains("more--"), "{text}");
        assert!(text.contains("shown") && text.contains("and rest."), "code stays: {text}");
    }
}

#[test]
fn dropped_pictures_tags_and_links_are_counted_with_the_reason() {
    let world = World::new();
    let report = imported_texts(&world);
    for (path, sentences) in [
        (
            "pictures.md",
            &[
                "3 pictures are not shown, so readers see only the descriptions: their addresses \
                 are relative",
                "1 picture is not shown, so readers see only the description: its address begins \
                 with http,",
                "its address begins with //",
                "its data is in the text",
                "1 picture is an HTML tag",
            ][..],
        ),
        (
            "tags.md",
            &["3 HTML tags are shown as text", "The summary has 2 HTML tags, shown as text."],
        ),
        (
            "links.md",
            &[
                "2 links are relative",
                "1 link names a source file (@/…)",
                "1 link names a part of the text that does not exist",
            ],
        ),
    ] {
        let said = notes(of(&report, path));
        for sentence in sentences {
            assert!(said.contains(sentence), "{sentence}\n{said}");
        }
    }
}

#[test]
fn links_within_a_text_lead_to_its_headings_on_the_page_and_in_the_feed() {
    let world = World::new();
    let report = imported_texts(&world);
    let file = of(&report, "anchors.md");
    assert_eq!(file["title"], "On anchors");
    let (page, feed) = published(&world, file);
    for id in ["the-end", "custom", "中文"] {
        assert!(page.contains(&format!("<a href=\"#heading-{id}\"")), "{page}");
        assert!(page.contains(&format!(" id=\"heading-{id}\"")), "{page}");
        assert!(feed.contains(&format!("/posts/on-anchors#heading-{id}")), "{feed}");
    }
    assert!(page.contains("id=\"heading-kramdown\"") && !page.contains("{#"), "{page}");
    assert!(!feed.contains(" id="), "posts in one feed cannot collide: {feed}");
}

#[test]
fn one_layer_of_character_references_is_decoded() {
    let world = World::new();
    let report = imported_texts(&world);
    let file = of(&report, "entities.md");
    let [title, summary, _] = parts(&world, file);
    assert_eq!((&*title, &*summary), ("Q&A: “why” not?", "Says \"no\" … &lt;"));
    assert_eq!(notes(file).matches("had character references").count(), 2);
    let (page, _) = published(&world, file);
    assert!(page.contains("/posts/q-a-why-not\""), "{page}");
}

#[test]
fn truth_values_numbers_and_lists_are_no_words() {
    let world = World::new();
    let report = imported(&world, "types", 0);
    for (path, title, summary, not_kept) in [
        ("excerpt.md", "Excerpt", "", &["excerpt false"][..]),
        ("description.md", "Description", "Why.", &["description no"]),
        ("zero.md", "Zero", "", &["summary 0"]),
        ("null.md", "From the heading", "", &["title ~", "summary null"]),
        ("title.md", "A heading", "", &["title true"]),
        ("year.md", "1984", "", &[]),
        ("quoted.md", "no", "0", &[]),
        ("list.md", "List", "", &["summary", "description"]),
        ("toml.md", "Toml", "", &["description false", "summary 1"]),
        ("json.md", "Json", "", &["description false", "summary null"]),
        ("toml_number.md", "3.10", "", &["weight 0x1F"]),
        ("json_number.md", "3.10", "", &["weight 1e3"]),
    ] {
        let file = of(&report, path);
        let [found_title, found_summary, _] = parts(&world, file);
        assert_eq!((&*found_title, &*found_summary), (title, summary), "{file}");
        let named = file["not_kept"].as_array().unwrap().iter().map(|it| {
            [&it["name"], &it["value"]].map(|it| it.as_str().unwrap_or_default()).join(" ")
        });
        let named: Vec<String> = named.map(|it| it.trim().to_owned()).collect();
        assert_eq!(named, not_kept, "{file}");
    }
}

#[test]
fn what_of_a_heading_is_not_in_the_title_is_said_and_notes_are_of_the_body() {
    let world = World::new();
    let report = imported_texts(&world);
    let file = of(&report, "heading.md");
    assert_eq!(file["title"], "The press");
    let said = notes(file);
    for note in [
        "The title is the words of a heading that had 1 link, 1 footnote.",
        "1 footnote has no reference in the text.",
        "1 link names a part of the text that does not exist",
    ] {
        assert!(said.contains(note), "{said}");
    }
}

#[test]
fn of_a_name_that_comes_twice_the_last_counts_and_a_note_says_so() {
    let world = World::new();
    let report = imported(&world, "doubled", 0);
    for (path, title, name) in
        [("yaml.md", "A", "tags"), ("title.md", "Second", "title"), ("json.md", "Json", "tags")]
    {
        let file = of(&report, path);
        assert_eq!(file["title"], title);
        let said = notes(file);
        assert!(said.contains(&format!("{name:?} is there more than once")), "{said}");
        assert_eq!(file["not_kept"][0]["name"], name, "{file}");
    }
}

#[test]
fn a_dated_file_name_gives_a_title_with_and_without_zeroes() {
    let world = World::new();
    let report = imported(&world, "names", 0);
    assert_eq!(of(&report, "2017-2-5-no-zeroes.md")["title"], "No zeroes");
    assert_eq!(of(&report, "2017-02-5-one-zero.fr.md")["title"], "One zero");
}

#[test]
fn the_name_of_a_file_gives_a_title_with_every_kind_of_date_and_with_none() {
    let world = World::new();
    let folder = Folder::new();
    let long = "long-".repeat(45);
    for (name, title, date) in [
        ("2024-05-01-on-rest", Some("On rest"), Some("2024-05-01")),
        ("2024_05_01_a", Some("A"), Some("2024_05_01")),
        ("2024-05-01_a", Some("A"), Some("2024-05-01")),
        ("2024-05-01 a note", Some("A note"), Some("2024-05-01")),
        ("20240501-a", Some("A"), Some("20240501")),
        ("20240501_a_b.fr", Some("A b"), Some("20240501")),
        ("my-first-post", Some("My first post"), None),
        ("my_first_post.pt-BR", Some("My first post"), None),
        ("99999999-orders", Some("99999999 orders"), None),
        ("120", Some("120"), None),
        ("2024-05-01", None, Some("2024-05-01")),
        ("2024-05-01.fr", None, Some("2024-05-01")),
        ("20240501", None, Some("20240501")),
        ("2024-05-01-\u{301}", None, Some("2024-05-01")),
        ("2024-05-01-\u{2066}", None, Some("2024-05-01")),
        ("\u{2060}", None, None),
        ("-_-", None, None),
        ("index", None, None),
        ("a/index.fr", None, None),
        ("b/Index", None, None),
        (&*long, None, None),
    ] {
        folder.write(&format!("{name}.md"), "Words.\n");
        let report = folder.report(&world, &["--dry-run"], 0);
        let file = of(&report, &format!("{name}.md"));
        assert_eq!(file["title"], title.unwrap_or("Untitled"), "{file}");
        assert_eq!(notes(file).contains("No title"), title.is_none(), "{file}");
        let named: Vec<Option<&str>> =
            file["not_kept"].as_array().unwrap().iter().map(|it| it["value"].as_str()).collect();
        assert_eq!(named, date.map(Some).into_iter().collect::<Vec<_>>(), "{file}");
    }
}

#[test]
fn control_characters_are_replaced_and_their_lines_are_named() {
    let world = World::new();
    let report = imported_texts(&world);
    let file = of(&report, "control.md");
    assert_eq!(
        notes(file),
        "2 control characters were replaced: U+000B in line 3, U+001B in line 5.\n"
    );
    assert_eq!(parts(&world, file)[2].trim(), "A vertical tab.\n\nAn escape\u{fffd}.");
}

#[test]
fn the_report_says_what_the_drafts_still_need() {
    let world = World::new();
    let report = imported(&world, "types", 0);
    let needs = &report["before_submission"];
    assert_eq!((&needs["drafts"], &needs["without_summary"]), (&12.into(), &10.into()), "{needs}");
    assert_eq!(of(&report, "year.md")["missing"], serde_json::json!(["summary"]));
    let folder =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/edges/command_line/import/texts/types");
    let again = ["import", folder, "--as", "alice", "--name", "again", "--dry-run"];
    let said = run(&world.database, &again).expect(0).stdout;
    assert!(said.ends_with("Before submission: 10 of 12 drafts have no summary.\n"), "{said}");
}

#[test]
fn a_text_in_hebrew_and_english_has_a_direction_for_each_block() {
    let world = World::new();
    let report = imported_texts(&world);
    let (page, feed) = published(&world, of(&report, "rtl.md"));
    for piece in [
        "<html lang=\"en\">",
        "<article class=\"reading column\" dir=\"rtl\">",
        "<h1 lang=\"\" dir=\"auto\">",
        "<bdi>Alice</bdi> <time datetime=",
        "<p dir=\"auto\">An English paragraph.</p>",
        "<code dir=\"ltr\">code()</code>",
        "<pre tabindex=\"0\" dir=\"ltr\">",
        "<div class=\"prose\" lang=\"\">",
    ] {
        assert!(page.contains(piece), "{piece}\n{page}");
    }
    assert!(!page.contains("inLanguage"), "{page}");
    assert!(!feed.contains("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang"), "{feed}");
}
