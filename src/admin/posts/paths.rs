use crate::domain::{PostId, RevisionNumber};
use crate::store::bulk::BulkId;

pub(super) const LIST: &str = "/admin/posts";

pub(super) const FILE: &str = "/admin/posts.csv";

/// The path on which a bulk archive is confirmed and started.
pub(super) const BULK_ARCHIVE: &str = "/admin/posts/bulk-archive";

/// Returns the path on which a bulk archive shows its progress.
pub(super) fn bulk_archive(id: BulkId) -> String {
    format!("{BULK_ARCHIVE}/{}", id.0)
}

/// Returns a post and the revision that was seen, as forms and addresses carry
/// them.
pub(super) fn selected(post: PostId, seen: RevisionNumber) -> String {
    format!("{post}-{seen}")
}
