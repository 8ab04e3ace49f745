//! What each role comes for, in a real Chromium: with JavaScript, without it,
//! and without a mouse.
//!
//! A journey goes by the words on the pages. The steps that several journeys
//! share have one function each, so new words have one place to go.

use imprimatur::domain::PostId;

use super::publishing_house;
use crate::support::chromium::JavaScript;
use crate::support::world::{self, archive, content, db_end_sessions, request_changes, submit};
use crate::support::{Chromium, Server, World};

/// How somebody travels.
#[derive(Debug, Clone, Copy)]
enum Way {
    WithJavaScript,
    WithoutJavaScript,
    ByKeyboardAlone,
}

/// Each journey is a test for each way.
macro_rules! journeys {
    ($($journey:ident),* $(,)?) => { $(
        mod $journey {
            use super::{Way, travel};

            #[test]
            #[ignore = "slow: .ci/run runs it"]
            fn with_javascript() {
                travel(Way::WithJavaScript, super::$journey);
            }

            #[test]
            #[ignore = "slow: .ci/run runs it"]
            fn without_javascript() {
                travel(Way::WithoutJavaScript, super::$journey);
            }

            #[test]
            #[ignore = "slow: .ci/run runs it"]
            fn by_keyboard_alone() {
                travel(Way::ByKeyboardAlone, super::$journey);
            }
        }
    )* };
}

journeys! {
    an_author_writes_a_post_and_answers_a_change_request,
    a_reviewer_asks_for_changes_changes_their_mind_and_publishes,
    staff_find_a_post_and_archive_it_with_a_reason,
    staff_archive_what_they_find_on_one_decision,
    staff_create_an_account_and_its_person_sets_the_password,
    a_reader_reads_on_to_older_posts_and_to_one_that_is_gone,
    an_anonymous_request_hears_why_through_every_interface,
    a_post_goes_from_first_words_to_gone,
}

fn travel(way: Way, journey: fn(&Chromium, &World, &Server)) {
    let (world, server) = publishing_house();
    let javascript = match way {
        Way::WithJavaScript | Way::ByKeyboardAlone => JavaScript::On,
        Way::WithoutJavaScript => JavaScript::Off,
    };
    let Some(mut chromium) = Chromium::open(server.address, javascript) else {
        return;
    };
    runs_scripts_only_if(&chromium, javascript);
    if matches!(way, Way::ByKeyboardAlone) {
        chromium = chromium.by_keyboard_alone();
        chromium.visit("/");
        chromium.skip_to_the_content();
    }
    journey(&chromium, &world, &server);
    assert!(world.db_incidents().is_empty());
}

/// Makes sure that the test is about what it says.
fn runs_scripts_only_if(chromium: &Chromium, javascript: JavaScript) {
    chromium
        .visit_elsewhere("data:text/html,<title>off</title><script>document.title = 'on'</script>");
    let expected = match javascript {
        JavaScript::On => "on",
        JavaScript::Off => "off",
    };
    assert_eq!(chromium.title(), expected);
}

fn an_author_writes_a_post_and_answers_a_change_request(
    chromium: &Chromium,
    world: &World,
    _: &Server,
) {
    chromium.sign_in("alice");
    chromium.sees("You have no posts yet.");
    let post = write_a_post(chromium);
    chromium.sees_disabled("Submit for review");
    chromium.sees("Missing: summary.");
    revise(chromium, "Summary", "Why less is more.");
    submit_for_review(chromium);

    let id = PostId(post.rsplit('/').next().unwrap().parse().unwrap());
    world.perform(world.edith, &request_changes(id, 2)).unwrap();
    chromium.visit("/desk");
    chromium.sees("Edith (edith) requested changes");
    chromium.sees("Please name your source.");
    chromium.follow("Edit and answer");
    save_a_revision(
        chromium,
        "Save revision",
        "Body",
        "First words.\n\nThe source is a letter of 1657.",
    );
    chromium.follow("see changes from revision 2 to 3");
    chromium.sees_line("Added", "The source is a letter of 1657.");
    chromium.follow("Back to the post");
    chromium.visit("/desk");
    chromium.follow("On restraint");
    chromium.sees("Revision 3");
}

