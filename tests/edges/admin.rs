//! The admin: what staff find there, and what they do.

mod accounts;
mod posts;
mod records;
