//! Every impossible state of a post and its history, typed by hand.

use imprimatur::domain::{Content, PostId, State};
use imprimatur::postgres::RUNTIME_ROLE;

use super::{Attempt, each_is_refused};
use crate::support::World;
use crate::support::raw::{
    Effect, action_to, db_account_event, db_change, db_history_row, db_refused_by,
};
use crate::support::world::{request_changes, revise, submit, withdraw_request};

/// A post in each state, and some whose reviews and revisions have a history.
struct Scene {
    world: World,
    draft: PostId,
    revised: PostId,
    review: PostId,
    requested: PostId,
    withdrawn: PostId,
    blank: PostId,
    published: PostId,
    archived: PostId,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let revised = world.draft();
        world.perform(world.alice, &revise(revised, 1, "On brevity")).unwrap();
        let requested = world.in_review();
        let withdrawn = world.in_review();
        for post in [requested, withdrawn] {
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
        }
        world.perform(world.edith, &withdraw_request(withdrawn, 1)).unwrap();
        // Policy lets nothing incomplete into review; a hand at a terminal does.
        let without_words = Content::parse("On silence", " ", "").unwrap();
        let blank = world.create(world.alice, without_words).unwrap().post;
        let submission = db_change(blank, State::Draft, State::InReview, world.alice);
        assert_eq!(db_refused_by(&mut world.database.as_runtime(), &submission), "nothing");
        Self {
            draft: world.draft(),
            review: world.in_review(),
            published: world.published(),
            archived: world.archived(),
            revised,
            requested,
            withdrawn,
            blank,
            world,
        }
    }

    /// Puts the ids of people and posts where the SQL names them.
    fn sql(&self, text: &str) -> String {
        let posts = [
            ("draft", self.draft),
            ("revised", self.revised),
            ("review", self.review),
            ("requested", self.requested),
            ("withdrawn", self.withdrawn),
            ("blank", self.blank),
            ("published", self.published),
            ("archived", self.archived),
        ];
        let mut sql = text.to_owned();
        for (name, post) in posts {
            sql = sql.replace(&format!("{{{name}}}"), &post.to_string());
        }
        for (name, person) in self.world.everybody() {
            let key = format!("(SELECT min(key) FROM public.history WHERE actor_id = {person})");
            sql = sql
                .replace(&format!("{{{name}}}"), &person.to_string())
                .replace(&format!("{{{name}'s key}}"), &key);
        }
        assert!(!sql.contains('{') || sql.contains("'{"), "{sql}");
        sql
    }

    #[track_caller]
    fn each_is_refused(&self, attempts: &[(&str, &str, &str)]) {
        let attempts: Vec<Attempt<'_>> = attempts
            .iter()
            .map(|(what, sql, expected)| (*what, self.sql(sql), *expected))
            .collect();
        each_is_refused(&self.world, &mut self.world.database.as_runtime(), &attempts);
    }
}

/// A history row of a state that is entered.
fn transition(who: &str, post: &str, revision: &str, from: &str, to: &str) -> String {
    Effect::new(who, post, revision).history(action_to(to.trim_matches('\'')), from, to)
}

/// A revision and its history row.
fn revision(who: &str, post: &str, number: &str, title: &str) -> String {
    let key = format!("'typed-by-hand/{number}'");
    let effect = Effect { key: &key, ..Effect::new(who, post, number) };
    effect.with_history("revise", "'draft'", &effect.revision(title))
}

/// A review and its history row.
fn review(who: &str, post: &str, of: &str, note: &str, withdraws: &str) -> String {
    let effect = Effect::new(who, post, of);
    let action = if withdraws == "NULL" { "request-changes" } else { "withdraw-request" };
    effect.history(action, "'in_review'", "'in_review'") + &effect.review(note, withdraws)
}

#[test]
fn a_post_moves_forward_one_step_at_a_time_or_not_at_all() {
    let scene = Scene::new();
    scene.each_is_refused(&[
        (
            "publish a draft, skipping review",
            "UPDATE posts SET state = 'published',
                 submitted_at = now(), submitted_by = {alice}, submitted_revision = 1,
                 published_at = now(), published_by = {edith}, published_revision = 1, slug = 'x'
             WHERE id = {draft}",
            "post_moves_one_step_forward",
        ),
        (
            "archive what was never published",
            "UPDATE posts SET state = 'archived' WHERE id = {review}",
            "post_moves_one_step_forward",
        ),
        (
            "take a published post back to review",
            "UPDATE posts SET state = 'in_review' WHERE id = {published}",
            "post_moves_one_step_forward",
        ),
        (
            "take a post in review back to draft",
            "UPDATE posts SET state = 'draft' WHERE id = {review}",
            "post_moves_one_step_forward",
        ),
        (
            "bring an archived post back",
            "UPDATE posts SET state = 'published' WHERE id = {archived}",
            "post_moves_one_step_forward",
        ),
        (
            "invent a state",
            "UPDATE posts SET state = 'scheduled' WHERE id = {review}",
            "post_moves_one_step_forward",
        ),
        (
            "begin as a published post",
            "INSERT INTO posts (author_id, state) VALUES ({alice}, 'published')",
            "post_begins_as_a_draft",
        ),
        (
            "begin with a second revision",
            "INSERT INTO posts (author_id, current_revision) VALUES ({alice}, 2)",
            "post_begins_as_a_draft",
        ),
    ]);
}

