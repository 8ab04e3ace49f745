//! Opens and ends transactions, and brands the values that are read in one.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::Error;

use crate::domain::{Step, Within};

/// A transaction in progress, and the only way to be in one.
///
/// The lifetime brands the values that are read here. An `Actor`, a `LockedPost` and
/// the proofs made from them belong to this transaction and to no other.
pub struct Transaction<'tx> {
    conn: &'tx mut PgConnection,
    within: Within<'tx>,
}

impl<'tx> Transaction<'tx> {
    /// Returns the connection, for statements of this transaction.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    /// Returns the brand for values that are true within this transaction.
    pub(crate) fn within(&self) -> Within<'tx> {
        self.within
    }
}

/// A transaction of the workflow finds every row by its key. One plan is good for any
/// key, and planning takes longer than reading.
const BEGIN: &str = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan";

/// Runs the body in one transaction: commits after an `Ok`, and rolls back after an
/// `Err`. A connection whose body panics is not lent again.
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
    E: From<Error>,
{
    if let Err(error) = AnsiTransactionManager::begin_transaction_sql(conn, BEGIN) {
        // Nothing of it is left to the next who is lent the connection.
        let _ = conn.batch_execute("ROLLBACK");
        return Err(error.into());
    }
    Step::Begin.reached();
    match body(&mut Transaction { conn, within: Within::default() }) {
        Ok(done) => {
            Step::Commit.reached();
            AnsiTransactionManager::commit_transaction(conn)?;
            Ok(done)
        }
        Err(refusal) => match AnsiTransactionManager::rollback_transaction(conn) {
            // The connection is lost, and the transaction with it.
            Ok(()) | Err(Error::BrokenTransactionManager) => Err(refusal),
            Err(error) => Err(error.into()),
        },
    }
}
