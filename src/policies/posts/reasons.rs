//! Gives each refused rule about posts a sentence, and a hint about what would help.
//! The hint is empty where nothing would.

use super::rule::{ConfirmedAddress, Facts, Rule, Subject};
use crate::domain::{
    Availability, Byline, Person, Post, Review, RevisionNumber, State, Status, TextPart, Visibility,
};
use crate::policies::date_and_time;

const REASON_MISSING: (&str, &str) =
    ("A reason is required.", "Enter a reason. It is kept in the history.");

/// Returns the sentence and the hint of a rule that is not met.
pub(super) fn explain(rule: Rule, facts: &Facts<'_>) -> (String, String) {
    match facts.subject {
        // The one rule of a post that does not exist yet.
        Subject::New(_) => nothing_written(),
        // The one rule of several posts.
        Subject::Several => (REASON_MISSING.0.to_owned(), REASON_MISSING.1.to_owned()),
        Subject::Existing(post, seen) => explain_post(rule, facts, post, seen),
    }
}

fn nothing_written() -> (String, String) {
    let hint = "Enter a title, a summary or some text.";
    ("Nothing is written yet.".to_owned(), hint.to_owned())
}

fn explain_post(
    rule: Rule,
    facts: &Facts<'_>,
    post: &Post,
    seen: RevisionNumber,
) -> (String, String) {
    let person = facts.person;
    let (sentence, hint) = match rule {
        Rule::SomethingIsWritten => return nothing_written(),
        Rule::YouAreItsAuthor => (
            format!("This post is written by {}.", name_for(person, &post.author)),
            "Only the author can change it. A reviewer can request changes.",
        ),
        Rule::YouAreNotItsAuthor => {
            ("You wrote this post.".to_owned(), "Another reviewer must decide.")
        }
        Rule::NotYetPublished => (
            state_and_since(person, post),
            match post.state() {
                State::Archived => {
                    "Archived posts cannot be edited. “New draft from this text” starts a new post \
                     with its text."
                }
                State::Draft | State::InReview | State::Published => {
                    "Published posts cannot be edited. “New draft from this text” starts a new \
                     post with its text. Staff can archive this post."
                }
            },
        ),
        Rule::IsADraft => (state_and_since(person, post), "Only drafts can be submitted."),
        Rule::IsInReview => (
            state_and_since(person, post),
            match post.state() {
                State::Draft if post.author.id == person.id => "Submit it first.",
                State::Draft => author_absence(post).unwrap_or("The author must submit it first."),
                State::InReview | State::Published | State::Archived => "",
            },
        ),
        Rule::IsPublished => (
            state_and_since(person, post),
            match post.state() {
                State::Draft | State::InReview => "Only published posts can be archived.",
                State::Published | State::Archived => "",
            },
        ),
        Rule::SeenIsCurrent => {
            (moved_on(person, post, seen), "View the current revision, then try again.")
        }
        Rule::NothingIsMissing => {
            let missing = post.current.content.missing();
            let names: Vec<&str> = missing.iter().map(|part| part.as_str()).collect();
            let sentence = format!("Missing: {}.", names.join(", "));
            return (sentence, how_to_complete(person, post, &missing));
        }
        Rule::NoRequestStands => {
            let reviewers = names(post.standing_requests.iter());
            let current = post.current.number;
            let sentence = format!("{reviewers} requested changes to revision {current}.");
            return (sentence, answer_to_requests(person, post));
        }
        Rule::ARequestStands => ("There is no open change request.".to_owned(), ""),
        Rule::RequestIsWithdrawable => {
            let reviewers = names(post.standing_requests.iter());
            let hint = format!("Only {reviewers} can withdraw it.");
            return (format!("This change request was made by {reviewers}."), hint);
        }
        Rule::AddressIsTheShown => {
            (new_address(facts.address), "Check the new address, then publish again.")
        }
        Rule::NoteIsGiven => ("A note is required.".to_owned(), "Enter what must change."),
        Rule::ReasonIsGiven => (REASON_MISSING.0.to_owned(), REASON_MISSING.1),
    };
    (sentence, hint.to_owned())
}

/// Returns who must add the missing parts, and why a written body counts as missing.
fn how_to_complete(person: &Person, post: &Post, missing: &[TextPart]) -> String {
    let them = if missing.len() == 1 { "it" } else { "them" };
    let hint = match author_absence(post) {
        _ if post.author.id == person.id => format!("Add {them} first."),
        None => format!("The author must add {them} first."),
        Some(absence) => absence.to_owned(),
    };
    if post.current.content.body.is_given() && missing.contains(&TextPart::Body) {
        return format!(
            "{hint} What the body has now, such as a comment, is not shown to readers."
        );
    }
    hint
}

