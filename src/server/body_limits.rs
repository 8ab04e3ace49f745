//! Reads the bodies of requests: within a deadline, at a least rate, and within
//! a budget of memory. A request that is refused whatever its body says is
//! refused before its body is read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use crate::api;
use crate::http::api_error::ApiError;
use crate::http::problem;
use crate::http::{Context, FORM_LIMIT, Reply, Request, Sender, Shown, Taker, error_page};
use crate::store::Unavailable;

/// The longest wait for the next part of a body, and the time that a body has
/// before the least rate applies.
const PATIENCE: Duration = Duration::from_secs(10);

/// The least rate after that, in bytes a second.
const LEAST_RATE: u32 = 8 * 1024;

/// The longest that any body may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// The bytes of all bodies that are in memory.
const ALL: usize = 64 << 20;

/// Of these, the bytes of requests without a session or a token that is known here.
const OF_STRANGERS: usize = 16 << 20;

/// Of each, the part that one account or one network may use.
const SHARE_OF_ONE: usize = 4;

/// The longest body of a program whose token is not looked up before.
const SMALL: u64 = 16 * 1024;

/// The memory that bodies use now.
#[derive(Default)]
pub(super) struct BodyBudget(Mutex<BudgetUse>);

#[derive(Default)]
struct BudgetUse {
    all: usize,
    by_strangers: usize,
    by_taker: HashMap<Taker, usize>,
}

/// The part of the budget that one body uses; it is given back with this.
struct Share {
    budget: Arc<BodyBudget>,
    taker: Taker,
    bytes: usize,
}

impl Share {
    /// Takes more bytes; returns false when there is no room for them.
    fn grow(&mut self, bytes: usize) -> bool {
        let used = &mut *self.budget.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = used.by_taker.entry(self.taker).or_default();
        let (room, in_use) = match self.taker {
            Taker::Account(_) => (ALL, used.all),
            _ => (OF_STRANGERS, used.by_strangers),
        };
        if in_use + bytes > room || *of_one + bytes > room / SHARE_OF_ONE {
            return false;
        }
        *of_one += bytes;
        self.bytes += bytes;
        used.change(self.taker, |used| *used += bytes);
        true
    }
}

