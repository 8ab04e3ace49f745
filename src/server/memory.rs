//! Bounds the memory that the allocator keeps for later.

#![allow(unsafe_code, reason = "plain integers in and out")]

use std::thread::available_parallelism;

/// Bounds the memory that glibc's allocator keeps. Otherwise each of hundreds of threads
/// may keep the memory of the largest text that it has ever rendered.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn bound_what_is_kept() {
    /// What is kept at the end of an arena, in bytes.
    const KEPT: libc::c_int = 1 << 20;

    // As many as processors are too few: the threads then wait for each other.
    let arenas = available_parallelism().map_or(4, |count| 2 * count.get());
    // SAFETY: takes integers, and is called before there are other threads.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas.try_into().unwrap_or(libc::c_int::MAX));
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Other allocators are not known here.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn bound_what_is_kept() {}
