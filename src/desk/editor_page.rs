//! The page of the editor.

use std::borrow::Cow;

use askama::Template;

use crate::desk::draft::Draft;
use crate::domain::{
    Action, Content, InvalidInput, OperationKey, Person, Post, PostId, Reason, Review,
    RevisionNumber, State, has_visible_text,
};
use crate::http::{Layout, Request, field_label};
use crate::permissions;
use crate::refusal::{Refusal, reasons_against};
use crate::render::diff::{DiffPart, LineKind, Run};
use crate::render::markdown::{Audience, Rendered, pictures_without_description, render};
use crate::render::{filters, word_count};
use crate::workflow;

/// The preview beside the form.
pub(super) enum Preview {
    /// The text as readers will see it.
    Text { title: String, text: Rendered },
    /// Nothing is written yet.
    Blank,
    /// The draft has errors.
    Invalid,
}

impl Preview {
    /// Returns the preview of a draft, which has this content.
    fn of(draft: &Draft, content: &Content) -> Self {
        if content.is_blank() {
            return Self::Blank;
        }
        let title = content.title.or_untitled().to_owned();
        let mut text = render(content.body.as_str(), Audience::Author);
        text.notes.add_line(&draft.title);
        text.notes.add_line(&draft.summary);
        Self::Text { title, text }
    }
}

#[derive(Template)]
#[template(path = "desk/editor.html")]
pub(super) struct EditorPage {
    pub(super) layout: Layout,
    /// The post to revise and its revision; none for a new post.
    pub(super) post: Option<(PostId, RevisionNumber)>,
    pub(super) draft: Draft,
    pub(super) key: String,
    pub(super) errors: InvalidInput,
    /// Why the post cannot be revised now; then there is no form.
    pub(super) closed: Vec<Reason>,
    /// The state of the post; none for a new post.
    state: Option<State>,
    /// Whether the person may submit the text once it is complete.
    may_submit: bool,
    /// Whether the person may copy the text into a new post.
    may_copy: bool,
    /// The older revision that the text is copied from.
    pub(super) copied: Option<RevisionNumber>,
    /// Whether the text of a post that can no longer be edited becomes a new draft.
    rescues: bool,
    /// Why the last attempt had no effect.
    pub(super) refused: Vec<Reason>,
    /// The revision that was saved, if only the submission was refused.
    pub(super) saved_as: Option<RevisionNumber>,
    /// The title of the post that another text of the same form was saved in.
    pub(super) sent_before: Option<String>,
    /// Why the draft could not be saved now: the post has changed since.
    pub(super) stale: Vec<Reason>,
    /// The change requests that a new revision answers.
    pub(super) requests: Vec<Review>,
    /// How the draft differs from the current revision, if that is newer than the
    /// one that its author saw.
    pub(super) differences: Vec<DiffPart>,
    pub(super) preview: Preview,
    /// Whether the draft is the same as the saved revision.
    pub(super) is_saved: bool,
}

impl EditorPage {
    pub(super) fn new(
        request: &Request,
        person: &Person,
        post: Option<&Post>,
        draft: Draft,
    ) -> Self {
        let title = match post {
            Some(post) => format!("Edit: {}", post.title()),
            None => "New post".to_owned(),
        };
        let parsed = draft.parse();
        Self {
            layout: Layout::new(request, &title, Some(person)),
            preview: match &parsed {
                Ok(content) => Preview::of(&draft, content),
                Err(_) => Preview::Invalid,
            },
            post: post.map(|post| (post.id, post.current.number)),
            draft,
            key: OperationKey::random().as_str().to_owned(),
            errors: InvalidInput::default(),
            closed: Vec::new(),
            state: post.map(Post::state),
            may_submit: may_submit(person, post),
            may_copy: permissions::may(person, Action::Create),
            copied: None,
            rescues: false,
            refused: Vec::new(),
            saved_as: None,
            sent_before: None,
            stale: Vec::new(),
            requests: post.map(|post| post.standing_requests.clone()).unwrap_or_default(),
            differences: Vec::new(),
            is_saved: true,
        }
    }

