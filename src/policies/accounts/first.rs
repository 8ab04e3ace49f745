//! The rules about the first account, which no other account creates.

use crate::domain::{NewAccount, Reason, Role, named};
use crate::policies::{Condition, PolicyDenied};

/// Returns nothing where an account may be the first: there is none yet, and it
/// can grant roles to others.
pub fn check_first(account: &NewAccount, has_accounts: bool) -> Result<(), PolicyDenied> {
    PolicyDenied::unless_met(&FirstRule::ALL, &FirstFacts { account, has_accounts })
}

named! {
    /// One condition on the first account, which has no creator.
    pub enum FirstRule is "a rule about the first account" {
        /// There is no account yet.
        IsTheFirst = "not-the-first-account",
        /// It holds the role staff.
        IsStaff = "first-account-is-not-staff",
    }
}

/// Everything that a rule about the first account may look at.
#[derive(Debug, Clone, Copy)]
pub struct FirstFacts<'a> {
    account: &'a NewAccount,
    has_accounts: bool,
}

impl Condition for FirstRule {
    type Facts<'a> = FirstFacts<'a>;

    fn is_met(self, facts: &FirstFacts<'_>) -> bool {
        match self {
            Self::IsTheFirst => !facts.has_accounts,
            Self::IsStaff => facts.account.roles.contains(Role::Staff),
        }
    }

    fn reason(self, _: &FirstFacts<'_>) -> Reason {
        let (sentence, hint) = match self {
            Self::IsTheFirst => {
                ("There is an account already.", "Name the staff account that creates this one.")
            }
            Self::IsStaff => (
                "The first account does not hold the role staff.",
                "Give it the role staff. Without staff, no role can be granted.",
            ),
        };
        Reason::new(self, sentence, hint)
    }
}
