//! The desk shows the state of each post, since when, and who acts next. Authors know
//! what they wait for, reviewers see what they have not read, and no two reviewers do
//! the same work.

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Content, PostId, Revise, State};
use imprimatur::permissions;
use imprimatur::store::posts;

use crate::support::attempts::on_posts;
use crate::support::browser::encode;
use crate::support::world::{
    archive, content, publish, request_changes, revise, submit, withdraw_request,
};
use crate::support::{Browser, Server, World};

/// Returns the text of a page, in one line.
fn words(browser: &mut Browser, path: &str) -> String {
    let body = browser.get(path).expect(200).body;
    let (_, main) = body.split_once("<main").unwrap();
    let text: Vec<&str> =
        main.split('<').map(|piece| piece.split_once('>').map_or("", |(_, text)| text)).collect();
    let text = text.join("").replace("&#39;", "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the text between two headings of a page.
fn between<'a>(words: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = words.split_once(from).unwrap_or_else(|| panic!("no {from:?} in {words}"));
    rest.split_once(to).map_or(rest, |(part, _)| part)
}

fn titles(lines: &[posts::QueueLine]) -> Vec<String> {
    lines.iter().map(|line| line.name.words()).collect()
}

fn in_review(world: &World, who: imprimatur::domain::UserId, title: &str) -> PostId {
    let post = world.create(who, content(title)).unwrap().post;
    world.perform(who, &submit(post, 1)).unwrap();
    post
}

/// The list reads no more of a text than it needs.
#[test]
fn a_draft_in_the_list_lacks_what_its_page_says() {
    let world = World::new();
    for (title, summary, body, missing) in [
        (
            "One",
            "S",
            "<!-- To do: the whole of this text, which is a long one, for now -->",
            "body",
        ),
        ("Two", "<!-- S -->", "# A heading", "summary"),
        (
            "&nbsp;",
            "S",
            "<!-- a long comment, and then comes the text, as it often is --> Text",
            "title",
        ),
        ("Four", "S", "![](https://a.example/a.png)", ""),
        ("Five", "S", "- - > \n\n[x]: https://a.example", "body"),
        ("🚀", "", "- a", "summary, web address"),
    ] {
        let content = Content::parse(title, summary, body).unwrap();
        let author = world.alice;
        world.create(author, content.clone()).unwrap();
        let conn = &mut world.database.as_runtime();
        let lines = posts::newest_of_each_state(conn, author, &[(State::Draft, 1)]).unwrap();
        assert_eq!(
            lines[0].missing().iter().map(|part| part.as_str()).collect::<Vec<_>>().join(", "),
            missing,
            "{body}"
        );
        assert_eq!(content.missing(), lines[0].missing());
    }
}

#[test]
fn the_queue_lists_the_posts_that_a_reviewer_may_act_on_oldest_first() {
    let world = World::new();
    let first = in_review(&world, world.alice, "First");
    let asked = in_review(&world, world.alice, "Asked");
    in_review(&world, world.rosa, "Hers");
    let answered = in_review(&world, world.alice, "Answered");
    let withdrawn = in_review(&world, world.alice, "Withdrawn");
    world.draft();
    world.published();
    for post in [asked, answered, withdrawn] {
        world.perform(world.edith, &request_changes(post, 1)).unwrap();
    }
    world.perform(world.alice, &revise(answered, 1, "Answered well")).unwrap();
    world.perform(world.edith, &withdraw_request(withdrawn, 1)).unwrap();

    let conn = &mut world.database.as_runtime();
    let mut queue = |who| {
        let waiting = posts::awaiting_review(conn, who, 10).unwrap();
        let with_authors = posts::awaiting_author(conn, who, 10).unwrap();
        (titles(&waiting), titles(&with_authors))
    };
    let (ediths, asked_of_others) = queue(world.edith);
    assert_eq!(ediths, ["First", "Hers", "Answered well", "Withdrawn"]);
    assert_eq!(asked_of_others, ["Asked"]);
    let (rosas, _) = queue(world.rosa);
    assert_eq!(rosas, ["First", "Answered well", "Withdrawn"], "nobody reviews their own");

    world.perform(world.rosa, &publish(first, 1)).unwrap();
    assert_eq!(queue(world.edith).0, ["Hers", "Answered well", "Withdrawn"]);
}

#[test]
fn the_queue_names_the_last_reader_and_shows_answered_requests() {
    let world = World::new();
    let post = in_review(&world, world.alice, "On restraint");
    let server = Server::start(world.database.store());
    let [mut edith, mut rosa] = ["edith", "rosa"].map(|name| server.signed_in(name));
    let queue = |browser: &mut Browser| {
        let words = words(browser, "/desk");
        between(&words, "Waiting for your review", "My posts").to_owned()
    };

    assert!(queue(&mut edith).contains("Not read by a reviewer yet."));
    rosa.get(&format!("/desk/posts/{post}")).expect(200);
    let seen = queue(&mut edith);
    assert!(seen.contains("Rosa (rosa) may be reviewing this now (opened just now)."), "{seen}");
    let seen = queue(&mut rosa);
    assert!(seen.contains("Last read by you, just now."), "{seen}");
    edith.get(&format!("/desk/posts/{post}")).expect(200);
    let seen = queue(&mut rosa);
    assert!(seen.contains("Edith (edith) may be reviewing this now (opened just now)."), "{seen}");

    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let seen = queue(&mut rosa);
    assert!(seen.contains("Nothing to review."), "{seen}");
    assert!(
        seen.contains("On restraint by Alice (alice): Edith (edith) requested changes just now"),
        "{seen}"
    );
    world.perform(world.alice, &revise(post, 1, "On measure")).unwrap();
    let seen = queue(&mut rosa);
    assert!(
        seen.contains("Alice (alice) edited it after Edith's change request, just now."),
        "{seen}"
    );
    assert!(seen.contains("Changed since you read revision 1: see changes"), "{seen}");
    let seen = queue(&mut edith);
    assert!(
        seen.contains("Alice (alice) edited it after your change request, just now."),
        "{seen}"
    );
}

#[test]
fn a_reviewer_first_sees_the_changes_since_they_last_read_a_post() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let [mut edith, mut rosa] = ["edith", "rosa"].map(|name| server.signed_in(name));
    let page = format!("/desk/posts/{post}");

    let seen = words(&mut edith, &page);
    assert!(!seen.contains("Changes since"), "there is nothing to compare with: {seen}");
    for (seen, body) in [(1, "A second thought."), (2, "A third thought.")] {
        let content = Content::parse("On restraint", "Why less is more.", body).unwrap();
        world.perform(world.alice, &Revise { post, seen: revision(seen), content }).unwrap();
    }
    // Also when the page is loaded again.
    for _ in 0..2 {
        let seen = words(&mut edith, &page);
        let changed = between(&seen, "Changes since you last read it", "Why are");
        let compared = "Revision 1 (just now) compared with revision 3.";
        assert!(changed.contains(compared), "{changed}");
        assert!(changed.contains("Added: A third thought."), "{changed}");
        assert!(!changed.contains("second thought"), "{changed}");
    }
    let seen = words(&mut rosa, &page);
    assert!(!seen.contains("Changes since"), "she has read none before: {seen}");

    // A reviewer who has never read it sees the changes since the last request.
    world.perform(world.edith, &request_changes(post, 3)).unwrap();
    world.person("rufus", &[imprimatur::domain::Role::Reviewer]);
    world.perform(world.alice, &revise(post, 3, "On measure")).unwrap();
    let seen = words(&mut server.signed_in("rufus"), &page);
    let changed = between(&seen, "Changes since the change request of Edith (edith)", "Why are");
    assert!(changed.contains("Added: On measure"), "{changed}");
}

