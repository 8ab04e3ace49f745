//! Tells what the workflow would answer now to the person, action and post of the filters.

use diesel::pg::PgConnection;

use crate::accounts::AccountLine;
use crate::admin::refusals::filters::RefusalFilters;
use crate::domain::{Action, Person, Post, PostId, RecordedAction};
use crate::permissions;
use crate::refusal::Refusal;
use crate::store::posts;
use crate::store::visibility::Visibility;
use crate::workflow;

/// What the workflow would answer now.
pub(super) struct CurrentAnswer {
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) post: Option<PostId>,
    pub(super) title: Option<String>,
    pub(super) answer: Result<(), Refusal>,
}

impl CurrentAnswer {
    /// Asks in the order of the workflow about the post that was found. Returns `None` when
    /// the filters do not name a person, an action and, if it takes one, a post.
    pub(super) fn of(filters: &RefusalFilters, found: Option<Post>) -> Option<Self> {
        let (Some(AccountLine { person, is_active, .. }), Some(RecordedAction::Post(action))) =
            (&filters.person, filters.filter.action)
        else {
            return None;
        };
        let post = filters.filter.post.filter(|_| action != Action::Create);
        if post.is_none() && action != Action::Create {
            return None;
        }
        let found = found.filter(|_| action != Action::Create);
        let title = found.as_ref().map(|post| post.title().to_owned());
        let answer = match is_active {
            true => answer(person, action, found.as_ref()),
            false => Err(Refusal::NotSignedIn),
        };
        Some(Self { name: person.byline().to_string(), action, post, title, answer })
    }
}

fn answer(person: &Person, action: Action, found: Option<&Post>) -> Result<(), Refusal> {
    permissions::check(&person.roles, permissions::required(action))?;
    match found {
        Some(post) => workflow::precheck(action, person, post),
        None if action == Action::Create => Ok(()),
        None => Err(Refusal::NotFound),
    }
}

/// Returns the post that the filters name, if the person that they name may see it.
pub(super) fn find(
    conn: &mut PgConnection,
    filters: &RefusalFilters,
) -> Result<Option<Post>, Refusal> {
    match (&filters.person, filters.filter.post) {
        (Some(named), Some(id)) => Ok(posts::find(conn, id, Visibility::of(&named.person))?),
        _ => Ok(None),
    }
}
