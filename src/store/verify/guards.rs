//! The truth about the guards: that they stand where the migrations put them.

use crate::store::verify::{Scope, Truth};

pub(super) const TRUTHS: &[Truth] = &[Truth {
    name: "guards_are_in_place",
    sentence: "Every constraint, every trigger and every NOT NULL of the migrations is there and in force.",
    scope: Scope::Whole,
    broken: include_str!("guards.sql"),
}];
