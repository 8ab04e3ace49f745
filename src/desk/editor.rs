//! Writing a post and revising it, with a preview.

use std::str::FromStr;

use crate::audit;
use crate::desk::draft::Draft;
use crate::desk::editor_page::EditorPage;
use crate::desk::sent_before::sent_before;
use crate::desk::submitted_draft::{Button, Saved, SubmittedDraft};
use crate::domain::{
    Action, FieldError, InvalidInput, Outcome, Person, Post, PostId, RevisionNumber, TextPart,
    decimal,
};
use crate::http::{Form, Reply, Request};
use crate::permissions;
use crate::policies::Rule;
use crate::refusal::{Refusal, reasons_against};
use crate::render::diff;
use crate::store::Store;
use crate::workflow;
use crate::workflow::visible::{find, find_history, revision};

/// Shows the form of a new post, empty or with the text of the post in `from`.
pub(super) fn create_form(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let from = request.query_fields()?.read(take_from::<i64>)?;
    let mut conn = store.checkout()?;
    let person = request.load_viewer(&mut conn)?;
    permissions::check(&person.roles, permissions::required(Action::Create))?;
    let draft = match from {
        None => Draft::default(),
        Some(id) => Draft::copy_of(&find(&mut conn, &person, PostId(id))?.current.content),
    };
    drop(conn);
    Ok(Reply::ok(&EditorPage::new(request, &person, None, draft)))
}

/// Shows the form to edit a post, with its current text or with that of the revision
/// in `from`.
pub(super) fn revise_form(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let id = request.segments.post_id()?;
    let from = request.query_fields()?.read(|query| {
        // The button of an action that is not possible now asks why.
        query.take("why")?;
        take_from(query)
    })?;
    let mut conn = store.checkout()?;
    let person = request.load_viewer(&mut conn)?;
    let page = match from {
        None => {
            let post = find(&mut conn, &person, id)?;
            drop(conn);
            let draft = Draft::of(&post.current.content);
            EditorPage::new(request, &person, Some(&post), draft).unless_closed(&person, &post)
        }
        Some(number) => {
            let number = RevisionNumber(number);
            let post = find_history(&mut conn, &person, id)?;
            let draft = Draft::of(&revision(&mut conn, &post, number)?.content);
            drop(conn);
            let mut page = EditorPage::new(request, &person, Some(&post), draft);
            page.copied = Some(number).filter(|number| *number != post.current.number);
            page.unless_closed(&person, &post)
        }
    };
    Ok(Reply::ok(&page))
}

/// Takes the number of a post or of a revision out of the query.
fn take_from<Number: FromStr + ToString>(query: &mut Form) -> Result<Option<Number>, Refusal> {
    let from = query.take("from")?.map(|number| decimal(&number).ok_or(Refusal::NotFound));
    from.transpose()
}

/// Saves a new post.
pub(super) fn create(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    SentForm { store, request, submitted: SubmittedDraft::of_new_post(form)? }.reply()
}

/// Saves a new revision of a post.
pub(super) fn revise(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    let submitted = SubmittedDraft::of_post(request.segments.post_id()?, form)?;
    SentForm { store, request, submitted }.reply()
}

/// The form of the editor, as it was sent.
struct SentForm<'a> {
    store: &'a Store,
    request: &'a Request,
    submitted: SubmittedDraft,
}

