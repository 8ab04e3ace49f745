//! Files that are longer than memory should be: written piece by piece, each
//! with a connection of its own and with the permission asked again.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use futures_util::stream::{self, StreamExt};

use crate::http::{Context, Request, error_page};
use crate::refusal::Refusal;
use crate::store::{Store, Unavailable};

/// A piece of a file, and from where the next one goes on, if there is one.
#[derive(Debug)]
pub(crate) struct Piece<From> {
    /// What it says.
    pub(crate) text: String,
    /// Where the next one begins.
    pub(crate) next: Option<From>,
}

/// What is known of a file before it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    /// The name that a browser saves it under.
    pub(crate) name: &'static str,
    /// What kind of document it is.
    pub(crate) content_type: &'static str,
}

/// Why a file ends before its end. The connection is cut, so that nobody takes
/// half a file for a whole one.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the file could not be read")]
struct CutShort;

impl Context {
    /// Answers with a file. `read` returns a piece of it, the first one from
    /// `None`; it is called as the browser takes what it has got. A first
    /// piece that is refused is answered with the page that says so.
    pub(crate) async fn download<From: Send + 'static>(
        &self,
        request: Request,
        file: File,
        read: impl Fn(&Store, &Request, Option<From>) -> Result<Piece<From>, Refusal>
        + Send
        + Sync
        + 'static,
    ) -> HttpResponse {
        let read = Arc::new(read);
        let context = self.clone();
        let first = match context.piece(&request, read.clone(), None).await {
            Ok(first) => first,
            Err(refusal) => {
                return error_page::page(&refusal, &request, None)
                    .to(&request)
                    .into_response(&self.settings);
            }
        };
        let rest = stream::try_unfold(first.next, move |next| {
            let (context, request, read) = (context.clone(), request.clone(), read.clone());
            async move {
                let Some(from) = next else { return Ok(None) };
                let piece = context.piece(&request, read, Some(from)).await.map_err(|refusal| {
                    tracing::warn!(request_id = %request.id, %refusal, "a file was cut short");
                    CutShort
                })?;
                Ok::<_, CutShort>(Some((Bytes::from(piece.text), piece.next)))
            }
        });
        let beginning = stream::once(async move { Ok(Bytes::from(first.text)) });
        HttpResponse::Ok()
            .content_type(file.content_type)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{}\"", file.name),
            ))
            .streaming(beginning.chain(rest))
    }

    /// Reads a piece where it may block.
    async fn piece<From: Send + 'static>(
        &self,
        request: &Request,
        read: Arc<
            impl Fn(&Store, &Request, Option<From>) -> Result<Piece<From>, Refusal>
            + Send
            + Sync
            + 'static,
        >,
        from: Option<From>,
    ) -> Result<Piece<From>, Refusal> {
        let Some(_place) = self.place() else {
            return Err(Unavailable::Busy.into());
        };
        let (store, request) = (self.store.clone(), request.clone());
        let id = request.id;
        web::block(move || read(&store, &request, from)).await.unwrap_or_else(|error| {
            tracing::error!(request_id = %id, %error, "a handler panicked");
            Err(Unavailable::ConnectionLost.into())
        })
    }
}
