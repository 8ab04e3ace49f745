//! The page that shows the outcome of each post of a bulk archive, and continues
//! with the posts that have none.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use crate::admin::layout::authorized_layout;
use crate::admin::posts::paths::bulk_archive;
use crate::domain::{Interface, Permission, Reason};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::bulk::{Bulk, BulkId, Item, ItemOutcome};
use crate::workflow::bulk_archives::{self, BulkCall};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/admin/posts/bulk-archive/{id}")
            .route(web::get().to(progress))
            .route(web::post().to(go_on)),
    );
}

/// The title of the pages of a bulk archive.
pub(super) const TITLE: &str = "Archive several posts";

#[derive(Template)]
#[template(path = "admin/bulk_progress.html")]
struct BulkProgressPage {
    layout: Layout,
    bulk: Bulk,
}

impl BulkProgressPage {
    fn to_do(&self) -> Vec<&Item> {
        self.items(|outcome| matches!(outcome, ItemOutcome::ToDo { .. }))
    }

    fn archived(&self) -> Vec<&Item> {
        self.items(|outcome| matches!(outcome, ItemOutcome::Archived))
    }

    fn refused(&self) -> Vec<(&Item, &[Reason])> {
        let refused = self.bulk.items.iter().filter_map(|item| match &item.outcome {
            ItemOutcome::Refused(reasons) => Some((item, reasons.as_slice())),
            ItemOutcome::ToDo { .. } | ItemOutcome::Archived => None,
        });
        refused.collect()
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

    fn address(&self) -> String {
        bulk_archive(self.bulk.id)
    }

    fn items(&self, has: fn(&ItemOutcome) -> bool) -> Vec<&Item> {
        self.bulk.items.iter().filter(|item| has(&item.outcome)).collect()
    }
}

async fn progress(request: Request, path: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .page(request, move |store, request| {
            let conn = &mut *store.checkout()?;
            let (person, layout) =
                authorized_layout(conn, request, TITLE, Permission::ArchivePost)?;
            let bulk = bulk_archives::find(conn, &person, bulk_id(&path)?)?;
            Ok(Reply::ok(&BulkProgressPage { layout, bulk }))
        })
        .await
}

async fn go_on(
    request: Request,
    path: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    context
        .form(request, body, move |store, request, form| {
            form.finish()?;
            work(store, request, bulk_id(&path)?)
        })
        .await
}

fn bulk_id(text: &str) -> Result<BulkId, Refusal> {
    text.parse().map(BulkId).map_err(|_| Refusal::NotFound)
}

/// Archives as many posts as one request may, and leads to the progress.
pub(super) fn work(store: &Store, request: &Request, id: BulkId) -> Result<Reply, Refusal> {
    bulk_archives::work(store, &bulk_call(request)?, id)?;
    Ok(Reply::see(bulk_archive(id), None))
}

pub(super) fn bulk_call(request: &Request) -> Result<BulkCall, Refusal> {
    let credential = request.credential()?;
    Ok(BulkCall { credential, interface: Interface::Admin, request: request.id })
}
