//! What the workflow would answer now, for the person, action and post that the
//! filters name.

use diesel::pg::PgConnection;

use crate::admin::refusals::filters::{FilteredPerson, RefusalFilters};
use crate::domain::{Action, Post, PostId, Reason};
use crate::permissions;
use crate::refusal::Refusal;
use crate::store::posts;
use crate::store::visibility::Visibility;
use crate::workflow::{self, Advice};

/// What the workflow would answer now.
pub(super) struct CurrentAnswer {
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) post: Option<PostId>,
    pub(super) title: Option<String>,
    pub(super) kind: AnswerKind,
}

pub(super) enum AnswerKind {
    /// The account is deactivated.
    NotSignedIn,
    /// Permission refuses the person.
    NotYours(Vec<Reason>),
    /// There is no such post, or the person may not see it.
    NotFound,
    /// Policy refuses the attempt.
    NotNow(Vec<Reason>),
    /// The attempt would take effect.
    Valid,
}

impl CurrentAnswer {
    /// Asks in the order of the workflow about the post that was found. Returns `None` when
    /// the filters do not name a person, an action and, if it takes one, a post.
    pub(super) fn of(filters: &RefusalFilters, found: Option<Post>) -> Option<Self> {
        let action = filters.filter.action.as_deref().and_then(|action| action.parse().ok());
        let (Some(FilteredPerson { person, is_active }), Some(action)) = (&filters.person, action)
        else {
            return None;
        };
        let post = filters.filter.post.filter(|_| action != Action::Create);
        if post.is_none() && action != Action::Create {
            return None;
        }
        let found = found.filter(|_| action != Action::Create);
        let title = found.as_ref().map(|post| post.title().to_owned());
        let may = permissions::check(&person.roles, permissions::required(action));
        let kind = match (is_active, may.map_err(Refusal::from), found) {
            (false, ..) => AnswerKind::NotSignedIn,
            (true, Err(refusal), _) => AnswerKind::NotYours(refusal.reasons()),
            (true, Ok(()), Some(post)) => match workflow::advise(action, person, &post) {
                Advice::NotYours(reasons) => AnswerKind::NotYours(reasons),
                Advice::NotNow(reasons) => AnswerKind::NotNow(reasons),
                Advice::Live => AnswerKind::Valid,
            },
            (true, Ok(()), None) if post.is_none() => AnswerKind::Valid,
            (true, Ok(()), None) => AnswerKind::NotFound,
        };
        Some(Self { name: person.byline().to_string(), action, post, title, kind })
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
