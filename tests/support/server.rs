//! The real server on a real socket.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use imprimatur::http::{Context, Settings, Site};
use imprimatur::server;
use imprimatur::store::Store;

use super::Browser;

/// A server; it stops when this is dropped.
pub struct Server {
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(store: Store) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let public_url = format!("http://{}", listener.local_addr().unwrap());
        Self::on(listener, store, public_url, false)
    }

    /// One of several servers that people reach at the same address.
    pub fn start_behind(public_url: &str, store: Store) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::on(listener, store, public_url.to_owned(), false)
    }

    /// A server that believes what its proxy says about the client's address.
    pub fn start_behind_proxy(public_url: &str, store: Store) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::on(listener, store, public_url.to_owned(), true)
    }

    /// A server of a site with a name, a description and a language of its own.
    pub fn start_site(site: Site, store: Store) -> Self {
        Self::of(TcpListener::bind("127.0.0.1:0").unwrap(), store, site, false)
    }

    fn on(listener: TcpListener, store: Store, public_url: String, is_behind_proxy: bool) -> Self {
        Self::of(listener, store, Site::at(public_url), is_behind_proxy)
    }

    fn of(listener: TcpListener, store: Store, site: Site, is_behind_proxy: bool) -> Self {
        let address = listener.local_addr().unwrap();
        let settings = Settings::new(site, is_behind_proxy);
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = server::server(listener, Context::new(store, settings))
                    .unwrap_or_else(|error| panic!("no server on {address}: {error}"));
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().unwrap();
        Self { address, handle, thread: Some(thread) }
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// A browser that has signed in.
    pub fn signed_in(&self, username: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(username);
        browser
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopping = self.handle.stop(false);
        actix_web::rt::System::new().block_on(stopping);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}