    /// Replaces the form by the reasons, if the person cannot revise the post now.
    pub(super) fn unless_closed(mut self, person: &Person, post: &Post) -> Self {
        self.closed = reasons_against(workflow::precheck(Action::Revise, person, post));
        self
    }

    /// Makes it the form of a new post: the post that the text was written for can no
    /// longer be edited.
    pub(super) fn into_new_post(mut self) -> Self {
        self.rescues = self.may_copy;
        self.post = self.post.filter(|_| !self.rescues);
        self
    }

    /// Returns the published or archived post that a new draft can be made from.
    fn source(&self) -> Option<PostId> {
        let is_final = self.state.is_some_and(State::is_final);
        self.post.map(|(id, _)| id).filter(|_| is_final && self.may_copy)
    }

    /// Returns whether this is the form of a new post with nothing in it.
    fn is_new(&self) -> bool {
        let is_blank =
            ![&self.draft.title, &self.draft.body].into_iter().any(|text| has_visible_text(text));
        self.post.is_none() && is_blank && self.errors.0.is_empty()
    }

    /// Returns the label of the button that saves.
    fn save_label(&self) -> String {
        match (self.state, self.post) {
            _ if self.rescues => "Save as a new draft".to_owned(),
            (Some(_), Some((_, RevisionNumber(seen)))) if !self.differences.is_empty() => {
                format!("Save mine as revision {}", seen.saturating_add(1))
            }
            (Some(State::InReview), _) => "Save revision".to_owned(),
            _ => "Save draft".to_owned(),
        }
    }

    /// Returns the heading above the reasons.
    fn refused_heading(&self) -> String {
        match (self.saved_as, self.differences.is_empty()) {
            (Some(number), _) => format!("Saved as revision {number}, but not submitted"),
            (None, false) => "Not saved: this post has changed".to_owned(),
            (None, true) => "Not saved".to_owned(),
        }
    }

    /// Returns how many pictures have no description, if there are any.
    fn undescribed(&self) -> Option<String> {
        match pictures_without_description(&self.draft.body) {
            0 => None,
            1 => Some("1 without a description".to_owned()),
            count => Some(format!("{count} without a description")),
        }
    }

    fn id(&self) -> String {
        self.post.map(|(id, _)| id.to_string()).unwrap_or_default()
    }

    fn address(&self) -> String {
        match self.post {
            Some((id, _)) => format!("/desk/posts/{id}/revise"),
            None => "/desk/posts/create".to_owned(),
        }
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.errors.of(field)
    }

    /// Returns how long the text is, unless the draft has errors.
    fn length(&self) -> Option<String> {
        match &self.preview {
            Preview::Text { text, .. } => Some(word_count::sentence(&text.html)),
            Preview::Blank => Some(word_count::sentence("")),
            Preview::Invalid => None,
        }
    }

    /// Returns how many notes the preview has, if it has any.
    fn notes(&self) -> Option<String> {
        let Preview::Text { text, .. } = &self.preview else { return None };
        match text.notes.iter().count() {
            0 => None,
            1 => Some("Preview: 1 note".to_owned()),
            count => Some(format!("Preview: {count} notes")),
        }
    }

    /// Returns each error: the field, its label and what to write.
    fn error_lines(&self) -> impl Iterator<Item = (&str, Cow<'static, str>, &str)> {
        self.errors.0.iter().map(|error| {
            let field = error.field.as_ref();
            (field, field_label(field), error.message.as_str())
        })
    }

    /// Shows errors, also in the page's title.
    pub(super) fn with_errors(mut self, errors: InvalidInput) -> Self {
        self.layout.has_errors = true;
        Self { errors, ..self }
    }
}

/// Returns whether the person may submit the text once they have completed it.
fn may_submit(person: &Person, post: Option<&Post>) -> bool {
    let Some(post) = post else { return permissions::may(person, Action::Submit) };
    match workflow::precheck(Action::Submit, person, post) {
        Ok(()) => true,
        Err(Refusal::Policy(denied)) => denied.can_be_corrected(),
        Err(_) => false,
    }
}
