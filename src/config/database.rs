//! An open database, and the private cluster where there is one.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

use super::{ConfigError, DatabaseLocation};
use crate::postgres::{self, Cluster, ClusterError, ClusterSettings, Durability, Supervisor};
use crate::store::pool::Limits;
use crate::store::statement::statement;
use crate::store::{Store, connect, conninfo, migrations, settings};

/// No statement of a command takes longer, also where a server or a network is silent.
const ANSWER_LIMIT: Duration = Duration::from_secs(600);

/// How long a private server that has just started may refuse connections.
const START_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_INTERVAL: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const SECOND_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often two connections are asked for their sessions.
const SESSION_CHECKS: usize = 4;

/// How long the private server outlives users that were killed.
const GRACE: Duration = Duration::from_secs(5);

/// A database that answers. It holds the private cluster, where there is one,
/// for as long as it exists.
pub struct Database {
    runtime_url: String,
    owner_url: Option<String>,
    runtime_role: String,
    cluster: Option<Cluster>,
}

impl Database {
    /// Opens the database: starts or joins the private cluster where it is
    /// that, connects once, and asks for the name of the runtime role.
    pub fn open(location: &DatabaseLocation) -> Result<Self, ConfigError> {
        match location {
            DatabaseLocation::Server { runtime_url, owner_url } => {
                let runtime_url = complete("DATABASE_URL", runtime_url)?;
                let owner_url = owner_url.as_deref();
                let owner_url =
                    owner_url.map(|url| complete("DATABASE_OWNER_URL", url)).transpose()?;
                refuse_shared_sessions(&runtime_url)?;
                let conn = &mut establish(&runtime_url)?;
                if let Some(owner_url) = &owner_url {
                    refuse_shared_sessions(owner_url)?;
                    if identity(conn)? != identity(&mut establish(owner_url)?)? {
                        return Err(ConfigError::TwoDatabases);
                    }
                }
                let runtime_role = current_user(conn)?;
                refuse_without_triggers(conn, &runtime_role)?;
                Ok(Self { runtime_url, owner_url, runtime_role, cluster: None })
            }
            DatabaseLocation::Private { data_dir, install } => {
                let cluster = Cluster::open(&ClusterSettings {
                    data_dir: data_dir.clone(),
                    durability: Durability::Durable,
                    install: *install,
                    // Without it, a killed program leaves its server running.
                    watchdog: std::env::current_exe().ok(),
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

    /// Opens the database where there is one. Where there is none, as in a directory whose
    /// disk is not there, nothing is made.
    pub fn open_existing(location: &DatabaseLocation) -> Result<Self, ConfigError> {
        match location {
            DatabaseLocation::Private { data_dir, .. } if !postgres::has_cluster(data_dir) => {
                Err(ConfigError::NoDatabase { path: data_dir.clone() })
            }
            _ => Self::open(location),
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
    pub fn connect(&self) -> Result<PgConnection, ConfigError> {
        pinned(&self.runtime_url)
    }

    /// Returns a connection of its own as the role that migrates.
    pub fn connect_as_owner(&self) -> Result<PgConnection, ConfigError> {
        pinned(self.owner_url())
    }

    /// Migrates as the owner, and returns how many migrations were applied.
    pub fn migrate(&self) -> Result<usize, ConfigError> {
        Ok(migrations::migrate(self.owner_url(), &self.runtime_role)?)
    }

    /// Brings the database up to date where the role of the owner is known. Elsewhere
    /// it tries only if a migration is missing: the runtime role can serve a database
    /// that its owner has migrated.
    pub fn bring_up_to_date(&self) -> Result<(), ConfigError> {
        if self.owner_url.is_none() && self.is_current()? {
            return Ok(());
        }
        self.migrate()?;
        Ok(())
    }

    /// Returns whether the database knows every migration that the program does.
    pub fn is_current(&self) -> Result<bool, ConfigError> {
        Ok(migrations::is_current(&mut self.connect()?)?)
    }

    /// Returns whether the runtime role could alter or disable a guard. It can if it
    /// owns the tables, is a member of their owner, or is a superuser.
    pub fn runtime_may_alter_guards(&self) -> Result<bool, ConfigError> {
        Ok(statement::<Bool>(
            "SELECT EXISTS (
                 SELECT FROM pg_class
                 WHERE oid = to_regclass('posts') AND pg_has_role(current_user, relowner, 'MEMBER')
             )",
        )
        .get_result::<bool>(&mut self.connect()?)?)
    }

    /// Starts the private cluster's server again whenever it ends, until the
    /// returned value is dropped. There is nothing to do for another server.
    pub fn supervise(&self) -> Result<Option<Supervisor>, ClusterError> {
        self.cluster.as_ref().map(Cluster::supervise).transpose()
    }

    /// Releases the private cluster, whose last user stops it.
    pub fn close(self) -> Result<(), ClusterError> {
        match self.cluster {
            Some(cluster) => cluster.close(),
            None => Ok(()),
        }
    }
}

/// Connects to a server that may still be starting, or busy recovering.
fn connect_patiently(url: &str) -> Result<PgConnection, ConfigError> {
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        match establish(url) {
            Err(error) if Instant::now() < deadline => {
                tracing::debug!(%error, "the private database is not ready yet");
                thread::sleep(RETRY_INTERVAL);
            }
            outcome => return outcome,
        }
    }
}

fn complete(variable: &'static str, url: &str) -> Result<String, ConfigError> {
    conninfo::complete(url).map_err(|problem| ConfigError::InvalidUrl { variable, problem })
}

fn establish(url: &str) -> Result<PgConnection, ConfigError> {
    let connected = connect::connect_within(url, CONNECT_TIMEOUT, ANSWER_LIMIT);
    connected.map_err(|error| ConfigError::Connect(conninfo::without_password(url, &error)))
}

fn pinned(url: &str) -> Result<PgConnection, ConfigError> {
    let mut conn = establish(url)?;
    settings::pin(&mut conn)?;
    Ok(conn)
}

/// Refuses a pooler that lends sessions in a way that the program cannot work with. It
/// leaves nothing in those sessions.
fn refuse_shared_sessions(url: &str) -> Result<(), ConfigError> {
    refuse_changing_sessions(url)?;
    refuse_used_sessions(url)
}

/// Refuses a pooler that gives each transaction another session. Settings made for one
/// request would hold for another, and prepared statements would be missing.
fn refuse_changing_sessions(url: &str) -> Result<(), ConfigError> {
    // Without other clients, a pooler lends both connections the same session in turn; with
    // others, the session of one connection changes.
    let one = &mut establish(url)?;
    // A pooler that has one session, for one client at a time, lends no second one.
    let Ok(other) = &mut connect::connect_within(url, SECOND_CONNECT_TIMEOUT, ANSWER_LIMIT) else {
        return Ok(());
    };
    let first = session(one)?.pid;
    for _ in 0..SESSION_CHECKS {
        if session(other)?.pid == first || session(one)?.pid != first {
            return Err(ConfigError::SharedSessions);
        }
    }
    one.batch_execute(CLEAN)?;
    Ok(other.batch_execute(CLEAN)?)
}

/// Refuses a pooler that lends a session as its last client left it. The next client
/// would get the settings and the prepared statements of the program.
fn refuse_used_sessions(url: &str) -> Result<(), ConfigError> {
    establish(url)?.batch_execute("SET imprimatur.is_used = 'yes'")?;
    let next = &mut establish(url)?;
    if session(next)?.is_used {
        next.batch_execute(CLEAN)?;
        return Err(ConfigError::UsedSessions);
    }
    Ok(())
}

/// Leaves a session as it began.
const CLEAN: &str = "DISCARD ALL";

/// A session of the server.
#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Integer)]
    pid: i32,
    #[diesel(sql_type = Bool)]
    is_used: bool,
}

/// It is asked without a statement that the session would keep.
fn session(conn: &mut PgConnection) -> QueryResult<Session> {
    let query = "SELECT pg_backend_pid() AS pid,
             coalesce(current_setting('imprimatur.is_used', true), '') <> '' AS is_used";
    diesel::sql_query(query).get_result(conn)
}

/// Returns values that are the same for the primary and the standbys of one database,
/// and differ for another database.
fn identity(conn: &mut PgConnection) -> QueryResult<String> {
    statement::<Text>(
        "SELECT system_identifier || ' ' || current_database() FROM pg_control_system()",
    )
    .get_result(conn)
}

/// Refuses a role whose sessions begin without triggers and foreign keys, and says what
/// makes them so.
fn refuse_without_triggers(conn: &mut PgConnection, role: &str) -> Result<(), ConfigError> {
    let source = statement::<Text>(
        "SELECT source FROM pg_settings
         WHERE name = 'session_replication_role' AND setting <> 'origin'",
    );
    let Some(source) = source.get_result::<String>(conn).optional()? else { return Ok(()) };
    let database: String = statement::<Text>("SELECT current_database()::text").get_result(conn)?;
    let name = "session_replication_role";
    let remedy = match &*source {
        "user" => format!("ALTER ROLE {role} RESET {name}"),
        "database user" => format!("ALTER ROLE {role} IN DATABASE {database} RESET {name}"),
        "database" => format!("ALTER DATABASE {database} RESET {name}"),
        "global" => format!("ALTER ROLE ALL RESET {name}"),
        "client" => format!("take {name} out of DATABASE_URL and PGOPTIONS"),
        _ => format!("take {name} out of the server's configuration"),
    };
    Err(ConfigError::TriggersOff { role: role.to_owned(), remedy })
}

fn current_user(conn: &mut PgConnection) -> QueryResult<String> {
    statement::<Text>("SELECT current_user::text").get_result(conn)
}
