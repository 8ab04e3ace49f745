//! The actions, each through the workflow.

use std::io::Write;

use serde::Serialize;

use crate::accounts;
use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::failure::{CommandFailure, Refused};
use crate::cli::import::draft_text::TitleHeading;
use crate::cli::options::Options;
use crate::cli::output::Format;
use crate::cli::posts::arguments::{CallArguments, GivenText, Target, TextArguments};
use crate::cli::posts::text;
use crate::domain::{Content, Create, OperationKey, Outcome, PostId, Revise, RevisionNumber};
use crate::refusal::Refusal;
use crate::render::documents::OutcomeBody;
use crate::store::Store;
use crate::workflow::{self, Call, Caller, visible};

pub(super) fn create(
    options: &Options,
    call: &CallArguments,
    text: TextArguments,
) -> Result<(), CommandFailure> {
    let GivenText { title, summary, body, slug, notes } = text.read(TitleHeading::First)?;
    let [title, summary, slug] = [title, summary, slug].map(Option::unwrap_or_default);
    let content = Content::parse_with_slug(&title, &summary, &body, &slug)?;
    act_with_notes(options, call, notes, |store, call| {
        workflow::create(store, call, &Create { content })
    })
}

pub(super) fn revise(
    options: &Options,
    target: &Target,
    text: TextArguments,
) -> Result<(), CommandFailure> {
    let GivenText { title, summary, body, slug, notes } =
        text.read(TitleHeading::AtTheBeginning)?;
    let (post, seen) = target.named();
    act_with_notes(options, &target.call, notes, |store, call| {
        let earlier = content_seen(store, call, post, seen)?.unwrap_or_default();
        let [old_title, old_summary, _] = earlier.parts();
        let old_slug = earlier.chosen_slug().unwrap_or_default();
        let content = Content::parse_with_slug(
            title.as_deref().unwrap_or(old_title),
            summary.as_deref().unwrap_or(old_summary),
            &body,
            slug.as_deref().unwrap_or(old_slug),
        )?;
        workflow::perform(store, call, &Revise { post, seen, content })
    })
}

/// Returns the text of the revision seen. It never changes, so the same key
/// comes with the same content again. Where the person may not read it there is
/// none, and the workflow says why they may not revise it either.
fn content_seen(
    store: &Store,
    call: &Call,
    post: PostId,
    seen: RevisionNumber,
) -> Result<Option<Content>, Refusal> {
    let conn = &mut *store.checkout()?;
    let Some(person) = accounts::identify(conn, &call.caller.credential)? else {
        return Ok(None);
    };
    let found = visible::find_history(conn, &person, post);
    match found.and_then(|post| visible::revision(conn, &post, seen)) {
        Ok(revision) => Ok(Some(revision.content)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// Takes one action on a post as the named person, and prints what it did.
pub(super) fn act(
    options: &Options,
    target: &Target,
    action: impl FnOnce(&Store, &Call, PostId, RevisionNumber) -> Result<Outcome, Refusal>,
) -> Result<(), CommandFailure> {
    let (post, seen) = target.named();
    act_with_notes(options, &target.call, Vec::new(), |store, call| action(store, call, post, seen))
}

/// What an action did, as the API says it, and the key that it says in a header.
#[derive(Serialize)]
struct KeyedOutcome<'a> {
    #[serde(flatten)]
    outcome: OutcomeBody,
    key: &'a str,
    /// What was read, ignored and changed of a file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// Does what [`act`] does, and prints what was read, ignored and changed of a file.
fn act_with_notes(
    options: &Options,
    arguments: &CallArguments,
    notes: Vec<String>,
    action: impl FnOnce(&Store, &Call) -> Result<Outcome, Refusal>,
) -> Result<(), CommandFailure> {
    let key = match &arguments.key {
        Some(key) => OperationKey::parse(key)?,
        None => OperationKey::random(),
    };
    on_database(options, |store| {
        let caller = Caller::on_command_line(acting_person(store, &arguments.actor)?.id);
        let call = Call { caller, key };
        let outcome = action(store, &call).map_err(|refusal| {
            CommandFailure::Refused(Box::new(Refused {
                refusal,
                request: call.caller.request,
                key: Some(call.key.clone()),
            }))
        })?;
        let key = call.key.as_str();
        if options.format() == Format::Text {
            // On standard error, so that a script reads only the outcome.
            notes.iter().for_each(|note| drop(writeln!(std::io::stderr(), "{note}")));
        }
        let document = KeyedOutcome { outcome: OutcomeBody::from(&outcome), key, notes };
        options.format().print(text::outcome(&outcome), &document)?;
        if arguments.key.is_none() && options.format() == Format::Text {
            let _ = writeln!(std::io::stderr(), "key {key}");
        }
        Ok(())
    })
}
