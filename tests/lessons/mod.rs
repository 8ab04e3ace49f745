//! The argument of the project, in order.

mod lesson_1_permissions_alone_are_insufficient;
mod lesson_2_policies_prevent_invalid_actions;
pub mod lesson_3_invariants_protect_the_truth;
mod lesson_4_races_have_one_winner;

// The same argument by exhaustion: every answer there is, every interleaving of a model,
// and what breaks when a boundary is left out.
mod collapse;
mod matrix;
mod model;
