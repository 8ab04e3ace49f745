//! The page on which an action is confirmed, and what becomes of its form. The
//! admin shows the same page at its own address.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use crate::domain::{
    Action, Archive, FieldError, Interface, Note, OperationKey, Outcome, Person, Post, PostId,
    Publish, Reason, RequestChanges, RevisionNumber, Submit, WithdrawRequest,
};
use crate::http::done_page::{self, TooLate};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Layout, Reply, Request, post_id, status};
use crate::policies::Rule;
use crate::refusal::{Refusal, read_error};
use crate::render::diff::{self, Kind, Part};
use crate::render::{filters, markdown};
use crate::store::visibility::Visibility;
use crate::store::{Store, posts};
use crate::workflow::visible::find;
use crate::workflow::{self, Call};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/desk/posts/{id}/{action}")
            .route(web::get().to(confirm))
            .route(web::post().to(act)),
    );
}

#[derive(Template)]
#[template(path = "desk/confirm.html")]
struct ConfirmPage {
    layout: Layout,
    post: Post,
    body: String,
    action: Action,
    /// Where the form goes: the admin has the same page at its own address.
    address: String,
    back: String,
    key: String,
    /// What was typed, where a form comes back.
    words: String,
    problem: Option<String>,
    /// Why it cannot be done now; then there is no form.
    closed: Vec<Reason>,
    /// Why the last attempt had no effect.
    refused: Vec<Reason>,
    /// What has changed since the revision that was looked at.
    differences: Vec<Part>,
}

impl ConfirmPage {
    /// Returns what stands in the way: of the last attempt, or of any.
    fn reasons(&self) -> &[Reason] {
        if self.refused.is_empty() { &self.closed } else { &self.refused }
    }

    fn question(&self) -> &'static str {
        if !self.closed.is_empty() {
            return match self.action {
                Action::Submit => "Not to be submitted now",
                Action::RequestChanges => "Not to be changed now",
                Action::WithdrawRequest => "Nothing of yours to withdraw now",
                Action::Publish => "Not to be published now",
                Action::Archive => "Not to be archived now",
                Action::Create | Action::Revise => "",
            };
        }
        match self.action {
            Action::Submit => "Submit this post for review?",
            Action::RequestChanges => "What has to change?",
            Action::WithdrawRequest => "Withdraw your change request?",
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
            Action::WithdrawRequest => "Nothing of yours then stands against publication.",
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

    /// Returns the field of the words that the action takes.
    fn words_field(&self) -> &'static str {
        if self.action == Action::Archive { "reason" } else { "note" }
    }

    /// Returns who will read the words.
    fn words_hint(&self) -> &'static str {
        if self.action == Action::Archive {
            "The author, the reviewers and staff read it; the public does not. At most 2,000 characters."
        } else {
            "The author and other reviewers read it. At most 2,000 characters."
        }
    }

    /// Returns the label of the words that the action takes.
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

async fn confirm(
    request: Request,
    path: Path<(String, String)>,
    context: Data<Context>,
) -> HttpResponse {
    let (id, action) = path.into_inner();
    confirm_page(request, id, action, Edge::Desk, context).await
}

/// Which edge a form stands on. Both ask the same door.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    /// The workspace.
    Desk,
    /// The admin.
    Admin,
}

impl Edge {
    fn interface(self) -> Interface {
        match self {
            Self::Desk => Interface::Page,
            Self::Admin => Interface::Admin,
        }
    }

    fn address(self, id: PostId, action: Action) -> String {
        match self {
            Self::Desk => format!("/desk/posts/{id}/{action}"),
            Self::Admin => format!("/admin/posts/{id}/{action}"),
        }
    }

    /// Sends the browser on to what there is to see after the action.
    fn after(self, outcome: &Outcome) -> Reply {
        match outcome.action {
            // That page says itself that it is done, and where it can be read.
            Action::Publish => Reply::see(self.address(outcome.post, outcome.action), None),
            action => Reply::see(self.back(outcome.post), Some(Flash::Done(action))),
        }
    }

    fn back(self, id: PostId) -> String {
        match self {
            Self::Desk => format!("/desk/posts/{id}"),
            Self::Admin => "/admin/posts".to_owned(),
        }
    }
}

/// Shows the page on which an action is confirmed.
pub(crate) async fn confirm_page(
    request: Request,
    id: String,
    action: String,
    edge: Edge,
    context: Data<Context>,
) -> HttpResponse {
    context
        .answer(request, None, move |store, request| {
            let action = confirmable(&action)?;
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            crate::permissions::check(&person.roles, crate::permissions::required(action))?;
            let post = find(conn, &person, post_id(&id)?)?;
            if done_page::is_over(action, &post) && Visibility::of(&person).sees_history_of(&post) {
                return done_page::page(conn, request, person, post, None);
            }
            Ok(Reply::ok(&form_page(request, &person, post, action, edge)))
        })
        .await
}

/// Returns the action that an address names, if it is done by a single form.
fn confirmable(action: &str) -> Result<Action, Refusal> {
    match action.parse() {
        Ok(Action::Create | Action::Revise) | Err(_) => Err(Refusal::NotFound),
        Ok(action) => Ok(action),
    }
}

