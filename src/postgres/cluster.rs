//! Opens the private cluster for one user. The server runs as long as one user holds
//! it.

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::ClusterError;
use crate::postgres::locks::Lock;
use crate::postgres::server_address::ServerAddress;
use crate::postgres::settings::ClusterSettings;
use crate::postgres::supervisor::Supervisor;
use crate::postgres::sys;
use crate::postgres::{server, startup};

/// One user's hold on the running server.
///
/// While any `Cluster` exists, in this process or another, no process stops the server.
/// The last one to be closed or dropped stops it, and waits until it has stopped.
#[derive(Debug)]
pub struct Cluster {
    directory: DataDirectory,
    settings: ClusterSettings,
    address: ServerAddress,
    users: Option<Lock>,
}

impl Cluster {
    /// Joins the server of the data directory, after initialising and starting it where needed.
    ///
    /// It blocks, for about a second on a new directory; a crash recovery may take longer.
    pub fn open(settings: &ClusterSettings) -> Result<Cluster, ClusterError> {
        sys::wait_for_children();
        let directory = DataDirectory::prepare(&settings.data_dir)?;
        let users = Lock::shared(&directory.users_lock())?;
        let address = startup::join_or_start(&directory, settings)?;
        let settings = settings.clone();
        Ok(Cluster { directory, settings, address, users: Some(users) })
    }

    /// Returns the libpq connection string for a role and a database of this cluster.
    pub fn url(&self, role: &str, database: &str) -> String {
        self.address.url(role, database)
    }

    /// Starts the server again whenever it ends, until the returned value is dropped.
    ///
    /// The address stays the same. A `Cluster` that is closed first would see its server come back.
    pub fn supervise(&self) -> Result<Supervisor, ClusterError> {
        Supervisor::begin(self.directory.clone(), self.settings.clone())
    }

    /// Releases the server; its last user stops it and waits until it has stopped.
    ///
    /// Dropping does the same, and can only log what went wrong.
    pub fn close(mut self) -> Result<(), ClusterError> {
        self.release()
    }

    fn release(&mut self) -> Result<(), ClusterError> {
        let Some(users) = self.users.take() else {
            return Ok(());
        };
        // Two users who leave at once would each see the other and both leave the server running.
        let leaving = Lock::exclusive_if_exists(&self.directory.start_lock())?;
        if users.release_as_last()? && !users.has_been_replaced() {
            server::stop_all(&self.directory)?;
        }
        drop(leaving);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            tracing::warn!(%error, "the private database was not stopped");
        }
    }
}