fn revision(number: i32) -> imprimatur::domain::RevisionNumber {
    imprimatur::domain::RevisionNumber(number)
}

#[test]
fn only_a_reviewer_of_another_persons_post_in_review_is_recorded_as_a_reader() {
    let world = World::new();
    let hers = world.draft_of(world.rosa);
    world.perform(world.rosa, &submit(hers, 1)).unwrap();
    let [draft, in_review, published] = [world.draft(), world.in_review(), world.published()];
    let server = Server::start(world.database.store());
    for (who, posts) in [
        ("alice", vec![draft, in_review, published]),
        ("rosa", vec![hers, published]),
        ("edith", vec![published]),
        ("stan", vec![draft, in_review, published, hers]),
    ] {
        let mut browser = server.signed_in(who);
        for post in posts {
            browser.get(&format!("/desk/posts/{post}")).expect(200);
        }
    }
    assert_eq!(world.db_count("readings"), 0);
    let mut edith = server.signed_in("edith");
    for _ in 0..3 {
        edith.get(&format!("/desk/posts/{in_review}")).expect(200);
    }
    assert_eq!(world.db_count("readings"), 1);
    let mut alice = server.signed_in("alice");
    let page = words(&mut alice, &format!("/desk/posts/{in_review}"));
    assert!(page.contains("Read by reviewers Edith (edith): revision 1, just now"), "{page}");
    let desk = words(&mut alice, "/desk");
    assert!(desk.contains("Edith (edith) read revision 1, just now."), "{desk}");
}

