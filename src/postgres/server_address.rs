//! Describes where the private server listens: a Unix socket.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Names the socket file; nothing listens on the network.
pub(super) const PORT: &str = "5432";

/// The socket that the server listens on.
#[derive(Debug, Clone)]
pub(super) struct ServerAddress {
    directory: PathBuf,
}

impl ServerAddress {
    pub(super) fn in_directory(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.directory.join(socket_name())
    }

    pub(super) fn connect(&self) -> io::Result<UnixStream> {
        UnixStream::connect(self.socket())
    }

    /// Returns a connection string that names the parameters that libpq would otherwise take from
    /// the environment or a password file. [`crate::postgres::remove_libpq_variables`] takes care of
    /// `PGSERVICE`, which no parameter overrides, and of parameters that only a newer libpq knows.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        let host = self.directory.to_string_lossy();
        let parameters = [
            ("host", host.as_ref()),
            ("hostaddr", ""),
            ("port", PORT),
            ("user", role),
            ("dbname", database),
            // The server asks for none; without one, libpq would look for a password file.
            ("password", "none"),
            ("options", ""),
            ("sslmode", "disable"),
            ("gssencmode", "disable"),
            ("channel_binding", "disable"),
            ("target_session_attrs", "any"),
            ("connect_timeout", "10"),
            ("client_encoding", "UTF8"),
            ("application_name", "imprimatur"),
        ];
        let pairs = parameters.map(|(name, value)| format!("{name}={}", quoted(value)));
        pairs.join(" ")
    }
}

pub(super) fn socket_name() -> String {
    format!(".s.PGSQL.{PORT}")
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}