#[test]
fn publishing_twice_is_not_representable() {
    let scene = Scene::new();
    scene.each_is_refused(&[
        (
            "publish what is published, in the history",
            &transition("{edith}", "{published}", "1", "'in_review'", "'published'"),
            "post_enters_each_state_once",
        ),
        (
            "publish what is published, on the post",
            "UPDATE posts SET published_at = now(), published_by = {rosa} WHERE id = {published}",
            "publication_facts_are_final",
        ),
        (
            "begin twice",
            &transition("{alice}", "{draft}", "1", "NULL", "'draft'"),
            "post_enters_each_state_once",
        ),
        (
            "go round in a circle",
            &transition("{alice}", "{published}", "1", "'published'", "'draft'"),
            "history_is_an_arrow",
        ),
        (
            "enter a state from itself",
            &transition("{alice}", "{draft}", "1", "'in_review'", "'in_review'"),
            "history_is_an_arrow",
        ),
        (
            "begin anywhere but at the beginning",
            &transition("{edith}", "{draft}", "1", "NULL", "'published'"),
            "history_is_an_arrow",
        ),
        (
            "leave a state that was never entered",
            &transition("{edith}", "{draft}", "1", "'in_review'", "'published'"),
            "history_skips_nothing",
        ),
    ]);
}

#[test]
fn there_is_no_state_without_its_history_and_no_history_without_its_state() {
    let scene = Scene::new();
    let publication = "UPDATE posts SET state = 'published', published_at = now(),
             published_by = {edith}, published_revision = 1, slug = 'x' WHERE id = {review};"
        .to_owned();
    let by_another =
        publication.clone() + &transition("{alice}", "{review}", "1", "'in_review'", "'published'");
    let later = Effect {
        at: "now() + interval '1 microsecond'",
        ..Effect::new("{edith}", "{review}", "1")
    };
    let at_another_time = publication + &later.history("publish", "'in_review'", "'published'");
    let of_another_revision = "UPDATE posts SET state = 'in_review', submitted_at = now(),
             submitted_by = {alice}, submitted_revision = 2 WHERE id = {revised};"
        .to_owned()
        + &transition("{alice}", "{revised}", "1", "'draft'", "'in_review'");
    scene.each_is_refused(&[
        (
            "submit without a history row",
            "UPDATE posts SET state = 'in_review', submitted_at = now(),
                 submitted_by = {alice}, submitted_revision = 1 WHERE id = {draft}",
            "post_state_is_recorded",
        ),
        (
            "publish without a history row",
            "UPDATE posts SET state = 'published', published_at = now(),
                 published_by = {edith}, published_revision = 1, slug = 'x' WHERE id = {review}",
            "post_state_is_recorded",
        ),
        (
            "begin with neither content nor history",
            "INSERT INTO posts (author_id) VALUES ({alice})",
            "post_points_at_a_revision",
        ),
        (
            "a publication that the post knows nothing of",
            &transition("{edith}", "{review}", "1", "'in_review'", "'published'"),
            "history_is_borne_out",
        ),
        ("a publication under another's name", &by_another, "history_is_borne_out"),
        ("a publication at another time", &at_another_time, "history_is_borne_out"),
        (
            "a submission of another revision than the post says",
            &of_another_revision,
            "history_is_borne_out",
        ),
        (
            "a history row of a revision that nobody wrote",
            &transition("{edith}", "{review}", "9", "'in_review'", "'published'"),
            "history_names_a_revision",
        ),
    ]);
}

#[test]
fn each_states_facts_exist_exactly_from_that_state_on() {
    let scene = Scene::new();
    let mut attempts = Vec::new();
    // A fact that comes too early, alone.
    let early = [
        ("submitted_at = now()", "submission_facts_iff_submitted"),
        ("submitted_by = {alice}", "submission_facts_iff_submitted"),
        ("submitted_revision = 1", "submission_facts_iff_submitted"),
        ("published_at = now()", "published_post_is_complete"),
        ("published_by = {edith}", "publication_facts_iff_published"),
        ("published_revision = 1", "publication_facts_iff_published"),
        ("slug = 'x'", "publication_facts_iff_published"),
        ("archived_at = now()", "archival_facts_iff_archived"),
        ("archived_by = {stan}", "archival_facts_iff_archived"),
        ("archive_reason = 'Old.'", "archival_facts_iff_archived"),
    ];
    for (fact, expected) in early {
        attempts.push((
            format!("a draft with {fact}"),
            format!("UPDATE posts SET {fact} WHERE id = {{draft}}"),
            expected,
        ));
    }
    // A step with all of its facts but one.
    let steps = [
        ("draft", "in_review", &early[..3]),
        ("review", "published", &early[3..7]),
        ("published", "archived", &early[7..]),
    ];
    for (post, to, facts) in steps {
        for (missing, _) in facts {
            let given: Vec<&str> = facts.iter().map(|(fact, _)| *fact).collect();
            let given: Vec<&str> = given.into_iter().filter(|fact| fact != missing).collect();
            let expected = match (to, *missing) {
                ("in_review", _) => "submission_facts_iff_submitted",
                (_, "published_revision = 1") => "published_post_is_complete",
                ("published", _) => "publication_facts_iff_published",
                (_, _) => "archival_facts_iff_archived",
            };
            attempts.push((
                format!("{to} without {missing}"),
                format!(
                    "UPDATE posts SET state = '{to}', {} WHERE id = {{{post}}}",
                    given.join(", ")
                ),
                expected,
            ));
        }
    }
    let attempts: Vec<(&str, &str, &str)> = attempts
        .iter()
        .map(|(what, sql, expected)| (what.as_str(), sql.as_str(), *expected))
        .collect();
    scene.each_is_refused(&attempts);
    scene.each_is_refused(&[
        (
            "archive before it was published",
            "UPDATE posts SET state = 'archived', archived_at = '2000-01-01',
                 archived_by = {stan}, archive_reason = 'Old.' WHERE id = {published}",
            "facts_are_in_order",
        ),
        (
            "archive for a reason of nothing but space",
            "UPDATE posts SET state = 'archived', archived_at = now(),
                 archived_by = {stan}, archive_reason = E' \\n' WHERE id = {published}",
            "archive_reason_is_given",
        ),
    ]);
}