/// Previews a text that is not saved, with the hidden fields of the form of an action.
fn preview(browser: &mut Browser, post: PostId, action: &str, title: &str) {
    let path = format!("/desk/posts/{post}/revise");
    let page = browser.get(&format!("/desk/posts/{post}/{action}")).expect(200);
    let hidden = ["token", "key", "seen"].map(|name| (name, page.hidden(name)));
    let typed = [("title", title), ("summary", "S"), ("body", "B"), ("preview", "yes")];
    let fields = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    browser.post(&path, &fields.chain(typed).collect::<Vec<_>>()).expect(200);
}

#[test]
fn reviewers_see_that_the_author_is_editing_until_they_save_or_stop() {
    let world = World::new();
    let [post, draft] = [in_review(&world, world.alice, "Restless"), world.draft()];
    let server = Server::start(world.database.store());
    let [mut alice, mut edith] = ["alice", "edith"].map(|name| server.signed_in(name));
    let page = format!("/desk/posts/{post}");
    let sentence = "Alice (alice) is editing this. Last change just now.";
    let sees = |browser: &mut Browser| {
        let pages = [page.as_str(), "/desk"].map(|path| words(browser, path).contains(sentence));
        assert_eq!(pages[0], pages[1], "the post and the queue say the same");
        pages[0]
    };

    alice.get(&format!("{page}/revise")).expect(200);
    assert_eq!(world.db_count("unsaved_edits"), 0, "a GET leaves nothing");
    edith.get(&page).expect(200);
    preview(&mut edith, post, "publish", "Not her text");
    preview(&mut alice, draft, "revise", "No reviewer sees this");
    assert_eq!(world.db_count("unsaved_edits"), 0);
    assert!(!sees(&mut edith));

    preview(&mut alice, post, "revise", "More restless");
    preview(&mut alice, post, "revise", "Most restless");
    assert_eq!(world.db_count("unsaved_edits"), 1);
    assert!(sees(&mut edith));
    let confirmation = format!("{page}/publish");
    assert!(words(&mut edith, &confirmation).contains(sentence), "before it is too late");
    assert!(!sees(&mut alice), "she knows");

    let older = |minutes| {
        let older = format!("SET last_at = last_at - interval '{minutes} minutes'");
        let conn = &mut world.database.as_owner();
        conn.batch_execute(&format!("UPDATE unsaved_edits {older}")).unwrap();
    };
    older(5);
    assert!(!sees(&mut edith), "she has stopped");
    assert!(!words(&mut edith, &confirmation).contains("is editing"));
    preview(&mut alice, post, "revise", "Restless again");
    assert!(sees(&mut edith));

    world.perform(world.alice, &revise(post, 1, "Settled")).unwrap();
    assert!(!sees(&mut edith), "it is saved");
    preview(&mut alice, post, "revise", "Restless after all");
    assert!(sees(&mut edith));
    world.perform(world.edith, &publish(post, 2)).unwrap();
    assert!(!words(&mut edith, &page).contains("is editing"), "nothing is left to edit");
}

