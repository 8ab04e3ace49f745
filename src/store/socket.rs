//! The socket of a connection that libpq has made.

#![allow(unsafe_code, reason = "sockets are reached through C functions")]

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

/// A socket of a connection that libpq uses. It is a handle of our own, so its number cannot have
/// become another file's when the connection is closed.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

impl Socket {
    /// Returns the socket of a connection that this thread has just made.
    pub(super) fn of(conn: *const pq_sys::PGconn) -> Option<Self> {
        // SAFETY: libpq takes null for a connection that there is not.
        let number = unsafe { pq_sys::PQsocket(conn) };
        if number < 0 {
            return None;
        }
        // SAFETY: the connection was made just now by this thread, and has its socket open.
        let socket = unsafe { BorrowedFd::borrow_raw(number) };
        socket.try_clone_to_owned().ok().map(Self)
    }

    /// Ends every wait on the socket, in whatever thread.
    pub(super) fn shut_down(&self) {
        // SAFETY: takes integers. It fails where the connection has ended already.
        unsafe { libc::shutdown(self.0.as_raw_fd(), libc::SHUT_RDWR) };
    }

    /// Returns whether the server has ended the connection, or has said something unasked: before
    /// it ends an idle connection it says why.
    pub(super) fn has_news(&self) -> bool {
        let mut poll = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one element, which lives through the call, and no waiting.
        unsafe { libc::poll(&raw mut poll, 1, 0) != 0 }
    }
}
