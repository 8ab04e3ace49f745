//! Reads the bodies of requests within a deadline, at a least rate, and within a budget
//! of memory. A body is not read if no handler takes it, or if the request is refused
//! whatever it says.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{ConnectionType, header};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, HttpMessage};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::body_budget::{BodyBudget, BudgetedBody, Room, Share};
use super::refused::refused;
use crate::api;
use crate::domain::RequestId;
use crate::http::api_error::ApiError;
use crate::http::{Client, Context, FORM_LIMIT, Request, Sender, Shown, error_kind, is_form};
use crate::refusal::Refusal;
use crate::store::Unavailable;

/// The time in which the next part of a body comes: its end, or [`PART`].
const MAX_WAIT: Duration = Duration::from_secs(10);

/// The least that comes of a body in that time, in bytes.
const PART: usize = 64 * 1024;

/// The longest that any body may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// The longest body that counts as short.
const SHORT: u64 = 16 * 1024;

const TOO_LONG: ApiError = ApiError::Http(error_kind::TOO_LARGE);
const TOO_SLOW: ApiError = ApiError::Http(error_kind::TOO_SLOW);
const NO_ROOM: ApiError = ApiError::Refused(Refusal::Unavailable(Unavailable::Busy));
/// The connection broke, or the chunks were malformed.
const BROKEN: ApiError = ApiError::Http(error_kind::MALFORMED);

/// Reads the body of a request that changes something when its handler asks for it. A
/// request that reaches no handler is refused at once. The handler gets it whole.
pub(super) async fn read_body(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method().is_safe() || length(&request) == Some(0) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let outcome = Rc::new(RefCell::new(None));
    let (payload, seen) = (request.take_payload(), Rc::clone(&outcome));
    let reading = UnreadBody::of(&request).read(payload);
    let body = Box::pin(stream::once(async move {
        let (bytes, outcome) = match reading.await {
            Ok((bytes, share)) => (Ok(bytes), Ok(share)),
            Err(why) => (Err(PayloadError::Incomplete(None)), Err(why)),
        };
        *seen.borrow_mut() = Some(outcome);
        bytes
    }));
    request.set_payload(Payload::Stream { payload: body });
    let mut response = next.call(request).await?.map_into_boxed_body();
    let why = match outcome.take() {
        Some(Ok(share)) => {
            return Ok(response.map_body(|_, body| BoxBody::new(BudgetedBody::new(body, share))));
        }
        Some(Err(why)) => Some(why),
        None => None,
    };
    if let Some(why) = why {
        let refused = refused(response.request(), &why);
        response = response.into_response(refused);
    }
    // Bytes that are still on their way must not be read as the next request.
    response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    Ok(response)
}

/// A body that is still to be read, and what its request says of it.
struct UnreadBody {
    length: Option<u64>,
    is_api: bool,
    /// Who sends it, or what of the headers refuses it.
    sender: Result<Sender, ApiError>,
    id: RequestId,
    context: Option<Data<Context>>,
    budget: Arc<BodyBudget>,
}

impl UnreadBody {
    fn of(request: &ServiceRequest) -> Self {
        let asked = Request::of(request.request());
        let is_api = api::is_within(request.path());
        let network = asked.network;
        let sender = if is_api {
            api::shown_token(request.headers())
                .map(|token| Sender { shows: Shown::Token(token), network })
        } else if is_form(request) {
            Ok(asked.sender())
        } else {
            Err(ApiError::Http(error_kind::NOT_JSON))
        };
        let budget = request.app_data::<Data<BodyBudget>>().cloned();
        Self {
            length: length(request),
            is_api,
            sender,
            id: asked.id,
            context: request.app_data().cloned(),
            budget: budget.map(Data::into_inner).unwrap_or_default(),
        }
    }

    async fn read(self, mut payload: Payload) -> Result<(Bytes, Share), ApiError> {
        if self.length.is_some_and(|length| length > FORM_LIMIT as u64) {
            return Err(TOO_LONG);
        }
        let mut share = self.share().await?;
        let mut body = BytesMut::new();
        let started = Instant::now();
        let mut part = (started, 0);
        loop {
            let limit = (started + DEADLINE).min(part.0 + MAX_WAIT);
            match timeout_at(limit, payload.next()).await {
                Err(_) => return Err(TOO_SLOW),
                Ok(None) => return Ok((body.freeze(), share)),
                Ok(Some(Err(_))) => return Err(BROKEN),
                Ok(Some(Ok(piece))) if body.len() + piece.len() > FORM_LIMIT => {
                    return Err(TOO_LONG);
                }
                Ok(Some(Ok(piece))) if !share.grow(piece.len()) => return Err(NO_ROOM),
                Ok(Some(Ok(piece))) => body.extend_from_slice(&piece),
            }
            if body.len() >= part.1 + PART {
                part = (Instant::now(), body.len());
            }
        }
    }

    /// Returns an empty share for the sender, after the checks that need no body.
    async fn share(self) -> Result<Share, ApiError> {
        let is_short = self.length.is_some_and(|length| length <= SHORT);
        let budget = Arc::clone(&self.budget);
        let client = self.client(is_short).await?;
        let room = match client {
            Client::Account(_) => Room::People,
            _ if is_short => Room::Short,
            _ => Room::Long,
        };
        Ok(Share::empty(budget, room, client))
    }

    /// Returns who sends the body. A credential is looked up before a long body is read:
    /// one that has ended is a stranger's. A short one is read as far as it is known.
    async fn client(self, is_short: bool) -> Result<Client, ApiError> {
        let sender = self.sender?;
        let stranger = Client::Network(sender.network);
        let Some(context) = self.context else { return Ok(stranger) };
        if is_short {
            return Ok(context.admissions.known_client(&sender).unwrap_or(stranger));
        }
        match context.admissions.look_up(&sender, self.id).await {
            Ok(Client::Network(_)) if self.is_api => Err(ApiError::BAD_TOKEN),
            Ok(client) => Ok(client),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

/// Returns the length that the request names; a body in chunks has none.
fn length(request: &ServiceRequest) -> Option<u64> {
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    let length = request.headers().get(header::CONTENT_LENGTH);
    length.map_or(Some(0), |length| length.to_str().ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{DEADLINE, MAX_WAIT, PART, TOO_SLOW};
    use crate::http::problem_kinds;

    #[test]
    fn a_client_that_is_too_slow_is_told_these_limits() {
        let status = TOO_SLOW.kind().status;
        let kind = problem_kinds().into_iter().find(|kind| kind.status == status).unwrap();
        let (part, patience, all) = (PART / 1024, MAX_WAIT.as_secs(), DEADLINE.as_secs());
        let part = format!("at least {part} KiB of the body, or its end, every {patience} seconds");
        assert!(kind.advice.contains(&part), "{}", kind.advice);
        assert!(kind.advice.ends_with(&format!("within {all} seconds.")), "{}", kind.advice);
    }
}
