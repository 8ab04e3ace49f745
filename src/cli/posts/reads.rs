//! Reads of posts, as far as a person may see them.

use serde::Serialize;

use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::cli::posts::text;
use crate::domain::{PostId, RevisionNumber, State};
use crate::render::documents::{ActionsBody, HistoryBody, PostBody, PostLineBody};
use crate::store::Store;
use crate::store::paging::{Direction, PageRequest};
use crate::store::posts::{self, Filter, Sort};
use crate::store::visibility::Visibility;
use crate::workflow::visible;

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
        let mut post = visible::find(conn, visibility, id)?;
        if let Some(number) = revision.filter(|number| *number != post.current.number) {
            post = visible::find_history(conn, visibility, id)?;
            post.current = visible::revision(conn, &post, number)?;
            // They are about the revision that was current.
            post.standing_requests.clear();
        }
        match visibility.sees_history_of(&post) {
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
        let post = visible::find_history(conn, visibility, id)?;
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
        let post = visible::find(&mut *store.checkout()?, &person, id)?;
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
