//! The edge for browsers: parse, ask once, render. It contains no rule.

mod account;
pub(crate) mod action_page;
mod all_posts;
pub(crate) mod answer;
mod desk;
mod diff;
mod done_page;
pub(crate) mod download;
mod draft;
mod editor;
mod feed;
mod fields;
mod guard;
pub(crate) mod layout;
mod markdown;
pub(crate) mod paging;
pub(crate) mod post_page;
mod public;
mod render_cache;
pub(crate) mod revisions;
mod scrape;
mod session;
mod set_password;
mod sign_in;
mod statics;
pub(crate) mod timeline;
mod times;
mod visit;
mod word_count;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::web::{self as routes, Data, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpServer};
use tokio::sync::Semaphore;

use crate::accounts::sessions;
use crate::admin;
use crate::api::{self, Quotas};
use crate::store::Store;
use render_cache::RenderCache;

pub use answer::Answer;
pub use fields::Fields;
pub use layout::Layout;
pub use scrape::Watch;
pub use visit::Visit;

/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that people use, such as `https://example.org`. With
    /// `https`, cookies travel over TLS only.
    pub public_url: String,
    /// Whether a proxy of ours stands in front, whose `X-Forwarded-For` tells
    /// where a request comes from. Without one, anybody could write that header.
    pub is_behind_proxy: bool,
}

impl Settings {
    /// Returns whether people reach the server over TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Returns the cookie's name; `__Host-` makes a browser refuse it from
    /// anything but this host over TLS.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
    }
}

/// What every handler shares.
#[derive(Clone)]
pub struct Shared {
    /// The way to the database.
    pub store: Store,
    /// How the server presents itself.
    pub settings: Settings,
    /// What was published, rendered.
    rendered: Arc<RenderCache>,
    /// How many passwords may be checked at a time: each takes 19 MiB.
    hashing: Arc<Semaphore>,
    /// How many requests may be in hand: one more is told at once to come back.
    places: Arc<Semaphore>,
    /// How much each token has asked of this process.
    pub(crate) quotas: Arc<Quotas>,
}

/// How many requests a process takes in hand at a time. At some hundred
/// answers a second the last of them waits for about a second.
const MOST_IN_HAND: usize = 256;

impl Shared {
    /// Returns what the handlers of one process share.
    pub fn new(store: Store, settings: Settings) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            settings,
            rendered: Arc::new(RenderCache::new()),
            hashing: Arc::new(Semaphore::new(2 * processors)),
            places: Arc::new(Semaphore::new(MOST_IN_HAND)),
            quotas: Arc::new(Quotas::new()),
        }
    }
}

/// How long a request in hand is waited for at the end, in seconds.
const DRAIN: u64 = 20;

/// The longest that the end takes, whatever still waits for the database: less
/// than the 30 seconds after which supervisors kill.
const LONGEST_END: Duration = Duration::from_secs(DRAIN + 5);

/// How far the server has come.
enum Stage {
    /// It was asked to stop.
    Asked,
    /// Nothing of it is left.
    Over(std::io::Result<()>),
}

/// Serves until SIGINT or SIGTERM, then lets requests in progress finish. Who
/// watches sees that, too.
///
/// It serves on a thread of its own, because that waits at its end for every
/// question that the database has not answered, and this does not.
///
/// # Errors
///
/// When the cookie key cannot be read or a listener cannot be used.
pub fn serve(
    listener: TcpListener,
    store: Store,
    settings: Settings,
    watch: Option<Watch>,
) -> std::io::Result<()> {
    let shared = Shared::new(store, settings);
    let (tell, told) = mpsc::channel();
    std::thread::Builder::new().name("server".to_owned()).spawn(move || {
        let asked = tell.clone();
        let outcome = System::new().block_on(async move {
            actix_web::rt::spawn(async move {
                asked_to_stop().await;
                let _ = asked.send(Stage::Asked);
            });
            actix_web::rt::spawn(forget_the_dead_hourly(shared.store.clone()));
            let watched = watch.map(|watch| scrape::begin(watch, shared.clone())).transpose()?;
            let outcome = server(listener, shared)?.await;
            if let Some(watched) = watched {
                watched.stop(true).await;
            }
            outcome
        });
        let _ = tell.send(Stage::Over(outcome));
    })?;
    let lost = || std::io::Error::other("its thread ended without a word");
    match told.recv().map_err(|_| lost())? {
        Stage::Over(outcome) => outcome,
        Stage::Asked => match told.recv_timeout(LONGEST_END) {
            Ok(Stage::Over(outcome)) => outcome,
            Ok(Stage::Asked) | Err(RecvTimeoutError::Timeout) => {
                tracing::warn!("something still waits for the database, and is not waited for");
                Ok(())
            }
            Err(RecvTimeoutError::Disconnected) => Err(lost()),
        },
    }
}

