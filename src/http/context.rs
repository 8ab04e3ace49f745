use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::turns::{PATIENCE, Taker, Turn, Turns};
use super::{Form, Reply, Request, Settings, error_page, kept_form_page};
use crate::accounts::{self, Credential};
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
    /// Turns at rendering and saving what a person has typed.
    turns: Arc<Turns>,
}

/// Why work was not done.
pub(crate) enum NotDone {
    /// It did not begin: no thread was free in time.
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
        let permits = Arc::new(Semaphore::new(MAX_IN_HAND));
        let turns = Arc::new(Turns::new((threads(&store) / 2).max(1)));
        Self { store, settings, permits, turns }
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

    /// Responds with a page that renders what a person has typed, which may keep a
    /// thread busy. Such pages never take all threads: the others go on meanwhile.
    pub(crate) async fn rendered_page(
        &self,
        request: Request,
        work: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        match self.turn(request.id, request.credential().ok()).await {
            Ok(turn) => {
                let work =
                    move |store: &Store, request: &Request| with(turn, || work(store, request));
                self.respond(request, None, work).await
            }
            Err(_) => self.busy(&request, None),
        }
    }

    /// Responds to a form that saves or renders what a person has typed.
    pub(crate) async fn rendered_form(
        &self,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let turn = self.turn(request.id, request.credential().ok()).await;
        self.form_in_turn(turn, request, body, work).await
    }

    /// Responds to a form that saves a few words, and renders only what was refused: one
    /// person may send many at once.
    pub(crate) async fn short_form(
        &self,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let turn = self.turns.take_short().await.ok_or(NotDone::Busy);
        self.form_in_turn(turn, request, body, work).await
    }

    async fn form_in_turn(
        &self,
        turn: Result<Turn, NotDone>,
        request: Request,
        body: Bytes,
        work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        match turn {
            Ok(turn) => {
                let work = move |store: &Store, request: &Request, form| {
                    with(turn, || work(store, request, form))
                };
                self.form(request, body, work).await
            }
            Err(_) => self.busy(&request, Some(&Form::parse_lossy(&body))),
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
        let Some(permit) = self.admit() else {
            return self.busy(&request, form.as_ref());
        };
        let id = request.id;
        let asked = Arc::new((request, form));
        let (sent, turns) = (Arc::clone(&asked), Arc::clone(&self.turns));
        let reply = self.blocking(id, move |store| {
            let (_permit, (request, form)) = (permit, &*sent);
            let reply = work(store, request).unwrap_or_else(|refusal| {
                if let (Refusal::NotSignedIn, Some(session)) = (&refusal, request.session()) {
                    turns.forget(&session.stored());
                }
                if !matches!(refusal, Refusal::Unavailable(_) | Refusal::NotSignedIn) {
                    request.look_up_viewer(store);
                }
                error_page::page(&refusal, request, form.as_ref())
            });
            reply.to(request)
        });
        match reply.await {
            Ok(reply) => reply.into_response(&self.settings),
            Err(NotDone::Busy) => self.busy(&asked.0, asked.1.as_ref()),
            Err(NotDone::Panicked) => error_page::defect(id).into_response(&self.settings),
        }
    }

    /// Responds to a request that is not admitted.
    pub(crate) fn busy(&self, request: &Request, form: Option<&Form>) -> HttpResponse {
        error_page::page(&Unavailable::Busy.into(), request, form).into_response(&self.settings)
    }

    /// Returns how many requests are in progress.
    pub(crate) fn in_hand(&self) -> usize {
        MAX_IN_HAND - self.permits.available_permits()
    }

    /// Waits for a turn of the person whose credential this is.
    pub(crate) async fn turn(
        &self,
        request: RequestId,
        credential: Option<Credential>,
    ) -> Result<Turn, NotDone> {
        let taker = match credential {
            Some(credential) => self.taker(request, credential).await?,
            None => Taker::Stranger,
        };
        self.turns.take(taker).await.ok_or(NotDone::Busy)
    }

    /// Returns who takes a turn. A credential is looked up when it is first seen.
    async fn taker(&self, request: RequestId, credential: Credential) -> Result<Taker, NotDone> {
        let secret = match &credential {
            Credential::Session(id) => id.stored(),
            Credential::Token(secret) => secret.clone(),
            Credential::Account(id) => return Ok(Taker::Account(*id)),
        };
        if let Some(owner) = self.turns.owner(&secret) {
            return Ok(Taker::Account(owner));
        }
        let find = move |store: &Store| {
            accounts::identify(&mut *store.checkout().ok()?, &credential).ok().flatten()
        };
        Ok(match self.blocking(request, find).await? {
            Some(person) => {
                self.turns.remember(secret, person.id);
                Taker::Account(person.id)
            }
            None => Taker::Stranger,
        })
    }

    /// Admits a request until the permit is dropped, or returns `None` if too many are in progress.
    pub(crate) fn admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().inspect_err(|_| metrics::turned_away()).ok()
    }

    /// Runs work where it may block, unless no thread is free in time: then it is
    /// never run.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        request: RequestId,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let store = self.store.clone();
        // The thread that begins and the deadline: the first to set it decides.
        let is_decided = Arc::new(AtomicBool::new(false));
        let begins = Arc::clone(&is_decided);
        let run = move || (!begins.swap(true, Ordering::AcqRel)).then(|| work(&store));
        let mut run = pin!(web::block(run));
        let done = match timeout(PATIENCE, &mut run).await {
            Ok(done) => done,
            Err(_) if is_decided.swap(true, Ordering::AcqRel) => run.await,
            Err(_) => {
                metrics::turned_away();
                tracing::warn!(request_id = %request, "no thread was free in time");
                return Err(NotDone::Busy);
            }
        };
        match done {
            Ok(done) => done.ok_or(NotDone::Busy),
            Err(error) => {
                tracing::error!(request_id = %request, %error, "a handler panicked");
                Err(NotDone::Panicked)
            }
        }
    }

    /// Runs one step of a handler that also waits for something else.
    pub(crate) async fn step<T: Send + 'static>(
        &self,
        request: RequestId,
        work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.blocking(request, work).await.unwrap_or_else(|not_done| {
            Err(match not_done {
                NotDone::Busy => Unavailable::Busy.into(),
                NotDone::Panicked => Unavailable::ConnectionLost.into(),
            })
        })
    }
}

/// Does work, and keeps its turn until it is done, whether or not its client waits.
fn with<T>(turn: Turn, work: impl FnOnce() -> T) -> T {
    let done = work();
    drop(turn);
    done
}

/// Returns how many threads a worker of the server has for work that may block: more
/// threads than connections would only wait for each other.
pub(crate) fn threads(store: &Store) -> usize {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    (store.size() as usize).div_ceil(workers).max(1)
}