fn a_reviewer_asks_for_changes_changes_their_mind_and_publishes(
    chromium: &Chromium,
    world: &World,
    _: &Server,
) {
    chromium.sign_in("edith");
    chromium.sees("Nothing to review.");
    chromium.sign_out();
    world.in_review();

    chromium.sign_in("edith");
    chromium.follow("On restraint");
    chromium.sees("Then more of them.");
    ask_for_changes(chromium);
    chromium.sees_disabled("Publish");
    chromium.sees("Edith requested changes to revision 1.");
    take_the_request_back(chromium);
    publish(chromium);
    chromium.sees("Your queue is empty.");
    chromium.follow("My desk");
    chromium.sees("Nothing to review.");
    chromium.visit("/posts/on-restraint");
    chromium.sees_heading("On restraint");
}

fn staff_archive_what_they_find_on_one_decision(chromium: &Chromium, world: &World, _: &Server) {
    world.published();
    world.published();
    world.in_review();
    chromium.sign_in("stan");
    chromium.follow("Admin");
    chromium.follow("Posts");
    chromium.fill("Search title and text", "restr");
    chromium.press("Search");
    chromium.sees("3 posts");
    chromium.follow("Select all on this page");
    chromium.press("Archive selected…");
    chromium.sees_heading("Archive 2 posts?");
    chromium.sees("1 post will be skipped");
    chromium.fill("Reason", "It is out of date.");
    chromium.press("Archive 2 posts");
    chromium.sees_heading("2 posts archived");
    chromium.sees("2 archived");
    chromium.sees("Skipped: 1");
    chromium.sees("Not published (1)");
    chromium.follow("Back to the list");
    chromium.follow("Published");
    chromium.sees("No posts match these filters.");
}

fn staff_find_a_post_and_archive_it_with_a_reason(chromium: &Chromium, world: &World, _: &Server) {
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let public = world.create(world.arthur, content("On measure")).unwrap().post;
    world.perform(world.arthur, &submit(public, 1)).unwrap();
    world.perform(world.edith, &world::publish(public, 1)).unwrap();

    chromium.sign_in("stan");
    chromium.follow("Admin");
    chromium.follow("Posts");
    chromium.follow("In review");
    chromium.follow("On restraint");
    chromium.sees("Please name your source.");
    chromium.follow("View post");
    chromium.sees_disabled("Archive");
    chromium.sees("Alice submitted this on");
    chromium.sees("Only published posts can be archived.");
    chromium.follow("Admin");
    chromium.follow("Posts");
    chromium.follow("Published");
    chromium.follow("Archive On measure");
    archive_with_a_reason(chromium);
    chromium.visit(&format!("/desk/posts/{public}"));
    chromium.sees("It is out of date.");
    chromium.sees_disabled("Archive");
}

fn staff_create_an_account_and_its_person_sets_the_password(
    chromium: &Chromium,
    _: &World,
    _: &Server,
) {
    chromium.sign_in("stan");
    chromium.follow("Admin");
    chromium.follow("Accounts");
    chromium.follow("Create an account");
    chromium.fill("Username", "cleo");
    chromium.fill("Display name", "Cleo");
    chromium.press("Create account");
    chromium.sees_heading("Account created");
    let link = chromium.value("Copy it now. You cannot see it again.");
    chromium.follow("The account");
    chromium.sees("A password link has been created and not used yet.");
    chromium.follow("Change roles");
    chromium.tick("author");
    chromium.tick("reviewer");
    chromium.fill("Reason", "She writes for us.");
    chromium.press("Change roles");
    chromium.sees("Account changed.");
    chromium.sees("She writes for us.");
    chromium.sign_out();

    let path = &link[link.find("/set-password").unwrap()..];
    chromium.visit(path);
    chromium.fill("New password", "a password of her own");
    chromium.press("Set password");
    chromium.sees("Your password is set. You can sign in now.");
    chromium.fill("Username", "cleo");
    chromium.fill("Password", "a password of her own");
    chromium.press("Sign in");
    chromium.sees_heading("My desk");
    chromium.visit(path);
    chromium.sees_heading("This link does not work");

    chromium.visit("/desk");
    chromium.follow("Cleo");
    chromium.fill("Current password", "a password of her own");
    chromium.fill("New password", "another one of her own");
    chromium.press("Change password");
    chromium.sees("Password changed.");
    chromium.fill("Name", "Nightly import");
    chromium.fill("Your password", "another one of her own");
    chromium.press("Create token");
    chromium.sees_heading("My account");
    assert!(chromium.value("Copy it now. You cannot see it again.").starts_with("imprimatur_"));
    chromium.press("Revoke Nightly import");
    chromium.sees("Token revoked.");
    chromium.sign_out();
}

