//! Finds the processes that are postmasters of a cluster.
//!
//! A process number alone proves nothing. After a crash or a reboot any process may
//! have it. A copied data directory names the process of the original's server.

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
    all_by_proc().find(|&pid| is_postmaster(pid, cluster))
}

/// Returns a postmaster that was started for this path and works elsewhere: its directory was
/// moved or deleted while it ran. A directory that is at the path now is not its own.
pub(super) fn find_moved_postmaster(cluster: &Path) -> Option<u32> {
    all_by_proc().find(|&pid| is_started_for(&command_line(pid), cluster) && is_moved(pid))
}

fn all_by_proc() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Returns whether a postmaster works elsewhere than at the path that it was started for.
/// PostgreSQL finds some of its files by that path (`pg_control`, at each checkpoint) and
/// others from where it works.
///
/// Where there is no /proc, as on macOS, it is not known.
pub(super) fn is_moved(pid: u32) -> bool {
    let (link, command) = (process(pid).join("cwd"), command_line(pid));
    let mut words = command.split(|&byte| byte == 0).map(OsStr::from_bytes);
    let started_for = words.find(|word| *word == "-D").and_then(|_| words.next());
    let (Some(started_for), Ok(works_in)) = (started_for, fs::metadata(&link)) else {
        return false;
    };
    // In a container the same path leads elsewhere.
    let is_visible_here = mounts("self").is_some_and(|own| mounts(&pid.to_string()) == Some(own));
    let is_deleted = works_in.nlink() == 0;
    is_visible_here && (is_deleted || !is_same_file(&link, Path::new(started_for)))
}

/// Returns which file systems a process sees.
fn mounts(process: &str) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/ns/mnt")).ok()
}

fn process(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// Returns the words with which a process was started, each with a NUL byte after it.
fn command_line(pid: u32) -> Vec<u8> {
    fs::read(process(pid).join("cmdline")).unwrap_or_default()
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
    // The other processes of the server replace their command line with a description.
    let command = command_line(pid);
    match working_directory(&process(pid)) {
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
