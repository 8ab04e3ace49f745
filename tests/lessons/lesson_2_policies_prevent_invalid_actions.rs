//! Lesson 2: policies prevent invalid actions.
//!
//! A policy answers the question that a permission cannot be asked: is it valid
//! *now*? It is handed the actor, the post as it is under its lock, and what the
//! attempt came with, and it says every rule that is not met. That matters to
//! the people: Rosa is told that her own post needs another reviewer, and not
//! that she "lacks permission"; Alice is told everything that is missing from
//! her draft, and not the first thing; and whoever acts on a page that the world
//! has left behind is told what has happened since.
//!
//! The two tables are the whole workflow. They are computed by trying.

use diesel::connection::SimpleConnection;
use imprimatur::accounts::{Credential, SessionId};
use imprimatur::domain::{
    Action, Archive, Content, Interface, Note, OperationKey, PostId, RequestId, Revise,
    RevisionNumber, Role, State, TokenId, UserId,
};
use imprimatur::http::ErrorKind;
use imprimatur::policies::Rule;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::refusal::Refusal;
use imprimatur::store::verify::verify;
use imprimatur::workflow::{self, Call, Caller};

use crate::shape::readme;
use crate::support::attempts::{attempt, codes, on_posts, post_in};
use crate::support::world::{
    archive, call_with, content, publish, request_changes, revise, submit, withdraw_request,
};
use crate::support::{Browser, Server, World};

/// Who can do what, when. Whoever takes back a change request has asked for
/// changes before, if they could; everything else finds the post as it came
/// into its state. The README shows the same table.
const TRUTH: &str = "
| who                         | (new post) | Draft          | In review                                  | Published | Archived |
|-----------------------------|------------|----------------|--------------------------------------------|-----------|----------|
| its author                  | create     | revise, submit | revise                                     |           |          |
| another author              | create     |                |                                            |           |          |
| a reviewer                  |            |                | request-changes, withdraw-request, publish |           |          |
| its author, also a reviewer | create     | revise, submit | revise                                     |           |          |
| staff                       |            |                |                                            | archive   |          |
| an account without roles    |            |                |                                            |           |          |
| not signed in               |            |                |                                            |           |          |
";

/// Why the others cannot: which layer says no, with which codes, and what HTTP
/// calls it. `visibility` is what hides a post that somebody may not know of.
const REFUSALS: &str = "
| who                         | action           | Draft                                               | In review                            | Published                                           | Archived                                            |
|-----------------------------|------------------|-----------------------------------------------------|--------------------------------------|-----------------------------------------------------|-----------------------------------------------------|
| its author                  | submit           | done                                                | 409 policy not-a-draft               | 409 policy not-a-draft                              | 409 policy not-a-draft                              |
| its author                  | revise           | done                                                | done                                 | 409 policy already-published                        | 409 policy already-published                        |
| its author                  | publish          | 403 permission permission-missing                   | 403 permission permission-missing    | 403 permission permission-missing                   | 403 permission permission-missing                   |
| another author              | revise           | 404 visibility                                      | 404 visibility                       | 403 policy not-its-author already-published         | 404 visibility                                      |
| a reviewer                  | publish          | 404 visibility                                      | done                                 | 409 policy not-in-review                            | 409 policy not-in-review                            |
| a reviewer                  | request-changes  | 404 visibility                                      | done                                 | 409 policy not-in-review                            | 409 policy not-in-review                            |
| a reviewer                  | archive          | 403 permission permission-missing                   | 403 permission permission-missing    | 403 permission permission-missing                   | 403 permission permission-missing                   |
| its author, also a reviewer | publish          | 403 policy not-in-review own-post                   | 403 policy own-post                  | 403 policy not-in-review own-post                   | 403 policy not-in-review own-post                   |
| its author, also a reviewer | request-changes  | 403 policy not-in-review own-post                   | 403 policy own-post                  | 403 policy not-in-review own-post                   | 403 policy not-in-review own-post                   |
| its author, also a reviewer | withdraw-request | 403 policy not-in-review own-post no-request-stands | 403 policy own-post not-your-request | 403 policy not-in-review own-post no-request-stands | 403 policy not-in-review own-post no-request-stands |
| staff                       | archive          | 409 policy not-published                            | 409 policy not-published             | done                                                | 409 policy not-published                            |
| staff                       | publish          | 403 permission permission-missing                   | 403 permission permission-missing    | 403 permission permission-missing                   | 403 permission permission-missing                   |
| an account without roles    | publish          | 403 permission permission-missing                   | 403 permission permission-missing    | 403 permission permission-missing                   | 403 permission permission-missing                   |
| not signed in               | publish          | 401 authentication                                  | 401 authentication                   | 401 authentication                                  | 401 authentication                                  |
";

