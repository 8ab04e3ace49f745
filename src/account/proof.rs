//! Checks the current password before a change that needs it.

use crate::accounts::stored_password;
use crate::accounts::throttle::{self, SignInAttempt, Throttled};
use crate::http::{Admission, Hashing, Request};
use crate::refusal::Refusal;
use crate::store::Store;

/// The result of checking the current password that a signed-in person typed.
pub(super) enum Proof {
    /// It was checked; this is the hash that it matched, if it was right.
    Checked(Option<String>),
    /// There were too many attempts in this session.
    Throttled(Throttled),
}

/// Checks the current password. Attempts are counted for the session. So the failures of
/// strangers do not keep the owner from it, and a person who finds a browser open has few.
pub(super) async fn check(
    request: &Request,
    admission: &Admission,
    hashing: &Hashing,
    typed: &str,
) -> Result<Proof, Refusal> {
    let attempt = SignInAttempt::SignedIn(request.session().ok_or(Refusal::NotSignedIn)?);
    let (asking, counted) = (request.clone(), attempt.clone());
    let found = admission.step(move |store: &Store| {
        let conn = &mut *store.checkout()?;
        let username = asking.load_viewer(conn)?.username;
        let counted = throttle::count(conn, &counted)?;
        let found = stored_password(conn, &username)?;
        Ok(counted.map(|()| found))
    });
    let stored = match found.await? {
        Err(throttled) => return Ok(Proof::Throttled(throttled)),
        Ok(stored) => stored.map(|it| it.hash),
    };
    let typed: String = typed.chars().take(300).collect();
    if !hashing.check(typed, stored.clone()).await? {
        return Ok(Proof::Checked(None));
    }
    let take_back =
        move |store: &Store| Ok(throttle::take_back(&mut *store.checkout()?, &attempt)?);
    admission.step(take_back).await?;
    Ok(Proof::Checked(stored))
}
