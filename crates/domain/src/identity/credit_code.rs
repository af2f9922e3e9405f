//! Unified social credit code (统一社会信用代码, GB 32100—2015).

use super::{IdentityError, normalise, text_identifier};
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A checked unified social credit code; public data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);
text_identifier!(CreditCode);

impl CreditCode {
    /// Reads a code as typed: trimmed, full-width folded, upper-cased.
    ///
    /// # Errors
    /// Wrong length or characters, or one of its two check characters does not fit.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        let text = normalise(raw);
        let values: Vec<usize> = text.bytes().filter_map(|b| ALPHABET.iter().position(|a| *a == b)).collect();
        if text.len() != 18 || values.len() != 18 {
            return Err(IdentityError::Shape("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）"));
        }
        if organisation_check(&text) != text.as_bytes().get(16).copied() {
            return Err(IdentityError::CheckCharacter("统一社会信用代码中的组织机构代码校验位不正确"));
        }
        let sum: usize = values.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
        if values.last() != Some(&((31 - sum % 31) % 31)) {
            return Err(IdentityError::CheckCharacter("统一社会信用代码校验位不正确"));
        }
        Ok(Self(text))
    }

    /// Whether the holder is a sole trader (个体工商户, 92…), whose owner's name is personal data.
    #[must_use]
    pub fn is_sole_trader(&self) -> bool {
        self.0.starts_with("92")
    }
}

/// Check character of the organisation code (GB 11714) at positions 9–16.
fn organisation_check(code: &str) -> Option<u8> {
    let sum: usize = code.get(8..16)?.chars().zip(ORGANISATION_WEIGHTS).filter_map(|(c, w)| Some(c.to_digit(36)? as usize * w)).sum();
    match 11 - sum % 11 {
        10 => Some(b'X'),
        11 => Some(b'0'),
        digit => u8::try_from(digit).ok().map(|d| b'0' + d),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_with_fitting_check_characters_are_read() {
        for code in [
            "91430400MATE00010Q",
            "91430300MATE00029G",
            "92430100MATE00037X",
            "1143040000TE00049W",
            "1243030000TE00057F",
            "5343000000TE00065K",
            "91430400MATE0023X0",
        ] {
            assert_eq!(CreditCode::parse(code).map(String::from), Ok(code.to_owned()));
        }
        assert_eq!(CreditCode::parse(" ９１４３０４００mate00010q ").unwrap().as_str(), "91430400MATE00010Q");
        assert!(CreditCode::parse("92430100MATE00037X").unwrap().is_sole_trader());
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        assert!(matches!(CreditCode::parse("91430400MATE00010R"), Err(IdentityError::CheckCharacter(_))));
        assert!(matches!(CreditCode::parse("91430400MATE00020Q"), Err(IdentityError::CheckCharacter(_))));
        assert!(matches!(CreditCode::parse("91430400MATE0001OQ"), Err(IdentityError::Shape(_))));
        assert!(matches!(CreditCode::parse("91430400MATE00010"), Err(IdentityError::Shape(_))));
        assert!(matches!(CreditCode::parse("一二三四五六"), Err(IdentityError::Shape(_))));
    }
}