/// Everybody in the tables, with whose post it is that they try things on.
fn cast(world: &World) -> [(&'static str, Credential, UserId); 7] {
    let account = |id| Credential::Account(id);
    let strange = world.alice;
    [
        ("its author", account(world.alice), world.alice),
        ("another author", account(world.arthur), strange),
        ("a reviewer", account(world.edith), strange),
        ("its author, also a reviewer", account(world.rosa), world.rosa),
        ("staff", account(world.stan), strange),
        ("an account without roles", account(world.mallory), strange),
        (
            "not signed in",
            Credential::Session(SessionId::of("a cookie that somebody made up")),
            strange,
        ),
    ]
}

/// Really tries one cell, on a post of its own, with the current revision.
fn try_cell(
    world: &World,
    who: &Credential,
    author: UserId,
    action: Action,
    state: State,
) -> Result<(), Refusal> {
    let post = post_in(world, author, state);
    if action == Action::WithdrawRequest {
        let own = attempt(&world.store, &call_of(who), Action::RequestChanges, post, 1);
        if own.is_err() && state == State::InReview {
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
        }
    }
    let before = world.post(post);
    let result = attempt(&world.store, &call_of(who), action, post, 1);
    let after = world.post(post);
    match &result {
        Ok(outcome) => {
            let expected = action.target().unwrap_or(state);
            assert_eq!((outcome.state, after.state()), (expected, expected));
        }
        Err(_) => assert_eq!(after, before, "{action} in {state} was refused"),
    }
    result.map(|_| ())
}

fn call_of(credential: &Credential) -> Call {
    let credential = credential.clone();
    let caller =
        Caller { credential, interface: Interface::CommandLine, request: RequestId::new() };
    Call { caller, key: OperationKey::random() }
}

/// The cells of a Markdown table, without the line under its head.
fn cells(table: &str) -> Vec<Vec<&str>> {
    let rows = table.trim().lines();
    let rows = rows.filter(|row| !row.starts_with("|--"));
    rows.map(|row| {
        let row = row.trim().trim_start_matches('|').trim_end_matches('|');
        row.split('|').map(str::trim).collect()
    })
    .collect()
}

#[test]
fn the_truth_table_is_what_the_workflow_does() {
    let world = World::new();
    let mut computed = vec![cells(TRUTH)[0].iter().map(|cell| cell.to_string()).collect()];
    for (name, who, author) in cast(&world) {
        let nothing_yet = attempt(&world.store, &call_of(&who), Action::Create, PostId(0), 1);
        let begins = nothing_yet.map_or("", |_| "create").to_owned();
        let mut row = vec![name.to_owned(), begins];
        for state in State::ALL {
            let done: Vec<&str> = on_posts()
                .filter(|action| try_cell(&world, &who, author, *action, state).is_ok())
                .map(Action::as_str)
                .collect();
            row.push(done.join(", "));
        }
        computed.push(row);
    }
    assert_eq!(cells(TRUTH), computed);
    assert_eq!(world.db_incidents(), [""; 0], "nothing came as a surprise");
}

#[test]
fn the_readme_shows_the_same_table() {
    readme::check_section("truth table", TRUTH.trim_start());
}

#[test]
fn a_refusal_says_which_layer_refused_and_by_which_rule() {
    let world = World::new();
    let table = cells(REFUSALS);
    let cast = cast(&world);
    for row in &table[1..] {
        let (_, who, author) = cast.iter().find(|(name, ..)| *name == row[0]).unwrap();
        let action: Action = row[1].parse().unwrap();
        for (state, expected) in State::ALL.into_iter().zip(&row[2..]) {
            let answer = match try_cell(&world, who, *author, action, state) {
                Ok(()) => "done".to_owned(),
                Err(refusal) => {
                    let status = ErrorKind::of(&refusal).status.as_u16();
                    format!("{status} {}", codes(&refusal))
                }
            };
            assert_eq!(*expected, answer, "{} {action} in {state}", row[0]);
        }
    }
}

/// "Not you" is 403, "not now" is 409. Every rule there is refuses somebody
/// here, in a browser, and nothing moves.
#[test]
fn every_rule_has_its_status_and_its_words_over_http() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let [mut alice, mut edith, mut rosa, mut stan] =
        ["alice", "edith", "rosa", "stan"].map(|name| server.signed_in(name));
    let in_review = world.in_review();
    let hers = world.draft_of(world.rosa);
    world.perform(world.rosa, &submit(hers, 1)).unwrap();
    let revised = world.in_review();
    world.perform(world.alice, &revise(revised, 1, "On second thoughts")).unwrap();
    let asked = world.in_review();
    world.perform(world.edith, &request_changes(asked, 1)).unwrap();
    let published = world.published();
    let begun = world.create(world.alice, Content::parse("", "S", "").unwrap()).unwrap().post;

    let mut seen_codes = Vec::new();
    let mut refused = |browser: &mut Browser, post, action, words: &[(&str, &str)], expected| {
        let before = world.db_everything();
        let page = send(browser, post, action, words);
        assert_eq!(world.db_everything(), before, "{expected:?}");
        let (layer, code) = world.db_refusals().pop().unwrap();
        assert_eq!((layer.as_str(), (page.status, code.as_str())), ("policy", expected));
        assert!(page.body.contains("role=\"alert\""), "{}", page.body);
        seen_codes.push(code);
        page.body
    };

    let text = [("title", "T"), ("summary", "S"), ("body", "B")];
    let reason = [("reason", "It is out of date.")];
    let body = refused(&mut rosa, in_review, "revise", &text, (403, "not-its-author"));
    assert!(body.contains("This post is written by Alice."), "{body}");
    let body = refused(&mut rosa, hers, "publish", &[], (403, "own-post"));
    assert!(body.contains("Another reviewer must decide."), "{body}");
    let body = refused(&mut rosa, asked, "withdraw-request", &[], (403, "not-your-request"));
    assert!(body.contains("Only Edith can withdraw it."), "{body}");

    let body = refused(&mut alice, published, "revise", &text, (409, "already-published"));
    assert!(body.contains("Edith published this on"), "{body}");
    refused(&mut alice, in_review, "submit", &[], (409, "not-a-draft"));
    let body = refused(&mut edith, published, "publish", &[], (409, "not-in-review"));
    assert!(body.contains("You published this on"), "{body}");
    refused(&mut stan, in_review, "archive", &reason, (409, "not-published"));
    let body = refused(&mut edith, revised, "publish", &[], (409, "stale-revision"));
    assert!(body.contains("Changes since you opened this page"), "{body}");
    let body = refused(&mut alice, begun, "submit", &[], (409, "incomplete"));
    assert!(body.contains("Missing: title, body."), "{body}");
    let body = refused(&mut rosa, asked, "publish", &[], (409, "changes-requested"));
    assert!(body.contains("Edith requested changes to revision 1."), "{body}");
    refused(&mut edith, in_review, "withdraw-request", &[], (409, "no-request-stands"));
    refused(&mut stan, published, "archive", &[("reason", "  ")], (409, "reason-missing"));
    refused(&mut edith, in_review, "request-changes", &[("note", " ")], (409, "note-missing"));
    let elsewhere = [("slug", "elsewhere")];
    let body = refused(&mut edith, in_review, "publish", &elsewhere, (409, "address-changed"));
    assert!(body.contains("/posts/elsewhere has changed to /posts/on-restraint"), "{body}");
    let nothing = [("title", " "), ("summary", ""), ("body", "\n")];
    refused(&mut alice, NEW, "create", &nothing, (409, "nothing-written"));

    seen_codes.sort();
    let mut all = Rule::ALL.map(Rule::as_str);
    all.sort_unstable();
    assert_eq!(seen_codes, all);
}

