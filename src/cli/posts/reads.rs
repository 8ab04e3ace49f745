//! What a person may see of posts: everything here goes by their sight.

use diesel::pg::PgConnection;

use super::acting;
use super::documents::{AdviceDocument, HistoryDocument, Line, PostDocument};
use crate::cli::{Failure, Options, on_database};
use crate::domain::{Action, Person, Post, PostId, RequestId, RevisionNumber, State};
use crate::refusal::Refusal;
use crate::store::visibility::Sight;
use crate::store::{Store, posts};
use crate::workflow;

/// How many lines are read at a time.
const PAGE: i64 = 500;

pub(super) fn list(
    options: &Options,
    actor: Option<&str>,
    state: Option<State>,
) -> Result<(), Failure> {
    on_database(options, |store| {
        let sight = sight(store, actor)?;
        let conn = &mut *store.checkout()?;
        options.form().tell_each("posts", |lines| {
            let mut before = None;
            loop {
                let page = posts::all(conn, sight, state, before, PAGE)?;
                let last = page.last().map(|line| line.id);
                page.into_iter().try_for_each(|line| lines.tell(&Line::from(line)))?;
                match last {
                    Some(last) => before = Some(last),
                    None => return Ok(()),
                }
            }
        })
    })
}

pub(super) fn show(
    options: &Options,
    actor: Option<&str>,
    id: PostId,
    revision: Option<RevisionNumber>,
) -> Result<(), Failure> {
    on_database(options, |store| {
        let sight = sight(store, actor)?;
        let conn = &mut *store.checkout()?;
        let mut post = find(conn, id, sight)?;
        if let Some(number) = revision.filter(|number| *number != post.current.number) {
            let earlier = match sight.sees_the_making_of(&post) {
                true => posts::revision(conn, &post, number)?,
                false => None,
            };
            post.current = earlier.ok_or_else(nothing)?;
            // They speak of the revision that was current.
            post.standing_requests.clear();
        }
        options.form().tell(&PostDocument::of(&post, sight))
    })
}

pub(super) fn history(options: &Options, actor: &str, id: PostId) -> Result<(), Failure> {
    on_database(options, |store| {
        let sight = sight(store, Some(actor))?;
        let conn = &mut *store.checkout()?;
        let post = find(conn, id, sight)?;
        if !sight.sees_the_making_of(&post) {
            return Err(nothing());
        }
        let making = posts::making(conn, &post)?;
        options.form().tell(&HistoryDocument::of(&post, making))
    })
}

pub(super) fn advise(options: &Options, actor: &str, id: PostId) -> Result<(), Failure> {
    on_database(options, |store| {
        let person: Person = acting(store, actor)?;
        let post = find(&mut *store.checkout()?, id, Sight::of(&person))?;
        let advice = Action::ALL
            .into_iter()
            .filter(|action| *action != Action::Create)
            .map(|action| (action, workflow::advise(action, &person, &post)))
            .collect();
        options.form().tell(&AdviceDocument::of(&post, advice))
    })
}

fn sight(store: &Store, actor: Option<&str>) -> Result<Sight, Failure> {
    match actor {
        None => Ok(Sight::public()),
        Some(name) => Ok(Sight::of(&acting(store, name)?)),
    }
}

fn find(conn: &mut PgConnection, id: PostId, sight: Sight) -> Result<Post, Failure> {
    posts::find(conn, id, sight)?.ok_or_else(nothing)
}

fn nothing() -> Failure {
    Failure::refused(Refusal::NotFound, RequestId::new())
}
