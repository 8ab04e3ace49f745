//! `post`: list, begin and move posts, through the door.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::users::acting;
use super::{Failure, Options, manuscript, on_database, say};
use crate::accounts;
use crate::domain::{
    Archive, Content, Create, Interface, Note, OperationKey, Outcome, PostId, Publish, RequestId,
    RevisionNumber, Submit, Title,
};
use crate::refusal::Refusal;
use crate::store::visibility::Sight;
use crate::store::{Store, posts};
use crate::workflow::{self, Call};

/// How many lines are read at a time.
const PAGE: i64 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum PostCommand {
    /// List the posts that a person may see, newest first
    List {
        /// Who reads; without it, the public
        #[arg(long = "as", value_name = "NAME")]
        actor: Option<String>,
    },
    /// Begin a post as a draft from a Markdown file
    Create(NewPost),
    /// Hand a draft to the reviewers
    Submit(Move),
    /// Let it be printed
    Publish(Move),
    /// Take a published post off the public site
    Archive {
        #[command(flatten)]
        it: Move,
        /// Why; the record keeps it
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct NewPost {
    /// The Markdown, or - for standard input
    file: PathBuf,
    #[command(flatten)]
    by: By,
    /// The title; otherwise the first `# ` heading, which then leaves the body
    #[arg(long)]
    title: Option<String>,
    /// The summary for lists and feeds
    #[arg(long, default_value = "", hide_default_value = true)]
    summary: String,
}

#[derive(Debug, Args)]
pub(super) struct Move {
    /// Which post
    id: i64,
    #[command(flatten)]
    by: By,
    /// The revision that the person has read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    revision: i32,
}

#[derive(Debug, Args)]
pub(super) struct By {
    /// Who acts
    #[arg(long = "as", value_name = "NAME")]
    actor: String,
    /// The key of this intention: the same key again answers with the first outcome
    #[arg(long)]
    key: Option<String>,
}

pub(super) fn post(options: &Options, command: PostCommand) -> Result<(), Failure> {
    match command {
        PostCommand::List { actor } => list(options, actor.as_deref()),
        PostCommand::Create(new) => create(options, &new),
        PostCommand::Submit(Move { id, by, revision }) => {
            let (post, seen) = (PostId(id), RevisionNumber(revision));
            act(options, &by, |store, call| workflow::perform(store, call, &Submit { post, seen }))
        }
        PostCommand::Publish(Move { id, by, revision }) => {
            let (post, seen) = (PostId(id), RevisionNumber(revision));
            act(options, &by, |store, call| workflow::perform(store, call, &Publish { post, seen }))
        }
        PostCommand::Archive { it: Move { id, by, revision }, reason } => {
            let (post, seen) = (PostId(id), RevisionNumber(revision));
            let reason = Note::parse(&reason)?;
            act(options, &by, |store, call| {
                workflow::perform(store, call, &Archive { post, seen, reason })
            })
        }
    }
}

fn create(options: &Options, new: &NewPost) -> Result<(), Failure> {
    let text = manuscript::read(&new.file)?;
    let (title, body) = match &new.title {
        Some(title) => (title.clone(), text),
        None => {
            let (title, body) = manuscript::split_title(&text);
            (title.unwrap_or_default(), body)
        }
    };
    let content = Content::parse(&title, &new.summary, &body)?;
    act(options, &new.by, |store, call| workflow::create(store, call, &Create { content }))
}

/// Takes one action through the door as the named person, and says what it did.
fn act(
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
            credential: acting(store, &by.actor)?,
            interface: Interface::CommandLine,
            request: RequestId::new(),
            key,
        };
        let outcome =
            ask(store, &call).map_err(|refusal| Failure::Refused(refusal, call.request))?;
        say(format_args!(
            "post {} revision {} {}",
            outcome.post,
            outcome.revision,
            outcome.state.as_str()
        ))
    })
}

fn list(options: &Options, actor: Option<&str>) -> Result<(), Failure> {
    on_database(options, |store| {
        let conn = &mut *store.checkout()?;
        let sight = match actor {
            None => Sight::public(),
            Some(name) => accounts::find(conn, &name.trim().to_ascii_lowercase())?
                .map(|person| Sight::of(&person))
                .ok_or_else(|| Failure::UnknownAccount(name.to_owned()))?,
        };
        let mut before = None;
        loop {
            let page = posts::all(conn, sight, None, before, PAGE)?;
            for line in &page {
                let title = if line.title.trim().is_empty() {
                    Title::default().or_untitled().to_owned()
                } else {
                    line.title.clone()
                };
                say(format_args!(
                    "{}\t{}\trevision {}\t{}\t{title}",
                    line.id,
                    line.state.as_str(),
                    line.revision,
                    line.author.name
                ))?;
            }
            match page.last() {
                Some(last) => before = Some(last.id),
                None => return Ok(()),
            }
        }
    })
}