/// Returns the names of the reviewers, each once; of two with one name, also how they
/// sign in.
fn names<'a>(requests: impl Iterator<Item = &'a Review>) -> String {
    let mut reviewers: Vec<&Byline> = Vec::new();
    for request in requests {
        if !reviewers.contains(&&request.reviewer) {
            reviewers.push(&request.reviewer);
        }
    }
    let name = |one: &&Byline| {
        let namesakes = reviewers.iter().filter(|other| other.name == one.name).count();
        if namesakes > 1 { one.to_string() } else { one.name.clone() }
    };
    reviewers.iter().map(name).collect::<Vec<_>>().join(" and ")
}

/// Returns the name of another person, for one who may have the same.
fn name_for(person: &Person, other: &Byline) -> String {
    if person.display_name == other.name { other.to_string() } else { other.name.clone() }
}

/// Returns the step that would answer the open change requests. It names only people
/// who can still act.
fn answer_to_requests(person: &Person, post: &Post) -> String {
    let requests = &post.standing_requests;
    let (own, others): (Vec<&Review>, Vec<&Review>) =
        requests.iter().partition(|request| request.is_withdrawable_by(person.id));
    if !others.is_empty() {
        let others = names(others.into_iter());
        let withdrawal = if own.is_empty() || post.author.id == person.id {
            format!("{others} must withdraw the request")
        } else {
            format!("{others} and you must withdraw the requests")
        };
        return match author_absence(post) {
            None => format!("The author must save a new revision, or {withdrawal}."),
            Some(absence) => format!("{absence} {}.", withdrawal),
        };
    }
    if let Some(request) = requests.iter().find(|request| request.reviewer.id != person.id) {
        let name = &request.reviewer.name;
        let absence = match request.reviewer_availability {
            Availability::Deactivated => format!("The account of {name} is deactivated"),
            Availability::WithoutRole | Availability::Available => {
                format!("{name} is no longer a reviewer")
            }
        };
        return if post.author.id == person.id {
            format!(
                "Save a new revision. {absence}, so another reviewer can also withdraw the request."
            )
        } else {
            format!("{absence}, so you can withdraw the request.")
        };
    }
    match author_absence(post) {
        None => "Wait for a new revision, or withdraw your request.".to_owned(),
        Some(absence) => format!("{absence} Withdraw your request to publish."),
    }
}

/// Returns why the author can no longer change the post.
fn author_absence(post: &Post) -> Option<&'static str> {
    match post.author_availability {
        Availability::Available => None,
        Availability::WithoutRole => Some("The author can no longer edit posts."),
        Availability::Deactivated => Some("The author's account is deactivated."),
    }
}

/// Returns which web address the post gets instead of the one that was shown.
fn new_address(address: Option<ConfirmedAddress<'_>>) -> String {
    let Some(ConfirmedAddress { shown, next }) = address else { return String::new() };
    format!("The web address /posts/{shown} has changed to /posts/{next}.")
}

fn moved_on(person: &Person, post: &Post, seen: RevisionNumber) -> String {
    let current = post.current.number;
    if Visibility::of(person).sees_history_of(post) {
        let since = date_and_time(post.current.at);
        format!("You saw revision {seen}. The current revision is {current}, saved on {since}.")
    } else {
        format!("You saw revision {seen}. It is not the current one.")
    }
}

/// Returns the state of the post and, for those who may know, since when and by
/// whom.
fn state_and_since(person: &Person, post: &Post) -> String {
    let (what, by, at) = match &post.status {
        Status::Draft if post.author.id == person.id => {
            return "You have not submitted this draft yet.".to_owned();
        }
        Status::Draft => {
            let author = name_for(person, &post.author);
            return format!("{author} has not submitted this draft yet.");
        }
        Status::InReview(submission) => ("submitted", &submission.by, submission.at),
        Status::Published(_, publication) => ("published", &publication.by, publication.at),
        Status::Archived(_, _, archival) => ("archived", &archival.by, archival.at),
    };
    let name = if by.id == person.id { "You".to_owned() } else { name_for(person, by) };
    // A reason tells no one else who changed the post and when.
    if Visibility::of(person).sees_history_of(post) {
        format!("{name} {what} this on {}.", date_and_time(at))
    } else {
        format!("This is {what}.")
    }
}
