//! The editor saves, or saves and submits, and says exactly which of the two it did.
//! An author can go on from any text that they may read.

use imprimatur::domain::{Content, Create, OperationKey, State};
use imprimatur::workflow;

use crate::support::browser::Page;
use crate::support::world::{call_with, content, publish, request_changes, revise, submit};
use crate::support::{Browser, Server, World};

const CREATE: &str = "/desk/posts/create";

const TEXT: [(&str, &str); 3] = [("title", "On restraint"), ("summary", "Less."), ("body", "B")];

/// Sends the form at an address with one of its buttons.
fn send(browser: &mut Browser, path: &str, button: &str, typed: &[(&str, &str)]) -> Page {
    let mut fields = typed.to_vec();
    fields.push((button, "yes"));
    browser.submit(path, &fields)
}

#[test]
fn a_text_is_saved_and_submitted_in_one_step() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let done = send(&mut alice, CREATE, "save_and_submit", &TEXT).expect(303);
    let page = alice.get(done.location()).expect(200).body;
    assert!(page.contains("Saved and submitted for review."), "{page}");
    assert_eq!(world.db_count("posts WHERE state = 'in_review'"), 1);
    assert_eq!(world.db_count("history"), 2, "one row for each action");
    let page = alice.get(&format!("{}/revise", done.location())).expect(200).body;
    assert!(page.contains("Save revision</button>"), "{page}");
    assert!(!page.contains("Save and submit"), "it is submitted already");
}

/// Going back in the browser and sending the form once more, with another text.
#[test]
fn a_form_sent_again_with_another_text_goes_on_from_the_post_that_it_made() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get(CREATE).expect(200);
    let send = |alice: &mut Browser, body: &str| {
        let hidden = [("token", form.hidden("token")), ("key", form.hidden("key"))];
        let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (*n, v.as_str())).collect();
        fields.extend([("title", "First"), ("summary", ""), ("slug", ""), ("body", body)]);
        fields.push(("save", "yes"));
        alice.post(CREATE, &fields)
    };
    let made = send(&mut alice, "One.").expect(303).location().to_owned();
    let page = send(&mut alice, "Two, which took an hour.").expect(422);
    for shown in [
        "Not saved: this form was already sent",
        &format!("<a href=\"{made}\"><bdi>First</bdi> (post 1)</a>"),
        "Two, which took an hour.</textarea>",
        &format!("action=\"{made}/revise\""),
    ] {
        assert!(page.body.contains(shown), "{shown}\n{}", page.body);
    }
    assert!(!page.body.contains("Reload"), "that would lose the text");
    let fields = [
        ("token", page.hidden("token")),
        ("key", page.hidden("key")),
        ("seen", page.hidden("seen")),
    ];
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    fields.extend([("title", "First"), ("summary", ""), ("slug", ""), ("body", "Two.")]);
    alice.post(&format!("{made}/revise"), &fields).expect(303);
    assert_eq!(world.db_count("posts"), 1);
    let post = world.post(imprimatur::domain::PostId(1));
    assert_eq!((post.current.number.0, post.current.content.body.as_str()), (2, "Two."));
}

#[test]
fn the_same_form_sent_twice_saves_and_submits_once() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get(CREATE).expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let mut fields = vec![("token", token.as_str()), ("key", &key), ("save_and_submit", "yes")];
    fields.extend(TEXT);
    let places = [0, 1].map(|_| alice.post(CREATE, &fields).expect(303).location().to_owned());
    assert_eq!(places[0], places[1]);
    assert_eq!((world.db_count("posts"), world.db_count("history")), (1, 2));
}

#[test]
fn a_refused_submission_keeps_the_saved_text_and_says_so() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let unfinished = [("title", "On restraint"), ("summary", ""), ("body", "First words.")];
    let page = send(&mut alice, CREATE, "save_and_submit", &unfinished).expect(409).body;
    assert!(page.contains("Saved as revision 1, but not submitted"), "{page}");
    assert!(page.contains("Missing: summary."), "{page}");
    assert!(page.contains("id=\"summary-error\">Enter a summary."), "{page}");
    assert!(page.contains("data-saved"), "the browser forgets its own copy: {page}");
    assert_eq!(world.db_count("posts WHERE state = 'draft'"), 1);

    // The form on the page goes on from what was saved.
    let (_, rest) = page.split_once("data-editor").expect("a form");
    assert!(page.contains("action=\"/desk/posts/1/revise\""), "{page}");
    assert!(rest.contains("name=\"seen\" value=\"1\""), "{rest}");
    let done = send(&mut alice, "/desk/posts/1/revise", "save_and_submit", &TEXT).expect(303);
    assert_eq!(done.location(), "/desk/posts/1");
    assert_eq!(world.post(imprimatur::domain::PostId(1)).state(), State::InReview);
}

