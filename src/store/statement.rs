//! Hand-written SQL that PostgreSQL plans once.
//!
//! Diesel prepares again what it cannot cache: every `update`, every
//! `sql_query`. The statements of the workflow are few and hot, so they are
//! written out, parameterised, and cached by their text.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::SingleValue;

/// A statement with `$1`, `$2` ... for its parameters, whose rows have the SQL
/// types `Row`.
pub struct Statement<'a, Row> {
    sql: Cow<'static, str>,
    parameters: Vec<Box<dyn QueryFragment<Pg> + 'a>>,
    is_planned_anew: bool,
    row: PhantomData<Row>,
}

/// Returns the statement, still without its parameters. A text that is put
/// together is one of few: each is kept by every connection that has met it.
pub fn statement<'a, Row>(sql: impl Into<Cow<'static, str>>) -> Statement<'a, Row> {
    Statement { sql: sql.into(), parameters: Vec::new(), is_planned_anew: false, row: PhantomData }
}

impl<'a, Row> Statement<'a, Row> {
    /// Adds the value of the next parameter.
    pub fn bind<SqlType, Value>(mut self, value: Value) -> Self
    where
        SqlType: SingleValue,
        Value: AsExpression<SqlType>,
        Value::Expression: QueryFragment<Pg> + 'a,
    {
        self.parameters.push(Box::new(value.as_expression()));
        self
    }
}

impl<Row> Statement<'_, Row> {
    /// Ends the statement with a limit, as part of its text. For a parameter, PostgreSQL
    /// would plan for a tenth of the table, and such a plan is bad for a page.
    pub fn at_most(mut self, rows: i64) -> Self {
        self.sql = format!("{} LIMIT {rows}", self.sql).into();
        self
    }

    /// Puts a limit, as [`Statement::at_most`] does, wherever the text says
    /// `LIMIT rows` or compares with `= rows`.
    pub fn at_most_each(mut self, rows: i64) -> Self {
        let limited = self.sql.replace("LIMIT rows", &format!("LIMIT {rows}"));
        self.sql = limited.replace("= rows", &format!("= {rows}")).into();
        self
    }

    /// Has PostgreSQL plan it for its values, each time. A word that every text has
    /// needs another plan than a word that few have.
    pub fn planned_anew(mut self) -> Self {
        self.is_planned_anew = true;
        self
    }
}

impl<Row> QueryFragment<Pg> for Statement<'_, Row> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.is_planned_anew {
            out.unsafe_to_cache_prepared();
        }
        // A parameter that the text names twice is sent twice: diesel numbers
        // parameters in the order in which it meets them.
        let mut pieces = self.sql.split('$');
        out.push_sql(pieces.next().unwrap_or_default());
        for piece in pieces {
            let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = piece.split_at(digits);
            let parameter = number
                .parse::<usize>()
                .ok()
                .and_then(|number| self.parameters.get(number.checked_sub(1)?))
                .ok_or_else(|| {
                    diesel::result::Error::QueryBuilderError(
                        format!("the statement has no parameter ${number}").into(),
                    )
                })?;
            parameter.walk_ast(out.reborrow())?;
            out.push_sql(rest);
        }
        Ok(())
    }
}

impl<Row> QueryId for Statement<'_, Row> {
    type QueryId = ();

    // Cached by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Row> Query for Statement<'_, Row> {
    type SqlType = Row;
}

impl<Row> RunQueryDsl<PgConnection> for Statement<'_, Row> {}
