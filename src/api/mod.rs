//! The interface for programs: JSON in, JSON out, by a token. It contains no rule.
//!
//! **Addresses.** A thing has an address, and an action on a post has an address
//! below it: `POST /api/v1/posts/{id}/publication` publishes. No field `state`
//! can be set.
//!
//! **Authentication.** A bearer token (RFC 6750) and nothing else. Cookies are
//! neither read nor set here, and no other interface reads tokens.
//!
//! **The revision seen.** The entity tag of a post is the number of its current
//! revision in quotation marks. People decide about this version of the text. No cache
//! may keep a reply, so the tag has no other use. Every change of an existing post has
//! to say in `If-Match` which revision its author looked at:
//!
//! - Without the header, or with `*`, which would be "the latest": 428.
//! - With anything but the tag of one revision, such as a list or a foreign tag: 412.
//!   It matches no revision of any post, so the workflow is not asked. A weak tag is
//!   valid: a proxy compressed the reply.
//! - With the tag of a revision that is not the current one, the workflow is asked.
//!   Permission comes first, and the post is locked. Policy then refuses with every
//!   reason it has, `stale-revision` among them: 409, or 403 where another reason is
//!   about the person. The refusal is recorded. Comparing tags here would hide the
//!   other reasons, leave no record, and read a post without its lock.
//!
//! **Once.** Every POST takes an `Idempotency-Key`. Creating a post requires one
//! (400), because a repeated create makes two posts. The other actions are safe
//! without: policy refuses the second publication.
//!
//! **Order.** HTTP comes first: token there (401), quota (429), `Accept` (406), headers
//! (400, 412, 428), `Content-Type` (415), JSON (400, 422). Then the workflow, in the
//! order of every other interface. A request that is refused before the workflow gets the
//! reason only if its token works. Otherwise it learns that the token does not (401).

mod api_request;
mod bodies;
mod changes;
mod document;
mod document_page;
mod handle;
mod headers;
mod json;
mod links;
mod parameters;
mod posts;
mod quotas;
mod read_request;
mod records;
mod replies;
mod routes;

pub use document::openapi;
pub use routes::routes;

pub(crate) use headers::token as shown_token;
pub(crate) use quotas::Quotas;
pub(crate) use routes::is_within;
