//! The database and the roles that every private cluster has.

/// The database that a new cluster starts with.
pub const DATABASE: &str = "imprimatur";
/// The role that owns the schema and may create databases; it migrates.
pub const OWNER_ROLE: &str = "imprimatur_owner";
/// The role that serves requests; it owns nothing.
pub const RUNTIME_ROLE: &str = "imprimatur_runtime";
/// The superuser of the cluster.
pub const SUPERUSER_ROLE: &str = "postgres";