/// Whoever mends one thing only to be told of the next one stops trusting us.
#[test]
fn every_unmet_rule_is_reported_and_not_the_first() {
    let world = World::new();
    let draft = world.create(world.rosa, Content::parse("T", "", "").unwrap()).unwrap().post;
    let before = world.db_everything();
    let refusal = world.perform(world.rosa, &publish(draft, 7)).unwrap_err();
    assert_eq!(codes(&refusal), "policy not-in-review own-post stale-revision incomplete");
    for reason in refusal.reasons() {
        assert!(reason.sentence.ends_with('.'), "{reason:?}");
        assert!(reason.hint.ends_with('.'), "{reason:?}");
    }
    let nothing =
        Archive { post: draft, seen: RevisionNumber(7), reason: Note::parse("").unwrap() };
    let refusal = world.perform(world.stan, &nothing).unwrap_err();
    assert_eq!(codes(&refusal), "policy not-published stale-revision reason-missing");
    assert_eq!(world.db_everything(), before);
}

#[test]
fn an_incomplete_draft_is_refused_at_submit_with_all_that_is_missing() {
    let world = World::new();
    for (title, summary, body, missing) in [
        ("", "", "B", "title, summary"),
        ("T", " ", "B", "summary"),
        ("", "S", "\n \n", "title, body"),
        ("T", "S", "", "body"),
        ("🚀", "S", "", "body, web address"),
    ] {
        let text = Content::parse(title, summary, body).unwrap();
        let draft = world.create(world.alice, text).unwrap().post;
        let before = world.db_everything();
        let refusal = world.perform(world.alice, &submit(draft, 1)).unwrap_err();
        let reasons = refusal.reasons();
        assert_eq!(codes(&refusal), "policy incomplete");
        assert_eq!(reasons[0].sentence, format!("Missing: {missing}."));
        assert_eq!(world.db_everything(), before);

        // What was missing is all that was missing.
        world.perform(world.alice, &revise(draft, 1, "On being whole")).unwrap();
        world.perform(world.alice, &submit(draft, 2)).unwrap();
    }
}

