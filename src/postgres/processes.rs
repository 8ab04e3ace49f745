//! Which processes are postmasters of a cluster.
//!
//! A number alone proves nothing: after a crash or a restart of the machine it may be anybody's.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

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

fn has_proc() -> bool {
    Path::new("/proc/self/cmdline").exists()
}

// Only the postmaster keeps the command line it was started with, and it stands in its directory.
fn is_postmaster_by_proc(pid: u32, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let command = fs::read(process.join("cmdline")).unwrap_or_default();
    let words: Vec<&OsStr> = command.split(|&byte| byte == 0).map(OsStr::from_bytes).collect();
    let names_cluster = words.iter().skip(1).any(|word| *word == cluster);
    let is_server = words.first().is_some_and(|program| is_server(Path::new(program)));
    is_server
        && (names_cluster || fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == cluster))
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