#[test]
fn an_author_first_sees_the_posts_that_wait_for_them_and_the_next_step() {
    let world = World::new();
    world.create(world.alice, Content::parse("", "", "Begun in\nhaste").unwrap()).unwrap();
    world.create(world.alice, content("Ready")).unwrap();
    in_review(&world, world.alice, "Waiting");
    let asked = in_review(&world, world.alice, "Asked");
    world.perform(world.edith, &request_changes(asked, 1)).unwrap();
    let answered = in_review(&world, world.alice, "Answered");
    world.perform(world.edith, &request_changes(answered, 1)).unwrap();
    world.perform(world.alice, &revise(answered, 1, "Answered well")).unwrap();
    let public = in_review(&world, world.alice, "Public");
    world.perform(world.edith, &publish(public, 1)).unwrap();
    let gone = in_review(&world, world.alice, "Gone");
    world.perform(world.edith, &publish(gone, 1)).unwrap();
    world.perform(world.stan, &archive(gone, 1)).unwrap();
    let server = Server::start(world.database.store());
    let desk = words(&mut server.signed_in("alice"), "/desk");

    let asked = between(&desk, "Changes requested", "Drafts");
    assert!(
        asked.contains("Asked") && asked.contains("Edith (edith) requested changes"),
        "{asked}"
    );
    assert!(asked.contains("Edit and answer"), "{asked}");
    let drafts = between(&desk, "Drafts", "In review 2 Answered well");
    assert!(drafts.contains("Untitled: Begun in haste…"), "{drafts}");
    assert!(drafts.contains("To do: title, summary. Edit"), "{drafts}");
    assert!(drafts.contains("Submit for review · Edit"), "{drafts}");
    let waiting = between(&desk, "In review 2 Answered well", "Published 1 Public");
    assert!(waiting.contains("In review for less than a minute."), "{waiting}");
    assert!(waiting.contains("Not read by a reviewer yet."), "{waiting}");
    let public = between(&desk, "Published 1 Public", "Archived 1 Gone");
    assert!(public.contains("Published by Edith (edith), just now."), "{public}");
    let gone = between(&desk, "Archived 1 Gone", "Published with Imprimatur");
    assert!(
        gone.contains("Archived by Stan (stan), just now. Reason: It is out of date."),
        "{gone}"
    );
}

#[test]
fn the_list_of_own_posts_has_each_post_once() {
    let world = World::new();
    // Over a thousand drafts: their list goes thousand by thousand.
    let drafts: Vec<PostId> = (0..1030)
        .map(|number| world.create(world.alice, content(&format!("Draft number {number}."))))
        .map(|created| created.unwrap().post)
        .collect();
    for number in [5, 700] {
        let title = format!("Draft number {number}. Once more");
        world.perform(world.alice, &revise(drafts[number], 1, &title)).unwrap();
    }
    world.draft_of(world.rosa);
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    assert!(alice.get("/desk").body.contains("href=\"/desk/posts?state=draft\""));
    let others =
        |numbers: std::ops::Range<i32>| numbers.rev().filter(|number| ![5, 700].contains(number));
    let newest = [700].into_iter().chain(others(30..1030));
    let expected: Vec<i32> = newest.chain([5]).chain(others(0..30)).collect();
    let found = all_numbers(&mut alice, State::Draft);
    assert_eq!(found, expected, "what was saved last comes first, thousand by thousand");
    alice.get("/desk/posts?state=lost").expect(422);
    for wrong in ["entered_before=x", "after=x", "after=1", "entered_before=1", "before=1"] {
        alice.get(&format!("/desk/posts?{wrong}")).expect(422);
    }
    let none = words(&mut alice, "/desk/posts?state=archived");
    assert!(none.contains("You have no archived posts."), "{none}");
}

#[test]
fn own_posts_in_review_are_listed_by_when_they_were_submitted() {
    let world = World::new();
    let posts: Vec<PostId> = (0..60)
        .map(|number| world.create(world.alice, content(&format!("Draft number {number}."))))
        .map(|created| created.unwrap().post)
        .collect();
    // The last to be saved is the first to be submitted.
    for post in posts.iter().rev() {
        world.perform(world.alice, &submit(*post, 1)).unwrap();
    }
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let first = numbers(&alice.get("/desk").expect(200).body);
    assert_eq!(first[..3], [0, 1, 2], "the desk");
    let all = (0..60).collect::<Vec<_>>();
    assert_eq!(all_numbers(&mut alice, State::InReview), all, "the list");
}

/// Returns the numbers in the titles of a page.
fn numbers(page: &str) -> Vec<i32> {
    let names = page.split("Draft number ").skip(1);
    names.map(|rest| rest.split('.').next().unwrap().parse().unwrap()).collect()
}

/// Returns the numbers in the titles of each page of a person's own posts.
fn all_numbers(browser: &mut Browser, state: State) -> Vec<i32> {
    let (mut found, mut next) = (Vec::new(), Some(format!("/desk/posts?state={}", state.as_str())));
    while let Some(path) = next {
        let page = browser.get(&path).expect(200).body;
        found.extend(numbers(&page));
        let older = page.split_once("rel=\"next\" href=\"").map(|(_, rest)| rest);
        next = older.map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
    }
    found
}

