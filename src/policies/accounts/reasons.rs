//! Gives each refused rule about accounts a sentence, and a hint about what would help.
//! The hint is empty where nothing would.

use super::rule::{Account, Rule};
use crate::domain::{AccountAction, Role};

/// Returns the sentence and the hint of a rule that is not met.
pub(super) fn explain(
    rule: Rule,
    action: AccountAction,
    account: &Account,
) -> (String, &'static str) {
    let name = &account.person.display_name;
    let role = action.role().map_or("", Role::as_str);
    match rule {
        Rule::IsNotYourself => ("This is your own account.".to_owned(), instead(action)),
        Rule::IsNotTheLastStaff => (
            "This is the last active staff account.".to_owned(),
            "Grant the role staff to another account first.",
        ),
        Rule::RoleIsNotHeld => (format!("{name} already has the role {}.", role), ""),
        Rule::RoleIsHeld => (format!("{name} does not have the role {}.", role), ""),
        Rule::IsActive if action == AccountAction::Deactivate => {
            (format!("{name}'s account is already deactivated."), "")
        }
        Rule::IsActive => {
            (format!("{name}'s account is deactivated."), "Reactivate the account first.")
        }
        Rule::IsDeactivated => (format!("{name}'s account is already active."), ""),
        Rule::IsSignedIn => (format!("{name} is not signed in."), ""),
        Rule::TokenWorks => ("This token has expired or was revoked.".to_owned(), ""),
        Rule::NameIsNew => (format!("The display name is already {name}."), "Enter another name."),
        Rule::NameSeenIsCurrent => (
            format!("The display name has changed to {name} since you opened the page."),
            "Check it, then try again.",
        ),
        Rule::ReasonIsGiven => (
            "A reason is required.".to_owned(),
            "Enter a reason. It is kept in the account's history.",
        ),
    }
}

/// Returns what to do instead about one's own account.
fn instead(action: AccountAction) -> &'static str {
    match action {
        AccountAction::Rename
        | AccountAction::Grant(_)
        | AccountAction::Revoke(_)
        | AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::SetPassword => "Ask another member of staff.",
        AccountAction::ResetPassword => "Change your password on the page My account.",
        AccountAction::EndSessions => "End your sessions on the page My account.",
        AccountAction::RevokeToken(_) => "Revoke your tokens on the page My account.",
    }
}
