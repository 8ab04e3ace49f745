//! The running server: every route, the middleware around them, start and stop.

mod body_limits;
mod host_check;
mod metrics_listener;
mod middleware;

use std::net::TcpListener;
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

use crate::accounts::known_browsers::BrowserKey;
use crate::accounts::sessions;
use crate::api::Quotas;
use crate::http::{Context, Hashing, Settings, assets, form, session};
use crate::site::RenderCache;
use crate::store::Store;
use crate::{account, admin, api, desk, site};

pub use metrics_listener::Watch;

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
    let context = Context::new(store, settings);
    let (tell, told) = mpsc::channel();
    std::thread::Builder::new().name("server".to_owned()).spawn(move || {
        let asked = tell.clone();
        let outcome = System::new().block_on(async move {
            actix_web::rt::spawn(async move {
                asked_to_stop().await;
                let _ = asked.send(Stage::Asked);
            });
            actix_web::rt::spawn(purge_hourly(context.store.clone()));
            let watched =
                watch.map(|watch| metrics_listener::begin(watch, context.clone())).transpose()?;
            let outcome = server(listener, context)?.await;
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
async fn purge_hourly(store: Store) {
    let mut hourly = actix_web::rt::time::interval(Duration::from_secs(60 * 60));
    loop {
        hourly.tick().await;
        let store = store.clone();
        let forgotten = routes::block(move || {
            let mut conn = store.checkout().map_err(|why| why.to_string())?;
            sessions::purge_expired(&mut conn).map_err(|error| error.to_string())
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
pub fn server(listener: TcpListener, context: Context) -> std::io::Result<Server> {
    let secret = signing_key(&context.store)?;
    let key = Key::try_from(secret.as_slice()).map_err(std::io::Error::other)?;
    let browsers = Data::new(BrowserKey::new(secret));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    // More threads than connections would only wait for each other.
    let blocking_threads = (context.store.size() as usize).div_ceil(workers).max(1);
    let (rendered, quotas) = (Data::new(RenderCache::new()), Data::new(Quotas::new()));
    let bodies = Data::new(body_limits::BodyBudget::default());
    let hashing = Data::new(Hashing::start()?);
    let server = HttpServer::new(move || {
        let settings = &context.settings;
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
            .app_data(Data::new(context.clone()))
            .app_data(Data::new(settings.clone()))
            .app_data(rendered.clone())
            .app_data(quotas.clone())
            .app_data(hashing.clone())
            .app_data(browsers.clone())
            .app_data(PayloadConfig::new(form::LIMIT))
            .configure(routes)
            .app_data(bodies.clone())
            .wrap(from_fn(body_limits::read_body))
            .wrap(from_fn(session::begin_where_asked))
            .wrap(session)
            .wrap(from_fn(middleware::against_other_sites))
            .wrap(from_fn(host_check::refuse_other_hosts))
            .wrap(from_fn(middleware::every_answer))
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
/// [`metrics_listener`] is on a listener of its own, and never here.
fn routes(config: &mut ServiceConfig) {
    config
        .configure(site::routes)
        .configure(account::routes)
        .configure(desk::routes)
        .configure(admin::routes)
        .configure(api::routes)
        .configure(assets::routes)
        .default_service(routes::to(middleware::nothing_here));
}

fn signing_key(store: &Store) -> std::io::Result<Vec<u8>> {
    let mut conn = store.checkout().map_err(std::io::Error::other)?;
    sessions::signing_key(&mut conn).map_err(std::io::Error::other)
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
