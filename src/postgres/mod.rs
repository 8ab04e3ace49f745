//! Where does the database run when nobody named one?
//!
//! In a private PostgreSQL cluster inside the data directory: found, initialised, started, shared
//! and stopped here, reached over a Unix socket only.
//! This module may look at files, locks and processes.
//! It refuses to know what is stored: no table, no query, not even a client library.
//! A [`ClusterError`] is a sentence the person at the terminal can act on.
//!
//! Three locks in the data directory carry the whole protocol:
//!
//! - `users.lock` is held shared by everybody who uses the server, and exclusively by whoever stops it.
//! - `start.lock` is held by whoever starts the server, or decides whether to stop it.
//! - `keeper.lock` is held by the [keeper](keep), who stops the server when its users were killed.
//!
//! A fourth one, [`claim()`], has nothing to do with PostgreSQL: it keeps a second `serve` away.

mod directory;
mod errors;
mod initialise;
mod install;
mod locks;
mod log;
mod postmaster_file;
mod processes;
mod programs;
mod serve_lock;
mod server;
mod server_user;
mod settings;
mod sys;
mod watchdog;

pub use errors::ClusterError;
pub use serve_lock::{Claim, claim};
pub use settings::{Durability, Install, Settings, default_data_dir};
pub use watchdog::keep;

use directory::Directory;
use locks::Lock;
use postmaster_file::Address;
use server_user::ServerUser;

/// The name of the database that a new cluster starts with.
pub const DATABASE: &str = "imprimatur";
/// The role that owns the schema and may create databases; it migrates.
pub const OWNER_ROLE: &str = "imprimatur_owner";
/// The role that serves requests; it owns nothing.
pub const RUNTIME_ROLE: &str = "imprimatur_runtime";
/// The superuser of the cluster.
pub const SUPERUSER_ROLE: &str = "postgres";

/// One user's hold on the running server.
///
/// While any `Cluster` lives, in this process or another, nobody stops the server.
/// The last one to be closed or dropped does, and waits until it has stopped.
#[derive(Debug)]
pub struct Cluster {
    directory: Directory,
    address: Address,
    users: Option<Lock>,
}

impl Cluster {
    /// Joins the server of the data directory, after starting and initialising it where needed.
    ///
    /// It blocks, for about a second on a new directory; a crash recovery may take longer.
    pub fn open(settings: &Settings) -> Result<Cluster, ClusterError> {
        let directory = Directory::prepare(&settings.data_dir)?;
        let users = Lock::shared(&directory.users_lock())?;
        let starting = Lock::exclusive(&directory.start_lock())?;
        let address = match server::running(&directory)? {
            Some(address) => {
                watchdog::ensure(&directory, settings);
                address
            }
            None => start(&directory, settings)?,
        };
        drop(starting);
        Ok(Cluster { directory, address, users: Some(users) })
    }

    /// Returns the libpq connection string for a role and a database of this cluster.
    pub fn url(&self, role: &str, database: &str) -> String {
        self.address.url(role, database)
    }

    /// Lets go of the server; the last user stops it and waits until it has stopped.
    ///
    /// Dropping does the same, and can only log what went wrong.
    pub fn close(mut self) -> Result<(), ClusterError> {
        self.let_go()
    }

    fn let_go(&mut self) -> Result<(), ClusterError> {
        let Some(users) = self.users.take() else {
            return Ok(());
        };
        // Two users who leave at once would each see the other and both leave the server running.
        // Where the directory has been deleted there is nobody to queue with.
        let leaving = Lock::exclusive(&self.directory.start_lock()).ok();
        if users.becomes_the_last()? && !users.has_been_replaced() {
            server::stop_all(&self.directory)?;
        }
        drop(leaving);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.let_go() {
            tracing::warn!(%error, "the private database was not stopped");
        }
    }
}

fn start(directory: &Directory, settings: &Settings) -> Result<Address, ClusterError> {
    let user = ServerUser::of(directory)?;
    user.can_reach(directory)?;
    // A server whose directory was deleted goes on for up to a minute. On its way out it would
    // write its own state over that of the next cluster, and remove the next server's socket.
    server::stop_all(directory)?;
    let programs = match directory.version()? {
        Some(major) => programs::of_version(major, directory)?,
        None => {
            let newest = programs::newest(settings.install)?;
            initialise::initialise(directory, &user, &newest, settings.durability)?;
            newest
        }
    };
    // First the keeper: no moment to be killed in leaves a server without one.
    watchdog::ensure(directory, settings);
    server::start(directory, &user, &programs, settings.durability)
}
