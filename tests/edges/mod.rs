//! Every interface: pages, API and command line.

mod account;
mod admin;
mod api;
mod attacks;
pub mod browser;
pub mod command_line;
mod desk;
mod editor;
mod frame;
mod input;
mod input_refusals;
mod interfaces;
mod numbers;
mod public_site;
mod rules;
mod search_words;
mod sign_in;
mod site_identity;
mod text_notes;
mod web_addresses;
