//! The proof. Read the four lessons in order; the rest keeps them honest.

#![allow(missing_docs, reason = "the names of tests are sentences")]
#![allow(unreachable_pub, reason = "one crate, nothing to export")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

mod lesson_1_permissions_alone_are_insufficient;
mod lesson_2_policies_prevent_invalid_actions;
mod lesson_3_invariants_protect_the_truth;
mod lesson_4_races_have_one_winner;

mod account;
mod admin;
mod api;
mod architecture;
mod browser;
mod cluster;
mod command_line;
mod cost;
mod demo;
mod desk;
mod failures;
mod input;
mod interfaces;
mod metrics;
mod public_site;
mod readme;
mod sign_in;
mod smoke;
mod verify;
