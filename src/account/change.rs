//! Sends changes of one's own account to the workflow.

use crate::account::page::{Feedback, show_again};
use crate::domain::{Interface, OwnChange};
use crate::http::flash::Flash;
use crate::http::{Form, Reply, Request};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::accounts::AccountCall;
use crate::workflow::own_account;

/// Makes a change to one's own account. `verified` is the hash of the current
/// password, if the person gave it.
pub(super) fn change(
    store: &Store,
    request: &Request,
    change: &OwnChange,
    verified: Option<&str>,
) -> Result<(), Refusal> {
    let call = AccountCall { caller: request.caller(Interface::Page)?, reason: "" };
    own_account::change(store, &call, change, verified)
}

/// Makes a change that needs no password, and returns to the page.
pub(super) fn change_and_return(
    store: &Store,
    request: &Request,
    wanted: &OwnChange,
    flash: Flash,
) -> Result<Reply, Refusal> {
    match change(store, request, wanted, None) {
        Ok(()) => Ok(Reply::see("/account", Some(flash))),
        Err(refusal) => show_again(store, request, refusal, Feedback::default()),
    }
}

pub(super) fn end_session(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    form.read(|_| Ok(()))?;
    let change = OwnChange::EndSession(request.segments.number("number")?);
    change_and_return(store, request, &change, Flash::SessionEnded)
}

pub(super) fn end_other_sessions(
    store: &Store,
    request: &Request,
    form: Form,
) -> Result<Reply, Refusal> {
    form.read(|_| Ok(()))?;
    change_and_return(store, request, &OwnChange::EndOtherSessions, Flash::SessionsEnded)
}
