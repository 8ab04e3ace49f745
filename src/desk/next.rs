//! The next post in a reviewer's queue.

use super::desk_page::MAX_WAITING;
use crate::domain::{Action, PostId, decimal};
use crate::http::{Reply, Request};
use crate::permissions;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::store::posts;

/// Redirects to the post that follows the one in `after`, or else to the oldest.
pub(super) fn next(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let after = request.query_fields()?.read(|query| {
        query.take("after")?.map(|id| decimal(&id).map(PostId).ok_or(Refusal::NotFound)).transpose()
    })?;
    let conn = &mut *store.checkout()?;
    let person = request.load_viewer(conn)?;
    let required = permissions::required(Action::RequestChanges);
    permissions::check(&person.roles, required)?;
    let queue = posts::awaiting_review(conn, person.id, MAX_WAITING)?;
    let queue: Vec<PostId> = queue.iter().map(|line| line.id).collect();
    Ok(match follows(&queue, after) {
        Some(id) => Reply::see(format!("/desk/posts/{id}"), None),
        None => Reply::see("/desk", None),
    })
}

/// Returns the post after the given one, or the first if that has left the queue.
fn follows(queue: &[PostId], after: Option<PostId>) -> Option<PostId> {
    let place = queue.iter().position(|id| Some(*id) == after);
    let next = place.and_then(|place| queue.get(place + 1));
    next.or(queue.first()).copied().filter(|id| Some(*id) != after)
}

#[cfg(test)]
mod tests {
    use super::follows;
    use crate::domain::PostId;

    #[test]
    fn the_next_post_follows_this_one_and_the_oldest_follows_the_last() {
        let queue = [3, 5, 8].map(PostId);
        for (after, next) in
            [(None, Some(3)), (Some(3), Some(5)), (Some(8), Some(3)), (Some(4), Some(3))]
        {
            assert_eq!(follows(&queue, after.map(PostId)), next.map(PostId), "{after:?}");
        }
        assert_eq!(follows(&queue[..1], Some(PostId(3))), None);
        assert_eq!(follows(&[], None), None);
    }
}
