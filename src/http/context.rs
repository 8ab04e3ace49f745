//! Admits the requests of pages and forms, calls their handlers, and turns refusals
//! into error pages.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use super::admission::{Admission, Admissions, NotDone};
use super::{Form, Reply, Request, Settings, Work, error_page, kept_form_page};
use crate::refusal::Refusal;
use crate::store::{Store, Unavailable};

/// The data that every handler shares.
#[derive(Clone)]
pub struct Context {
    /// The connections to the database.
    pub store: Store,
    /// How the server presents itself.
    pub settings: Settings,
    /// Which request works, and when.
    pub(crate) admissions: Arc<Admissions>,
}

impl Context {
    /// Returns the data that the handlers of one process share.
    pub fn new(store: Store, settings: Settings) -> Self {
        let admissions = Arc::new(Admissions::new(store.clone()));
        Self { store, settings, admissions }
    }

    /// Admits a request when it is its sender's turn.
    pub(crate) async fn admit(&self, request: &Request, work: Work) -> Result<Admission, Refusal> {
        self.admissions.admit(&request.sender(), request.id, work).await
    }

    /// Responds with the reply of `handler`. A refusal becomes its error page.
    ///
    /// `handler` may block: it runs once, on a thread of its own, with one connection.
    pub(crate) async fn page(
        &self,
        work: Work,
        request: Request,
        handler: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        match self.admit(&request, work).await {
            Ok(admission) => self.respond(admission, request, None, handler).await,
            Err(refusal) => self.refuse(&refusal, &request, None),
        }
    }

    /// Responds to a form: parses it, checks this session's token, takes it out, and
    /// gives the other fields to `handler`. A refusal keeps the typed text.
    pub(crate) async fn form(
        &self,
        work: Work,
        request: Request,
        body: Bytes,
        handler: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let admitted = self.admit(&request, work).await;
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
            handler(store, request, fields)
        })
        .await
    }

    async fn respond(
        &self,
        admission: Admission,
        request: Request,
        form: Option<Form>,
        handler: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let asked = Arc::new((request, form));
        let (sent, admitted) = (Arc::clone(&asked), admission.clone());
        let reply = admission.blocking(move |store| {
            let (request, form) = &*sent;
            let reply = handler(store, request).unwrap_or_else(|refusal| {
                admitted.note(&refusal);
                if !matches!(refusal, Refusal::Unavailable(_) | Refusal::NotSignedIn) {
                    request.look_up_viewer(store);
                }
                error_page::page(&refusal, request, form.as_ref())
            });
            if request.has_ended() {
                admitted.note_end();
            }
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
}
