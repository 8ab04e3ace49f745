//! `post`: reads posts as a person may see them, and changes them through the
//! workflow.

mod arguments;
mod changes;
mod reads;
mod text;

pub(super) use arguments::PostCommand;

use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::domain::{
    Archive, Note, PostId, Publish, RequestChanges, RevisionNumber, Slug, Submit, WithdrawRequest,
};
use crate::workflow::perform;
use changes::act;

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
        Command::Submit(target) => act(options, &target, |store, call, post, seen| {
            perform(store, call, &Submit { post, seen })
        }),
        Command::RequestChanges { target, note } => {
            let note = Note::parse(&note)?;
            act(options, &target, |store, call, post, seen| {
                perform(store, call, &RequestChanges { post, seen, note })
            })
        }
        Command::WithdrawRequest(target) => act(options, &target, |store, call, post, seen| {
            perform(store, call, &WithdrawRequest { post, seen })
        }),
        Command::Publish { target, slug } => {
            let slug = slug.as_deref().map(Slug::parse_shown).transpose()?;
            act(options, &target, |store, call, post, seen| {
                perform(store, call, &Publish { post, seen, slug })
            })
        }
        Command::Archive { target, reason } => {
            let reason = Note::of_field("reason", &reason)?;
            act(options, &target, |store, call, post, seen| {
                perform(store, call, &Archive { post, seen, reason })
            })
        }
    }
}
