//! The page that shows the outcome of each post of a bulk archive, and continues
//! with the posts that have none.

use askama::Template;

use crate::admin::layout::authorized_layout;
use crate::admin::posts::paths::{LIST, bulk_archive};
use crate::admin::posts::return_address::is_list;
use crate::admin::posts::skipped::{SkippedPost, by_reasons};
use crate::domain::{Interface, Permission};
use crate::http::{Form, Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::bulk::{Bulk, BulkId, Item, ItemOutcome};
use crate::workflow::bulk_archives;

/// The title of the pages of a bulk archive.
pub(super) const TITLE: &str = "Archive several posts";

#[derive(Template)]
#[template(path = "admin/bulk_progress.html")]
struct BulkProgressPage {
    layout: Layout,
    bulk: Bulk,
    /// The address of the list that the posts were selected in.
    back: String,
}

impl BulkProgressPage {
    fn to_do(&self) -> Vec<&Item> {
        self.items(|outcome| matches!(outcome, ItemOutcome::ToDo { .. }))
    }

    fn archived(&self) -> Vec<&Item> {
        self.items(|outcome| matches!(outcome, ItemOutcome::Archived))
    }

    /// Returns the posts that were skipped, grouped by reason.
    fn skipped(&self) -> Vec<(String, Vec<SkippedPost<'_>>)> {
        by_reasons(self.bulk.items.iter().filter_map(|item| match &item.outcome {
            ItemOutcome::Refused(reasons) => {
                Some(SkippedPost { id: item.post, title: &item.title, reasons })
            }
            ItemOutcome::ToDo { .. } | ItemOutcome::Archived => None,
        }))
    }

    fn skipped_count(&self) -> usize {
        self.items(|outcome| matches!(outcome, ItemOutcome::Refused(_))).len()
    }

    /// Returns the number of posts that another request kept locked.
    fn put_off(&self) -> usize {
        self.items(|outcome| matches!(outcome, ItemOutcome::ToDo { is_put_off: true })).len()
    }

    /// Returns whether the script may press the button. When only locked posts
    /// are left, the person decides when to try again.
    fn continues_by_itself(&self) -> bool {
        self.put_off() < self.to_do().len()
    }

    fn done(&self) -> usize {
        self.bulk.items.len() - self.to_do().len()
    }

    /// Returns the words on the button.
    fn verb(&self) -> String {
        format!("Continue ({} left)", self.to_do().len())
    }

    fn address(&self) -> String {
        bulk_archive(self.bulk.id)
    }

    fn items(&self, has: fn(&ItemOutcome) -> bool) -> Vec<&Item> {
        self.bulk.items.iter().filter(|item| has(&item.outcome)).collect()
    }
}

pub(super) fn progress(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let back = take_back(&mut request.query_fields()?)?;
    let conn = &mut *store.checkout()?;
    let (person, layout) = authorized_layout(conn, request, TITLE, Permission::ArchivePost)?;
    let bulk = bulk_archives::find(conn, &person, bulk_id(request)?)?;
    Ok(Reply::ok(&BulkProgressPage { layout, bulk, back }))
}

pub(super) fn go_on(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    let back = form.read(take_back)?;
    work(store, request, bulk_id(request)?, back)
}

fn bulk_id(request: &Request) -> Result<BulkId, Refusal> {
    request.segments.number("id").map(BulkId)
}

/// Archives as many posts as one request may, and leads to the progress.
pub(super) fn work(
    store: &Store,
    request: &Request,
    id: BulkId,
    back: String,
) -> Result<Reply, Refusal> {
    bulk_archives::work(store, &request.caller(Interface::Admin)?, id)?;
    let back = Some(back).filter(|back| back != LIST).unwrap_or_default();
    let address = PageAddress::of(bulk_archive(id)).with("back", back);
    Ok(Reply::see(address.to_string(), None))
}

/// Takes the address of the list out of a query or form: the whole list, where it
/// names none.
pub(super) fn take_back(fields: &mut Form) -> Result<String, Refusal> {
    Ok(take_named_back(fields)?.unwrap_or_else(|| LIST.to_owned()))
}

/// Takes the address of the list out of a query or form, if it names one.
pub(super) fn take_named_back(fields: &mut Form) -> Result<Option<String>, Refusal> {
    let back = fields.take("back")?;
    Ok(back.filter(|address| is_list(address)))
}
