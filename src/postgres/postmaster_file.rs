//! What a running server writes about itself into `postmaster.pid`.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::postgres::directory::Directory;

/// The file's lines that matter here. A server that was killed leaves the file behind as it was.
#[derive(Debug)]
pub(super) struct PostmasterFile {
    pub(super) pid: u32,
    address: Option<Address>,
    status: String,
}

/// Where a server listens.
#[derive(Debug, Clone)]
pub(super) struct Address {
    sockets: String,
    port: String,
}

impl PostmasterFile {
    pub(super) fn path(directory: &Directory) -> PathBuf {
        directory.cluster().join("postmaster.pid")
    }

    /// Returns what it says; nothing where there is no such file, or only half of one.
    pub(super) fn read(directory: &Directory) -> Option<PostmasterFile> {
        let text = fs::read_to_string(PostmasterFile::path(directory)).ok()?;
        let lines: Vec<&str> = text.lines().collect();
        let address = match (lines.get(3), lines.get(4)) {
            (Some(port), Some(sockets)) if sockets.starts_with('/') => {
                Some(Address { sockets: (*sockets).to_owned(), port: (*port).to_owned() })
            }
            _ => None,
        };
        Some(PostmasterFile {
            pid: lines.first()?.trim().parse().ok()?,
            address,
            status: lines.get(7).map_or("", |status| status.trim()).to_owned(),
        })
    }

    pub(super) fn says_stopping(&self) -> bool {
        self.status == "stopping"
    }

    /// Returns the address once the server says it is ready and somebody answers there.
    pub(super) fn ready_address(&self) -> Option<&Address> {
        let address = self.address.as_ref()?;
        (self.status == "ready" && address.answers()).then_some(address)
    }
}

impl Address {
    pub(super) fn answers(&self) -> bool {
        let socket = Path::new(&self.sockets).join(format!(".s.PGSQL.{}", self.port));
        UnixStream::connect(socket).is_ok()
    }

    /// Names the port and no TLS, or `PGPORT` and `PGSSLMODE` in the environment would be asked.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        let [host, port, user, dbname] = [&self.sockets, &self.port, role, database].map(in_quotes);
        format!("host={host} port={port} user={user} dbname={dbname} sslmode='disable'")
    }
}

fn in_quotes(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}
