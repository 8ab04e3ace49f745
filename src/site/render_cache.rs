//! The bodies of published posts as HTML, rendered once in each process.
//!
//! A published body never changes, so an entry is never out of date. The cache does
//! not know whether a post is still public; each page asks the database.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::result::Error;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, GuardResult};

use crate::domain::{PostId, RevisionNumber};
use crate::refusal::Refusal;
use crate::render::markdown::{Audience, Rendered, render};
use crate::store::Unavailable;
use crate::store::posts::{self, PublicPost};

/// The maximum size in bytes.
const CAPACITY: u64 = 8 * 1024 * 1024;

/// The expected number of bodies. The cache is split into shards of at least 32, and
/// the longest body must fit into one shard.
const BODIES: usize = 64;

/// The longest that a request waits for another to render the same body.
const MAX_WAIT: Duration = Duration::from_secs(5);

type Key = (PostId, RevisionNumber);

/// A published body, ready to be shown.
pub(super) struct PublicBody {
    pub(super) html: String,
    /// The address of its first picture, for previews of links to it.
    pub(super) picture: Option<String>,
}

/// The bodies that are read most.
pub(super) struct RenderCache(Cache<Key, Arc<PublicBody>, Bytes>);

impl RenderCache {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(BODIES, CAPACITY, Bytes))
    }

    /// Reads the bodies of published posts that are not cached, with one query.
    pub(super) fn read(
        &self,
        conn: &mut PgConnection,
        posts: &[PublicPost],
    ) -> Result<Bodies, Refusal> {
        let found: HashMap<Key, Arc<PublicBody>> =
            posts.iter().filter_map(|post| Some((key(post), self.0.get(&key(post))?))).collect();
        let missing: Vec<Key> =
            posts.iter().map(key).filter(|key| !found.contains_key(key)).collect();
        let read = match missing.is_empty() {
            true => HashMap::new(),
            false => posts::bodies(conn, &missing)?
                .into_iter()
                .map(|read| ((read.post, read.revision), read.body))
                .collect(),
        };
        Ok(Bodies { found, read })
    }

    /// Returns the body of a post as HTML. Of those who miss it at the same time one
    /// renders it, without a connection, and the others wait for that.
    pub(super) fn render(
        &self,
        bodies: &mut Bodies,
        post: &PublicPost,
    ) -> Result<Arc<PublicBody>, Refusal> {
        let key = key(post);
        if let Some(body) = bodies.found.remove(&key) {
            return Ok(body);
        }
        let body = bodies.read.remove(&key).ok_or(Error::NotFound)?;
        match self.0.get_value_or_guard(&key, Some(MAX_WAIT)) {
            GuardResult::Value(rendered) => Ok(rendered),
            GuardResult::Guard(guard) => {
                let Rendered { html, picture, .. } = render(&body, Audience::Reader);
                let rendered = Arc::new(PublicBody { html, picture });
                // It is removed at the same time where it is too large to be kept.
                let _ = guard.insert(rendered.clone());
                Ok(rendered)
            }
            GuardResult::Timeout => Err(Unavailable::Busy.into()),
        }
    }
}

/// The bodies of some posts: rendered already, or as they were written.
pub(super) struct Bodies {
    found: HashMap<Key, Arc<PublicBody>>,
    read: HashMap<Key, String>,
}

fn key(post: &PublicPost) -> Key {
    (post.id, post.revision)
}

/// The weight of an entry: its size in memory.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<PublicBody>> for Bytes {
    fn weight(&self, key: &Key, body: &Arc<PublicBody>) -> u64 {
        let picture = body.picture.as_ref().map_or(0, String::len);
        (size_of_val(key) + size_of::<PublicBody>() + body.html.len() + picture) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use super::{Bodies, CAPACITY, PublicBody, RenderCache, key};
    use crate::domain::{PostId, RevisionNumber, Slug, UserId};
    use crate::store::posts::PublicPost;

    #[test]
    fn of_those_who_miss_a_body_one_renders_it() {
        let post = PublicPost {
            id: PostId(1),
            revision: RevisionNumber(1),
            slug: Slug::parse("a").unwrap(),
            title: "A".to_owned(),
            summary: "A.".to_owned(),
            author_id: UserId(1),
            author: "Alice".to_owned(),
            published_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let cache = RenderCache::new();
        let barrier = std::sync::Barrier::new(8);
        let rendered: Vec<Arc<PublicBody>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let read = HashMap::from([(key(&post), "*Less.* ".repeat(5_000))]);
                        let mut bodies = Bodies { found: HashMap::new(), read };
                        barrier.wait();
                        cache.render(&mut bodies, &post).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(rendered.iter().all(|body| Arc::ptr_eq(body, &rendered[0])));
    }

    #[test]
    fn it_keeps_the_longest_body_and_never_more_than_its_capacity() {
        let cache = RenderCache::new();
        let longest = Arc::new(PublicBody { html: "x".repeat(2_000_000), picture: None });
        for id in 0..64 {
            let key = (PostId(id), RevisionNumber(1));
            cache.0.insert(key, longest.clone());
            assert!(cache.0.get(&key).is_some(), "{id}");
            assert!(cache.0.weight() <= CAPACITY);
        }
        assert!(cache.0.len() < 64);
    }
}
