use crate::domain::{Action, Interface, Outcome, PostId};
use crate::http::Reply;
use crate::http::flash::Flash;

/// The edge that shows the form of an action.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    /// The authors' and reviewers' desk.
    Desk,
    /// The admin.
    Admin,
}

impl Edge {
    pub(super) fn interface(self) -> Interface {
        match self {
            Self::Desk => Interface::Page,
            Self::Admin => Interface::Admin,
        }
    }

    /// Returns the address of the form.
    pub(super) fn address(self, id: PostId, action: Action) -> String {
        match self {
            Self::Desk => format!("/desk/posts/{id}/{action}"),
            Self::Admin => format!("/admin/posts/{id}/{action}"),
        }
    }

    /// Redirects the browser to the page that shows the outcome.
    pub(super) fn after(self, outcome: &Outcome) -> Reply {
        match outcome.action {
            // The page of the form itself then tells what happened.
            Action::Publish => Reply::see(self.address(outcome.post, outcome.action), None),
            action => Reply::see(self.back(outcome.post), Some(Flash::Done(action))),
        }
    }

    /// Returns the address that the form was opened from.
    pub(super) fn back(self, id: PostId) -> String {
        match self {
            Self::Desk => format!("/desk/posts/{id}"),
            Self::Admin => "/admin/posts".to_owned(),
        }
    }
}