#[test]
fn a_person_is_told_what_they_did_themselves() {
    let world = World::new();
    let post = world.archived();
    let again = world.perform(world.stan, &archive(post, 1)).unwrap_err();
    assert!(again.reasons()[0].sentence.starts_with("You archived this on "), "{again}");
    let published = world.published();
    let again = world.perform(world.edith, &publish(published, 1)).unwrap_err();
    assert!(again.reasons()[0].sentence.starts_with("You published this on "), "{again}");
    let other = world.perform(world.rosa, &publish(published, 1)).unwrap_err();
    assert!(other.reasons()[0].sentence.starts_with("Edith published this on "), "{other}");
    let submitted = world.in_review();
    let again = world.perform(world.alice, &submit(submitted, 1)).unwrap_err();
    let sentence = &again.reasons()[0].sentence;
    assert!(sentence.starts_with("You submitted this on "), "{again}");
    let year = jiff::Zoned::now().year().to_string();
    assert!(sentence.contains(&year) && sentence.ends_with(" UTC."), "{again}");
}

/// The sentence says what is wrong, the hint what to do and who can do it.
#[test]
fn a_reason_says_who_must_do_what() {
    let world = World::new();
    let told = |refused: Result<imprimatur::domain::Outcome, Refusal>| {
        let reasons = refused.unwrap_err().reasons();
        let told: Vec<_> = reasons.into_iter().map(|it| (it.sentence, it.hint)).collect();
        told
    };
    let told_one = |refused| {
        let told = told(refused);
        assert_eq!(told.len(), 1, "{told:?}");
        told.into_iter().next().unwrap()
    };
    let said = |sentence: &str, hint: &str| (sentence.to_owned(), hint.to_owned());
    let text = |summary: &str, body: &str| Content::parse("On restraint", summary, body).unwrap();

    assert_eq!(
        told_one(world.create(world.alice, Content::parse("", "", "").unwrap())),
        said("Nothing is written yet.", "Enter a title, a summary or some text.")
    );
    let post = world.create(world.alice, text("", "")).unwrap().post;
    assert_eq!(
        told_one(world.perform(world.alice, &submit(post, 1))),
        said("Missing: summary, body.", "Add them first.")
    );
    let revised = |seen, content| Revise { post, seen: RevisionNumber(seen), content };
    world.perform(world.alice, &revised(1, text("", "Words."))).unwrap();
    assert_eq!(
        told_one(world.perform(world.alice, &submit(post, 2))),
        said("Missing: summary.", "Add it first.")
    );
    world.perform(world.alice, &revised(2, text("Why.", "<!-- later -->"))).unwrap();
    let hidden = "What the body has now, such as a comment, is not shown to readers.";
    assert_eq!(
        told_one(world.perform(world.alice, &submit(post, 3))),
        said("Missing: body.", &format!("Add it first. {hidden}"))
    );
    world.perform(world.alice, &revised(3, text("Why.", "Words."))).unwrap();
    world.perform(world.alice, &submit(post, 4)).unwrap();
    world.perform(world.alice, &revised(4, text("Why.", ""))).unwrap();
    assert_eq!(
        told_one(world.perform(world.edith, &publish(post, 5))),
        said("Missing: body.", "The author must add it first.")
    );

    let own = world.draft_of(world.rosa);
    assert_eq!(
        told(world.perform(world.rosa, &publish(own, 1))),
        [
            said("You have not submitted this draft yet.", "Submit it first."),
            said("You wrote this post.", "Another reviewer must decide."),
        ]
    );

    let permission = world.perform(world.stan, &publish(post, 5)).unwrap_err();
    let sentence = "Your account does not hold the permission posts.publish_post.";
    assert!(permission.to_string().contains(sentence), "{permission}");

    for (change, hint) in [
        (AccountChange::Deactivate, "Ask another member of staff."),
        (AccountChange::RevokeToken(TokenId(1)), "Revoke your tokens on the page My account."),
        (AccountChange::EndSessions, "End your sessions on the page My account."),
    ] {
        let refused = world.change_account("stan", change).unwrap_err();
        assert_eq!(refused.reasons()[0].hint, hint, "{refused}");
    }
}