fn form_page(
    request: &Request,
    person: &Person,
    post: Post,
    action: Action,
    edge: Edge,
) -> ConfirmPage {
    let prechecked = workflow::precheck(action, person, &post);
    let closed = prechecked.err().map(|refusal| refusal.reasons()).unwrap_or_default();
    ConfirmPage {
        layout: Layout::new(
            request,
            &format!("{}: {}", action.label(), post.title()),
            Some(person),
        ),
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

async fn act(
    request: Request,
    path: Path<(String, String)>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    let (id, action) = path.into_inner();
    act_from(request, id, action, body, Edge::Desk, context).await
}

/// Takes the form of an action through the door.
pub(crate) async fn act_from(
    request: Request,
    id: String,
    action: String,
    body: Bytes,
    edge: Edge,
    context: Data<Context>,
) -> HttpResponse {
    context
        .answer_form(request, body, move |store, request, fields| {
            let typed = fields.clone();
            let (action, post) = (confirmable(&action)?, post_id(&id)?);
            match send(store, request, action, post, fields, edge) {
                Ok(outcome) => Ok(edge.after(&outcome)),
                Err(refusal) if can_show_again(&refusal) => {
                    again(store, request, (action, post, edge), &typed, &refusal)
                }
                Err(refusal) => Err(refusal),
            }
        })
        .await
}

/// Returns whether the page of the form itself is the edge to say so.
fn can_show_again(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Policy(_) => true,
        Refusal::Input(errors) => errors.of("note").or(errors.of("reason")).is_some(),
        Refusal::NotSignedIn
        | Refusal::Permission(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => false,
    }
}

fn send(
    store: &Store,
    request: &Request,
    action: Action,
    post: PostId,
    mut fields: Form,
    edge: Edge,
) -> Result<Outcome, Refusal> {
    let _ = fields.take("token")?;
    let seen = fields.seen()?;
    let call = request.call(edge.interface(), fields.key()?)?;
    let note = match action {
        Action::RequestChanges => Some(note("note", &mut fields)?),
        Action::Archive => Some(note("reason", &mut fields)?),
        Action::Create
        | Action::Revise
        | Action::Submit
        | Action::WithdrawRequest
        | Action::Publish => None,
    };
    fields.finish()?;
    dispatch(store, &call, action, post, seen, note.unwrap_or_default())
}

/// Takes the action to the door, as the type that it is.
fn dispatch(
    store: &Store,
    call: &Call,
    action: Action,
    post: PostId,
    seen: RevisionNumber,
    note: Note,
) -> Result<Outcome, Refusal> {
    match action {
        Action::Submit => workflow::perform(store, call, &Submit { post, seen }),
        Action::RequestChanges => {
            workflow::perform(store, call, &RequestChanges { post, seen, note })
        }
        Action::WithdrawRequest => workflow::perform(store, call, &WithdrawRequest { post, seen }),
        Action::Publish => workflow::perform(store, call, &Publish { post, seen }),
        Action::Archive => workflow::perform(store, call, &Archive { post, seen, reason: note }),
        // These two carry content and have the editor's form.
        Action::Create | Action::Revise => Err(Refusal::NotFound),
    }
}

fn note(field: &'static str, fields: &mut Form) -> Result<Note, FieldError> {
    Note::parse(&fields.require(field)?).map_err(|error| FieldError::new(field, error.message))
}

/// Shows the page of the form again, with what was typed and what stood in the
/// way; and where the post has moved on, what has changed.
fn again(
    store: &Store,
    request: &Request,
    (action, id, edge): (Action, PostId, Edge),
    typed: &Form,
    refusal: &Refusal,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = request.viewer(conn)?;
    let post = find(conn, &person, id)?;
    let words = typed.peek("note").or(typed.peek("reason")).unwrap_or_default().to_owned();
    // How the post came to be, its earlier texts included, is not for everybody.
    let sees_history = Visibility::of(&person).sees_history_of(&post);
    if done_page::is_over(action, &post) && sees_history {
        return done_page::page(conn, request, person, post, Some(TooLate { refusal, words }));
    }
    let seen = typed.peek("seen").and_then(|seen| seen.parse().ok()).map(RevisionNumber);
    let older = match seen {
        Some(seen) if seen != post.current.number && sees_history => {
            posts::revision(conn, &post, seen).map_err(read_error)?
        }
        Some(_) | None => None,
    };
    let mut page = form_page(request, &person, post, action, edge);
    page.words = words;
    page.refused = refusal.reasons();
    page.differences = older
        .map(|older| diff::compare(&older.content, &page.post.current.content))
        .unwrap_or_default();
    match refusal {
        Refusal::Input(errors) => {
            page.problem = errors.of("note").or(errors.of("reason")).map(str::to_owned);
        }
        // Only the words are missing: here is the edge to write them.
        Refusal::Policy(denied)
            if denied.is_only(Rule::ReasonIsGiven) || denied.is_only(Rule::NoteIsGiven) =>
        {
            page.problem = page.refused.pop().map(|reason| reason.hint);
        }
        _ => {}
    }
    page.layout.has_errors = page.problem.is_some();
    Ok(Reply::page(status(refusal), &page))
}
