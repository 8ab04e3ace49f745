//! Tells programs which actions on a post are possible, and why others are not.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Action, Person, Post, PostId, Reason};
use crate::refusal::{Refusal, reasons_against};
use crate::render::documents::ProblemReason;
use crate::render::documents::verdict::AdviceVerdict;
use crate::workflow;

/// What the reader can do with a post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionsBody {
    /// Every action, in workflow order.
    pub(crate) actions: Vec<AdviceBody>,
}

impl ActionsBody {
    /// Returns advice about every action on a post.
    pub(crate) fn of(person: &Person, post: &Post) -> Self {
        let actions = Action::ALL.into_iter().filter_map(|action| {
            let path = action_path(action, post.id)?;
            Some(AdviceBody::of(action, path, workflow::precheck(action, person, post)))
        });
        Self { actions: actions.collect() }
    }
}

/// Whether an action is possible now. It is checked again when it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdviceBody {
    /// The action.
    pub(crate) action: Action,
    /// The address to send the POST request to.
    #[schema(example = "/api/v1/posts/17/publication")]
    path: String,
    /// The result.
    pub(crate) verdict: AdviceVerdict,
    /// Every reason why the action is not possible.
    #[schema(value_type = Vec<ProblemReason>)]
    pub(crate) reasons: Vec<Reason>,
}

impl AdviceBody {
    fn of(action: Action, path: String, answer: Result<(), Refusal>) -> Self {
        let verdict = match answer {
            Ok(()) => AdviceVerdict::Live,
            Err(Refusal::Policy(_)) => AdviceVerdict::NotNow,
            Err(_) => AdviceVerdict::NotYours,
        };
        let reasons = reasons_against(answer);
        Self { action, path, verdict, reasons }
    }
}

/// Returns the API's address of an action on an existing post.
fn action_path(action: Action, post: PostId) -> Option<String> {
    let below = match action {
        Action::Create => return None,
        Action::Revise => "revisions",
        Action::Submit => "submission",
        Action::RequestChanges => "change-requests",
        Action::WithdrawRequest => "change-requests/withdrawal",
        Action::Publish => "publication",
        Action::Archive => "archival",
    };
    Some(format!("/api/v1/posts/{post}/{below}"))
}
