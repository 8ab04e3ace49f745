//! Describes an edge to the form of an action, which the desk and the admin share.

use diesel::pg::PgConnection;

use crate::domain::{Action, Interface, Outcome, Person, PostId};
use crate::http::flash::Flash;
use crate::http::{Layout, Reply, Request};
use crate::refusal::Refusal;

/// An edge that has forms of actions.
pub(crate) struct ActionPlace {
    /// What the workflow is called through.
    pub(crate) interface: Interface,
    /// The path of its posts. The form of an action is below that of its post.
    pub(crate) posts: &'static str,
    /// Returns the layout of a page, still without a title.
    pub(crate) layout: fn(&mut PgConnection, &Request, &Person) -> Result<Layout, Refusal>,
    /// Where the form leads back to.
    pub(crate) back: Back,
}

/// Where the form of an action leads back to.
#[derive(Clone, Copy)]
pub(crate) enum Back {
    /// To the page of the post, and from there on to this path, which has this name.
    Post(&'static str, &'static str),
    /// To the page that it was opened from, such as a list with its filters. The form
    /// carries the address, if it is one of those for which this is true.
    Opener(fn(&str, PostId) -> bool),
}

impl ActionPlace {
    /// Returns the path of the page of a post.
    pub(super) fn post(&self, id: PostId) -> String {
        format!("{}/{id}", self.posts)
    }

    /// Returns the path of the form.
    pub(super) fn form(&self, id: PostId, action: Action) -> String {
        format!("{}/{id}/{action}", self.posts)
    }

    /// Returns whether the form carries the address that it leads back to.
    pub(super) fn carries_back(&self) -> bool {
        matches!(self.back, Back::Opener(_))
    }

    /// Returns the address that the form leads back to.
    pub(super) fn back(&self, id: PostId, carried: Option<String>) -> String {
        match self.back {
            Back::Post(..) => self.post(id),
            Back::Opener(may_be) => {
                carried.filter(|text| may_be(text, id)).unwrap_or_else(|| self.posts.to_owned())
            }
        }
    }

    /// Redirects the browser to the page that shows the outcome.
    pub(super) fn after(&self, outcome: &Outcome, back: String) -> Reply {
        match outcome.action {
            // The page of the form itself then tells what happened.
            Action::Publish => Reply::see(self.form(outcome.post, outcome.action), None),
            action => Reply::see(back, Some(Flash::Done(action))),
        }
    }
}
