//! Signing out other browsers.

use crate::account::change::change_and_return;
use crate::domain::OwnChange;
use crate::http::flash::Flash;
use crate::http::{Form, Reply, Request};
use crate::refusal::Refusal;
use crate::store::Store;

pub(super) fn end(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    form.read(|_| Ok(()))?;
    let change = OwnChange::EndSession(request.segments.number("number")?);
    change_and_return(store, request, &change, Flash::SessionEnded)
}

pub(super) fn end_others(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    form.read(|_| Ok(()))?;
    change_and_return(store, request, &OwnChange::EndOtherSessions, Flash::SessionsEnded)
}
