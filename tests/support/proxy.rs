//! A socket between the program and PostgreSQL that counts round trips.
//!
//! In PostgreSQL's protocol a client waits after `Sync` and after a simple
//! `Query`: those messages are the round trips, whatever the driver says.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub struct Proxy {
    pub directory: PathBuf,
    count: Arc<AtomicUsize>,
    is_silent: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens in a directory of its own, in front of the server's socket.
    pub fn before(socket: &Path) -> Self {
        let directory = std::env::temp_dir().join(format!("imp-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&directory).unwrap();
        let name = socket.file_name().unwrap();
        let listener = UnixListener::bind(directory.join(name)).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let is_silent = Arc::new(AtomicBool::new(false));
        let (counter, silence, server) = (count.clone(), is_silent.clone(), socket.to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, UnixStream::connect(&server)) else {
                    break;
                };
                relay(client, server, counter.clone(), silence.clone());
            }
        });
        Self { directory, count, is_silent }
    }

    /// How many round trips there have been since the last call.
    pub fn take(&self) -> usize {
        self.count.swap(0, Ordering::SeqCst)
    }

    /// Passes nothing on from now on, as a network does that is cut.
    pub fn fall_silent(&self) {
        self.is_silent.store(true, Ordering::SeqCst);
    }

    /// Passes on what was kept back, and everything after it.
    pub fn speak_again(&self) {
        self.is_silent.store(false, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.speak_again();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn relay(
    client: UnixStream,
    server: UnixStream,
    count: Arc<AtomicUsize>,
    is_silent: Arc<AtomicBool>,
) {
    let (from_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let silence = is_silent.clone();
    thread::spawn(move || {
        let _ = pass_on(from_server, &to_client, &silence);
        let _ = to_client.shutdown(std::net::Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = count_messages(client, &server, &count, &is_silent);
        let _ = server.shutdown(std::net::Shutdown::Both);
    });
}

/// Passes on what comes, as it comes.
fn pass_on(
    mut from: UnixStream,
    mut to: &UnixStream,
    is_silent: &AtomicBool,
) -> std::io::Result<()> {
    let mut piece = [0; 8192];
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        wait_while(is_silent);
        to.write_all(&piece[..length])?;
    }
}

fn wait_while(is_silent: &AtomicBool) {
    while is_silent.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Passes messages on: a byte of type, four of length, the rest. The first
/// message has no type.
fn count_messages(
    mut client: UnixStream,
    mut server: &UnixStream,
    count: &AtomicUsize,
    is_silent: &AtomicBool,
) -> std::io::Result<()> {
    let mut is_first = true;
    loop {
        let mut message = if is_first { vec![] } else { vec![0; 1] };
        client.read_exact(&mut message)?;
        let kind = message.first().copied();
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        message.extend_from_slice(&length);
        let start = message.len();
        message.resize(start + u32::from_be_bytes(length) as usize - 4, 0);
        client.read_exact(&mut message[start..])?;
        if matches!(kind, Some(b'Q' | b'S')) {
            count.fetch_add(1, Ordering::SeqCst);
        }
        is_first = false;
        wait_while(is_silent);
        server.write_all(&message)?;
    }
}
