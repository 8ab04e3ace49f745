//! The actions, layers and codes that a refusal can carry, derived from the
//! enums: for filters and for the API's schema.

use std::collections::BTreeSet;

use crate::domain::{Layer, RecordedAction};
use crate::permissions::Cause;
use crate::policies::{accounts, incidents, own_account, posts};

/// The layers whose refusals are recorded.
pub const LAYERS: [Layer; 2] = [Layer::Permission, Layer::Policy];

/// Returns the name of every action.
pub fn actions() -> Vec<&'static str> {
    RecordedAction::all().map(RecordedAction::as_str).collect()
}

/// Returns every code that a reason can carry, each once, sorted.
pub fn codes() -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::from(Cause::ALL.map(Cause::as_str));
    codes.extend(posts::Rule::ALL.map(posts::Rule::as_str));
    codes.extend(accounts::Rule::ALL.map(accounts::Rule::as_str));
    codes.extend(accounts::FirstRule::ALL.map(accounts::FirstRule::as_str));
    codes.extend(own_account::Rule::ALL.map(own_account::Rule::as_str));
    codes.extend(incidents::Rule::ALL.map(incidents::Rule::as_str));
    codes
}
