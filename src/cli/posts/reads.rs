//! What a person may see of posts: everything here goes by their visibility.

use diesel::pg::PgConnection;

use crate::cli::posts::acting;
use crate::cli::posts::documents::{AdviceDocument, HistoryDocument, Line, PostDocument};
use crate::cli::{Failure, Options, on_database};
use crate::domain::{Action, Person, Post, PostId, RequestId, RevisionNumber, State};
use crate::refusal::Refusal;
use crate::store::visibility::Visibility;
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
        let visibility = visibility(store, actor)?;
        let conn = &mut *store.checkout()?;
        options.form().tell_each("posts", |lines| {
            let mut before = None;
            loop {
                let page = posts::all(conn, visibility, state, before, PAGE)?;
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
        let visibility = visibility(store, actor)?;
        let conn = &mut *store.checkout()?;
        let mut post = find(conn, id, visibility)?;
        if let Some(number) = revision.filter(|number| *number != post.current.number) {
            let earlier = match visibility.sees_history_of(&post) {
                true => posts::revision(conn, &post, number)?,
                false => None,
            };
            post.current = earlier.ok_or_else(nothing)?;
            // They speak of the revision that was current.
            post.standing_requests.clear();
        }
        options.form().tell(&PostDocument::of(&post, visibility))
    })
}

pub(super) fn history(options: &Options, actor: &str, id: PostId) -> Result<(), Failure> {
    on_database(options, |store| {
        let visibility = visibility(store, Some(actor))?;
        let conn = &mut *store.checkout()?;
        let post = find(conn, id, visibility)?;
        if !visibility.sees_history_of(&post) {
            return Err(nothing());
        }
        let history = posts::history(conn, &post)?;
        options.form().tell(&HistoryDocument::of(&post, history))
    })
}

pub(super) fn advise(options: &Options, actor: &str, id: PostId) -> Result<(), Failure> {
    on_database(options, |store| {
        let person: Person = acting(store, actor)?;
        let post = find(&mut *store.checkout()?, id, Visibility::of(&person))?;
        let advice = Action::ALL
            .into_iter()
            .filter(|action| *action != Action::Create)
            .map(|action| (action, workflow::advise(action, &person, &post)))
            .collect();
        options.form().tell(&AdviceDocument::of(&post, advice))
    })
}

fn visibility(store: &Store, actor: Option<&str>) -> Result<Visibility, Failure> {
    match actor {
        None => Ok(Visibility::public()),
        Some(name) => Ok(Visibility::of(&acting(store, name)?)),
    }
}

fn find(conn: &mut PgConnection, id: PostId, visibility: Visibility) -> Result<Post, Failure> {
    posts::find(conn, id, visibility)?.ok_or_else(nothing)
}

fn nothing() -> Failure {
    Failure::refused(Refusal::NotFound, RequestId::new())
}
