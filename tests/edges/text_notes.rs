//! What readers do not get as it was written is said to everybody who works on a
//! text: in the preview of the editor, on the post's page, on that of a revision, and
//! before it is published.

use imprimatur::domain::Content;

use crate::support::browser::{Browser, Page};
use crate::support::world::submit;
use crate::support::{Server, World};

const PICTURES: &str = include_str!("command_line/import/texts/pictures.md");
const COMMENTS: &str = include_str!("command_line/import/texts/comments.md");

const SENTENCES: [&str; 3] = [
    "3 pictures are not shown, so readers see only the descriptions: their addresses are \
     relative, and they must begin with https.",
    "1 picture is an HTML tag, which is shown as text.",
    "6 comments are not shown to readers.",
];

#[track_caller]
fn says_all(page: &str) {
    for sentence in SENTENCES {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    let (_, text) = page.split_once("class=\"prose\"").unwrap();
    assert!(!text.split("</article>").next().unwrap().contains("secret"), "{page}");
}

#[test]
fn the_preview_names_what_readers_do_not_see_and_marks_missing_pictures() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    assert!(!form.body.contains("Readers do not see everything"), "nothing is written yet");
    let body = format!("{PICTURES}\n\n{COMMENTS}");
    let fields = ["token", "key"].map(|name| (name, form.hidden(name)));
    let mut sent: Vec<(&str, &str)> =
        fields.iter().map(|(name, it)| (*name, it.as_str())).collect();
    sent.extend([
        ("title", "On pictures"),
        ("summary", "Why."),
        ("body", &body),
        ("preview", "yes"),
    ]);
    let page = alice.post("/desk/posts/create", &sent).expect(200).body;
    says_all(&page);
    assert_eq!(page.matches("class=\"unshown\"").count(), 6, "{page}");
    assert!(page.contains("aria-label=\"Picture not shown:\">⊘</span> The press</span>"), "{page}");
    assert!(page.contains("<a href=\"#preview\">Preview: "), "the form leads there: {page}");
}

#[test]
fn the_preview_says_what_of_a_title_and_a_summary_is_not_kept_or_shown_as_text() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let typed = [
        ("title", "Pay\u{ad}p\u{200b}al"),
        ("summary", "<b>Why</b> <!-- secret -->."),
        ("body", "B"),
        ("preview", "yes"),
    ];
    let page = alice.submit("/desk/posts/create", &typed).expect(200).body;
    for note in [
        "1 comment in the title or the summary is not kept.",
        "2 invisible characters in the title or the summary are not kept.",
        "2 HTML tags in the title or the summary are shown as text.",
    ] {
        assert!(page.contains(note), "{note}\n{page}");
    }
}

#[test]
fn each_page_with_the_text_says_what_readers_do_not_see() {
    let world = World::new();
    let body = format!("{PICTURES}\n\n{COMMENTS}");
    let post =
        world.create(world.alice, Content::parse("Title", "Why.", &body).unwrap()).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    for page in ["", "/revisions/1", "/publish"] {
        says_all(&edith.get(&format!("/desk/posts/{post}{page}")).expect(200).body);
    }
}

/// Returns the notes that the preview of a text has.
fn notes_of(alice: &mut Browser, form: &Page, body: &str) -> Vec<String> {
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let sent = [
        ("token", &*token),
        ("key", &key),
        ("title", "Title"),
        ("summary", ""),
        ("body", body),
        ("preview", "yes"),
    ];
    let page = alice.post("/desk/posts/create", &sent).expect(200).body;
    let Some((_, notes)) = page.split_once("Readers do not see everything") else {
        return Vec::new();
    };
    let notes = notes.split("</ul>").next().unwrap();
    notes.split("<li>").skip(1).map(|note| note.split('<').next().unwrap().to_owned()).collect()
}

