//! The main journeys in a real Chromium, with JavaScript and without it.
//!
//! The other tests know what the server answers; this one knows that a person
//! gets from page to page by what the pages say, and loses nothing on the way.

mod script;

use crate::support::chromium::JavaScript;
use crate::support::world::db_end_sessions;
use crate::support::{Chromium, Server, World};

#[test]
fn a_post_goes_from_first_words_to_gone_with_javascript() {
    a_post_goes_from_first_words_to_gone(JavaScript::On);
}

#[test]
fn a_post_goes_from_first_words_to_gone_without_javascript() {
    a_post_goes_from_first_words_to_gone(JavaScript::Off);
}

fn a_post_goes_from_first_words_to_gone(javascript: JavaScript) {
    let (_world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, javascript) else {
        return;
    };
    runs_scripts_only_if(&chromium, javascript);

    chromium.sign_in("alice");
    chromium.follow("Start a post");
    chromium.fill("Title", "On restraint");
    chromium.fill("Summary", "Why less is more.");
    chromium.fill("Body", "## First words\n\nThen *more* of them.");
    chromium.press("Preview");
    chromium.sees("Preview, not saved yet");
    chromium.press("Save");
    chromium.sees("Your draft is saved.");
    let post = chromium.path();
    chromium.follow("Revise");
    chromium.fill("Summary", "Why less is often more.");
    chromium.press("Save");
    chromium.sees("Your new revision is saved.");
    chromium.follow("Submit for review");
    chromium.press("Submit for review");
    chromium.sees("Submitted. It now waits for a reviewer.");
    chromium.sees_disabled("Submit for review");
    chromium.sign_out();

    chromium.sign_in("edith");
    chromium.follow("On restraint");
    chromium.follow("Request changes");
    chromium.fill("Your note to the author", "Please name your source.");
    chromium.press("Request changes");
    chromium.sees("Your change request is with the author.");
    chromium.sees_disabled("Publish");
    chromium.sees("Edith asked for changes to revision 2.");
    chromium.follow("Withdraw my request");
    chromium.press("Withdraw my request");
    chromium.sees("Your change request is withdrawn.");
    chromium.follow("Publish");
    chromium.sees_heading("Publish exactly this?");
    chromium.sees("Why less is often more.");
    chromium.press("Publish");
    chromium.sees("Published. Everybody can read it now.");
    chromium.sign_out();

    chromium.follow("On restraint");
    chromium.sees_heading("On restraint");
    chromium.sees("Then more of them.");
    assert_eq!(chromium.path(), "/posts/on-restraint");

    chromium.sign_in("stan");
    chromium.follow("Admin");
    chromium.follow("Archive On restraint");
    chromium.fill("Reason, for the record", "It is out of date.");
    chromium.press("Archive");
    chromium.sees("Archived. The public no longer sees it.");
    chromium.visit(&post);
    chromium.sees("It is out of date.");
    chromium.sign_out();

    chromium.visit("/posts/on-restraint");
    chromium.sees_heading("This post is gone");
    server.browser().get("/posts/on-restraint").expect(410);
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
        chromium.press("Save");
        chromium.sees("Your new revision is saved.");
    });

    chromium.fill("Body", "Words from this tab.");
    chromium.press("Save");
    chromium.sees("This was not saved");
    chromium.sees_line("Removed", "Words from the other tab.");
    chromium.sees_line("Added", "Words from this tab.");
    assert_eq!(chromium.value("Body"), "Words from this tab.");
    chromium.visit(&post);
    chromium.sees("Words from the other tab.");

    chromium.visit(&format!("{post}/changes?from=1"));
    chromium.sees_line("Removed", "First words.");
}

#[test]
fn what_was_typed_survives_the_end_of_a_session() {
    let (world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else {
        return;
    };
    chromium.visit("/desk/posts/create");
    chromium.sees("Sign in to see this page.");
    chromium.sign_in_here("alice");
    chromium.sees_heading("Start a post");
    chromium.fill("Title", "Typed for an hour");
    chromium.fill("Body", "First words.\n\nThen \"more\" & <more>.");
    db_end_sessions(&world);
    chromium.press("Save");
    chromium.sees("What you wrote is kept.");
    chromium.sign_in_here("alice");
    chromium.sees_heading("Welcome back");
    assert_eq!(chromium.value("Title"), "Typed for an hour");
    assert_eq!(chromium.value("Body"), "First words.\n\nThen \"more\" & <more>.");
    chromium.press("Continue");
    chromium.sees("Your draft is saved.");
    chromium.sees("First words.");
    assert_eq!(world.db_count("posts"), 1);
}

fn publishing_house() -> (World, Server) {
    let world = World::new();
    let server = Server::start(world.database.store());
    (world, server)
}

/// Writes a post in the browser; returns the address of its page.
fn start_a_post(chromium: &Chromium) -> String {
    chromium.visit("/desk/posts/create");
    chromium.fill("Title", "On restraint");
    chromium.fill("Body", "First words.");
    chromium.press("Save");
    chromium.sees("Your draft is saved.");
    chromium.path()
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