#[test]
fn facts_never_change() {
    let scene = Scene::new();
    let facts = [
        ("submitted_at", "now()", "submission_facts_are_final"),
        ("submitted_by", "{rosa}", "submission_facts_are_final"),
        ("submitted_revision", "2", "submission_facts_are_final"),
        ("published_at", "now()", "publication_facts_are_final"),
        ("published_by", "{rosa}", "publication_facts_are_final"),
        ("published_revision", "2", "publication_facts_are_final"),
        ("slug", "'elsewhere'", "publication_facts_are_final"),
        ("archived_at", "now()", "archival_facts_are_final"),
        ("archived_by", "{rosa}", "archival_facts_are_final"),
        ("archive_reason", "'Better.'", "archival_facts_are_final"),
        // The program does not even hold the right to try these.
        ("author_id", "{arthur}", "permission denied for table posts"),
        ("created_at", "now()", "permission denied for table posts"),
        ("id", "99", "permission denied for table posts|column \"id\""),
    ];
    let mut attempts = Vec::new();
    for (fact, value, expected) in facts {
        for value in [value, "NULL"] {
            attempts.push((
                format!("{fact} becomes {value}"),
                format!("UPDATE posts SET {fact} = {value} WHERE id = {{archived}}"),
                expected,
            ));
        }
    }
    let attempts: Vec<(&str, &str, &str)> = attempts
        .iter()
        .map(|(what, sql, expected)| (what.as_str(), sql.as_str(), *expected))
        .collect();
    scene.each_is_refused(&attempts);
}

#[test]
fn a_published_post_is_complete_and_final() {
    let scene = Scene::new();
    let second_revision = revision("{alice}", "{published}", "2", "'Changed'");
    let changed =
        format!("{second_revision} UPDATE posts SET current_revision = 2 WHERE id = {{published}}");
    let publish_blank =
        db_change(scene.blank, State::InReview, State::Published, scene.world.edith);
    scene.each_is_refused(&[
        (
            "edit the published text",
            "UPDATE revisions SET body = 'Something else.' WHERE post_id = {published}",
            "permission denied for table revisions",
        ),
        ("let a newer text take its place", &changed, "published_content_is_final"),
        ("leave a newer text lying beside it", &second_revision, "newest_revision_is_current"),
        (
            "publish another revision than the current one",
            "UPDATE posts SET state = 'published', published_at = now(),
                 published_by = {edith}, published_revision = 2, slug = 'x' WHERE id = {review}",
            "published_post_is_complete",
        ),
        ("publish without summary and text", &publish_blank, "published_post_is_complete"),
        (
            "take another post's address",
            "UPDATE posts SET state = 'published', published_at = now(),
                 published_by = {edith}, published_revision = 1,
                 slug = (SELECT slug FROM posts WHERE id = {published}) WHERE id = {review}",
            "slug_is_unique",
        ),
    ]);
    for slug in ["", "Upper", "two  words", "-x", "x-", "a--b", "a/b", "ä"] {
        let publish = format!(
            "UPDATE posts SET state = 'published', published_at = now(),
                 published_by = {{edith}}, published_revision = 1, slug = '{slug}'
             WHERE id = {{review}}"
        );
        scene.each_is_refused(&[("an address that is none", &publish, "slug_is_well_formed")]);
    }
}

#[test]
fn a_post_is_published_at_the_address_that_its_author_chose() {
    let scene = Scene::new();
    let choose = format!(
        "SET session_replication_role = replica;
         UPDATE revisions SET slug = 'chosen' WHERE post_id = {}",
        scene.review
    );
    scene.world.database.db_sabotage(&choose);
    let publish = |slug: &str| {
        format!(
            "UPDATE posts SET state = 'published', published_at = now(), published_by = {{edith}},
                 published_revision = 1, slug = '{slug}' WHERE id = {{review}}"
        )
    };
    for slug in ["another", "chosen-otherwise", "un-chosen", "chosen2", "chosen-2-3"] {
        let another = publish(slug);
        scene.each_is_refused(&[(slug, &another, "published_slug_is_the_chosen_one")]);
    }
    // It is taken as it is, and with a number: what refuses these comes later.
    for slug in ["chosen", "chosen-2"] {
        scene.each_is_refused(&[(slug, &publish(slug), "post_state_is_recorded")]);
    }
}

