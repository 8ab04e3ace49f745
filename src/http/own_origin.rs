//! Tells which hosts and origins belong to this site. The operator gives its public
//! URL; a request's `Host` header is not believed.

use super::Settings;
use super::origin::{Origin, host_of, is_address, is_loopback};

impl Settings {
    /// Returns whether a request for this host is for this site.
    ///
    /// Otherwise a page of another site could have its own name resolve to this server.
    /// It could then read and send like a page of this site (DNS rebinding). Where the
    /// site has no public name, loopback names and plain addresses are right: no name
    /// service answers them. A proxy may send any host.
    pub(crate) fn is_our_host(&self, host: Option<&str>) -> bool {
        let (Some(host), Some(public)) = (host, &self.origin) else {
            return host.is_none();
        };
        // Without TLS of our own, https means that there is a proxy.
        if self.is_behind_proxy || self.is_secure() {
            return true;
        }
        host_of(host).is_some_and(|host| {
            host == public.host
                || (is_loopback(&public.host) && (is_loopback(&host) || is_address(&host)))
        })
    }

    /// Returns whether browsers see the public URL. Behind a proxy they do not, unless
    /// the operator gave it.
    pub(crate) fn knows_its_origin(&self) -> bool {
        !self.is_behind_proxy
            || self.origin.as_ref().is_some_and(|public| !is_loopback(&public.host))
    }

    /// Returns the port of the public URL, where it is not the scheme's own.
    pub(crate) fn unusual_port(&self) -> Option<u16> {
        let own = if self.is_secure() { 443 } else { 80 };
        self.origin.as_ref().map(|origin| origin.port).filter(|port| *port != own)
    }

    /// Returns whether a page of this origin is one of this site.
    pub(crate) fn is_our_origin(&self, origin: &str, host: Option<&str>) -> bool {
        let (Some(origin), Some(public)) = (Origin::parse(origin), &self.origin) else {
            return false;
        };
        if origin == *public {
            return true;
        }
        // Without a public name, people reach the site under several; a proxy's
        // scheme is not known then.
        let scheme = if self.is_behind_proxy { &origin.scheme } else { &public.scheme };
        let asked = host.and_then(|host| Origin::parse(&format!("{scheme}://{host}")));
        is_loopback(&public.host) && self.is_our_host(host) && asked == Some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::http::Site;

    fn site(public_url: &str, is_behind_proxy: bool) -> Settings {
        Settings::new(Site::at(public_url), is_behind_proxy)
    }

    #[test]
    fn a_public_site_has_one_host() {
        let site = site("http://site.example", false);
        for (host, expected) in [
            ("site.example", true),
            ("SITE.example.:80", true),
            ("other.example", false),
            ("site.example.evil.example", false),
            ("127.0.0.1", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(site.is_our_host(Some(host)), expected, "{host}");
        }
    }

    #[test]
    fn a_site_on_this_machine_is_reached_by_loopback_names_and_addresses() {
        let site = site("http://127.0.0.1:8080", false);
        for (host, expected) in [
            ("127.0.0.1:8080", true),
            ("localhost:9000", true),
            ("app.localhost", true),
            ("[::1]:8080", true),
            ("192.168.1.5:8080", true),
            ("rebind.evil.example:8080", false),
            ("127.0.0.1.evil.example", false),
        ] {
            assert_eq!(site.is_our_host(Some(host)), expected, "{host}");
            let origin = format!("http://{host}");
            assert_eq!(site.is_our_origin(&origin, Some(host)), expected, "{host}");
        }
        assert!(!site.is_our_origin("http://evil.example", Some("localhost")));
    }

    #[test]
    fn behind_a_proxy_only_the_public_origin_is_ours() {
        let site = site("https://news.example", true);
        for (origin, expected) in [
            ("https://news.example", true),
            ("https://NEWS.example:443", true),
            ("http://news.example", false),
            ("https://news.example:8443", false),
            ("https://evil.example", false),
            ("null", false),
        ] {
            assert_eq!(site.is_our_origin(origin, Some("evil.example")), expected, "{origin}");
        }
        assert!(site.is_our_host(Some("127.0.0.1:8080")));
    }
}
