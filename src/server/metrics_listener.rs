//! The listener for Prometheus, at an address of its own.
//!
//! The metrics tell how much is published and how often people are refused, so they
//! are not public. The listener checks no session and no token: everyone who can
//! reach it may read them.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::KeepAlive;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use tokio::sync::Semaphore;

use crate::audit;
use crate::http::Context;
use crate::metrics::{self, Now, Recorded};
use crate::store::Store;
use crate::store::pool::Limits;

/// The resources of the metrics listener.
pub struct Watch {
    /// The listener for Prometheus.
    pub listener: TcpListener,
    /// A store with [`Watch::LIMITS`].
    pub store: Store,
}

impl Watch {
    /// One connection with short timeouts. It is not one of the pool's, so that a
    /// busy pool does not look like an unreachable database.
    pub const LIMITS: Limits = Limits {
        connections: 1,
        checkout: Duration::from_millis(500),
        lock: Duration::from_millis(500),
        statement: Duration::from_millis(500),
    };
}

/// The maximum time that a scrape waits for the database.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The data of the handler.
struct Scraped {
    recorded: Recorded,
    context: Context,
    store: Store,
    /// One query at a time, so that queries that never return block one thread.
    turn: Arc<Semaphore>,
}

/// Starts to record metrics and to serve them, until the handle stops it.
pub(super) fn begin(watch: Watch, context: Context) -> std::io::Result<ServerHandle> {
    let recorded = metrics::record().map_err(std::io::Error::other)?;
    actix_web::rt::spawn(tidy_every_few_seconds(recorded.clone()));
    let scraped = Scraped { recorded, context, store: watch.store, turn: Semaphore::new(1).into() };
    let server = server(watch.listener, scraped)?;
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}

fn server(listener: TcpListener, scraped: Scraped) -> std::io::Result<Server> {
    let scraped = Data::new(scraped);
    let server = HttpServer::new(move || {
        App::new().app_data(scraped.clone()).route("/metrics", web::get().to(scrape))
    });
    Ok(server
        .workers(1)
        .worker_max_blocking_threads(1)
        // Stopping would have to wait for an open connection.
        .keep_alive(KeepAlive::Disabled)
        .shutdown_timeout(2)
        .disable_signals()
        .listen(listener)?
        .run())
}

async fn tidy_every_few_seconds(recorded: Recorded) {
    let mut clock = actix_web::rt::time::interval(Duration::from_secs(5));
    loop {
        clock.tick().await;
        recorded.tidy();
    }
}

async fn scrape(scraped: Data<Scraped>) -> HttpResponse {
    let open_incidents = scraped.open_incidents().await;
    let pool = scraped.context.store.in_use_and_idle();
    let now = Now {
        in_hand: scraped.context.admissions.in_progress(),
        in_use: pool.0,
        idle: pool.1,
        most: scraped.context.store.size(),
        open_incidents,
    };
    HttpResponse::Ok().content_type(metrics::TEXT).body(scraped.recorded.text(now))
}

impl Scraped {
    /// Returns the number of open incidents, or `None` if the database does not
    /// answer in time.
    async fn open_incidents(&self) -> Option<i64> {
        let asked = async {
            let turn = self.turn.clone().acquire_owned().await.ok()?;
            let store = self.store.clone();
            let count = web::block(move || {
                let _turn = turn;
                let ask = || audit::open_incidents(&mut *store.checkout().ok()?).ok();
                // A connection that broke since the last scrape fails once.
                ask().or_else(ask)
            });
            count.await.ok()?
        };
        tokio::time::timeout(TIMEOUT, asked).await.ok()?
    }
}