#[test]
fn publishing_ends_on_a_page_with_the_address_of_the_post() {
    let world = World::new();
    let (post, next) = (world.in_review(), in_review(&world, world.alice, "Next in line"));
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let address = format!("/desk/posts/{post}/publish");
    let done = edith.act(&address, &[]).expect(303);
    assert_eq!(done.location(), address);
    let seen = words(&mut edith, &address);
    assert!(seen.contains("Published"), "{seen}");
    assert!(seen.contains("You published revision 1 just now."), "{seen}");
    assert!(seen.contains(&format!("http://{}/posts/on-restraint", server.address)), "{seen}");
    assert!(seen.contains("Next in line by Alice (alice), submitted just now"), "{seen}");

    world.perform(world.rosa, &publish(next, 1)).unwrap();
    assert!(words(&mut edith, &address).contains("Your queue is empty."));
}

#[test]
fn an_action_that_comes_too_late_shows_who_was_first_and_keeps_the_typed_text() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let request = format!("/desk/posts/{post}/request-changes");
    let form = edith.get(&request).expect(200);
    let fields = ["token", "key", "seen"].map(|name| (name, form.hidden(name)));
    world.perform(world.rosa, &publish(post, 1)).unwrap();

    let mut sent: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    sent.push(("note", "Name your source."));
    let page = edith.post(&request, &sent).expect(409).body;
    assert!(page.contains("<bdi>Rosa (rosa)</bdi> published revision 1"), "{page}");
    assert!(page.contains("Name your source."), "{page}");

    for action in ["publish", "request-changes", "withdraw-request"] {
        let seen = words(&mut edith, &format!("/desk/posts/{post}/{action}"));
        assert!(seen.contains("Rosa (rosa) published revision 1 just now."), "{action}: {seen}");
    }
    let mut alice = server.signed_in("alice");
    let seen = words(&mut alice, &format!("/desk/posts/{post}/submit"));
    assert!(seen.contains("Rosa (rosa) published revision 1"), "{seen}");
    world.perform(world.stan, &archive(post, 1)).unwrap();
    let seen = words(&mut server.signed_in("stan"), &format!("/desk/posts/{post}/archive"));
    assert!(seen.contains("You archived it just now. Rosa (rosa) had published it"), "{seen}");
}

/// The first answer was lost, or the person went back and changed the words.
#[test]
fn a_note_sent_again_with_other_words_is_asked_about_and_not_doubled() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    for (who, action, field) in
        [("edith", "request-changes", "note"), ("stan", "archive", "reason")]
    {
        let mut browser = server.signed_in(who);
        let address = match who {
            "stan" => format!("/admin/posts/{post}/{action}"),
            _ => format!("/desk/posts/{post}/{action}"),
        };
        let form = browser.get(&address).expect(200);
        let hidden = ["token", "key", "seen"].map(|name| (name, form.hidden(name)));
        let mut send = |words: &str| {
            let mut fields: Vec<(&str, &str)> =
                hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
            fields.push((field, words));
            browser.post(&address, &fields)
        };
        send("First words.").expect(303);
        let page = send("Second words.").expect(422);
        assert!(page.body.contains("First words."), "{}", page.body);
        assert!(page.body.contains("Second words."), "{}", page.body);
        if action == "request-changes" {
            assert!(page.body.contains("Not sent: this form was already sent"), "{}", page.body);
            assert_ne!(page.hidden("key"), hidden[1].1, "sending it again on purpose is possible");
            assert_eq!(world.db_count("reviews"), 1);
            world.perform(world.edith, &withdraw_request(post, 1)).unwrap();
            world.perform(world.rosa, &publish(post, 1)).unwrap();
        } else {
            assert!(page.body.contains("Your note was not sent."), "{}", page.body);
        }
        // A key that nobody can have sent is a mistake in the form.
        let fields =
            [("token", hidden[0].1.as_str()), ("key", "\u{e9}"), ("seen", "1"), (field, "x")];
        let page = browser.post(&address, &fields).expect(422).body;
        assert!(!page.contains("already sent"), "{page}");
    }
    assert_eq!(world.db_count("history"), 6);
}

