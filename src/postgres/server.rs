//! Starting the server, recognising one that runs, and stopping it.

use std::io::{Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::directory::{Directory, PORT, remove_if_there};
use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::log::{open_log, tail_of};
use crate::postgres::postmaster_file::{Address, PostmasterFile};
use crate::postgres::programs::Programs;
use crate::postgres::server_user::ServerUser;
use crate::postgres::settings::Durability;
use crate::postgres::{processes, sys};

// A recovery after a crash reads all that was written since the last checkpoint.
const PATIENCE_TO_START: Duration = Duration::from_secs(180);
const PATIENCE_TO_STOP: Duration = Duration::from_secs(60);
// The other processes of a killed postmaster take a moment to notice, and hold its memory.
const PATIENCE_WITH_REMAINS: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(4);

/// A postmaster that was seen running.
struct Server {
    pid: u32,
    cluster: PathBuf,
}

/// Returns the server that runs in this directory, after waiting until it is ready.
pub(super) fn running(directory: &Directory) -> Result<Option<Address>, ClusterError> {
    let Some(file) = PostmasterFile::read(directory) else {
        return Ok(None);
    };
    let server = Server { pid: file.pid, cluster: directory.cluster() };
    if !server.is_alive() {
        // One that answers is alive all the same: in another container, say, where we see no process.
        return Ok(file.ready_address().cloned());
    }
    if file.says_stopping() {
        server.stop()?;
        return Ok(None);
    }
    server.wait_until_ready(directory, || server.is_alive())
}

/// Starts the server and waits until it is ready. Whoever calls holds the start lock.
pub(super) fn start(
    directory: &Directory,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<Address, ClusterError> {
    let deadline = Instant::now() + PATIENCE_WITH_REMAINS;
    loop {
        remove_if_there(&PostmasterFile::path(directory))?;
        match start_once(directory, user, programs, durability) {
            Err(ClusterError::Start { tail, .. })
                if is_about_remains(&tail) && Instant::now() < deadline =>
            {
                thread::sleep(PAUSE * 25);
            }
            outcome => return outcome,
        }
    }
}

/// Stops whatever server runs for this directory, whether or not its files say so.
pub(super) fn stop_all(directory: &Directory) -> Result<(), ClusterError> {
    let cluster = directory.cluster();
    while let Some(pid) = processes::find_postmaster(&cluster) {
        let cluster = cluster.clone();
        Server { pid, cluster }.stop()?;
    }
    directory.forget_sockets();
    Ok(())
}

fn is_about_remains(tail: &str) -> bool {
    let lock_file_exists = tail.contains("lock file") && tail.contains("already exists");
    lock_file_exists || tail.contains("pre-existing shared memory block")
}

fn start_once(
    directory: &Directory,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<Address, ClusterError> {
    let cluster = directory.cluster();
    let sockets = directory.prepare_sockets(user)?;
    let mut log = open_log(directory)?;
    let before = log.seek(SeekFrom::End(0)).doing("read", directory.log())?;

    let program = programs.postgres();
    let mut command = Command::new(&program);
    command.arg("-D").arg(&cluster);
    for setting in server_settings(&sockets, durability) {
        command.arg("-c").arg(setting);
    }
    user.runs(&mut command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone().doing("open", directory.log())?)
        .stderr(log)
        // Ctrl-C is for the application, which stops the server when it has finished with it.
        .process_group(0)
        .spawn()
        .doing("run", &program)?;
    let pid = child.id();
    let server = Server { pid, cluster };
    // A process that has only just begun does not show its command line yet: ask our own child.
    let ready = server.wait_until_ready(directory, || matches!(child.try_wait(), Ok(None)));
    reap(child);
    ready?.ok_or_else(|| ClusterError::Start {
        log: directory.log(),
        tail: tail_of(&directory.log(), before),
    })
}

fn server_settings(sockets: &Path, durability: Durability) -> Vec<String> {
    let sockets = sockets.display().to_string().replace('"', "\"\"");
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories=\"{sockets}\""),
        "unix_socket_permissions=0700".to_owned(),
        format!("port={PORT}"),
        // Errors are recognised by their English text.
        "lc_messages=C".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
    ];
    settings.extend(
        match durability {
            Durability::Durable => vec!["fsync=on", "full_page_writes=on", "max_connections=100"],
            Durability::Disposable => vec![
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "autovacuum=off",
                "max_connections=400",
            ],
        }
        .into_iter()
        .map(str::to_owned),
    );
    settings
}

impl Server {
    fn is_alive(&self) -> bool {
        processes::is_postmaster(self.pid, &self.cluster)
    }

    // Its own number must stand in the file: a dead server's file says `ready` too.
    fn wait_until_ready(
        &self,
        directory: &Directory,
        mut is_alive: impl FnMut() -> bool,
    ) -> Result<Option<Address>, ClusterError> {
        let deadline = Instant::now() + PATIENCE_TO_START;
        while is_alive() {
            let file = PostmasterFile::read(directory).filter(|file| file.pid == self.pid);
            if let Some(address) = file.as_ref().and_then(PostmasterFile::ready_address) {
                return Ok(Some(address.clone()));
            }
            if Instant::now() > deadline {
                let log = directory.log();
                return Err(ClusterError::NotReady { pid: self.pid, log });
            }
            thread::sleep(PAUSE);
        }
        Ok(None)
    }

    /// Ends all sessions, writes everything down, and returns when the server has stopped.
    fn stop(&self) -> Result<(), ClusterError> {
        let deadline = Instant::now() + PATIENCE_TO_STOP;
        if self.is_alive() {
            sys::signal(self.pid, libc::SIGINT);
        }
        while self.is_alive() {
            if Instant::now() > deadline {
                return Err(ClusterError::Stop { pid: self.pid });
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

/// Waits for a child in the background, so that it leaves no zombie whoever ends it.
pub(super) fn reap(mut child: Child) {
    let waiting = thread::Builder::new().name("reaper".to_owned());
    if let Err(error) = waiting.spawn(move || child.wait()) {
        tracing::warn!(%error, "a finished child process will stay in the process list");
    }
}
