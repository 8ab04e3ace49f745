//! Reads of posts, as far as a person may see them.

use diesel::pg::PgConnection;
use serde::Serialize;

use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::cli::posts::text;
use crate::domain::{Post, PostId, RequestId, RevisionNumber, State};
use crate::refusal::Refusal;
use crate::render::documents::{ActionsBody, HistoryBody, PostBody, PostLineBody};
use crate::store::Store;
use crate::store::paging::{Direction, PageRequest};
use crate::store::posts::{self, Filter, Sort};
use crate::store::visibility::Visibility;

/// How many lines are read at a time.
const PAGE: usize = 500;

pub(super) fn list(
    options: &Options,
    actor: Option<&str>,
    state: Option<State>,
) -> Result<(), CommandFailure> {
    let filter = Filter { state, ..Filter::default() };
    on_database(options, |store| {
        let visibility = visibility(store, actor)?;
        let conn = &mut *store.checkout()?;
        options.format().print_list("posts", |list| {
            let mut request = PageRequest::newest(PAGE);
            loop {
                let page = posts::change_list(conn, visibility, &filter, Sort::Number, &request)?;
                for line in &page.lines {
                    list.print(text::line(line), &PostLineBody::from(line))?;
                }
                match page.next {
                    Some(next) => request.direction = Direction::After(next),
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
) -> Result<(), CommandFailure> {
    on_database(options, |store| {
        let visibility = visibility(store, actor)?;
        let conn = &mut *store.checkout()?;
        let mut post = find(conn, id, visibility)?;
        let sees_history = visibility.sees_history_of(&post);
        if let Some(number) = revision.filter(|number| *number != post.current.number) {
            let earlier = match sees_history {
                true => posts::revision(conn, &post, number)?,
                false => None,
            };
            post.current = earlier.ok_or_else(not_found)?;
            // They are about the revision that was current.
            post.standing_requests.clear();
        }
        match sees_history {
            true => options.format().print(text::post(&post), &PostBody::with_history(&post)),
            false => {
                options.format().print(text::public_post(&post), &PostBody::without_history(&post))
            }
        }
    })
}

pub(super) fn history(options: &Options, actor: &str, id: PostId) -> Result<(), CommandFailure> {
    on_database(options, |store| {
        let visibility = visibility(store, Some(actor))?;
        let conn = &mut *store.checkout()?;
        let post = find(conn, id, visibility)?;
        if !visibility.sees_history_of(&post) {
            return Err(not_found());
        }
        let history = posts::history(conn, &post)?;
        options.format().print(text::history(&post, &history), &HistoryBody::from(&history))
    })
}

/// Advice as the API gives it, and the revision that it says in a header.
#[derive(Serialize)]
struct AdviceDocument {
    #[serde(flatten)]
    advice: ActionsBody,
    revision: RevisionNumber,
}

pub(super) fn advise(options: &Options, actor: &str, id: PostId) -> Result<(), CommandFailure> {
    on_database(options, |store| {
        let person = acting_person(store, actor)?;
        let post = find(&mut *store.checkout()?, id, Visibility::of(&person))?;
        let advice = ActionsBody::of(&person, &post);
        let text = text::advice(&post, &advice);
        options.format().print(text, &AdviceDocument { advice, revision: post.current.number })
    })
}

fn visibility(store: &Store, actor: Option<&str>) -> Result<Visibility, CommandFailure> {
    match actor {
        None => Ok(Visibility::public()),
        Some(name) => Ok(Visibility::of(&acting_person(store, name)?)),
    }
}

fn find(
    conn: &mut PgConnection,
    id: PostId,
    visibility: Visibility,
) -> Result<Post, CommandFailure> {
    posts::find(conn, id, visibility)?.ok_or_else(not_found)
}

fn not_found() -> CommandFailure {
    CommandFailure::refused(Refusal::NotFound, RequestId::new())
}
