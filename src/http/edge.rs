use diesel::pg::PgConnection;

use crate::domain::{Action, Interface, Outcome, Person, PostId};
use crate::http::flash::Flash;
use crate::http::{Layout, Reply, Request, return_address};
use crate::refusal::Refusal;

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

    /// Returns the layout of the form, still without a title.
    pub(super) fn layout(
        self,
        conn: &mut PgConnection,
        request: &Request,
        person: &Person,
    ) -> Result<Layout, Refusal> {
        match self {
            Self::Desk => Ok(Layout::new(request, "", Some(person))),
            Self::Admin => Layout::of_admin(conn, request, "", person),
        }
    }

    /// Redirects the browser to the page that shows the outcome.
    pub(super) fn after(self, outcome: &Outcome, back: String) -> Reply {
        match outcome.action {
            // The page of the form itself then tells what happened.
            Action::Publish => Reply::see(self.address(outcome.post, outcome.action), None),
            action => Reply::see(back, Some(Flash::Done(action))),
        }
    }

    /// Returns the address that the form was opened from. A form of the admin names
    /// it: the list as it was filtered, or the page of the post.
    pub(super) fn back(self, id: PostId, named: Option<&str>) -> String {
        match self {
            Self::Desk => format!("/desk/posts/{id}"),
            Self::Admin => {
                let named = named.and_then(|text| return_address::of_list_or_post(text, id));
                named.unwrap_or(return_address::POSTS).to_owned()
            }
        }
    }
}
