//! Every impossible state of a post and its history, typed by hand.

use imprimatur::domain::{Content, PostId, State};

use super::{Attempt, each_is_refused};
use crate::support::World;
use crate::support::raw::{db_change, db_history_row, db_refused_by};
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
            let key = format!("(SELECT min(key) FROM public.operations WHERE actor_id = {person})");
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
            "INSERT INTO transitions VALUES
                 ({published}, 'in_review', 'published', {edith}, now(), 1, {edith's key})",
            "post_enters_each_state_once",
        ),
        (
            "publish what is published, on the post",
            "UPDATE posts SET published_at = now(), published_by = {rosa} WHERE id = {published}",
            "publication_facts_are_final",
        ),
        (
            "begin twice",
            "INSERT INTO transitions VALUES
                 ({draft}, NULL, 'draft', {alice}, now(), 1, {alice's key})",
            "post_enters_each_state_once",
        ),
        (
            "go round in a circle",
            "INSERT INTO transitions VALUES
                 ({published}, 'published', 'draft', {alice}, now(), 1, {alice's key})",
            "transition_is_an_arrow",
        ),
        (
            "enter a state from itself",
            "INSERT INTO transitions VALUES
                 ({draft}, 'in_review', 'in_review', {alice}, now(), 1, {alice's key})",
            "transition_is_an_arrow",
        ),
        (
            "begin anywhere but at the beginning",
            "INSERT INTO transitions VALUES
                 ({draft}, NULL, 'published', {edith}, now(), 1, {edith's key})",
            "transition_is_an_arrow",
        ),
        (
            "leave a state that was never entered",
            "INSERT INTO transitions VALUES
                 ({draft}, 'in_review', 'published', {edith}, now(), 1, {edith's key})",
            "transition_skips_nothing",
        ),
    ]);
}

#[test]
fn there_is_no_state_without_its_history_and_no_history_without_its_state() {
    let scene = Scene::new();
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
            "begin without a history row",
            "INSERT INTO posts (author_id) VALUES ({alice})",
            "post_state_is_recorded",
        ),
        (
            "a publication that the post knows nothing of",
            "INSERT INTO transitions VALUES
                 ({review}, 'in_review', 'published', {edith}, now(), 1, {edith's key})",
            "transition_is_borne_out_by_its_post",
        ),
        (
            "a publication under another's name",
            "UPDATE posts SET state = 'published', published_at = now(),
                 published_by = {edith}, published_revision = 1, slug = 'x' WHERE id = {review};
             INSERT INTO transitions VALUES
                 ({review}, 'in_review', 'published', {alice}, now(), 1, {alice's key})",
            "transition_is_borne_out_by_its_post",
        ),
        (
            "a publication at another time",
            "UPDATE posts SET state = 'published', published_at = now(),
                 published_by = {edith}, published_revision = 1, slug = 'x' WHERE id = {review};
             INSERT INTO transitions VALUES ({review}, 'in_review', 'published', {edith},
                 now() + interval '1 microsecond', 1, {edith's key})",
            "transition_is_borne_out_by_its_post",
        ),
        (
            "a submission of another revision than the post says",
            "UPDATE posts SET state = 'in_review', submitted_at = now(),
                 submitted_by = {alice}, submitted_revision = 2 WHERE id = {revised};
             INSERT INTO transitions VALUES
                 ({revised}, 'draft', 'in_review', {alice}, now(), 1, {alice's key})",
            "transition_is_borne_out_by_its_post",
        ),
        (
            "a history row that no operation caused",
            "INSERT INTO transitions VALUES
                 ({review}, 'in_review', 'published', {edith}, now(), 1, 'nobody used this key')",
            "transition_has_its_operation",
        ),
        (
            "a history row under somebody else's operation",
            "INSERT INTO transitions VALUES
                 ({review}, 'in_review', 'published', {edith}, now(), 1, {alice's key})",
            "transition_has_its_operation",
        ),
        (
            "a history row of a revision that nobody wrote",
            "INSERT INTO transitions VALUES
                 ({review}, 'in_review', 'published', {edith}, now(), 9, {edith's key})",
            "transition_names_a_revision",
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
fn what_is_published_is_complete_and_final() {
    let scene = Scene::new();
    let second_revision = "INSERT INTO revisions
             (post_id, number, title, summary, body, author_id, at, operation_key)
         VALUES ({published}, 2, 'Changed', 'my', 'mind', {alice}, now(), {alice's key});";
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
        ("leave a newer text lying beside it", second_revision, "newest_revision_is_current"),
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
fn revisions_are_numbered_without_gaps_and_the_newest_is_current() {
    let scene = Scene::new();
    let revision = |post: &str, number: i32, key: &str| {
        format!(
            "INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
             VALUES ({post}, {number}, 't', 's', 'b', {{alice}}, now(), {key});"
        )
    };
    let point_at = |post: &str, number: i32| {
        format!("UPDATE posts SET current_revision = {number} WHERE id = {post}")
    };
    let key = "{alice's key}";
    let gap = revision("{draft}", 3, key) + &point_at("{draft}", 3);
    let ahead =
        revision("{draft}", 2, key) + &revision("{draft}", 3, key) + &point_at("{draft}", 2);
    scene.each_is_refused(&[
        ("leave a gap", &gap, "revision_numbers_have_no_gaps"),
        ("count from zero", &revision("{draft}", 0, key), "revision_numbers_begin_at_one"),
        ("use a number twice", &revision("{draft}", 1, key), "revision_number_is_used_once"),
        (
            "write a revision that is not current",
            &revision("{draft}", 2, key),
            "newest_revision_is_current",
        ),
        ("write two and point at the first", &ahead, "newest_revision_is_current"),
        (
            "write a revision that no operation caused",
            &revision("{draft}", 2, "'nobody used this key'"),
            "revision_has_its_operation",
        ),
        (
            "submit a revision that nobody wrote",
            "UPDATE posts SET state = 'in_review', submitted_at = now(), submitted_by = {alice},
                 submitted_revision = 9, current_revision = 9 WHERE id = {draft}",
            "submission_names_a_revision",
        ),
        (
            "write more than anybody reads",
            &revision("{draft}", 2, key).replace("'t'", "repeat('t', 201)"),
            "revision_is_within_limits",
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
fn a_change_request_is_taken_back_once_and_only_by_whoever_made_it() {
    let scene = Scene::new();
    let withdrawal = |post: &str, revision: i32, who: &str| {
        format!(
            "INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, operation_key)
             SELECT {post}, {revision}, {{{who}}}, '', min(id), now(), {{{who}'s key}} FROM reviews
             WHERE post_id = {post}"
        )
    };
    // Rosa has an operation to her name, so that only the request stands in her way.
    scene.world.perform(scene.world.rosa, &request_changes(scene.review, 1)).unwrap();
    scene.each_is_refused(&[
        (
            "Rosa withdraws Edith's request",
            &withdrawal("{requested}", 1, "rosa"),
            "request_is_withdrawn_by_whoever_asked",
        ),
        (
            "Edith withdraws it from another post",
            &withdrawal("{requested}", 1, "edith").replacen("{requested}", "{draft}", 1),
            "request_is_withdrawn_by_whoever_asked",
        ),
        (
            "Edith withdraws hers a second time",
            &withdrawal("{withdrawn}", 1, "edith"),
            "request_is_withdrawn_once",
        ),
        (
            "Edith withdraws her withdrawal",
            &withdrawal("{withdrawn}", 1, "edith").replacen("min(id)", "max(id)", 1),
            "request_is_withdrawn_by_whoever_asked",
        ),
        (
            "request changes without a word",
            "INSERT INTO reviews (post_id, revision, reviewer_id, note, at, operation_key)
             VALUES ({review}, 1, {edith}, E'\\t', now(), {edith's key})",
            "request_says_what_to_change",
        ),
        (
            "request changes at too great a length",
            "INSERT INTO reviews (post_id, revision, reviewer_id, note, at, operation_key)
             VALUES ({review}, 1, {edith}, repeat('no', 1001), now(), {edith's key})",
            "review_note_is_within_limits",
        ),
        (
            "review a revision that nobody wrote",
            "INSERT INTO reviews (post_id, revision, reviewer_id, note, at, operation_key)
             VALUES ({review}, 2, {edith}, 'No.', now(), {edith's key})",
            "review_is_of_a_revision",
        ),
        (
            "review without an operation",
            "INSERT INTO reviews (post_id, revision, reviewer_id, note, at, operation_key)
             VALUES ({review}, 1, {edith}, 'No.', now(), 'nobody used this key')",
            "review_has_its_operation",
        ),
    ]);
}

#[test]
fn a_key_causes_one_effect() {
    let scene = Scene::new();
    let operation = |key: &str, action: &str, fingerprint: &str| {
        format!(
            "INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
             VALUES ({{alice}}, {key}, '{action}', {{draft}}, 1, 'draft', {fingerprint}, now())"
        )
    };
    scene.each_is_refused(&[
        (
            "use a key again",
            &operation("{alice's key}", "submit", "sha256('')"),
            "operation_key_is_used_once",
        ),
        (
            "use a key of nothing",
            &operation("''", "submit", "sha256('')"),
            "operation_key_is_well_formed",
        ),
        (
            "use a key with a line break",
            &operation("E'a\\nb'", "submit", "sha256('')"),
            "operation_key_is_well_formed",
        ),
        (
            "an eighth action",
            &operation("'new'", "unpublish", "sha256('')"),
            "operation_action_is_known",
        ),
        (
            "a fingerprint that is none",
            &operation("'new'", "submit", "'\\x00'"),
            "operation_fingerprint_is_sha256",
        ),
    ]);
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
        ("transitions", "at", "transitions_are_append_only", ""),
        ("revisions", "body", "revisions_are_append_only", ""),
        ("reviews", "note", "reviews_are_append_only", ""),
        ("operations", "at", "operations_are_append_only", ""),
        ("account_events", "at", "account_events_are_append_only", ""),
        ("refusals", "at", "refusals_are_append_only", ""),
        ("incidents", "detail", "incident_is_what_happened", "incidents_are_never_deleted"),
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
             VALUES (gen_random_uuid(), 'page', {alice}, 'publish', 'invariant', '[1]')",
            "refusal_layer_is_known",
        ),
        (
            "a person refused without a reason",
            "INSERT INTO refusals (request_id, interface, actor_id, action, layer, reasons)
             VALUES (gen_random_uuid(), 'page', {alice}, 'publish', 'policy', '[]')",
            "refusal_has_reasons",
        ),
        (
            "an acknowledgement by nobody",
            "INSERT INTO incidents (request_id, interface, action, invariant, detail, acknowledged_at)
             VALUES (gen_random_uuid(), 'page', 'publish', 'a_proposition', '', now())",
            "acknowledgement_is_whole",
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
    scene.each_is_refused(&[
        ("publish what is complete only elsewhere", &publish_blank, "published_post_is_complete"),
        (
            "enter into history what only another post bears out",
            &invent_history,
            "transition_is_borne_out_by_its_post",
        ),
        (
            "add to a published post that is current only elsewhere",
            "CREATE TEMPORARY TABLE posts ON COMMIT DROP AS SELECT * FROM public.posts;
             UPDATE pg_temp.posts SET current_revision = 99;
             INSERT INTO public.revisions
                 (post_id, number, title, summary, body, author_id, at, operation_key)
             VALUES ({published}, 2, 't', 's', 'b', {alice}, now(), {alice's key})",
            "newest_revision_is_current",
        ),
    ]);
}
