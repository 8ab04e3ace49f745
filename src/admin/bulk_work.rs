//! Working off a decision to archive many posts: some with each request, each
//! through the door by itself, until every one of them has an outcome.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;
use diesel::pg::PgConnection;

use crate::admin::frame::enter;
use crate::audit::{self, AuditEntry};
use crate::domain::{
    Action, Archive, FieldError, Interface, Note, OperationKey, Permission, Person, PostId, Reason,
};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::Store;
use crate::store::bulk::{self, Bulk, BulkId, Item, Outcome};
use crate::{permissions, workflow};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/admin/posts/bulk-archive/{id}")
            .route(web::get().to(progress))
            .route(web::post().to(go_on)),
    );
}

/// Where a bulk archive is confirmed and begun.
pub(super) const BULK: &str = "/admin/posts/bulk-archive";

pub(super) const TITLE: &str = "Archive several posts";

/// How much one request does: whichever of these it comes to first.
const MOST_AT_A_TIME: usize = 250;
const LONGEST_AT_A_TIME: Duration = Duration::from_secs(2);

/// Returns where a bulk archive is worked off.
pub(super) fn address(id: BulkId) -> String {
    format!("{BULK}/{}", id.0)
}

#[derive(Template)]
#[template(path = "admin/bulk.html")]
struct BulkPage {
    layout: Layout,
    bulk: Bulk,
}

impl BulkPage {
    fn to_do(&self) -> Vec<&Item> {
        self.those(|outcome| matches!(outcome, Outcome::ToDo { .. }))
    }

    fn archived(&self) -> Vec<&Item> {
        self.those(|outcome| matches!(outcome, Outcome::Archived))
    }

    fn refused(&self) -> Vec<(&Item, &[Reason])> {
        let refused = self.bulk.items.iter().filter_map(|item| match &item.outcome {
            Outcome::Refused(reasons) => Some((item, reasons.as_slice())),
            Outcome::ToDo { .. } | Outcome::Archived => None,
        });
        refused.collect()
    }

    /// Returns how many posts somebody else was busy with.
    fn put_off(&self) -> usize {
        self.those(|outcome| matches!(outcome, Outcome::ToDo { is_put_off: true })).len()
    }

    /// Returns whether the script may press the button: what somebody was busy
    /// with is tried again by whoever looks at the page.
    fn goes_on_by_itself(&self) -> bool {
        self.put_off() < self.to_do().len()
    }

    fn done(&self) -> usize {
        self.bulk.items.len() - self.to_do().len()
    }

    fn address(&self) -> String {
        address(self.bulk.id)
    }

    fn those(&self, wanted: fn(&Outcome) -> bool) -> Vec<&Item> {
        self.bulk.items.iter().filter(|item| wanted(&item.outcome)).collect()
    }
}

/// Shows what has become of each post so far.
async fn progress(request: Request, path: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, move |store, request| {
            let conn = &mut *store.checkout()?;
            let (person, layout) = enter(conn, request, TITLE, Permission::ArchivePost)?;
            let found = bulk::find(conn, bulk_id(&path)?, person.id).map_err(read_error)?;
            let bulk = found.ok_or(Refusal::NotFound)?;
            Ok(Reply::ok(&BulkPage { layout, bulk }))
        })
        .await
}

/// Does the next part.
async fn go_on(
    request: Request,
    path: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    context
        .answer_form(request, body, move |store, request, mut form| {
            let _ = form.take("token")?;
            form.finish()?;
            work(store, request, bulk_id(&path)?)
        })
        .await
}

fn bulk_id(text: &str) -> Result<BulkId, Refusal> {
    text.parse().map(BulkId).map_err(|_| Refusal::NotFound)
}

