//! Shows who can do what in which state. It asks permission and policy about sample
//! people and sample posts.

use jiff::Timestamp;

use crate::domain::{
    Action, Archival, Availability, Byline, Content, Person, Post, PostId, Publication, Review,
    ReviewId, Revision, RevisionNumber, Role, RoleSet, State, Status, Submission, UserId,
};
use crate::permissions;
use crate::workflow;

/// The headings of the columns after the first.
pub(super) const COLUMNS: [&str; 5] = ["(new post)", "Draft", "In review", "Published", "Archived"];

/// What one person can do.
pub(super) struct AccessRow {
    pub(super) who: &'static str,
    /// The actions, column by column.
    pub(super) cells: Vec<Vec<Action>>,
}

/// A sample person: an id and the roles held. `None` is not signed in.
type Sample = Option<(UserId, &'static [Role])>;

const AUTHOR: UserId = UserId(1);
const ANOTHER_PERSON: UserId = UserId(2);
const ANOTHER_REVIEWER: UserId = UserId(3);

/// Returns the table. A person who withdraws a change request has made one
/// before, if they could. For every other action the post has just entered its
/// state.
pub(super) fn rows() -> Vec<AccessRow> {
    let people: [(&'static str, Sample); 7] = [
        ("its author", Some((AUTHOR, &[Role::Author]))),
        ("another author", Some((ANOTHER_PERSON, &[Role::Author]))),
        ("a reviewer", Some((ANOTHER_PERSON, &[Role::Reviewer]))),
        ("its author, also a reviewer", Some((AUTHOR, &[Role::Author, Role::Reviewer]))),
        ("staff", Some((ANOTHER_PERSON, &[Role::Staff]))),
        ("an account without roles", Some((ANOTHER_PERSON, &[]))),
        ("not signed in", None),
    ];
    let row = |(who, person): (&'static str, Sample)| {
        let person = person.map(|(id, roles)| Person {
            id,
            username: String::new(),
            display_name: String::new(),
            roles: RoleSet::of(roles),
        });
        AccessRow { who, cells: cells(person.as_ref()) }
    };
    people.into_iter().map(row).collect()
}

fn cells(person: Option<&Person>) -> Vec<Vec<Action>> {
    let may_create = person.is_some_and(|person| permissions::may(person, Action::Create));
    let mut cells = vec![if may_create { vec![Action::Create] } else { Vec::new() }];
    cells.extend(State::ALL.into_iter().map(|state| {
        let possible = |action: &Action| person.is_some_and(|person| can(person, *action, state));
        Action::ALL
            .into_iter()
            .filter(|action| *action != Action::Create)
            .filter(possible)
            .collect()
    }));
    cells
}

fn can(person: &Person, action: Action, state: State) -> bool {
    let is_live = |action, post: &Post| workflow::precheck(action, person, post).is_ok();
    let Some(mut post) = sample_post(state) else { return false };
    if action == Action::WithdrawRequest && post.is_in_review() {
        let asks = is_live(Action::RequestChanges, &post);
        post.standing_requests.push(Review {
            id: ReviewId(1),
            revision: post.current.number,
            reviewer: byline(if asks { person.id } else { ANOTHER_REVIEWER }),
            note: String::new(),
            at: post.created_at,
            reviewer_availability: Availability::Available,
            withdrawn_at: None,
        });
    }
    is_live(action, &post)
}

/// Returns a complete post in a state, at its first revision.
fn sample_post(state: State) -> Option<Post> {
    let (at, revision) = (Timestamp::UNIX_EPOCH, RevisionNumber(1));
    let content = Content::parse("A title", "A summary.", "A body.").ok()?;
    let slug = content.wanted_slug();
    let submission = Submission { at, by: byline(AUTHOR), revision };
    let publication = Publication { at, by: byline(ANOTHER_REVIEWER), revision, slug };
    let reason = "A reason.".to_owned();
    let status = match state {
        State::Draft => Status::Draft,
        State::InReview => Status::InReview(submission),
        State::Published => Status::Published(submission, publication),
        State::Archived => {
            let archival = Archival { at, by: byline(ANOTHER_REVIEWER), reason };
            Status::Archived(submission, publication, archival)
        }
    };
    Some(Post {
        id: PostId(1),
        author: byline(AUTHOR),
        author_availability: Availability::Available,
        created_at: at,
        current: Revision { number: revision, content, at },
        status,
        standing_requests: Vec::new(),
    })
}

fn byline(id: UserId) -> Byline {
    Byline { id, name: String::new(), username: String::new() }
}
