//! Files that may be larger than memory: written piece by piece. Each piece takes
//! its own connection and checks the permission again.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream::{self, StreamExt};

use crate::http::{Context, Request, Work, error_page};
use crate::refusal::Refusal;
use crate::store::Store;

#[derive(Debug)]
pub(crate) struct FilePiece<From> {
    pub(crate) text: String,
    /// Where the next piece begins, if there is one.
    pub(crate) next: Option<From>,
}

/// The name and the type of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attachment {
    /// The name that a browser saves it under.
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
}

/// A file could not be read to its end. The connection is cut, so that half a
/// file is not taken for a whole one.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the file could not be read")]
struct CutShort;

impl Context {
    /// Responds with a file. `read` returns one piece of it, the first from `None`;
    /// it is called as the browser takes the pieces. If the first piece is refused,
    /// the response is the error page.
    pub(crate) async fn download<From: Send + 'static>(
        &self,
        request: Request,
        file: Attachment,
        read: impl Fn(&Store, &Request, Option<From>) -> Result<FilePiece<From>, Refusal>
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
            .insert_header(header::ContentDisposition::attachment(file.name))
            .streaming(beginning.chain(rest))
    }

    async fn piece<From: Send + 'static>(
        &self,
        request: &Request,
        read: Arc<
            impl Fn(&Store, &Request, Option<From>) -> Result<FilePiece<From>, Refusal>
            + Send
            + Sync
            + 'static,
        >,
        from: Option<From>,
    ) -> Result<FilePiece<From>, Refusal> {
        let admission = self.admit(request, Work::Short).await?;
        let asking = request.clone();
        admission.step(move |store| read(store, &asking, from)).await
    }
}
