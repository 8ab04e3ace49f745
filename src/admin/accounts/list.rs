//! The list of accounts, with filters, search and pages.

use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::accounts::directory::{self, AccountFilter, AccountSummary, MOST_FOUND};
use crate::admin::accounts::filters::AccountFilters;
use crate::admin::csv::{self, Column, Export, ReadPage};
use crate::admin::filter_form::FilterForm;
use crate::admin::layout::authorized_layout;
use crate::domain::{Permission, Role};
use crate::http::pager::{BY_TIME, Pager};
use crate::http::{Layout, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::paging::PageRequest;

const LIST: &str = "/admin/accounts";
const FILE: &str = "/admin/accounts.csv";

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

pub(super) fn list(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let (direction, filters) = request
        .query_fields()?
        .read(|query| Ok((BY_TIME.take(query)?, AccountFilters::take(query)?)))?;
    let conn = &mut *store.checkout()?;
    let (_, layout) = authorized_layout(conn, request, "Accounts", Permission::ManageAccount)?;
    let slice = PageRequest::newest_first(direction, PER_PAGE);
    let checked = filters.form.check();
    let found = match checked {
        Ok(()) => directory::page(conn, &filters.filter, &slice)?,
        Err(_) => slice.page(Vec::new()),
    };
    let address = |name: &str, value: &str| filters.form.address_with(LIST, name, value);
    let page = AccountsPage {
        layout,
        pager: BY_TIME.pager(&found, direction, address),
        entries: found.lines,
        filters,
    };
    Ok(Reply::checked(&page, checked))
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

impl Export for AccountFilter {
    type Line = AccountSummary;
    const NAME: &'static str = "accounts.csv";
    const PERMISSION: Permission = Permission::ManageAccount;
    const COLUMNS: &'static [Column<Self>] = &[
        ("username", |_, line| line.person.username.clone()),
        ("name", |_, line| line.person.display_name.clone()),
        ("roles", |_, line| line.person.roles.to_string()),
        ("state", |list, _| (if list.is_active { "active" } else { "deactivated" }).to_owned()),
        ("last_seen", |_, line| csv::or_empty(line.last_seen_at.map(csv::time))),
        ("created", |_, line| csv::time(line.created_at)),
    ];

    fn asked(request: &Request, _: &mut PgConnection, _: Timestamp) -> Result<Self, Refusal> {
        let filters = request.query_fields()?.read(AccountFilters::take)?;
        filters.form.check()?;
        Ok(filters.filter)
    }

    fn page(&self, conn: &mut PgConnection, slice: &PageRequest) -> ReadPage<Self> {
        directory::page(conn, self, slice)
    }
}
