//! Defines what the system is about, in pure values: no database and no HTTP.
//!
//! A value that exists is within its limits. Text comes from `parse`, and a [`Status`]
//! carries the facts of its state. [`Actor`] and [`LockedPost`] speak of a transaction
//! in progress, and cannot leave it.

mod account;
mod account_event;
mod action;
mod attempt;
mod content;
mod decimal;
mod hex;
mod ids;
mod incident;
pub(crate) mod markdown;
mod named;
mod network;
pub(crate) mod one_line;
mod operation;
mod people;
mod post;
mod reason;
mod recorded_action;
pub mod search;
mod slug;
mod state;
mod step;
mod text;
pub mod unseen;
mod visibility;

pub use account::{
    AccountAction, AccountActionKind, LINK_HOURS, NewAccount, NewPassword, NewSession, NewToken,
    OwnActionKind, OwnChange, PasswordReset, SecretHash, TokenLifetime, TokenName,
};
pub use account_event::AccountEvent;
pub use action::Action;
pub use attempt::{
    Ability, Archive, Attempt, Command, Create, OnPost, Publish, RequestChanges, Revise, Submit,
    WithdrawRequest,
};
pub use content::{Content, TextPart};
pub(crate) use decimal::decimal;
pub(crate) use hex::hex;
pub use ids::{IncidentId, PostId, ReviewId, RevisionNumber, TokenId, UserId};
pub use incident::{Acknowledgement, Incident};
pub(crate) use named::named;
pub use named::{HasName, UnknownName};
pub use network::Network;
pub use operation::{Fingerprint, Interface, OperationKey, Outcome, RequestId};
pub use people::{Actor, Availability, Byline, Permission, Person, Role, RoleSet};
pub use post::{
    Archival, LockedPost, Post, Publication, Reading, Review, Revision, Status, Submission,
    Transition,
};
pub use reason::{BulkProblem, Layer, Reason};
pub use recorded_action::{IncidentAction, RecordedAction};
pub use slug::Slug;
pub use state::State;
pub use step::Step;
pub use text::{
    Body, FieldError, InvalidInput, NAME_LIMIT, Note, Password, Summary, Title, Username,
    parse_display_name, parse_name,
};
pub(crate) use text::{counted, grouped, listed};
pub use unseen::has_visible_text;
pub use visibility::Visibility;

use std::marker::PhantomData;

/// The transaction a value belongs to.
///
/// The lifetime is invariant, and [`store::transaction`] makes a new one for each
/// transaction. So a value can neither outlive its transaction nor be mixed with the
/// values of another.
///
/// [`store::transaction`]: crate::store::transaction
#[derive(Debug, Clone, Copy, Default)]
pub struct Within<'tx>(PhantomData<fn(&'tx ()) -> &'tx ()>);
