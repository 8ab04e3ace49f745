//! Archives many posts on one decision of one person.
//!
//! [`begin`] stores the decision: the posts, the revision seen of each, and the reason,
//! under the key of the form. A form that is sent twice finds the decision that is stored.
//! [`work`] then takes some of the posts with each request, until each has an outcome.
//! Every post goes through [`workflow::perform`] in a transaction of its own. A refusal is
//! an outcome like any other, and does not keep the other posts from being archived.
//!
//! The key of a post is made of the decision's key and the post's number. A request may
//! be repeated after a crash, or at the same instant in another tab. It then gets the
//! outcome of the first one. So only the outcomes need to be stored.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diesel::pg::PgConnection;

use crate::accounts::identity;
use crate::domain::{
    Action, Archive, BulkProblem, FieldError, InvalidInput, Note, OperationKey, Person, Post,
    PostId, Reason, Title, counted,
};
use crate::policies::posts::BulkArchive;
use crate::refusal::Refusal;
use crate::store::bulk::{self, Bulk, BulkId, ItemOutcome};
use crate::store::visibility::Visibility;
use crate::store::{self, Store};
use crate::workflow::{self, Call, Caller, run};
use crate::{invariants, permissions, policies};

pub use crate::policies::posts::SelectedPosts;

/// The maximum number of posts in one bulk archive.
pub const MAX_POSTS: usize = 1_000;

/// One request works until it reaches the first of these two limits.
const MAX_POSTS_PER_REQUEST: usize = 250;
const MAX_TIME_PER_REQUEST: Duration = Duration::from_secs(2);

/// Refuses a selection of no posts, or of more than [`MAX_POSTS`].
pub fn check_count(posts: &SelectedPosts) -> Result<(), FieldError> {
    match posts.len() {
        0 => Err(FieldError::new("post", "Select at least one post.")),
        1..=MAX_POSTS => Ok(()),
        _ => Err(FieldError::new(
            "post",
            format!("Select at most {} at a time.", counted(MAX_POSTS, "post")),
        )),
    }
}

