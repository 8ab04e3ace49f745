//! What staff read: accounts, and who was refused what.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::accounts::directory;
use crate::api::api_request::{ApiRequest, JSON, read};
use crate::api::document::{ListProblems, PageQuery};
use crate::api::names::{ActionName, RoleName};
use crate::api::query::Query;
use crate::api::responses::{AccountBody, RefusalBody};
use crate::audit::{self, RefusalFilter};
use crate::domain::{Action, FieldError, Permission, PostId, Role};
use crate::http::problem::ApiError;
use crate::http::{Context, Reply};
use crate::permissions;
use crate::refusal::{Refusal, read_error};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/accounts").route(web::get().to(accounts)))
        .service(web::resource("/api/v1/refusals").route(web::get().to(refusals)));
}

/// Which accounts are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountsQuery {
    /// Those that may come in, or those that may not; by default those that may.
    active: Option<bool>,
    /// Those that hold this role.
    #[param(inline)]
    role: Option<RoleName>,
}

impl AccountsQuery {
    fn take(query: &mut Query) -> Result<Self, ApiError> {
        Ok(Self {
            active: query.take("active", "Write true or false.")?,
            role: query.take("role", "Choose author, reviewer or staff.")?,
        })
    }
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountsBody {
    /// The newest first.
    accounts: Vec<AccountBody>,
}

/// List accounts
///
/// For whoever holds `accounts.manage_account`.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "list_accounts", tag = "Records",
    params(AccountsQuery, PageQuery),
    responses(
        (status = 200, description = "A page of them.", body = AccountsBody,
            headers(("Link" = Option<String>, description = "The pages beside this one: `prev` and `next`."))),
        ListProblems
    )
)]
async fn accounts(ask: ApiRequest, context: Data<Context>) -> HttpResponse {
    read(&context, ask, |conn, reader, query| {
        let AccountsQuery { active, role } = AccountsQuery::take(query)?;
        let (slice, mut pages) = query.page()?;
        query.finish()?;
        permissions::check(&reader.roles, Permission::ManageAccount).map_err(Refusal::from)?;
        pages.keep("active", active);
        pages.keep("role", role);
        let is_active = active.unwrap_or(true);
        let filter =
            directory::AccountFilter { is_active, role: role.map(Role::from), search: None };
        let page = directory::page(conn, &filter, &slice).map_err(read_error)?;
        let accounts = page.lines.iter().map(|entry| AccountBody::of(entry, is_active));
        let body = AccountsBody { accounts: accounts.collect() };
        let answer = Reply::json(StatusCode::OK, JSON, &body);
        Ok(pages.link(answer, page.previous, page.next))
    })
    .await
}

/// Which refusals are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RefusalsQuery {
    /// Those about this post.
    post: Option<i64>,
    /// Those of this action on posts.
    #[param(inline)]
    action: Option<ActionName>,
    /// Those by this layer: `permission` or `policy`.
    #[param(pattern = "^(permission|policy)$")]
    layer: Option<String>,
}

impl RefusalsQuery {
    fn take(query: &mut Query) -> Result<Self, ApiError> {
        let layer: Option<String> = query.take("layer", "Choose permission or policy.")?;
        if layer.as_deref().is_some_and(|layer| !["permission", "policy"].contains(&layer)) {
            return Err(FieldError::new("layer", "Choose permission or policy.").into());
        }
        Ok(Self {
            post: query.take("post", "Write the number of a post.")?,
            action: query.take("action", "Choose an action on posts.")?,
            layer,
        })
    }
}

/// A page of refusals.
#[derive(Serialize, ToSchema)]
pub(super) struct RefusalsBody {
    /// The newest first.
    refusals: Vec<RefusalBody>,
}

/// List who was refused what
///
/// For whoever holds `audit.view_audit`.
#[utoipa::path(
    get, path = "/api/v1/refusals", operation_id = "list_refusals", tag = "Records",
    params(RefusalsQuery, PageQuery),
    responses(
        (status = 200, description = "A page of them.", body = RefusalsBody,
            headers(("Link" = Option<String>, description = "The pages beside this one: `prev` and `next`."))),
        ListProblems
    )
)]
async fn refusals(ask: ApiRequest, context: Data<Context>) -> HttpResponse {
    read(&context, ask, |conn, reader, query| {
        let RefusalsQuery { post, action, layer } = RefusalsQuery::take(query)?;
        let (slice, mut pages) = query.page()?;
        query.finish()?;
        permissions::check(&reader.roles, Permission::ViewAudit).map_err(Refusal::from)?;
        pages.keep("post", post);
        pages.keep("action", action);
        pages.keep("layer", layer.as_ref());
        let action = action.map(|action| Action::from(action).as_str().to_owned());
        let filter =
            RefusalFilter { post: post.map(PostId), action, layer, ..RefusalFilter::default() };
        let page = audit::list_refusals(conn, &filter, &slice).map_err(read_error)?;
        let (previous, next) = (page.previous, page.next);
        let body =
            RefusalsBody { refusals: page.lines.into_iter().map(RefusalBody::from).collect() };
        Ok(pages.link(Reply::json(StatusCode::OK, JSON, &body), previous, next))
    })
    .await
}
