//! The settings that the meaning of our SQL depends on.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// Sets them for a session. Every connection begins with it, because a server,
/// a database and a role may each have defaults of their own: with
/// `standard_conforming_strings` off, a migration would make other guards, and
/// with another `search_path` it would make them elsewhere.
pub const PINNED: &str = "SET standard_conforming_strings = on;
    SET search_path = public, pg_temp;
    SET timezone = 'UTC';
    SET datestyle = 'ISO';
    SET intervalstyle = 'postgres';
    SET row_security = on;
    SET array_nulls = on;
    SET transform_null_equals = off;
    SET check_function_bodies = on;
    SET quote_all_identifiers = off;
    SET client_min_messages = 'warning';
    SET idle_session_timeout = 0;";

/// Sets the settings on a connection that is not from the pool.
pub fn pin(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute(PINNED)
}