/// Stores a bulk archive and returns its id. The same key with the same content
/// returns the id that is already stored.
pub fn begin(
    store: &Store,
    caller: &Caller,
    key: &OperationKey,
    posts: &SelectedPosts,
    reason: &Note,
) -> Result<BulkId, Refusal> {
    check_count(posts)?;
    // The key of a post is longer than this one and must be valid, too.
    post_key(key.as_str(), PostId(i64::MAX))?;
    let attempt = BulkArchive { key, posts, reason };
    run::beforehand(store, caller.asks_for(Action::Archive), |tx, entry| {
        let actor = identity::load(tx, &caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        entry.actor = Some(actor.id());
        let capability = permissions::verify(actor)?;
        let validity = policies::evaluate(capability, &attempt, ())?;
        let stored = invariants::bulk_archives::enforce(validity, tx)?;
        Ok(stored.ok_or(Refusal::KeyReused { post: None })?)
    })
}

/// Returns a bulk archive, or [`Refusal::NotFound`] where it is another person's.
pub fn find(conn: &mut PgConnection, person: &Person, id: BulkId) -> Result<Bulk, Refusal> {
    bulk::find(conn, id, person.id)?.ok_or(Refusal::NotFound)
}

/// Archives as many of the remaining posts as one request may, and stores their
/// outcomes. Where the person is refused, the remaining posts get no outcome.
pub fn work(store: &Store, caller: &Caller, id: BulkId) -> Result<(), Refusal> {
    let bulk = run::beforehand(store, caller.asks_for(Action::Archive), |tx, entry| {
        let actor = identity::load(tx, &caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        entry.actor = Some(actor.id());
        let capability = permissions::verify::<Archive>(actor)?;
        Ok(bulk::find(tx.conn(), id, capability.actor().id())?.ok_or(Refusal::NotFound)?)
    })?;
    let mut outcomes = Vec::new();
    let done = archive_each(store, caller, &bulk, &mut outcomes);
    invariants::bulk_archives::note(&mut *store.checkout()?, id, &outcomes)?;
    done
}

/// Archives one post after another: first those that have not been tried.
fn archive_each(
    store: &Store,
    caller: &Caller,
    bulk: &Bulk,
    outcomes: &mut Vec<(PostId, ItemOutcome)>,
) -> Result<(), Refusal> {
    let reason = Note::parse(&bulk.reason)?;
    let until = Instant::now() + MAX_TIME_PER_REQUEST;
    let to_do = |is_put_off| {
        bulk.items.iter().filter(move |item| item.outcome == ItemOutcome::ToDo { is_put_off })
    };
    for item in to_do(false).chain(to_do(true)).take(MAX_POSTS_PER_REQUEST) {
        let call = Call { caller: caller.clone(), key: post_key(&bulk.key, item.post)? };
        let attempt = Archive { post: item.post, seen: item.seen, reason: reason.clone() };
        let outcome = match workflow::perform(store, &call, &attempt) {
            Ok(_) => ItemOutcome::Archived,
            // It may have taken effect. The same key finds out.
            Err(Refusal::Unavailable(_)) => ItemOutcome::ToDo { is_put_off: true },
            // The next post would be refused for the same reason.
            Err(refusal @ (Refusal::NotSignedIn | Refusal::Permission(_) | Refusal::Input(_))) => {
                return Err(refusal);
            }
            Err(refusal) => ItemOutcome::Refused(reasons(&refusal)),
        };
        outcomes.push((item.post, outcome));
        if Instant::now() >= until {
            break;
        }
    }
    Ok(())
}

/// What a bulk archive would do to each post.
#[derive(Debug)]
pub struct BulkPreview {
    /// The posts that would be archived.
    pub ready: Vec<Post>,
    /// The posts that would be refused.
    pub refused: Vec<RefusedPost>,
}

/// A post that would be refused.
#[derive(Debug)]
pub struct RefusedPost {
    /// The post, as it was named.
    pub id: PostId,
    /// Its title; empty when there is no such post.
    pub title: Title,
    /// Every reason.
    pub reasons: Vec<Reason>,
}

/// Returns what a bulk archive would do now. It is advice: [`work`] asks again.
pub fn preview(
    conn: &mut PgConnection,
    person: &Person,
    posts: &SelectedPosts,
) -> Result<BulkPreview, Refusal> {
    let ids: Vec<PostId> = posts.keys().copied().collect();
    let found = store::posts::outlines(conn, &ids, Visibility::of(person))?;
    let found_ids: BTreeSet<PostId> = found.iter().map(|post| post.id).collect();
    let not_found = ids.iter().filter(|id| !found_ids.contains(id)).map(|id| RefusedPost {
        id: *id,
        title: Title::default(),
        reasons: reasons(&Refusal::NotFound),
    });
    let mut preview = BulkPreview { ready: Vec::new(), refused: not_found.collect() };
    for post in found {
        let seen = posts.get(&post.id).copied().unwrap_or(post.current.number);
        match workflow::precheck_seen(Action::Archive, person, &post, seen) {
            Ok(()) => preview.ready.push(post),
            Err(refusal) => preview.refused.push(RefusedPost {
                id: post.id,
                title: post.current.content.title.clone(),
                reasons: reasons(&refusal),
            }),
        }
    }
    Ok(preview)
}

/// Returns why a post was refused, for the person who reads its outcome.
fn reasons(refusal: &Refusal) -> Vec<Reason> {
    let (problem, sentence, hint) = match refusal {
        Refusal::NotFound => {
            (BulkProblem::NotFound, "The post was not found.", "Search for it in the list.")
        }
        Refusal::Invariant(_) => (
            BulkProblem::Defect,
            "The software stopped an inconsistent change. The post was not changed.",
            "The incident is listed under System incidents.",
        ),
        Refusal::KeyReused { .. } => (
            BulkProblem::KeyUsed,
            "This selection was already used for something else.",
            "Select the post again.",
        ),
        Refusal::Permission(_)
        | Refusal::Policy(_)
        | Refusal::Input(_)
        | Refusal::NotSignedIn
        | Refusal::Unavailable(_) => return refusal.reasons(),
    };
    vec![Reason::new(problem, sentence, hint)]
}

/// Returns the key under which a bulk archive archives a post.
fn post_key(key: &str, post: PostId) -> Result<OperationKey, InvalidInput> {
    OperationKey::parse(&format!("{key}/{post}"))
}
