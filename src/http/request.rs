use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_session::SessionExt;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use diesel::pg::PgConnection;

use crate::accounts::devices::device;
use crate::accounts::sessions::{form_token, owner_of};
use crate::accounts::{self, Credential, SessionId};
use crate::domain::{Interface, InvalidInput, OperationKey, Person, RequestId, UserId};
use crate::http::client_address::client_address;
use crate::http::flash::Flash;
use crate::http::session::KEY;
use crate::http::{Form, Settings};
use crate::refusal::{Refusal, read_error};
use crate::workflow::Call;

/// Marks a HEAD request: nobody sees the body of its response.
pub(crate) struct HeadersOnly;

/// One request, as far as handlers need to know it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The request's name.
    pub id: RequestId,
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

impl FromRequest for Request {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Request {
    /// Returns what handlers need to know of a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let settings = request.app_data::<Data<Settings>>();
        let flash = settings
            .and_then(|settings| request.cookie(&settings.cookie_name("flash")))
            .and_then(|cookie| Flash::parse(cookie.value()));
        let id = request.extensions().get::<RequestId>().copied();
        let is_shown = !request.extensions().contains::<HeadersOnly>();
        Self {
            id: id.unwrap_or_default(),
            address: client_address(request),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            device: device(&text(request, header::USER_AGENT)),
            is_post: request.method() == Method::POST,
            is_shown,
            key: request.get_session().get::<String>(KEY).ok().flatten(),
            flash,
            site: settings.map(|settings| settings.public_url.clone()).unwrap_or_default(),
            known: text(request, header::IF_NONE_MATCH),
        }
    }

    /// Returns whether the browser has kept the answer with this entity tag
    /// (RFC 9110, 13.1.2): any will do for `*`, and a weak one for a strong.
    pub(crate) fn knows(&self, entity_tag: &str) -> bool {
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
    pub fn is_by_somebody_else(&self, form: &Form) -> bool {
        let writer = form.peek("token").and_then(owner_of);
        writer.zip(self.owner()).is_some_and(|(writer, owner)| writer != owner)
    }

    /// Returns whether a form was made in this session: it carries its token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotSignedIn`] without a session.
    pub fn sent(&self, form: &Form) -> Result<bool, Refusal> {
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
        let person = accounts::identify(conn, &credential).map_err(read_error)?;
        person.ok_or(Refusal::NotSignedIn)
    }

    /// Returns the call that the door takes, under the form's key.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotSignedIn`] without a session.
    pub fn call(&self, interface: Interface, key: OperationKey) -> Result<Call, Refusal> {
        Ok(Call { credential: self.credential()?, interface, request: self.id, key })
    }

    /// Returns the fields behind the question mark.
    ///
    /// # Errors
    ///
    /// The fields that do not parse.
    pub fn query_fields(&self) -> Result<Form, InvalidInput> {
        Form::parse(self.query.as_bytes())
    }
}

fn text(request: &HttpRequest, name: header::HeaderName) -> String {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
