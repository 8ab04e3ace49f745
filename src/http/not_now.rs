//! Actions that a page shows and that are not valid now.

use crate::domain::{HasName, Reason};
use crate::render::groups::in_groups;

/// Actions that are not valid now for the same reasons.
pub(crate) struct NotNow<A> {
    pub(crate) actions: Vec<A>,
    pub(crate) reasons: Vec<Reason>,
}

impl<A: HasName> NotNow<A> {
    /// Returns the refused actions, those with the same reasons together: they are told
    /// the reasons of the first.
    pub(crate) fn grouped(
        refused: Vec<(Vec<Reason>, A)>,
        is_same: fn(&Reason, &Reason) -> bool,
    ) -> Vec<Self> {
        let are_same = |ones: &Vec<Reason>, others: &Vec<Reason>| {
            let mut pairs = ones.iter().zip(others);
            ones.len() == others.len() && pairs.all(|(one, other)| is_same(one, other))
        };
        let groups = in_groups(refused, are_same).into_iter();
        groups.map(|(reasons, actions)| Self { actions, reasons }).collect()
    }

    /// Returns the id of the reasons on the page.
    pub(crate) fn anchor(&self) -> String {
        self.actions.first().map(|action| format!("why-{}", action.name())).unwrap_or_default()
    }
}
