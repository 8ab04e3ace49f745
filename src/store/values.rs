//! Values of the domain as columns.

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Uuid};

use crate::domain::{
    AccountEvent, Action, Availability, Byline, IncidentId, PostId, RequestId, ReviewId,
    RevisionNumber, Role, Slug, State, TokenId, UserId,
};

/// Lets a column of an SQL type be read as the value that the function makes of it.
macro_rules! columns {
    ($($value:ty: $sql:ty, $read:expr;)*) => {
        $(
            impl FromSql<$sql, Pg> for $value {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    let read: fn(_) -> deserialize::Result<Self> = $read;
                    read(FromSql::<$sql, Pg>::from_sql(value)?)
                }
            }

            impl Queryable<$sql, Pg> for $value {
                type Row = Self;

                fn build(row: Self) -> deserialize::Result<Self> {
                    Ok(row)
                }
            }
        )*
    };
}

columns! {
    Availability: Text, |name: String| Ok(name.parse()?);
    AccountEvent: Text, |name: String| Ok(name.parse()?);
    Action: Text, |name: String| Ok(name.parse()?);
    Role: Text, |name: String| Ok(name.parse()?);
    State: Text, |name: String| Ok(name.parse()?);
    Slug: Text, |text: String| Ok(Slug::parse(&text).ok_or("a web address that is none")?);
    UserId: BigInt, |id: i64| Ok(UserId(id));
    PostId: BigInt, |id: i64| Ok(PostId(id));
    TokenId: BigInt, |id: i64| Ok(TokenId(id));
    ReviewId: BigInt, |id: i64| Ok(ReviewId(id));
    IncidentId: BigInt, |id: i64| Ok(IncidentId(id));
    RevisionNumber: Integer, |number: i32| Ok(RevisionNumber(number));
    RequestId: Uuid, |id: uuid::Uuid| Ok(RequestId(id));
}

/// The [`Availability`] of a row of `users` for the work of a
/// role.
macro_rules! availability {
    ($user:literal, $role:literal) => {
        concat!(
            "CASE WHEN NOT ",
            $user,
            ".is_active THEN 'deactivated' \
             WHEN '",
            $role,
            "' = ANY (",
            $user,
            ".roles) THEN 'available' \
             ELSE 'without-role' END"
        )
    };
}
pub(crate) use availability;

/// The columns of a [`Byline`]: `id` and `username || ' ' || display_name` of `users`.
pub(crate) type BylineSqlType = (BigInt, Text);

impl Queryable<BylineSqlType, Pg> for Byline {
    type Row = (UserId, String);

    fn build((id, names): Self::Row) -> deserialize::Result<Self> {
        Ok(Self::from_names(id, &names))
    }
}
