//! `post`: read posts as a person may see them, and change them through the
//! door.

mod changes;
mod documents;
mod reads;

use clap::{Args, Subcommand};

use crate::cli::{Failure, Options};
use crate::domain::{
    Archive, FieldError, Note, PostId, Publish, RequestChanges, RevisionNumber, State, Submit,
    WithdrawRequest,
};
use crate::workflow;
use changes::{Manuscript, act};

pub(super) use changes::acting;

#[derive(Debug, Subcommand)]
pub(super) enum PostCommand {
    /// List the posts that a person may see, newest first
    List {
        #[command(flatten)]
        reader: Reader,
        /// Only those that are draft, in_review, published or archived
        #[arg(long, value_name = "STATE")]
        state: Option<State>,
    },
    /// Show a post, with its text
    Show {
        /// Which post
        id: i64,
        #[command(flatten)]
        reader: Reader,
        /// Another revision than the current one, for whoever sees how it was made
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
        revision: Option<i32>,
    },
    /// Show how a post came to be: its states, revisions, reviews and readings
    History {
        /// Which post
        id: i64,
        /// Who reads
        #[arg(long = "as", value_name = "NAME")]
        actor: String,
    },
    /// Say what each action would be answered now, and what would mend it
    Advise {
        /// Which post
        id: i64,
        /// Who would act
        #[arg(long = "as", value_name = "NAME")]
        actor: String,
    },
    /// Begin a post as a draft from a Markdown file
    Create {
        #[command(flatten)]
        text: Manuscript,
        #[command(flatten)]
        by: By,
    },
    /// Write a new revision from a Markdown file
    ///
    /// What neither the file nor an option names stays as the revision seen has it.
    Revise {
        #[command(flatten)]
        it: Move,
        #[command(flatten)]
        text: Manuscript,
    },
    /// Hand a draft to the reviewers
    Submit(Move),
    /// Say what must change before publication
    RequestChanges {
        #[command(flatten)]
        it: Move,
        /// What must change
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Take back one's own change request
    WithdrawRequest(Move),
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
pub(super) struct Reader {
    /// Who reads; without it, the public
    #[arg(long = "as", value_name = "NAME")]
    actor: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Move {
    /// Which post
    id: i64,
    /// The revision that the person has read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    revision: i32,
    #[command(flatten)]
    by: By,
}

impl Move {
    fn target(&self) -> (PostId, RevisionNumber) {
        (PostId(self.id), RevisionNumber(self.revision))
    }
}

#[derive(Debug, Args)]
pub(super) struct By {
    /// Who acts
    #[arg(long = "as", value_name = "NAME")]
    actor: String,
    /// The key of this intention: the same key again answers with the first outcome
    ///
    /// Without it, one is made, and named with the answer. A job that may be
    /// killed names its own beforehand, and tries again with the same.
    #[arg(long)]
    key: Option<String>,
}

pub(super) fn post(options: &Options, command: PostCommand) -> Result<(), Failure> {
    match command {
        PostCommand::List { reader, state } => reads::list(options, reader.actor(), state),
        PostCommand::Show { id, reader, revision } => {
            reads::show(options, reader.actor(), PostId(id), revision.map(RevisionNumber))
        }
        PostCommand::History { id, actor } => reads::history(options, &actor, PostId(id)),
        PostCommand::Advise { id, actor } => reads::advise(options, &actor, PostId(id)),
        PostCommand::Create { text, by } => changes::create(options, &by, &text),
        PostCommand::Revise { it, text } => changes::revise(options, &it, &text),
        PostCommand::Submit(it) => {
            let (post, seen) = it.target();
            act(options, &it.by, |store, call| {
                workflow::perform(store, call, &Submit { post, seen })
            })
        }
        PostCommand::RequestChanges { it, note } => {
            let (post, seen) = it.target();
            let note = Note::parse(&note)?;
            act(options, &it.by, |store, call| {
                workflow::perform(store, call, &RequestChanges { post, seen, note })
            })
        }
        PostCommand::WithdrawRequest(it) => {
            let (post, seen) = it.target();
            act(options, &it.by, |store, call| {
                workflow::perform(store, call, &WithdrawRequest { post, seen })
            })
        }
        PostCommand::Publish(it) => {
            let (post, seen) = it.target();
            act(options, &it.by, |store, call| {
                workflow::perform(store, call, &Publish { post, seen })
            })
        }
        PostCommand::Archive { it, reason } => {
            let (post, seen) = it.target();
            let reason =
                Note::parse(&reason).map_err(|error| FieldError { field: "reason", ..error })?;
            act(options, &it.by, |store, call| {
                workflow::perform(store, call, &Archive { post, seen, reason })
            })
        }
    }
}

impl Reader {
    fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }
}
