//! Who sees the admin, and its table of who can do what.

use imprimatur::domain::Role;
use imprimatur::policies::accounts::AccountChange;

use super::helpers::{TABS, incident};
use crate::support::{Server, World};

#[test]
fn the_access_table_is_the_one_of_the_readme() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let page = server.signed_in("stan").get("/admin/permissions").expect(200).body;
    let (_, rest) = page.split_once("id=\"truth-table\"").unwrap();
    let table = rest.split("</table>").next().unwrap();
    let shown: Vec<Vec<String>> = table
        .split("<tr>")
        .skip(1)
        .map(|row| {
            row.split("</t")
                .filter(|cell| cell.contains("<th scope") || cell.contains("<td>"))
                .filter_map(|cell| cell.rsplit_once("<t"))
                .filter_map(|(_, cell)| cell.split_once('>'))
                .map(|(_, text)| text.trim().to_owned())
                .collect()
        })
        .collect();
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("<!-- truth table -->\n").unwrap();
    let written: Vec<Vec<String>> = rest
        .split("<!--")
        .next()
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("|--") && !line.is_empty())
        .map(|line| {
            let line = line.trim_matches('|');
            // The README has the names, and the page their words.
            line.split('|').map(|cell| cell.trim().replace('-', " ")).collect()
        })
        .collect();
    assert_eq!(shown, written);
    for permission in imprimatur::domain::Permission::ALL {
        for role in Role::ALL {
            if let Some(reason) = imprimatur::permissions::grant(role, permission) {
                assert!(page.contains(reason), "{reason}");
            }
        }
    }
}

/// Whoever neither writes nor reviews has no desk to be sent to.
#[test]
fn staff_without_another_role_start_in_the_admin() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    assert_eq!(stan.get("/desk").expect(303).location(), "/admin");
    assert!(!stan.get("/admin").expect(200).body.contains("href=\"/desk\""));
    world.change_account("stan", AccountChange::Grant(Role::Reviewer)).unwrap_err();
    world.change_account("edith", AccountChange::Grant(Role::Staff)).unwrap();
    let mut edith = server.signed_in("edith");
    assert!(edith.get("/desk").expect(200).body.contains("href=\"/admin\""));
    assert!(edith.get("/admin").expect(200).body.contains("href=\"/desk\""));
}

#[test]
fn only_staff_see_the_admin_and_visitors_sign_in_first() {
    let world = World::new();
    incident(&world, "something", None, None);
    let post = world.published();
    let server = Server::start(world.database.store());
    let of_a_post = format!("/admin/posts/{post}");
    let pages = TABS.iter().copied().chain(["/admin/incidents/1", of_a_post.as_str()]);
    for page in pages {
        server.browser().get(page).expect(401);
        for (name, _) in world.everybody() {
            let status = if name == "stan" { 200 } else { 403 };
            server.signed_in(name).get(page).expect(status);
        }
    }
}
