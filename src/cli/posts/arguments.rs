//! Defines the subcommands of `post`. clap prints the doc comments as their help.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::failure::CommandFailure;
use crate::cli::import::draft_text::{DraftText, IgnoredField, TitleHeading};
use crate::cli::markdown_file;
use crate::domain::{FieldError, PostId, RevisionNumber, State, listed};

#[derive(Debug, Subcommand)]
pub(crate) enum PostCommand {
    /// List the posts that a person can see, newest first
    List {
        #[command(flatten)]
        reader: ReaderArguments,
        #[arg(long, value_name = "STATE", help = state_help())]
        state: Option<State>,
    },
    /// Show a post, with its text
    Show {
        /// Post ID
        id: i64,
        #[command(flatten)]
        reader: ReaderArguments,
        /// Show this revision instead of the current one
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
        revision: Option<i32>,
    },
    /// Show the history of a post: states, revisions, change requests and readings
    History {
        /// Post ID
        id: i64,
        /// Act as this user
        #[arg(long = "as", value_name = "NAME")]
        actor: String,
    },
    /// Show which actions are possible now, and why others are not
    Advise {
        /// Post ID
        id: i64,
        /// Check for this user
        #[arg(long = "as", value_name = "NAME")]
        actor: String,
    },
    /// Create a draft from a Markdown file
    Create {
        #[command(flatten)]
        text: TextArguments,
        #[command(flatten)]
        call: CallArguments,
    },
    /// Save a new revision from a Markdown file
    ///
    /// Anything not given is kept from the revision in --revision.
    Revise {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        text: TextArguments,
    },
    /// Submit a draft for review
    Submit(Target),
    /// Request changes
    RequestChanges {
        #[command(flatten)]
        target: Target,
        /// What the author should change
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Withdraw your change request
    WithdrawRequest(Target),
    /// Publish a post
    Publish {
        #[command(flatten)]
        target: Target,
        /// Web address that you expect; refused if the post would get another one
        #[arg(long, value_name = "SLUG")]
        slug: Option<String>,
    },
    /// Archive a published post
    Archive {
        #[command(flatten)]
        target: Target,
        /// Reason (required)
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

fn state_help() -> String {
    format!("Filter by state: {}", listed(&State::ALL.map(State::as_str)))
}

#[derive(Debug, Args)]
pub(crate) struct ReaderArguments {
    /// Act as this user; default: the public
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: Option<String>,
}

/// The post and the revision that an action is about, and who acts.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Post ID
    id: i64,
    /// Revision that you have read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    revision: i32,
    #[command(flatten)]
    pub(super) call: CallArguments,
}

impl Target {
    /// Returns the post, and the revision seen.
    pub(super) fn named(&self) -> (PostId, RevisionNumber) {
        (PostId(self.id), RevisionNumber(self.revision))
    }
}

#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    /// Act as this user
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: String,
    /// Key for safe retries: the same key returns the first result
    ///
    /// Without it, a key is generated and printed. Scripts should pass their own.
    #[arg(long)]
    pub(super) key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TextArguments {
    /// Markdown file, or - for standard input
    ///
    /// Front matter gives the title, the summary and the web address (`slug`) where no
    /// option does; `import --help` says how it is read.
    file: PathBuf,
    /// Title; default: the first `# ` heading, which is removed from the body. A revision
    /// keeps its title unless the text begins with such a heading
    #[arg(long)]
    title: Option<String>,
    /// Summary for lists and feeds
    #[arg(long)]
    summary: Option<String>,
    /// Web address, such as on-restraint; default: made from the title
    #[arg(long)]
    slug: Option<String>,
}

/// The text of a post, as far as it is given.
pub(super) struct GivenText {
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) body: String,
    pub(super) slug: Option<String>,
    /// What was read, ignored and changed, for the person who runs the command.
    pub(super) notes: Vec<String>,
}

impl TextArguments {
    /// Reads the file, for a text that has no title without this heading.
    pub(super) fn read(self, heading: TitleHeading) -> Result<GivenText, CommandFailure> {
        let text = markdown_file::read_or_stdin(&self.file)?;
        let heading = if self.title.is_some() { TitleHeading::None } else { heading };
        let text = DraftText::parse(text, heading)
            .map_err(|reason| FieldError::new("body", reason.sentence))?;
        let mut notes = said(&text);
        if text.is_titled_by_heading && heading == TitleHeading::AtTheBeginning {
            notes.push("The title is the first heading of the text.".to_owned());
        }
        Ok(GivenText {
            title: self.title.or(text.title),
            summary: self.summary.or(text.summary),
            body: text.body,
            slug: self.slug.or(text.slug),
            notes,
        })
    }
}

/// Returns what was read of the front matter, what was ignored, and what was changed.
fn said(text: &DraftText) -> Vec<String> {
    let mut said = Vec::new();
    if !text.used.is_empty() {
        said.push(format!("Front matter: {}; an option wins.", text.used.join(", ")));
    }
    if !text.ignored.is_empty() {
        let ignored: Vec<String> = text.ignored.iter().map(IgnoredField::text).collect();
        said.push(format!("Front matter, ignored: {}.", ignored.join(", ")));
    }
    said.extend(text.notes.iter().cloned());
    said
}
