//! The database: the pool, the transaction, the read queries, `verify`, and how an
//! error of PostgreSQL is told apart from another.
//!
//! The store decides nothing. The one rule it keeps is [`visibility`], which
//! every read of a post goes through.

mod batches;
pub mod bulk;
pub mod connect;
pub mod conninfo;
mod deadline;
pub mod failure;
mod loan;
mod manager;
pub mod migrations;
pub mod operations;
pub mod paging;
pub mod pool;
pub mod posts;
pub mod row;
pub mod schema;
pub mod settings;
mod socket;
pub mod sqlstate;
pub mod statement;
mod transaction;
pub(crate) mod values;
pub mod verify;
pub mod visibility;
mod word_rules;

pub use failure::Unavailable;
pub(crate) use loan::Loan;
pub use pool::{Connection, Store};
pub use transaction::{Transaction, transaction};
