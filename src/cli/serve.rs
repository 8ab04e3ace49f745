//! `serve`: everything in order, and let go of in the reverse order.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};

use clap::Args;

use crate::cli::database::{close_after, warn_if_unprotected};
use crate::cli::failure::Failure;
use crate::cli::output::print_line;
use crate::config::{Database, Place};
use crate::demo;
use crate::http::Settings;
use crate::postgres::{self, Claim};
use crate::server::{self, Watch};
use crate::store::Store;
use crate::store::pool::Limits;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The address to listen on; port 0 takes any free one
    #[arg(
        long,
        value_name = "ADDR",
        env = "IMPRIMATUR_LISTEN",
        default_value = "127.0.0.1:8080",
        hide_env_values = true
    )]
    listen: SocketAddr,
    /// An address for Prometheus to ask at /metrics; without it nothing is measured
    #[arg(long, value_name = "ADDR", env = "IMPRIMATUR_METRICS_LISTEN", hide_env_values = true)]
    metrics_listen: Option<SocketAddr>,
    /// The address that readers use, where it is another one
    #[arg(long, value_name = "URL", env = "IMPRIMATUR_PUBLIC_URL", hide_env_values = true)]
    public_url: Option<String>,
    /// A proxy of yours stands in front and sets X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
}

pub(super) fn serve(place: &Place, arguments: Arguments) -> Result<(), Failure> {
    // What fails at once comes first: no database server is started, and no
    // migration applied, for a program that then cannot listen.
    let claim = match place {
        Place::Private { data_dir, .. } => Some(postgres::claim(data_dir)?),
        Place::Server { .. } => None,
    };
    let (listener, url) = listen(&arguments)?;
    let metrics = arguments.metrics_listen.map(|at| bind(at, "--metrics-listen")).transpose()?;
    let settings = Settings { public_url: url, is_behind_proxy: arguments.behind_proxy };
    let database = Database::open(place)?;
    let outcome = on_open_database(&database, (listener, metrics), settings, claim.as_ref());
    close_after(database, outcome)
}

fn on_open_database(
    database: &Database,
    (listener, metrics): (TcpListener, Option<(TcpListener, SocketAddr)>),
    settings: Settings,
    claim: Option<&Claim>,
) -> Result<(), Failure> {
    database.bring_up_to_date()?;
    warn_if_unprotected(database)?;
    let store = database.store(Limits::default());
    if database.is_private() {
        // Without the demo there is still a site, and the first of its people
        // can sign in; but nobody should have to wonder where the rest is.
        if let Err(error) = demo::load(&store) {
            tracing::error!(%error, "the demo is incomplete; the next start tries again");
        }
    }
    if let Some(claim) = claim {
        claim.announce(&settings.public_url)?;
    }
    welcome(&store, &listener, &settings.public_url)?;
    let watch = match metrics {
        None => None,
        Some((listener, address)) => {
            print_line(format_args!("Metrics are at http://{}/metrics", reachable(address)))?;
            Some(Watch { listener, store: database.store(Watch::LIMITS) })
        }
    };
    // The pool goes with the last clone of the store, which is in there.
    server::serve(listener, store, settings, watch)
        .map_err(|error| Failure::Other(format!("The server stopped: {error}.")))
}

fn listen(arguments: &Arguments) -> Result<(TcpListener, String), Failure> {
    let (listener, address) = bind(arguments.listen, "--listen")?;
    let url = match &arguments.public_url {
        None => format!("http://{}", reachable(address)),
        Some(url) if is_public_url(url) => url.trim_end_matches('/').to_owned(),
        Some(_) => {
            return Err(Failure::Usage(
                "--public-url is http:// or https:// and a host, such as https://example.org."
                    .into(),
            ));
        }
    };
    Ok((listener, url))
}

/// Returns a listener at an address that an option gave, and where it is then.
fn bind(address: SocketAddr, option: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = TcpListener::bind(address)
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    bound.map_err(|error| {
        let what_helps = match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "another program has it: choose another with {option}, or 0 as the port for any"
            ),
            std::io::ErrorKind::PermissionDenied => {
                format!("this user may not use it: choose a port from 1024 on with {option}")
            }
            std::io::ErrorKind::AddrNotAvailable => "this machine does not have it".to_owned(),
            _ => format!("choose another with {option}"),
        };
        Failure::Other(format!("Cannot listen on {address}: {what_helps} ({error})."))
    })
}

/// Whether an address can stand in front of a path: with it, links are made and
/// cookies are told whether they travel over TLS alone.
fn is_public_url(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && !host.starts_with('/')
            && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\?#".contains(&byte))
    })
}

/// Returns an address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}

fn welcome(store: &Store, listener: &TcpListener, url: &str) -> Result<(), Failure> {
    print_line(format_args!("Imprimatur is at {url}"))?;
    let sign_ins = demo::sign_ins(&mut *store.checkout()?)?;
    if sign_ins.is_empty() {
        return Ok(());
    }
    print_line(format_args!("Sign in with the password {} as", demo::PASSWORD))?;
    for person in &sign_ins {
        print_line(format_args!("  {:8} {}", person.username, person.roles))?;
    }
    let is_public = listener.local_addr().is_ok_and(|address| !address.ip().is_loopback());
    if is_public {
        tracing::warn!(
            "the demo accounts above have a password that everybody knows, and this address is \
             not only for this machine: deactivate them, or start anew in another --data-dir"
        );
    }
    Ok(())
}
