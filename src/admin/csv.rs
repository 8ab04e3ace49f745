//! Any list of the admin as a CSV file, under its filters.

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, Route};
use diesel::QueryResult;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::domain::Permission;
use crate::domain::unseen::is_invisible;
use crate::http::download::{Attachment, FilePiece};
use crate::http::{Context, Request};
use crate::permissions;
use crate::refusal::Refusal;
use crate::store::paging::{Cursor, Direction, Order, Page, PageRequest};

/// A column of a list: its name, and its cell for a line.
pub(super) type Column<List> = (&'static str, fn(&List, &<List as Export>::Line) -> String);

/// A page of a list, as it is read from the database.
pub(super) type ReadPage<List> = QueryResult<Page<<List as Export>::Line>>;

/// A list that can be downloaded as a file.
pub(super) trait Export: Sized + Send + Sync + 'static {
    type Line;
    /// The name that a browser saves it under.
    const NAME: &'static str;
    /// The permission that reading it takes.
    const PERMISSION: Permission;
    /// The name and the cell of each column.
    const COLUMNS: &'static [Column<Self>];

    /// Returns the list that the address asks for, in a file that began then.
    fn asked(
        request: &Request,
        conn: &mut PgConnection,
        began_at: Timestamp,
    ) -> Result<Self, Refusal>;

    fn order(&self) -> Order {
        Order::Descending
    }

    /// Returns a page of it, as the page on the screen is read.
    fn page(&self, conn: &mut PgConnection, slice: &PageRequest) -> ReadPage<Self>;
}

/// The number of lines that are read at a time. It limits the memory that a
/// file takes, and the time that it keeps a connection.
const LINES_PER_READ: usize = 500;

/// Returns the route of the file of a list.
pub(super) fn file<List: Export>() -> Route {
    web::get().to(download::<List>)
}

/// Responds with the file. The permission is checked again before every read.
async fn download<List: Export>(request: Request, context: Data<Context>) -> HttpResponse {
    let file = Attachment { name: List::NAME, content_type: "text/csv; charset=utf-8" };
    let began_at = Timestamp::now();
    context
        .download(request, file, move |store, request, from: Option<Cursor>| {
            let conn = &mut *store.checkout()?;
            let person = request.load_viewer(conn)?;
            permissions::check(&person.roles, List::PERMISSION)?;
            let list = List::asked(request, conn, began_at)?;
            let direction = from.map_or(Direction::First, Direction::After);
            let slice = PageRequest { order: list.order(), direction, size: LINES_PER_READ };
            let page = list.page(conn, &slice)?;
            let mut text = String::new();
            if from.is_none() {
                text.push(BYTE_ORDER_MARK);
                write_record(&mut text, List::COLUMNS.iter().map(|(name, _)| *name));
            }
            for line in &page.lines {
                write_record(&mut text, List::COLUMNS.iter().map(|(_, cell)| cell(&list, line)));
            }
            Ok(FilePiece { text, next: page.next })
        })
        .await
}

/// It tells Excel that the file is UTF-8.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Writes a record (RFC 4180, section 2) with every cell between quotation marks.
fn write_record<Cell: AsRef<str>>(text: &mut String, cells: impl Iterator<Item = Cell>) {
    for (number, cell) in cells.enumerate() {
        text.push_str(if number > 0 { ",\"" } else { "\"" });
        text.push_str(&without_formulas(cell.as_ref()).replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

/// Returns a cell, with an apostrophe in front if a spreadsheet could take it for a
/// formula (OWASP, CSV injection). Some split a file at other characters than commas,
/// quoted or not, so a formula may begin behind any separator.
fn without_formulas(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len() + 2);
    let mut is_at_start = true;
    for (at, sign) in cell.char_indices() {
        if is_at_start && begins_formula(sign) {
            // Blanks before the sign are skipped by some.
            if cell[..at].chars().any(separates) {
                text.push('\'')
            } else {
                text.insert(0, '\'')
            }
            is_at_start = false;
        } else if separates(sign) {
            if at == 0 && sign.is_control() {
                text.push('\'');
            }
            is_at_start = true;
        } else if sign != '"' && !is_invisible(sign) {
            is_at_start = false;
        }
        text.push(sign);
    }
    text
}

/// Returns whether a sign begins a formula, in any width.
fn begins_formula(sign: char) -> bool {
    "=＝﹦⁼₌+＋﹢⁺₊-－﹣⁻₋−@＠﹫".contains(sign)
}

/// Returns whether a spreadsheet may begin a cell behind a sign.
fn separates(sign: char) -> bool {
    ",;|\t\r\n，；、".contains(sign)
}

pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

pub(super) fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::write_record;

    #[test]
    fn a_record_is_read_as_it_was_written_and_calculates_nothing() {
        for (cells, written) in [
            (&["a", ""][..], "\"a\",\"\"\r\n"),
            (&["a,b", "say \"no\"", "two\nlines"], "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n"),
            (&["=1+1", "+1", "-1", "@x"], "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\"\r\n"),
            (&["\ta", "\ra", "\na", "a\tb"], "\"'\ta\",\"'\ra\",\"'\na\",\"a\tb\"\r\n"),
            (
                &[" =1", "\u{A0}\u{200B}=1", "\"=1"],
                "\"' =1\",\"'\u{A0}\u{200B}=1\",\"'\"\"=1\"\r\n",
            ),
            (
                &["＝1", "＋1", "－1", "＠x", "−1"],
                "\"'＝1\",\"'＋1\",\"'－1\",\"'＠x\",\"'−1\"\r\n",
            ),
            (&["On rest;=HYPERLINK(A1);"], "\"On rest;'=HYPERLINK(A1);\"\r\n"),
            (&["a; \"＝1\tb\t+1|@x, -2"], "\"a; \"\"'＝1\tb\t'+1|'@x, '-2\"\r\n"),
            (&["a-b", "1 = 1", "x@y", "well, so"], "\"a-b\",\"1 = 1\",\"x@y\",\"well, so\"\r\n"),
        ] {
            let mut text = String::new();
            write_record(&mut text, cells.iter());
            assert_eq!(text, written);
        }
    }
}
