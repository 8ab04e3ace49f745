//! Tells why an attempt had no effect. Each layer owns its refusal, and this type
//! collects them. `http` alone knows their statuses.

use crate::domain::{FieldError, HasName, InvalidInput, Layer, PostId, Reason};
use crate::invariants::InvariantViolation;
use crate::permissions::PermissionDenied;
use crate::policies::PolicyDenied;
use crate::store::Unavailable;
use crate::store::failure::{Failure, classify};

/// Why an attempt had no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The session or account is unknown, over or deactivated.
    #[error("You are not signed in.")]
    NotSignedIn,
    /// Something supplied does not parse.
    #[error(transparent)]
    Input(#[from] InvalidInput),
    /// The idempotency key was used for something else: on this post, or for other posts.
    #[error("{}", sent_before(*.post))]
    KeyReused {
        /// The post that it was used for, if it was one.
        post: Option<PostId>,
    },
    /// This person was refused.
    #[error(transparent)]
    Permission(#[from] PermissionDenied),
    /// It does not exist, or this person may not see it.
    #[error("There is nothing here.")]
    NotFound,
    /// This attempt was refused.
    #[error(transparent)]
    Policy(#[from] PolicyDenied),
    /// We have a defect.
    #[error(transparent)]
    Invariant(#[from] InvariantViolation),
    /// The database cannot answer now.
    #[error("The server is busy: {0}.")]
    Unavailable(#[from] Unavailable),
}

impl Refusal {
    /// Returns the layer that refused.
    pub fn layer(&self) -> Layer {
        match self {
            Self::NotSignedIn => Layer::Authentication,
            Self::Input(_) | Self::KeyReused { .. } => Layer::Input,
            Self::Permission(_) => Layer::Permission,
            Self::NotFound => Layer::Visibility,
            Self::Policy(_) => Layer::Policy,
            Self::Invariant(_) => Layer::Invariant,
            Self::Unavailable(_) => Layer::Availability,
        }
    }

    /// Returns the reasons that a layer gave.
    pub fn reasons(&self) -> Vec<Reason> {
        match self {
            Self::Permission(denied) => vec![denied.reason()],
            Self::Policy(denied) => denied.reasons().to_vec(),
            Self::NotSignedIn
            | Self::Input(_)
            | Self::KeyReused { .. }
            | Self::NotFound
            | Self::Invariant(_)
            | Self::Unavailable(_) => Vec::new(),
        }
    }

    /// Returns what is wrong with a field, if that is all that is wrong. `rule` is about
    /// the field; its hint says what to enter.
    pub(crate) fn problem_of(&self, field: &str, rule: impl HasName) -> Option<String> {
        match self {
            Self::Input(input) => input.of(field).map(str::to_owned),
            Self::Policy(denied) => denied.only(rule).map(|reason| reason.hint.clone()),
            _ => None,
        }
    }
}

fn sent_before(post: Option<PostId>) -> String {
    match post {
        Some(post) => format!(
            "This form was already sent with other content, for post {post}. Look at that post \
             before you send anything again."
        ),
        None => "This form was already sent with other posts or another reason. Look at the list \
                 of posts before you send anything again."
            .to_owned(),
    }
}

/// Returns the reasons against something: none where it is not refused.
pub fn reasons_against(answer: Result<(), Refusal>) -> Vec<Reason> {
    answer.err().map(|refusal| refusal.reasons()).unwrap_or_default()
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::Input(error.into())
    }
}

/// What it means that a page could not be read from the database.
impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        match classify(&error) {
            Failure::Unavailable(why) => why.into(),
            Failure::Conflict => Unavailable::Contended.into(),
            Failure::Constraint(invariant) => {
                tracing::error!(invariant, "a read met a constraint");
                InvariantViolation::new(invariant).into()
            }
            Failure::Defect(detail) => {
                tracing::error!(detail, "a read failed");
                InvariantViolation::new("the_database_answers_as_expected").into()
            }
        }
    }
}
