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

/// The bodies that are read most.
pub struct RenderCache(Cache<Key, Arc<str>, Bytes>);

impl RenderCache {
    /// Returns an empty cache.
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter(BODIES, CAPACITY, Bytes))
    }

    /// Returns the body of a published post as HTML.
    pub(super) fn html_of(
        &self,
        conn: &mut PgConnection,
        post: &PublicPost,
    ) -> Result<Arc<str>, Refusal> {
        let html = self.html(conn, std::slice::from_ref(post))?;
        html.into_iter().next().ok_or_else(|| read_error(Error::NotFound))
    }

    /// Returns the bodies of published posts as HTML, in the order of the posts. One
    /// query reads those that are not cached.
    pub(super) fn html(
        &self,
        conn: &mut PgConnection,
        posts: &[PublicPost],
    ) -> Result<Vec<Arc<str>>, Refusal> {
        let mut found: HashMap<Key, Arc<str>> =
            posts.iter().filter_map(|post| Some((key(post), self.0.get(&key(post))?))).collect();
        let missing: Vec<Key> =
            posts.iter().map(key).filter(|key| !found.contains_key(key)).collect();
        if !missing.is_empty() {
            for (key, body) in posts::bodies(conn, &missing).map_err(read_error)? {
                let html: Arc<str> = render(&body, Audience::Reader).html.into();
                self.0.insert(key, html.clone());
                found.insert(key, html);
            }
        }
        let html = posts.iter().map(|post| found.get(&key(post)).cloned());
        html.collect::<Option<Vec<_>>>().ok_or_else(|| read_error(Error::NotFound))
    }
}

fn key(post: &PublicPost) -> Key {
    (post.id, post.revision)
}

/// The weight of an entry: its size in memory.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<str>> for Bytes {
    fn weight(&self, key: &Key, html: &Arc<str>) -> u64 {
        (size_of_val(key) + size_of_val(html) + html.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, RenderCache};
    use crate::domain::{PostId, RevisionNumber};

    #[test]
    fn it_keeps_the_longest_body_and_never_more_than_its_capacity() {
        let cache = RenderCache::new();
        let longest: std::sync::Arc<str> = "x".repeat(2_000_000).into();
        for id in 0..64 {
            let key = (PostId(id), RevisionNumber(1));
            cache.0.insert(key, longest.clone());
            assert!(cache.0.get(&key).is_some(), "{id}");
            assert!(cache.0.weight() <= CAPACITY);
        }
        assert!(cache.0.len() < 64);
    }
}