/// A text can be there and show a reader nothing.
#[test]
fn a_draft_that_shows_readers_nothing_is_saved_and_not_submitted() {
    let world = World::new();
    for body in [
        "<!-- To do -->",
        "<!-- To do\n\nthe *whole* post",
        "{% comment %}later{% endcomment %}",
        "<?php echo 1 ?>",
        "&nbsp;",
        "&#8203; &shy;&zwnj;",
        "[x]: https://a.example",
        "***",
        "---\n---",
        "#\n\n>\n\n- \n",
        "![](http://a.example/a.png)",
        "[![&nbsp;](a.png)](https://a.example)",
        "[](https://a.example)",
        "```\n\n```",
        "~~~rust\n \n~~~\n\n{:.wide}",
        "| | |\n|-|-|\n| | |",
        "1. <!-- x -->\n\n* * *\n\n&#x200b;",
        "**&nbsp;**\n\n` `",
    ] {
        let draft = world.create(world.alice, Content::parse("T", "S", body).unwrap());
        let draft = draft.unwrap().post;
        let before = world.db_everything();
        let refusal = world.perform(world.alice, &submit(draft, 1)).expect_err(body);
        assert_eq!(codes(&refusal), "policy incomplete", "{body:?}");
        let reason = &refusal.reasons()[0];
        assert_eq!(reason.sentence, "Missing: body.", "{body:?}");
        assert!(reason.hint.contains("not shown to readers"), "{}", reason.hint);
        assert_eq!(world.db_everything(), before);
    }
    for (title, summary, missing) in
        [("&nbsp;", "<!-- s -->", "title, summary"), ("T", "&#8203;", "summary")]
    {
        let draft = world.create(world.alice, Content::parse(title, summary, "B").unwrap());
        let refusal = world.perform(world.alice, &submit(draft.unwrap().post, 1)).unwrap_err();
        assert_eq!(refusal.reasons()[0].sentence, format!("Missing: {missing}."));
    }
    for body in [
        "![](https://a.example/a.png)",
        "![A press](a.png)",
        "<br>",
        "`<!-- x -->`",
        "1984",
        "&copy;",
        "<!-- x --> *字*",
        "    code",
        "- [ ] Write",
        "$",
    ] {
        let draft = world.create(world.alice, Content::parse("T", "S", body).unwrap());
        world.perform(world.alice, &submit(draft.unwrap().post, 1)).expect(body);
    }
}

/// While a post is in review its author may still write, and may even empty it.
#[test]
fn a_post_that_became_incomplete_in_review_is_not_published() {
    let world = World::new();
    let post = world.in_review();
    let emptied = Revise {
        post,
        seen: RevisionNumber(1),
        content: Content::parse("On restraint", "Less.", "").unwrap(),
    };
    world.perform(world.alice, &emptied).unwrap();
    let before = world.db_everything();
    let refusal = world.perform(world.edith, &publish(post, 2)).unwrap_err();
    assert_eq!(codes(&refusal), "policy incomplete");
    assert_eq!(world.db_everything(), before);
}

/// Elsewhere the latest revision was published, and not the one that was read.
#[test]
fn only_the_revision_that_was_read_is_published() {
    let world = World::new();
    let post = world.in_review();
    world.perform(world.alice, &revise(post, 1, "On haste")).unwrap();
    let before = world.db_everything();
    for seen in [0, 1, 3] {
        let refusal = world.perform(world.edith, &publish(post, seen)).unwrap_err();
        assert_eq!(codes(&refusal), "policy stale-revision");
        assert!(refusal.to_string().contains("The current revision is 2"));
    }
    assert_eq!(world.db_everything(), before);
    let outcome = world.perform(world.edith, &publish(post, 2)).unwrap();
    assert_eq!(outcome.revision, RevisionNumber(2));
}

/// The revision seen was once optional elsewhere, so it was left out. Here its
/// absence is never "the latest": it is a form that cannot be read.
#[test]
fn an_action_that_names_no_revision_is_incomplete_input() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let draft = world.draft();
    let in_review = world.in_review();
    let asked = world.in_review();
    world.perform(world.edith, &request_changes(asked, 1)).unwrap();
    let published = world.published();
    let text = [("title", "T"), ("summary", "S"), ("body", "B")];
    let [mut alice, mut edith, mut stan] =
        ["alice", "edith", "stan"].map(|name| server.signed_in(name));
    let before = world.db_everything();
    for seen in [None, Some(""), Some("latest"), Some("0"), Some("-1"), Some("1.0")] {
        let incomplete = |browser: &mut Browser, path: String, words: &[(&str, &str)]| {
            let key = OperationKey::random();
            let mut fields = vec![("key", key.as_str())];
            fields.extend(seen.map(|seen| ("seen", seen)));
            fields.extend(words);
            let page = browser.send_unasked(&path, &fields);
            assert_eq!(page.status, 422, "{path} {seen:?}: {}", page.body);
        };
        incomplete(&mut alice, format!("/desk/posts/{draft}/revise"), &text);
        incomplete(&mut alice, format!("/desk/posts/{draft}/submit"), &[]);
        let request = format!("/desk/posts/{in_review}/request-changes");
        incomplete(&mut edith, request, &[("note", "More.")]);
        incomplete(&mut edith, format!("/desk/posts/{in_review}/publish"), &[]);
        incomplete(&mut edith, format!("/desk/posts/{asked}/withdraw-request"), &[]);
        for place in ["desk", "admin"] {
            let archive = format!("/{place}/posts/{published}/archive");
            incomplete(&mut stan, archive, &[("reason", "Old.")]);
        }
    }
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_refusals(), [], "nobody was refused: nothing was asked");
}

