//! Links in the OpenAPI document: each names an operation that can follow, and
//! where in the reply its parameters are.

use utoipa::Modify;
use utoipa::openapi::link::{Link, LinkBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi as Document, RefOr};

/// Where a request or its reply names a post.
const ID_IN_REQUEST: &str = "$request.path.id";
const ID_IN_OUTCOME: &str = "$response.body#/post";
/// Where a reply names its revision.
const REVISION: &str = "$response.body#/revision";

const READ: [&str; 4] = ["read_post", "read_history", "read_revision", "read_actions"];

/// The actions that can follow each operation on one post.
const NEXT: [(&str, &[&str]); 8] = [
    (
        "read_post",
        &["revise", "submit", "request_changes", "withdraw_request", "publish", "archive"],
    ),
    ("create", &["revise", "submit"]),
    ("revise", &["revise", "submit"]),
    ("submit", &["revise", "request_changes", "publish"]),
    ("request_changes", &["revise", "withdraw_request"]),
    ("withdraw_request", &["request_changes", "publish"]),
    ("publish", &["archive"]),
    ("archive", &[]),
];

/// Adds the links to the replies of a document.
pub(super) struct Links;

impl Modify for Links {
    fn modify(&self, document: &mut Document) {
        let items = document.paths.paths.values_mut();
        for operation in items.flat_map(|item| [&mut item.get, &mut item.post]).flatten() {
            let links = after(operation.operation_id.as_deref().unwrap_or_default());
            add(operation, links);
        }
    }
}

/// Returns the links of an operation.
fn after(operation: &str) -> Vec<(&'static str, Link)> {
    let Some((_, next)) = NEXT.iter().find(|(name, _)| *name == operation) else {
        return Vec::new();
    };
    let id = if operation == "read_post" { ID_IN_REQUEST } else { ID_IN_OUTCOME };
    let reads = READ.iter().filter(|read| **read != operation);
    let reads = reads.map(|read| {
        let link = link(read, id);
        let is_of_one = *read == "read_revision";
        let link = if is_of_one { link.parameter("number", REVISION) } else { link };
        (*read, link.build())
    });
    let acts = next.iter().map(|action| {
        (*action, link(action, id).parameter("If-Match", "$response.header.ETag").build())
    });
    reads.chain(acts).collect()
}

fn link(operation: &str, id: &str) -> LinkBuilder {
    LinkBuilder::new().operation_id(operation).parameter("id", id)
}

fn add(operation: &mut Operation, links: Vec<(&'static str, Link)>) {
    let responses = operation.responses.responses.iter_mut();
    for (status, response) in responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            let links = links.iter().map(|(name, link)| ((*name).to_owned(), link.clone().into()));
            response.links.extend(links);
        }
    }
}
