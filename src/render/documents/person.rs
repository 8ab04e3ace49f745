use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Byline;

/// A person as others see them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonBody {
    /// The account ID.
    id: i64,
    /// Display name.
    pub(crate) name: String,
}

impl From<&Byline> for PersonBody {
    fn from(byline: &Byline) -> Self {
        Self { id: byline.id.0, name: byline.name.clone() }
    }
}