/// Elsewhere saving an edit silently unpublished a post.
#[test]
fn no_edit_changes_a_state() {
    let world = World::new();
    for state in State::ALL {
        for author in [world.alice, world.rosa] {
            let post = post_in(&world, author, state);
            let history = world.db_history(post);
            for (name, who) in world.everybody() {
                let texts = [
                    content("On edits"),
                    content(&format!("By {name}")),
                    Content::parse("", "", "").unwrap(),
                ];
                for text in texts {
                    let edit =
                        Revise { post, seen: world.post(post).current.number, content: text };
                    let is_done = world.perform(who, &edit).is_ok();
                    let may_be_done = who == author && state <= State::InReview;
                    assert_eq!(is_done, may_be_done, "{name} in {state}");
                    assert_eq!(world.post(post).state(), state, "{name}");
                    assert_eq!(world.db_history(post), history, "{name}");
                }
            }
        }
    }
}

/// Elsewhere such a save restarted the review. Browsers end lines in their own
/// way; that is no change either.
#[test]
fn a_save_that_changed_nothing_makes_no_revision_and_restarts_no_review() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let before = world.post(post);
    let revisions = world.db_count("revisions");

    let outcome = world.perform(world.alice, &revise(post, 1, "On restraint")).unwrap();
    assert_eq!(outcome.revision, RevisionNumber(1));
    let mut alice = server.signed_in("alice");
    let [title, summary, body] = before.current.content.parts();
    let body = body.replace('\n', "\r\n");
    let text = [("title", title), ("summary", summary), ("body", &body)];
    send(&mut alice, post, "revise", &text).expect(303);
    let page = alice.get(&format!("/desk/posts/{post}")).expect(200);
    assert!(page.body.contains("No changes to save."), "{}", page.body);

    assert_eq!(world.post(post), before, "the request still stands");
    assert_eq!(world.db_count("revisions"), revisions);
    let refusal = world.perform(world.rosa, &publish(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy changes-requested");
}

#[test]
fn a_change_request_blocks_publication_until_a_newer_revision_exists() {
    let world = World::new();
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let before = world.db_everything();
    for reviewer in [world.edith, world.rosa] {
        let refusal = world.perform(reviewer, &publish(post, 1)).unwrap_err();
        assert_eq!(codes(&refusal), "policy changes-requested");
        assert!(refusal.to_string().contains("Edith requested changes"));
    }
    assert_eq!(world.db_everything(), before);
    world.perform(world.alice, &revise(post, 1, "On sources")).unwrap();
    assert_eq!(world.post(post).standing_requests, []);
    world.perform(world.rosa, &publish(post, 2)).unwrap();
}

/// An author who has nothing to change would otherwise be stuck; and a reviewer
/// who asked would otherwise be overruled.
#[test]
fn only_the_reviewer_who_asked_withdraws_a_change_request() {
    let world = World::new();
    let post = world.in_review();
    let second = world.person("ruth", &[Role::Reviewer]);
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let before = world.db_everything();
    let refusal = world.perform(world.rosa, &withdraw_request(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy not-your-request");
    for stranger in [world.alice, world.stan] {
        let refusal = world.perform(stranger, &withdraw_request(post, 1)).unwrap_err();
        assert_eq!(codes(&refusal), "permission permission-missing");
    }
    assert_eq!(world.db_everything(), before);

    // Two asked: each takes back their own, and one is enough to stand.
    world.perform(second, &request_changes(post, 1)).unwrap();
    world.perform(world.edith, &withdraw_request(post, 1)).unwrap();
    let again = world.perform(world.edith, &withdraw_request(post, 1)).unwrap_err();
    assert_eq!(codes(&again), "policy not-your-request");
    let refusal = world.perform(world.edith, &publish(post, 1)).unwrap_err();
    assert!(refusal.to_string().contains("Ruth requested changes"));
    world.perform(second, &withdraw_request(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
}

/// A post whose reviewer has left would otherwise be stuck, and for ever when
/// its author has left, too.
#[test]
fn any_reviewer_withdraws_the_request_of_one_who_has_left() {
    let deactivated = [AccountChange::Deactivate, AccountChange::Deactivate];
    let hints = [
        "The author must save a new revision, or Edith and Ruth must withdraw the request.",
        "The author's account is deactivated. Edith and Ruth must withdraw the request.",
        "The author's account is deactivated. Ruth and you must withdraw the requests.",
        "The account of Edith is deactivated, so you can withdraw the request.",
    ];
    withdrawn_by_another(deactivated, hints, "account deactivated");
    let without_role = [Role::Author, Role::Reviewer].map(AccountChange::Revoke);
    let hints = [
        "The author must save a new revision, or Edith and Ruth must withdraw the request.",
        "The author can no longer edit posts. Edith and Ruth must withdraw the request.",
        "The author can no longer edit posts. Ruth and you must withdraw the requests.",
        "Edith is no longer a reviewer, so you can withdraw the request.",
    ];
    withdrawn_by_another(without_role, hints, "no longer an author");
}

fn withdrawn_by_another(
    [author_leaves, reviewer_leaves]: [AccountChange; 2],
    expected: [&str; 4],
    absence: &str,
) {
    let world = World::new();
    let post = world.in_review();
    let ruth = world.person("ruth", &[Role::Reviewer]);
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    world.perform(ruth, &request_changes(post, 1)).unwrap();
    let hint = || {
        let refusal = world.perform(world.rosa, &publish(post, 1)).unwrap_err();
        assert_eq!(codes(&refusal), "policy changes-requested");
        refusal.reasons()[0].hint.clone()
    };
    let leave = |name, change: &AccountChange| {
        let before = hint();
        world.change_account(name, change.clone()).unwrap();
        before
    };
    let hints = [
        leave("alice", &author_leaves),
        leave("edith", &reviewer_leaves),
        leave("ruth", &reviewer_leaves),
        hint(),
    ];
    assert_eq!(hints, expected);
    let server = Server::start(world.database.store());
    let desk = server.signed_in("rosa").get("/desk").expect(200).body;
    let (queue, _) = desk.split_once("Waiting for the author").unwrap_or((&desk, ""));
    assert!(queue.contains(&format!("By <bdi>Alice (alice)</bdi> ({absence})")), "{desk}");

    let before = world.db_everything();
    let refusal = world.perform(world.stan, &withdraw_request(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "permission permission-missing");
    assert_eq!(world.db_everything(), before);
    world.perform(world.rosa, &withdraw_request(post, 1)).unwrap();
    world.perform(world.rosa, &publish(post, 1)).unwrap();
    assert_eq!(world.post(post).state(), State::Published);
    let report = verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn a_hint_tells_two_people_of_one_name_apart() {
    let world = World::new();
    let post = world.in_review();
    let other = world.person("edith3", &[Role::Reviewer]);
    let rename = AccountChange::Rename { to: "Edith".to_owned(), seen: None };
    world.change_account("edith3", rename).unwrap();
    for reviewer in [world.edith, other] {
        world.perform(reviewer, &request_changes(post, 1)).unwrap();
    }
    let refusal = world.perform(world.rosa, &publish(post, 1)).unwrap_err();
    let reason = &refusal.reasons()[0];
    let both = "Edith (edith) and Edith (edith3)";
    assert_eq!(reason.sentence, format!("{both} requested changes to revision 1."));
    assert!(reason.hint.ends_with(&format!("{both} must withdraw the request.")), "{reason:?}");
    // And from oneself.
    world.perform(world.edith, &withdraw_request(post, 1)).unwrap();
    world.perform(other, &withdraw_request(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
    let refusal = world.perform(other, &publish(post, 1)).unwrap_err();
    let sentence = &refusal.reasons()[0].sentence;
    assert!(sentence.starts_with("Edith (edith) published this on"), "{sentence}");
}

/// Four eyes: whoever could withdraw every request against their own post would
/// need no second reviewer to agree.
#[test]
fn an_author_does_not_withdraw_the_request_of_a_deactivated_reviewer() {
    let world = World::new();
    let post = world.draft_of(world.rosa);
    world.perform(world.rosa, &submit(post, 1)).unwrap();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    world.change_account("edith", AccountChange::Deactivate).unwrap();
    let before = world.db_everything();
    let refusal = world.perform(world.rosa, &withdraw_request(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy own-post");
    let refusal = world.perform(world.rosa, &publish(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy own-post changes-requested");
    assert_eq!(
        refusal.reasons()[1].hint,
        "Save a new revision. The account of Edith is deactivated, so another reviewer can also \
         withdraw the request."
    );
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_request_on_an_older_revision_is_no_longer_there_to_take_back() {
    let world = World::new();
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    world.perform(world.alice, &revise(post, 1, "On sources")).unwrap();
    let before = world.db_everything();
    let refusal = world.perform(world.edith, &withdraw_request(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy no-request-stands stale-revision");
    assert_eq!(world.db_everything(), before);
}

/// Whatever else a person is trusted with: staff, too, if they review.
#[test]
fn four_eyes_holds_for_a_person_with_every_role() {
    let world = World::new();
    for role in [Role::Staff, Role::Author, Role::Reviewer] {
        let _ = world.change_account("rosa", AccountChange::Grant(role));
    }
    let post = post_in(&world, world.rosa, State::InReview);
    let before = world.db_everything();
    let refusal = world.perform(world.rosa, &publish(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy own-post");
    let refusal = world.perform(world.rosa, &request_changes(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "policy own-post");
    assert_eq!(world.db_everything(), before);

    // Somebody else's eyes are all that it takes; archiving is one person's work.
    world.perform(world.edith, &publish(post, 1)).unwrap();
    world.perform(world.rosa, &archive(post, 1)).unwrap();
}

#[test]
fn nothing_is_archived_without_a_reason() {
    let world = World::new();
    let post = world.published();
    let before = world.db_everything();
    for words in ["", "   ", "\n\t\n"] {
        let silent = Archive { post, seen: RevisionNumber(1), reason: Note::parse(words).unwrap() };
        let refusal = world.perform(world.stan, &silent).unwrap_err();
        assert_eq!(codes(&refusal), "policy reason-missing", "{words:?}");
    }
    assert_eq!(world.db_everything(), before);
    world.perform(world.stan, &archive(post, 1)).unwrap();
}

/// One key is one intention of one person: the same again is answered the same,
/// anything else under it is refused as input, and nobody can spend another's.
#[test]
fn a_key_belongs_to_one_attempt_of_one_person() {
    let world = World::new();
    let key = || OperationKey::parse("monday-morning").unwrap();
    let post = world.draft();
    let edit = revise(post, 1, "On Mondays");
    let alices = || call_with(world.alice, key());
    let first = workflow::perform(&world.store, &alices(), &edit).unwrap();
    let before = world.db_everything();
    assert_eq!(workflow::perform(&world.store, &alices(), &edit), Ok(first.clone()));
    let others = [
        workflow::perform(&world.store, &alices(), &revise(post, 1, "On Tuesdays")),
        workflow::perform(&world.store, &alices(), &revise(post, 2, "On Mondays")),
        workflow::perform(&world.store, &alices(), &submit(post, 2)),
    ];
    for other in others {
        assert_eq!(other, Err(Refusal::KeyReused { post: Some(post) }));
    }
    assert_eq!(world.db_everything(), before);

    let draft = post_in(&world, world.arthur, State::Draft);
    let arthurs = call_with(world.arthur, key());
    let fresh = workflow::perform(&world.store, &arthurs, &revise(draft, 1, "On Mondays")).unwrap();
    assert_eq!((fresh.post, fresh.revision), (draft, RevisionNumber(2)));
}

#[test]
fn the_same_form_with_other_words_is_422_in_a_browser() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.in_review();
    let mut edith = server.signed_in("edith");
    let path = format!("/desk/posts/{post}/request-changes");
    let form = |words| [("key", "only-once"), ("seen", "1"), ("note", words)];
    edith.send_unasked(&path, &form("More.")).expect(303);
    let before = world.db_everything();
    edith.send_unasked(&path, &form("More.")).expect(303);
    edith.send_unasked(&path, &form("Less.")).expect(422);
    let publish = format!("/desk/posts/{post}/publish");
    let spent = [("key", "only-once"), ("seen", "1")];
    edith.send_unasked(&publish, &spent).expect(422);
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_refusals(), []);

    let mut rosa = server.signed_in("rosa");
    rosa.send_unasked(&path, &form("Less.")).expect(303);
    assert_eq!(world.post(post).standing_requests.len(), 2);
}

/// Elsewhere the job was cancelled before it was known whether the action was
/// allowed. Here a refusal writes one line about itself, and nothing more; and
/// of nobody in particular, or of what somebody may not know, not even that.
#[test]
fn a_refused_attempt_leaves_nothing_but_the_record_of_its_refusal() {
    let world = World::new();
    let mut recorded = 0;
    for (name, who, author) in cast(&world) {
        for state in State::ALL {
            let post = post_in(&world, author, state);
            for action in on_posts() {
                let before = world.db_everything();
                // A revision that never was, so that nothing can succeed.
                let result = attempt(&world.store, &call_of(&who), action, post, 99);
                let refusal = result.unwrap_err();
                assert_eq!(world.db_everything(), before, "{name} {action} in {state}");
                recorded += match refusal {
                    Refusal::Permission(_) | Refusal::Policy(_) => 1,
                    Refusal::NotFound | Refusal::NotSignedIn => 0,
                    other => panic!("{other:?}"),
                };
                let refusals = world.db_count("refusals");
                assert_eq!(refusals, recorded, "{name} {action} in {state}");
            }
        }
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// What the record says can be trusted: it is the very answer, and stays.
#[test]
fn the_record_of_a_refusal_is_the_answer_and_is_final() {
    let world = World::new();
    let post = post_in(&world, world.rosa, State::InReview);
    let refusal = world.perform(world.rosa, &publish(post, 3)).unwrap_err();
    assert_eq!(codes(&refusal), "policy own-post stale-revision");
    let recorded = ("policy".to_owned(), "own-post stale-revision".to_owned());
    assert_eq!(world.db_refusals(), std::slice::from_ref(&recorded));
    for rewrite in ["UPDATE refusals SET action = 'revise'", "DELETE FROM refusals"] {
        let mut conn = world.database.as_owner();
        assert!(conn.batch_execute(rewrite).is_err(), "{rewrite}");
    }
    assert_eq!(world.db_refusals(), [recorded]);
}

/// A post that does not exist yet.
const NEW: PostId = PostId(0);

/// Sends the form of an action on revision 1 under a fresh key.
fn send(
    browser: &mut Browser,
    post: PostId,
    action: &str,
    words: &[(&str, &str)],
) -> crate::support::browser::Page {
    let key = OperationKey::random();
    let mut fields = vec![("key", key.as_str())];
    fields.extend(words);
    if post == NEW {
        return browser.send_unasked("/desk/posts/create", &fields);
    }
    fields.push(("seen", "1"));
    browser.send_unasked(&format!("/desk/posts/{post}/{action}"), &fields)
}
