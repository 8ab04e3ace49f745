//! The proof. Read the four lessons in order; the rest keeps them honest.

#![allow(missing_docs, reason = "the names of tests are sentences")]
#![allow(unreachable_pub, reason = "one crate, nothing to export")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

mod lessons;

mod edges;
mod operations;
mod shape;
