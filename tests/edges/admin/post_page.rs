//! The page of one post in the admin.

use diesel::prelude::*;
use imprimatur::store::statement::statement;

use crate::support::{Server, World};

/// As on the desk: live, or disabled with the reasons beside it.
#[test]
fn the_page_of_a_post_offers_to_archive_or_shows_the_reasons() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let disabled = "aria-disabled=\"true\" aria-describedby=\"why-archive\">Archive</button>";
    for (post, sentence) in [
        (world.draft(), "Alice has not submitted this draft yet."),
        (world.in_review(), "Alice submitted this on"),
        (world.archived(), "You archived this on"),
    ] {
        let page = stan.get(&format!("/admin/posts/{post}")).expect(200).body;
        assert!(page.contains(disabled), "{page}");
        let (_, reasons) = page.split_once("id=\"why-archive\"").unwrap();
        let (reasons, _) = reasons.split_once("</ul>").unwrap();
        assert!(reasons.contains(sentence), "{reasons}");
    }
    let post = world.published();
    let page = stan.get(&format!("/admin/posts/{post}")).expect(200).body;
    assert!(
        page.contains(&format!(
            "href=\"/admin/posts/{post}/archive?back=%2Fadmin%2Fposts%2F{post}\">Archive</a>"
        )),
        "{page}"
    );
    assert!(!page.contains(disabled), "{page}");
}

#[test]
fn the_page_of_a_post_shows_every_check_that_verify_makes() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let post = world.published();
    server
        .signed_in("edith")
        .send_unasked(&format!("/desk/posts/{post}/publish"), &[("key", "again"), ("seen", "1")]);
    let path = format!("/admin/posts/{post}");
    let page = stan.get(&path).expect(200).body;
    assert!(page.contains("checks passed."), "{page}");
    assert!(page.contains("A post enters each state once, so it is published once."), "{page}");
    assert!(!page.contains(">Failed<"), "{page}");
    for part in ["Edith published revision 1", "Revision 1", "No change requests.", "could not"] {
        assert!(page.contains(part.trim_start_matches("Edith ")), "{part}: {page}");
    }

    // What verify finds broken of this post is what the page says is broken.
    for (sql, name, sentence, is_readable) in [
        (
            "UPDATE posts SET slug = 'Let It' WHERE id = $; ",
            "slug_is_well_formed",
            "A slug is lower-case words",
            false,
        ),
        (
            "DELETE FROM history WHERE post_id = $ AND entered = 'published'",
            "post_state_is_recorded",
            "The state of a post is in its history.",
            true,
        ),
        (
            "UPDATE posts SET submitted_at = NULL WHERE id = $",
            "submission_facts_iff_submitted",
            "from its submission on, and not before.",
            false,
        ),
    ] {
        let post = world.published();
        let sql = sql.replace('$', &post.to_string());
        // A check is put back over rows that break it, as a restore does.
        let comment = statement::<diesel::sql_types::Text>(
            "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = $1",
        )
        .bind::<diesel::sql_types::Text, _>(name)
        .get_result::<String>(&mut world.database.as_owner())
        .unwrap();
        let restored = match world.database.db_constraint(name) {
            Some(definition) if definition.starts_with("CHECK") => {
                format!(
                    "ALTER TABLE posts ADD CONSTRAINT {name} {definition} NOT VALID;
                     COMMENT ON CONSTRAINT {name} ON posts IS '{comment}'"
                )
            }
            _ => String::new(),
        };
        let dropped = if restored.is_empty() { "no_constraint" } else { name };
        world.database.db_sabotage(&format!(
            "ALTER TABLE posts DROP CONSTRAINT IF EXISTS {dropped};
             SET session_replication_role = replica; {sql}; {restored}"
        ));
        let page = stan.get(&format!("/admin/posts/{post}")).expect(200).body;
        let (_, broken) = page.split_once("verdict fails").unwrap();
        let (broken, kept) = broken.split_once("Show passed checks").unwrap();
        assert!(broken.contains(name) && broken.contains(sentence), "{broken}");
        assert!(!kept.contains(&format!("<code>{name}</code>")), "{kept}");
        assert_eq!(page.contains("is inconsistent"), !is_readable, "{page}");
        let conn = &mut world.database.as_owner();
        let found = imprimatur::store::verify::verify(conn, imprimatur::postgres::RUNTIME_ROLE);
        for finding in found.unwrap().findings.iter().filter(|found| found.post == Some(post)) {
            let is_on_the_page = finding.truth.scope == imprimatur::store::verify::Scope::Post;
            let name = &finding.truth.name;
            assert_eq!(broken.contains(name), is_on_the_page, "{finding:?}: {broken}");
        }
    }
    stan.get("/admin/posts/999999").expect(404);
    stan.get("/admin/posts/first").expect(404);
}
