//! `serve`: starts everything in order, and ends it in the reverse order.

use std::net::{SocketAddr, TcpListener};

use clap::Args;

use crate::cli::database::{close_after, warn_if_unprotected};
use crate::cli::failure::CommandFailure;
use crate::cli::listener::{self, ListenAddress};
use crate::cli::output::print_line;
use crate::cli::public_url::{PUBLIC_URL, PublicUrl};
use crate::config::{Database, DatabaseLocation};
use crate::demo;
use crate::domain::parse_name;
use crate::http::{LanguageTag, Settings, Site};
use crate::postgres::{self, ServeLock, Supervisor};
use crate::server::{self, Watch};
use crate::store::pool::Limits;

/// The variable that holds the name of the site.
pub(super) const SITE_NAME: &str = "IMPRIMATUR_SITE_NAME";

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Address to listen on, or a port on 127.0.0.1; port 0 is any free port
    #[arg(
        long,
        value_name = "ADDR",
        env = "IMPRIMATUR_LISTEN",
        default_value = "127.0.0.1:8080",
        hide_env_values = true,
        value_parser = listener::parse
    )]
    listen: ListenAddress,
    /// Also serve Prometheus metrics (/metrics) on this address
    #[arg(
        long,
        value_name = "ADDR",
        env = "IMPRIMATUR_METRICS_LISTEN",
        hide_env_values = true,
        value_parser = listener::parse
    )]
    metrics_listen: Option<ListenAddress>,
    /// Public URL of the site, such as `https://example.org`
    #[arg(long, value_name = "URL", env = PUBLIC_URL, hide_env_values = true)]
    public_url: Option<String>,
    /// Name of the site
    #[arg(
        long,
        value_name = "NAME",
        env = SITE_NAME,
        default_value = Site::DEFAULT_NAME,
        hide_env_values = true,
        value_parser = site_line
    )]
    site_name: String,
    /// What the site is about, in a sentence
    #[arg(
        long,
        value_name = "TEXT",
        env = "IMPRIMATUR_SITE_DESCRIPTION",
        default_value = Site::DEFAULT_DESCRIPTION,
        hide_env_values = true,
        value_parser = site_line
    )]
    site_description: String,
    /// Language of the posts, such as en or pt-BR
    #[arg(
        long,
        value_name = "TAG",
        env = "IMPRIMATUR_SITE_LANGUAGE",
        hide_env_values = true,
        value_parser = language
    )]
    site_language: Option<LanguageTag>,
    /// Trust X-Forwarded-For from a proxy in front of the server
    #[arg(long)]
    behind_proxy: bool,
    /// Allow other machines to reach the demo accounts, whose password is public
    #[arg(long)]
    serve_demo_accounts: bool,
}

impl Arguments {
    fn site(&self, url: String) -> Site {
        Site {
            url,
            name: self.site_name.clone(),
            description: self.site_description.clone(),
            language: self.site_language.clone(),
        }
    }
}

/// Who can reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exposure {
    ThisMachine,
    OtherMachines,
}

/// What the server listens on, and how it presents itself.
struct Front {
    listener: TcpListener,
    metrics: Option<(TcpListener, SocketAddr)>,
    settings: Settings,
    exposure: Exposure,
    may_serve_demo_accounts: bool,
}

pub(super) fn serve(
    location: &DatabaseLocation,
    arguments: Arguments,
) -> Result<(), CommandFailure> {
    server::memory::bound_what_is_kept();
    // Steps that fail at once come first. Otherwise a program that cannot listen would
    // start a database server or apply a migration.
    let serve_lock = match location {
        DatabaseLocation::Private { data_dir, .. } => Some(postgres::lock_for_serving(data_dir)?),
        DatabaseLocation::Server { .. } => None,
    };
    let front = front(&arguments)?;
    let database = Database::open(location)?;
    let outcome = on_open_database(&database, front, serve_lock.as_ref());
    close_after(database, outcome)
}

