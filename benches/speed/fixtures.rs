//! The database that is measured.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use imprimatur::store::statement::statement;

use crate::seed::seed;
use crate::support::processes::Process;
use crate::support::running::Running;
use crate::support::{Browser, Database, World};

/// The first number of the posts that are made to be published.
const FIRST: i64 = 1_000_000;

/// A site with posts, and more of them in review whenever they are asked for.
pub struct Site {
    pub world: World,
    next: i64,
}

impl Site {
    pub fn with(posts: i64) -> Self {
        let world = World::new();
        seed(&world.database, posts);
        Self { world, next: FIRST }
    }

    pub fn url(&self) -> String {
        self.world.database.runtime_url()
    }

    /// Makes so many posts by Alice that are in review, each of 4 kB.
    pub fn in_review(&mut self, posts: usize) -> Vec<i64> {
        let numbers: Vec<i64> = (self.next..).take(posts).collect();
        self.next += posts as i64;
        let sql = IN_REVIEW
            .replace(":first", &numbers[0].to_string())
            .replace(":last", &(self.next - 1).to_string());
        self.world.database.as_superuser().batch_execute(&sql).unwrap();
        numbers
    }

    /// The address of a published post whose page has about 4 kB.
    pub fn page_of_4_kb(&self, server: &Running) -> String {
        let slug: String = statement::<Text>(
            "SELECT slug FROM posts WHERE state = 'published' ORDER BY id LIMIT 1",
        )
        .get_result(&mut self.world.database.as_owner())
        .unwrap();
        let path = format!("/posts/{slug}");
        let page = Browser::new(server.address).get(&path).expect(200);
        assert!((2_500..6_000).contains(&page.body.len()), "{} bytes", page.body.len());
        path
    }

    /// The process of PostgreSQL that started all others.
    pub fn postmaster(&self) -> u32 {
        let mut held = self.world.database.as_owner();
        let pid: i32 =
            statement::<Integer>("SELECT pg_backend_pid()").get_result(&mut held).unwrap();
        Process::find(pid as u32).unwrap().parent
    }

    /// Opens the public page of every post that was published, some 12,000.
    pub fn read_every_page(&self, server: &Running) {
        let slugs: Vec<String> = statement::<Text>(
            "SELECT slug FROM posts WHERE state = 'published' ORDER BY id DESC LIMIT 12000",
        )
        .load(&mut self.world.database.as_owner())
        .unwrap();
        let mut reader = Browser::new(server.address);
        for slug in slugs {
            reader.get(&format!("/posts/{slug}")).expect(200);
        }
    }
}

const IN_REVIEW: &str = "
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    CREATE TEMP TABLE made AS
    SELECT n AS id, (SELECT id FROM users WHERE username = 'alice') AS author,
        now() - interval '1 hour' AS created, now() - interval '30 minutes' AS submitted
    FROM generate_series(:first, :last) n;
    INSERT INTO posts (id, author_id, state, current_revision, created_at,
        submitted_at, submitted_by, submitted_revision)
    OVERRIDING SYSTEM VALUE
    SELECT id, author, 'in_review', 1, created, submitted, author, 1 FROM made;
    INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
    SELECT id, 1, 'A post to publish, number ' || id, 'A summary.',
        repeat('A line of a text that people read, and then another. ', 75),
        author, created, 'made/' || id || '/1' FROM made;
    INSERT INTO history
        (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
    SELECT id, action, 1, before, state, author, 'made/' || id || '/' || step, sha256('made'), at
    FROM made CROSS JOIN LATERAL (VALUES
        (1, 'create', NULL, 'draft', created), (2, 'submit', 'draft', 'in_review', submitted)
    ) AS done (step, action, before, state, at);
    SET session_replication_role = origin;
    SET synchronous_commit = on;
    ANALYZE posts, revisions, history;
    CHECKPOINT;";

/// A directory that the user of PostgreSQL may enter.
pub fn fresh_directory() -> PathBuf {
    let directory = std::env::temp_dir().join(format!("imprimatur-start-{}", std::process::id()));
    std::fs::create_dir(&directory).unwrap();
    let open = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(&directory, open).unwrap();
    directory
}

/// Removes it, once its server has let go of it.
pub fn remove(directory: &Path) {
    for _ in 0..100 {
        if std::fs::remove_dir_all(directory).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    eprintln!("{} is left behind", directory.display());
}
