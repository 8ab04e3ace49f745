use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Form, Reply, Request, Settings, error_page, kept_form_page};
use crate::domain::RequestId;
use crate::metrics;
use crate::refusal::Refusal;
use crate::store::{Store, Unavailable};

/// The data that every handler shares.
#[derive(Clone)]
pub struct Context {
    /// The connections to the database.
    pub store: Store,
    /// How the server presents itself.
    pub settings: Settings,
    /// One permit for each request that may be in progress.
    permits: Arc<Semaphore>,
}

/// The maximum number of requests in progress in a process; one more gets 503 at
/// once. At some hundred responses a second the last one waits about a second.
pub const MAX_IN_HAND: usize = 256;

impl Context {
    /// Returns the data that the handlers of one process share.
    pub fn new(store: Store, settings: Settings) -> Self {
        Self { store, settings, permits: Arc::new(Semaphore::new(MAX_IN_HAND)) }
    }

    /// Responds with what `work` returns. A refusal becomes its error page.
    ///
    /// `work` may block: it runs once, on a thread of its own, with one connection.
    pub async fn page(
        &self,
        request: Request,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        self.respond(request, None, work).await
    }

    /// Responds to a form: parses it, checks this session's token, takes it out, and
    /// gives the other fields to `work`. A refusal keeps the typed text.
    pub(crate) async fn form(
        &self,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let form = match Form::parse(&body) {
            Ok(form) => form,
            Err(input) => {
                let readable = Form::parse_lossy(&body);
                return error_page::page(&input.into(), &request, Some(&readable))
                    .into_response(&self.settings);
            }
        };
        let mut fields = form.clone();
        self.respond(request, Some(form), move |store, request| {
            if !request.sent(&fields)? {
                request.look_up_viewer(store);
                return Ok(kept_form_page::stale_form(request, &fields));
            }
            fields.take("token")?;
            work(store, request, fields)
        })
        .await
    }

    async fn respond(
        &self,
        request: Request,
        form: Option<Form>,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let Some(_permit) = self.admit() else {
            return self.busy(&request, form.as_ref());
        };
        let id = request.id;
        let reply = self.blocking(id, move |store| {
            let reply = work(store, &request).unwrap_or_else(|refusal| {
                if !matches!(refusal, Refusal::Unavailable(_) | Refusal::NotSignedIn) {
                    request.look_up_viewer(store);
                }
                error_page::page(&refusal, &request, form.as_ref())
            });
            reply.to(&request)
        });
        let reply = reply.await.unwrap_or_else(|| error_page::defect(id));
        reply.into_response(&self.settings)
    }

    /// Responds to a request that is not admitted.
    pub(crate) fn busy(&self, request: &Request, form: Option<&Form>) -> HttpResponse {
        error_page::page(&Unavailable::Busy.into(), request, form).into_response(&self.settings)
    }

    /// Returns how many requests are in progress.
    pub(crate) fn in_hand(&self) -> usize {
        MAX_IN_HAND - self.permits.available_permits()
    }

    /// Admits a request until the permit is dropped, or returns `None` if too many are in progress.
    pub(crate) fn admit(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.try_acquire().inspect_err(|_| metrics::turned_away()).ok()
    }

    /// Runs work where it may block. Returns `None` if it panicked.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        request: RequestId,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Option<T> {
        let store = self.store.clone();
        let done = web::block(move || work(&store)).await;
        done.inspect_err(|error| {
            tracing::error!(request_id = %request, %error, "a handler panicked");
        })
        .ok()
    }

    /// Runs one step of a handler that also waits for something else.
    pub(crate) async fn step<T: Send + 'static>(
        &self,
        request: RequestId,
        work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let done = self.blocking(request, work).await;
        done.unwrap_or_else(|| Err(Unavailable::ConnectionLost.into()))
    }
}
