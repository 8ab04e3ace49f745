//! Reading posts: what each reader may see, and no more.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, ServiceConfig};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::accounts::directory;
use crate::api::api_request::{ApiRequest, JSON, read};
use crate::api::changes::create;
use crate::api::document::{ListProblems, PageQuery, ReadProblems};
use crate::api::names::StateName;
use crate::api::query::Query;
use crate::api::responses::{AdviceBody, HistoryBody, PostBody, PostLineBody, RevisionBody};
use crate::domain::{Action, FieldError, Person, Post, RevisionNumber, State, UserId, Username};
use crate::http::api_error::ApiError;
use crate::http::{Context, Reply, post_id};
use crate::refusal::{Refusal, read_error};
use crate::store::posts::{self, Filter, Sort};
use crate::store::visibility::Visibility;
use crate::workflow::visible::{self, find, find_history};
use crate::workflow::{self};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/posts").route(web::get().to(list)).route(web::post().to(create)),
        )
        .service(web::resource("/api/v1/posts/{id}").route(web::get().to(show)))
        .service(web::resource("/api/v1/posts/{id}/history").route(web::get().to(history)))
        .service(
            web::resource("/api/v1/posts/{id}/revisions/{number}").route(web::get().to(revision)),
        )
        .service(web::resource("/api/v1/posts/{id}/actions").route(web::get().to(actions)));
}

/// The part of an address that names a post.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes what `post_id` reads")]
pub(super) struct PostPath {
    /// The post's number.
    #[param(example = 17)]
    id: i64,
}

/// Returns the entity tag of a revision.
pub(super) fn entity_tag(revision: RevisionNumber) -> String {
    format!("\"{revision}\"")
}

/// Which posts are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PostsQuery {
    /// Those in this state.
    #[param(inline)]
    state: Option<StateName>,
    /// Those of whoever signs in with this name.
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9._@+-]*$")]
    author: Option<String>,
}

impl PostsQuery {
    fn take(query: &mut Query) -> Result<Self, ApiError> {
        Ok(Self {
            state: query.take("state", "Choose draft, in_review, published or archived.")?,
            author: query.take("author", "Write a username.")?,
        })
    }
}

/// A page of posts.
#[derive(Serialize, ToSchema)]
pub(super) struct PostsBody {
    /// Those with the highest numbers first.
    posts: Vec<PostLineBody>,
}

/// List the posts that you may see
///
/// The newest first. `Link` leads to the pages before and after.
#[utoipa::path(
    get, path = "/api/v1/posts", operation_id = "list_posts", tag = "Posts",
    params(PostsQuery, PageQuery),
    responses(
        (status = 200, description = "A page of them.", body = PostsBody,
            headers(("Link" = Option<String>, description = "The pages beside this one: `prev` and `next`."))),
        ListProblems
    )
)]
async fn list(ask: ApiRequest, context: Data<Context>) -> HttpResponse {
    read(&context, ask, |conn, reader, query| {
        let PostsQuery { state, author } = PostsQuery::take(query)?;
        let (slice, mut pages) = query.page()?;
        query.finish()?;
        pages.keep("state", state);
        pages.keep("author", author.as_ref());
        let author = author.map(|name| Username::parse(&name)).transpose();
        let author = author.map_err(|error| FieldError::new("author", error.message))?;
        // Nobody has written anything, and neither has a name that is nobody's.
        let author = author
            .map(|name| directory::find(conn, name.as_str()))
            .transpose()
            .map_err(read_error)?
            .map(|found| found.map_or(UserId(0), |found| found.account.person.id));
        let filter = Filter { state: state.map(State::from), author, ..Filter::default() };
        let found = posts::change_list(conn, Visibility::of(reader), &filter, Sort::Number, &slice);
        let page = found.map_err(read_error).map_err(ApiError::from)?.page;
        let body = PostsBody { posts: page.lines.iter().map(PostLineBody::from).collect() };
        let answer = Reply::json(StatusCode::OK, JSON, &body);
        Ok(pages.link(answer, page.previous, page.next))
    })
    .await
}

