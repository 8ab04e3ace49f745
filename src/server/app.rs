//! Builds the HTTP server from shared data, routes and middleware. `run` starts and
//! stops it.

use std::net::TcpListener;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, HttpServer};
use tokio::signal::unix::{SignalKind, signal};

use super::body_budget::BodyBudget;
use super::routes::routes;
use super::{body_limits, error_responses, middleware, strangers};
use crate::accounts::known_browsers::BrowserKey;
use crate::accounts::sessions;
use crate::api::Quotas;
use crate::http::{Context, FORM_LIMIT, Hashing, session};
use crate::site::{FeedIds, FreshPages};
use crate::store::{Store, posts};

/// How many seconds the server waits for requests in progress when it stops.
pub(super) const DRAIN: u64 = 20;

/// Returns the server, ready to be awaited.
pub fn server(listener: TcpListener, context: Context) -> std::io::Result<Server> {
    let (secret, feed_ids) = kept_ids(&context.store)?;
    let key = Key::try_from(secret.as_slice()).map_err(std::io::Error::other)?;
    let browsers = Data::new(BrowserKey::new(secret));
    let bodies = Data::new(BodyBudget::default());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    // Not all of them work at once: each waits for one of as many permits first.
    let blocking_threads = context.store.size() as usize;
    let quotas = Data::new(Quotas::new());
    let fresh_pages = Data::new(FreshPages::start(context.store.aside(), feed_ids)?);
    let hashing = Data::new(Hashing::start()?);
    give_up_unread(&listener)?;
    let server = HttpServer::new(move || {
        let settings = &context.settings;
        let lifetime = Duration::seconds(sessions::LIFETIME_SECONDS.into());
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
            .app_data(fresh_pages.clone())
            .app_data(quotas.clone())
            .app_data(hashing.clone())
            .app_data(browsers.clone())
            .app_data(bodies.clone())
            .app_data(PayloadConfig::new(FORM_LIMIT))
            .configure(routes)
            .wrap(from_fn(body_limits::read_body))
            .wrap(from_fn(error_responses::replace_framework_errors))
            .wrap(from_fn(session::begin_where_asked))
            .wrap(session)
            .wrap(from_fn(strangers::refuse))
            .wrap(from_fn(middleware::every_response))
    })
    .workers(workers)
    .worker_max_blocking_threads(blocking_threads)
    .shutdown_timeout(DRAIN)
    .shutdown_signal(stop_signal())
    .listen(listener)?
    .run();
    Ok(server)
}

/// How long a client may leave a response unread.
#[cfg(target_os = "linux")]
const UNREAD: std::time::Duration = std::time::Duration::from_secs(30);

/// Has the operating system give up connections whose client reads nothing of a response
/// (RFC 9293, 3.8.3). Unread responses are in memory. Each connection gets this limit
/// from its listener.
fn give_up_unread(listener: &TcpListener) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(UNREAD))?;
    let _ = listener;
    Ok(())
}

/// Returns what the database keeps for every server process: the key that signs
/// cookies, and the ids of the feed.
fn kept_ids(store: &Store) -> std::io::Result<(Vec<u8>, FeedIds)> {
    let mut conn = store.checkout().map_err(std::io::Error::other)?;
    let secret = sessions::signing_key(&mut conn).map_err(std::io::Error::other)?;
    let site = posts::site_id(&mut conn).map_err(std::io::Error::other)?;
    Ok((secret, FeedIds::of(site)))
}

/// Returns at SIGINT or SIGTERM, which both let requests in progress finish.
pub(super) async fn stop_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