#[test]
fn characters_that_cannot_be_seen_are_counted_and_named() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    for (text, named) in [
        ("costs \u{202E}09", "1 character cannot be seen: U+202E RIGHT-TO-LEFT OVERRIDE."),
        ("\u{202A}a\u{202A}", "2 characters cannot be seen: U+202A LEFT-TO-RIGHT EMBEDDING × 2."),
        (
            "a\u{200B}b\u{2066}c\u{200B}d",
            "3 characters cannot be seen: U+2066 LEFT-TO-RIGHT ISOLATE, U+200B ZERO WIDTH SPACE × 2.",
        ),
        ("a soft\u{AD}ly", "1 character cannot be seen: U+00AD SOFT HYPHEN."),
        ("a\u{E0041}", "1 character cannot be seen: U+E0041 TAG A."),
        ("a&#x200b;b", "1 character cannot be seen: U+200B ZERO WIDTH SPACE."),
        ("`a\u{2060}b`", "1 character cannot be seen: U+2060 WORD JOINER."),
        ("    a\u{200E}b", "1 character cannot be seen: U+200E LEFT-TO-RIGHT MARK."),
        ("# a\u{200F}b", "1 character cannot be seen: U+200F RIGHT-TO-LEFT MARK."),
        ("- *a\u{61C}b*", "1 character cannot be seen: U+061C ARABIC LETTER MARK."),
        ("a\u{3164}b", "1 character cannot be seen: U+3164 HANGUL FILLER."),
        ("a\u{2028}b", "1 character cannot be seen: U+2028 LINE SEPARATOR."),
        ("a\u{2062}b", "1 character cannot be seen: U+2062 INVISIBLE TIMES."),
        ("a\u{FEFF}b", "1 character cannot be seen: U+FEFF ZERO WIDTH NO-BREAK SPACE."),
        ("a\u{FFF9}b", "1 character cannot be seen: U+FFF9 INTERLINEAR ANNOTATION ANCHOR."),
        // A joiner or a selector where there is nothing to join or select.
        ("pass\u{200D}word", "1 character cannot be seen: U+200D ZERO WIDTH JOINER."),
        ("pass\u{200C}word", "1 character cannot be seen: U+200C ZERO WIDTH NON-JOINER."),
        ("слово\u{200C}", "1 character cannot be seen: U+200C ZERO WIDTH NON-JOINER."),
        ("a\u{FE0F}", "1 character cannot be seen: U+FE0F VARIATION SELECTOR-16."),
        ("👍\u{FE0F}\u{FE01}", "1 character cannot be seen: U+FE01 VARIATION SELECTOR-2."),
        ("👍\u{E0100}", "1 character cannot be seen: U+E0100 VARIATION SELECTOR-17."),
        ("👍\u{E0061}", "1 character cannot be seen: U+E0061 TAG a."),
        (
            "[a](https://x.example \"b\u{202E}c\")",
            "1 character cannot be seen: U+202E RIGHT-TO-LEFT OVERRIDE.",
        ),
        (
            "![a\u{200B}b](https://x.example/a.png)",
            "1 character cannot be seen: U+200B ZERO WIDTH SPACE.",
        ),
        (
            "\u{202E}\u{200B}\u{200B}\u{200B}\u{AD}\u{AD}\u{2060}\u{2061}\u{2062}\u{2063}a",
            "10 characters cannot be seen: U+202E RIGHT-TO-LEFT OVERRIDE, \
             U+200B ZERO WIDTH SPACE × 3, U+00AD SOFT HYPHEN × 2, U+2060 WORD JOINER, \
             U+2061 FUNCTION APPLICATION and 2 others.",
        ),
    ] {
        assert_eq!(notes_of(&mut alice, &form, text), [named], "{}", text.escape_unicode());
    }
    let flood = notes_of(&mut alice, &form, &"\u{200B}\u{202E}a".repeat(20_000));
    assert_eq!(
        flood,
        ["40000 characters cannot be seen: U+202E RIGHT-TO-LEFT OVERRIDE × 20000, \
          U+200B ZERO WIDTH SPACE × 20000."]
    );
}

