//! The form of an action: its page, and its submission. The desk and the admin
//! show it at addresses of their own.

use diesel::pg::PgConnection;

use crate::domain::{
    Action, Archive, Note, OperationKey, Outcome, Post, PostId, Publish, RequestChanges,
    RevisionNumber, Slug, Submit, WithdrawRequest, decimal,
};
use crate::http::action_place::ActionPlace;
use crate::http::confirm_page::ConfirmPage;
use crate::http::done_page::{self, OpenedFrom, TooLate};
use crate::http::{Form, Reply, Request};
use crate::permissions;
use crate::policies::Rule;
use crate::refusal::Refusal;
use crate::render::diff;
use crate::store::Store;
use crate::store::posts::{self, BeforePublishing};
use crate::store::visibility::Visibility;
use crate::workflow;
use crate::workflow::visible::find;

/// Shows the page on which an action is confirmed.
pub(crate) fn show(
    store: &Store,
    request: &Request,
    place: &'static ActionPlace,
) -> Result<Reply, Refusal> {
    let action = confirmable(request)?;
    let mut connection = store.checkout()?;
    let conn = &mut *connection;
    let person = request.load_viewer(conn)?;
    permissions::check(&person.roles, permissions::required(action))?;
    let post = find(conn, &person, request.segments.post_id()?)?;
    let sees_history = Visibility::of(&person).sees_history_of(&post);
    let mut query = request.query_fields()?;
    let back = place.back(post.id, query.take("back")?);
    if action.is_over_in(post.state()) && sees_history {
        // The button of an action that is not possible now asks why.
        let asked_why = query.take("why")?.map(|_| action);
        let from = OpenedFrom { place, back };
        return done_page::page(connection, request, from, person, post, asked_why, None);
    }
    let layout = (place.layout)(conn, request, &person)?;
    let publishing = before_publishing(conn, action, &post)?;
    drop(connection);
    Ok(Reply::ok(&ConfirmPage::new(layout, &person, post, action, publishing, place, back)))
}

/// Returns what the page shows before a publication.
fn before_publishing(
    conn: &mut PgConnection,
    action: Action,
    post: &Post,
) -> Result<Option<BeforePublishing>, Refusal> {
    match action {
        Action::Publish => Ok(posts::before_publishing(conn, post)?),
        _ => Ok(None),
    }
}

