//! The admin: what staff find there, and what they do.

mod access;
mod accounts;
mod bulk_archive;
mod days;
mod files;
mod helpers;
mod incidents;
mod namesakes;
mod overview;
mod post_page;
mod posts;
mod refusals;
mod search;