impl SentForm<'_> {
    fn reply(&self) -> Result<Reply, Refusal> {
        if self.submitted.button == Button::Preview {
            return self.preview();
        }
        match self.submitted.save(self.store, self.request) {
            Ok(Saved::Done(outcome, flash)) => {
                Ok(Reply::see(format!("/desk/posts/{}", outcome.post), Some(flash)))
            }
            Ok(Saved::NotSubmitted(outcome, refusal)) => self.not_submitted(&outcome, &refusal),
            Err(Refusal::Input(errors)) => self.invalid(errors),
            Err(refusal @ Refusal::KeyReused { .. }) => {
                sent_before(self.store, self.request, &self.submitted, refusal)
            }
            Err(refusal @ Refusal::Policy(_)) => self.refused(&refusal),
            Err(refusal) => Err(refusal),
        }
    }

    /// Returns who is signed in, and the post as it is now. The connection is free again
    /// when the page is rendered.
    fn read(&self) -> Result<(Person, Option<Post>), Refusal> {
        let conn = &mut *self.store.checkout()?;
        let person = self.request.load_viewer(conn)?;
        let post = self.submitted.post.map(|(id, _)| find(conn, &person, id)).transpose()?;
        Ok((person, post))
    }

    fn page(&self, person: &Person, post: Option<&Post>) -> EditorPage {
        EditorPage::new(self.request, person, post, self.submitted.draft.clone())
    }

    /// Returns the editor with the submitted draft, and the post as it is now. A draft
    /// that was not saved keeps its key and its revision.
    fn page_again(&self, person: &Person, post: Option<&Post>) -> EditorPage {
        let SubmittedDraft { draft, key, .. } = &self.submitted;
        let mut page = self.page(person, post);
        page.key = key.as_str().to_owned();
        page.is_saved = false;
        if let (Some(post), Some((id, seen))) = (post, self.submitted.post) {
            page.is_saved = draft.parse().is_ok_and(|content| content == post.current.content);
            let answer = workflow::precheck_seen(Action::Revise, person, post, seen);
            page.stale = reasons_against(answer);
            page.post = Some((id, seen));
        }
        page
    }

    /// Shows the text as readers will see it. While its author types, the script asks for
    /// this, so it also tells reviewers that the post is being edited.
    fn preview(&self) -> Result<Reply, Refusal> {
        let (person, post) = self.read()?;
        let page = self.page_again(&person, post.as_ref());
        if let Some(post) = post.filter(|_| !page.is_saved && page.stale.is_empty())
            && let Ok(mut conn) = self.store.checkout()
        {
            audit::record_unsaved_edit(&mut conn, self.request.id, &person, &post);
        }
        match self.submitted.draft.parse() {
            Ok(_) => Ok(Reply::ok(&page)),
            Err(errors) => Ok(with_errors(page, errors)),
        }
    }

    fn invalid(&self, errors: InvalidInput) -> Result<Reply, Refusal> {
        let (person, post) = self.read()?;
        let mut page = self.page_again(&person, post.as_ref());
        page.is_saved = false;
        Ok(with_errors(page, errors))
    }

    /// Shows why the text was not saved, and how it differs from the current revision.
    fn refused(&self, refusal: &Refusal) -> Result<Reply, Refusal> {
        let (person, post) = self.read()?;
        if let Refusal::Policy(denied) = refusal
            && let Some(reason) = denied.only(Rule::SomethingIsWritten)
        {
            let errors = FieldError::new("title", reason.hint.clone()).into();
            let page = self.page_again(&person, post.as_ref()).with_errors(errors);
            return Ok(Reply::ok(&page).with_refusal(refusal));
        }
        let mut page = self.page(&person, post.as_ref());
        page.is_saved = false;
        page.refused = refusal.reasons();
        match (&post, self.submitted.draft.parse()) {
            (Some(post), _) if workflow::precheck(Action::Revise, &person, post).is_err() => {
                page = page.into_new_post();
            }
            (Some(post), Ok(content)) => {
                page.differences = diff::compare(&post.current.content, &content);
            }
            (Some(_), Err(_)) | (None, _) => {}
        }
        Ok(Reply::ok(&page).with_refusal(refusal))
    }

    /// Shows why the text was saved and not submitted.
    fn not_submitted(&self, outcome: &Outcome, refusal: &Refusal) -> Result<Reply, Refusal> {
        let mut conn = self.store.checkout()?;
        let person = self.request.load_viewer(&mut conn)?;
        let post = find(&mut conn, &person, outcome.post)?;
        drop(conn);
        let mut page = self.page(&person, Some(&post));
        page.refused = self.submitted.why_not_submitted(refusal);
        page.saved_as = Some(outcome.revision);
        // The text on the page is of that revision, also where there is a newer one by now.
        page.post = Some((outcome.post, outcome.revision));
        // The browser then removes its own copy of the text.
        page.layout.is_saved = true;
        let content = self.submitted.draft.parse();
        let missing = content.map(|content| content.missing()).unwrap_or_default();
        page.errors = InvalidInput(missing.into_iter().map(empty).collect());
        Ok(Reply::ok(&page).with_refusal(refusal))
    }
}

fn with_errors(page: EditorPage, errors: InvalidInput) -> Reply {
    let refusal = errors.clone().into();
    Reply::ok(&page.with_errors(errors)).with_refusal(&refusal)
}

fn empty(part: TextPart) -> FieldError {
    let sentence = match part {
        TextPart::Title => "Enter a title.",
        TextPart::Summary => "Enter a summary.",
        TextPart::Body => "Enter some text.",
        TextPart::WebAddress => "Enter a web address: the title gives none.",
    };
    FieldError::new(part.field(), sentence)
}
