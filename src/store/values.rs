//! Reads and writes values of the domain as columns.

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Text, Uuid};

use super::row::{row, values};
use crate::domain::{
    AccountEvent, Action, Availability, Byline, Content, IncidentId, Interface, Layer, Permission,
    Person, PostId, Reason, RecordedAction, RequestId, ReviewId, RevisionNumber, Role, RoleSet,
    Slug, State, Title, TokenId, UserId,
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
        values! { $($value: $sql;)* }
    };
}

columns! {
    Availability: Text, |name: String| Ok(name.parse()?);
    AccountEvent: Text, |name: String| Ok(name.parse()?);
    Action: Text, |name: String| Ok(name.parse()?);
    Interface: Text, |name: String| Ok(name.parse()?);
    RecordedAction: Text, |name: String| Ok(name.parse()?);
    Layer: Text, |name: String| Ok(name.parse()?);
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

values! {
    // A name that no longer exists grants nothing.
    RoleSet: Array<Text>, Vec<String>, |names| Ok(RoleSet::of(&known(&names)));
    Vec<Permission>: Array<Text>, Vec<String>, |names| Ok(known(&names));
    Title: Text, String, |title| Ok(Title::stored(title));
    // Each person once, in their order.
    Vec<Byline>: Jsonb, serde_json::Value, |people| {
        let mut known: Vec<Byline> = Vec::new();
        for person in serde_json::from_value::<Vec<Byline>>(people)? {
            if !known.contains(&person) {
                known.push(person);
            }
        }
        Ok(known)
    };
    Vec<Reason>: Jsonb, serde_json::Value, |reasons| Ok(serde_json::from_value(reasons)?);
}

fn known<T: std::str::FromStr>(names: &[String]) -> Vec<T> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

row! {
    for Person {
        id: UserId = "u.id",
        username: String = "u.username",
        display_name: String = "u.display_name",
        roles: RoleSet = "u.roles",
    }
}

row! {
    columns of Byline {
        id: UserId,
        username: String,
        name: String,
    }
}

/// The columns of a [`Byline`]: `users` under this name.
macro_rules! byline {
    ($user:literal) => {
        concat!($user, ".id, ", $user, ".username, ", $user, ".display_name")
    };
    // The same as JSON.
    (json $user:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $user,
            ".id, 'username', ",
            $user,
            ".username, 'name', ",
            $user,
            ".display_name)"
        )
    };
}
pub(crate) use byline;

row! {
    /// The content of `revisions r`.
    pub struct ContentRow {
        title: String = "r.title",
        summary: String = "r.summary",
        body: String = "r.body",
        slug: Option<String> = "r.slug",
    }
}

row! {
    Content from ContentRow,
    row => Content::stored([row.title, row.summary, row.body], row.slug)
}

/// The condition that a row of `users` can work in a role.
macro_rules! can_work {
    ($user:literal, $role:literal) => {
        concat!("(", $user, ".is_active AND '", $role, "' = ANY (", $user, ".roles))")
    };
}
pub(crate) use can_work;

/// The [`Availability`] of a row of `users` for the work of a role.
macro_rules! availability {
    ($user:literal, $role:literal) => {
        concat!(
            "CASE WHEN ",
            $crate::store::values::can_work!($user, $role),
            " THEN 'available' WHEN ",
            $user,
            ".is_active THEN 'without-role' ELSE 'deactivated' END"
        )
    };
}
pub(crate) use availability;
