use std::collections::BTreeMap;

use super::rule::{Facts, Rule, Subject};
use crate::domain::{Ability, Action, Command, Note, OperationKey, Person, PostId, RevisionNumber};
use crate::policies::{Policy, PolicyDenied};

/// The posts of one bulk archive, each with the revision that was seen.
pub type SelectedPosts = BTreeMap<PostId, RevisionNumber>;

/// Archive many posts, each under a key made of this one.
#[derive(Debug)]
pub struct BulkArchive<'a> {
    /// The key of the decision.
    pub key: &'a OperationKey,
    /// The posts.
    pub posts: &'a SelectedPosts,
    /// Why they are archived.
    pub reason: &'a Note,
}

impl Command for BulkArchive<'_> {
    const ABILITY: Ability = Ability::Post(Action::Archive);
}

/// Every post needs the reason, so without one the bulk archive is refused as a whole.
/// The other rules of archiving are evaluated for each post under its lock.
impl Policy for BulkArchive<'_> {
    type Subject<'tx> = ();

    fn check(&self, person: &Person, (): &()) -> Result<(), PolicyDenied> {
        let (subject, has_words) = (Subject::Several, self.reason.is_given());
        let facts = Facts { person, subject, has_words, address: None };
        PolicyDenied::unless_met(&[Rule::ReasonIsGiven], &facts)
    }
}
