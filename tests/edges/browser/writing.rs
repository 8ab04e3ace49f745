//! Keys, buttons and pasted text write Markdown, and the first screen has all that an
//! author needs.

use super::publishing_house;
use crate::support::chromium::{JavaScript, Scheme};
use crate::support::world::revise;
use crate::support::{Chromium, Server, World};

const CREATE: &str = "/desk/posts/create";

fn at_the_desk(javascript: JavaScript) -> Option<(World, Server, Chromium)> {
    let (world, server) = publishing_house();
    let chromium = Chromium::open(server.address, javascript)?;
    chromium.sign_in("alice");
    Some((world, server, chromium))
}

/// Types a key with Control into the body.
fn control(chromium: &Chromium, key: &str) {
    chromium.value_of(&format!(
        "document.getElementById('body').dispatchEvent(new KeyboardEvent('keydown', \
         {{ key: '{key}', ctrlKey: true, bubbles: true, cancelable: true }}))"
    ));
}

/// Selects a part of the body.
fn select(chromium: &Chromium, words: &str) {
    chromium.value_of(&format!(
        "(() => {{ const body = document.getElementById('body'); \
         const at = body.value.indexOf('{words}'); body.focus(); \
         body.setSelectionRange(at, at + {}); }})()",
        words.len()
    ));
}

