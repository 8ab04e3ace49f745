//! Runs a private PostgreSQL cluster where no `DATABASE_URL` is given.
//!
//! The cluster is inside the data directory: found, initialised, started, shared and stopped
//! here, and reached over a Unix socket only.
//! This module may look at files, locks and processes.
//! It refuses to know what is stored: no table, no query, not even a client library.
//! A [`ClusterError`] is a sentence that the person at the terminal can act on.
//!
//! Three lock files in the data directory carry the protocol:
//!
//! - `users.lock` is held shared by every process that uses the server, and exclusively by the one
//!   that stops it.
//! - `start.lock` is held by the process that starts the server, or decides whether to stop it.
//! - `watchdog.lock` is held by the [watchdog](run_watchdog), which stops the server when all its
//!   users were killed.
//!
//! A fourth one, [`lock_for_serving`], has nothing to do with PostgreSQL: it refuses a second `serve`.

mod cluster;
mod directory;
mod environment;
mod errors;
mod files;
mod initialise;
mod install;
mod locks;
mod log;
mod postmaster;
mod postmaster_file;
mod processes;
mod programs;
mod serve_lock;
mod server;
mod server_address;
mod server_user;
mod settings;
mod socket_directory;
mod startup;
mod supervisor;
mod sys;
mod watchdog;

pub use cluster::Cluster;
pub use directory::has_cluster;
pub use environment::remove_libpq_variables;
pub use errors::ClusterError;
pub use serve_lock::{ServeLock, lock_for_serving, serving_address};
pub use settings::{
    ClusterSettings, DATABASE, Durability, InstallPolicy, OWNER_ROLE, RUNTIME_ROLE, SUPERUSER_ROLE,
    default_data_dir,
};
pub use supervisor::Supervisor;
pub use watchdog::run_watchdog;
