//! The rows of hand-written statements. One list of fields makes the struct, the SQL
//! types and the columns of the statement, so these cannot be in different orders.

use diesel::deserialize;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Double, Integer, Jsonb, Nullable};
use diesel::sql_types::{Text, Timestamptz, Uuid};
use jiff::Timestamp;

use super::statement::{Statement, statement};

/// A value that is read from one column or from several.
pub trait Columns: Sized {
    /// The SQL types of the columns.
    type SqlType;
    /// What diesel reads the columns as.
    type Stored;

    /// Returns the value that was stored.
    fn read(stored: Self::Stored) -> deserialize::Result<Self>;
}

/// A value that is read from columns with fixed names.
pub trait Row: Columns {
    /// Returns the SQL of the columns, as a statement lists them.
    fn columns() -> String;
}

/// Returns the statement whose text says `{columns}` where the columns of the row belong.
pub(crate) fn select<'a, R: Row>(sql: impl AsRef<str>) -> Statement<'a, R::SqlType> {
    statement(sql.as_ref().replace("{columns}", &R::columns()))
}

/// Makes a struct that is a row, or makes a struct of the domain one. Each field comes
/// with the SQL of its column; a field that is a row itself has columns of its own. A
/// field has a comment where its name, its type and its column do not say it all.
macro_rules! row {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $row:ident {
            $($(#[$comment:meta])* $shown:vis $field:ident: $value:ty $(= $sql:expr)?,)*
        }
    ) => {
        $(#[$attribute])*
        #[allow(missing_docs)]
        $visibility struct $row {
            $($(#[$comment])* $shown $field: $value,)*
        }

        $crate::store::row::row! { for $row { $($field: $value $(= $sql)?,)* } }
    };
    // A struct that has its fields elsewhere.
    (for $row:ident { $($field:ident: $value:ty $(= $sql:expr)?,)* }) => {
        $crate::store::row::row! { columns of $row { $($field: $value,)* } }

        impl $crate::store::row::Row for $row {
            fn columns() -> String {
                [$($crate::store::row::row!(@columns $value $(, $sql)?)),*].join(", ")
            }
        }
    };
    // The same without the SQL, which depends on the statement.
    (columns of $row:ident { $($field:ident: $value:ty,)* }) => {
        $crate::store::row::row! {
            @$row: ($(<$value as $crate::store::row::Columns>::SqlType,)*),
            ($(<$value as $crate::store::row::Columns>::Stored,)*), |($($field,)*)| {
                Ok(Self { $($field: $crate::store::row::Columns::read($field)?,)* })
            }
        }
    };
    // A value that is made of a row.
    ($value:ident from $row:ident, $pattern:pat => $made:expr) => {
        $crate::store::row::row! {
            @$value: <$row as $crate::store::row::Columns>::SqlType,
            <$row as diesel::Queryable<
                <$row as $crate::store::row::Columns>::SqlType,
                diesel::pg::Pg,
            >>::Row,
            |columns| {
                let $pattern: $row = diesel::Queryable::<
                    <$row as $crate::store::row::Columns>::SqlType,
                    diesel::pg::Pg,
                >::build(columns)?;
                Ok($made)
            }
        }

        impl $crate::store::row::Row for $value {
            fn columns() -> String {
                <$row as $crate::store::row::Row>::columns()
            }
        }
    };
    (@$value:ident: $sql:ty, $row:ty, |$pattern:pat_param| $built:expr) => {
        impl $crate::store::row::Columns for $value {
            type SqlType = $sql;
            type Stored = Self;

            fn read(stored: Self) -> diesel::deserialize::Result<Self> {
                Ok(stored)
            }
        }

        impl diesel::Queryable<$sql, diesel::pg::Pg> for $value {
            type Row = $row;

            fn build($pattern: Self::Row) -> diesel::deserialize::Result<Self> {
                $built
            }
        }
    };
    (@columns $value:ty, $sql:expr) => { String::from($sql) };
    (@columns $value:ty) => { <$value as $crate::store::row::Row>::columns() };
}
pub(crate) use row;

/// Lets values be read that diesel knows, or that it knows under another type.
macro_rules! values {
    ($($value:ty: $sql:ty $(, $stored:ty, $read:expr)?;)*) => {
        $(values!(@one $value: $sql $(, $stored, $read)?);)*
    };
    (@one $value:ty: $sql:ty) => { values!(@one $value: $sql, $value, Ok); };
    (@one $value:ty: $sql:ty, $stored:ty, $read:expr) => {
        impl $crate::store::row::Columns for $value {
            type SqlType = $sql;
            type Stored = $stored;

            fn read(stored: $stored) -> diesel::deserialize::Result<Self> {
                let read: fn($stored) -> diesel::deserialize::Result<Self> = $read;
                read(stored)
            }
        }
    };
}
pub(crate) use values;

values! {
    bool: Bool;
    i32: Integer;
    i64: BigInt;
    f64: Double;
    String: Text;
    uuid::Uuid: Uuid;
    Vec<u8>: Binary;
    Vec<i64>: Array<BigInt>;
    Vec<String>: Array<Text>;
    serde_json::Value: Jsonb;
    Timestamp: Timestamptz, jiff_diesel::Timestamp, |at| Ok(at.to_jiff());
}

impl<T: Columns> Columns for Option<T> {
    type SqlType = Nullable<T::SqlType>;
    type Stored = Option<T::Stored>;

    fn read(stored: Self::Stored) -> deserialize::Result<Self> {
        stored.map(T::read).transpose()
    }
}

impl<T: Row> Row for Option<T> {
    fn columns() -> String {
        T::columns()
    }
}
