//! The names that the domain's enums have in the schema: taken from the enums,
//! so that the schema lists every name there is.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::{Action, Interface, Role, State};

macro_rules! named {
    ($domain:ty as $name:literal, $description:literal) => {
        impl PartialSchema for $domain {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($description))
                    .enum_values(Some(<$domain>::ALL.map(<$domain>::as_str)))
                    .into()
            }
        }

        impl ToSchema for $domain {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    };
}

named!(State as "StateName", "Where a post stands.");
named!(Action as "ActionName", "What can be done to a post.");
named!(Role as "RoleName", "What a person is trusted to do.");
named!(Interface as "InterfaceName", "Through which edge a request came.");
