//! What is wrong with where the database is said to be.

use diesel::ConnectionError;

use crate::postgres::ClusterError;
use crate::store::migrations::MigrationError;

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An owner is named and a runtime role is not.
    #[error("DATABASE_OWNER_URL is set and DATABASE_URL is not: set both, or neither")]
    OwnerAlone,
    /// A variable holds something that is not text.
    #[error("{0} is not valid UTF-8")]
    NotText(&'static str),
    /// The private cluster cannot be had.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The server does not answer.
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] ConnectionError),
    /// The server answers with an error.
    #[error("the database cannot be asked: {0}")]
    Query(#[from] diesel::result::Error),
    /// The database cannot be brought up to date.
    #[error("the database cannot be brought up to date: {}", causes(.0))]
    Migration(#[from] MigrationError),
}

fn causes(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    let sentences: Vec<String> = sources.map(ToString::to_string).collect();
    sentences.join(": ")
}
