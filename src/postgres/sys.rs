//! The system calls that the standard library does not offer.

#![allow(unsafe_code, reason = "plain integers in and out, or one value of a known size")]

use std::os::unix::net::UnixStream;
use std::process::Command;

/// Returns the user id whose permissions this process has.
pub(super) fn effective_uid() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// Sends a signal; false where there is no such process or it is not ours to signal.
pub(super) fn signal(pid: u32, signal: libc::c_int) -> bool {
    // Zero and negative numbers would address whole groups of processes.
    match libc::pid_t::try_from(pid) {
        // SAFETY: takes two integers.
        Ok(pid) if pid > 0 => unsafe { libc::kill(pid, signal) == 0 },
        _ => false,
    }
}

/// Leaves the terminal, so that neither Ctrl-C nor its closing reaches this process.
pub(super) fn start_session() {
    // SAFETY: takes nothing. It fails for the leader of a process group, which has left already.
    unsafe { libc::setsid() };
}

/// Lets the ends of child processes be waited for, also where the parent of this process
/// ignored those of its own: that is inherited.
pub(super) fn wait_for_children() {
    // SAFETY: takes two integers; no handler is replaced.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// Has a command end with this thread, however that ends.
#[cfg(target_os = "linux")]
pub(super) fn end_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    let asked = || {
        // SAFETY: takes integers.
        match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure makes one system call, which may follow a fork.
    unsafe { command.pre_exec(asked) };
}

/// Does nothing: this system has no such wish.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_parent(_: &mut Command) {}

/// Returns the process that listens behind a socket; nothing where that is in another container,
/// or where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn peer_pid(stream: &UnixStream) -> Option<u32> {
    use std::os::fd::AsRawFd;

    let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut length = libc::socklen_t::try_from(size_of::<libc::ucred>()).ok()?;
    // SAFETY: the pointers are to locals that live through the call, of the length that is named.
    let outcome = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut peer).cast(),
            &raw mut length,
        )
    };
    u32::try_from(peer.pid).ok().filter(|&pid| outcome == 0 && pid != 0)
}

/// Returns nothing: this system is not asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn peer_pid(_: &UnixStream) -> Option<u32> {
    None
}