#[test]
fn revisions_are_numbered_without_gaps_and_the_newest_is_current() {
    let scene = Scene::new();
    let written = |number: &str| revision("{alice}", "{draft}", number, "'A title'");
    let point_at = |post: &str, number: i32| {
        format!("UPDATE posts SET current_revision = {number} WHERE id = {post}")
    };
    let gap = written("3") + &point_at("{draft}", 3);
    let ahead = written("2") + &written("3") + &point_at("{draft}", 2);
    let uncaused =
        Effect::new("{alice}", "{draft}", "2").revision("'A title'") + &point_at("{draft}", 2);
    let too_much =
        revision("{alice}", "{draft}", "2", "repeat('t', 201)") + &point_at("{draft}", 2);
    scene.each_is_refused(&[
        ("leave a gap", &gap, "revision_numbers_have_no_gaps"),
        ("count from zero", &written("0"), "revision_numbers_begin_at_one"),
        ("use a number twice", &written("1"), "revision_number_is_used_once"),
        ("write a revision that is not current", &written("2"), "newest_revision_is_current"),
        ("write two and point at the first", &ahead, "newest_revision_is_current"),
        ("write a revision without history", &uncaused, "revision_is_recorded"),
        (
            "submit a revision that nobody wrote",
            "UPDATE posts SET state = 'in_review', submitted_at = now(), submitted_by = {alice},
                 submitted_revision = 9, current_revision = 9 WHERE id = {draft}",
            "submission_names_a_revision",
        ),
        ("write more than anybody reads", &too_much, "title_is_within_limits"),
        (
            "choose a malformed web address",
            "INSERT INTO revisions
                 (post_id, number, title, summary, body, author_id, at, key, slug)
             VALUES ({draft}, 2, 'A title', '', '', {alice}, now(), 'k', 'Not a slug')",
            "chosen_slug_is_well_formed",
        ),
        (
            "point at a revision that nobody wrote",
            &point_at("{draft}", 7),
            "post_points_at_a_revision",
        ),
        (
            "point at an older revision again",
            &point_at("{revised}", 1),
            "post_never_returns_to_an_older_revision",
        ),
        (
            "submit an older revision",
            "UPDATE posts SET state = 'in_review', submitted_at = now(),
                 submitted_by = {alice}, submitted_revision = 1 WHERE id = {revised}",
            "submission_is_of_the_current_revision",
        ),
    ]);
}

#[test]
fn a_change_request_is_withdrawn_once_and_only_by_its_reviewer() {
    let scene = Scene::new();
    let withdrawal = |who: &str, post: &str, request: &str, of: &str| {
        let withdraws = format!("(SELECT {request}(id) FROM reviews WHERE post_id = {of})");
        review(who, post, "1", "''", &withdraws)
    };
    let uncaused = Effect::new("{edith}", "{review}", "1").review("'No.'", "NULL");
    scene.each_is_refused(&[
        (
            "Rosa withdraws Edith's request",
            &withdrawal("{rosa}", "{requested}", "min", "{requested}"),
            "request_is_withdrawn_by_its_reviewer",
        ),
        (
            "Edith withdraws it from another post",
            &withdrawal("{edith}", "{review}", "min", "{requested}"),
            "withdrawal_is_of_a_request",
        ),
        (
            "Edith withdraws hers a second time",
            &withdrawal("{edith}", "{withdrawn}", "min", "{withdrawn}"),
            "request_is_withdrawn_once",
        ),
        (
            "Edith withdraws her withdrawal",
            &withdrawal("{edith}", "{withdrawn}", "max", "{withdrawn}"),
            "withdrawal_is_of_a_request",
        ),
        (
            "request changes without a word",
            &review("{edith}", "{review}", "1", "E'\\t'", "NULL"),
            "request_says_what_to_change",
        ),
        (
            "request changes at too great a length",
            &review("{edith}", "{review}", "1", "repeat('no', 1001)", "NULL"),
            "review_note_is_within_limits",
        ),
        (
            "review a revision that nobody wrote",
            &review("{edith}", "{review}", "2", "'No.'", "NULL"),
            "history_names_a_revision",
        ),
        ("review without history", &uncaused, "review_is_recorded"),
    ]);
}

#[test]
fn a_key_causes_one_effect() {
    let scene = Scene::new();
    let submission = |key: &str, action: &str, fingerprint: &str| {
        let row = Effect { key, ..Effect::new("{alice}", "{draft}", "1") };
        row.history(action, "'draft'", "'in_review'").replace("sha256('')", fingerprint)
    };
    scene.each_is_refused(&[
        (
            "use a key again",
            &submission("{alice's key}", "submit", "sha256('')"),
            "idempotency_key_is_used_once",
        ),
        (
            "use an empty key",
            &submission("''", "submit", "sha256('')"),
            "idempotency_key_is_well_formed",
        ),
        (
            "use a key with a line break",
            &submission("E'a\\nb'", "submit", "sha256('')"),
            "idempotency_key_is_well_formed",
        ),
        (
            "an eighth action",
            &submission("'new'", "unpublish", "sha256('')"),
            "history_is_an_arrow",
        ),
        (
            "a fingerprint that is not one",
            &submission("'new'", "submit", "'\\x00'"),
            "fingerprint_is_sha256",
        ),
    ]);
}

