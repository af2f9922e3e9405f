//! Mobile telephone numbers of mainland China.

use super::{IdentityError, normalise, opaque_debug, text_identifier};
use serde::{Deserialize, Serialize};

/// A mobile number, eleven digits; personal data.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);
text_identifier!(Phone);
opaque_debug!(Phone);

impl Phone {
    /// Reads a number as typed; a leading `+86` or `0086` and separators are dropped.
    ///
    /// # Errors
    /// [`IdentityError::Shape`] unless eleven digits starting 13–19 remain.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        let plain: String = normalise(raw).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = plain.strip_prefix("+86").or_else(|| plain.strip_prefix("0086")).unwrap_or(&plain);
        let fits = digits.len() == 11 && digits.bytes().all(|b| b.is_ascii_digit()) && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
        if fits { Ok(Self(digits.to_owned())) } else { Err(IdentityError::Shape("手机号码应为11位，以13至19开头")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobile_numbers_are_read_as_people_type_them() {
        for raw in ["13800003210", "+86 138-0000-3210", "００８６13800003210"] {
            assert_eq!(Phone::parse(raw).unwrap().as_str(), "13800003210");
        }
        for raw in ["12800003210", "1380000321", "138000032100", "0734-8888888", "１３８abc"] {
            assert!(Phone::parse(raw).is_err(), "{raw}");
        }
    }
}
