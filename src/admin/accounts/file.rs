//! The list of accounts as a file, under its filters.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;

use crate::accounts::directory::{self, AccountFilter, AccountSummary};
use crate::admin::accounts::filters::AccountFilters;
use crate::admin::csv::{self, Column, Export};
use crate::domain::Permission;
use crate::http::{Context, Request};
use crate::store::paging::{Page, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/accounts.csv", web::get().to(file));
}

/// The path of the file.
pub(super) const FILE: &str = "/admin/accounts.csv";

struct AccountsFile(AccountFilter);

impl Export for AccountsFile {
    type Line = AccountSummary;
    const NAME: &'static str = "accounts.csv";
    const PERMISSION: Permission = Permission::ManageAccount;
    const COLUMNS: &'static [Column<Self>] = &[
        ("username", |_, line| line.person.username.clone()),
        ("name", |_, line| line.person.display_name.clone()),
        ("roles", |_, line| line.person.roles.to_string()),
        ("state", |list, _| (if list.0.is_active { "active" } else { "deactivated" }).to_owned()),
        ("last_seen", |_, line| csv::or_empty(line.last_seen_at.map(csv::time))),
        ("created", |_, line| csv::time(line.created_at)),
    ];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<AccountSummary>> {
        directory::page(conn, &self.0, slice)
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
