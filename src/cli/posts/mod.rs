//! `post`: reads posts as a person may see them, and changes them through the
//! workflow.

mod arguments;
mod changes;
mod reads;
mod text;

pub(super) use arguments::PostCommand;

use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::domain::{PostId, RevisionNumber};

pub(super) fn post(
    options: &Options,
    command: arguments::PostCommand,
) -> Result<(), CommandFailure> {
    use arguments::PostCommand as Command;
    match command {
        Command::List { reader, state } => reads::list(options, reader.actor.as_deref(), state),
        Command::Show { id, reader, revision } => {
            let actor = reader.actor.as_deref();
            reads::show(options, actor, PostId(id), revision.map(RevisionNumber))
        }
        Command::History { id, actor } => reads::history(options, &actor, PostId(id)),
        Command::Advise { id, actor } => reads::advise(options, &actor, PostId(id)),
        Command::Create { text, call } => changes::create(options, &call, text),
        Command::Revise { target, text } => changes::revise(options, &target, text),
        Command::Submit(target) => changes::submit(options, &target),
        Command::RequestChanges { target, note } => {
            changes::request_changes(options, &target, &note)
        }
        Command::WithdrawRequest(target) => changes::withdraw_request(options, &target),
        Command::Publish { target, slug } => changes::publish(options, &target, slug.as_deref()),
        Command::Archive { target, reason } => changes::archive(options, &target, &reason),
    }
}
