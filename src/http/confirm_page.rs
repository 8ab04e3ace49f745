//! The page on which an action is confirmed.

use askama::Template;

use crate::domain::{Action, OperationKey, Person, Post, Reason};
use crate::http::edge::Edge;
use crate::http::{Layout, Request};
use crate::render::diff::{LineKind, Part, Run};
use crate::render::{filters, markdown};
use crate::workflow;

#[derive(Template)]
#[template(path = "desk/confirm.html")]
pub(super) struct ConfirmPage {
    pub(super) layout: Layout,
    pub(super) post: Post,
    body: String,
    action: Action,
    /// The address that the form is sent to.
    address: String,
    back: String,
    key: String,
    /// The note or reason, where a refused form comes back.
    pub(super) words: String,
    pub(super) problem: Option<String>,
    /// Why the action is not possible now; then there is no form.
    closed: Vec<Reason>,
    /// Why the last attempt had no effect.
    pub(super) refused: Vec<Reason>,
    /// What has changed since the revision that the person saw.
    pub(super) differences: Vec<Part>,
}

impl ConfirmPage {
    /// Returns the page with an empty form.
    pub(super) fn new(
        request: &Request,
        person: &Person,
        post: Post,
        action: Action,
        edge: Edge,
    ) -> Self {
        let prechecked = workflow::precheck(action, person, &post);
        let closed = prechecked.err().map(|refusal| refusal.reasons()).unwrap_or_default();
        let title = format!("{}: {}", action.label(), post.title());
        Self {
            layout: Layout::new(request, &title, Some(person)),
            body: markdown::render(post.current.content.body.as_str()),
            address: edge.address(post.id, action),
            back: edge.back(post.id),
            key: OperationKey::random().as_str().to_owned(),
            words: String::new(),
            problem: None,
            closed,
            refused: Vec::new(),
            differences: Vec::new(),
            action,
            post,
        }
    }

    /// Returns the reasons against the last attempt, or else against any.
    fn reasons(&self) -> &[Reason] {
        if self.refused.is_empty() { &self.closed } else { &self.refused }
    }

    fn question(&self) -> &'static str {
        if !self.closed.is_empty() {
            return match self.action {
                Action::Submit => "Not to be submitted now",
                Action::RequestChanges => "Not to be changed now",
                Action::WithdrawRequest => "There is no change request to withdraw",
                Action::Publish => "Not to be published now",
                Action::Archive => "Not to be archived now",
                Action::Create | Action::Revise => "",
            };
        }
        match self.action {
            Action::Submit => "Submit this post for review?",
            Action::RequestChanges => "What has to change?",
            Action::WithdrawRequest => "Withdraw the change request?",
            Action::Publish => "Publish exactly this?",
            Action::Archive => "Take this post off the public site?",
            Action::Create | Action::Revise => "",
        }
    }

    fn consequence(&self) -> &'static str {
        match self.action {
            Action::Submit => "Reviewers see it from now on. You can still revise it.",
            Action::RequestChanges => {
                "The post stays in review. Nobody can publish this revision until its author \
                 writes a newer one or you withdraw the request."
            }
            Action::WithdrawRequest => "The request then no longer prevents publication.",
            Action::Publish => {
                "Everybody can read it from now on. What is published stays as it is: it can be \
                 archived, and never changed or taken back to review."
            }
            Action::Archive => {
                "Readers then find a short notice that it is gone. There is no way back."
            }
            Action::Create | Action::Revise => "",
        }
    }

    /// Returns the name of the field for the note or reason.
    fn words_field(&self) -> &'static str {
        if self.action == Action::Archive { "reason" } else { "note" }
    }

    /// Returns who will read the note or reason.
    fn words_hint(&self) -> &'static str {
        if self.action == Action::Archive {
            "The author, the reviewers and staff read it; the public does not. At most 2,000 characters."
        } else {
            "The author and other reviewers read it. At most 2,000 characters."
        }
    }

    /// Returns the label of the note or reason, if the action takes one.
    fn words_label(&self) -> Option<&'static str> {
        match self.action {
            Action::RequestChanges => Some("Your note to the author"),
            Action::Archive => Some("Reason, for the record"),
            Action::Create
            | Action::Revise
            | Action::Submit
            | Action::WithdrawRequest
            | Action::Publish => None,
        }
    }
}
