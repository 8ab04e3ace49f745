//! What a person presses and does not press: the focus begins where one types, lists can
//! be skipped to, and ticks last from page to page.

use super::publishing_house;
use crate::support::Chromium;
use crate::support::chromium::JavaScript;
use crate::support::world::{content, publish, submit};

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_focus_begins_where_one_types() {
    let (_world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, JavaScript::Off) else { return };
    chromium.visit("/sign-in");
    assert_eq!(chromium.focused(), "username");
    chromium.fill("Username", "alice");
    chromium.fill("Password", "not-her-password");
    chromium.press("Sign in");
    chromium.sees("Wrong username or password.");
    assert_eq!(chromium.focused(), "password");
    chromium.sign_in("alice");
    chromium.visit("/desk/posts/create");
    assert_eq!(chromium.focused(), "title");
    chromium.fill("Title", "On restraint");
    chromium.fill("Body", "Less is more.");
    chromium.press("Save and submit");
    chromium.sees("Saved as revision 1, but not submitted");
    assert_eq!(chromium.focused(), "alert");
    chromium.follow("Summary: Enter a summary.");
    assert_eq!(chromium.focused(), "summary");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn ticks_are_kept_from_page_to_page_of_the_admins_list() {
    let (world, server) = publishing_house();
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else { return };
    for number in 0..51 {
        let post = world.create(world.alice, content(&format!("Post {number}."))).unwrap().post;
        world.perform(world.alice, &submit(post, 1)).unwrap();
        world.perform(world.edith, &publish(post, 1)).unwrap();
    }
    chromium.sign_in("stan");
    chromium.visit("/admin/posts");
    chromium.tick("Select Post 50.");
    chromium.sees("1 selected");
    chromium.follow("Next page");
    chromium.sees("1 selected, 1 on other pages");
    chromium.tick("Select Post 0.");
    chromium.sees("2 selected, 1 on other pages");
    chromium.follow("Previous page");
    chromium.sees("2 selected, 1 on other pages");
    chromium.press("Archive selected…");
    chromium.sees_heading("Archive 2 posts?");
    chromium.fill("Reason", "They are out of date.");
    chromium.press("Archive 2 posts");
    chromium.sees_heading("2 posts archived");
    chromium.follow("Back to the list");
    chromium.sees("0 selected");
}
