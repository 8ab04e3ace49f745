//! Reads the session, the network and the caching headers of an HTTP request. It does
//! not read the body.

use std::future::{Ready, ready};
use std::sync::{Arc, OnceLock};

use actix_session::SessionExt;
use actix_web::http::Method;
use actix_web::http::header::{self, EntityTag, Header, IfNoneMatch};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use diesel::pg::PgConnection;

use crate::accounts::devices::device;
use crate::accounts::sessions::{form_token, owner_of};
use crate::accounts::{self, Credential, SessionId};
use crate::domain::{Interface, InvalidInput, Network, OperationKey, Person, RequestId, UserId};
use crate::http::client_network::client_network;
use crate::http::entity_tag::is_cached;
use crate::http::flash::Flash;
use crate::http::session::KEY;
use crate::http::{Form, Segments, Sender, Settings, Shown, Site};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::{Call, Caller};

/// Marks a HEAD request: its response has no body.
pub(crate) struct HeadersOnly;

/// Returns the id that the request has in logs and records.
pub(crate) fn request_id(request: &HttpRequest) -> RequestId {
    request.extensions().get::<RequestId>().copied().unwrap_or_default()
}

/// The parts of a request that handlers need. It can cross threads.
#[derive(Debug, Clone)]
pub struct Request {
    /// The id of the request, for logs and records.
    pub id: RequestId,
    /// The network that the request comes from.
    pub network: Network,
    /// The path of its URL.
    pub path: String,
    /// The segments of the path that its route names.
    pub(crate) segments: Segments,
    /// The query string, undecoded.
    pub query: String,
    /// The browser and its system, in a few words of this program.
    pub device: String,
    /// Whether the method is POST.
    pub is_post: bool,
    /// Whether the body of the response is shown: that to HEAD is not.
    pub is_shown: bool,
    /// The secret id of the browser's session, if it sent one.
    key: Option<String>,
    /// The person who is signed in, once they were looked up.
    viewer: OnceLock<Person>,
    /// Whether it was found that the session has ended.
    has_ended: OnceLock<()>,
    /// The line that an earlier reply left for this page.
    pub flash: Option<Flash>,
    /// How the site presents itself, with its own address for absolute links.
    pub site: Arc<Site>,
    /// The entity tags of the pages that the browser has cached.
    cached: Option<IfNoneMatch>,
}

impl FromRequest for Request {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Request {
    /// Returns the parts that handlers need.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let settings = request.app_data::<Data<Settings>>();
        let flash = settings
            .and_then(|settings| request.cookie(&settings.cookie_name("flash")))
            .and_then(|cookie| Flash::parse(cookie.value()));
        let user_agent = request.headers().get(header::USER_AGENT);
        let is_shown = !request.extensions().contains::<HeadersOnly>();
        Self {
            id: request_id(request),
            network: client_network(request),
            path: request.path().to_owned(),
            segments: Segments::of(request),
            query: request.query_string().to_owned(),
            device: device(user_agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default()),
            is_post: request.method() == Method::POST,
            is_shown,
            viewer: OnceLock::new(),
            has_ended: OnceLock::new(),
            key: request.get_session().get::<String>(KEY).ok().flatten(),
            flash,
            site: settings.map_or_else(|| Arc::new(Site::at("")), |settings| settings.site.clone()),
            cached: IfNoneMatch::parse(request).ok(),
        }
    }

    /// Returns whether the browser has the body with this tag (RFC 9110, 13.1.2).
    pub(crate) fn has_cached(&self, tag: &EntityTag) -> bool {
        self.cached.as_ref().is_some_and(|cached| is_cached(cached, tag))
    }

    /// Returns the credential of the browser's session, or [`Refusal::NotSignedIn`].
    pub fn credential(&self) -> Result<Credential, Refusal> {
        let key = self.key.as_deref().ok_or(Refusal::NotSignedIn)?;
        Ok(Credential::Session(SessionId::of(key)))
    }