#[test]
fn the_history_shows_consecutive_revisions_as_one_event() {
    let world = World::new();
    let post = world.draft();
    for seen in 1..4 {
        world.perform(world.alice, &revise(post, seen, &format!("Title {seen}"))).unwrap();
    }
    world.perform(world.alice, &submit(post, 4)).unwrap();
    world.perform(world.edith, &request_changes(post, 4)).unwrap();
    world.perform(world.edith, &withdraw_request(post, 4)).unwrap();
    world.perform(world.alice, &revise(post, 4, "Title")).unwrap();
    world.perform(world.edith, &publish(post, 5)).unwrap();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let page = words(&mut alice, &format!("/desk/posts/{post}"));
    let history = between(&page, "History", "All 5 revisions");
    let told = [
        "Published Edith (edith) published revision 5",
        "You saved revision 5: see changes from revision 4 to 5",
        "Edith (edith) withdrew the change request for revision 4",
        "Edith (edith) requested changes to revision 4",
        "In review You submitted revision 4",
        "You saved revisions 2 to 4: see changes from revision 1 to 4",
        "Draft You created the draft",
    ];
    let mut rest = history;
    for event in told {
        rest = rest.split_once(event).unwrap_or_else(|| panic!("no {event:?} in {rest}")).1;
    }
    let body = alice.get(&format!("/desk/posts/{post}")).body;
    assert!(body.contains("<time class=\"exact\" datetime=\"20"), "{body}");

    let revisions = words(&mut alice, &format!("/desk/posts/{post}/revisions"));
    assert!(revisions.contains("published by Edith (edith)"), "{revisions}");
    assert!(
        revisions.contains(
            "Edith (edith) requested changes, then withdrew the \
                                request"
        ),
        "{revisions}"
    );
    let second = words(&mut alice, &format!("/desk/posts/{post}/revisions/2"));
    assert!(second.contains("Revision 2 of 5") && second.contains("Title 1"), "{second}");
    alice.get(&format!("/desk/posts/{post}/revisions/6")).expect(404);
    alice.get(&format!("/desk/posts/{post}/revisions/0")).expect(404);
}

#[test]
fn reasons_that_several_actions_share_are_shown_once() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let page = words(&mut server.signed_in("alice"), &format!("/desk/posts/{post}"));
    assert_eq!(page.matches("published this on").count(), 1, "{page}");
    assert!(page.contains("Edit Submit for review Edith published"), "{page}");
}

#[test]
fn one_revision_answers_the_change_requests_of_two_reviewers() {
    let world = World::new();
    let post = in_review(&world, world.alice, "On restraint");
    for who in [world.rosa, world.edith] {
        world.perform(who, &request_changes(post, 1)).unwrap();
    }
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let desk = words(&mut alice, "/desk");
    assert!(desk.contains("Rosa (rosa) and Edith (edith) requested changes just now."), "{desk}");
    let desk = words(&mut server.signed_in("rosa"), "/desk");
    assert!(
        desk.contains(
            "On restraint by Alice (alice): you and Edith (edith) requested changes just now"
        ),
        "{desk}"
    );

    let editor = words(&mut alice, &format!("/desk/posts/{post}/revise"));
    let asked = between(&editor, "Requested changes", "Title");
    assert_eq!(asked.matches("Please name your source.").count(), 2, "{asked}");
    let fields = [("title", "On measure"), ("summary", "S"), ("body", "B")];
    alice.act(&format!("/desk/posts/{post}/revise"), &fields).expect(303);
    let page = alice.get(&format!("/desk/posts/{post}")).body;
    assert!(page.contains("Reviewers can see it now"), "{page}");
    let desk = words(&mut server.signed_in("rosa"), "/desk");
    assert!(desk.contains("edited it after your and Edith's change requests"), "{desk}");
}

#[test]
fn reasons_that_the_person_can_correct_are_visible_and_the_others_are_collapsed() {
    let world = World::new();
    let post = in_review(&world, world.alice, "On restraint");
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    let server = Server::start(world.database.store());
    let page = server.signed_in("rosa").get(&format!("/desk/posts/{post}")).expect(200).body;
    let (before, behind) = page.split_once("<details class=\"why-not\">").unwrap();
    let button = |label: &str| format!("aria-disabled=\"true\" aria-describedby=\"why-{label}\"");
    assert!(before.contains(&button("publish")), "{before}");
    assert!(before.contains("Edith requested changes to revision 1."), "{before}");
    assert!(behind.contains(&button("withdraw-request")), "{behind}");
    assert!(behind.contains(&button("revise")), "rosa may write, and not this: {behind}");
}

