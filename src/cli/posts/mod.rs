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
use crate::invariants::Mutation;
use crate::workflow::perform;
use arguments::Target;
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
        Command::Submit(target) => attempt(options, &target, |post, seen| Submit { post, seen }),
        Command::RequestChanges { target, note } => {
            let note = Note::parse(&note)?;
            attempt(options, &target, |post, seen| RequestChanges { post, seen, note })
        }
        Command::WithdrawRequest(target) => {
            attempt(options, &target, |post, seen| WithdrawRequest { post, seen })
        }
        Command::Publish { target, slug } => {
            let slug = slug.as_deref().map(Slug::parse_shown).transpose()?;
            attempt(options, &target, |post, seen| Publish { post, seen, slug })
        }
        Command::Archive { target, reason } => {
            let reason = Note::of_field("reason", &reason)?;
            attempt(options, &target, |post, seen| Archive { post, seen, reason })
        }
    }
}

/// Makes an attempt on the post and the revision that the arguments name.
fn attempt<A: Mutation>(
    options: &Options,
    target: &Target,
    of: impl FnOnce(PostId, RevisionNumber) -> A,
) -> Result<(), CommandFailure> {
    let (post, seen) = target.named();
    let attempt = of(post, seen);
    act(options, &target.call, |store, call| perform(store, call, &attempt))
}
