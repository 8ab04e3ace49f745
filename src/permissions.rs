//! **Who may attempt this?**
//!
//! This layer looks at the roles that a person holds and the kind of thing that they
//! attempt. It refuses to know the post, its state, its owner, its history and the
//! time. A permission that depended on them would change its meaning whenever they do.
//! Its grants could no longer be reviewed.
//!
//! A refusal means that *this person* was refused. No post was read or locked.

use std::marker::PhantomData;

use crate::domain::{
    Ability, Action, Actor, Command, Permission, Person, Reason, Role, RoleSet, Step, Visibility,
    named,
};

/// Proof that an actor may attempt `A`, within one transaction.
///
/// Only [`verify`] makes one, and [`policies::evaluate`] consumes it.
///
/// ```
/// use imprimatur::{domain::{LockedPost, Publish}, permissions::Capability, policies};
///
/// fn go_on<'tx>(capability: Capability<'tx, Publish>, publish: &Publish, post: LockedPost<'tx>) {
///     let _ = policies::evaluate(capability, publish, post);
/// }
/// ```
///
/// A capability for another action does not fit:
///
/// ```compile_fail,E0308
/// use imprimatur::{domain::{LockedPost, Publish, Submit}, permissions::Capability, policies};
///
/// fn go_on<'tx>(capability: Capability<'tx, Submit>, publish: &Publish, post: LockedPost<'tx>) {
///     let _ = policies::evaluate(capability, publish, post);
/// }
/// ```
///
/// Neither does one from another transaction:
///
/// ```compile_fail
/// use imprimatur::{domain::{LockedPost, Publish}, permissions::Capability, policies};
///
/// fn go_on<'a, 'b>(capability: Capability<'a, Publish>, publish: &Publish, post: LockedPost<'b>) {
///     let _ = policies::evaluate(capability, publish, post);
/// }
/// ```
///
/// It is used once:
///
/// ```
/// use imprimatur::{domain::{LockedPost, Publish}, permissions::Capability, policies};
///
/// fn go_on<'tx>(capability: Capability<'tx, Publish>, publish: &Publish, [one,
/// _two]: [LockedPost<'tx>; 2]) {
///     let _ = policies::evaluate(capability, publish, one);
/// }
/// ```
///
/// ```compile_fail,E0382
/// use imprimatur::{domain::{LockedPost, Publish}, permissions::Capability, policies};
///
/// fn go_on<'tx>(capability: Capability<'tx, Publish>, publish: &Publish, [one,
/// two]: [LockedPost<'tx>; 2]) {
///     let _ = policies::evaluate(capability, publish, one);
///     let _ = policies::evaluate(capability, publish, two);
/// }
/// ```
///
/// Only `verify` makes one:
///
/// ```
/// use imprimatur::{domain::{Actor, Publish}, permissions::{self, Capability}};
///
/// fn earned<'tx>(actor: Actor<'tx>) -> Option<Capability<'tx, Publish>> {
///     permissions::verify(actor).ok()
/// }
/// ```
///
/// ```compile_fail,E0451
/// use imprimatur::{domain::{Actor, Publish}, permissions::{self, Capability}};
///
/// fn forged<'tx>(actor: Actor<'tx>) -> Option<Capability<'tx, Publish>> {
///     Some(Capability { actor, attempt: std::marker::PhantomData })
/// }
/// ```
///
/// [`policies::evaluate`]: crate::policies::evaluate
#[derive(Debug)]
#[must_use = "unused capability: pass it to `policies::evaluate`"]
pub struct Capability<'tx, A> {
    actor: Actor<'tx>,
    attempt: PhantomData<fn() -> A>,
}

