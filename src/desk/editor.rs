//! Writing a post and revising it, with a preview.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use diesel::pg::PgConnection;

use crate::desk::draft::Draft;
use crate::desk::editor_page::EditorPage;
use crate::domain::{
    Action, Create, Interface, InvalidInput, OperationKey, Person, Post, PostId, Revise,
    RevisionNumber, State,
};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Reply, Request, post_id};
use crate::permissions;
use crate::refusal::{Refusal, read_error};
use crate::render::diff;
use crate::store::visibility::Visibility;
use crate::store::{Store, posts};
use crate::workflow;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/desk/posts/create")
                .route(web::get().to(create_form))
                .route(web::post().to(create)),
        )
        .service(
            web::resource("/desk/posts/{id}/revise")
                .route(web::get().to(revise_form))
                .route(web::post().to(revise)),
        );
}

async fn create_form(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            permissions::check(&person.roles, permissions::required(Action::Create))?;
            Ok(Reply::ok(&EditorPage::new(request, &person, None, Draft::default())))
        })
        .await
}

async fn revise_form(request: Request, id: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .page(request, move |store, request| {
            let id = post_id(&id)?;
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            let post = find(conn, id, &person)?;
            let draft = Draft::of(&post.current.content);
            let mut page = EditorPage::new(request, &person, Some(&post), draft);
            if let Err(refusal) = workflow::precheck(Action::Revise, &person, &post) {
                page.closed = refusal.reasons();
            }
            Ok(Reply::ok(&page))
        })
        .await
}

async fn create(request: Request, body: Bytes, context: Data<Context>) -> HttpResponse {
    save(request, None, body, context).await
}

async fn revise(
    request: Request,
    id: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    save(request, Some(id.into_inner()), body, context).await
}

async fn save(
    request: Request,
    id: Option<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    context
        .form(request, body, move |store, request, form| {
            let submitted = SubmittedDraft::read(id, form)?;
            if submitted.is_preview {
                return page_again(store, request, &submitted, Again::Preview);
            }
            match submitted.save(store, request) {
                Ok(reply) => Ok(reply),
                Err(Refusal::Input(errors)) if errors.of("key").is_none() => {
                    page_again(store, request, &submitted, Again::Invalid(errors))
                }
                Err(refusal @ Refusal::Policy(_)) => {
                    page_again(store, request, &submitted, Again::Refused(refusal))
                }
                Err(refusal) => Err(refusal),
            }
        })
        .await
}

/// The fields of the editor's form.
struct SubmittedDraft {
    /// The post to revise and the revision that its author saw; none for a new post.
    post: Option<(PostId, RevisionNumber)>,
    key: OperationKey,
    draft: Draft,
    is_preview: bool,
}

impl SubmittedDraft {
    fn read(id: Option<String>, form: Form) -> Result<Self, Refusal> {
        form.read(|form| {
            let post = match id {
                Some(id) => Some((post_id(&id)?, form.seen()?)),
                None => None,
            };
            let key = form.key()?;
            let draft = Draft::take(form)?;
            let is_preview = form.take("preview")?.is_some();
            form.take("save")?;
            Ok(Self { post, key, draft, is_preview })
        })
    }

    fn save(&self, store: &Store, request: &Request) -> Result<Reply, Refusal> {
        let content = self.draft.parse()?;
        let call = request.call(Interface::Page, self.key.clone())?;
        let (outcome, flash) = match self.post {
            None => {
                let outcome = workflow::create(store, &call, &Create { content })?;
                (outcome, Flash::Done(Action::Create))
            }
            Some((post, seen)) => {
                let outcome = workflow::perform(store, &call, &Revise { post, seen, content })?;
                let is_new = outcome.revision != seen;
                let flash = match (is_new, outcome.state) {
                    (false, _) => Flash::Unchanged,
                    (true, State::InReview) => Flash::WithReviewers,
                    (true, _) => Flash::Done(Action::Revise),
                };
                (outcome, flash)
            }
        };
        Ok(Reply::see(format!("/desk/posts/{}", outcome.post), Some(flash)))
    }
}

/// Why the editor is shown again, with the draft.
enum Again {
    Preview,
    Invalid(InvalidInput),
    Refused(Refusal),
}

fn page_again(
    store: &Store,
    request: &Request,
    submitted: &SubmittedDraft,
    why: Again,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = request.viewer(conn)?;
    let post = match submitted.post {
        None => None,
        Some((id, _)) => Some(find(conn, id, &person)?),
    };
    let mut page = EditorPage::new(request, &person, post.as_ref(), submitted.draft.clone());
    page.is_saved = matches!((&why, &post, submitted.draft.parse()),
        (Again::Preview, Some(post), Ok(content)) if content == post.current.content);
    if !matches!(why, Again::Refused(_)) {
        // A preview saves nothing, so the form keeps its key and its revision.
        page.key = submitted.key.as_str().to_owned();
        page.post = submitted.post;
    }
    let errors = match why {
        Again::Preview => submitted.draft.parse().err(),
        Again::Invalid(errors) => Some(errors),
        Again::Refused(refusal) => {
            page.refused = refusal.reasons();
            if let (Some(post), Ok(content)) = (&post, submitted.draft.parse()) {
                page.differences = diff::compare(&post.current.content, &content);
            }
            return Ok(Reply::ok(&page).with_refusal(&refusal));
        }
    };
    Ok(match errors {
        None => Reply::ok(&page),
        Some(errors) => {
            let refusal = errors.clone().into();
            Reply::ok(&page.with_errors(errors)).with_refusal(&refusal)
        }
    })
}

/// Returns the post that the person may see.
fn find(conn: &mut PgConnection, id: PostId, person: &Person) -> Result<Post, Refusal> {
    let found = posts::find(conn, id, Visibility::of(person)).map_err(read_error)?;
    found.ok_or(Refusal::NotFound)
}
