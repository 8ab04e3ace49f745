//! The page of the editor.

use askama::Template;

use crate::desk::draft::{Draft, label};
use crate::domain::{
    Content, InvalidInput, OperationKey, Person, Post, PostId, Reason, Review, RevisionNumber,
};
use crate::http::{Layout, Request};
use crate::render::diff::{LineKind, Part, Run};
use crate::render::markdown::{Audience, Rendered, render};
use crate::render::{filters, word_count};

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
    fn of(content: &Content) -> Self {
        if content.missing().len() == content.parts().len() {
            return Self::Blank;
        }
        let title = content.title.or_untitled().to_owned();
        Self::Text { title, text: render(content.body.as_str(), Audience::Author) }
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
    /// Why the last attempt had no effect.
    pub(super) refused: Vec<Reason>,
    /// The change requests that a new revision answers.
    pub(super) requests: Vec<Review>,
    /// How the draft differs from the current revision, if that is newer than the
    /// one that its author saw.
    pub(super) differences: Vec<Part>,
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
            preview: parsed.as_ref().map_or(Preview::Invalid, Preview::of),
            post: post.map(|post| (post.id, post.current.number)),
            draft,
            key: OperationKey::random().as_str().to_owned(),
            errors: InvalidInput(Vec::new()),
            closed: Vec::new(),
            refused: Vec::new(),
            requests: post.map(|post| post.standing_requests.clone()).unwrap_or_default(),
            differences: Vec::new(),
            is_saved: true,
        }
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
    fn error_lines(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        self.errors.0.iter().map(|error| (error.field, label(error.field), error.message.as_str()))
    }

    /// Shows errors, also in the page's title.
    pub(super) fn with_errors(mut self, errors: InvalidInput) -> Self {
        self.layout.has_errors = true;
        Self { errors, ..self }
    }
}
