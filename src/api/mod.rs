//! The edge for programs: JSON in, JSON out, by a token. It contains no rule.
//!
//! **Addresses.** A thing has an address, and what can be done to a post has an
//! address below it: `POST /api/v1/posts/{id}/publication` publishes. There is
//! no field `state` anywhere, because nobody sets one.
//!
//! **Who asks.** A bearer token (RFC 6750) and nothing else. Cookies are not
//! looked at here and none is set; tokens are not looked at elsewhere.
//!
//! **The revision seen.** The entity tag of a post is the number of its current
//! revision in quotation marks: it is the version of the text, which is what
//! somebody decides about. Nothing here may be kept by a cache, so the tag is
//! never asked about anything else. Every change of an existing post has to say
//! in `If-Match` which revision its author looked at:
//!
//! - Without the header, or with `*`, which would be "the latest": 428.
//! - With what is no strong tag of one revision, such as a weak tag, a list or
//!   somebody else's tag, it could match no revision that any post ever has,
//!   and nobody is asked: 412.
//! - With the tag of a revision that is not the current one the door is asked
//!   as ever. Permission comes first, the post is locked, and policy refuses
//!   with every reason it has, `stale-revision` among them, on the record: 409,
//!   or 403 where another reason is about the person. An edge that compared
//!   tags itself would hide the other reasons, leave no record, and judge by a
//!   post that nobody had locked.
//!
//! **Once.** Every POST takes an `Idempotency-Key`; to create takes one or is
//! refused (400), since a post that is begun twice is two posts. The other
//! actions are safe without: the second publication is refused by policy.
//!
//! **Order.** What HTTP can tell comes first: token there (401), share not used
//! up (429), `Accept` (406), headers (400, 412, 428), `Content-Type` (415), JSON
//! (400, 422). Then the door, whose order is that of every other edge. Whoever is
//! stopped before the door hears what was wrong if their token works, and
//! otherwise that it does not (401).

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
mod query;
mod quotas;
mod records;
mod replies;
mod routes;

pub use document::openapi;
pub use routes::routes;

pub(crate) use headers::token as shown_token;
pub(crate) use quotas::Quotas;
pub(crate) use routes::is_within;
