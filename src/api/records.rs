//! Shows staff accounts and refusals.

use utoipa::IntoParams;

use crate::accounts::AccountLine;
use crate::accounts::directory::{self, AccountSummary};
use crate::api::parameters::PageQuery;
use crate::api::read_request::{ReadRequest, choose_one_of};
use crate::api::replies::ListProblems;
use crate::audit::{self, RefusalFilter, catalogue};
use crate::domain::{Layer, Permission, PostId, RecordedAction, Role};
use crate::http::Reply;
use crate::http::api_error::ApiError;
use crate::permissions;
use crate::refusal::Refusal;
use crate::render::documents::{
    AccountBody, AccountsBody, RecordedLayer, RefusalBody, RefusalsBody,
};

/// Which accounts are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountsQuery {
    /// true: active accounts (default); false: deactivated accounts.
    active: Option<bool>,
    /// Filter by role.
    #[param(inline)]
    role: Option<Role>,
}

impl AccountsQuery {
    fn take(request: &mut ReadRequest) -> Result<Self, ApiError> {
        Ok(Self {
            active: request.take("active", "Must be true or false.")?,
            role: request.take("role", &choose_one_of(&Role::ALL.map(Role::as_str)))?,
        })
    }
}

/// List accounts
///
/// For accounts with the permission accounts.manage_account.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "list_accounts", tag = "Records",
    params(AccountsQuery, PageQuery),
    responses(
        (status = 200, description = "One page of the list.", body = AccountsBody,
            headers(("Link" = Option<String>, description = "The previous and the next page: \
                                                             `prev` and `next`."))),
        ListProblems
    )
)]
pub(super) fn accounts(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let AccountsQuery { active, role } = AccountsQuery::take(&mut request)?;
    let (page, pages) = request.page()?;
    permissions::check(&request.reader.roles, Permission::ManageAccount).map_err(Refusal::from)?;
    let is_active = active.unwrap_or(true);
    let filter = directory::AccountFilter { is_active, role, search: None };
    let page = directory::page(&mut request.conn, &filter, &page)?;
    let account = |AccountSummary { person, created_at, .. }| {
        AccountBody::from(AccountLine { person, is_active, created_at })
    };
    Ok(pages
        .reply(page, |lines| AccountsBody { accounts: lines.into_iter().map(account).collect() }))
}

/// Which refusals are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RefusalsQuery {
    /// Filter by post ID.
    post: Option<i64>,
    /// Filter by action.
    #[param(value_type = Option<RecordedAction>, inline)]
    action: Option<RecordedAction>,
    /// Filter by layer.
    #[param(value_type = Option<RecordedLayer>, inline)]
    layer: Option<Layer>,
}

impl RefusalsQuery {
    fn take(request: &mut ReadRequest) -> Result<Self, ApiError> {
        Ok(Self {
            post: request.number("post", "Must be a post ID.")?,
            action: request.choose("action", &catalogue::actions())?,
            layer: request.choose("layer", &catalogue::LAYERS.map(Layer::as_str))?,
        })
    }
}

/// List refused actions
///
/// For accounts with the permission audit.view_audit.
#[utoipa::path(
    get, path = "/api/v1/refusals", operation_id = "list_refusals", tag = "Records",
    params(RefusalsQuery, PageQuery),
    responses(
        (status = 200, description = "One page of the list.", body = RefusalsBody,
            headers(("Link" = Option<String>, description = "The previous and the next page: \
                                                             `prev` and `next`."))),
        ListProblems
    )
)]
pub(super) fn refusals(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let RefusalsQuery { post, action, layer } = RefusalsQuery::take(&mut request)?;
    let (page, pages) = request.page()?;
    permissions::check(&request.reader.roles, Permission::ViewAudit).map_err(Refusal::from)?;
    let filter =
        RefusalFilter { post: post.map(PostId), action, layer, ..RefusalFilter::default() };
    let page = audit::list_refusals(&mut request.conn, &filter, &page)?;
    Ok(pages.reply(page, |lines| RefusalsBody {
        refusals: lines.into_iter().map(RefusalBody::from).collect(),
    }))
}
