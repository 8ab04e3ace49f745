//! The JSON documents that programs read: replies of the API, and what the
//! command line prints with `--json`.

mod account;
mod advice;
mod history;
mod names;
mod outcome;
mod person;
mod post;
mod reason;
mod refusal;
mod verdict;

pub(crate) use account::{AccountBody, AccountsBody};
pub(crate) use advice::ActionsBody;
pub(crate) use history::HistoryBody;
pub(crate) use names::RecordedLayer;
pub(crate) use outcome::OutcomeBody;
pub(crate) use post::{PostBody, PostLineBody, PostsBody, RevisionBody};
pub(crate) use reason::{InvalidField, ProblemReason};
pub(crate) use refusal::{RefusalBody, RefusalsBody};
