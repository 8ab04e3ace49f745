//! Finds the network that a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;

use super::Settings;
use crate::domain::Network;

/// Returns the client's network. Behind a proxy the address is the last one in the
/// proxy's header. The proxy adds the address that it saw at the end, and the client
/// may have written the rest.
pub(crate) fn client_network(request: &HttpRequest) -> Network {
    let settings = request.app_data::<Data<Settings>>();
    let is_behind_proxy = settings.is_some_and(|settings| settings.is_behind_proxy);
    let told = is_behind_proxy.then(|| told_by_proxy(request.headers())).flatten();
    let peer = request.peer_addr().map(|address| address.ip());
    Network::of(told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)))
}

/// Reads `X-Forwarded-For` or, where there is none, `Forwarded` (RFC 7239).
fn told_by_proxy(headers: &HeaderMap) -> Option<IpAddr> {
    // A list may have empty members (RFC 9110, 5.6.1.2).
    let is_given = |member: &&str| !member.trim().is_empty();
    let last = |name: &str| headers.get_all(name).last()?.to_str().ok()?.rsplit(',').find(is_given);
    if headers.contains_key("x-forwarded-for") {
        return parse_node(last("x-forwarded-for")?);
    }
    last("forwarded")?.split(';').find_map(|pair| {
        let (name, node) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| parse_node(node)).flatten()
    })
}

/// Returns the address in one of the usual forms. It may have a port, quotation marks
/// and, around an IPv6 address, brackets.
fn parse_node(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"').trim();
    if let Some(address) = parse_address(node) {
        return Some(address);
    }
    match node.strip_prefix('[') {
        Some(rest) => parse_address(rest.split_once(']')?.0),
        None => node.split_once(':')?.0.parse().ok(),
    }
}

/// Returns an address without its zone, which is of the proxy's machine (RFC 4007, 11).
fn parse_address(text: &str) -> Option<IpAddr> {
    match text.split_once('%') {
        Some((address, _)) => address.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_node;

    #[test]
    fn an_address_is_read_in_every_usual_form() {
        for (node, expected) in [
            ("10.9.8.7", "10.9.8.7"),
            (" 10.9.8.7:41234 ", "10.9.8.7"),
            ("\"10.9.8.7:80\"", "10.9.8.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("2001:db8::7%eth0", "2001:db8::7"),
            ("[2001:db8::7%25eth0]:80", "2001:db8::7"),
        ] {
            assert_eq!(parse_node(node), expected.parse().ok(), "{node}");
        }
        for none in ["", "unknown", "_hidden", "_x:80", "[", "[]", "10.9.8", "::g", "a:b"] {
            assert_eq!(parse_node(none), None, "{none}");
        }
    }
}