/// A program may have used the key of the submission before. The text is saved all the
/// same, and the answer says so.
#[test]
fn a_submission_whose_key_is_in_use_says_that_the_text_is_saved() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get(CREATE).expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let taken = OperationKey::parse(&format!("{key}.submit")).unwrap();
    let other = Create { content: content("Another") };
    workflow::create(&world.store, &call_with(world.alice, taken), &other).unwrap();
    let mut fields = vec![("token", token.as_str()), ("key", &key), ("save_and_submit", "yes")];
    fields.extend(TEXT);
    for _ in 0..2 {
        let page = alice.post(CREATE, &fields).expect(422).body;
        assert!(page.contains("Saved as revision 1, but not submitted"), "{page}");
        assert!(page.contains("The key of this submission is already in use."), "{page}");
        assert!(page.contains("action=\"/desk/posts/2/revise\""), "{page}");
    }
    assert_eq!((world.db_count("posts"), world.db_count("history")), (2, 2));
}

/// The same form again, after another window has saved more: the text on the page is
/// of the revision that it was saved as, and saving it does not undo the newer one.
#[test]
fn a_submission_that_is_sent_again_does_not_undo_a_newer_revision() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get(CREATE).expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let mut fields = vec![("token", token.as_str()), ("key", &key), ("save_and_submit", "yes")];
    fields.extend([("title", "On restraint"), ("summary", ""), ("body", "First words.")]);
    alice.post(CREATE, &fields).expect(409);
    let newer = [("title", "On restraint"), ("summary", ""), ("body", "Newer words.")];
    send(&mut alice, "/desk/posts/1/revise", "save", &newer).expect(303);
    let page = alice.post(CREATE, &fields).expect(409).body;
    let (_, rest) = page.split_once("data-editor").expect("a form");
    assert!(rest.contains("name=\"seen\" value=\"1\""), "{rest}");
}

#[test]
fn an_empty_first_save_is_refused_beside_its_fields() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    for button in ["save", "save_and_submit"] {
        let empty = [("title", " "), ("summary", ""), ("body", "")];
        let page = send(&mut alice, CREATE, button, &empty).expect(409).body;
        assert!(page.contains("There is a problem"), "{page}");
        let error = "title-error\">Enter a title, a summary or some text.";
        assert!(page.contains(error), "{page}");
        assert!(!page.contains("has changed"), "{page}");
        assert!(page.contains("<title>Error: New post"), "{page}");
    }
    assert_eq!(world.db_count("posts"), 0);
}

#[test]
fn a_text_that_comes_too_late_for_its_post_becomes_a_new_draft() {
    let world = World::new();
    let post = world.draft();
    world.perform(world.alice, &submit(post, 1)).unwrap();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let address = format!("/desk/posts/{post}/revise");
    let form = alice.get(&address).expect(200);
    let hidden = ["token", "key", "seen"].map(|name| (name, form.hidden(name)));
    world.perform(world.edith, &publish(post, 1)).unwrap();
    let mut fields: Vec<_> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(TEXT);
    let page = alice.post(&address, &fields).expect(409);
    for words in ["Not saved", "Published posts cannot be edited.", "Save as a new draft</button>"]
    {
        assert!(page.body.contains(words), "{words} in {}", page.body);
    }
    for words in ["If you save now", "Save mine as", "Save and submit"] {
        assert!(!page.body.contains(words), "{words} in {}", page.body);
    }
    assert!(
        page.body
            .contains("<form class=\"form writing\" method=\"post\" action=\"/desk/posts/create\"")
    );
    assert!(!page.body.contains("name=\"seen\""), "a new post has no revision to have seen");
    let hidden = ["token", "key"].map(|name| (name, page.hidden(name)));
    let mut fields: Vec<_> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(TEXT);
    let made = alice.post(CREATE, &fields).expect(303);
    assert_ne!(made.location(), format!("/desk/posts/{post}"));
    assert!(alice.get(made.location()).expect(200).body.contains("On restraint"));
    assert_eq!(world.db_count("posts WHERE state = 'draft'"), 1);
}

