//! Takes from an HTTP request what the handlers of the API need. It reads no cookie and
//! no body.

use std::future::{Ready, ready};

use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::api::headers::Headers;
use crate::api::quotas::Quotas;
use crate::domain::{Network, RequestId};
use crate::http::{Segments, client_network, request_id};

/// One request of a program, as far as handlers need to know it.
pub(super) struct ApiRequest {
    pub(super) id: RequestId,
    pub(super) path: String,
    pub(super) segments: Segments,
    pub(super) query: String,
    pub(super) network: Network,
    pub(super) headers: Headers,
    pub(super) quotas: Data<Quotas>,
}

impl FromRequest for ApiRequest {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let quotas = request.app_data::<Data<Quotas>>().cloned();
        ready(Ok(Self {
            id: request_id(request),
            path: request.path().to_owned(),
            segments: Segments::of(request),
            query: request.query_string().to_owned(),
            network: client_network(request),
            headers: Headers::of(request),
            quotas: quotas.unwrap_or_else(|| Data::new(Quotas::new())),
        }))
    }
}