impl BudgetUse {
    fn change(&mut self, taker: Taker, change: impl Fn(&mut usize)) {
        change(&mut self.all);
        if !matches!(taker, Taker::Account(_)) {
            change(&mut self.by_strangers);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let used = &mut *self.budget.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.change(self.taker, |used| *used -= self.bytes);
        if let Some(of_one) = used.by_taker.get_mut(&self.taker) {
            *of_one -= self.bytes;
            if *of_one == 0 {
                used.by_taker.remove(&self.taker);
            }
        }
    }
}

/// Why a body is not read.
enum BodyError {
    TooLong,
    TooSlow,
    NoRoom,
    /// The connection broke, or the chunks were malformed.
    Broken,
    /// The program has no token that works.
    Refused(ApiError),
}

/// Reads the body of a request that changes something, and hands it on whole.
pub(super) async fn read_body(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method().is_safe() || length(&request) == Some(0) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    match read(&mut request).await {
        Ok((bytes, share)) => {
            let payload = Box::pin(stream::once(async { Ok(bytes) }));
            request.set_payload(Payload::Stream { payload });
            let response = next.call(request).await?.map_into_boxed_body();
            // The handler has the body until here.
            drop(share);
            Ok(response)
        }
        Err(why) => {
            let mut response = refused(&request, why);
            // What is still on its way is not the next request.
            response.head_mut().set_connection_type(ConnectionType::Close);
            Ok(request.into_response(response))
        }
    }
}

async fn read(request: &mut ServiceRequest) -> Result<(Bytes, Share), BodyError> {
    let length = length(request);
    if length.is_some_and(|length| length > FORM_LIMIT as u64) {
        return Err(BodyError::TooLong);
    }
    let mut share = share(request, length).await?;
    let mut payload = request.take_payload();
    let mut body = BytesMut::new();
    let begun = Instant::now();
    loop {
        let earned = Duration::from_secs_f64(body.len() as f64 / f64::from(LEAST_RATE));
        let limit = begun + DEADLINE.min(PATIENCE + earned);
        let part = timeout_at(limit.min(Instant::now() + PATIENCE), payload.next());
        match part.await {
            Err(_) => return Err(BodyError::TooSlow),
            Ok(None) => return Ok((body.freeze(), share)),
            Ok(Some(Err(_))) => return Err(BodyError::Broken),
            Ok(Some(Ok(part))) if body.len() + part.len() > FORM_LIMIT => {
                return Err(BodyError::TooLong);
            }
            Ok(Some(Ok(part))) if !share.grow(part.len()) => return Err(BodyError::NoRoom),
            Ok(Some(Ok(part))) => body.extend_from_slice(&part),
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

/// Returns an empty share for the sender, once what needs no body is checked.
async fn share(request: &ServiceRequest, length: Option<u64>) -> Result<Share, BodyError> {
    let budget = request.app_data::<Data<BodyBudget>>().map(|budget| budget.clone().into_inner());
    let taker = taker(request, length).await?;
    Ok(Share { budget: budget.unwrap_or_default(), taker, bytes: 0 })
}

/// Returns who sends a body. A token is looked up before a long body is read; one that is
/// not known yet is a stranger's.
async fn taker(request: &ServiceRequest, length: Option<u64>) -> Result<Taker, BodyError> {
    let asked = Request::of(request.request());
    let stranger = Taker::Network(asked.network);
    let Some(context) = request.app_data::<Data<Context>>() else { return Ok(stranger) };
    if !api::is_within(request.path()) {
        return Ok(context.admissions.known_taker(&asked.sender()).unwrap_or(stranger));
    }
    let token = api::shown_token(request.headers()).map_err(BodyError::Refused)?;
    if length.is_none_or(|length| length > SMALL) {
        let found = context
            .admissions
            .look_up(token, asked.id)
            .await
            .map_err(|error| BodyError::Refused(error.into()))?;
        return found.map(Taker::Account).ok_or(BodyError::Refused(ApiError::BadToken));
    }
    let sender = Sender { shows: Shown::Token(token), network: asked.network };
    Ok(context.admissions.known_taker(&sender).unwrap_or(stranger))
}

fn refused(request: &ServiceRequest, why: BodyError) -> HttpResponse {
    let asked = Request::of(request.request());
    let Some(context) = request.app_data::<Data<Context>>() else {
        return HttpResponse::ServiceUnavailable().finish();
    };
    let reply = if api::is_within(request.path()) {
        problem::reply(&as_problem(why), asked.id)
    } else {
        as_page(&why, &asked)
    };
    reply.into_response(&context.settings)
}

fn as_problem(why: BodyError) -> ApiError {
    match why {
        BodyError::TooLong => ApiError::Http(StatusCode::PAYLOAD_TOO_LARGE),
        BodyError::TooSlow => ApiError::Http(StatusCode::REQUEST_TIMEOUT),
        BodyError::NoRoom => ApiError::Refused(Unavailable::Busy.into()),
        BodyError::Broken => ApiError::Http(StatusCode::BAD_REQUEST),
        BodyError::Refused(error) => error,
    }
}

fn as_page(why: &BodyError, asked: &Request) -> Reply {
    match why {
        BodyError::TooLong => error_page::unusable(StatusCode::PAYLOAD_TOO_LARGE, asked),
        BodyError::TooSlow => error_page::unusable(StatusCode::REQUEST_TIMEOUT, asked),
        BodyError::NoRoom => error_page::page(&Unavailable::Busy.into(), asked, None),
        BodyError::Broken | BodyError::Refused(_) => {
            error_page::unusable(StatusCode::BAD_REQUEST, asked)
        }
    }
}
