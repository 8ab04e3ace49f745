//! The editor is comfortable with its script and complete without it: nothing
//! typed is lost without a word, nothing is kept where it does not belong, and
//! all that is shown was rendered by the server.

use super::journeys::start_a_post;
use super::publishing_house;
use crate::support::chromium::JavaScript;
use crate::support::world::{PASSWORD, db_end_sessions, publish};
use crate::support::{Chromium, Server, World};

const CREATE: &str = "/desk/posts/create";

#[test]
fn the_script_is_one_file_of_ours_for_people_who_are_signed_in() {
    let (_world, server) = publishing_house();
    for page in ["/", "/sign-in"] {
        assert!(!server.browser().get(page).body.contains("<script"), "{page}");
    }
    let mut alice = server.signed_in("alice");
    let desk = alice.get("/desk").expect(200).body;
    let (before, after) = desk.split_once("<script type=\"module\" src=\"").unwrap();
    let (address, after) = after.split_once('"').unwrap();
    assert!(after.starts_with("></script>") && !(before.to_owned() + after).contains("<script"));
    let script = alice.get(address).expect(200);
    assert!(script.headers["content-type"].starts_with("text/javascript"), "{:?}", script.headers);
    assert!(script.headers["cache-control"].contains("immutable"), "{:?}", script.headers);
    assert!(address.starts_with("/static/app.js?v="), "{address} changes with the contents");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn without_javascript_the_editor_shows_the_checklist_and_a_preview() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::Off) else { return };
    chromium.visit(CREATE);
    chromium.sees("Title: missing");
    chromium.sees("Body: missing");
    chromium.sees("0 words");
    chromium.fill("Title", "On restraint");
    chromium.fill("Body", "## First words\n\nThen *more* of them.");
    chromium.press("Preview");
    chromium.sees("Title: done");
    chromium.sees("Summary: missing");
    chromium.sees("Body: done");
    chromium.sees("6 words, less than a minute to read.");
    sees_in_preview(&chromium, "h2", "First words");
    sees_in_preview(&chromium, "em", "more");
    chromium.sees_element("//*[@data-kept][@hidden]");

    chromium.fill("Summary", "Less is more,\nand more is less.");
    chromium.press_enter_in("Title");
    chromium.sees("Draft saved.");
    chromium.sees("Less is more, and more is less.");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_mistake_is_where_the_page_begins() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::Off) else { return };
    chromium.visit(CREATE);
    chromium.fill("Title", &"t".repeat(201));
    chromium.press("Save draft");
    chromium.sees("Title: has an error");
    assert_eq!(chromium.title(), "Error: New post · Imprimatur");
    assert_eq!(chromium.focused(), "alert");
    chromium.follow("Title: Too long: the limit is 200 characters, this has 201.");
    assert_eq!(chromium.focused(), "title");
    chromium.fill("Title", "On restraint");
    chromium.fill("Summary", "Less is more.");
    chromium.fill("Body", "First words.");
    chromium.press("Save draft");
    chromium.follow("Submit for review");
    chromium.press("Submit for review");
    chromium.sign_out();

    chromium.sign_in("edith");
    chromium.follow("On restraint");
    chromium.follow("Request changes");
    chromium.fill("What should the author change?", " ");
    chromium.press("Request changes");
    chromium.sees("There is a problem");
    assert!(chromium.title().starts_with("Error: Request changes"), "{}", chromium.title());
    assert_eq!(chromium.focused(), "alert");
    chromium.follow("What should the author change? Enter what must change.");
    assert_eq!(chromium.focused(), "note");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn leaving_with_unsaved_text_warns_and_saving_it_does_not() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    assert!(!warns(&chromium, || chromium.follow("My desk")), "nothing was typed");
    let typed = || chromium.fill("Title", "On restraint");
    assert!(!warns(&chromium, || (typed(), chromium.press("Save draft"))), "it is saved");
    assert!(!warns(&chromium, || (typed(), chromium.press("Preview"))), "it is still there");
    assert!(warns(&chromium, || (typed(), chromium.follow("Cancel"))), "it would be gone");
    let to_and_fro = || {
        typed();
        chromium.fill("Title", "");
        chromium.follow("Cancel");
    };
    assert!(!warns(&chromium, to_and_fro), "nothing is left to lose");

    chromium.visit(CREATE);
    typed();
    chromium.press("Preview");
    chromium.sees_element("//form[@data-unsaved]");
    notice_warnings(&chromium);
    chromium.follow("My desk");
    chromium.sees_heading("My desk");
    assert!(was_warned(&chromium), "a preview saves nothing");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_preview_follows_the_words_and_is_what_the_server_renders() {
    let Some((world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    chromium.fill("Title", "On restraint");
    chromium.sees("Title: done");
    chromium.fill("Summary", "Less is more.");
    chromium.fill("Body", "## First words\n\n- <b>one</b>\n- [two](javascript:alert(1))");
    sees_in_preview(&chromium, "h2", "First words");
    sees_in_preview(&chromium, "li", "<b>one</b>");
    sees_in_preview(&chromium, "p", "Less is more.");
    chromium.sees("Summary: done");
    chromium.sees("Body: done");
    chromium.sees("4 words, less than a minute to read.");
    chromium.sees("Preview updated.");
    let live = chromium.value_of("document.getElementById('preview').innerHTML");
    chromium.press("Preview");
    chromium.sees_element("//form[@data-unsaved]");
    let rendered = chromium.value_of("document.getElementById('preview').innerHTML");
    assert_eq!(live, rendered);

    chromium.fill("Body", "## Second words");
    sees_in_preview(&chromium, "h2", "Second words");
    chromium.fill("Body", "");
    chromium.fill("Title", "Without a body");
    chromium.sees("Body: missing");
    chromium.sees("0 words");
    assert_eq!(world.db_count("posts"), 0, "looking saves nothing");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_preview_that_is_not_possible_says_why_and_keeps_the_text() {
    let Some((world, server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    chromium.fill("Title", "On restraint");
    sees_in_preview(&chromium, "p", "On restraint");
    chromium.fill("Title", &"t".repeat(201));
    chromium.sees("Title: Too long: the limit is 200 characters, this has 201.");
    chromium.sees("Title: has an error");
    sees_in_preview(&chromium, "p", "On restraint");

    db_end_sessions(&world);
    chromium.fill("Title", "Without a session");
    chromium.sees("You have been signed out.");
    drop(server);
    chromium.fill("Title", "Without a server");
    chromium.sees("No connection.");
    assert_eq!(chromium.value("Title"), "Without a server");
    sees_in_preview(&chromium, "p", "On restraint");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_newer_preview_ends_the_older_and_a_busy_server_is_no_loss() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    // A server that is asked and never answers.
    chromium.value_of(
        "(window.asked = [], window.fetch = (address, request) => { \
         document.body.dataset.asked = asked.push({ address, ...request }); \
         return new Promise(() => {}) })",
    );
    chromium.fill("Title", "One");
    chromium.sees_element("//body[@data-asked='1']");
    chromium.fill("Title", "Two");
    chromium.sees_element("//body[@data-asked='2']");
    let ended = chromium.value_of("asked.map((request) => request.signal.aborted)");
    assert_eq!(ended, serde_json::json!([true, false]));
    let sent =
        chromium.value_of("asked.map(({ body }) => body.get('title') + body.get('preview'))");
    assert_eq!(sent, serde_json::json!(["Oneyes", "Twoyes"]));
    let addresses = chromium.value_of("asked.every((one) => one.address === location.href)");
    assert_eq!(addresses, true, "there is no other address for a preview");

    chromium.value_of("window.fetch = async () => new Response('', { status: 503 })");
    chromium.fill("Title", "Three");
    chromium.sees("The server is busy.");
    assert_eq!(chromium.value("Title"), "Three");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn kept_text_is_removed_once_it_is_saved_after_signing_in_again() {
    let Some((world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    chromium.fill("Body", "First words.");
    chromium.sees("Preview updated.");
    db_end_sessions(&world);
    chromium.press("Save draft");
    chromium.sees("your text is kept.");
    chromium.sign_in_here("alice");
    assert_eq!(kept(&chromium), 1, "nothing has been done with it yet");
    chromium.press("Save");
    chromium.sees("Draft saved.");
    assert_eq!(kept(&chromium), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn text_of_a_closed_tab_is_offered_used_and_removed_after_saving() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    leave_words_behind(&chromium, CREATE, "Words of a closed tab.");
    chromium.visit(CREATE);
    chromium.sees("You have unsaved changes from just now in this browser");
    assert!(is_offered(&chromium));
    assert_eq!(chromium.value("Body"), "", "it is offered and not put in place");
    chromium.press("Restore them");
    assert_eq!(chromium.value("Body"), "Words of a closed tab.");
    assert!(!is_offered(&chromium));
    sees_in_preview(&chromium, "p", "Words of a closed tab.");
    assert_eq!(kept(&chromium), 1, "until the server has it");
    chromium.press("Preview");
    chromium.sees_element("//form[@data-unsaved]");
    assert_eq!(kept(&chromium), 1, "a preview saves nothing");
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
    assert_eq!(kept(&chromium), 0);
    chromium.visit(CREATE);
    assert!(!is_offered(&chromium));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_discarded_text_is_gone_and_a_replaced_one_is_kept() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    leave_words_behind(&chromium, CREATE, "Words of a closed tab.");
    chromium.visit(CREATE);
    chromium.fill("Body", "Words of this tab.");
    chromium.sees("Body: done");
    assert!(is_offered(&chromium), "typing does not answer for anybody");
    chromium.press("Restore them");
    assert_eq!(chromium.value("Body"), "Words of a closed tab.");
    assert!(is_offered(&chromium));
    chromium.press("Restore them");
    assert_eq!(chromium.value("Body"), "Words of this tab.");
    chromium.press("Discard them");
    assert!(!is_offered(&chromium));
    assert_eq!(chromium.value("Body"), "Words of this tab.");
    assert_eq!(kept(&chromium), 1);
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
    assert_eq!(kept(&chromium), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn two_tabs_of_new_posts_lose_no_text_to_each_other() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    chromium.fill("Body", "Words of one tab.");
    chromium.sees("Body: done");
    chromium.in_another_tab(|chromium| {
        chromium.visit(CREATE);
        chromium.fill("Body", "Words of the other tab.");
        chromium.sees("Body: done");
        chromium.press("Restore them");
        assert_eq!(chromium.value("Body"), "Words of one tab.");
        chromium.press("Save draft");
        chromium.sees("Draft saved.");
    });
    chromium.fill("Body", "Words of one tab, and more.");
    chromium.sees("and more.");
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
    assert_eq!(kept(&chromium), 1, "the words that were replaced");
    chromium.visit(CREATE);
    chromium.press("Restore them");
    assert_eq!(chromium.value("Body"), "Words of the other tab.");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_offer_says_how_old_it_is() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    leave_words_behind(&chromium, CREATE, "Words of a closed tab.");
    for (minutes, said) in [(59, "59 minutes ago"), (60, "1 hour ago"), (4_320, "3 days ago")] {
        chromium.value_of(&format!(
            "Object.entries(localStorage).forEach(([name, text]) => localStorage[name] = \
             JSON.stringify({{ ...JSON.parse(text), at: new Date(Date.now() - {minutes} * 6e4) }}))"
        ));
        chromium.visit(CREATE);
        chromium.sees(&format!("You have unsaved changes from {said} in this browser"));
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn kept_text_never_overwrites_a_newer_revision() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    let editor = format!("{}/revise", start_a_post(&chromium));
    leave_words_behind(&chromium, &editor, "Words of a closed tab.");
    // Another browser of hers, so to say: it knows nothing of those words.
    let shelf = take_the_shelf(&chromium);
    chromium.visit(&editor);
    chromium.fill("Body", "Words of another browser.");
    chromium.press("Save draft");
    chromium.sees("Saved as revision ");
    put_back(&chromium, &shelf);

    chromium.visit(&editor);
    chromium.sees_element("//*[@data-kept]//span[not(@hidden)]");
    chromium.press("Restore them");
    chromium.press("Save draft");
    chromium.sees("Not saved: this post has changed");
    assert_eq!(chromium.focused(), "alert");
    chromium.sees_line("Removed", "Words of another browser.");
    chromium.sees_line("Added", "Words of a closed tab.");
    assert!(!is_offered(&chromium), "it is in the form already");
    chromium.press("Save mine as revision 3");
    chromium.sees("Saved as revision ");
    assert_eq!(kept(&chromium), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn kept_text_equal_to_the_saved_text_is_dropped() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    let editor = format!("{}/revise", start_a_post(&chromium));
    leave_words_behind(&chromium, &editor, "Words of a closed tab.  ");
    chromium.visit(&editor);
    chromium.press("Restore them");
    chromium.sees("Preview updated.");
    let shelf = take_the_shelf(&chromium);
    chromium.press("Save draft");
    chromium.sees("Saved as revision ");
    put_back(&chromium, &shelf);
    assert_eq!(kept(&chromium), 1);
    chromium.visit(&editor);
    assert!(!is_offered(&chromium));
    assert_eq!(kept(&chromium), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn kept_text_stays_with_its_person_and_is_removed_at_sign_out() {
    let Some((world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    leave_words_behind(&chromium, CREATE, "Words of Alice.");
    db_end_sessions(&world);
    chromium.sign_in("arthur");
    chromium.visit(CREATE);
    assert!(!is_offered(&chromium), "they are none of Arthur's");
    leave_words_behind(&chromium, CREATE, "Words of Arthur.");
    assert_eq!(kept(&chromium), 2);
    chromium.visit("/desk");
    chromium.press("Sign out");
    chromium.answers_no();
    chromium.sees_heading("My desk");
    assert_eq!(kept(&chromium), 2, "whoever thinks again loses nothing");
    chromium.press("Sign out");
    chromium.answers_yes();
    chromium.sees("You are signed out.");
    assert_eq!(kept(&chromium), 1, "those of Alice");

    chromium.sign_in("alice");
    chromium.visit(CREATE);
    assert!(is_offered(&chromium));
    chromium.fill("Body", "More words of Alice.");
    chromium.sees("Preview updated.");
    assert_eq!(kept(&chromium), 2);
    chromium.press("Sign out");
    chromium.answers_yes();
    chromium.sees("You are signed out.");
    assert_eq!(kept(&chromium), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_browser_that_keeps_nothing_costs_nothing_else() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    // As in a browser whose storage is full.
    chromium.value_of("Storage.prototype.setItem = () => { throw new Error('full') }");
    chromium.fill("Body", "First words.");
    sees_in_preview(&chromium, "p", "First words.");
    assert_eq!(kept(&chromium), 0);
    chromium.value_of("void (window.fetch = async () => { throw new Error('offline') })");
    chromium.fill("Body", "Second words.");
    chromium.sees("Do not close this page: your text is not kept in this browser.");
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn kept_text_is_removed_only_when_the_server_has_signed_the_person_out() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    leave_words_behind(&chromium, CREATE, "Words of Alice.");
    chromium.visit("/desk");
    chromium.value_of("void (window.fetch = async () => { throw new Error('offline') })");
    chromium.press("Sign out");
    chromium.answers_yes();
    chromium.sees("You are signed out.");
    assert_eq!(kept(&chromium), 1, "no answer said so");
}

/// A post may be published while its author writes: the text goes on as a new post.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn kept_text_of_a_post_that_is_published_meanwhile_becomes_a_new_post() {
    let Some((world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    let post = world.in_review();
    let editor = format!("/desk/posts/{post}/revise");
    leave_words_behind(&chromium, &editor, "An hour of words.");
    chromium.visit("/desk");
    chromium.sees("is kept in this browser:");
    chromium.follow("Continue writing");
    assert_eq!(chromium.path(), editor);
    assert!(is_offered(&chromium));
    world.perform(world.edith, &publish(post, 1)).unwrap();
    for page in [format!("/desk/posts/{post}"), editor] {
        chromium.visit(&page);
        chromium.sees("is kept in this browser:");
    }
    chromium.press("Start a new post with it");
    chromium.sees_heading("New post");
    assert!(is_offered(&chromium));
    chromium.press("Restore them");
    assert_eq!(chromium.value("Body"), "An hour of words.");
    chromium.press("Save draft");
    chromium.sees("Draft saved.");
    assert_eq!(kept(&chromium), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn times_are_shown_in_the_readers_time_zone() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    start_a_post(&chromium);
    for (zone, said) in [("Asia/Tokyo", "GMT+9"), ("Asia/Kolkata", "GMT+5:30")] {
        chromium.travel_to(zone);
        chromium.visit("/desk");
        chromium.sees_element(&format!("//main//time[contains(@title, '{said}')]"));
    }
}

/// A browser in which Alice has signed in, or `None` where there is none.
fn at_the_desk(javascript: JavaScript) -> Option<(World, Server, Chromium)> {
    let (world, server) = publishing_house();
    let chromium = Chromium::open(server.address, javascript)?;
    chromium.sign_in("alice");
    Some((world, server, chromium))
}

/// Types a body in another tab, and closes it once it is kept.
fn leave_words_behind(chromium: &Chromium, editor: &str, words: &str) {
    chromium.in_another_tab(|chromium| {
        chromium.visit(editor);
        chromium.fill("Body", words);
        chromium.sees("Preview updated.");
    });
}

#[track_caller]
fn sees_in_preview(chromium: &Chromium, element: &str, words: &str) {
    chromium.sees_element(&format!(
        "//section[@id='preview']//article//{element}[normalize-space(.)='{words}']"
    ));
}

fn is_offered(chromium: &Chromium) -> bool {
    chromium.value_of("!document.querySelector('[data-kept]').hidden") == true
}

/// How many texts the browser keeps, whoever typed them.
fn kept(chromium: &Chromium) -> u64 {
    chromium.value_of("localStorage.length").as_u64().unwrap()
}

/// Takes away all that the browser keeps.
fn take_the_shelf(chromium: &Chromium) -> String {
    let shelf = chromium.value_of("JSON.stringify(localStorage)");
    chromium.value_of("localStorage.clear()");
    shelf.to_string()
}

fn put_back(chromium: &Chromium, shelf: &str) {
    chromium.value_of(&format!("Object.assign(localStorage, JSON.parse({shelf}))"));
}

/// Whether leaving the form of a new post in this way is warned of.
#[track_caller]
fn warns<T>(chromium: &Chromium, leave: impl FnOnce() -> T) -> bool {
    chromium.visit(CREATE);
    notice_warnings(chromium);
    leave();
    chromium.sees_element("//body[not(@data-here)]");
    was_warned(chromium)
}

/// Writes down what the page answers when it is about to be left.
fn notice_warnings(chromium: &Chromium) {
    chromium.value_of(
        "(document.body.dataset.here = 'yes', addEventListener('beforeunload', (event) => \
         sessionStorage.setItem('warned', event.defaultPrevented)))",
    );
}

fn was_warned(chromium: &Chromium) -> bool {
    chromium.value_of("sessionStorage.getItem('warned')") == "true"
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_days_of_a_filter_are_those_of_the_times_on_the_page() {
    let (world, server) = publishing_house();
    let post = world.published();
    world.database.db_sabotage(&format!(
        "SET session_replication_role = replica;
         UPDATE posts SET created_at = '2026-11-20Z', submitted_at = '2026-11-21Z',
             published_at = '2026-11-26 15:21Z' WHERE id = {post}"
    ));
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else { return };
    chromium.sign_in("stan");
    chromium.travel_to("Pacific/Auckland");
    chromium.visit("/admin/posts");
    chromium.sees_element(
        "//time[contains(@title, '27 November 2026') or contains(@title, 'November 27, 2026')]",
    );
    let hint = "document.querySelector('[data-zone]').textContent";
    let said = chromium.value_of(hint);
    assert_eq!(said, "Days are counted in your time zone, Pacific/Auckland.");
    for (day, is_found) in [("2026-11-27", true), ("2026-11-26", false)] {
        for field in ["from", "until"] {
            chromium.value_of(&format!("document.getElementById('{field}').value = '{day}'"));
        }
        chromium.press("Search");
        chromium.sees(&format!("From {day} (Pacific/Auckland)"));
        let rows = chromium.value_of("document.querySelectorAll('main tbody tr').length");
        assert_eq!(rows == 1, is_found, "{day}");
    }
    let Some(plain) = Chromium::open(server.address, JavaScript::Off) else { return };
    plain.sign_in("stan");
    plain.visit("/admin/posts?from=2026-11-26&until=2026-11-26&zone=");
    plain.sees("From 2026-11-26 (UTC)");
    plain.sees("Days are counted in UTC.");
    plain.sees("On restraint");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_new_token_is_copied_by_a_button() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit("/account");
    chromium.fill("Name", "Nightly import");
    chromium.fill("Your password", PASSWORD);
    chromium.press("Create token");
    chromium.sees("You cannot see it again.");
    let shown = "document.getElementById('new-token').value";
    chromium.value_of("void (navigator.clipboard.writeText = async (text) => { copied = text })");
    chromium.press("Copy");
    chromium.sees("Copied.");
    assert_eq!(chromium.value_of("copied"), chromium.value_of(shown));
    chromium.value_of("void (navigator.clipboard.writeText = async () => { throw 0 })");
    chromium.press("Copy");
    chromium.sees("Press Ctrl+C to copy.");
    assert_eq!(chromium.value_of("getSelection().toString()"), chromium.value_of(shown));
}