#[test]
fn characters_that_a_script_or_an_emoji_needs_are_not_counted() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    for text in [
        "A text\nof two lines.\n\n\tCode\tof tabs.",
        "A\u{A0}text\u{202F}of\u{2009}spaces\u{3000}and\u{2003}more",
        "👩\u{200D}👧 ❤\u{FE0F} 🏳\u{FE0F}\u{200D}🌈 👩🏽\u{200D}💻 🧔\u{200D}♂\u{FE0F} 1\u{FE0F}\u{20E3} ☺\u{FE0E}",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "می\u{200C}خواهم *می*\u{200C}خواهم",
        "क्\u{200D}ष न्\u{200C}न",
        "葛\u{E0100}城 神\u{FE00}",
        "ᠠ\u{180B}ᠨ\u{180E}ᠠ",
        "cafe\u{301}",
        "⠓\u{2800}⠑",
        "Text <!-- a\u{200B}b --> here",
    ] {
        let notes = notes_of(&mut alice, &form, text);
        let about: Vec<_> = notes.iter().filter(|it| it.contains("cannot be seen")).collect();
        assert!(about.is_empty(), "{}: {about:?}", text.escape_unicode());
    }
}

#[test]
fn a_reviewer_sees_that_a_text_has_characters_that_cannot_be_seen() {
    let world = World::new();
    let body = "costs \u{202E}09 EUR\u{202C}";
    let content = Content::parse("Title", "Why.", body).unwrap();
    let post = world.create(world.alice, content).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    for page in ["", "/revisions/1", "/publish"] {
        let page = edith.get(&format!("/desk/posts/{post}{page}")).expect(200).body;
        let named = "2 characters cannot be seen: U+202C POP DIRECTIONAL FORMATTING, \
                     U+202E RIGHT-TO-LEFT OVERRIDE.";
        assert!(page.contains(named), "{page}");
    }
}

#[test]
fn cells_beyond_the_columns_of_a_table_are_counted() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    let head = "|a|b|\n|-|-|\n";
    let lists = |text: &str| format!("> - {}", text.replace('\n', "\n>   "));
    for (rows, lost) in [
        ("|1|2|3|", 1),
        ("1|2|3", 1),
        ("1|2|3|", 1),
        ("|1|2|3|4|5|", 3),
        ("|1|2|3|\n|1|2|\n|1|2|3|4|", 3),
        ("1|2|`x|y`", 2),
        ("|1|`x|y`|", 1),
        ("|1|2| |3|", 1),
        ("|1|2|\\||", 1),
        ("|1|2||", 0),
        ("|1|2| |", 0),
        ("|1|2|", 0),
        ("|1|", 0),
        ("|1|x\\|y|", 0),
        ("|1|`x\\|y`|", 0),
        ("|1|x\\\\|y|", 0),
        ("|1|2|  ", 0),
        ("text", 0),
    ] {
        for text in [
            format!("{head}{rows}"),
            format!("{head}{rows}\n\nEnd."),
            lists(&format!("{head}{rows}")),
        ] {
            let note = match lost {
                0 => Vec::new(),
                1 => vec!["1 table cell is beyond the last column, so readers do not see it. Write a | in a cell as \\|."
                    .to_owned()],
                lost => vec![format!(
                    "{lost} table cells are beyond the last column, so readers do not see them. Write a | in a cell as \\|."
                )],
            };
            assert_eq!(notes_of(&mut alice, &form, &text), note, "{text}");
        }
    }
}

#[test]
fn front_matter_that_was_pasted_is_noted_in_the_preview_and_after_saving() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let note = "3 lines at the beginning look like front matter.";
    for text in [
        "---\ntitle: A\n---\nBody",
        "+++\ntitle = 'A'\n+++\n\nBody",
        "{\n\"title\": \"A\"\n}\nBody",
    ] {
        let form = alice.get("/desk/posts/create").expect(200);
        let fields = ["token", "key"].map(|name| (name, form.hidden(name)));
        let mut sent: Vec<(&str, &str)> =
            fields.iter().map(|(name, it)| (*name, it.as_str())).collect();
        sent.extend([("title", "T"), ("summary", ""), ("body", text), ("preview", "yes")]);
        let page = alice.post("/desk/posts/create", &sent).expect(200).body;
        assert!(page.contains(note), "{text}\n{page}");
        sent.pop();
        let saved = alice.post("/desk/posts/create", &sent).expect(303);
        let page = alice.get(saved.location()).expect(200).body;
        assert!(page.contains(note), "{text}\n{page}");
    }
}
