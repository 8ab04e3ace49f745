//! The list of accounts as a file, under its filters.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;

use crate::accounts::directory::{self, Entry, Filter};
use crate::admin::accounts::filters::AccountFilters;
use crate::admin::csv::{self, Export};
use crate::domain::Permission;
use crate::http::{Context, Request};
use crate::store::paging::{Page, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route(FILE, web::get().to(file));
}

/// The path of the file.
pub(super) const FILE: &str = "/admin/accounts.csv";

struct AccountsFile(Filter);

impl Export for AccountsFile {
    type Line = Entry;
    const NAME: &'static str = "accounts.csv";
    const PERMISSION: Permission = Permission::ManageAccount;
    const HEADER: &'static [&'static str] =
        &["username", "name", "roles", "state", "last_seen", "created"];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<Entry>> {
        directory::page(conn, &self.0, slice)
    }

    fn record(&self, line: &Entry) -> Vec<String> {
        vec![
            line.person.username.clone(),
            line.person.display_name.clone(),
            line.person.roles.to_string(),
            if self.0.is_active { "active" } else { "deactivated" }.to_owned(),
            csv::or_empty(line.last_seen_at.map(csv::time)),
            csv::time(line.created_at),
        ]
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    csv::download(&context, request, |request, _| {
        let mut query = request.query_fields()?;
        let filters = AccountFilters::take(&mut query)?;
        query.finish()?;
        filters.form.check()?;
        Ok(AccountsFile(filters.filter))
    })
    .await
}