fn a_reader_reads_on_to_older_posts_and_to_one_that_is_gone(
    chromium: &Chromium,
    world: &World,
    server: &Server,
) {
    chromium.visit("/");
    chromium.sees("No posts yet.");
    let gone = world.published();
    for _ in 0..50 {
        world.published();
    }
    chromium.visit("/");
    chromium.links_to_a_feed("/feed.atom");
    chromium.follow("All posts");
    chromium.sees_heading("All posts");
    chromium.follow("Older posts");
    chromium.sees_heading("All posts");
    chromium.follow("On restraint");
    chromium.sees_heading("On restraint");
    chromium.sees("Then more of them.");
    assert!(chromium.path().starts_with("/posts/on-restraint"), "{}", chromium.path());

    world.perform(world.stan, &archive(gone, 1)).unwrap();
    chromium.visit("/posts/on-restraint");
    chromium.sees_heading("This post was removed");
    server.browser().get("/posts/on-restraint").expect(410);
    chromium.follow("See the latest posts");
    chromium.sees_heading("Latest posts");
}

fn an_anonymous_request_hears_why_through_every_interface(
    chromium: &Chromium,
    world: &World,
    _: &Server,
) {
    let draft = format!("/desk/posts/{}", world.draft());
    for door in ["/desk", "/desk/posts/create", "/admin/posts", &draft] {
        chromium.visit(door);
        chromium.sees("Sign in to see this page.");
    }
    chromium.visit("/posts/on-restraint");
    chromium.sees_heading("Not found");

    // Mallory has an account, and holds nothing.
    chromium.sign_in("mallory");
    chromium.sees("Your account has no role");
    for door in ["/desk/posts/create", "/admin/posts", &format!("{draft}/publish")] {
        chromium.visit(door);
        chromium.sees_heading("You do not have permission");
    }
    chromium.visit(&draft);
    chromium.sees_heading("Not found");
    chromium.follow("Go to my desk");
    chromium.sees_heading("My desk");
}

fn a_post_goes_from_first_words_to_gone(chromium: &Chromium, _: &World, server: &Server) {
    chromium.sign_in("alice");
    let post = write_a_post(chromium);
    revise(chromium, "Summary", "Why less is often more.");
    submit_for_review(chromium);
    chromium.sees_disabled("Submit for review");
    chromium.sign_out();

    chromium.sign_in("edith");
    chromium.follow("On restraint");
    publish(chromium);
    chromium.sign_out();

    chromium.follow("On restraint");
    chromium.sees_heading("On restraint");
    chromium.sees("Then more of them.");
    assert_eq!(chromium.path(), "/posts/on-restraint");

    chromium.sign_in("stan");
    chromium.follow("Admin");
    chromium.follow("Posts");
    chromium.follow("Archive On restraint");
    archive_with_a_reason(chromium);
    chromium.visit(&post);
    chromium.sees("It is out of date.");
    chromium.sign_out();

    chromium.visit("/posts/on-restraint");
    chromium.sees_heading("This post was removed");
    server.browser().get("/posts/on-restraint").expect(410);
}

/// Writes a first draft, looks at it, saves it; returns its page's address.
fn write_a_post(chromium: &Chromium) -> String {
    chromium.follow("New post");
    chromium.sees_heading("New post");
    chromium.fill("Title", "On restraint");
    chromium.fill("Body", "## First words\n\nThen *more* of them.");
    chromium.press("Preview");
    chromium.sees("Preview (not saved)");
    chromium.sees("Then more of them.");
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
    chromium.path()
}