#[test]
fn a_history_row_states_its_effect_and_no_other() {
    let scene = Scene::new();
    let effects = [
        // What it is, what else it takes, itself, its action and state, its
        // row, and what refuses another row.
        (
            "write",
            "UPDATE posts SET current_revision = 2 WHERE id = {draft};",
            Effect::new("{alice}", "{draft}", "2"),
            ("revise", "'draft'"),
            (|effect| effect.revision("'A title'")) as fn(&Effect<'_>) -> String,
            "revision_is_recorded",
        ),
        (
            "ask for changes",
            "",
            Effect::new("{edith}", "{review}", "1"),
            ("request-changes", "'in_review'"),
            |effect| effect.review("'No.'", "NULL"),
            "review_is_recorded",
        ),
    ];
    for (what, before, effect, (action, state), row, expected) in effects {
        let others = [
            ("the history of another person", Effect { who: "{rosa}", ..effect }),
            ("history with another key", Effect { key: "'another'", ..effect }),
            ("history of another post", Effect { post: "{withdrawn}", ..effect }),
            ("history with another revision", Effect { revision: "3", ..effect }),
            (
                "history at another time",
                Effect { at: "now() + interval '1 microsecond'", ..effect },
            ),
        ];
        for (whose, other) in others {
            let attempt = before.to_owned() + &other.with_history(action, state, &row(&effect));
            scene.each_is_refused(&[(&format!("{what} under {whose}"), &attempt, expected)]);
        }
        let other_action = if action == "revise" { "request-changes" } else { "revise" };
        let attempt =
            before.to_owned() + &effect.with_history(other_action, "'in_review'", &row(&effect));
        scene.each_is_refused(&[(&format!("{what} as {other_action}"), &attempt, expected)]);
        // With a history row that says the same, nothing refuses it before it is over.
        let proper =
            scene.sql(&(before.to_owned() + &effect.with_history(action, state, &row(&effect))));
        let mut conn = scene.world.database.as_runtime();
        let refused_by = db_refused_by(
            &mut conn,
            &format!("{proper} SET CONSTRAINTS ALL IMMEDIATE; SELECT 1/0"),
        );
        assert_eq!(refused_by, "division by zero", "{what}");
    }
}

#[test]
fn an_action_without_its_effect_is_refused() {
    let scene = Scene::new();
    let row = |who: &str, post: &str, of: &str, action: &str, from: &str, to: &str| {
        Effect::new(who, post, of).history(action, from, to)
    };
    let publication = "UPDATE posts SET state = 'published', published_at = now(),
             published_by = {edith}, published_revision = 1, slug = 'x' WHERE id = {review};";
    let as_revision = publication.to_owned()
        + &row("{edith}", "{review}", "1", "revise", "'in_review'", "'published'");
    let review = "'in_review'";
    scene.each_is_refused(&[
        (
            "publish, without effect",
            &row("{edith}", "{review}", "1", "publish", review, "'published'"),
            "history_is_borne_out",
        ),
        (
            "archive, without effect",
            &row("{stan}", "{published}", "1", "archive", "'published'", "'archived'"),
            "history_is_borne_out",
        ),
        (
            "submit, without effect",
            &row("{alice}", "{draft}", "1", "submit", "'draft'", review),
            "history_is_borne_out",
        ),
        ("publish, and call it a revision", &as_revision, "history_is_an_arrow"),
        (
            "revise, in the name of another person",
            &row("{edith}", "{review}", "1", "revise", review, review),
            "history_is_borne_out",
        ),
        (
            "revise what was revised later",
            &Effect { at: "now() - interval '1 day'", ..Effect::new("{alice}", "{draft}", "1") }
                .history("revise", "'draft'", "'draft'"),
            "history_is_borne_out",
        ),
        (
            "revise a published post",
            &row("{alice}", "{published}", "1", "revise", review, review),
            "history_is_borne_out",
        ),
        (
            "request changes, without a review",
            &row("{edith}", "{review}", "1", "request-changes", review, review),
            "history_is_borne_out",
        ),
        (
            "withdraw a request, without a withdrawal",
            &row("{edith}", "{requested}", "1", "withdraw-request", review, review),
            "history_is_borne_out",
        ),
    ]);
}

#[test]
fn authors_do_not_publish_or_review_and_only_authors_write() {
    let scene = Scene::new();
    let own = db_change(scene.review, State::InReview, State::Published, scene.world.alice);
    let written = revision("{arthur}", "{draft}", "2", "'Not by Alice'")
        + "UPDATE posts SET current_revision = 2 WHERE id = {draft}";
    let reviewed = review("{alice}", "{review}", "1", "'No.'", "NULL");
    scene.each_is_refused(&[
        ("Alice publishes her own post", &own, "author_does_not_publish"),
        ("Alice reviews her own post", &reviewed, "author_does_not_review"),
        ("Arthur writes in the draft of Alice", &written, "revision_is_its_authors"),
    ]);
}

#[test]
fn a_time_is_one_that_the_program_can_show() {
    let scene = Scene::new();
    for at in ["infinity", "-infinity", "12000-01-01", "9999-12-31", "1999-12-31 23:59:59Z"] {
        let publish = format!(
            "UPDATE posts SET state = 'published', published_at = '{at}',
                 published_by = {{edith}}, published_revision = 1, slug = 'x' WHERE id = {{review}}"
        );
        let forever = format!(
            "INSERT INTO sessions (id_hash, user_id, expires_at)
             VALUES (sha256('s'), {{alice}}, '{at}')"
        );
        scene.each_is_refused(&[
            ("publish then", &publish, "time_is_within_reach"),
            ("a session until then", &forever, "time_is_within_reach"),
        ]);
    }
    scene.each_is_refused(&[(
        "a session for eight days",
        "INSERT INTO sessions (id_hash, user_id, expires_at)
         VALUES (sha256('s'), {alice}, now() + interval '8 days')",
        "session_works_for_a_week",
    )]);
}

#[test]
fn what_lets_a_person_in_changes_only_with_its_record() {
    let scene = Scene::new();
    let alice = scene.world.alice;
    let token = "INSERT INTO tokens (user_id, name, beginning, secret_hash, expires_at)
         VALUES ({alice}, 'forged', 'imprimatur_abcd', sha256('t'), now() + interval '1 day');";
    let recorded = db_account_event(alice, alice, "token-made", "NULL") + token;
    let revoked = recorded.clone() + "UPDATE tokens SET revoked_at = now()";
    scene.each_is_refused(&[
        (
            "a password",
            "UPDATE users SET password_hash = '$argon2id$x' WHERE id = {edith}",
            "password_changes_with_its_record",
        ),
        (
            "a link to set one",
            "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
             VALUES ({edith}, {stan}, sha256('l'), now() + interval '1 hour')",
            "password_link_is_made_with_its_record",
        ),
        ("a token", token, "token_is_made_with_its_record"),
        ("the end of a token", &revoked, "token_is_revoked_with_its_record"),
        (
            "a session of the year 2500",
            "INSERT INTO sessions (id_hash, user_id, created_at, expires_at)
             VALUES (sha256('s'), {edith}, '2500-01-01', '2500-01-02')",
            "permission denied for table sessions",
        ),
        (
            "a token of the year 2500",
            "INSERT INTO tokens (user_id, name, beginning, secret_hash, created_at, expires_at)
             VALUES ({alice}, 'late', 'imprimatur_abcd', sha256('t'), '2500-01-01', '2500-01-02')",
            "permission denied for table tokens",
        ),
        (
            "a link of the year 2500",
            "INSERT INTO password_links (user_id, made_by, secret_hash, created_at, expires_at)
             VALUES ({edith}, {stan}, sha256('l'), '2500-01-01', '2500-01-02')",
            "permission denied for table password_links",
        ),
    ]);
    let program = &mut scene.world.database.as_runtime();
    assert_eq!(db_refused_by(program, &scene.sql(&recorded)), "nothing");
}

#[test]
fn no_record_says_that_a_password_a_link_a_session_or_a_token_changed_that_did_not() {
    let scene = Scene::new();
    let (edith, stan) = (scene.world.edith, scene.world.stan);
    let events =
        ["password-set", "password-link-made", "sessions-ended", "token-made", "token-revoked"];
    let forged = events.map(|event| db_account_event(stan, edith, event, "NULL"));
    let cases: Vec<(&str, &str, &str)> = events
        .into_iter()
        .zip(&forged)
        .map(|(event, sql)| (event, sql.as_str(), "access_event_is_borne_out"))
        .collect();
    scene.each_is_refused(&cases);
}

#[test]
fn nothing_has_happened_tomorrow() {
    let scene = Scene::new();
    let tomorrow = "now() + interval '1 day'";
    let effect = Effect { at: tomorrow, ..Effect::new("{alice}", "{draft}", "1") };
    let submitted = effect.history("submit", "'draft'", "'in_review'")
        + &format!(
            "UPDATE posts SET state = 'in_review', submitted_at = {tomorrow},
                 submitted_by = {{alice}}, submitted_revision = 1 WHERE id = {{draft}}"
        );
    scene.each_is_refused(&[("submitted tomorrow", &submitted, "history_locks_its_post")]);
}

#[test]
fn a_text_is_given_only_if_it_can_be_seen() {
    let scene = Scene::new();
    for (what, blank) in [
        ("spaces", r"  \u00a0\u3000"),
        ("zero width", r"\u200b\u200d\ufeff"),
        ("direction", r"\u202e\u2066"),
        ("a filler", r"\u3164\u115f"),
        ("braille blanks", r"\u2800"),
        ("tags", r"\U000E0041\U000E0062"),
    ] {
        let archive = format!(
            "UPDATE posts SET state = 'archived', archived_at = now(),
                 archived_by = {{stan}}, archive_reason = E'{blank}' WHERE id = {{published}}"
        );
        let note = review("{edith}", "{review}", "1", &format!("E'{blank}'"), "NULL");
        let name = format!("UPDATE users SET display_name = E'{blank}' WHERE id = {{alice}}");
        scene.each_is_refused(&[
            (what, &archive, "archive_reason_is_given"),
            (what, &note, "request_says_what_to_change"),
            (what, &name, "display_name_is_given"),
        ]);
    }
}

#[test]
fn a_line_does_not_turn_or_break_the_text_beside_it() {
    let scene = Scene::new();
    for line in [r"X\u202eY", r"X\nY", r"X\u2028Y", r"X\u2066Y"] {
        let name = format!("UPDATE users SET display_name = E'{line}' WHERE id = {{alice}}");
        scene.each_is_refused(&[(line, &name, "display_name_is_one_line")]);
    }
}

#[test]
fn nothing_that_happened_is_unwritten() {
    let scene = Scene::new();
    // A refusal and an incident to unwrite.
    scene.world.perform(scene.world.mallory, &submit(scene.draft, 1)).unwrap_err();
    scene.world.database.db_sabotage(&format!(
        "INSERT INTO incidents (request_id, interface, action, invariant, detail)
         VALUES (gen_random_uuid(), 'page', 'publish', 'a_proposition', '');
         UPDATE incidents SET acknowledged_at = now(), acknowledged_by = {}, acknowledgement = 'Seen.';",
        scene.world.stan
    ));
    let tables = [
        // Table, a column, and what refuses the owner: to change, and to delete a row.
        ("history", "at", "history_is_append_only", ""),
        ("revisions", "body", "revisions_are_append_only", ""),
        ("reviews", "note", "reviews_are_append_only", ""),
        ("account_events", "at", "account_events_are_append_only", ""),
        ("refusals", "at", "refusals_are_append_only", ""),
        ("incidents", "detail", "incident_is_final", "incidents_are_never_deleted"),
        ("posts", "created_at", "post_origin_is_final", "posts_are_never_deleted"),
    ];
    let (mut program, mut owner) =
        (scene.world.database.as_runtime(), scene.world.database.as_owner());
    for (table, column, on_update, on_delete) in tables {
        let on_delete = if on_delete.is_empty() { on_update } else { on_delete };
        let on_truncate = match table {
            "posts" | "incidents" => format!("{table}_are_never_emptied"),
            _ => on_update.replace("append_only", "never_emptied"),
        };
        let denied = format!("permission denied for table {table}");
        let value = match column {
            "at" | "created_at" => "now()",
            _ => "'Something else.'",
        };
        let update = format!("UPDATE {table} SET {column} = {value}");
        let delete = format!("DELETE FROM {table}");
        let truncate = format!("TRUNCATE {table} CASCADE");
        each_is_refused(
            &scene.world,
            &mut program,
            &[
                ("the program changes history", update.clone(), &denied),
                ("the program deletes", delete.clone(), &denied),
                ("the program empties a table", truncate.clone(), "permission denied for table"),
            ],
        );
        // The owner could take the guards away; as long as they stand, they
        // stand for the owner too.
        each_is_refused(
            &scene.world,
            &mut owner,
            &[
                ("the owner changes history", update, on_update),
                ("the owner deletes", delete, on_delete),
            ],
        );
        each_is_refused(
            &scene.world,
            &mut owner,
            &[("the owner empties a table", truncate, &on_truncate)],
        );
    }
}

#[test]
fn records_say_what_they_are_about() {
    let scene = Scene::new();
    scene.each_is_refused(&[
        (
            "an account event that nobody knows",
            "INSERT INTO account_events (actor_id, subject_id, event, request_id, interface)
             VALUES ({stan}, {alice}, 'promoted', gen_random_uuid(), 'page')",
            "account_event_is_known",
        ),
        (
            "a grant of nothing",
            "INSERT INTO account_events (actor_id, subject_id, event, request_id, interface)
             VALUES ({stan}, {alice}, 'role-granted', gen_random_uuid(), 'page')",
            "account_event_names_a_role_iff_about_one",
        ),
        (
            "a person refused by an invariant",
            "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
             VALUES (gen_random_uuid(), 'page', {alice}, 'publish', 'invariant', jsonb_build_array(jsonb_build_object('code', 'a', 'sentence', 'b', 'hint', '')))",
            "refusal_layer_is_known",
        ),
        (
            "a person refused without a reason",
            "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
             VALUES (gen_random_uuid(), 'page', {alice}, 'publish', 'policy', '[]')",
            "refusal_has_reasons",
        ),
        (
            "a reason that no page can show",
            "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
             VALUES (gen_random_uuid(), 'page', {alice}, 'publish', 'policy', '[[[\"a\"]]]')",
            "refusal_has_reasons",
        ),
        (
            "a reason without a sentence",
            "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
             VALUES (gen_random_uuid(), 'page', {alice}, 'publish', 'policy',
                 jsonb_build_array(jsonb_build_object('code', 'a', 'sentence', 'b', 'hint', ''), jsonb_build_object('code', 'a')))",
            "refusal_has_reasons",
        ),
        (
            "a refusal of tomorrow",
            "INSERT INTO refusals (at, request_id, interface, actor_id, action, layer, reasons)
             VALUES (now() + interval '1 day', gen_random_uuid(), 'page', {alice}, 'publish', 'policy',
                 jsonb_build_array(jsonb_build_object('code', 'a', 'sentence', 'b', 'hint', '')))",
            "refusal_has_happened",
        ),
        (
            "an incident of tomorrow",
            "INSERT INTO incidents (at, request_id, interface, action, invariant, detail)
             VALUES (now() + interval '1 day', gen_random_uuid(), 'page', 'publish', 'a_proposition', '')",
            "incident_has_happened",
        ),
        (
            "fewer attempts than none",
            "INSERT INTO sign_in_throttle (kind, subject_hash, attempts)
             VALUES ('account', sha256('a'), -2147483648)",
            "attempts_are_counted",
        ),
        (
            "attempts of tomorrow",
            "INSERT INTO sign_in_throttle VALUES ('account', sha256('a'), now() + interval '1 day', 1)",
            "throttle_window_has_begun",
        ),
        (
            "fewer refusals than none",
            "INSERT INTO refusal_counts VALUES ({alice}, now(), 'publish', 'policy', 'page', -5)",
            "left_out_refusals_are_counted",
        ),
        (
            "an acknowledgement by nobody",
            "INSERT INTO incidents (request_id, interface, action, invariant, detail)
             VALUES (gen_random_uuid(), 'page', 'publish', 'a_proposition', '');
             UPDATE incidents SET acknowledged_at = now()",
            "acknowledgement_is_whole",
        ),
        (
            "a refusal of an action that there is not",
            "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
             VALUES (gen_random_uuid(), 'page', {alice}, '', 'policy',
                 jsonb_build_array(jsonb_build_object('code', 'a', 'sentence', 'b', 'hint', '')))",
            "refused_action_is_known",
        ),
        (
            "an incident of an action that there is not",
            "INSERT INTO incidents (request_id, interface, action, invariant, detail)
             VALUES (gen_random_uuid(), 'page', 'nonsense', 'a_proposition', '')",
            "stopped_action_is_known",
        ),
        (
            "refusals of an action that there is not",
            "INSERT INTO refusal_counts VALUES ({alice}, now(), 'nonsense', 'policy', 'page', 1)",
            "counted_action_is_known",
        ),
        (
            "refusals by a layer that there is not",
            "INSERT INTO refusal_counts VALUES ({alice}, now(), 'publish', 'zz', 'page', 1)",
            "counted_layer_is_known",
        ),
        (
            "a reading by a person who sees no reviews",
            "INSERT INTO readings (post_id, revision, reader_id) VALUES ({review}, 1, {stan})",
            "reading_is_a_reviewers",
        ),
        (
            "a reading of a draft",
            "INSERT INTO readings (post_id, revision, reader_id) VALUES ({draft}, 1, {edith})",
            "reading_is_a_reviewers",
        ),
        (
            "a session that ends tomorrow",
            "INSERT INTO sessions (id_hash, user_id, expires_at)
             VALUES (sha256('a'), {alice}, now() + interval '1 day');
             UPDATE sessions SET ended_at = now() + interval '2 days'",
            "session_end_has_happened",
        ),
        (
            "an incident that is born acknowledged",
            "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at, acknowledged_by, acknowledgement)
             VALUES (gen_random_uuid(), 'page', 'publish', 'a_proposition', '', now(), {stan}, 'Seen.')",
            "incident_begins_open",
        ),
        (
            "an incident that an author has acknowledged",
            "INSERT INTO incidents (request_id, interface, action, invariant, detail)
             VALUES (gen_random_uuid(), 'page', 'publish', 'a_proposition', '');
             UPDATE incidents SET acknowledged_at = now(), acknowledged_by = {alice}, acknowledgement = 'Seen.'",
            "acknowledgement_is_by_staff",
        ),
        (
            "an incident that was acknowledged before it happened",
            "INSERT INTO incidents (request_id, interface, action, invariant, detail)
             VALUES (gen_random_uuid(), 'page', 'publish', 'a_proposition', '');
             UPDATE incidents SET acknowledged_at = now() - interval '3 years', acknowledged_by = {stan}, acknowledgement = 'Seen.'",
            "acknowledgement_follows_the_incident",
        ),
        (
            "fewer refusals than there were",
            "INSERT INTO refusal_counts VALUES ({alice}, date_trunc('hour', now(), 'UTC'), 'publish', 'policy', 'page', 3);
             UPDATE refusal_counts SET left_out = 1",
            "counts_of_refusals_only_grow",
        ),
        (
            "a bulk archive by a person who is no staff",
            "INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES ({edith}, 'by-hand', sha256('a'), 'For the record.')",
            "bulk_archive_is_by_staff",
        ),
        (
            "an unsaved edit of a published post",
            "INSERT INTO unsaved_edits (post_id, revision) VALUES ({published}, 1)",
            "unsaved_edit_is_of_a_review",
        ),
        (
            "an unsaved edit of a draft",
            "INSERT INTO unsaved_edits (post_id, revision) VALUES ({draft}, 1)",
            "unsaved_edit_is_of_a_review",
        ),
        (
            "an unsaved edit of tomorrow",
            "INSERT INTO unsaved_edits (post_id, revision) VALUES ({review}, 1);
             UPDATE unsaved_edits SET last_at = now() + interval '1 day'",
            "unsaved_edit_has_happened",
        ),
        (
            "a bulk archive of tomorrow",
            "WITH begun AS (
                 INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
                 VALUES ({stan}, 'by-hand', sha256('a'), 'For the record.') RETURNING id)
             INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen, put_off_at)
             SELECT id, {published}, 1, now() + interval '1 day' FROM begun",
            "bulk_outcome_has_happened",
        ),
        (
            "a post archived in bulk that is published",
            "INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES ({stan}, 'by-hand', sha256('a'), 'For the record.');
             INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
             SELECT max(id), {published}, 1 FROM bulk_archives;
             UPDATE bulk_archive_items SET settled_at = now() WHERE post_id = {published}",
            "bulk_outcome_is_borne_out",
        ),
        (
            "a bulk archive without a key",
            "INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES ({stan}, '', sha256('b'), 'For the record.')",
            "bulk_archive_key_is_well_formed",
        ),
        (
            "a bulk archive without a fingerprint",
            "INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES ({stan}, 'b', '', 'For the record.')",
            "bulk_archive_fingerprint_is_sha256",
        ),
        (
            "a bulk archive of a revision that no post can have",
            "INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen) VALUES (1, 1, -1)",
            "bulk_item_names_a_revision",
        ),
        (
            "a device that turns the text beside it",
            "INSERT INTO sessions (id_hash, user_id, expires_at, device)
             VALUES (sha256('s'), {alice}, now() + interval '1 day', E'Linux\\u202E')",
            "session_device_is_one_line",
        ),
        (
            "a session that could be stolen from here",
            "INSERT INTO sessions (id_hash, user_id, expires_at)
             VALUES ('the key itself', {alice}, now() + interval '1 day')",
            "session_is_stored_hashed",
        ),
    ]);
}

