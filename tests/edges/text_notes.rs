//! What readers do not get as it was written is said to everybody who works on a
//! text: in the preview of the editor, on the post's page, on that of a revision, and
//! before it is published.

use imprimatur::domain::Content;

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
