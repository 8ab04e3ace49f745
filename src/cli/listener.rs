//! `--listen` and `--metrics-listen`: addresses, and listeners at them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::cli::failure::CommandFailure;

/// How long our own listener may take to accept a connection.
const PROBE_TIMEOUT: Duration = Duration::from_millis(500);

/// An address to listen on, as it was written, and what it means.
#[derive(Debug, Clone)]
pub(super) struct ListenAddress {
    text: String,
    candidates: Vec<SocketAddr>,
}

/// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `8080`, which is of this machine only.
pub(super) fn parse(text: &str) -> Result<ListenAddress, String> {
    let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
    let candidates = match port {
        Ok(port) => vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))],
        Err(_) => resolve(text)?,
    };
    Ok(ListenAddress { text: text.to_owned(), candidates })
}

fn resolve(text: &str) -> Result<Vec<SocketAddr>, String> {
    let example = "write an address and a port, such as 127.0.0.1:8080 or [::1]:8080, or a port";
    if !text.contains(':') {
        return Err(format!("there is no port: {example}"));
    }
    let mut found: Vec<SocketAddr> = match text.to_socket_addrs() {
        Ok(found) => found.collect(),
        Err(error) => return Err(format!("{error}: {example}")),
    };
    // The older protocol first: it is the one that is on everywhere.
    found.sort_by_key(SocketAddr::is_ipv6);
    if found.is_empty() { Err(format!("the host has no address: {example}")) } else { Ok(found) }
}

/// Returns a listener at an address that an option gave, and its address then.
pub(super) fn bind(
    address: &ListenAddress,
    option: &str,
) -> Result<(TcpListener, SocketAddr), CommandFailure> {
    let bound = TcpListener::bind(&*address.candidates)
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    bound.map_err(|error| {
        let what_helps = match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "the address is already in use: choose another with {option}, or port 0 for any \
                 free port"
            ),
            std::io::ErrorKind::PermissionDenied => {
                format!("permission denied: choose a port from 1024 on with {option}")
            }
            std::io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
            _ => format!("choose another with {option}"),
        };
        CommandFailure::Other(format!("Cannot listen on {}: {what_helps} ({error}).", address.text))
    })
}

/// Returns an address that a browser on this machine can open. A listener on all addresses may
/// have those of one protocol only, so they are tried.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    let [first, second] = loopback.map(|ip| SocketAddr::new(ip, address.port()));
    let answers = |at: &SocketAddr| TcpStream::connect_timeout(at, PROBE_TIMEOUT).is_ok();
    let answering = [first, second].into_iter().find(answers);
    answering.unwrap_or(if address.is_ipv4() { first } else { second })
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv6Addr, SocketAddr, TcpListener};

    use super::reachable;

    #[test]
    fn a_listener_on_all_addresses_is_reached_where_it_answers() {
        // As `[::]` where the machine has no IPv6 on its loopback.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let all = SocketAddr::from((Ipv6Addr::UNSPECIFIED, address.port()));
        assert_eq!(reachable(all), address);
        assert_eq!(reachable(address), address);
    }
}
