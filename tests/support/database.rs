//! One PostgreSQL for all tests of this checkout, one database for each test.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use imprimatur::postgres::{
    Cluster, ClusterSettings, DATABASE, Durability, InstallPolicy, OWNER_ROLE, RUNTIME_ROLE,
    SUPERUSER_ROLE,
};
use imprimatur::store::Store;
use imprimatur::store::migrations::{self, MIGRATIONS};
use imprimatur::store::pool::Limits;
use sha2::{Digest, Sha256};

/// How safely the server writes. A measurement sets it first; tests do not.
pub static DURABILITY: OnceLock<Durability> = OnceLock::new();

fn durability() -> Durability {
    *DURABILITY.get_or_init(|| Durability::Disposable)
}

/// The server. It outlives the test binary by two seconds, so that the next
/// one finds it warm; its watchdog then stops it.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let install = match std::env::var_os("IMPRIMATUR_INSTALL_POSTGRES") {
        Some(_) => InstallPolicy::Always,
        None => InstallPolicy::Never,
    };
    Cluster::open(&ClusterSettings {
        data_dir: data_dir(),
        durability: durability(),
        install,
        watchdog: Some(env!("CARGO_BIN_EXE_imprimatur").into()),
        grace: Duration::from_secs(2),
    })
    .unwrap_or_else(|error| {
        // Once, and not once for each test.
        let _ =
            writeln!(std::io::stderr(), "\nThe tests need a database, and there is none: {error}");
        std::process::exit(1)
    })
});

/// Names SQL that removes a guard from the template: for the ablation alone.
pub const MUTATION_VARIABLE: &str = "IMPRIMATUR_TEST_MUTATION";

/// A migrated database that nobody connects to; tests get copies of it.
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = format!("template_{}", migrations_version());
    let mut conn = connect(&CLUSTER.url(OWNER_ROLE, DATABASE));
    conn.batch_execute("SELECT pg_advisory_lock(7461733531)").unwrap();
    forget_leftovers(&mut conn);
    if !exists(&mut conn, &name) {
        let draft = format!("{name}_{}", std::process::id());
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {draft}")).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {draft}")).unwrap();
        migrations::migrate(&CLUSTER.url(OWNER_ROLE, &draft), RUNTIME_ROLE)
            .unwrap_or_else(|error| panic!("{error:?}"));
        conn.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}")).unwrap();
    }
    match std::env::var(MUTATION_VARIABLE) {
        Ok(mutation) => without_a_guard(&mut conn, &name, &mutation),
        Err(_) => name,
    }
});

