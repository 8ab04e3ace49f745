//! Reading posts: what each reader may see, and no more.

use utoipa::IntoParams;

use crate::accounts::directory;
use crate::api::headers::entity_tag;
use crate::api::json;
use crate::api::parameters::{PageQuery, PostPath, RevisionPath};
use crate::api::read_request::{ReadRequest, choose_one_of};
use crate::api::replies::{ListProblems, ReadProblems};
use crate::domain::{FieldError, RevisionNumber, State, UserId, Username};
use crate::http::Reply;
use crate::http::api_error::ApiError;
use crate::render::documents::{
    ActionsBody, HistoryBody, PostBody, PostLineBody, PostsBody, RevisionBody,
};
use crate::store::posts::{self, Filter, Sort};
use crate::store::visibility::Visibility;
use crate::workflow::visible;

/// Which posts are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PostsQuery {
    /// Filter by state.
    #[param(inline)]
    state: Option<State>,
    /// Filter by the author's username.
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9._@+-]*$")]
    author: Option<String>,
}

impl PostsQuery {
    fn take(request: &mut ReadRequest) -> Result<Self, ApiError> {
        Ok(Self {
            state: request.take("state", &choose_one_of(&State::ALL.map(State::as_str)))?,
            author: request.take("author", "Must be a username.")?,
        })
    }
}

/// List the posts that you can see
///
/// Newest first. The header Link has the previous and the next page.
#[utoipa::path(
    get, path = "/api/v1/posts", operation_id = "list_posts", tag = "Posts",
    params(PostsQuery, PageQuery),
    responses(
        (status = 200, description = "One page of the list.", body = PostsBody,
            headers(("Link" = Option<String>, description = "The previous and the next page: \
                                                             `prev` and `next`."))),
        ListProblems
    )
)]
pub(super) fn list(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let PostsQuery { state, author } = PostsQuery::take(&mut request)?;
    let (page, pages) = request.page()?;
    let author = author.map(|name| Username::parse(&name)).transpose();
    let author = author.map_err(|error| FieldError::new("author", error.message))?;
    // A name that no account has lists nothing.
    let author = author
        .map(|name| directory::find(&mut request.conn, &name))
        .transpose()?
        .map(|found| found.map_or(UserId(0), |found| found.account.person.id));
    let filter = Filter { state, author, ..Filter::default() };
    let page = posts::change_list(
        &mut request.conn,
        Visibility::of(&request.reader),
        &filter,
        Sort::Number,
        &page,
    )?;
    Ok(pages
        .reply(page, |lines| PostsBody { posts: lines.iter().map(PostLineBody::from).collect() }))
}

/// Read a post
#[utoipa::path(
    get, path = "/api/v1/posts/{id}", operation_id = "read_post", tag = "Posts",
    params(PostPath),
    responses(
        (status = 200, description = "The current post.", body = PostBody,
            headers(("ETag" = String, description = "The current revision, for `If-Match`."))),
        ReadProblems
    )
)]
pub(super) fn show(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let post = request.post()?;
    let document = match Visibility::of(&request.reader).sees_history_of(&post) {
        true => PostBody::with_history(&post),
        false => PostBody::without_history(&post),
    };
    Ok(json::reply(&document).with("etag", entity_tag(post.current.number)))
}

/// Read the history of a post
///
/// For the author, reviewers and staff.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/history", operation_id = "read_history", tag = "Posts",
    params(PostPath),
    responses((status = 200, description = "The history.", body = HistoryBody), ReadProblems)
)]
pub(super) fn history(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let post = request.post_with_history()?;
    let history = posts::history(&mut request.conn, &post)?;
    Ok(json::reply(&HistoryBody::from(&history)))
}

/// Read a revision
///
/// For the author, reviewers and staff.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/revisions/{number}", operation_id = "read_revision",
    tag = "Posts",
    params(PostPath, RevisionPath),
    responses(
        (status = 200, description = "The revision.", body = RevisionBody,
            headers(("ETag" = String, description = "The entity tag of this revision. It is \
                                                     current if the post has the same one."))),
        ReadProblems
    )
)]
pub(super) fn revision(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let post = request.post_with_history()?;
    let number = RevisionNumber(request.segments.number("number")?);
    let revision = visible::revision(&mut request.conn, &post, number)?;
    Ok(json::reply(&RevisionBody::from(&revision)).with("etag", entity_tag(revision.number)))
}

/// List the actions you can take, with reasons for the others
///
/// For the current revision, at this moment. Every action is checked again when you send it.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/actions", operation_id = "read_actions", tag = "Posts",
    params(PostPath),
    responses(
        (status = 200, description = "Each action, with its result.",
            body = ActionsBody, headers(("ETag" = String, description = "The revision that was checked."))),
        ReadProblems
    )
)]
pub(super) fn actions(mut request: ReadRequest) -> Result<Reply, ApiError> {
    let post = request.post()?;
    drop(request.conn);
    let body = ActionsBody::of(&request.reader, &post);
    Ok(json::reply(&body).with("etag", entity_tag(post.current.number)))
}