/// Does as much as one request may, and shows how far it has come.
pub(super) fn work(store: &Store, request: &Request, id: BulkId) -> Result<Reply, Refusal> {
    let bulk = {
        let conn = &mut *store.checkout()?;
        let person = may_archive(conn, request)?;
        bulk::find(conn, id, person.id).map_err(read_error)?.ok_or(Refusal::NotFound)?
    };
    let mut outcomes = Vec::new();
    let done = attempts(store, request, &bulk, &mut outcomes);
    // What was done before somebody was refused is noted all the same.
    let conn = &mut *store.checkout()?;
    bulk::note(conn, id, &outcomes).map_err(read_error)?;
    done?;
    Ok(Reply::see(address(id), None))
}

/// Takes posts through the door, one after another, first those that nobody
/// has been busy with.
fn attempts(
    store: &Store,
    request: &Request,
    bulk: &Bulk,
    outcomes: &mut Vec<(PostId, Outcome)>,
) -> Result<(), Refusal> {
    let reason = reason(&bulk.reason)?;
    let until = Instant::now() + LONGEST_AT_A_TIME;
    let fresh =
        bulk.items.iter().filter(|item| item.outcome == Outcome::ToDo { is_put_off: false });
    let again = bulk.items.iter().filter(|item| item.outcome == Outcome::ToDo { is_put_off: true });
    for item in fresh.chain(again).take(MOST_AT_A_TIME) {
        let key = OperationKey::parse(&key_of(&bulk.key, item.post))?;
        let call = request.call(Interface::Admin, key)?;
        let attempt = Archive { post: item.post, seen: item.seen, reason: reason.clone() };
        let outcome = match workflow::perform(store, &call, &attempt) {
            Ok(_) => Outcome::Archived,
            // It may or may not have happened: the same key finds out.
            Err(Refusal::Unavailable(_)) => Outcome::ToDo { is_put_off: true },
            // This is about the person, so the next post would be no different.
            Err(refusal @ (Refusal::NotSignedIn | Refusal::Permission(_))) => return Err(refusal),
            Err(refusal) => Outcome::Refused(reasons(&refusal)),
        };
        outcomes.push((item.post, outcome));
        if Instant::now() >= until {
            break;
        }
    }
    Ok(())
}

/// Returns why a post was refused, in sentences, whichever layer it was.
pub(super) fn reasons(refusal: &Refusal) -> Vec<Reason> {
    let reasons = refusal.reasons();
    if !reasons.is_empty() {
        return reasons;
    }
    let (code, sentence, hint) = match refusal {
        Refusal::NotFound => (
            "not-found",
            "There is no such post, or none that you can see.",
            "Look for it in the list.",
        ),
        Refusal::Invariant(_) => (
            "our-mistake",
            "We were about to do something that must never happen, and stopped.",
            "It is kept as an incident; the post is as it was.",
        ),
        _ => (
            "key-used",
            "The key of this decision was used for something else.",
            "Select the post anew.",
        ),
    };
    vec![Reason::new(code, sentence, hint)]
}

pub(super) fn reason(text: &str) -> Result<Note, FieldError> {
    let note = Note::parse(text).map_err(|error| FieldError::new("reason", error.message))?;
    if note.is_blank() {
        return Err(FieldError::new("reason", "Say why, for the record."));
    }
    Ok(note)
}

/// Returns the key under which a decision archives a post.
pub(super) fn key_of(key: &str, post: PostId) -> String {
    format!("{key}/{post}")
}

/// Returns who is there, if they may archive at all, and has it recorded if
/// they may not: the door does so for a post, and here there is none yet.
pub(super) fn may_archive(conn: &mut PgConnection, request: &Request) -> Result<Person, Refusal> {
    let person = request.viewer(conn)?;
    let action = Action::Archive;
    let Err(denied) = permissions::check(&person.roles, permissions::required(action)) else {
        return Ok(person);
    };
    let refusal = Refusal::from(denied);
    let asked = AuditEntry {
        request: request.id,
        interface: Interface::Admin,
        actor: Some(person.id),
        action: action.into(),
        post: None,
        seen: None,
    };
    audit::record_refusal(conn, &asked, refusal.layer(), &refusal.reasons());
    Err(refusal)
}
