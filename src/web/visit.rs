use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_session::SessionExt;
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use diesel::pg::PgConnection;
use tokio::sync::SemaphorePermit;

use super::answer::Flash;
use super::guard::HeadersOnly;
use super::layout::Layout;
use super::session::KEY;
use super::{Answer, Fields, Shared};
use crate::accounts::devices::device;
use crate::accounts::sessions::{form_token, owner_of};
use crate::accounts::{self, Credential, SessionId};
use crate::domain::Interface;
use crate::domain::{InvalidInput, OperationKey, Person, RequestId, UserId};
use crate::metrics;
use crate::refusal::{Refusal, unreadable};
use crate::responses;
use crate::store::{Store, Unavailable};
use crate::workflow::Call;

/// One request, as far as handlers need to know it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The request's name.
    pub request: RequestId,
    /// Where it came from.
    pub address: IpAddr,
    /// The path that was asked for.
    pub path: String,
    /// The part behind the question mark.
    pub query: String,
    /// What the browser is and on what it runs, in few words of ours.
    pub device: String,
    /// Whether something is to be changed.
    pub is_post: bool,
    /// Whether the answer is shown to somebody: to HEAD it is not.
    pub is_shown: bool,
    /// The secret id of the browser's session, if it sent one.
    key: Option<String>,
    /// The one line that an earlier request left to be shown.
    pub flash: Option<Flash>,
    /// The site's own address, for links that travel.
    pub site: String,
    /// The entity tags that the browser has kept, as it sent them.
    known: String,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Visit {
    /// Returns what handlers need to know of a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let shared = request.app_data::<Data<Shared>>();
        let flash = shared
            .and_then(|shared| request.cookie(&shared.settings.cookie_name("flash")))
            .and_then(|cookie| Flash::parse(cookie.value()));
        let id = request.extensions().get::<RequestId>().copied();
        let is_shown = !request.extensions().contains::<HeadersOnly>();
        Self {
            request: id.unwrap_or_default(),
            address: address(request),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            device: device(&text(request, header::USER_AGENT)),
            is_post: request.method() == Method::POST,
            is_shown,
            key: request.get_session().get::<String>(KEY).ok().flatten(),
            flash,
            site: shared.map(|shared| shared.settings.public_url.clone()).unwrap_or_default(),
            known: text(request, header::IF_NONE_MATCH),
        }
    }

    /// Returns whether the browser has kept the answer with this entity tag
    /// (RFC 9110, 13.1.2): any will do for `*`, and a weak one for a strong.
    pub(super) fn knows(&self, entity_tag: &str) -> bool {
        let mut known = self.known.split(',').map(|known| known.trim().trim_start_matches("W/"));
        known.any(|known| known == "*" || known == entity_tag)
    }

    /// Returns what this browser shows to say who it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotSignedIn`] when it shows nothing.
    pub fn credential(&self) -> Result<Credential, Refusal> {
        let key = self.key.as_deref().ok_or(Refusal::NotSignedIn)?;
        Ok(Credential::Session(SessionId::of(key)))
    }

    /// Returns the session's id as it is stored, if there is one.
    pub fn session(&self) -> Option<SessionId> {
        self.key.as_deref().map(SessionId::of)
    }

    /// Begins a session where there is none, for a form to belong to, and
    /// returns the secret id that the browser then has to be given.
    pub fn begin(&mut self) -> Option<String> {
        if self.key.is_none() {
            self.key = Some(accounts::sessions::random_key());
            return self.key.clone();
        }
        None
    }

    /// Uses this key for the session from here on.
    pub fn begin_with(&mut self, key: String) {
        self.key = Some(key);
    }

    /// Returns whether the browser sent a session id.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Returns whose session the browser says it has. No door believes it.
    pub fn owner(&self) -> Option<UserId> {
        self.key.as_deref().and_then(owner_of)
    }

    /// Returns the token for this session's forms. It says first who fills
    /// them in, for the time when the session is over.
    pub fn token(&self) -> String {
        let writer = self.owner().map(|owner| owner.to_string()).unwrap_or_default();
        self.key.as_deref().map(|key| format!("{writer}.{}", form_token(key))).unwrap_or_default()
    }

    /// Returns whether a form was filled in by somebody who is not the one who
    /// is signed in now: what it says is then not theirs to read or to send.
    pub fn is_by_somebody_else(&self, form: &Fields) -> bool {
        let writer = form.peek("token").and_then(owner_of);
        writer.zip(self.owner()).is_some_and(|(writer, owner)| writer != owner)
    }

    /// Returns whether a form was made in this session: it carries its token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotSignedIn`] without a session.
    pub fn sent(&self, form: &Fields) -> Result<bool, Refusal> {
        self.key.as_deref().ok_or(Refusal::NotSignedIn)?;
        Ok(form.peek("token") == Some(self.token().as_str()))
    }

    /// Returns who is looking, for rendering a page.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotSignedIn`], or the database is unavailable.
    pub fn viewer(&self, conn: &mut PgConnection) -> Result<Person, Refusal> {
        let credential = self.credential()?;
        let person = accounts::identify(conn, &credential).map_err(unreadable)?;
        person.ok_or(Refusal::NotSignedIn)
    }

    /// Returns the call that the door takes, under the form's key.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotSignedIn`] without a session.
    pub fn call(&self, interface: Interface, key: OperationKey) -> Result<Call, Refusal> {
        Ok(Call { credential: self.credential()?, interface, request: self.request, key })
    }

    /// Returns the layout of a page.
    pub fn layout(&self, title: &str, viewer: Option<&Person>) -> Layout {
        Layout::new(title, viewer, self)
    }

    /// Returns the fields behind the question mark.
    ///
    /// # Errors
    ///
    /// The fields that do not parse.
    pub fn query_fields(&self) -> Result<Fields, InvalidInput> {
        Fields::parse(self.query.as_bytes())
    }
}