#[test]
fn what_is_missing_leads_to_where_it_is_written() {
    let world = World::new();
    let content = Content::parse("On restraint", "", "Less is more.").unwrap();
    let post = world.create(world.alice, content).unwrap().post;
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let page = alice.get(&format!("/desk/posts/{post}/submit")).expect(200).body;
    assert!(page.contains("Missing: summary."), "{page}");
    assert!(
        page.contains(&format!("<a class=\"button\" href=\"/desk/posts/{post}/revise\">Edit</a>"))
    );
    let typed = [("title", "On restraint"), ("summary", ""), ("body", "Less is more.")];
    let path = format!("/desk/posts/{post}/revise");
    let page = send(&mut alice, &path, "save_and_submit", &typed).expect(409).body;
    assert!(page.contains("<a href=\"#summary\">Summary: Enter a summary.</a>"), "{page}");
    assert!(!page.contains("There is a problem"), "it says so once: {page}");
}

#[test]
fn a_preview_tells_that_a_newer_revision_exists() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let address = format!("/desk/posts/{post}/revise");
    let form = alice.get(&address).expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let mut fields =
        vec![("token", token.as_str()), ("key", &key), ("seen", "1"), ("preview", "yes")];
    fields.extend(TEXT);
    let page = alice.post(&address, &fields).expect(200).body;
    assert!(!page.contains("has changed while you had it open"), "{page}");
    world.perform(world.alice, &revise(post, 1, "Another tab")).unwrap();
    let page = alice.post(&address, &fields).expect(200).body;
    assert!(page.contains("has changed while you had it open"), "{page}");
    assert!(page.contains("You saw revision 1. The current revision is 2"), "{page}");
    assert!(page.contains("name=\"seen\" value=\"1\""), "saving still compares: {page}");
}

#[test]
fn a_picture_without_a_description_is_on_the_checklist() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let body = "![](https://example.org/a.png) ![A press](https://example.org/b.png)";
    let typed = [("title", "T"), ("summary", "S"), ("body", body)];
    let page = send(&mut alice, CREATE, "preview", &typed).expect(200).body;
    assert!(page.contains("<a href=\"#body\">Pictures</a>: 1 without a description"), "{page}");
    let page = send(&mut alice, CREATE, "preview", &TEXT).expect(200).body;
    assert!(!page.contains("Pictures</a>:"), "{page}");
}

#[test]
fn a_new_draft_begins_with_the_text_of_a_final_post() {
    let world = World::new();
    let (published, archived, draft) = (world.published(), world.archived(), world.draft());
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    for post in [published, archived] {
        let page = alice.get(&format!("/desk/posts/{post}")).expect(200).body;
        let address = format!("{CREATE}?from={post}");
        assert!(page.contains(&format!("href=\"{address}\">New draft from this text")), "{page}");
        let form = alice.get(&address).expect(200).body;
        assert!(form.contains("value=\"On restraint\""), "{form}");
        assert!(form.contains("First words."), "{form}");
        assert!(form.contains(&format!("action=\"{CREATE}\"")), "{form}");
        // The refusal to edit names that way, and has it.
        let closed = alice.get(&format!("/desk/posts/{post}/revise")).expect(200).body;
        assert!(closed.contains("“New draft from this text” starts a new post"), "{closed}");
        assert!(closed.contains(&format!("href=\"{address}\"")), "{closed}");
    }
    let page = alice.get(&format!("/desk/posts/{draft}")).expect(200).body;
    assert!(!page.contains("New draft from this text\n"), "{page}");
    let mut edith = server.signed_in("edith");
    let page = edith.get(&format!("/desk/posts/{published}")).expect(200).body;
    assert!(!page.contains("New draft from this text</a>"), "she does not write: {page}");
    // A draft of another person cannot be copied.
    server.signed_in("rosa").get(&format!("{CREATE}?from={draft}")).expect(404);
}

