use diesel::prelude::*;

use super::{PersonRow, person};
use crate::domain::Person;
use crate::store::schema::users;

/// Returns whoever has a username, and whether they may come in.
///
/// # Errors
///
/// The database's.
pub fn known_as(conn: &mut PgConnection, username: &str) -> QueryResult<Option<(Person, bool)>> {
    let row = users::table
        .filter(users::username.eq(username))
        .select(((users::id, users::username, users::display_name, users::roles), users::is_active))
        .first::<(PersonRow, bool)>(conn)
        .optional()?;
    Ok(row.map(|(row, is_active)| (person(row), is_active)))
}
