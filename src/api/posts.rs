//! Reading posts: what each reader may see, and no more.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, ServiceConfig};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::ask::{Ask, JSON, read};
use super::changes::create;
use super::document::{ListProblems, PageQuery, ReadProblems};
use super::names::StateName;
use super::query::Query;
use super::responses::{AdviceBody, HistoryBody, PostBody, PostLineBody, RevisionBody};
use crate::accounts::directory;
use crate::domain::{Action, FieldError, Person, Post, RevisionNumber, State, UserId, Username};
use crate::refusal::{Refusal, unreadable};
use crate::responses::problem::Trouble;
use crate::store::posts::{self, Filter, Sort};
use crate::store::visibility::Sight;
use crate::web::post_page::{find, find_making, post_id};
use crate::web::{Answer, Shared, revisions};
use crate::workflow;

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
    fn take(query: &mut Query) -> Result<Self, Trouble> {
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
async fn list(ask: Ask, shared: Data<Shared>) -> HttpResponse {
    read(&shared, ask, |conn, reader, query| {
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
            .map_err(unreadable)?
            .map(|found| found.map_or(UserId(0), |found| found.account.person.id));
        let filter = Filter { state: state.map(State::from), author, ..Filter::default() };
        let found = posts::change_list(conn, Sight::of(reader), &filter, Sort::Number, &slice);
        let page = found.map_err(unreadable).map_err(Trouble::from)?.page;
        let body = PostsBody { posts: page.lines.iter().map(PostLineBody::from).collect() };
        let answer = Answer::json(StatusCode::OK, JSON, &body);
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
async fn show(ask: Ask, id: Path<String>, shared: Data<Shared>) -> HttpResponse {
    read(&shared, ask, move |conn, reader, query| {
        query.finish()?;
        let post = find(conn, reader, post_id(&id)?)?;
        let sees_the_making = Sight::of(reader).sees_the_making_of(&post);
        Ok(Answer::json(StatusCode::OK, JSON, &PostBody::of(&post, sees_the_making))
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
async fn history(ask: Ask, id: Path<String>, shared: Data<Shared>) -> HttpResponse {
    read(&shared, ask, move |conn, reader, query| {
        query.finish()?;
        let post = find_making(conn, reader, post_id(&id)?)?;
        let making = posts::making(conn, &post).map_err(unreadable)?;
        Ok(Answer::json(StatusCode::OK, JSON, &HistoryBody::from(&making)))
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
async fn revision(ask: Ask, path: Path<(String, String)>, shared: Data<Shared>) -> HttpResponse {
    read(&shared, ask, move |conn, reader, query| {
        query.finish()?;
        let (id, number) = path.into_inner();
        let number = number.parse().map(RevisionNumber).map_err(|_| Refusal::NotFound)?;
        let post = find_making(conn, reader, post_id(&id)?)?;
        let revision = revisions::revision(conn, &post, number)?;
        Ok(Answer::json(StatusCode::OK, JSON, &RevisionBody::from(&revision))
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

/// Ask what you may do with a post, and why not the rest
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
async fn actions(ask: Ask, id: Path<String>, shared: Data<Shared>) -> HttpResponse {
    read(&shared, ask, move |conn, reader, query| {
        query.finish()?;
        let post = find(conn, reader, post_id(&id)?)?;
        let body = ActionsBody { actions: advice(reader, &post) };
        Ok(Answer::json(StatusCode::OK, JSON, &body).with("etag", entity_tag(post.current.number)))
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