    /// Returns the session's id as it is stored, if there is one.
    pub fn session(&self) -> Option<SessionId> {
        self.key.as_deref().map(SessionId::of)
    }

    /// Returns who sends it, as far as it tells. A session without an owner is a
    /// stranger's.
    pub(crate) fn sender(&self) -> Sender {
        let session = self.session().zip(self.owner());
        let shows = session.map_or(Shown::Nothing, |(id, owner)| Shown::Session(id, owner));
        Sender { shows, network: self.network }
    }

    /// Begins a session where there is none, for a form to belong to. Returns the
    /// secret id for the browser.
    pub fn begin(&mut self) -> Option<String> {
        if self.key.is_none() {
            self.key = Some(accounts::sessions::random_key());
            return self.key.clone();
        }
        None
    }

    /// Replaces the session's secret id.
    pub fn begin_with(&mut self, key: String) {
        self.key = Some(key);
    }

    /// Returns whether the browser sent a session id.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Returns whose session the browser claims to have. No decision rests on it.
    pub fn owner(&self) -> Option<UserId> {
        self.key.as_deref().and_then(owner_of)
    }

    /// Returns the CSRF token for this session's forms. It begins with the id of
    /// the person, which is needed when the session has ended.
    pub fn token(&self) -> String {
        let author = self.owner().map(|owner| owner.to_string()).unwrap_or_default();
        self.key.as_deref().map(|key| format!("{author}.{}", form_token(key))).unwrap_or_default()
    }

    /// Returns whether another person filled the form in than the one who is
    /// signed in now. They must not read or send its text.
    pub fn is_by_somebody_else(&self, form: &Form) -> bool {
        let author = form.peek("token").and_then(owner_of);
        author.zip(self.owner()).is_some_and(|(author, owner)| author != owner)
    }

    /// Returns whether a form carries the token of this session, or
    /// [`Refusal::NotSignedIn`] without one.
    pub fn sent(&self, form: &Form) -> Result<bool, Refusal> {
        self.key.as_deref().ok_or(Refusal::NotSignedIn)?;
        Ok(form.peek("token") == Some(self.token().as_str()))
    }

    /// Looks up the person who is signed in, for rendering a page, and remembers them.
    pub fn load_viewer(&self, conn: &mut PgConnection) -> Result<Person, Refusal> {
        let credential = self.credential()?;
        let person = accounts::identify(conn, &credential)?;
        let Some(person) = person else {
            self.has_ended.get_or_init(|| ());
            return Err(Refusal::NotSignedIn);
        };
        Ok(self.viewer.get_or_init(|| person).clone())
    }

    /// Returns the person who reads a public page, if they are signed in.
    pub fn reader(&self, conn: &mut PgConnection) -> Result<Option<Person>, Refusal> {
        match self.load_viewer(conn) {
            Ok(person) => Ok(Some(person)),
            Err(Refusal::NotSignedIn) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Returns whether it was found that the session has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.get().is_some()
    }

    /// Returns the person who is signed in, if they were looked up.
    pub fn known_viewer(&self) -> Option<&Person> {
        self.viewer.get()
    }

    /// Looks up who is signed in, for the frame of an error page, which does without
    /// where the database does not answer.
    pub(crate) fn look_up_viewer(&self, store: &Store) {
        if self.has_key()
            && self.known_viewer().is_none()
            && let Ok(mut conn) = store.checkout()
        {
            let _ = self.load_viewer(&mut conn);
        }
    }

    /// Returns who asks, for the workflow.
    pub fn caller(&self, interface: Interface) -> Result<Caller, Refusal> {
        Ok(Caller { credential: self.credential()?, interface, request: self.id })
    }

    /// Returns the call for the workflow, under the form's key.
    pub fn call(&self, interface: Interface, key: OperationKey) -> Result<Call, Refusal> {
        Ok(Call { caller: self.caller(interface)?, key })
    }

    /// Returns the fields of the query string.
    pub fn query_fields(&self) -> Result<Form, InvalidInput> {
        Form::parse_query(&self.query)
    }
}
