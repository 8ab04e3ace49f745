//! The names in the schema, taken from the enums: it lists every name that a
//! document can have.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::audit::catalogue;
use crate::domain::{Action, Interface, Layer, RecordedAction, Role, State};
use crate::render::documents::verdict::AdviceVerdict;

/// The code of a rule, of any subject.
pub(super) struct ReasonCode;

/// A layer whose refusals are recorded.
pub(crate) struct RecordedLayer;

macro_rules! names {
    ($type:ty as $name:literal, $description:literal: $names:expr) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($description))
                    .enum_values(Some($names))
                    .into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    };
}

names!(State as "StateName", "The state of a post.": State::ALL.map(State::as_str));
names!(Action as "ActionName", "An action on a post.": Action::ALL.map(Action::as_str));
names!(Role as "RoleName", "A role.": Role::ALL.map(Role::as_str));
names!(AdviceVerdict as "Verdict", "The result that an action would have now.":
    AdviceVerdict::ALL.map(AdviceVerdict::as_str));
names!(Interface as "InterfaceName", "The interface of a request.":
    Interface::ALL.map(Interface::as_str));
names!(Layer as "LayerName", "The layer that refused.": Layer::ALL.map(Layer::as_str));
names!(RecordedLayer as "RecordedLayerName", "A layer whose refusals are recorded.":
    catalogue::LAYERS.map(Layer::as_str));
names!(RecordedAction as "RecordedActionName", "What can be refused on the record.":
    catalogue::actions());
names!(ReasonCode as "ReasonCode", "The stable name of a rule.": catalogue::codes());
