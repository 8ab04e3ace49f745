use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Form, Reply, Request, Settings, error_page};
use crate::domain::RequestId;
use crate::metrics;
use crate::refusal::Refusal;
use crate::store::{Store, Unavailable};

/// What every handler shares.
#[derive(Clone)]
pub struct Context {
    /// The way to the database.
    pub store: Store,
    /// How the server presents itself.
    pub settings: Settings,
    /// How many requests may be in hand: one more is told at once to come back.
    places: Arc<Semaphore>,
}

/// How many requests a process takes in hand at a time. At some hundred
/// answers a second the last of them waits for about a second.
pub const MOST_IN_HAND: usize = 256;

impl Context {
    /// Returns what the handlers of one process share.
    pub fn new(store: Store, settings: Settings) -> Self {
        Self { store, settings, places: Arc::new(Semaphore::new(MOST_IN_HAND)) }
    }
}

impl Context {
    /// Runs the work of one request where it may block: once, and with one
    /// connection. A refusal becomes the page that says so.
    pub async fn answer(
        &self,
        request: Request,
        typed: Option<Form>,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let Some(_place) = self.place() else {
            let refusal = Unavailable::Busy.into();
            return error_page::page(&refusal, &request, typed.as_ref())
                .into_response(&self.settings);
        };
        let id = request.id;
        let answer = self.block(id, move |store| {
            let answer = work(store, &request)
                .unwrap_or_else(|refusal| error_page::page(&refusal, &request, typed.as_ref()));
            answer.to(&request)
        });
        let answer = answer.await.unwrap_or_else(|| error_page::defect(id));
        answer.into_response(&self.settings)
    }

    /// Answers a form that was sent: reads it, makes sure that it is one of this
    /// session's, and has the work done, which gets what was typed. Whatever is
    /// wrong with it, what was typed is kept.
    pub(crate) async fn answer_form(
        &self,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let form = match Form::parse(&body) {
            Ok(form) => form,
            Err(input) => {
                let typed = Form::as_far_as_readable(&body);
                return error_page::page(&input.into(), &request, Some(&typed))
                    .into_response(&self.settings);
            }
        };
        self.answer(request, Some(form.clone()), move |store, request| {
            if !request.sent(&form)? {
                return Ok(error_page::stale_form(request, &form));
            }
            work(store, request, form)
        })
        .await
    }

    /// Returns how many requests are in hand.
    pub(crate) fn in_hand(&self) -> usize {
        MOST_IN_HAND - self.places.available_permits()
    }

    /// Returns a place among the requests in hand, or `None` when there is none.
    pub(crate) fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().inspect_err(|_| metrics::turned_away()).ok()
    }

    /// Runs work where it may block, and returns what it does; `None` when it
    /// panicked, which is then in the log.
    pub(crate) async fn block<T: Send + 'static>(
        &self,
        request: RequestId,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Option<T> {
        let store = self.store.clone();
        let done = actix_web::web::block(move || work(&store)).await;
        done.map_err(|error| tracing::error!(request_id = %request, %error, "a handler panicked"))
            .ok()
    }
}

/// Does work where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let store = store.clone();
    web::block(move || work(&store)).await.unwrap_or(Err(Unavailable::NoConnection.into()))
}
