/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that people use, such as `https://example.org`. With
    /// `https`, cookies travel over TLS only.
    pub public_url: String,
    /// Whether a trusted proxy is in front, whose `X-Forwarded-For` tells where a
    /// request comes from. Without a proxy, clients could write that header.
    pub is_behind_proxy: bool,
}

impl Settings {
    /// Returns whether people reach the server over TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Returns the full name of a cookie. With the prefix `__Host-`, browsers accept
    /// it only from this host and over TLS.
    pub fn cookie_name(&self, name: &str) -> String {
        // Cookies know no ports: two servers on one machine would share them.
        let port = self.unusual_port().map(|port| format!("-{port}")).unwrap_or_default();
        let prefix = if self.is_secure() { "__Host-" } else { "" };
        format!("{prefix}{name}{port}")
    }
}
