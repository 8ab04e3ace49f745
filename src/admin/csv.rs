//! Any list of the admin as a CSV file, under its filters.

use std::fmt::Write;

use actix_web::HttpResponse;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::domain::Permission;
use crate::http::download::{File, Piece};
use crate::http::{Context, Request};
use crate::permissions;
use crate::refusal::{Refusal, read_error};
use crate::store::paging::{Cursor, Direction, HasCursor, Order, Page, PageRequest};

/// A column of a list: its name, and its cell for a line.
pub(super) type Column<List> = (&'static str, fn(&List, &<List as Export>::Line) -> String);

/// A list that can be downloaded as a file.
pub(super) trait Export: Sized + Send + Sync + 'static {
    /// One line of it.
    type Line: HasCursor;
    /// The name that a browser saves it under.
    const NAME: &'static str;
    /// The permission that reading it takes.
    const PERMISSION: Permission;
    /// The name and the cell of each column.
    const COLUMNS: &'static [Column<Self>];

    /// Returns the order of the lines.
    fn order(&self) -> Order {
        Order::NewestFirst
    }

    /// Returns a page of it, as the page on the screen is read.
    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<Self::Line>>;
}

/// The number of lines that are read at a time. It limits the memory that a
/// file takes, and the time that it keeps a connection.
const LINES_PER_READ: usize = 500;

/// Answers with the list that `requested` takes out of the address. The
/// permission is checked again before every read.
pub(super) async fn download<E: Export>(
    context: &Context,
    request: Request,
    requested: impl Fn(&Request, &mut PgConnection) -> Result<E, Refusal> + Send + Sync + 'static,
) -> HttpResponse {
    let file = File { name: E::NAME, content_type: "text/csv; charset=utf-8" };
    context
        .download(request, file, move |store, request, from: Option<Cursor>| {
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            permissions::check(&person.roles, E::PERMISSION)?;
            let list = requested(request, conn)?;
            let stretch = from.map_or(Direction::First, Direction::After);
            let slice = PageRequest { order: list.order(), stretch, size: LINES_PER_READ };
            let page = list.page(conn, &slice).map_err(read_error)?;
            let mut text = String::new();
            if from.is_none() {
                write_record(&mut text, E::COLUMNS.iter().map(|(name, _)| *name));
            }
            for line in &page.lines {
                write_record(&mut text, E::COLUMNS.iter().map(|(_, cell)| cell(&list, line)));
            }
            Ok(Piece { text, next: page.next })
        })
        .await
}

/// Writes a record (RFC 4180, section 2).
fn write_record<Cell: AsRef<str>>(text: &mut String, cells: impl Iterator<Item = Cell>) {
    for (number, cell) in cells.enumerate() {
        if number > 0 {
            text.push(',');
        }
        write_cell(text, cell.as_ref());
    }
    text.push_str("\r\n");
}

/// Writes a cell. An apostrophe in front keeps a spreadsheet from taking text
/// for a formula (OWASP, CSV injection).
fn write_cell(text: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula || cell.contains([',', '"', '\r', '\n']) {
        let apostrophe = if is_formula { "'" } else { "" };
        let _ = write!(text, "\"{apostrophe}{}\"", cell.replace('"', "\"\""));
    } else {
        text.push_str(cell);
    }
}

/// Returns a time as a cell.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Returns an optional value as a cell.
pub(super) fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::write_record;

    #[test]
    fn a_record_is_read_as_it_was_written_and_calculates_nothing() {
        for (cells, written) in [
            (&["a", "b"][..], "a,b\r\n"),
            (
                &["", "a,b", "say \"no\"", "two\nlines"],
                ",\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n",
            ),
            (&["=1+1", "+1", "-1", "@x"], "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\"\r\n"),
            (&["\ta", "\ra", "\na", " =1"], "\"'\ta\",\"'\ra\",\"'\na\", =1\r\n"),
        ] {
            let mut text = String::new();
            write_record(&mut text, cells.iter());
            assert_eq!(text, written);
        }
    }
}
