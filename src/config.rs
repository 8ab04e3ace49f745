//! Where is the database, and who is asked?
//!
//! The environment answers: `DATABASE_URL` names the role that the program
//! works as, `DATABASE_OWNER_URL` the role that owns the tables and migrates.
//! Where neither is set there is a private cluster in the data directory.
//! URLs are never arguments: they may hold passwords, and everybody on a
//! machine may read the arguments of its processes.

mod error;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::postgres::{self, Cluster, ClusterError, Durability, Install, Settings};
use crate::store::pool::Limits;
use crate::store::statement::statement;
use crate::store::{Store, migrations, settings};

pub use error::ConfigError;

/// How long a private server that has just started may refuse connections.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the private server outlives users who were killed.
const GRACE: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// On a server that somebody else runs.
    Server {
        /// Connects as the role that the program works as.
        runtime_url: String,
        /// Connects as the role that owns the tables, if that is another one.
        owner_url: Option<String>,
    },
    /// In a private cluster.
    Private {
        /// The directory that holds it.
        data_dir: PathBuf,
        /// What to do where no PostgreSQL is installed.
        install: Install,
    },
}

impl Place {
    /// Returns the place that the environment names, or else the private
    /// cluster in this directory or the usual one.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when what is set makes no sense, or there is no usual directory.
    pub fn from_environment(
        data_dir: Option<PathBuf>,
        install: Install,
    ) -> Result<Self, ConfigError> {
        match (url("DATABASE_URL")?, url("DATABASE_OWNER_URL")?) {
            (Some(runtime_url), owner_url) => Ok(Self::Server { runtime_url, owner_url }),
            (None, Some(_)) => Err(ConfigError::OwnerAlone),
            (None, None) => Ok(Self::Private {
                data_dir: match data_dir {
                    Some(named) => named,
                    None => postgres::default_data_dir()?,
                },
                install,
            }),
        }
    }
}

fn url(variable: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(variable) {
        Ok(url) if url.trim().is_empty() => Ok(None),
        Ok(url) => Ok(Some(url)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText(variable)),
    }
}

/// A database that answers. It holds the private cluster, where there is one,
/// for as long as it lives.
#[derive(Debug)]
pub struct Database {
    runtime_url: String,
    owner_url: Option<String>,
    runtime_role: String,
    cluster: Option<Cluster>,
}

impl Database {
    /// Opens the database: starts or joins the private cluster where it is
    /// that, connects once, and asks for the name of the runtime role.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when there is no such database or it does not answer.
    pub fn open(place: &Place) -> Result<Self, ConfigError> {
        match place {
            Place::Server { runtime_url, owner_url } => Ok(Self {
                runtime_role: current_user(&mut PgConnection::establish(runtime_url)?)?,
                runtime_url: runtime_url.clone(),
                owner_url: owner_url.clone(),
                cluster: None,
            }),
            Place::Private { data_dir, install } => {
                let cluster = Cluster::open(&Settings {
                    data_dir: data_dir.clone(),
                    durability: Durability::Durable,
                    install: *install,
                    // Without it, a killed program leaves its server running.
                    keeper: std::env::current_exe().ok(),
                    grace: GRACE,
                })?;
                let runtime_url = cluster.url(postgres::RUNTIME_ROLE, postgres::DATABASE);
                Ok(Self {
                    runtime_role: current_user(&mut connect_patiently(&runtime_url)?)?,
                    runtime_url,
                    owner_url: Some(cluster.url(postgres::OWNER_ROLE, postgres::DATABASE)),
                    cluster: Some(cluster),
                })
            }
        }
    }

    /// Returns the URL of the role that the program works as.
    pub fn runtime_url(&self) -> &str {
        &self.runtime_url
    }

    /// Returns the URL of the role that migrates.
    pub fn owner_url(&self) -> &str {
        self.owner_url.as_deref().unwrap_or(&self.runtime_url)
    }

    /// Returns the name of the role that the program works as.
    pub fn runtime_role(&self) -> &str {
        &self.runtime_role
    }

    /// Returns whether this is the program's own private cluster.
    pub fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// Returns a pool of connections as the runtime role.
    pub fn store(&self, limits: Limits) -> Store {
        Store::connect(&self.runtime_url, limits)
    }

    /// Returns a connection of its own as the runtime role.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Connect`].
    pub fn connect(&self) -> Result<PgConnection, ConfigError> {
        pinned(&self.runtime_url)
    }

    /// Returns a connection of its own as the role that migrates.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Connect`].
    pub fn connect_as_owner(&self) -> Result<PgConnection, ConfigError> {
        pinned(self.owner_url())
    }

    /// Migrates as the owner, and returns how many migrations were applied.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Migration`].
    pub fn migrate(&self) -> Result<usize, ConfigError> {
        Ok(migrations::migrate(self.owner_url(), &self.runtime_role)?)
    }

    /// Brings the database up to date where there is an owner to do it as, and
    /// elsewhere only where something is missing: a runtime role that owns
    /// nothing can serve a database that somebody has migrated for it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it cannot be done.
    pub fn bring_up_to_date(&self) -> Result<(), ConfigError> {
        if self.owner_url.is_none() && self.is_current()? {
            return Ok(());
        }
        self.migrate()?;
        Ok(())
    }

    /// Returns whether the database knows every migration that the program does.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it cannot be asked.
    pub fn is_current(&self) -> Result<bool, ConfigError> {
        Ok(migrations::is_current(&mut self.connect()?)?)
    }

    /// Returns whether the runtime role could alter or disable a guard: it
    /// owns the tables, belongs to who does, or is a superuser.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it cannot be asked.
    pub fn runtime_may_alter_guards(&self) -> Result<bool, ConfigError> {
        Ok(statement::<Bool>(
            "SELECT EXISTS (
                 SELECT FROM pg_class
                 WHERE oid = to_regclass('posts') AND pg_has_role(current_user, relowner, 'MEMBER')
             )",
        )
        .get_result::<bool>(&mut self.connect()?)?)
    }

    /// Lets go of the private cluster, whose last user stops it.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] when the server does not stop.
    pub fn close(self) -> Result<(), ClusterError> {
        match self.cluster {
            Some(cluster) => cluster.close(),
            None => Ok(()),
        }
    }
}

/// Connects to a server that may still be on its way up, or busy recovering.
fn connect_patiently(url: &str) -> Result<PgConnection, ConfigError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match PgConnection::establish(url) {
            Ok(conn) => return Ok(conn),
            Err(error) if Instant::now() >= deadline => return Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "the private database is not ready yet");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn pinned(url: &str) -> Result<PgConnection, ConfigError> {
    let mut conn = PgConnection::establish(url)?;
    settings::pin(&mut conn)?;
    Ok(conn)
}

fn current_user(conn: &mut PgConnection) -> QueryResult<String> {
    statement::<Text>("SELECT current_user::text").get_result(conn)
}
