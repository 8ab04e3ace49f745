//! The page on which an action is confirmed.

use askama::Template;
use jiff::Timestamp;

use crate::domain::{
    Action, Availability, Note, OperationKey, Person, Post, Reason, Slug, counted,
};
use crate::http::Layout;
use crate::http::action_place::ActionPlace;
use crate::http::presence::may_be_editing;
use crate::policies::Rule;
use crate::refusal::{Refusal, reasons_against};
use crate::render::diff::{DiffPart, LineKind, Run};
use crate::render::filters;
use crate::render::markdown::{Audience, Rendered, render};
use crate::store::posts::BeforePublishing;
use crate::store::visibility::Visibility;
use crate::workflow;

#[derive(Template)]
#[template(path = "action/confirm.html")]
pub(super) struct ConfirmPage {
    pub(super) layout: Layout,
    pub(super) post: Post,
    text: Rendered,
    action: Action,
    /// Whether the person may know how the post came to be.
    shows_history: bool,
    /// The address that the form is sent to.
    address: String,
    /// The address that the form was opened from.
    back: String,
    place: &'static ActionPlace,
    key: String,
    /// The note or reason, where a refused form comes back.
    pub(super) words: String,
    pub(super) problem: Option<String>,
    /// Whether the form came before, with other words, which were taken.
    pub(super) sent_before: bool,
    /// The web address that the post gets, where that is decided.
    slug: Option<Slug>,
    /// When the author last changed the text, if they are editing it now.
    edited_at: Option<Timestamp>,
    /// Why the action is not possible now; then there is no form.
    closed: Vec<Reason>,
    /// Whether only another person can do it.
    is_for_another: bool,
    /// Why the last attempt had no effect.
    pub(super) refused: Vec<Reason>,
    /// What has changed since the revision that the person saw.
    pub(super) differences: Vec<DiffPart>,
}

impl ConfirmPage {
    /// Returns the page with an empty form.
    pub(super) fn new(
        mut layout: Layout,
        person: &Person,
        post: Post,
        action: Action,
        publishing: Option<BeforePublishing>,
        place: &'static ActionPlace,
        back: String,
    ) -> Self {
        let answer = workflow::precheck(action, person, &post);
        let is_for_another =
            matches!(&answer, Err(Refusal::Policy(denied)) if denied.is_about_the_person());
        let closed = reasons_against(answer);
        let publishing = publishing.filter(|_| closed.is_empty());
        layout.title = format!("{}: {}", action.label(), post.title());
        let shows_history = Visibility::of(person).sees_history_of(&post);
        let edited_at = publishing.as_ref().and_then(|publishing| publishing.unsaved_edit_at);
        Self {
            layout,
            text: render(post.current.content.body.as_str(), Audience::Reader),
            address: place.form(post.id, action),
            back,
            place,
            key: OperationKey::random().as_str().to_owned(),
            words: String::new(),
            problem: None,
            sent_before: false,
            slug: publishing.map(|publishing| publishing.slug),
            edited_at: edited_at.filter(|at| may_be_editing(*at)),
            closed,
            is_for_another,
            refused: Vec::new(),
            differences: Vec::new(),
            action,
            shows_history,
            post,
        }
    }

    /// Returns where Cancel leads: in a list, to the line of the post.
    fn cancel(&self) -> String {
        match self.carried_back() {
            None => self.back.clone(),
            Some(back) => format!("{back}#post-{}", self.post.id),
        }
    }

    /// Returns the address that the form carries, to lead back there.
    fn carried_back(&self) -> Option<&str> {
        self.place.carries_back().then_some(&self.back)
    }

    /// Returns the reasons against the last attempt, or else against any.
    fn reasons(&self) -> &[Reason] {
        if self.refused.is_empty() { &self.closed } else { &self.refused }
    }

    /// Returns the heading of the reasons, where that of the page does not say it.
    fn reasons_heading(&self) -> &'static str {
        if self.closed.is_empty() { "Not possible now" } else { "" }
    }

    /// Returns whether the address has a number, because another post has it without.
    fn is_numbered(&self, slug: &Slug) -> bool {
        *slug != self.post.current.content.wanted_slug()
    }

    /// Returns whether open change requests are among the reasons.
    fn is_blocked(&self) -> bool {
        self.is_refused_by(Rule::NoRequestStands)
    }

    /// Returns whether the author can submit the post once they have completed it.
    fn is_incomplete(&self) -> bool {
        self.action == Action::Submit && self.is_refused_by(Rule::NothingIsMissing)
    }

    /// Returns whether the reasons may be gone at another time: the action is still to
    /// come, and the reasons are not about the person.
    fn can_change(&self) -> bool {
        !self.action.is_over_in(self.post.state()) && !self.is_for_another
    }

    fn is_refused_by(&self, rule: Rule) -> bool {
        self.reasons().iter().any(|reason| reason.is(rule))
    }

    fn question(&self) -> &'static str {
        if !self.closed.is_empty() {
            return match self.action {
                Action::Submit => "You cannot submit this post yet",
                Action::RequestChanges => "You cannot request changes to this post",
                Action::WithdrawRequest => "You have no change request to withdraw",
                Action::Publish if self.can_change() => "You cannot publish this post yet",
                Action::Publish => "You cannot publish this post",
                Action::Archive => "You cannot archive this post",
                Action::Create | Action::Revise => "",
            };
        }
        match self.action {
            Action::Submit => "Submit this post for review?",
            Action::RequestChanges => "Request changes to this post?",
            Action::WithdrawRequest => "Withdraw the change request?",
            Action::Publish => "Publish this revision?",
            Action::Archive => "Archive this post?",
            Action::Create | Action::Revise => "",
        }
    }

    /// Returns the class of the button: red for an action that takes something away and
    /// cannot be undone.
    fn button_class(&self) -> &'static str {
        if self.action == Action::Archive { "button danger" } else { "button" }
    }

    fn consequence(&self) -> &'static str {
        match self.action {
            Action::Submit => "Reviewers will see it. You can still edit it.",
            Action::RequestChanges if self.post.author_availability != Availability::Available => {
                "The author can no longer edit the post. It cannot be published unless the \
                 request is withdrawn."
            }
            Action::RequestChanges => {
                "The author will be asked to edit the post. This revision cannot be published \
                 unless the request is withdrawn."
            }
            Action::WithdrawRequest => {
                "The change request will no longer block publication. Other change requests \
                 still do."
            }
            Action::Publish => {
                "Everyone will be able to read it. After publishing, the text cannot be changed. \
                 Staff can only archive it."
            }
            Action::Archive => {
                "Readers will see a note that the post was removed. This cannot be undone."
            }
            Action::Create | Action::Revise => "",
        }
    }

    /// Returns the name of the field for the note or reason, if the action takes one.
    fn words_field(&self) -> Option<&'static str> {
        match self.action {
            Action::RequestChanges => Some("note"),
            Action::Archive => Some("reason"),
            Action::Create
            | Action::Revise
            | Action::Submit
            | Action::WithdrawRequest
            | Action::Publish => None,
        }
    }

    /// Returns who will read the note or reason.
    fn words_hint(&self) -> String {
        let others = if self.action == Action::Archive { ", not to readers" } else { "" };
        let limit = counted(Note::LIMIT, "character");
        format!("Visible to the author, reviewers and staff{others}. Up to {limit}.")
    }
}
