//! Imprimatur: a publishing workflow that cannot reach an impossible state.
//!
//! One service changes posts. It asks three questions, always in this order, in
//! one transaction:
//!
//! 1. [`permissions`]: who may *attempt* this? Answers with a `Capability`.
//! 2. [`policies`]: is it valid *now*? Takes the capability, answers with a `Validity`.
//! 3. [`invariants`]: what must *never* be false? Takes the validity, and writes.
//!
//! [`workflow`] is the only caller of the three. The other modules are edges,
//! which parse, call one function and render, or what these need.

#![warn(unreachable_pub)]

pub mod domain;

pub mod invariants;
pub mod permissions;
pub mod policies;
pub mod refusal;
pub mod workflow;

pub mod accounts;
pub mod audit;
pub mod metrics;
pub mod postgres;
pub mod store;

pub mod http;
pub mod render;

pub mod account;
pub mod admin;
pub mod api;
pub mod desk;
pub mod site;

pub mod cli;
pub mod config;
pub mod demo;
pub mod server;
