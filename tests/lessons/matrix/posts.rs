//! The answers about posts, computed without a database.

use imprimatur::domain::Archival;
use std::sync::LazyLock;

use imprimatur::domain::{
    Action, Availability, Byline, Content, Person, Post, PostId, Publication, Review, ReviewId,
    Revision, RevisionNumber, Role, RoleSet, Slug, State, Status, Submission, UserId, Visibility,
};
use imprimatur::permissions;
use imprimatur::policies::posts::{self, ConfirmedAddress, Facts, Subject};
use imprimatur::policies::rules;
use imprimatur::refusal::Refusal;
use jiff::Timestamp;

use super::table::{Answer, Case, Dimension, Table};

const ROLES: [Dimension; 3] = [
    Dimension { subject: "", values: &["you are not an author", "you are an author"] },
    Dimension { subject: "", values: &["you are not a reviewer", "you are a reviewer"] },
    Dimension { subject: "", values: &["you are not staff", "you are staff"] },
];

/// What varies about an attempt on a post.
pub const DIMENSIONS: [Dimension; 10] = [
    ROLES[0],
    ROLES[1],
    ROLES[2],
    Dimension {
        subject: "the post is ",
        values: &["a draft", "in review", "published", "archived"],
    },
    Dimension { subject: "", values: &["another person wrote it", "you wrote it"] },
    Dimension {
        subject: "",
        values: &["you saw the current revision", "you saw an older revision"],
    },
    Dimension {
        subject: "open change request: ",
        values: &[
            "none",
            "yours",
            "another reviewer's",
            "a deactivated reviewer's",
            "a former reviewer's",
        ],
    },
    Dimension { subject: "", values: &["title, summary and body are there", "a part is missing"] },
    Dimension { subject: "", values: &["a note or reason is given", "no note or reason is given"] },
    Dimension {
        subject: "the web address that you were shown ",
        values: &["is the one that the post gets", "is taken by now"],
    },
];

/// What varies about a new post.
pub const CREATION: [Dimension; 4] = [
    ROLES[0],
    ROLES[1],
    ROLES[2],
    Dimension { subject: "", values: &["something is written", "nothing is written"] },
];

/// Whose change request is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    None,
    Mine,
    Another,
    Departed,
    Former,
}

/// A case, with names instead of numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Situation {
    /// Which of the eight sets of roles the person holds.
    pub roles: usize,
    pub state: State,
    pub is_own: bool,
    pub request: Request,
    pub is_complete: bool,
}

/// What the attempt itself brings.
#[derive(Debug, Clone, Copy)]
pub struct Supplied {
    pub saw_current: bool,
    pub has_words: bool,
    pub saw_address: bool,
}

pub fn read(case: &Case) -> (Situation, Supplied) {
    let requests =
        [Request::None, Request::Mine, Request::Another, Request::Departed, Request::Former];
    let situation = Situation {
        roles: role_index(case),
        state: State::ALL[case[3]],
        is_own: case[4] == 1,
        request: requests[case[6]],
        is_complete: case[7] == 0,
    };
    let supplied =
        Supplied { saw_current: case[5] == 0, has_words: case[8] == 0, saw_address: case[9] == 0 };
    (situation, supplied)
}

pub fn role_index(case: &Case) -> usize {
    case[0] + 2 * case[1] + 4 * case[2]
}

/// The roles of a number below eight.
pub fn roles(index: usize) -> Vec<Role> {
    Role::ALL
        .into_iter()
        .enumerate()
        .filter(|(bit, _)| index >> bit & 1 == 1)
        .map(|(_, role)| role)
        .collect()
}

/// The table of every action, in the order of the workflow.
pub fn tables() -> &'static [Table] {
    static TABLES: LazyLock<Vec<Table>> =
        LazyLock::new(|| Action::ALL.into_iter().map(make).collect());
    &TABLES
}

pub fn table(action: Action) -> &'static Table {
    tables().iter().find(|table| table.title == action.as_str()).unwrap()
}

