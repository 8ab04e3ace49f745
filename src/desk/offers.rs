//! Sorts the actions of a page by whether they are possible now. This is advice: the
//! workflow checks an action again.

use crate::domain::{Action, Person, Post, Reason};
use crate::permissions;
use crate::refusal::Refusal;
use crate::workflow;

/// The actions that a page offers. An action without the permission is not offered.
#[derive(Default)]
pub(super) struct Offers {
    /// Valid now.
    pub(super) live: Vec<Action>,
    /// Valid as soon as the person has corrected something.
    pub(super) not_yet: Vec<NotNow>,
    /// Valid only in another state of the post or for another person. The page shows
    /// them on demand.
    pub(super) not_here: Vec<NotNow>,
    /// Whether a new draft can be made from the text, which is final.
    pub(super) may_copy: bool,
}

/// Actions that are not valid now for the same reasons.
pub(super) struct NotNow {
    pub(super) actions: Vec<Action>,
    pub(super) reasons: Vec<Reason>,
}

impl NotNow {
    /// Returns the fields in the address of an action.
    pub(super) fn fields(&self, _: &Action) -> [(&'static str, &'static str); 1] {
        [("why", "yes")]
    }

    /// Returns the id of the reasons on the page.
    pub(super) fn anchor(&self) -> String {
        self.actions.first().map(|action| format!("why-{action}")).unwrap_or_default()
    }
}

impl Offers {
    pub(super) fn of(person: &Person, post: &Post) -> Self {
        let may_copy = post.state().is_final() && permissions::may(person, Action::Create);
        let mut offers = Self { may_copy, ..Self::default() };
        for action in Action::ALL.into_iter().filter(|action| *action != Action::Create) {
            match workflow::precheck(action, person, post) {
                Ok(()) => offers.live.push(action),
                Err(Refusal::Policy(denied)) => {
                    let refused = match denied.can_be_corrected() {
                        true => &mut offers.not_yet,
                        false => &mut offers.not_here,
                    };
                    add(refused, action, denied.reasons().to_vec());
                }
                Err(_) => {}
            }
        }
        offers
    }
}

/// Adds an action to those with the same reasons.
fn add(refused: &mut Vec<NotNow>, action: Action, reasons: Vec<Reason>) {
    let has_same_reasons = |not_now: &&mut NotNow| {
        let others = not_now.reasons.iter().map(|reason| &reason.sentence);
        others.eq(reasons.iter().map(|reason| &reason.sentence))
    };
    match refused.iter_mut().find(has_same_reasons) {
        Some(not_now) => not_now.actions.push(action),
        None => refused.push(NotNow { actions: vec![action], reasons }),
    }
}