#[test]
fn a_button_that_is_not_possible_now_is_reached_by_keyboard_and_answers_with_its_reasons() {
    let world = World::new();
    let draft = world.draft();
    let review = in_review(&world, world.alice, "On restraint");
    world.perform(world.edith, &request_changes(review, 1)).unwrap();
    let server = Server::start(world.database.store());
    let mut tried = 0;
    for (name, path) in [
        ("alice", format!("/desk/posts/{draft}")),
        ("rosa", format!("/desk/posts/{review}")),
        ("edith", format!("/desk/posts/{review}")),
        ("stan", format!("/admin/posts/{draft}")),
        ("stan", "/admin/accounts/alice".into()),
        ("stan", "/admin/accounts/stan".into()),
    ] {
        let mut browser = server.signed_in(name);
        let page = browser.get(&path).expect(200).body;
        assert!(!page.contains(" disabled"), "{path} of {name}");
        for form in page.split("<form method=\"get\" action=\"").skip(1) {
            let (form, _) = form.split_once("</form>").unwrap();
            let Some((_, described)) = form.split_once("aria-describedby=\"") else { continue };
            let (reasons, _) = described.split_once('"').unwrap();
            let (_, reasons) = page.split_once(&format!("id=\"{reasons}\"")).unwrap();
            let (_, sentence) = reasons.split_once("<li><p>").unwrap();
            let (sentence, _) = sentence.split_once("</p>").unwrap();
            let (address, rest) = form.split_once('"').unwrap();
            let fields = rest.split("name=\"").skip(1).map(|field| {
                let (name, value) = field.split_once("\" value=\"").unwrap();
                (name, value.split('"').next().unwrap())
            });
            let query = encode(&fields.collect::<Vec<_>>());
            let answer = browser.get(&format!("{address}?{query}"));
            assert!(answer.body.contains(sentence), "{address}: {sentence}: {}", answer.body);
            assert!(!answer.body.contains("<textarea"), "{address} has no form");
            tried += 1;
        }
    }
    assert!(tried >= 12, "{tried}");
}

#[test]
fn an_action_without_the_permission_has_no_button() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    for name in ["alice", "edith", "rosa", "stan"] {
        let roles = world.find_person(name).roles;
        let page = server.signed_in(name).get(&format!("/desk/posts/{post}")).expect(200).body;
        for action in on_posts() {
            let has_button = page.contains(&format!("\"/desk/posts/{post}/{action}\""));
            let is_held = permissions::holds(&roles, permissions::required(action));
            assert_eq!(has_button, is_held, "{name}: {action}");
        }
    }
}

#[test]
fn a_change_that_cannot_be_seen_is_named_in_the_difference() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let old = "It is inside the box.\n\ncosts 90 EUR\n\nhttps://example.org\n\nend\n\ncafé\n\n\
               the cop ran\n\nO";
    let new = "It is in\u{200B}side the\u{A0}box.\n\ncosts \u{202E}09 RUE\u{202C}\n\n\
               https://exampl\u{435}.org\n\nend\t \n\ncafe\u{301}\n\n\
               the \u{441}\u{43E}\u{440} ran\n\n0";
    for body in [old, new] {
        let fields = [("title", "On sight"), ("summary", "S"), ("body", body)];
        alice.act(&format!("/desk/posts/{post}/revise"), &fields).expect(303);
    }
    let page = alice.get(&format!("/desk/posts/{post}/changes?from=2&to=3")).expect(200).body;
    for sign in [
        "U+200B ZERO WIDTH SPACE",
        "U+00A0 NO-BREAK SPACE",
        "U+202E RIGHT-TO-LEFT OVERRIDE",
        "U+202C POP DIRECTIONAL FORMATTING",
        "U+0435 CYRILLIC LETTER",
        "U+0009 TAB",
        "U+0301 COMBINING MARK",
        "U+0441 CYRILLIC LETTER",
        "U+0063 LATIN LETTER",
        "U+0030 DIGIT",
    ] {
        let label = format!("<span class=\"code-point\">{sign}</span>");
        assert!(page.contains(&label), "{sign}: {page}");
    }
    assert!(!page.contains(['\u{202E}', '\u{202C}']), "nothing turns the page around");
    let lines: Vec<&str> = page.split("<p class=\"line").skip(1).collect();
    assert!(lines.len() > 10, "{page}");
    for line in lines {
        assert!(line.split("</p>").next().unwrap().contains("<bdi>"), "{line}");
    }
}