fn revise(chromium: &Chromium, field: &str, text: &str) {
    chromium.follow("Edit");
    save_a_revision(chromium, "Save draft", field, text);
}

fn save_a_revision(chromium: &Chromium, button: &str, field: &str, text: &str) {
    chromium.fill(field, text);
    chromium.press(button);
    chromium.sees("Saved as revision ");
}

fn submit_for_review(chromium: &Chromium) {
    chromium.follow("Submit for review");
    chromium.sees_heading("Submit this post for review?");
    chromium.press("Submit for review");
    chromium.sees("Submitted for review.");
}

fn ask_for_changes(chromium: &Chromium) {
    chromium.follow("Request changes");
    chromium.fill("What should the author change?", "Please name your source.");
    chromium.press("Request changes");
    chromium.sees("Changes requested. The author sees your note on their desk.");
}

fn take_the_request_back(chromium: &Chromium) {
    chromium.follow("Withdraw change request");
    chromium.sees_heading("Withdraw the change request?");
    chromium.press("Withdraw change request");
    chromium.sees("Change request withdrawn.");
}

fn publish(chromium: &Chromium) {
    chromium.follow("Publish");
    chromium.sees_heading("Publish this revision?");
    chromium.press("Publish");
    chromium.sees_heading("Published");
    chromium.sees("You published revision");
}

fn archive_with_a_reason(chromium: &Chromium) {
    chromium.fill("Reason", "It is out of date.");
    chromium.press("Archive");
    chromium.sees("Archived. Readers no longer see it.");
}

#[test]
fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let (_world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else {
        return;
    };
    chromium.sign_in("alice");
    let kept = chromium.cookies();
    assert!(!kept.is_empty());
    chromium.sign_out();
    for cookie in kept {
        chromium.put_back(cookie);
    }
    chromium.visit("/desk");
    chromium.sees("Sign in to see this page.");
}

#[test]
fn a_stale_tab_shows_both_texts_and_loses_neither() {
    let (_world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else {
        return;
    };
    chromium.sign_in("alice");
    let post = start_a_post(&chromium);
    let editor = format!("{post}/revise");
    chromium.visit(&editor);
    chromium.in_another_tab(|chromium| {
        chromium.visit(&editor);
        chromium.fill("Body", "Words from the other tab.");
        chromium.press("Save draft");
        chromium.sees("Saved as revision ");
    });

    chromium.fill("Body", "Words from this tab.");
    chromium.press("Save draft");
    chromium.sees("Not saved: this post has changed");
    chromium.sees_line("Removed", "Words from the other tab.");
    chromium.sees_line("Added", "Words from this tab.");
    assert_eq!(chromium.value("Body"), "Words from this tab.");
    chromium.visit(&post);
    chromium.sees("Words from the other tab.");

    chromium.visit(&format!("{post}/changes?from=1"));
    chromium.sees_line("Removed", "First words.");
}

#[test]
fn typed_text_survives_the_end_of_a_session() {
    let (world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else {
        return;
    };
    chromium.visit("/desk/posts/create");
    chromium.sees("Sign in to see this page.");
    chromium.sign_in_here("alice");
    chromium.sees_heading("New post");
    chromium.fill("Title", "Typed for an hour");
    chromium.fill("Body", "First words.\n\nThen \"more\" & <more>.");
    db_end_sessions(&world);
    chromium.press("Save draft");
    chromium.sees("your text is kept.");
    chromium.sign_in_here("alice");
    chromium.sees_heading("You are signed in again");
    assert_eq!(chromium.value("Title"), "Typed for an hour");
    assert_eq!(chromium.value("Body"), "First words.\n\nThen \"more\" & <more>.");
    chromium.press("Save");
    chromium.sees("Draft saved.");
    chromium.sees("First words.");
    assert_eq!(world.db_count("posts"), 1);
}

/// Writes a post in the browser; returns the address of its page.
pub(super) fn start_a_post(chromium: &Chromium) -> String {
    chromium.visit("/desk/posts/create");
    chromium.fill("Title", "On restraint");
    chromium.fill("Body", "First words.");
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
    chromium.path()
}
