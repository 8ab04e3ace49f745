//! Handles a form of the editor that comes again with another text. The page was shown
//! twice, or the first answer was lost.

use crate::desk::editor_page::EditorPage;
use crate::desk::submitted_draft::SubmittedDraft;
use crate::domain::Action;
use crate::http::{Reply, Request};
use crate::refusal::Refusal;
use crate::render::diff;
use crate::store::{Store, operations};
use crate::workflow;
use crate::workflow::visible::find;

/// Shows the text as a change of the post that the form was saved in before. So nothing
/// is lost, and sending it again makes no second post.
pub(super) fn sent_before(
    store: &Store,
    request: &Request,
    submitted: &SubmittedDraft,
    refusal: Refusal,
) -> Result<Reply, Refusal> {
    let mut conn = store.checkout()?;
    let person = request.load_viewer(&mut conn)?;
    let used = operations::used(&mut conn, person.id, std::slice::from_ref(&submitted.key));
    let used = used?.remove(submitted.key.as_str());
    let Some(used) = used else { return Err(refusal) };
    let post = find(&mut conn, &person, used.post)?;
    drop(conn);
    if workflow::precheck(Action::Revise, &person, &post).is_err() {
        return Err(refusal);
    }
    let mut page = EditorPage::new(request, &person, Some(&post), submitted.draft.clone());
    page.is_saved = false;
    page.sent_before = Some(post.title().to_owned());
    if let Ok(content) = submitted.draft.parse() {
        page.differences = diff::compare(&post.current.content, &content);
    }
    Ok(Reply::ok(&page).with_refusal(&refusal))
}
