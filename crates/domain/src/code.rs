//! Closed code tables: one enum, its stable code and its Chinese label.

/// Declares an enum whose variants have a stable text code (in JSON and SQL) and a Chinese label.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $code:tt, $label:tt;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $vis enum $name { $($(#[$variant_meta])* #[serde(rename = $code)] $variant,)+ }
        impl $name {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The Chinese label shown to people.
            #[must_use]
            pub const fn label(self) -> &'static str { match self { $(Self::$variant => $label,)+ } }
        }
        impl $crate::code::TextCode for $name {
            fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            fn parse(text: &str) -> Option<Self> { match text { $($code => Some(Self::$variant),)+ _ => None } }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::code::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> { $crate::code::TextCode::parse(text).ok_or($crate::code::UnknownCode) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str($crate::code::TextCode::as_str(*self)) }
        }
    };
}

/// A text that is no code of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;

/// A value of a closed code table.
pub trait TextCode: Copy + Sized {
    /// The stable code.
    fn as_str(self) -> &'static str;
    /// The value of a code; `None` for a code the table does not hold.
    fn parse(text: &str) -> Option<Self>;
}
