//! Gives the variants of enums stable names, and reads a variant from its name.

use super::text::listed;

/// A text that is none of the names of an enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {kind}: {names}")]
pub struct UnknownName {
    text: String,
    kind: &'static str,
    names: String,
}

impl UnknownName {
    pub(crate) fn new(text: &str, kind: &'static str, names: &[&str]) -> Self {
        Self { text: text.chars().take(100).collect(), kind, names: listed(names) }
    }
}

/// A variant with a stable name.
pub trait HasName: Copy {
    /// Returns the stable name.
    fn name(self) -> &'static str;
}

/// Declares an enum whose variants have stable names: in URLs, in JSON, in
/// logs and in the database. `ALL`, `as_str`, `FromStr`, `Serialize` and `Deserialize`
/// follow from the declaration, so that no second list can fall behind it.
macro_rules! named {
    (
        $(#[$doc:meta])*
        $vis:vis enum $enum:ident is $kind:literal {
            $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $enum {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $enum {
            /// Every variant, in order.
            $vis const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Returns the stable name.
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl std::str::FromStr for $enum {
            type Err = $crate::domain::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|named| named.as_str() == text).ok_or_else(|| {
                    $crate::domain::UnknownName::new(text, $kind, &Self::ALL.map(Self::as_str))
                })
            }
        }

        impl $crate::domain::HasName for $enum {
            fn name(self) -> &'static str {
                self.as_str()
            }
        }

        impl<'de> serde::Deserialize<'de> for $enum {
            fn deserialize<D: serde::Deserializer<'de>>(stored: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(stored)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }

        impl serde::Serialize for $enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use named;
