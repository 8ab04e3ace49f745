//! Sorts the actions of a page by whether they are possible now. This is advice: the
//! workflow checks an action again.

use crate::domain::{Action, Person, Post, Reason};
use crate::http::not_now::NotNow;
use crate::permissions;
use crate::refusal::Refusal;
use crate::workflow;

/// The actions that a page offers. An action without the permission is not offered.
pub(super) struct Offers {
    /// Valid now.
    pub(super) live: Vec<Action>,
    /// Valid as soon as the person has corrected something.
    pub(super) not_yet: Vec<NotNow<Action>>,
    /// Valid only in another state of the post or for another person. The page shows
    /// them on demand.
    pub(super) not_here: Vec<NotNow<Action>>,
    /// Whether a new draft can be made from the text, which is final.
    pub(super) may_copy: bool,
}

impl Offers {
    pub(super) fn of(person: &Person, post: &Post) -> Self {
        let may_copy = post.state().is_final() && permissions::may(person, Action::Create);
        let (mut live, mut not_yet, mut not_here) = (Vec::new(), Vec::new(), Vec::new());
        for action in Action::ALL.into_iter().filter(|action| *action != Action::Create) {
            match workflow::precheck(action, person, post) {
                Ok(()) => live.push(action),
                Err(Refusal::Policy(denied)) => {
                    let refused =
                        if denied.can_be_corrected() { &mut not_yet } else { &mut not_here };
                    refused.push((denied.reasons().to_vec(), action));
                }
                Err(_) => {}
            }
        }
        // What to do can differ from action to action; the page of each says it.
        let is_same = |one: &Reason, other: &Reason| one.sentence == other.sentence;
        let grouped = |refused| NotNow::grouped(refused, is_same);
        let [not_yet, not_here] = [not_yet, not_here].map(grouped);
        Self { live, not_yet, not_here, may_copy }
    }
}
