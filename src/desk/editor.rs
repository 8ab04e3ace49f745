//! Writing a post and revising it, with a preview.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use crate::desk::draft::{Draft, label};
use crate::domain::{
    Action, Content, Create, Interface, InvalidInput, OperationKey, Post, PostId, Reason, Review,
    Revise, RevisionNumber, State,
};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Layout, Reply, Request, post_id, status};
use crate::refusal::{Refusal, read_error};
use crate::render::diff::{self, Kind, Part};
use crate::render::{filters, markdown, word_count};
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

/// What stands beside the form.
enum Preview {
    /// The text as readers will see it.
    Text { title: String, body: String },
    /// There is nothing to show yet.
    Blank,
    /// What is typed cannot be published as it is.
    Unreadable,
}

impl Preview {
    fn of(content: &Content) -> Self {
        if content.missing().len() == content.parts().len() {
            return Self::Blank;
        }
        let title = content.title.or_untitled().to_owned();
        Self::Text { title, body: markdown::render(content.body.as_str()) }
    }
}

#[derive(Template)]
#[template(path = "desk/editor.html")]
struct EditorPage {
    layout: Layout,
    /// The post that is revised; a new one has none yet.
    post: Option<(PostId, RevisionNumber)>,
    draft: Draft,
    key: String,
    errors: InvalidInput,
    /// Why nothing can be written here now; then there is no form.
    closed: Vec<Reason>,
    /// Why the last attempt had no effect.
    refused: Vec<Reason>,
    /// The change requests that a new revision answers.
    requests: Vec<Review>,
    /// How what is typed differs from what is current now.
    differences: Vec<Part>,
    preview: Preview,
    /// Whether the form says what the server has, and nothing beyond it.
    is_saved: bool,
}

impl EditorPage {
    fn new(
        request: &Request,
        person: &crate::domain::Person,
        post: Option<&Post>,
        draft: Draft,
    ) -> Self {
        let title = match post {
            Some(post) => format!("Revise: {}", post.title()),
            None => "Start a post".to_owned(),
        };
        let parsed = draft.parse();
        Self {
            layout: Layout::new(request, &title, Some(person)),
            preview: parsed.as_ref().map_or(Preview::Unreadable, Preview::of),
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

    /// Returns how long the text is, as far as it can be read.
    fn length(&self) -> Option<String> {
        match &self.preview {
            Preview::Text { body, .. } => Some(word_count::sentence(body)),
            Preview::Blank => Some(word_count::sentence("")),
            Preview::Unreadable => None,
        }
    }

    /// Returns what has to be mended: field, its label and what to write.
    fn mend(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        self.errors.0.iter().map(|error| (error.field, label(error.field), error.message.as_str()))
    }

    /// Says what is wrong, first of all in the page's title.
    fn with_errors(mut self, errors: InvalidInput) -> Self {
        self.layout.has_errors = true;
        Self { errors, ..self }
    }
}

async fn create_form(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| {
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            crate::permissions::check(&person.roles, crate::permissions::required(Action::Create))?;
            Ok(Reply::ok(&EditorPage::new(request, &person, None, Draft::default())))
        })
        .await
}

async fn revise_form(request: Request, id: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, move |store, request| {
            let id = post_id(&id)?;
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            let post = posts::find(conn, id, Visibility::of(&person))
                .map_err(read_error)?
                .ok_or(Refusal::NotFound)?;
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
        .answer_form(request, body, move |store, request, fields| {
            let form = Sent::take(id, fields)?;
            if form.is_preview {
                return page_again(store, request, &form, Again::Preview);
            }
            match form.send(store, request) {
                Ok(answer) => Ok(answer),
                Err(Refusal::Input(errors)) if errors.of("key").is_none() => {
                    page_again(store, request, &form, Again::Invalid(errors))
                }
                Err(refusal @ Refusal::Policy(_)) => {
                    page_again(store, request, &form, Again::Refused(refusal))
                }
                Err(refusal) => Err(refusal),
            }
        })
        .await
}

/// What came with the form of the editor.
struct Sent {
    post: Option<(PostId, RevisionNumber)>,
    key: OperationKey,
    draft: Draft,
    is_preview: bool,
}

impl Sent {
    fn take(id: Option<String>, mut fields: Form) -> Result<Self, Refusal> {
        let post = match id {
            Some(id) => Some((post_id(&id)?, fields.seen()?)),
            None => None,
        };
        let _ = fields.take("token")?;
        let key = fields.key()?;
        let draft = Draft::take(&mut fields)?;
        let is_preview = fields.take("preview")?.is_some();
        let _ = fields.take("save")?;
        fields.finish()?;
        Ok(Self { post, key, draft, is_preview })
    }

    fn send(&self, store: &Store, request: &Request) -> Result<Reply, Refusal> {
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

/// Why the editor is shown again, with everything that was typed.
enum Again {
    Preview,
    Invalid(InvalidInput),
    Refused(Refusal),
}

fn page_again(store: &Store, request: &Request, form: &Sent, why: Again) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = request.viewer(conn)?;
    let post = match form.post {
        None => None,
        Some((id, _)) => Some(
            posts::find(conn, id, Visibility::of(&person))
                .map_err(read_error)?
                .ok_or(Refusal::NotFound)?,
        ),
    };
    let mut page = EditorPage::new(request, &person, post.as_ref(), form.draft.clone());
    page.is_saved = matches!((&why, &post, form.draft.parse()),
        (Again::Preview, Some(post), Ok(content)) if content == post.current.content);
    if !matches!(why, Again::Refused(_)) {
        // Looking at a preview is no decision: the form stays the same form.
        page.key = form.key.as_str().to_owned();
        page.post = form.post;
    }
    let errors = match why {
        Again::Preview => form.draft.parse().err(),
        Again::Invalid(errors) => Some(errors),
        Again::Refused(refusal) => {
            page.refused = refusal.reasons();
            if let (Some(post), Ok(content)) = (&post, form.draft.parse()) {
                page.differences = diff::compare(&post.current.content, &content);
            }
            return Ok(Reply::page(status(&refusal), &page));
        }
    };
    Ok(match errors {
        None => Reply::ok(&page),
        Some(errors) => {
            let status = status(&errors.clone().into());
            Reply::page(status, &page.with_errors(errors))
        }
    })
}
