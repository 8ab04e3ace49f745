//! What the tests of several pages need.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use imprimatur::audit::{self, AuditEntry, RefusalFilter, RefusalLine};
use imprimatur::domain::{Interface, PostId, RequestId, UserId};
use imprimatur::store::paging::PageRequest;

use crate::support::World;
use crate::support::browser::Page as Answer;
use crate::support::raw::DB_FINGERPRINT;

/// Tabs of the admin that every member of staff sees.
pub const TABS: [&str; 5] =
    ["/admin", "/admin/posts", "/admin/permissions", "/admin/refusals", "/admin/incidents"];

/// Writes refusals of every kind, several to a moment, as if over four months.
pub fn db_many_refusals(world: &World, count: i64) {
    let people = [world.alice, world.edith, world.rosa, world.mallory].map(|id| id.to_string());
    world
        .database
        .as_owner()
        .batch_execute(&format!(
            "INSERT INTO refusals
                 (at, request_id, interface, actor_id, action, post_id, revision_seen, layer, reasons)
             SELECT timestamptz '2026-03-01 00:00+00' + (n / 3) * interval '7 minutes',
                 gen_random_uuid(),
                 (ARRAY['page', 'admin', 'command-line'])[1 + n % 3],
                 (ARRAY[{}])[1 + (n * 7 / 5) % 4],
                 (ARRAY['publish', 'submit', 'archive', 'grant-role'])[1 + (n / 2) % 4],
                 CASE WHEN n % 5 = 4 THEN NULL ELSE 1 + n % 5 END,
                 CASE WHEN n % 2 = 0 THEN 1 END,
                 CASE WHEN n % 4 = 0 THEN 'permission' ELSE 'policy' END,
                 CASE n % 4
                     WHEN 0 THEN '[{{\"code\": \"permission-missing\", \"sentence\": \"S0\", \"hint\": \"H0\"}}]'
                     WHEN 1 THEN '[{{\"code\": \"own-post\", \"sentence\": \"S1\", \"hint\": \"H1\"}}]'
                     WHEN 2 THEN '[{{\"code\": \"not-in-review\", \"sentence\": \"S2\", \"hint\": \"H2\"}},
                                   {{\"code\": \"own-post\", \"sentence\": \"S1\", \"hint\": \"H1\"}}]'
                     ELSE '[{{\"code\": \"stale-revision\", \"sentence\": \"S3\", \"hint\": \"H3\"}}]'
                 END::jsonb
             FROM generate_series(0, {count} - 1) AS n",
            people.join(", ")
        ))
        .unwrap();
}

pub fn all_refusals(conn: &mut PgConnection) -> Vec<RefusalLine> {
    let everything = PageRequest::newest(1_000_000);
    audit::list_refusals(conn, &RefusalFilter::default(), &everything).unwrap().lines
}

/// What the filter means, said once more and slowly.
pub fn passes(filter: &RefusalFilter, line: &RefusalLine) -> bool {
    filter.actor.is_none_or(|actor| line.actor.id == actor)
        && filter.post.is_none_or(|post| line.post == Some(post))
        && filter.action.is_none_or(|action| action == line.action)
        && filter.layer.is_none_or(|layer| layer == line.layer)
        && filter.interface.is_none_or(|interface| interface == line.interface)
        && filter
            .code
            .as_ref()
            .is_none_or(|code| line.reasons.iter().any(|reason| reason.code == *code))
        && filter.since.is_none_or(|since| line.at >= since)
        && filter.until.is_none_or(|until| line.at < until)
}

pub fn incident(world: &World, invariant: &str, actor: Option<UserId>, post: Option<PostId>) {
    let asked = AuditEntry {
        request: RequestId::new(),
        interface: Interface::Page,
        actor,
        action: imprimatur::domain::Action::Publish.into(),
        post,
        seen: None,
    };
    audit::Record::Incident { invariant, detail: "by the test" }
        .write_on(&asked, &mut world.database.as_runtime());
}

/// The ids of the refusals on a page.
pub fn shown(page: &Answer) -> Vec<i64> {
    page.body
        .split("id=\"refusal-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect()
}

/// The address that a page links to as this.
pub fn linked(page: &Answer, link: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("{link} href=\""))?;
    Some(rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"))
}

/// Copies the first post so many times, in the state it has, with the guards off.
pub fn db_copies(world: &World, copies: usize) {
    let sql = format!(
        "{DB_FINGERPRINT}
         SET session_replication_role = replica;
         INSERT INTO posts (id, author_id, state, current_revision, created_at,
             submitted_at, submitted_by, submitted_revision,
             published_at, published_by, published_revision, slug)
         OVERRIDING SYSTEM VALUE
         SELECT id + n, author_id, state, current_revision, created_at,
             submitted_at, submitted_by, submitted_revision,
             published_at, published_by, published_revision, 'copy-' || n
         FROM posts, generate_series(1, {copies}) n WHERE id = 1;
         INSERT INTO history
             (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id + n, action, revision, from_state, to_state, actor_id, key || '/' || n,
             CASE action WHEN 'create' THEN fingerprint
                 ELSE pg_temp.fingerprint(actor_id, action, (post_id + n)::text, '1', '', '', '', '')
             END, at
         FROM history, generate_series(1, {copies}) n WHERE post_id = 1;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id + n, number, title, summary, body, author_id, at, key || '/' || n
         FROM revisions, generate_series(1, {copies}) n WHERE post_id = 1;
         INSERT INTO post_documents
         SELECT post_id + n, document FROM post_documents, generate_series(1, {copies}) n
         WHERE post_id = 1;
         SELECT setval(pg_get_serial_sequence('posts', 'id'), (SELECT max(id) FROM posts));
         SET session_replication_role = origin"
    );
    world.database.as_superuser().batch_execute(&sql).unwrap();
}