fn text(request: &HttpRequest, name: header::HeaderName) -> String {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// Returns where a request comes from. A proxy adds the address that it saw at
/// the end; what stands before it was written by whoever asked.
fn address(request: &HttpRequest) -> IpAddr {
    let shared = request.app_data::<Data<Shared>>();
    let forwarded = shared.filter(|shared| shared.settings.is_behind_proxy).and_then(|_| {
        let header = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse().ok()
    });
    let peer = request.peer_addr().map(|address| address.ip());
    forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

impl Shared {
    /// Runs the work of one request where it may block: once, and with one
    /// connection. A refusal becomes the page that says so.
    pub async fn answer(
        &self,
        visit: Visit,
        typed: Option<Fields>,
        work: impl FnOnce(&Store, &Visit) -> Result<Answer, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let Some(_place) = self.place() else {
            let refusal = Unavailable::Busy.into();
            return responses::page(&refusal, &visit, typed.as_ref()).into_response(&self.settings);
        };
        let request = visit.request;
        let answer = self.block(request, move |store| {
            let answer = work(store, &visit)
                .unwrap_or_else(|refusal| responses::page(&refusal, &visit, typed.as_ref()));
            answer.to(&visit)
        });
        let answer = answer.await.unwrap_or_else(|| responses::defect(request));
        answer.into_response(&self.settings)
    }

    /// Answers a form that was sent: reads it, makes sure that it is one of this
    /// session's, and has the work done, which gets what was typed. Whatever is
    /// wrong with it, what was typed is kept.
    pub(crate) async fn answer_form(
        &self,
        visit: Visit,
        body: Bytes,
        work: impl FnOnce(&Store, &Visit, Fields) -> Result<Answer, Refusal> + Send + 'static,
    ) -> HttpResponse {
        let form = match Fields::parse(&body) {
            Ok(form) => form,
            Err(input) => {
                let typed = Fields::as_far_as_readable(&body);
                return responses::page(&input.into(), &visit, Some(&typed))
                    .into_response(&self.settings);
            }
        };
        self.answer(visit, Some(form.clone()), move |store, visit| {
            if !visit.sent(&form)? {
                return Ok(responses::stale_form(visit, &form));
            }
            work(store, visit, form)
        })
        .await
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
