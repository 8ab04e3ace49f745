//! Archives many posts on one decision of one person.
//!
//! [`begin`] stores the decision: the posts, the revision seen of each, and the
//! reason, under the key of the form. A form that is sent twice finds the
//! decision that is stored. [`work`] then takes some of the posts with each
//! request, every post through [`workflow::perform`] in a transaction of its
//! own, until each has an outcome. A refusal is an outcome like any other, and
//! does not keep the other posts from being archived.
//!
//! The key of a post is made of the decision's key and the post's number. So a
//! request that is repeated after a crash, or at the same instant in another
//! tab, gets the outcome that the first one had, and no progress needs to be
//! remembered but the outcomes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use diesel::pg::PgConnection;

use crate::accounts;
use crate::audit::{AuditEntry, Record};
use crate::domain::{
    Action, Archive, FieldError, Fingerprint, InvalidInput, Note, OperationKey, Person, Post,
    PostId, Reason, RevisionNumber, Title,
};
use crate::refusal::Refusal;
use crate::store::bulk::{self, Bulk, BulkId, ItemOutcome};
use crate::store::visibility::Visibility;
use crate::store::{self, Store};
use crate::workflow::{self, Call, Caller};
use crate::{metrics, permissions, policies};

/// The maximum number of posts in one bulk archive.
pub const MAX_POSTS: usize = 1_000;

/// One request works until it reaches the first of these two limits.
const MAX_POSTS_PER_REQUEST: usize = 250;
const MAX_TIME_PER_REQUEST: Duration = Duration::from_secs(2);

/// The posts of one bulk archive, each with the revision that was seen.
pub type SelectedPosts = BTreeMap<PostId, RevisionNumber>;

/// Refuses a selection of no posts, or of more than [`MAX_POSTS`].
pub fn check_count(posts: &SelectedPosts) -> Result<(), FieldError> {
    match posts.len() {
        0 => Err(FieldError::new("post", "Select at least one post.")),
        1..=MAX_POSTS => Ok(()),
        _ => Err(FieldError::new("post", "Select at most 1,000 posts at a time.")),
    }
}

/// Stores a bulk archive and returns its id. The same key with the same content
/// returns the id that is already stored. A refusal by permission or policy is
/// recorded.
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
    let conn = &mut *store.checkout()?;
    let person = authorize(conn, caller)?;
    policies::posts::check_bulk_archive(reason)
        .map_err(|denied| record(conn, caller, &person, denied.into()))?;
    let texts: Vec<String> = posts.iter().map(|(post, seen)| format!("{post}-{seen}")).collect();
    let fingerprint = Fingerprint::of(Action::Archive, &[reason.as_str(), &texts.join(" ")]);
    let posts: Vec<(PostId, RevisionNumber)> =
        posts.iter().map(|(id, seen)| (*id, *seen)).collect();
    let stored = bulk::begin(conn, person.id, key, &fingerprint, reason.as_str(), &posts);
    let id = stored?.ok_or_else(|| {
        let message = "This form was already sent with other posts or another reason. Look at the \
                       list of posts before you send anything again.";
        FieldError::new("key", message)
    })?;
    Ok(id)
}

/// Returns a bulk archive, or [`Refusal::NotFound`] where it is another person's.
pub fn find(conn: &mut PgConnection, person: &Person, id: BulkId) -> Result<Bulk, Refusal> {
    bulk::find(conn, id, person.id)?.ok_or(Refusal::NotFound)
}

/// Archives as many of the remaining posts as one request may, and stores their
/// outcomes. Where the person is refused, the remaining posts get no outcome.
pub fn work(store: &Store, caller: &Caller, id: BulkId) -> Result<(), Refusal> {
    let bulk = {
        let conn = &mut *store.checkout()?;
        let person = authorize(conn, caller)?;
        find(conn, &person, id)?
    };
    let mut outcomes = Vec::new();
    let done = archive_each(store, caller, &bulk, &mut outcomes);
    bulk::note(&mut *store.checkout()?, id, &outcomes)?;
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
            Err(refusal @ (Refusal::NotSignedIn | Refusal::Permission(_))) => return Err(refusal),
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
    let (code, sentence, hint) = match refusal {
        Refusal::Permission(_) | Refusal::Policy(_) => return refusal.reasons(),
        Refusal::NotFound => ("not-found", "The post was not found.", "Search for it in the list."),
        Refusal::Invariant(_) => (
            "our-mistake",
            "The software stopped an inconsistent change. The post was not changed.",
            "The incident is listed under System incidents.",
        ),
        Refusal::Input(_) | Refusal::NotSignedIn | Refusal::Unavailable(_) => (
            "key-used",
            "This selection was already used for something else.",
            "Select the post again.",
        ),
    };
    vec![Reason::new(code, sentence, hint)]
}

/// Returns the key under which a bulk archive archives a post.
fn post_key(key: &str, post: PostId) -> Result<OperationKey, InvalidInput> {
    OperationKey::parse(&format!("{key}/{post}"))
}

/// Returns who asks. A person without the permission is refused before any post
/// is looked at, and the refusal is recorded.
fn authorize(conn: &mut PgConnection, caller: &Caller) -> Result<Person, Refusal> {
    let person = accounts::identify(conn, &caller.credential)?;
    let person = person.ok_or(Refusal::NotSignedIn)?;
    permissions::check(&person.roles, permissions::required(Action::Archive))
        .map_err(|denied| record(conn, caller, &person, denied.into()))?;
    Ok(person)
}

/// Records a refusal that concerns no single post, and returns it.
fn record(conn: &mut PgConnection, caller: &Caller, person: &Person, refusal: Refusal) -> Refusal {
    let asked = AuditEntry { actor: Some(person.id), ..caller.asks_for(Action::Archive) };
    let reasons = refusal.reasons();
    Record::Refusal { layer: refusal.layer(), reasons: &reasons }.write_on(&asked, conn);
    metrics::decided(asked.action.as_str(), asked.interface.as_str(), refusal.layer());
    refusal
}
