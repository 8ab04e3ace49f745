//! The truth about the guards: that they stand where the migrations put them.

use super::{Scope, Truth};

pub(super) const TRUTHS: &[Truth] = &[Truth {
    name: "guards_are_in_place",
    sentence: "Every constraint and every trigger of the migrations is there, enabled and validated.",
    scope: Scope::Whole,
    broken: include_str!("guards.sql"),
}];
