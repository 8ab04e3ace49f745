//! The bodies of published posts as HTML, rendered once in each process.
//!
//! A published body never changes, so an entry is never out of date. The cache does
//! not know whether a post is still public; each page asks the database.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::pg::PgConnection;
use diesel::result::Error;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::domain::{PostId, RevisionNumber};
use crate::refusal::{Refusal, read_error};
use crate::render::markdown::{Audience, render};
use crate::store::posts::{self, PublicPost};

/// The maximum size in bytes.
const CAPACITY: u64 = 32 * 1024 * 1024;

/// The expected number of bodies. The cache is split into shards of at least 32, and
/// the longest body must fit into one shard.
const BODIES: usize = 256;

type Key = (PostId, RevisionNumber);

/// A published body, ready to be shown.
pub(super) struct PublicBody {
    /// The body as HTML.
    pub(super) html: String,
    /// The address of its first picture, for previews of links to it.
    pub(super) picture: Option<String>,
}

/// The bodies that are read most.
pub struct RenderCache(Cache<Key, Arc<PublicBody>, Bytes>);

impl RenderCache {
    /// Returns an empty cache.
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter(BODIES, CAPACITY, Bytes))
    }

    /// Returns the body of a published post.
    pub(super) fn body_of(
        &self,
        conn: &mut PgConnection,
        post: &PublicPost,
    ) -> Result<Arc<PublicBody>, Refusal> {
        let bodies = self.bodies(conn, std::slice::from_ref(post))?;
        bodies.into_iter().next().ok_or_else(|| read_error(Error::NotFound))
    }

    /// Returns the bodies of published posts, in the order of the posts. One
    /// query reads those that are not cached.
    pub(super) fn bodies(
        &self,
        conn: &mut PgConnection,
        posts: &[PublicPost],
    ) -> Result<Vec<Arc<PublicBody>>, Refusal> {
        let mut found: HashMap<Key, Arc<PublicBody>> =
            posts.iter().filter_map(|post| Some((key(post), self.0.get(&key(post))?))).collect();
        let missing: Vec<Key> =
            posts.iter().map(key).filter(|key| !found.contains_key(key)).collect();
        if !missing.is_empty() {
            for (key, body) in posts::bodies(conn, &missing).map_err(read_error)? {
                let rendered = render(&body, Audience::Reader);
                let body = PublicBody { html: rendered.html, picture: rendered.picture };
                let body = Arc::new(body);
                self.0.insert(key, body.clone());
                found.insert(key, body);
            }
        }
        let bodies = posts.iter().map(|post| found.get(&key(post)).cloned());
        bodies.collect::<Option<Vec<_>>>().ok_or_else(|| read_error(Error::NotFound))
    }
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
    use std::sync::Arc;

    use super::{CAPACITY, PublicBody, RenderCache};
    use crate::domain::{PostId, RevisionNumber};

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
