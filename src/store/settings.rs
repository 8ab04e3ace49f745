//! The settings that the meaning of our SQL depends on.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// Sets them for a session. Every connection begins with it, because a server, a
/// database and a role may each have other defaults. With `standard_conforming_strings`
/// off, a migration would make other guards. With another `search_path` it would make
/// them elsewhere. A short limit of the role would end a migration in the middle; the
/// pool has limits of its own.
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
    SET gin_fuzzy_search_limit = 0;
    SET default_transaction_isolation = 'read committed';
    SET default_transaction_read_only = off;
    SET default_transaction_deferrable = off;
    SET lock_timeout = 0;
    SET client_min_messages = 'warning';
    SET idle_session_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SET statement_timeout = 0;
    SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';";

/// Sets the settings on a connection that is not from the pool.
pub fn pin(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute(PINNED)
}