fn paste(chromium: &Chromium, html: &str) {
    chromium.value_of(&format!(
        "(() => {{ const data = new DataTransfer(); data.setData('text/html', {html:?}); \
         const body = document.getElementById('body'); body.focus(); body.select(); \
         body.dispatchEvent(new ClipboardEvent('paste', \
         {{ clipboardData: data, bubbles: true, cancelable: true }})); }})()"
    ));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_first_screen_holds_title_body_and_save() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    for (width, height) in [(1366, 650), (360, 640)] {
        chromium.looks(Scheme::Light, (width, height));
        chromium.visit(CREATE);
        for element in ["#title", "#body", "[name=save]"] {
            let inside = format!(
                "(() => {{ const box = document.querySelector('{element}')\
                 .getBoundingClientRect(); \
                 return box.top >= 0 && box.top + 32 <= innerHeight; }})()"
            );
            assert!(chromium.value_of(&inside) == true, "{element} at {width} by {height}");
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn buttons_and_keys_write_markdown_and_the_keys_save() {
    let Some((world, server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    chromium.fill("Title", "On restraint");
    chromium.fill("Body", "one two three");
    select(&chromium, "two");
    control(&chromium, "b");
    assert_eq!(chromium.value("Body"), "one **two** three");
    control(&chromium, "b");
    assert_eq!(chromium.value("Body"), "one two three");
    select(&chromium, "three");
    control(&chromium, "i");
    assert_eq!(chromium.value("Body"), "one two *three*");
    select(&chromium, "one");
    chromium.press("Link");
    assert_eq!(chromium.value("Body"), "[one](https://) two *three*");
    chromium.press("Heading");
    assert_eq!(chromium.value("Body"), "## [one](https://) two *three*");
    chromium.press("Heading");
    chromium.press("List");
    assert_eq!(chromium.value("Body"), "- [one](https://) two *three*");
    control(&chromium, "s");
    chromium.sees("Draft saved.");
    assert_eq!(world.db_count("posts"), 1);

    let Some(plain) = Chromium::open(server.address, JavaScript::Off) else { return };
    plain.sign_in("alice");
    plain.visit(CREATE);
    plain.sees_element("//*[@data-marks][@hidden]");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn pasted_rich_text_keeps_links_emphasis_lists_and_headings() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.visit(CREATE);
    for (html, markdown) in [
        (
            "<h1>News</h1><p>See <a href='https://example.org/a b'>the <b>list</b></a>, \
             <em>please</em>.</p><ul><li>one</li><li>two<ol><li>deep</li></ol></li></ul>",
            "## News\n\nSee [the **list**](https://example.org/a%20b), *please*.\n\n\
             - one\n- two\n  1. deep",
        ),
        (
            "<b style='font-weight:normal'><p><span style='font-weight:700'>Bold</span> and \
             <span style='font-style:italic'>italic</span></p></b>",
            "**Bold** and *italic*",
        ),
        ("<blockquote><p>So it <i>goes</i>.</p></blockquote>", "> So it *goes*."),
        ("<p>2 * 3 and <a href='javascript:x'>this</a> <b>is</b></p>", "2 \\* 3 and this **is**"),
    ] {
        paste(&chromium, html);
        assert_eq!(chromium.value("Body"), markdown, "{html}");
    }
    // Without marks the browser pastes the plain text itself.
    chromium.fill("Body", "kept");
    paste(&chromium, "<div><span>plain</span></div>");
    assert_eq!(chromium.value("Body"), "kept");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_open_editor_learns_while_typing_that_a_newer_revision_exists() {
    let Some((world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    let post = world.draft();
    chromium.visit(&format!("/desk/posts/{post}/revise"));
    world.perform(world.alice, &revise(post, 1, "From another tab")).unwrap();
    chromium.fill("Body", "Words from this tab.");
    chromium.sees("This post has changed while you had it open.");
    assert_eq!(chromium.value("Body"), "Words from this tab.");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_preview_shows_what_is_written_at_the_caret() {
    let Some((_world, _server, chromium)) = at_the_desk(JavaScript::On) else { return };
    chromium.looks(Scheme::Light, (1366, 650));
    chromium.visit(CREATE);
    let body: Vec<String> = (0..60).map(|number| format!("Paragraph number {number}.")).collect();
    chromium.value_of(&format!("document.getElementById('body').value = {:?}", body.join("\n\n")));
    chromium.fill("Title", "On length");
    chromium.sees("Paragraph number 59.");
    select(&chromium, "number 55");
    chromium.value_of(
        "document.getElementById('body').dispatchEvent(new Event('click', { bubbles: true }))",
    );
    let is_shown = "(() => { const preview = document.getElementById('preview')\
        .getBoundingClientRect(); const found = [...document.querySelectorAll('#preview p')]\
        .find((one) => one.textContent === 'Paragraph number 55.').getBoundingClientRect(); \
        return found.top > preview.top && found.bottom < preview.bottom; })()";
    assert!(chromium.value_of(is_shown) == true);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_actions_stay_in_reach_on_a_long_article() {
    let (world, server) = publishing_house();
    let long = imprimatur::domain::Content::parse("Long", "S", &"Words.\n\n".repeat(300)).unwrap();
    let post = world.create(world.alice, long).unwrap().post;
    world.perform(world.alice, &crate::support::world::submit(post, 1)).unwrap();
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else { return };
    chromium.sign_in("edith");
    for size in [(1366, 650), (360, 640)] {
        chromium.looks(Scheme::Light, size);
        chromium.visit(&format!("/desk/posts/{post}"));
        chromium.value_of("scrollTo(0, 3000)");
        let top = "document.querySelector('.decisions').getBoundingClientRect().top";
        assert_eq!(chromium.value_of(top), 0, "{size:?}");
    }
}

/// A browser that goes back puts typed text into the fields of the page, and not into its
/// hidden ones: a text about an older revision must not get the number of a newer one.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn going_back_puts_no_older_text_into_the_form_of_a_newer_revision() {
    for javascript in [JavaScript::On, JavaScript::Off] {
        let Some((world, server, chromium)) = at_the_desk(javascript) else { return };
        let post = world.in_review();
        let address = format!("/desk/posts/{post}/revise");
        chromium.visit(&address);
        chromium.fill("Title", "An older text");
        chromium.press("Save revision");
        chromium.sees("Revision 2");
        world.perform(world.alice, &revise(post, 2, "A newer text")).unwrap();
        chromium.go_back();
        chromium.sees_element(&format!("//form[@action='{address}']"));
        let (title, seen) = (chromium.value("Title"), chromium.hidden("seen"));
        assert_eq!((&*title, &*seen), ("A newer text", "3"));

        // The same for a note about a revision, and for the roles that a person holds.
        let Some(reviewer) = Chromium::open(server.address, javascript) else { return };
        reviewer.sign_in("edith");
        let address = format!("/desk/posts/{post}/request-changes");
        let label = "What should the author change?";
        reviewer.visit(&address);
        reviewer.fill(label, "About revision 3.");
        reviewer.visit("/desk");
        reviewer.go_back();
        reviewer.sees_element(&format!("//form[@action='{address}']"));
        assert_eq!(reviewer.value(label), "About revision 3.", "it comes back to its revision");
        reviewer.visit("/desk");
        world.perform(world.alice, &revise(post, 3, "The newest text")).unwrap();
        reviewer.go_back();
        reviewer.sees_element(&format!("//form[@action='{address}']"));
        let (note, seen) = (reviewer.value(label), reviewer.hidden("seen"));
        // The page itself may come back, and its note is refused as one about revision 3.
        let is_of_its_revision = [("", "4"), ("About revision 3.", "3")].contains(&(&note, &seen));
        assert!(is_of_its_revision, "{note:?} is about revision {seen}");
    }
}
