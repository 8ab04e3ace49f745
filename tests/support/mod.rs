//! What the tests stand on: a database each, people, and a browser of sorts.
//!
//! Helpers go through the front door. Those that touch a table directly begin
//! with `db_`.

pub mod attempts;
pub mod browser;
pub mod chromium;
pub mod database;
pub mod documents;
pub mod html;
pub mod processes;
pub mod program;
pub mod proxy;
pub mod raw;
pub mod replay;
pub mod running;
pub mod saboteur;
pub mod server;
pub mod steps;
pub mod tools;
pub mod world;

pub use browser::Browser;
pub use chromium::Chromium;
pub use database::Database;
pub use program::Program;
pub use server::Server;
pub use world::World;
