//! The enums of the contract: each is written once here and once in `wit/`.

/// Declares an enum whose variants have the names of `wit/`, in the order of `wit/`.
///
/// The order matters, because wit-bindgen passes a variant by its number: `_lift` makes the variant
/// of a number. `tests/vocabulary.rs` compares every list with the WIT's. In JSON a variant is its
/// name.
///
/// With `: Row` behind the enum's name, each variant is followed by the fields of its `Row`, a
/// struct that `row()` returns.
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        $vis:vis enum $Enum:ident $(: $Row:ident)? {
            $($(#[$variant_meta:meta])* $Variant:ident = $name:literal
                $({ $($field:ident: $value:expr),+ $(,)? })?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis enum $Enum {
            $($(#[$variant_meta])* $Variant,)*
        }

        impl $Enum {
            /// Every variant, in the order of `wit/`.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),*];

            /// Returns the name in `wit/`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)*
                }
            }

            $crate::vocabulary::row!($($Row)? $(, $Variant $({ $($field: $value),+ })?)*);

            #[doc(hidden)]
            #[allow(
                clippy::indexing_slicing,
                reason = "the component model's runtime has checked the number"
            )]
            pub const fn _lift(number: u8) -> Self {
                Self::ALL[number as usize]
            }
        }

        impl serde::Serialize for $Enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Enum {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                let mut all = Self::ALL.iter().copied();
                all.find(|variant| variant.name() == name)
                    .ok_or_else(|| serde::de::Error::custom("unknown name"))
            }
        }
    };
}

/// Writes the method `row()` of an enum whose variants have fields.
macro_rules! row {
    ($(, $Variant:ident)*) => {};
    ($Row:ident $(, $Variant:ident { $($field:ident: $value:expr),+ })*) => {
        /// Returns what belongs to the variant.
        pub(crate) const fn row(self) -> &'static $Row {
            match self {
                $(Self::$Variant => &$Row { $($field: $value),+ },)*
            }
        }
    };
}

pub(crate) use {row, vocabulary};
