//! Locks a post for a decision, and reads it as it is then.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};

use super::one::{find, find_with_next_slug};
use crate::domain::{Availability, LockedPost, OnPost, Post, Review, Step, UserId};
use crate::permissions::Capability;
use crate::store::Transaction;
use crate::store::row::{row, select};
use crate::store::statement::statement;
use crate::store::values::availability;
use crate::store::visibility::Visibility;

/// Locks a post and returns it as it is now, or `None` where there is none that
/// the actor may see. A person cannot lock a post that they may not see.
///
/// It takes the capability, so that a refused person locks nothing. It is two
/// statements, because one that waited for the lock would show an old picture.
/// Everything but the locked row would be as it was before the wait.
///
/// Where a web address was shown to the actor, it also returns the one that the
/// post would get. That stays so until the transaction ends: `available_slug`
/// makes others who want it wait.
pub fn lock<'tx, A: OnPost>(
    tx: &mut Transaction<'tx>,
    capability: &Capability<'tx, A>,
    attempt: &A,
) -> QueryResult<Option<LockedPost<'tx>>> {
    let (id, visibility) = (attempt.post(), Visibility::of(capability.actor().person()));
    let locked = statement::<BigInt>(
        "SELECT id FROM posts
         WHERE id = $1 AND post_is_visible(state, author_id, $2, $3, $4)
         FOR UPDATE",
    )
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .get_result::<i64>(tx.conn())
    .optional()?;
    if locked.is_none() {
        return Ok(None);
    }
    Step::Lock.reached();
    let found = match attempt.shown_slug() {
        None => find(tx.conn(), id, visibility)?.map(|post| (post, None)),
        Some(shown) => find_with_next_slug(tx.conn(), id, visibility, shown)?,
    };
    let Some((mut post, next_slug)) = found else { return Ok(None) };
    lock_absent_reviewers(tx.conn(), &mut post)?;
    Step::Post.reached();
    Ok(Some(LockedPost::for_update(post, next_slug, tx.within())))
}

/// Locks the accounts of the reviewers whose requests any reviewer may
/// withdraw, so that none comes back before the transaction ends. Usually
/// there are none, and then there is no statement.
fn lock_absent_reviewers(conn: &mut PgConnection, post: &mut Post) -> QueryResult<()> {
    let is_absent = |request: &&Review| request.reviewer_availability != Availability::Available;
    let absent = post.standing_requests.iter().filter(is_absent);
    let ids: Vec<i64> = absent.map(|request| request.reviewer.id.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let locked = select::<ReviewerRow>(
        "SELECT {columns} FROM users WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load::<ReviewerRow>(conn)?;
    for request in &mut post.standing_requests {
        if let Some(now) = locked.iter().find(|row| row.id == request.reviewer.id) {
            request.reviewer_availability = now.availability;
        }
    }
    Ok(())
}

row! {
    struct ReviewerRow {
        id: UserId = "id",
        availability: Availability = availability!("users", "reviewer"),
    }
}
