//! Describes people, their roles and their permissions. A `Person` is for pages and
//! advice; an `Actor` is for decisions.

use std::fmt;

use super::named::named;
use super::{UserId, Within};

/// A person as others see them: for bylines and sentences. Two people may have
/// one display name, so it is shown with the username wherever readers have to
/// tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Byline {
    /// The account.
    pub id: UserId,
    /// The display name.
    pub name: String,
    /// The name that the person signs in with.
    pub username: String,
}

impl fmt::Display for Byline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.name, self.username)
    }
}

named! {
    /// What a person is trusted to do. [`permissions`](crate::permissions) says
    /// what each role holds.
    pub enum Role is "a role" {
        /// Writes posts.
        Author = "author",
        /// Reviews and publishes other people's posts.
        Reviewer = "reviewer",
        /// Archives posts and manages accounts.
        Staff = "staff",
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

named! {
    /// Whether a person can still do the work of a role in which they once acted.
    pub enum Availability is "an availability" {
        /// The account is active and holds the role.
        Available = "available",
        /// The account is active and no longer holds the role.
        WithoutRole = "without-role",
        /// The account is deactivated.
        Deactivated = "deactivated",
    }
}

impl Availability {
    /// Returns why the person can no longer do the work of the role.
    pub fn absence(self, role: Role) -> Option<&'static str> {
        match (self, role) {
            (Self::Available, _) => None,
            (Self::Deactivated, _) => Some("account deactivated"),
            (Self::WithoutRole, Role::Author) => Some("no longer an author"),
            (Self::WithoutRole, Role::Reviewer) => Some("no longer a reviewer"),
            (Self::WithoutRole, Role::Staff) => Some("no longer staff"),
        }
    }
}

/// The roles that one person holds, narrowed to what their credential lets them
/// use.
///
/// The narrowing travels with the roles, so that no check of a permission can
/// forget it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleSet {
    roles: Vec<Role>,
    narrowed_to: Option<Vec<Permission>>,
}

impl RoleSet {
    /// Returns the roles in their usual order.
    pub fn of(held: &[Role]) -> Self {
        let roles = Role::ALL.into_iter().filter(|role| held.contains(role)).collect();
        Self { roles, narrowed_to: None }
    }

    /// Returns whether the role is among them.
    pub fn contains(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty()
    }

    /// Returns these roles and one more.
    pub fn with(&self, role: Role) -> Self {
        let mut held = self.roles.clone();
        held.push(role);
        Self { narrowed_to: self.narrowed_to.clone(), ..Self::of(&held) }
    }

    /// Returns these roles without one.
    pub fn without(&self, role: Role) -> Self {
        let roles = self.iter().filter(|held| *held != role).collect();
        Self { roles, narrowed_to: self.narrowed_to.clone() }
    }

    /// Returns the roles one after another.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.roles.iter().copied()
    }

    /// Returns the names as the database stores them.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(Role::as_str).collect()
    }

    /// Returns the same roles, narrowed to these permissions.
    pub fn narrowed_to(self, permissions: Vec<Permission>) -> Self {
        Self { narrowed_to: Some(permissions), ..self }
    }

    /// Returns the permissions that these roles are narrowed to; `None` is all.
    pub fn narrowing(&self) -> Option<&[Permission]> {
        self.narrowed_to.as_deref()
    }

    /// Returns whether the narrowing lets a permission through.
    pub fn lets_through(&self, permission: Permission) -> bool {
        self.narrowed_to.as_ref().is_none_or(|permissions| permissions.contains(&permission))
    }
}

impl fmt::Display for RoleSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(", "))
    }
}

named! {
    /// The right to attempt one kind of thing. It names a capability and nothing
    /// else: no state, no owner, no time.
    pub enum Permission is "a permission" {
        /// Begin posts.
        CreatePost = "posts.create_post",
        /// Write new revisions.
        RevisePost = "posts.revise_post",
        /// Submit drafts for review.
        SubmitPost = "posts.submit_post",
        /// Request changes, and withdraw the request.
        ReviewPost = "posts.review_post",
        /// Publish posts.
        PublishPost = "posts.publish_post",
        /// Archive published posts.
        ArchivePost = "posts.archive_post",
        /// Create accounts and change those of others.
        ManageAccount = "accounts.manage_account",
        /// Read refusals, incidents and everything that is not public.
        ViewAudit = "audit.view_audit",
        /// Acknowledge incidents.
        AcknowledgeIncident = "audit.acknowledge_incident",
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A person with an active account, as read at some time: for rendering pages
/// and giving advice. The workflow does not take a `Person`; it reads an
/// [`Actor`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The name they sign in with.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// The roles they held when they were read.
    pub roles: RoleSet,
}

impl Person {
    /// Returns the person as others see them.
    pub fn byline(&self) -> Byline {
        Byline { id: self.id, name: self.display_name.clone(), username: self.username.clone() }
    }
}

/// The person who acts, with the roles they hold *now*. Both are read and locked in the
/// transaction `'tx`, so that a revocation waits until it ends.
///
/// Only [`accounts::load`](crate::accounts::load) (in `identity.rs`) makes one. There is no
/// `Clone`, no `Default` and no `Deserialize`: an actor is a fact about a
/// transaction, not a piece of data.
///
/// ```
/// fn actor_of<'tx>(actor: imprimatur::domain::Actor<'tx>) -> imprimatur::domain::Actor<'tx> {
///     actor
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn actor_of<'tx>(actor: imprimatur::domain::Actor<'tx>) -> imprimatur::domain::Actor<'tx> {
///     actor.clone()
/// }
/// ```
#[derive(Debug)]
pub struct Actor<'tx> {
    person: Person,
    _within: Within<'tx>,
}

impl<'tx> Actor<'tx> {
    /// For `accounts::load` alone.
    pub(crate) fn pinned(person: Person, within: Within<'tx>) -> Self {
        Self { person, _within: within }
    }

    /// Returns who acts.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Returns the actor's id.
    pub fn id(&self) -> UserId {
        self.person.id
    }
}
