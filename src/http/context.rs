use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::turns::{PATIENCE, Turns, Work};
use super::{Admission, Form, Reply, Request, Settings, error_page, kept_form_page};
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
    pub(super) permits: Arc<Semaphore>,
    /// One permit for each thread that may work: more threads than connections would
    /// only wait for each other.
    threads: Arc<Semaphore>,
    pub(super) turns: Arc<Turns>,
}

/// Why work was not done.
pub(crate) enum NotDone {
    /// It did not begin: it had no turn, or no thread was free, in time.
    Busy,
    /// It panicked.
    Panicked,
}

/// The maximum number of requests in progress in a process; one more gets 503 at
/// once. At some hundred responses a second the last one waits about a second.
pub const MAX_IN_HAND: usize = 256;

impl Context {
    /// Returns the data that the handlers of one process share.
    pub fn new(store: Store, settings: Settings) -> Self {
        let connections = store.size() as usize;
        Self {
            store,
            settings,
            permits: Arc::new(Semaphore::new(MAX_IN_HAND)),
            threads: Arc::new(Semaphore::new(connections)),
            turns: Arc::new(Turns::new(connections)),
        }
    }

    /// Responds with what `work` returns. A refusal becomes its error page.
    ///
    /// `work` may block: it runs once, on a thread of its own, with one connection.
    pub async fn page(
        &self,
        request: Request,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        match self.admit(&request.sender(), request.id, Work::Short).await {
            Ok(admission) => self.respond(admission, request, None, work).await,
            Err(refusal) => self.refuse(&refusal, &request, None),
        }
    }

    /// Responds with a page that renders what a person has typed.
    pub(crate) async fn rendered_page(
        &self,
        request: Request,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        match self.admit(&request.sender(), request.id, Work::Text).await {
            Ok(admission) => self.respond(admission, request, None, work).await,
            Err(refusal) => self.refuse(&refusal, &request, None),
        }
    }

    /// Responds to a form: parses it, checks this session's token, takes it out, and
    /// gives the other fields to `work`. A refusal keeps the typed text.
    pub(crate) async fn form(
        &self,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        self.form_in_turn(Work::Short, request, body, work).await
    }

    /// Responds to a form that saves or renders what a person has typed.
    pub(crate) async fn rendered_form(
        &self,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        self.form_in_turn(Work::Text, request, body, work).await
    }

    async fn form_in_turn(
        &self,
        turn: Work,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let admitted = self.admit(&request.sender(), request.id, turn).await;
        let parsed = admitted.and_then(|admission| Ok((admission, Form::parse(&body)?)));
        let (admission, form) = match parsed {
            Ok(parsed) => parsed,
            Err(refusal) => {
                return self.refuse(&refusal, &request, Some(&Form::parse_lossy(&body)));
            }
        };
        let mut fields = form.clone();
        self.respond(admission, request, Some(form), move |store, request| {
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
        admission: Admission,
        request: Request,
        form: Option<Form>,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let asked = Arc::new((request, form));
        let (sent, context, admitted) = (Arc::clone(&asked), self.clone(), admission.clone());
        let reply = self.blocking(&admission, move |store| {
            let (request, form) = &*sent;
            let reply = work(store, request).unwrap_or_else(|refusal| {
                context.note_refusal(&admitted, &refusal);
                if !matches!(refusal, Refusal::Unavailable(_) | Refusal::NotSignedIn) {
                    request.look_up_viewer(store);
                }
                error_page::page(&refusal, request, form.as_ref())
            });
            reply.to(request)
        });
        match reply.await {
            Ok(reply) => reply.into_response(&self.settings),
            Err(NotDone::Busy) => {
                self.refuse(&Unavailable::Busy.into(), &asked.0, asked.1.as_ref())
            }
            Err(NotDone::Panicked) => error_page::defect(asked.0.id).into_response(&self.settings),
        }
    }

    /// Responds to a request whose work does not begin.
    pub(crate) fn refuse(
        &self,
        refusal: &Refusal,
        request: &Request,
        form: Option<&Form>,
    ) -> HttpResponse {
        error_page::page(refusal, request, form).into_response(&self.settings)
    }

    /// Returns how many requests are in progress.
    pub(crate) fn in_hand(&self) -> usize {
        MAX_IN_HAND - self.permits.available_permits()
    }

    /// Runs work where it may block, unless no thread is free in time: then it is
    /// never run.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        admission: &Admission,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let request = admission.request;
        let thread = timeout(PATIENCE, Arc::clone(&self.threads).acquire_owned()).await;
        let Ok(Ok(thread)) = thread else {
            metrics::turned_away();
            tracing::warn!(request_id = %request, "no thread was free in time");
            return Err(NotDone::Busy);
        };
        let (store, admission) = (self.store.clone(), admission.clone());
        let run = move || {
            let _until_done = (admission, thread);
            work(&store)
        };
        web::block(run).await.map_err(|error| {
            tracing::error!(request_id = %request, %error, "a handler panicked");
            NotDone::Panicked
        })
    }

    /// Runs one step of a handler that also waits for something else.
    pub(crate) async fn step<T: Send + 'static>(
        &self,
        admission: &Admission,
        work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let done = self.blocking(admission, work).await?;
        done.inspect_err(|refusal| self.note_refusal(admission, refusal))
    }
}

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Busy => Unavailable::Busy.into(),
            NotDone::Panicked => Unavailable::ConnectionLost.into(),
        }
    }
}