/// Passes the submitted form of an action to the workflow. The page of a refusal may show
/// both texts and their difference.
pub(crate) fn submit(
    store: &Store,
    request: &Request,
    mut form: Form,
    place: &'static ActionPlace,
) -> Result<Reply, Refusal> {
    let (action, post) = (confirmable(request)?, request.segments.post_id()?);
    let carried = if place.carries_back() { form.take("back")? } else { None };
    let back = place.back(post, carried);
    let submitted = Submitted { action, post, form, place, back };
    match submitted.perform(store, request) {
        Ok(outcome) => Ok(place.after(&outcome, submitted.back)),
        Err(refusal) if submitted.shows_beside_form(&refusal) => {
            submitted.show_again(store, request, &refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Returns the action that an address names, if it has this form. Creating and
/// revising have the editor's.
fn confirmable(request: &Request) -> Result<Action, Refusal> {
    match request.segments.get("action").parse() {
        Ok(Action::Create | Action::Revise) | Err(_) => Err(Refusal::NotFound),
        Ok(action) => Ok(action),
    }
}

/// What a submitted form says.
struct Typed {
    seen: RevisionNumber,
    key: OperationKey,
    note: Note,
    slug: Option<Slug>,
}

struct Submitted {
    action: Action,
    post: PostId,
    form: Form,
    place: &'static ActionPlace,
    back: String,
}

impl Submitted {
    fn perform(&self, store: &Store, request: &Request) -> Result<Outcome, Refusal> {
        let Self { action, post, place, .. } = *self;
        let Typed { seen, key, note, slug } = self.read()?;
        let call = request.call(place.interface, key)?;
        match action {
            Action::Submit => workflow::perform(store, &call, &Submit { post, seen }),
            Action::RequestChanges => {
                workflow::perform(store, &call, &RequestChanges { post, seen, note })
            }
            Action::WithdrawRequest => {
                workflow::perform(store, &call, &WithdrawRequest { post, seen })
            }
            Action::Publish => workflow::perform(store, &call, &Publish { post, seen, slug }),
            Action::Archive => {
                workflow::perform(store, &call, &Archive { post, seen, reason: note })
            }
            Action::Create | Action::Revise => Err(Refusal::NotFound),
        }
    }

    /// Reads the form. An action that takes no note or reason gets an empty one.
    fn read(&self) -> Result<Typed, Refusal> {
        self.form.clone().read(|form| {
            let (seen, key) = (form.seen()?, form.key()?);
            let note = match self.action {
                Action::RequestChanges => Note::parse(&form.require("note")?)?,
                Action::Archive => Note::of_field("reason", &form.require("reason")?)?,
                Action::Create
                | Action::Revise
                | Action::Submit
                | Action::WithdrawRequest
                | Action::Publish => Note::default(),
            };
            let slug = match self.action {
                Action::Publish => form.take("slug")?,
                _ => None,
            };
            let slug = slug.as_deref().map(Slug::parse_shown).transpose()?;
            Ok(Typed { seen, key, note, slug })
        })
    }

    /// Returns whether the page of the form shows the refusal itself.
    fn shows_beside_form(&self, refusal: &Refusal) -> bool {
        match refusal {
            Refusal::Policy(_) | Refusal::KeyReused { .. } => true,
            Refusal::Input(errors) => errors.of("note").or(errors.of("reason")).is_some(),
            Refusal::NotSignedIn
            | Refusal::Permission(_)
            | Refusal::NotFound
            | Refusal::Invariant(_)
            | Refusal::Unavailable(_) => false,
        }
    }

    /// Shows the page of the form again, with the typed words and the reasons. If the
    /// post has moved on, the page also shows what has changed.
    fn show_again(
        &self,
        store: &Store,
        request: &Request,
        refusal: &Refusal,
    ) -> Result<Reply, Refusal> {
        let (place, back) = (self.place, self.back.clone());
        let mut connection = store.checkout()?;
        let conn = &mut *connection;
        let person = request.load_viewer(conn)?;
        let post = find(conn, &person, self.post)?;
        let words = self.form.peek("note").or(self.form.peek("reason"));
        let words = words.unwrap_or_default().to_owned();
        // Only the author, reviewers and staff see the history of a post, with its earlier texts.
        let sees_history = Visibility::of(&person).sees_history_of(&post);
        if self.action.is_over_in(post.state()) && sees_history {
            return done_page::page(
                connection,
                request,
                OpenedFrom { place, back },
                person,
                post,
                None,
                Some(TooLate { refusal, words }),
            );
        }
        let seen = self.form.peek("seen").and_then(decimal).map(RevisionNumber);
        let older = match seen {
            Some(seen) if seen != post.current.number && sees_history => {
                posts::revision(conn, &post, seen)?
            }
            Some(_) | None => None,
        };
        let layout = (place.layout)(conn, request, &person)?;
        let publishing = before_publishing(conn, self.action, &post)?;
        drop(connection);
        let mut page =
            ConfirmPage::new(layout, &person, post, self.action, publishing, place, back);
        page.words = words;
        page.sent_before = matches!(refusal, Refusal::KeyReused { .. });
        page.refused = refusal.reasons();
        page.differences = older
            .map(|older| diff::compare(&older.content, &page.post.current.content))
            .unwrap_or_default();
        // A note or a reason that is missing is said beside its field, not above the form.
        page.problem = refusal
            .problem_of("note", Rule::NoteIsGiven)
            .or_else(|| refusal.problem_of("reason", Rule::ReasonIsGiven));
        if page.problem.is_some() {
            page.refused.clear();
        }
        page.layout.has_errors = page.problem.is_some();
        Ok(Reply::ok(&page).with_refusal(refusal))
    }
}