#[test]
fn an_author_goes_on_from_an_older_revision() {
    let world = World::new();
    let post = world.draft();
    world.perform(world.alice, &revise(post, 1, "Second thoughts")).unwrap();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let page = alice.get(&format!("/desk/posts/{post}/revisions/1")).expect(200).body;
    let address = format!("/desk/posts/{post}/revise?from=1");
    assert!(page.contains(&format!("href=\"{address}\">Edit from this revision")), "{page}");
    let form = alice.get(&address).expect(200);
    assert!(form.body.contains("value=\"On restraint\""), "{}", form.body);
    assert_eq!(form.hidden("seen"), "2");
    let current = alice.get(&format!("/desk/posts/{post}/revisions/2")).expect(200).body;
    assert!(!current.contains("Edit from this revision"), "{current}");
    alice.get(&format!("/desk/posts/{post}/revise?from=3")).expect(404);
    world.perform(world.alice, &submit(post, 2)).unwrap();
    let page = server.signed_in("edith").get(&format!("/desk/posts/{post}/revisions/1")).body;
    assert!(!page.contains("Edit from this revision"), "{page}");
}

#[test]
fn the_next_post_of_the_queue_is_one_click_away() {
    let world = World::new();
    let [first, second] = [world.in_review(), world.in_review()];
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let address = format!("/desk/posts/{first}/request-changes");
    edith.act(&address, &[("note", "Name your source.")]).expect(303);
    let page = edith.get(&format!("/desk/posts/{first}")).expect(200).body;
    let next = format!("/desk/next?after={first}");
    assert!(page.contains(&format!("href=\"{next}\">Next in your queue")), "{page}");
    assert_eq!(edith.get(&next).expect(303).location(), format!("/desk/posts/{second}"));
    world.perform(world.rosa, &publish(second, 1)).unwrap();
    assert_eq!(edith.get(&next).expect(303).location(), "/desk");
    edith.get("/desk/next?after=x").expect(404);
    server.signed_in("alice").get("/desk/next").expect(403);
    let page = server.signed_in("alice").get(&format!("/desk/posts/{first}")).body;
    assert!(!page.contains("Next in your queue"), "{page}");
}

#[test]
fn a_reviewer_reads_the_request_beside_its_answer_and_on_the_refusal() {
    let world = World::new();
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let server = Server::start(world.database.store());
    let mut rosa = server.signed_in("rosa");
    let refused = rosa.get(&format!("/desk/posts/{post}/publish")).expect(200).body;
    assert!(refused.contains("Please name your source."), "{refused}");
    world.perform(world.alice, &revise(post, 1, "On measure")).unwrap();
    let page = rosa.get(&format!("/desk/posts/{post}")).expect(200).body;
    let (_, changes) = page.split_once("Changes since").expect("changes");
    let (before, _) = changes.split_once("class=\"diff\"").expect("a difference");
    assert!(before.contains("Please name your source."), "{before}");
    assert!(page.contains("Answered in revision 2"), "{page}");
}

#[test]
fn the_desk_shows_what_was_saved_last_first_and_counts() {
    let world = World::new();
    let posts = ["First", "Second", "Third"]
        .map(|title| world.create(world.alice, content(title)).unwrap().post);
    world.perform(world.alice, &revise(posts[0], 1, "First again")).unwrap();
    let server = Server::start(world.database.store());
    let page = server.signed_in("alice").get("/desk").expect(200).body;
    let place = |title: &str| page.find(title).unwrap_or_else(|| panic!("no {title} in {page}"));
    assert!(place("First again") < place("Third") && place("Third") < place("Second"), "{page}");
    assert!(page.contains("Drafts <span class=\"count\">3</span>"), "{page}");
    assert!(!page.contains("class=\"state state-draft\""), "the column says it: {page}");
}

#[test]
fn people_search_their_own_posts_by_their_words() {
    let world = World::new();
    let published = world.published();
    let cafe = Content::parse("Le café", "S", "B").unwrap();
    world.create(world.alice, cafe.clone()).unwrap();
    world.create(world.rosa, cafe).unwrap();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let page = alice.get("/desk/posts?q=cafe").expect(200).body;
    assert_eq!(page.matches("Le café</a>").count(), 1, "{page}");
    let page = alice.get("/desk/posts?q=restraint").expect(200).body;
    assert!(page.contains(&format!("href=\"/desk/posts/{published}\"")), "{page}");
    assert!(page.contains("class=\"state state-published\""), "states are mixed: {page}");
    let page = alice.get("/desk/posts?q=nowhere").expect(200).body;
    assert!(page.contains("None of your posts has these words"), "{page}");
    let page = alice.get("/desk/posts?q=%2B%2B").expect(422).body;
    assert!(page.contains("id=\"q-error\">Search for words: letters or digits."), "{page}");
    alice.get("/desk/posts?q=").expect(200);
}
