//! Reads the form of the editor, and saves its text through the workflow. `draft` has
//! the text fields alone.

use crate::desk::draft::Draft;
use crate::domain::{
    Action, Create, Interface, OperationKey, Outcome, PostId, Reason, Revise, RevisionNumber,
    State, Submit,
};
use crate::http::flash::Flash;
use crate::http::{Form, Request};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow;

/// The fields of the editor's form.
pub(super) struct SubmittedDraft {
    /// The post to revise and the revision that its author saw; none for a new post.
    pub(super) post: Option<(PostId, RevisionNumber)>,
    pub(super) key: OperationKey,
    /// The key of the submission, where the text is submitted at once.
    submission_key: OperationKey,
    pub(super) draft: Draft,
    pub(super) button: Button,
}

/// The button that the form was sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    Save,
    SaveAndSubmit,
    Preview,
}

/// What took effect.
pub(super) enum Saved {
    /// Everything that was asked for.
    Done(Outcome, Flash),
    /// The text is saved, and its submission was refused.
    NotSubmitted(Outcome, Refusal),
}

impl SubmittedDraft {
    pub(super) fn of_new_post(form: Form) -> Result<Self, Refusal> {
        form.read(|form| Self::take(None, form))
    }

    pub(super) fn of_post(id: PostId, form: Form) -> Result<Self, Refusal> {
        form.read(|form| Self::take(Some((id, form.seen()?)), form))
    }

    fn take(post: Option<(PostId, RevisionNumber)>, form: &mut Form) -> Result<Self, Refusal> {
        let key = form.key()?;
        let submission_key = OperationKey::parse(&format!("{}.submit", key.as_str()))?;
        let draft = Draft::take(form)?;
        form.take("save")?;
        let submits = form.take("save_and_submit")?.is_some();
        let button = match (form.take("preview")?, submits) {
            (Some(_), _) => Button::Preview,
            (None, true) => Button::SaveAndSubmit,
            (None, false) => Button::Save,
        };
        Ok(Self { post, key, submission_key, draft, button })
    }

    /// Saves the text and, if asked for, submits it. These are two actions, each with
    /// a key of its own: a refused submission leaves the text saved.
    pub(super) fn save(&self, store: &Store, request: &Request) -> Result<Saved, Refusal> {
        let (outcome, flash) = self.save_text(store, request)?;
        if self.button != Button::SaveAndSubmit {
            return Ok(Saved::Done(outcome, flash));
        }
        let call = request.call(Interface::Page, self.submission_key.clone())?;
        let submit = Submit { post: outcome.post, seen: outcome.revision };
        match workflow::perform(store, &call, &submit) {
            Ok(outcome) => Ok(Saved::Done(outcome, Flash::SavedAndSubmitted)),
            // The same form sent again finds the text saved, and submits it.
            Err(refusal @ (Refusal::Unavailable(_) | Refusal::NotSignedIn)) => Err(refusal),
            Err(refusal) => Ok(Saved::NotSubmitted(outcome, refusal)),
        }
    }

    /// Returns why a text was saved and not submitted, for each refusal a reason.
    pub(super) fn why_not_submitted(&self, refusal: &Refusal) -> Vec<Reason> {
        let sentence = match refusal {
            Refusal::KeyReused { .. } => "The key of this submission is already in use.".to_owned(),
            Refusal::Policy(_) | Refusal::Permission(_) => return refusal.reasons(),
            other => other.to_string(),
        };
        vec![Reason::new(refusal.layer(), sentence, "Submit it from here, or from its page.")]
    }

    fn save_text(&self, store: &Store, request: &Request) -> Result<(Outcome, Flash), Refusal> {
        let content = self.draft.parse()?;
        let call = request.call(Interface::Page, self.key.clone())?;
        let Some((post, seen)) = self.post else {
            let outcome = workflow::create(store, &call, &Create { content })?;
            return Ok((outcome, Flash::Done(Action::Create)));
        };
        let outcome = workflow::perform(store, &call, &Revise { post, seen, content })?;
        let flash = match (outcome.revision != seen, outcome.state) {
            (false, _) => Flash::Unchanged,
            (true, State::InReview) => Flash::WithReviewers(outcome.revision),
            (true, _) => Flash::Saved(outcome.revision),
        };
        Ok((outcome, flash))
    }
}