/// Keeps the tables of sessions and sign-in attempts from growing for ever.
async fn forget_the_dead_hourly(store: Store) {
    let mut hourly = actix_web::rt::time::interval(Duration::from_secs(60 * 60));
    loop {
        hourly.tick().await;
        let store = store.clone();
        let forgotten = routes::block(move || {
            let mut conn = store.checkout().map_err(|why| why.to_string())?;
            sessions::forget_the_dead(&mut conn).map_err(|error| error.to_string())
        })
        .await;
        match forgotten {
            Ok(Ok(count)) => tracing::debug!(count, "forgot what was long over"),
            Ok(Err(error)) => tracing::warn!(error, "could not forget what was long over"),
            Err(error) => tracing::warn!(%error, "could not forget what was long over"),
        }
    }
}

/// Returns the server, ready to be awaited.
///
/// # Errors
///
/// As [`serve`].
pub fn server(listener: TcpListener, shared: Shared) -> std::io::Result<Server> {
    let key = cookie_key(&shared.store)?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    // More threads than connections would only wait for each other.
    let blocking_threads = (shared.store.size() as usize).div_ceil(workers).max(1);
    let server = HttpServer::new(move || {
        let settings = &shared.settings;
        let lifetime = CookieDuration::seconds(sessions::LIFETIME_SECONDS.into());
        let session = SessionMiddleware::builder(session::Ids, key.clone())
            .cookie_name(settings.cookie_name("imprimatur"))
            .cookie_secure(settings.is_secure())
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(PersistentSession::default().session_ttl(lifetime))
            .build();
        App::new()
            .app_data(Data::new(shared.clone()))
            .app_data(PayloadConfig::new(fields::LIMIT))
            .configure(routes)
            .wrap(from_fn(session::begin_where_asked))
            .wrap(session)
            .wrap(from_fn(guard::against_other_sites))
            .wrap(from_fn(guard::every_answer))
    })
    .workers(workers)
    .worker_max_blocking_threads(blocking_threads)
    .shutdown_timeout(DRAIN)
    .shutdown_signal(asked_to_stop())
    .listen(listener)?
    .run();
    Ok(server)
}

/// Registers every route. `tests/interfaces.rs` walks this list. The one of
/// [`scrape`] is on a listener of its own, and never here.
fn routes(config: &mut ServiceConfig) {
    config
        .configure(public::routes)
        .configure(all_posts::routes)
        .configure(feed::routes)
        .configure(sign_in::routes)
        .configure(set_password::routes)
        .configure(account::routes)
        .configure(desk::routes)
        .configure(editor::routes)
        .configure(post_page::routes)
        .configure(revisions::routes)
        .configure(action_page::routes)
        .configure(admin::routes)
        .configure(api::routes)
        .configure(statics::routes)
        .default_service(routes::to(guard::nothing_here));
}

/// Returns a text as it stands in the query of an address.
pub(crate) fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn cookie_key(store: &Store) -> std::io::Result<Key> {
    let mut conn = store.checkout().map_err(std::io::Error::other)?;
    let key = sessions::signing_key(&mut conn).map_err(std::io::Error::other)?;
    Key::try_from(key.as_slice()).map_err(std::io::Error::other)
}

/// Returns when the operator asks: Ctrl-C and `kill` both let requests finish.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