fn on_open_database(
    database: &Database,
    front: Front,
    serve_lock: Option<&ServeLock>,
) -> Result<(), CommandFailure> {
    database.bring_up_to_date()?;
    warn_if_unprotected(database)?;
    let store = database.store(Limits::default());
    let may_be_demo = front.exposure == Exposure::ThisMachine || front.may_serve_demo_accounts;
    if database.is_private() && may_be_demo {
        // The site works without the demo, and its first accounts can sign in already.
        if let Err(error) = demo::load(&store) {
            tracing::error!(%error, "the demo is incomplete; the next start tries again");
        }
    }
    let sign_ins = demo::sign_ins(&mut *store.checkout()?)?;
    if !may_be_demo && !sign_ins.is_empty() {
        return Err(CommandFailure::Other(refusal_of_demo_accounts(&sign_ins)));
    }
    if let Some(serve_lock) = serve_lock {
        serve_lock.record_address(&front.settings.site.url)?;
    }
    welcome(&sign_ins, &front)?;
    let watch = match front.metrics {
        None => None,
        Some((listener, address)) => {
            let address = listener::reachable(address);
            print_line(format_args!("Metrics are at http://{address}/metrics"))?;
            Some(Watch { listener, store: database.store(Watch::LIMITS) })
        }
    };
    // Dropped before the database is closed: a server that is stopped stays stopped.
    let supervisor = database.supervise()?;
    // The pool goes with the last clone of the store, which is in there.
    server::serve(front.listener, store, front.settings, watch)
        .map_err(|error| CommandFailure::Other(format!("The server stopped: {error}.")))?;
    supervisor.as_ref().map_or(Ok(()), Supervisor::outcome)?;
    Ok(())
}

fn language(text: &str) -> Result<LanguageTag, String> {
    text.parse::<LanguageTag>().map_err(str::to_owned)
}

/// Reads a name or a sentence for the site.
fn site_line(text: &str) -> Result<String, String> {
    parse_name("site", text, 200, "Enter a line of text.").map_err(|error| error.message)
}

fn front(arguments: &Arguments) -> Result<Front, CommandFailure> {
    let (listener, address) = listener::bind(&arguments.listen, "--listen")?;
    let metrics = arguments.metrics_listen.as_ref();
    let metrics = metrics.map(|at| listener::bind(at, "--metrics-listen")).transpose()?;
    let given = arguments.public_url.as_deref().filter(|text| !text.is_empty());
    let given = given.map(PublicUrl::parse).transpose().map_err(|problem| {
        CommandFailure::Usage(format!(
            "--public-url cannot be used: {problem}, such as https://example.org."
        ))
    })?;
    warn_about(given.as_ref(), address, arguments.behind_proxy);
    let is_local = address.ip().is_loopback()
        && !arguments.behind_proxy
        && given.as_ref().is_none_or(PublicUrl::is_loopback);
    let public_url = given.map_or_else(
        || format!("http://{}", listener::reachable(address)),
        |public_url| public_url.origin(),
    );
    Ok(Front {
        listener,
        metrics,
        settings: Settings::new(arguments.site(public_url), arguments.behind_proxy),
        exposure: if is_local { Exposure::ThisMachine } else { Exposure::OtherMachines },
        may_serve_demo_accounts: arguments.serve_demo_accounts,
    })
}

/// Warns about options that do not fit together.
fn warn_about(public_url: Option<&PublicUrl>, address: SocketAddr, is_behind_proxy: bool) {
    match public_url {
        None if !address.ip().is_loopback() => tracing::warn!(
            "other machines can reach this server, but its links point to this machine: set the \
             public URL with --public-url"
        ),
        Some(public_url) if !public_url.is_https() && !public_url.is_loopback() => tracing::warn!(
            "an http:// site sends passwords unencrypted: put a proxy with TLS in front, and set \
             its https:// URL with --public-url"
        ),
        Some(public_url) if public_url.is_https() && !is_behind_proxy => tracing::warn!(
            "this server has no TLS, so an https:// site needs a proxy in front: without \
             --behind-proxy all visitors share the proxy's rate limits"
        ),
        _ => {}
    }
}

fn refusal_of_demo_accounts(sign_ins: &[demo::DemoSignIn]) -> String {
    let names: Vec<&str> = sign_ins.iter().map(|person| person.username.as_str()).collect();
    format!(
        "Other machines could reach the demo accounts ({}), whose password is public. Deactivate \
         them or change their passwords, use another database or --data-dir, or allow it with \
         --serve-demo-accounts.",
        names.join(", ")
    )
}

fn welcome(sign_ins: &[demo::DemoSignIn], front: &Front) -> Result<(), CommandFailure> {
    print_line(format_args!("Imprimatur is at {}", front.settings.site.url))?;
    if sign_ins.is_empty() {
        return Ok(());
    }
    print_line(format_args!("Sign in with the password {} as", demo::PASSWORD))?;
    for person in sign_ins {
        print_line(format_args!("  {:8} {}", person.username, person.roles))?;
    }
    if front.exposure == Exposure::OtherMachines {
        tracing::warn!(
            "the demo accounts above have a public password, and other machines can reach them"
        );
    }
    Ok(())
}
