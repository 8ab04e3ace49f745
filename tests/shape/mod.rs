//! The shape of the code, and the tables that the README shares with it.

mod architecture;
mod imports;
pub mod readme;
mod sources;
