//! A socket between the program and PostgreSQL that counts round trips, falls silent,
//! and breaks a connection at any of them.
//!
//! In PostgreSQL's protocol a client waits after `Sync` and after a simple
//! `Query`: those messages are the round trips, whatever the driver says.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub struct Proxy {
    pub directory: PathBuf,
    state: Arc<State>,
}

/// What all connections share.
#[derive(Default)]
struct State {
    count: AtomicUsize,
    is_silent: AtomicBool,
    /// The cut, and how many round trips are still to come before it.
    cut: Mutex<Option<(Cut, usize)>>,
}

/// How a connection breaks at a round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server does not get the message that it would answer.
    BeforeMessage,
    /// The server does what it was asked, and its answer is lost.
    BeforeAnswer,
}

impl Proxy {
    /// Listens in a directory of its own, in front of the server's socket.
    fn before(socket: &Path) -> Self {
        let directory = std::env::temp_dir().join(format!("imp-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&directory).unwrap();
        let name = socket.file_name().unwrap();
        let listener = UnixListener::bind(directory.join(name)).unwrap();
        let (state, server) = (Arc::<State>::default(), socket.to_owned());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, UnixStream::connect(&server)) else {
                    break;
                };
                relay(client, server, Arc::clone(&shared));
            }
        });
        Self { directory, state }
    }

    /// Stands in front of the server of a database. Also returns the database's address
    /// through it.
    pub fn before_server_of(url: &str) -> (Self, String) {
        let host = url.split("host='").nth(1).unwrap().split('\'').next().unwrap();
        let proxy = Self::before(&Path::new(host).join(".s.PGSQL.5432"));
        let through = url.replace(host, proxy.directory.to_str().unwrap());
        (proxy, through)
    }

    /// How many round trips there have been since the last call.
    pub fn take(&self) -> usize {
        self.state.count.swap(0, Ordering::SeqCst)
    }

    /// Breaks the connection that comes to this round trip, counted from one.
    pub fn cut_at(&self, round_trip: usize, cut: Cut) {
        *self.state.cut.lock().unwrap() = Some((cut, round_trip));
    }

    /// Breaks nothing from now on. Returns whether it has broken a connection.
    pub fn has_cut(&self) -> bool {
        self.state.cut.lock().unwrap().take().is_none()
    }

    /// Passes nothing on from now on, as a network does that is cut.
    pub fn fall_silent(&self) {
        self.state.is_silent.store(true, Ordering::SeqCst);
    }

    /// Passes on what was kept back, and everything after it.
    pub fn speak_again(&self) {
        self.state.is_silent.store(false, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.speak_again();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl State {
    /// Counts a round trip, and returns the cut that is due there.
    fn count(&self) -> Option<Cut> {
        self.count.fetch_add(1, Ordering::SeqCst);
        let mut cut = self.cut.lock().unwrap();
        match &mut *cut {
            Some((_, 1)) => cut.take().map(|(cut, _)| cut),
            Some((_, left)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }

    fn wait_while_silent(&self) {
        while self.is_silent.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn relay(client: UnixStream, server: UnixStream, state: Arc<State>) {
    let (from_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (shared, loses_answers) = (Arc::clone(&state), Arc::new(AtomicBool::new(false)));
    let loses = Arc::clone(&loses_answers);
    thread::spawn(move || {
        let _ = pass_answers(from_server, &to_client, &shared, &loses);
        let _ = to_client.shutdown(std::net::Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = pass_messages(client, &server, &state, &loses_answers);
        let _ = server.shutdown(std::net::Shutdown::Both);
    });
}

/// Passes answers on as they come, until one is to be lost.
fn pass_answers(
    mut from: UnixStream,
    mut to: &UnixStream,
    state: &State,
    loses_answers: &AtomicBool,
) -> std::io::Result<()> {
    let mut piece = [0; 8192];
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 || loses_answers.load(Ordering::SeqCst) {
            return Ok(());
        }
        state.wait_while_silent();
        to.write_all(&piece[..length])?;
    }
}

/// Passes messages on: a byte of type, four of length, the rest. The first
/// message has no type.
fn pass_messages(
    mut client: UnixStream,
    mut server: &UnixStream,
    state: &State,
    loses_answers: &AtomicBool,
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
        let cut = match kind {
            Some(b'Q' | b'S') => state.count(),
            _ => None,
        };
        match cut {
            Some(Cut::BeforeMessage) => return Ok(()),
            Some(Cut::BeforeAnswer) => loses_answers.store(true, Ordering::SeqCst),
            None => {}
        }
        is_first = false;
        state.wait_while_silent();
        server.write_all(&message)?;
    }
}
