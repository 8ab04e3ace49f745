//! The seven actions, each through the door.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::accounts::{self, Credential};
use crate::cli::answer::Form;
use crate::cli::failure::Refused;
use crate::cli::posts::documents::Done;
use crate::cli::posts::{By, Move};
use crate::cli::{Failure, Options, manuscript, on_database};
use crate::domain::{
    Content, Create, FieldError, Interface, InvalidInput, OperationKey, Outcome, Person, RequestId,
    Revise,
};
use crate::refusal::Refusal;
use crate::store::visibility::Visibility;
use crate::store::{Store, posts};
use crate::workflow::{self, Call};

#[derive(Debug, Args)]
pub(in crate::cli) struct Manuscript {
    /// The Markdown, or - for standard input
    file: PathBuf,
    /// The title; otherwise the first `# ` heading, which then leaves the body
    #[arg(long)]
    title: Option<String>,
    /// The summary for lists and feeds
    #[arg(long)]
    summary: Option<String>,
}

/// What a manuscript says. What it does not name is not there.
struct Text {
    title: Option<String>,
    summary: Option<String>,
    body: String,
}

impl Manuscript {
    fn read(&self) -> Result<Text, Failure> {
        let text = manuscript::read_or_stdin(&self.file)?;
        let summary = self.summary.clone();
        Ok(match &self.title {
            Some(title) => Text { title: Some(title.clone()), summary, body: text },
            None => {
                let (title, body) = manuscript::split_title(&text);
                Text { title, summary, body }
            }
        })
    }
}

pub(super) fn create(options: &Options, by: &By, text: &Manuscript) -> Result<(), Failure> {
    let Text { title, summary, body } = text.read()?;
    let content = Content::parse(&title.unwrap_or_default(), &summary.unwrap_or_default(), &body)?;
    act(options, by, |store, call| workflow::create(store, call, &Create { content }))
}

pub(super) fn revise(options: &Options, it: &Move, text: &Manuscript) -> Result<(), Failure> {
    let Text { title, summary, body } = text.read()?;
    let (post, seen) = it.target();
    act(options, &it.by, |store, call| {
        let earlier = seen_by(store, call, it)?.unwrap_or_default();
        let [old_title, old_summary, _] = earlier.parts();
        let content = Content::parse(
            title.as_deref().unwrap_or(old_title),
            summary.as_deref().unwrap_or(old_summary),
            &body,
        )?;
        workflow::perform(store, call, &Revise { post, seen, content })
    })
}

/// Returns the text of the revision seen, which never changes, so that the same
/// key comes with the same content again. Where the person may not read it
/// there is none, and the door says why they may not revise it either.
fn seen_by(store: &Store, call: &Call, it: &Move) -> Result<Option<Content>, Refusal> {
    let conn = &mut *store.checkout()?;
    let read = |conn: &mut _| {
        let Some(person) = accounts::identify(conn, &call.credential)? else { return Ok(None) };
        let (id, seen) = it.target();
        let visibility = Visibility::of(&person);
        match posts::find(conn, id, visibility)? {
            Some(post) if visibility.sees_history_of(&post) => posts::revision(conn, &post, seen),
            _ => Ok(None),
        }
    };
    let revision = read(conn).map_err(crate::refusal::read_error)?;
    Ok(revision.map(|revision| revision.content))
}

/// Takes one action through the door as the named person, and says what it did.
pub(super) fn act(
    options: &Options,
    by: &By,
    ask: impl FnOnce(&Store, &Call) -> Result<Outcome, Refusal>,
) -> Result<(), Failure> {
    let key = match &by.key {
        Some(key) => OperationKey::parse(key)?,
        None => OperationKey::random(),
    };
    on_database(options, |store| {
        let call = Call {
            credential: Credential::Account(acting(store, &by.actor)?.id),
            interface: Interface::CommandLine,
            request: RequestId::new(),
            key,
        };
        let outcome = ask(store, &call).map_err(|refusal| {
            Failure::Refused(Box::new(Refused {
                refusal: in_our_words(refusal),
                request: call.request,
                key: Some(call.key.clone()),
            }))
        })?;
        options.form().tell(&Done::of(&outcome, &call.key))?;
        if by.key.is_none() && options.form() == Form::Words {
            // Beside the answer, which scripts read; it is no loss where nobody reads it.
            let _ = writeln!(std::io::stderr(), "key {}", call.key.as_str());
        }
        Ok(())
    })
}

/// Returns whoever `--as` names.
pub(in crate::cli) fn acting(store: &Store, name: &str) -> Result<Person, Failure> {
    accounts::find(&mut *store.checkout()?, &name.trim().to_ascii_lowercase())?
        .ok_or_else(|| Failure::UnknownAccount(name.to_owned()))
}

/// The door speaks of forms where a key is used twice; here there is an option.
fn in_our_words(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Input(input) if input.of("key").is_some() => {
            let words = "This key was already used for something else. Name another one, or none.";
            let error = |error: FieldError| match error.field {
                "key" => FieldError::new("key", words),
                _ => error,
            };
            Refusal::Input(InvalidInput(input.0.into_iter().map(error).collect()))
        }
        other => other,
    }
}
