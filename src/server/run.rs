//! Runs the server and its metrics listener, and stops both within a time limit.

use std::net::TcpListener;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use actix_web::rt::{self, System};
use actix_web::web;

use super::app::{DRAIN, server, stop_signal};
use super::metrics_listener::{self, Watch};
use crate::accounts::sessions;
use crate::http::{Context, Settings};
use crate::store::Store;

/// The maximum time that stopping takes, also while the database does not answer.
/// Supervisors kill after 30 seconds.
const MAX_STOP: Duration = Duration::from_secs(DRAIN + 5);

/// A message of the server's thread.
enum Stage {
    /// It was asked to stop.
    Stopping,
    /// It has ended.
    Ended(std::io::Result<()>),
}

/// Serves until SIGINT or SIGTERM, then lets requests in progress finish. The metrics
/// listener serves until then, too.
///
/// The server runs on a thread of its own. At its end that thread waits for every
/// query that the database has not answered; this function does not.
pub fn serve(
    listener: TcpListener,
    store: Store,
    settings: Settings,
    watch: Option<Watch>,
) -> std::io::Result<()> {
    let context = Context::new(store, settings);
    let (sender, stages) = mpsc::channel();
    std::thread::Builder::new().name("server".to_owned()).spawn(move || {
        let stopping = sender.clone();
        let outcome = System::new().block_on(async move {
            rt::spawn(async move {
                stop_signal().await;
                let _ = stopping.send(Stage::Stopping);
            });
            run(listener, context, watch).await
        });
        let _ = sender.send(Stage::Ended(outcome));
    })?;
    let lost = || std::io::Error::other("its thread ended without an error message");
    match stages.recv().map_err(|_| lost())? {
        Stage::Ended(outcome) => outcome,
        Stage::Stopping => match stages.recv_timeout(MAX_STOP) {
            Ok(Stage::Ended(outcome)) => outcome,
            Ok(Stage::Stopping) | Err(RecvTimeoutError::Timeout) => {
                tracing::warn!("some database work is still running after the shutdown limit");
                Ok(())
            }
            Err(RecvTimeoutError::Disconnected) => Err(lost()),
        },
    }
}

async fn run(listener: TcpListener, context: Context, watch: Option<Watch>) -> std::io::Result<()> {
    rt::spawn(purge_hourly(context.store.clone()));
    let metrics = watch.map(|watch| metrics_listener::begin(watch, context.clone())).transpose()?;
    let outcome = server(listener, context)?.await;
    if let Some(metrics) = metrics {
        metrics.stop(true).await;
    }
    outcome
}

/// Deletes expired sessions and old attempts to sign in.
async fn purge_hourly(store: Store) {
    let mut hourly = rt::time::interval(Duration::from_secs(60 * 60));
    loop {
        hourly.tick().await;
        let store = store.clone();
        let purged = web::block(move || {
            let mut conn = store.checkout().map_err(|why| why.to_string())?;
            sessions::purge_expired(&mut conn).map_err(|error| error.to_string())
        });
        match purged.await.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(count) => tracing::debug!(count, "deleted expired sessions and old attempts"),
            Err(error) => tracing::warn!(error, "expired sessions could not be deleted"),
        }
    }
}
