//! Named values of the domain as text columns.

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domain::{Action, State};

macro_rules! text_columns {
    ($($value:ty),*) => {
        $(
            impl FromSql<Text, Pg> for $value {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    Ok(<String as FromSql<Text, Pg>>::from_sql(value)?.parse()?)
                }
            }

            impl Queryable<Text, Pg> for $value {
                type Row = Self;

                fn build(row: Self) -> deserialize::Result<Self> {
                    Ok(row)
                }
            }
        )*
    };
}

text_columns!(Action, State);
