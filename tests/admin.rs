//! The admin: what staff find there, and what they do.

mod posts;
mod records;
