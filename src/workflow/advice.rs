//! Predicts the answer to an action, for rendering a page. This is advice: the workflow
//! asks again, and decides.

use crate::domain::{Action, Content, Person, Post, RevisionNumber};
use crate::permissions;
use crate::policies::Rule;
use crate::policies::posts::{self, Facts, Subject};
use crate::refusal::Refusal;
use crate::store::Loan;

/// Asks permission and policy beforehand, as if the current revision had been
/// seen, and the note or the reason were given.
pub fn precheck(action: Action, person: &Person, post: &Post) -> Result<(), Refusal> {
    precheck_seen(action, person, post, post.current.number)
}

/// Asks the same about a post that does not exist yet.
pub fn precheck_creation(person: &Person, content: &Content) -> Result<(), Refusal> {
    permissions::check(&person.roles, permissions::required(Action::Create))?;
    let subject = Subject::New(content);
    posts::check(Action::Create, &Facts { person, subject, has_words: true, address: None })?;
    Ok(())
}

/// Asks the same about the revision that the person was looking at.
pub fn precheck_seen(
    action: Action,
    person: &Person,
    post: &Post,
    seen: RevisionNumber,
) -> Result<(), Refusal> {
    permissions::check(&person.roles, permissions::required(action))?;
    if posts::rules(action).contains(&Rule::NothingIsMissing) {
        Loan::assert_none();
    }
    let subject = Subject::Existing(post, seen);
    posts::check(action, &Facts { person, subject, has_words: true, address: None })?;
    Ok(())
}
