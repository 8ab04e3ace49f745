//! Starting the server, recognising one that runs, and stopping it.

use std::io::{Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::remove_if_exists;
use crate::postgres::locks::Lock;
use crate::postgres::log::{open_log, tail_of};
use crate::postgres::postmaster::{Postmaster, Readiness};
use crate::postgres::postmaster_file::PostmasterFile;
use crate::postgres::programs::Programs;
use crate::postgres::server_address::{PORT, ServerAddress};
use crate::postgres::server_user::ServerUser;
use crate::postgres::settings::Durability;
use crate::postgres::{processes, socket_directory, sys};

// The other processes of a killed postmaster take a moment to notice, and hold its memory.
const LEFTOVERS_TIMEOUT: Duration = Duration::from_secs(15);
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Returns whether a server of this directory runs and has its socket, or is on its way up or down.
pub(super) fn is_running(directory: &DataDirectory) -> bool {
    let Some(file) = PostmasterFile::read(directory) else {
        return false;
    };
    if !Postmaster::new(file.pid, directory).is_alive() {
        return answers_from_outside(directory).is_some();
    }
    !file.says_ready()
        || addresses(directory).is_ok_and(|all| all.iter().any(|one| one.socket().exists()))
}

/// Returns where a server of this directory may listen.
fn addresses(directory: &DataDirectory) -> Result<[ServerAddress; 2], ClusterError> {
    let user = ServerUser::of(directory)?;
    Ok([
        socket_directory::address(directory, user.uid),
        ServerAddress::in_directory(socket_directory::inside(directory)),
    ])
}

/// Returns the server that runs in this directory, after waiting until it is ready.
///
/// The caller holds the start lock.
pub(super) fn running(directory: &DataDirectory) -> Result<Option<ServerAddress>, ClusterError> {
    let Some(file) = PostmasterFile::read(directory) else {
        return Ok(None);
    };
    let postmaster = Postmaster::new(file.pid, directory);
    if !postmaster.is_alive() {
        return Ok(answers_from_outside(directory).filter(|_| file.says_ready()));
    }
    // It would go on writing to where it was, also after another directory is there.
    if !file.says_stopping() && !processes::is_moved(postmaster.pid) {
        let is_alive = || postmaster.is_alive();
        match postmaster.wait_until_ready(directory, &addresses(directory)?, is_alive)? {
            Readiness::Ready(address) => return Ok(Some(address)),
            Readiness::Ended => return Ok(None),
            Readiness::SocketLost => tracing::warn!(
                pid = postmaster.pid,
                "the database server is no longer reachable at its socket; restarting it"
            ),
        }
    }
    postmaster.stop()?;
    Ok(None)
}

// A server in another container is no process that this one sees. Its socket proves it, where that
// is in this very directory: a copied socket answers to no connection.
fn answers_from_outside(directory: &DataDirectory) -> Option<ServerAddress> {
    let address = ServerAddress::in_directory(socket_directory::inside(directory));
    let stream = address.connect().ok()?;
    let is_this_one = sys::peer_pid(&stream)
        .is_none_or(|pid| processes::is_postmaster(pid, &directory.cluster()));
    is_this_one.then_some(address)
}

/// Starts the server and waits until it is ready. The caller holds the start lock.
pub(super) fn start(
    directory: &DataDirectory,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<ServerAddress, ClusterError> {
    let deadline = Instant::now() + LEFTOVERS_TIMEOUT;
    loop {
        remove_if_exists(&PostmasterFile::path(directory))?;
        match start_once(directory, user, programs, durability) {
            Err(ClusterError::StartFailed { tail, .. })
                if is_about_leftovers(&tail) && Instant::now() < deadline =>
            {
                thread::sleep(RETRY_INTERVAL);
            }
            outcome => return outcome,
        }
    }
}

/// Stops every server that runs for this directory, whether or not its files say so. The caller
/// holds the start lock, or the users' lock exclusively.
pub(super) fn stop_all(directory: &DataDirectory) -> Result<(), ClusterError> {
    while let Some(pid) = processes::find_postmaster(&directory.cluster()) {
        Postmaster::new(pid, directory).stop()?;
    }
    stop_all_moved(directory)?;
    socket_directory::remove(directory);
    Ok(())
}

/// Stops servers that were started here and whose directories were moved away or deleted
/// since. They would write into the present directory. Waits for the start lock, because a
/// server that is just starting does not work in its directory yet.
pub(super) fn stop_moved(directory: &DataDirectory) -> Result<(), ClusterError> {
    let _starting = Lock::exclusive_if_exists(&directory.start_lock())?;
    stop_all_moved(directory)
}

fn stop_all_moved(directory: &DataDirectory) -> Result<(), ClusterError> {
    while let Some(pid) = processes::find_moved_postmaster(&directory.cluster()) {
        Postmaster::new(pid, directory).stop_process()?;
    }
    Ok(())
}

fn is_about_leftovers(tail: &str) -> bool {
    let lock_file_exists = tail.contains("lock file") && tail.contains("already exists");
    lock_file_exists || tail.contains("pre-existing shared memory block")
}

fn start_once(
    directory: &DataDirectory,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<ServerAddress, ClusterError> {
    let address = socket_directory::prepare(directory, user)?;
    let mut log = open_log(directory)?;
    let log_start = log.seek(SeekFrom::End(0)).context("read", directory.log())?;

    let program = programs.postgres();
    let mut command = Command::new(&program);
    command.arg("-D").arg(directory.cluster());
    for setting in server_settings(&address, durability) {
        command.arg("-c").arg(setting);
    }
    user.configure(&mut command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("open", directory.log())?)
        .stderr(log)
        // Ctrl-C is for the application, which stops the server when it has finished with it.
        .process_group(0)
        .spawn()
        .context("run", &program)?;
    let postmaster = Postmaster::new(child.id(), directory);
    // A process that has just started does not show its command line yet: ask our
    // own child instead.
    let is_alive = || matches!(child.try_wait(), Ok(None));
    let outcome = postmaster.wait_until_ready(directory, &[address], is_alive);
    processes::reap(child);
    match outcome? {
        Readiness::Ready(address) => Ok(address),
        Readiness::Ended | Readiness::SocketLost => Err(ClusterError::StartFailed {
            log: directory.log(),
            tail: tail_of(&directory.log(), log_start),
        }),
    }
}

fn server_settings(address: &ServerAddress, durability: Durability) -> Vec<String> {
    let sockets = address.directory().display().to_string().replace('"', "\"\"");
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories=\"{sockets}\""),
        "unix_socket_permissions=0700".to_owned(),
        format!("port={PORT}"),
        // The reasons of a failed start are recognised by their English text.
        "lc_messages=C".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
    ];
    let by_durability: &[&str] = match durability {
        Durability::Durable => &["fsync=on", "full_page_writes=on", "max_connections=100"],
        Durability::Disposable => &[
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "autovacuum=off",
            "max_connections=400",
        ],
    };
    settings.extend(by_durability.iter().map(|&setting| setting.to_owned()));
    settings
}
