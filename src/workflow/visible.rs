//! Reads of one post, as far as a person may see it: anything else is not found.

use diesel::pg::PgConnection;

use crate::domain::{Post, PostId, Revision, RevisionNumber};
use crate::refusal::Refusal;
use crate::store::posts;
use crate::store::visibility::Visibility;

/// Returns a post for a page that shows how it came to be.
pub fn find_history(
    conn: &mut PgConnection,
    viewer: impl Into<Visibility>,
    id: PostId,
) -> Result<Post, Refusal> {
    let visibility = viewer.into();
    let post = find(conn, visibility, id)?;
    if visibility.sees_history_of(&post) { Ok(post) } else { Err(Refusal::NotFound) }
}

/// Returns the post, or [`Refusal::NotFound`] where the viewer may not see it.
pub fn find(
    conn: &mut PgConnection,
    viewer: impl Into<Visibility>,
    id: PostId,
) -> Result<Post, Refusal> {
    posts::find(conn, id, viewer.into())?.ok_or(Refusal::NotFound)
}

/// Returns one of the texts that a post has had.
pub fn revision(
    conn: &mut PgConnection,
    post: &Post,
    number: RevisionNumber,
) -> Result<Revision, Refusal> {
    if number == post.current.number {
        return Ok(post.current.clone());
    }
    posts::revision(conn, post, number)?.ok_or(Refusal::NotFound)
}
