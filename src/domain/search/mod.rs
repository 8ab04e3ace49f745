//! The words by which texts are found. Texts and questions go through the same
//! functions, so the result depends on no PostgreSQL version and no locale.
//!
//! A word is a run of letters, digits and their marks. Case, accents and width
//! are folded; any other character separates. Scripts that are written without
//! spaces are found by pairs of neighbouring characters. Everything takes time
//! linear in the text, and the result is bounded.

mod document;
mod fold;
mod question;
mod units;

pub use document::{RULES, document};
pub use question::Question;
