//! Identifiers of persons, organisations and projects: a value that exists is valid.

mod credit_code;
mod id_number;
mod licence_identifier;
mod mask;
mod phone;
mod project_code;

pub use credit_code::CreditCode;
pub use id_number::IdNumber;
pub use licence_identifier::LicenceIdentifier;
pub use mask::{mask_address, mask_bank_account, mask_credit_code_owner, mask_email, mask_id_public, mask_id_staff, mask_name, mask_phone};
pub use phone::Phone;
pub use project_code::ProjectCode;

/// Why a written identifier is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Length or characters are wrong.
    #[error("{0}")]
    Shape(&'static str),
    /// The check character does not fit.
    #[error("{0}")]
    CheckCharacter(&'static str),
    /// The date inside does not exist or lies in the future.
    #[error("{0}")]
    Date(&'static str),
}

impl IdentityError {
    /// The Chinese text for the person who typed it.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        match self {
            Self::Shape(text) | Self::CheckCharacter(text) | Self::Date(text) => text,
        }
    }
}

/// Trims, folds full-width characters to ASCII and upper-cases: how identifiers are typed in practice.
fn normalise(raw: &str) -> String {
    raw.trim().chars().map(fold_width).flat_map(char::to_uppercase).collect()
}

fn fold_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Implements what every identifier type shares: reading, printing, serde through text.
macro_rules! text_identifier {
    ($name:ident) => {
        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = super::IdentityError;
            fn try_from(raw: String) -> Result<Self, Self::Error> {
                Self::parse(&raw)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
use text_identifier;

/// Deliberately opaque for personal identifiers, so that a log line can't leak one.
macro_rules! opaque_debug {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    };
}
use opaque_debug;
