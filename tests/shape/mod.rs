//! The shape of the code, and the tables that the README shares with it.

mod architecture;
mod claims;
mod findings;
mod imports;
mod lists;
pub mod named_tests;
mod names;
mod pages;
pub mod readme;
pub mod routes;
mod schema;
pub mod sources;
mod templates;
mod words;