fn make(action: Action) -> Table {
    let codes: Vec<&str> = rules(action).iter().map(|rule| rule.as_str()).collect();
    let permission = permissions::required(action);
    let becomes = action.target().map_or("The state stays as it is.".to_owned(), |state| {
        format!("The post becomes: {}.", state.label())
    });
    let note = format!("{becomes} The permission is `{permission}`.");
    match action {
        Action::Create => Table::new(action.as_str(), &note, &CREATION, &codes, create),
        Action::Revise
        | Action::Submit
        | Action::RequestChanges
        | Action::WithdrawRequest
        | Action::Publish
        | Action::Archive => {
            Table::new(action.as_str(), &note, &DIMENSIONS, &codes, |case| on_post(action, case))
        }
    }
}

fn create(case: &Case) -> Answer {
    let person = person(role_index(case));
    let content = if case[3] == 0 { text(true) } else { Content::default() };
    let subject = Subject::New(&content);
    let facts = Facts { person: &person, subject, has_words: false, address: None };
    Answer::of(&ask(Action::Create, &facts))
}

fn on_post(action: Action, case: &Case) -> Answer {
    let (situation, supplied) = read(case);
    let person = person(situation.roles);
    let post = post(&situation, person.byline());
    let seen = RevisionNumber(if supplied.saw_current { 2 } else { 1 });
    let subject = Subject::Existing(&post, seen);
    let [next, taken] = ["on-restraint", "taken-by-now"].map(|slug| Slug::parse(slug).unwrap());
    let shown = if supplied.saw_address { &next } else { &taken };
    // Only a publication comes with one.
    let address = (action == Action::Publish).then_some(ConfirmedAddress { shown, next: &next });
    let facts = Facts { person: &person, subject, has_words: supplied.has_words, address };
    Answer::of(&ask(action, &facts))
}

/// Asks the layers as the workflow does: permission, visibility, policy.
fn ask(action: Action, facts: &Facts<'_>) -> Result<(), Refusal> {
    permissions::check(&facts.person.roles, permissions::required(action))?;
    if let Subject::Existing(post, _) = facts.subject
        && !is_visible(facts.person, post)
    {
        return Err(Refusal::NotFound);
    }
    Ok(posts::check(action, facts)?)
}

/// A published post is public; any other is for those who see its history. The
/// tests on a database compare this with the function of the database.
fn is_visible(person: &Person, post: &Post) -> bool {
    post.state() == State::Published || Visibility::of(person).sees_history_of(post)
}

fn person(index: usize) -> Person {
    Person {
        id: UserId(1),
        username: "you".to_owned(),
        display_name: "You".to_owned(),
        roles: RoleSet::of(&roles(index)),
    }
}

fn byline(id: i64) -> Byline {
    Byline { id: UserId(id), name: "Other".to_owned(), username: "other".to_owned() }
}

/// The text of a post, complete or without a body.
pub fn text(is_complete: bool) -> Content {
    Content::parse("On restraint", "Less is more.", if is_complete { "Words." } else { "" })
        .unwrap()
}

fn post(situation: &Situation, you: Byline) -> Post {
    let at = Timestamp::UNIX_EPOCH;
    let content = text(situation.is_complete);
    let revision = RevisionNumber(2);
    let submission = Submission { at, by: byline(2), revision };
    let slug = Slug::parse_chosen("on-restraint").unwrap().unwrap();
    let publication = Publication { at, by: byline(3), revision, slug };
    let archival = Archival { at, by: byline(4), reason: "Old.".to_owned() };
    let status = match situation.state {
        State::Draft => Status::Draft,
        State::InReview => Status::InReview(submission),
        State::Published => Status::Published(submission, publication),
        State::Archived => Status::Archived(submission, publication, archival),
    };
    let asked_by = |reviewer, reviewer_availability| {
        let (id, note) = (ReviewId(1), "Please name your source.".to_owned());
        vec![Review { id, revision, reviewer, reviewer_availability, note, at, withdrawn_at: None }]
    };
    let standing_requests = match situation.request {
        Request::None => Vec::new(),
        Request::Mine => asked_by(you.clone(), Availability::Available),
        Request::Another => asked_by(byline(5), Availability::Available),
        Request::Departed => asked_by(byline(6), Availability::Deactivated),
        Request::Former => asked_by(byline(7), Availability::WithoutRole),
    };
    Post {
        id: PostId(1),
        author: if situation.is_own { you } else { byline(2) },
        author_availability: Availability::Available,
        created_at: at,
        current: Revision { number: revision, content, at },
        status,
        standing_requests,
    }
}