#[test]
fn a_temporary_table_does_not_stand_in_for_the_real_one() {
    let scene = Scene::new();
    scene.each_is_refused(&[(
        "make a temporary table",
        "CREATE TEMPORARY TABLE posts ()",
        "permission denied to create temporary tables",
    )]);
    // Where somebody has given the right back, the guards hold by themselves.
    scene.world.database.db_sabotage(&format!(
        "GRANT TEMPORARY ON DATABASE {} TO {RUNTIME_ROLE}",
        scene.world.database.name
    ));
    let publish_blank = "CREATE TEMPORARY TABLE revisions ON COMMIT DROP AS
             SELECT * FROM public.revisions;
         UPDATE pg_temp.revisions SET title = 't', summary = 's', body = 'b';"
        .to_owned()
        + &db_change(scene.blank, State::InReview, State::Published, scene.world.edith);
    let invent_history = "CREATE TEMPORARY TABLE posts ON COMMIT DROP AS
             SELECT * FROM public.posts;
         UPDATE pg_temp.posts SET published_at = now(), published_by = {edith},
             published_revision = 1;"
        .to_owned()
        + &db_history_row(scene.review, Some(State::InReview), State::Published, scene.world.edith);
    let add_text = "CREATE TEMPORARY TABLE posts ON COMMIT DROP AS SELECT * FROM public.posts;
         UPDATE pg_temp.posts SET current_revision = 99;"
        .to_owned()
        + &revision("{alice}", "{published}", "2", "'Changed'");
    scene.each_is_refused(&[
        ("publish what is complete only elsewhere", &publish_blank, "published_post_is_complete"),
        (
            "enter into history what only another post bears out",
            &invent_history,
            "history_is_borne_out",
        ),
        (
            "add to a published post that is current only elsewhere",
            &add_text,
            "newest_revision_is_current",
        ),
    ]);
}