/// Returns proof that the actor may attempt `A`.
///
/// The signature takes no post, so a permission cannot depend on one.
///
/// ```
/// use imprimatur::{domain::{Actor, Post, Publish}, permissions};
///
/// fn ask<'tx>(actor: Actor<'tx>, post: &Post) {
///     let _ = permissions::verify::<Publish>(actor);
/// }
/// ```
///
/// ```compile_fail,E0061
/// use imprimatur::{domain::{Actor, Post, Publish}, permissions};
///
/// fn ask<'tx>(actor: Actor<'tx>, post: &Post) {
///     let _ = permissions::verify::<Publish>(actor, post);
/// }
/// ```
pub fn verify<A: Command>(actor: Actor<'_>) -> Result<Capability<'_, A>, PermissionDenied> {
    let roles = &actor.person().roles;
    match A::ABILITY {
        Ability::Post(action) => check(roles, required(action))?,
        Ability::ManageAccounts => check(roles, Permission::ManageAccount)?,
        Ability::AcknowledgeIncidents => check(roles, Permission::AcknowledgeIncident)?,
        // No role grants it and none takes it away: every active account may
        // look after its own password, sessions and tokens.
        Ability::OwnAccount => {}
    }
    Step::Permission.reached();
    Ok(Capability { actor, attempt: PhantomData })
}

/// Returns the permission that an action takes.
pub fn required(action: Action) -> Permission {
    match action {
        Action::Create => Permission::CreatePost,
        Action::Revise => Permission::RevisePost,
        Action::Submit => Permission::SubmitPost,
        Action::RequestChanges | Action::WithdrawRequest => Permission::ReviewPost,
        Action::Publish => Permission::PublishPost,
        Action::Archive => Permission::ArchivePost,
    }
}

/// Returns why a role grants a permission, or `None` where it does not.
///
/// This is the whole matrix: a grant that is not written here does not exist.
pub fn grant(role: Role, permission: Permission) -> Option<&'static str> {
    match (role, permission) {
        (Role::Author, Permission::CreatePost) => Some("Create drafts"),
        (Role::Author, Permission::RevisePost) => Some("Edit own drafts and posts in review"),
        (Role::Author, Permission::SubmitPost) => Some("Submit own drafts"),
        (Role::Reviewer, Permission::ReviewPost) => Some("Request changes"),
        (Role::Reviewer, Permission::PublishPost) => Some("Publish posts by other authors"),
        (Role::Staff, Permission::ArchivePost) => Some("Archive published posts"),
        (Role::Staff, Permission::ManageAccount) => Some("Create accounts, grant and revoke roles"),
        (Role::Staff, Permission::ViewAudit) => Some(
            "See all posts, refused actions and \
             incidents",
        ),
        (Role::Staff, Permission::AcknowledgeIncident) => Some("Acknowledge incidents"),
        (Role::Author | Role::Reviewer | Role::Staff, _) => None,
    }
}

/// Returns whether any of the roles grants the permission, and the credential lets it
/// through. A token may be narrowed to less than its account holds.
pub fn holds(roles: &RoleSet, permission: Permission) -> bool {
    roles.lets_through(permission) && is_granted(roles, permission)
}

fn is_granted(roles: &RoleSet, permission: Permission) -> bool {
    roles.iter().any(|role| grant(role, permission).is_some())
}

impl Visibility {
    /// Returns the visibility of a person. They see their own posts, reviewers see
    /// posts that are or were in review, and staff see all. Either permission of
    /// reviewers is enough, because a token may have one alone.
    pub fn of(person: &Person) -> Self {
        let holds = |permission| holds(&person.roles, permission);
        Self {
            viewer: Some(person.id),
            sees_reviews: holds(Permission::ReviewPost) || holds(Permission::PublishPost),
            sees_everything: holds(Permission::ViewAudit),
        }
    }
}

impl From<&Person> for Visibility {
    fn from(person: &Person) -> Self {
        Self::of(person)
    }
}

/// Returns whether the person holds the permission that an action takes. It is advice, for
/// pages that offer the action or a part of it.
pub fn may(person: &Person, action: Action) -> bool {
    holds(&person.roles, required(action))
}

/// Returns nothing where a role grants the permission and no token is narrowed to
/// others. It is the answer without the proof, for pages that advise and for checks
/// that come early.
pub fn check(roles: &RoleSet, permission: Permission) -> Result<(), PermissionDenied> {
    if holds(roles, permission) {
        return Ok(());
    }
    let cause = if is_granted(roles, permission) { Cause::Narrowed } else { Cause::NotGranted };
    Err(PermissionDenied { permission, cause })
}

impl<'tx, A> Capability<'tx, A> {
    /// Returns who may attempt it.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }

    /// Gives up the proof for the actor it was about. For the next layer.
    pub(crate) fn into_actor(self) -> Actor<'tx> {
        self.actor
    }
}

/// This person may not attempt this, whatever it is about and whenever they try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason().sentence)]
pub struct PermissionDenied {
    permission: Permission,
    cause: Cause,
}

named! {
    /// Why a permission is not held.
    pub enum Cause is "a cause of a missing permission" {
        /// No role of the account grants it.
        NotGranted = "permission-missing",
        /// A role grants it, and the token in use is narrowed to others.
        Narrowed = "token-is-narrowed",
    }
}

impl PermissionDenied {
    /// Returns the permission that is not held.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Returns whether the account holds the permission, and only the token in
    /// use does not let it through.
    pub fn is_about_the_token(&self) -> bool {
        self.cause == Cause::Narrowed
    }

    /// Returns the refusal as a reason for pages, JSON and records.
    pub fn reason(&self) -> Reason {
        if self.is_about_the_token() {
            return Reason::new(
                self.cause,
                format!("This token does not include {}.", self.permission),
                "Create a token that includes this permission, or a token without limits.",
            );
        }
        let granting: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|role| grant(*role, self.permission).is_some())
            .map(Role::as_str)
            .collect();
        let role = granting.join(" or ");
        Reason::new(
            self.cause,
            format!("Your account does not hold the permission {}.", self.permission),
            format!("The role {role} has it. Ask a member of staff for the role."),
        )
    }
}
