//! The list of accounts, with filters, search and pages.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::accounts::directory::{self, AccountFilter, AccountSummary};
use crate::admin::accounts::file::FILE;
use crate::admin::accounts::filters::AccountFilters;
use crate::admin::filter_form::FilterForm;
use crate::admin::layout::authorized_layout;
use crate::admin::pager::{BY_TIME, Pager};
use crate::domain::{Permission, Role};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::paging::{Order, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/accounts", web::get().to(list));
}

const LIST: &str = "/admin/accounts";

/// The number of accounts on one page.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct AccountsPage {
    layout: Layout,
    filters: AccountFilters,
    entries: Vec<AccountSummary>,
    pager: Pager,
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let direction = BY_TIME.take(&mut query)?;
            let filters = AccountFilters::take(&mut query)?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (_, layout) =
                authorized_layout(conn, request, "Accounts", Permission::ManageAccount)?;
            let slice =
                PageRequest { order: Order::NewestFirst, stretch: direction, size: PER_PAGE };
            let checked = filters.form.check();
            let found = match checked {
                Ok(()) => directory::page(conn, &filters.filter, &slice).map_err(read_error)?,
                Err(_) => slice.page(Vec::new()),
            };
            let address = |name: &str, value: &str| filters.form.address_with(LIST, name, value);
            let page = AccountsPage {
                layout,
                pager: BY_TIME.pager(&found, direction, address),
                entries: found.lines,
                filters,
            };
            Ok(match checked {
                Ok(()) => Reply::ok(&page),
                Err(input) => Reply::ok(&page).with_refusal(&input.into()),
            })
        })
        .await
}

impl AccountsPage {
    fn filter(&self) -> &AccountFilter {
        &self.filters.filter
    }

    fn form(&self) -> &FilterForm {
        &self.filters.form
    }

    fn file(&self) -> String {
        self.form().address(FILE)
    }

    /// Returns the label and the address of each tab, and whether it is this one.
    fn tabs(&self) -> [(&'static str, String, bool); 2] {
        [("Active", true), ("Deactivated", false)].map(|(label, is_active)| {
            let address = self.filters.tab(is_active).address(LIST);
            (label, address, self.filter().is_active == is_active)
        })
    }

    fn roles(&self) -> [(&'static str, &'static str, bool); 3] {
        Role::ALL.map(|role| (role.as_str(), role.as_str(), self.filter().role == Some(role)))
    }
}