/// Read a post
#[utoipa::path(
    get, path = "/api/v1/posts/{id}", operation_id = "read_post", tag = "Posts",
    params(PostPath),
    responses(
        (status = 200, description = "The post as it is now.", body = PostBody,
            headers(("ETag" = String, description = "Its current revision, for `If-Match`."))),
        ReadProblems
    )
)]
async fn show(ask: ApiRequest, id: Path<String>, context: Data<Context>) -> HttpResponse {
    read(&context, ask, move |conn, reader, query| {
        query.finish()?;
        let post = find(conn, reader, post_id(&id)?)?;
        let sees_history = Visibility::of(reader).sees_history_of(&post);
        Ok(Reply::json(StatusCode::OK, JSON, &PostBody::of(&post, sees_history))
            .with("etag", entity_tag(post.current.number)))
    })
    .await
}

/// Read how a post came to be
///
/// For those who had a part in it: its author, reviewers and staff.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/history", operation_id = "read_history", tag = "Posts",
    params(PostPath),
    responses((status = 200, description = "Its history.", body = HistoryBody), ReadProblems)
)]
async fn history(ask: ApiRequest, id: Path<String>, context: Data<Context>) -> HttpResponse {
    read(&context, ask, move |conn, reader, query| {
        query.finish()?;
        let post = find_history(conn, reader, post_id(&id)?)?;
        let history = posts::history(conn, &post).map_err(read_error)?;
        Ok(Reply::json(StatusCode::OK, JSON, &HistoryBody::from(&history)))
    })
    .await
}

/// The part of an address that names a revision.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes what `revision` reads")]
struct RevisionPath {
    /// The revision's number.
    #[param(minimum = 1, example = 2)]
    number: i32,
}

/// Read one of the texts that a post has had
///
/// For those who had a part in it: its author, reviewers and staff.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/revisions/{number}", operation_id = "read_revision",
    tag = "Posts",
    params(PostPath, RevisionPath),
    responses(
        (status = 200, description = "The text, which stays what it is.", body = RevisionBody,
            headers(("ETag" = String, description = "The revision: current only if the post's is the same."))),
        ReadProblems
    )
)]
async fn revision(
    ask: ApiRequest,
    path: Path<(String, String)>,
    context: Data<Context>,
) -> HttpResponse {
    read(&context, ask, move |conn, reader, query| {
        query.finish()?;
        let (id, number) = path.into_inner();
        let number = number.parse().map(RevisionNumber).map_err(|_| Refusal::NotFound)?;
        let post = find_history(conn, reader, post_id(&id)?)?;
        let revision = visible::revision(conn, &post, number)?;
        Ok(Reply::json(StatusCode::OK, JSON, &RevisionBody::from(&revision))
            .with("etag", entity_tag(revision.number)))
    })
    .await
}

/// What the reader may do with a post.
#[derive(Serialize, ToSchema)]
pub(super) struct ActionsBody {
    /// Every action there is, in the order of a post's life.
    actions: Vec<AdviceBody>,
}

/// ApiRequest what you may do with a post, and why not the rest
///
/// As things stand and at the current revision. It is advice: whoever acts is
/// asked again.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/actions", operation_id = "read_actions", tag = "Posts",
    params(PostPath),
    responses(
        (status = 200, description = "Each action with what it would be answered.",
            body = ActionsBody, headers(("ETag" = String, description = "The revision that it is about."))),
        ReadProblems
    )
)]
async fn actions(ask: ApiRequest, id: Path<String>, context: Data<Context>) -> HttpResponse {
    read(&context, ask, move |conn, reader, query| {
        query.finish()?;
        let post = find(conn, reader, post_id(&id)?)?;
        let body = ActionsBody { actions: advice(reader, &post) };
        Ok(Reply::json(StatusCode::OK, JSON, &body).with("etag", entity_tag(post.current.number)))
    })
    .await
}

fn advice(reader: &Person, post: &Post) -> Vec<AdviceBody> {
    let actions = Action::ALL.into_iter().filter_map(|action| Some((action, below(action)?)));
    actions
        .map(|(action, below)| {
            let path = format!("/api/v1/posts/{}/{below}", post.id);
            AdviceBody::of(action, path, workflow::advise(action, reader, post))
        })
        .collect()
}

/// Returns where an action stands below the address of its post.
fn below(action: Action) -> Option<&'static str> {
    match action {
        Action::Create => None,
        Action::Revise => Some("revisions"),
        Action::Submit => Some("submission"),
        Action::RequestChanges => Some("change-requests"),
        Action::WithdrawRequest => Some("change-requests/withdrawal"),
        Action::Publish => Some("publication"),
        Action::Archive => Some("archival"),
    }
}
