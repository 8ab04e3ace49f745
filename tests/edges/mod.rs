//! Every interface: pages, API and command line.

mod account;
mod admin;
mod api;
pub mod browser;
pub mod command_line;
mod desk;
mod input;
mod interfaces;
mod public_site;
mod rules;
mod sign_in;
