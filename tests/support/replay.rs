//! Pages that were served once, served again: for a browser that should look
//! at many pages of many people without becoming any of them.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};

use super::browser::Page;

/// Answers by their addresses.
pub type Kept = BTreeMap<String, Page>;

/// A server of kept answers; it stops when this is dropped.
pub struct Replay {
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Replay {
    pub fn start(kept: Arc<Kept>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new().app_data(Data::from(kept.clone())).default_service(web::to(answer))
                });
                let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { address, handle: receiver.recv().unwrap(), thread: Some(thread) }
    }
}

async fn answer(request: HttpRequest, kept: Data<Kept>) -> HttpResponse {
    let Some(page) = kept.get(&request.uri().to_string()) else {
        return HttpResponse::NotFound().finish();
    };
    let mut answer = HttpResponse::build(page.status.try_into().unwrap());
    // The policy decides what a page may load and run, so it belongs to the page.
    for name in ["content-type", "content-security-policy", "x-content-type-options"] {
        if let Some(value) = page.headers.get(name) {
            answer.insert_header((name, value.as_str()));
        }
    }
    answer.body(page.body.clone())
}

impl Drop for Replay {
    fn drop(&mut self) {
        let stopping = self.handle.stop(false);
        actix_web::rt::System::new().block_on(stopping);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}
