//! Which processes are postmasters of a cluster.
//!
//! A process number alone proves nothing: after a crash or a reboot any process may have it, and a
//! copied data directory names the process of the original's server.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;

use crate::postgres::files::is_same_file;
use crate::postgres::sys;

/// Returns whether this process is the postmaster of the cluster. A zombie is not.
pub(super) fn is_postmaster(pid: u32, cluster: &Path) -> bool {
    if !sys::signal(pid, 0) {
        return false;
    }
    if has_proc() {
        is_postmaster_by_proc(pid, cluster)
    } else {
        postmasters_by_ps(cluster).contains(&pid)
    }
}

/// Returns a postmaster of the cluster, whatever its files say.
pub(super) fn find_postmaster(cluster: &Path) -> Option<u32> {
    if !has_proc() {
        return postmasters_by_ps(cluster).first().copied();
    }
    let processes = fs::read_dir("/proc").ok()?;
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|&pid| is_postmaster(pid, cluster))
}

/// Returns a postmaster that was started for the cluster, works somewhere else and has left no
/// cluster behind: its directory was moved while it ran.
pub(super) fn find_moved_postmaster(cluster: &Path) -> Option<u32> {
    if cluster.exists() || !has_proc() {
        return None;
    }
    let processes = fs::read_dir("/proc").ok()?;
    processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).find(|pid| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        is_started_for(&command, cluster) && sys::signal(*pid, 0)
    })
}

/// Waits for a child in the background, so that it leaves no zombie.
pub(super) fn reap(mut child: Child) {
    let waiting = thread::Builder::new().name("reaper".to_owned());
    if let Err(error) = waiting.spawn(move || child.wait()) {
        tracing::warn!(%error, "a finished child process will stay in the process list");
    }
}

fn has_proc() -> bool {
    Path::new("/proc/self/cmdline").exists()
}

fn is_postmaster_by_proc(pid: u32, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    // The other processes of the server replace their command line with a description.
    let command = fs::read(process.join("cmdline")).unwrap_or_default();
    match working_directory(&process) {
        Some(directory) => is_server_command(&command) && is_same_file(&directory, cluster),
        None => is_started_for(&command, cluster),
    }
}

fn is_server_command(command: &[u8]) -> bool {
    let program = command.split(|&byte| byte == 0).next().unwrap_or_default();
    is_server(Path::new(OsStr::from_bytes(program)))
}

fn is_started_for(command: &[u8], cluster: &Path) -> bool {
    let mut words = command.split(|&byte| byte == 0).map(OsStr::from_bytes);
    is_server_command(command) && words.any(|word| word == cluster)
}

// The postmaster works in its cluster, also after that was moved, and whatever path leads to it.
// It shows nothing before it has gone there, nor when the directory was deleted.
fn working_directory(process: &Path) -> Option<PathBuf> {
    let link = process.join("cwd");
    let metadata = fs::metadata(&link).ok()?;
    let is_deleted = metadata.nlink() == 0;
    (!is_deleted && !is_same_file(&link, Path::new("/"))).then_some(link)
}

// Where there is no /proc, as on macOS.
fn postmasters_by_ps(cluster: &Path) -> Vec<u32> {
    let Ok(output) = Command::new("ps").args(["-A", "-ww", "-o", "pid=,stat=,command="]).output()
    else {
        return Vec::new();
    };
    let cluster = format!("-D {} ", cluster.display());
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (pid, state, program) = (words.next()?, words.next()?, words.next()?);
            let is_ours = is_server(Path::new(program))
                && format!("{line} ").contains(&cluster)
                && !state.starts_with('Z');
            is_ours.then(|| pid.parse().ok())?
        })
        .collect()
}

fn is_server(program: &Path) -> bool {
    program.file_name().is_some_and(|name| name == "postgres" || name == "postmaster")
}