/// Makes a template of this process's own.
fn without_a_guard(conn: &mut PgConnection, template: &str, mutation: &str) -> String {
    let name = format!("test_{}_template", std::process::id());
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY");
    conn.batch_execute(&copy).unwrap();
    connect(&CLUSTER.url(OWNER_ROLE, &name)).batch_execute(mutation).unwrap();
    name
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database of one's own; it goes when this is dropped.
pub struct Database {
    pub name: String,
}

impl Database {
    /// A migrated database.
    pub fn new() -> Self {
        Self::copy_of(&TEMPLATE)
    }

    /// A database with nothing in it.
    pub fn empty() -> Self {
        LazyLock::force(&TEMPLATE);
        Self::copy_of("template0")
    }

    /// A database with nothing in it, and with an encoding that cannot hold text.
    pub fn in_ascii() -> Self {
        LazyLock::force(&TEMPLATE);
        Self::create("template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    }

    /// A migrated database that sorts and folds letters by other rules.
    pub fn with_locale(options: &str) -> Self {
        LazyLock::force(&TEMPLATE);
        let database = Self::create(&format!("template0 {options}"));
        migrations::migrate(&database.owner_url(), RUNTIME_ROLE).unwrap();
        database
    }

    /// A copy of this database, which nobody may be connected to.
    pub fn copy(&self) -> Self {
        Self::copy_of(&self.name)
    }

    fn copy_of(template: &str) -> Self {
        Self::create(&format!("{template} STRATEGY FILE_COPY"))
    }

    fn create(template: &str) -> Self {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut owner = connect(&CLUSTER.url(OWNER_ROLE, DATABASE));
        owner.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
        // A copy does not take over the rights on the database itself.
        owner.batch_execute(&format!("REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")).unwrap();
        Self { name }
    }

    pub fn runtime_url(&self) -> String {
        CLUSTER.url(RUNTIME_ROLE, &self.name)
    }

    pub fn owner_url(&self) -> String {
        CLUSTER.url(OWNER_ROLE, &self.name)
    }

    pub fn superuser_url(&self) -> String {
        CLUSTER.url(SUPERUSER_ROLE, &self.name)
    }

    /// A connection as the program has it.
    pub fn as_runtime(&self) -> PgConnection {
        connect(&self.runtime_url())
    }

    /// A connection that may do what the program may not.
    pub fn as_owner(&self) -> PgConnection {
        connect(&self.owner_url())
    }

    /// A connection for sabotage.
    pub fn as_superuser(&self) -> PgConnection {
        connect(&self.superuser_url())
    }

    pub fn store(&self) -> Store {
        self.store_of(Limits::default().connections)
    }

    /// A pool of so many connections.
    pub fn store_of(&self, connections: u32) -> Store {
        Store::connect(&self.runtime_url(), Limits { connections, ..patient() })
    }
}

/// Limits for a machine that runs all tests at once.
pub fn patient() -> Limits {
    Limits {
        checkout: Duration::from_secs(30),
        lock: Duration::from_secs(30),
        statement: Duration::from_secs(30),
        ..Limits::default()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Only a superuser may end other roles' connections to it.
        let conn = PgConnection::establish(&CLUSTER.url(SUPERUSER_ROLE, DATABASE));
        let dropped = conn.map(|mut conn| {
            conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
        });
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("the database {} is left behind", self.name);
        }
    }
}

pub fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|error| panic!("{error}"))
}

/// Where the server keeps everything, its log included.
pub fn data_dir() -> PathBuf {
    let checkout = hex(&Sha256::digest(env!("CARGO_MANIFEST_DIR")));
    let user = std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own));
    let user = user.map_or_else(|_| std::env::var("USER").unwrap(), |user| user.to_string());
    let purpose = match durability() {
        Durability::Durable => "measurements",
        Durability::Disposable => "tests",
    };
    let folder = match durability() {
        Durability::Durable => None,
        Durability::Disposable => memory(),
    };
    let folder = folder.unwrap_or_else(std::env::temp_dir);
    folder.join(format!("imprimatur-{purpose}-{user}-{}", &checkout[..8]))
}

/// A folder in memory, if there is one with enough room. A copy of a database is three
/// hundred files: a disk takes three times as long to make them.
fn memory() -> Option<PathBuf> {
    const ENOUGH_KIB: u64 = 4 << 20;
    let output = Command::new("df").args(["-Pk", "/dev/shm"]).output().ok()?;
    let output = String::from_utf8(output.stdout).ok()?;
    let free: u64 = output.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    (free >= ENOUGH_KIB).then(|| "/dev/shm".into())
}

/// A name that changes with any migration, and with the rules of words.
fn migrations_version() -> String {
    use diesel::migration::MigrationSource;
    let mut hash = Sha256::new();
    hash.update(imprimatur::domain::search::RULES.to_be_bytes());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut names: Vec<String> = MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS)
        .unwrap()
        .iter()
        .map(|migration| migration.name().to_string())
        .collect();
    names.sort();
    for name in names {
        hash.update(&name);
        hash.update(std::fs::read(format!("{folder}/{name}/up.sql")).unwrap());
    }
    hex(&hash.finalize())[..12].to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn exists(conn: &mut PgConnection, name: &str) -> bool {
    databases(conn).iter().any(|database| database == name)
}

fn databases(conn: &mut PgConnection) -> Vec<String> {
    imprimatur::store::statement::statement::<diesel::sql_types::Text>(
        "SELECT datname::text FROM pg_database",
    )
    .load::<String>(conn)
    .unwrap()
}

/// Drops what test binaries that were killed have left behind.
fn forget_leftovers(conn: &mut PgConnection) {
    for name in databases(conn) {
        let pid = name.strip_prefix("test_").and_then(|rest| rest.split('_').next());
        let is_over = pid.is_some_and(|pid| !PathBuf::from(format!("/proc/{pid}")).exists());
        if is_over {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
