//! The three system calls that the standard library does not offer.

#![allow(unsafe_code, reason = "plain integers in and out; no memory is shared with the kernel")]

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
pub(super) fn lead_a_session() {
    // SAFETY: takes nothing. It fails for who already leads a group: then there is nothing to do.
    unsafe { libc::setsid() };
}
