use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::failure::Failure;
use crate::cli::markdown_file;
use crate::domain::{PostId, RevisionNumber, State};

#[derive(Debug, Subcommand)]
pub(crate) enum PostCommand {
    /// List the posts that a person may see, newest first
    List {
        #[command(flatten)]
        reader: Reader,
        #[arg(long, value_name = "STATE", help = state_help())]
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
        text: TextArguments,
        #[command(flatten)]
        call: CallArguments,
    },
    /// Write a new revision from a Markdown file
    ///
    /// What neither the file nor an option names stays as the revision seen has it.
    Revise {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        text: TextArguments,
    },
    /// Hand a draft to the reviewers
    Submit(Target),
    /// Say what must change before publication
    RequestChanges {
        #[command(flatten)]
        target: Target,
        /// What must change
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Take back one's own change request
    WithdrawRequest(Target),
    /// Let it be printed
    Publish(Target),
    /// Take a published post off the public site
    Archive {
        #[command(flatten)]
        target: Target,
        /// Why; the record keeps it
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

fn state_help() -> String {
    let [others @ .., last] = State::ALL.map(State::as_str);
    format!("Only those that are {} or {last}", others.join(", "))
}

#[derive(Debug, Args)]
pub(crate) struct Reader {
    /// Who reads; without it, the public
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: Option<String>,
}

/// The post and the revision that an action is about, and who acts.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Which post
    id: i64,
    /// The revision that the person has read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    revision: i32,
    #[command(flatten)]
    pub(super) call: CallArguments,
}

impl Target {
    pub(super) fn post(&self) -> PostId {
        PostId(self.id)
    }

    pub(super) fn seen(&self) -> RevisionNumber {
        RevisionNumber(self.revision)
    }
}

#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    /// Who acts
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: String,
    /// The key of this intention: the same key again answers with the first outcome
    ///
    /// Without it, one is made, and named with the answer. A job that may be
    /// killed names its own beforehand, and tries again with the same.
    #[arg(long)]
    pub(super) key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TextArguments {
    /// The Markdown, or - for standard input
    file: PathBuf,
    /// The title; otherwise the first `# ` heading, which then leaves the body
    #[arg(long)]
    title: Option<String>,
    /// The summary for lists and feeds
    #[arg(long)]
    summary: Option<String>,
}

/// The text of a post, as far as it is given.
pub(super) struct GivenText {
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) body: String,
}

impl TextArguments {
    pub(super) fn read(self) -> Result<GivenText, Failure> {
        let text = markdown_file::read_or_stdin(&self.file)?;
        let (title, body) = match self.title {
            Some(title) => (Some(title), text),
            None => markdown_file::split_title(&text),
        };
        Ok(GivenText { title, summary: self.summary, body })
    }
}
