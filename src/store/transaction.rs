use diesel::prelude::*;

use crate::domain::{Step, Within};

/// A transaction in progress, and the only way to be in one.
///
/// The lifetime brands what is read here: an `Actor`, a `LockedPost` and the
/// proofs made from them belong to this transaction and to no other.
pub struct Transaction<'tx> {
    conn: &'tx mut PgConnection,
    within: Within<'tx>,
}

impl<'tx> Transaction<'tx> {
    /// Returns the connection. The layers above `store` do not ask for it.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    /// Returns the brand for values that are true within this transaction.
    pub(crate) fn within(&self) -> Within<'tx> {
        self.within
    }
}

/// Runs the body in one transaction: commits what returns `Ok`, rolls back
/// what returns `Err` or panics.
///
/// The body must pass on every database error that it meets. PostgreSQL has
/// already given up the transaction by then, and an `Ok` would commit nothing.
///
/// # Errors
///
/// The body's, or the database's, which at the commit includes what deferred
/// constraints refuse.
pub fn transaction<T, E>(
    conn: &mut PgConnection,
    body: impl for<'tx> FnOnce(&mut Transaction<'tx>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    conn.transaction(|conn| {
        Step::Begin.reached();
        let done = body(&mut Transaction { conn, within: Within::default() })?;
        Step::Commit.reached();
        Ok(done)
    })
}
