//! Citizen identity number (公民身份号码, GB 11643—1999).

use super::{IdentityError, normalise, opaque_debug, text_identifier};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// A checked identity number; personal data.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdNumber(String);
text_identifier!(IdNumber);
opaque_debug!(IdNumber);

impl IdNumber {
    /// Reads a number as typed. Area codes are not checked: merged districts stay valid.
    ///
    /// # Errors
    /// Not 17 digits and a check character, a birth date that does not exist, or a check that does not fit;
    /// the old 15-digit form is refused.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        let text = normalise(raw);
        let (body, check) = match (text.get(..17), text.get(17..)) {
            (Some(body), Some(check)) if text.len() == 18 && body.bytes().all(|b| b.is_ascii_digit()) => (body, check),
            _ => return Err(IdentityError::Shape("公民身份号码应为18位：17位数字加1位数字或X")),
        };
        let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).zip(WEIGHTS).map(|(d, w)| d * w).sum();
        let expected = CHECKS.get((sum % 11) as usize).map(|b| char::from(*b).to_string());
        let number = Self(text.clone());
        if number.birth_date().is_none() {
            return Err(IdentityError::Date("公民身份号码中的出生日期不存在"));
        }
        if expected.as_deref() != Some(check) {
            return Err(IdentityError::CheckCharacter("公民身份号码校验位不正确"));
        }
        Ok(number)
    }

    /// The date of birth written in the number.
    #[must_use]
    pub fn birth_date(&self) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(self.0.get(6..14)?, "%Y%m%d").ok()
    }

    /// Refuses a holder born after `today`.
    ///
    /// # Errors
    /// [`IdentityError::Date`] for a birth date in the future.
    pub fn born_by(self, today: NaiveDate) -> Result<Self, IdentityError> {
        if self.birth_date().is_some_and(|d| d <= today) {
            Ok(self)
        } else {
            Err(IdentityError::Date("公民身份号码中的出生日期晚于今天"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_fitting_check_are_read() {
        for number in [
            "430400190001010019",
            "430400190003150023",
            "430400190012319994",
            "430300190001010013",
            "430100190001010012",
            "43040019000101006X",
            "43030019000228004X",
        ] {
            assert_eq!(IdNumber::parse(number).map(String::from), Ok(number.to_owned()));
        }
        assert_eq!(IdNumber::parse("43040019000101006x").unwrap().birth_date().unwrap().to_string(), "1900-01-01");
        assert_eq!(format!("{:?}", IdNumber::parse("430400190001010019").unwrap()), "IdNumber(***)");
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        assert!(matches!(IdNumber::parse("430400190001010018"), Err(IdentityError::CheckCharacter(_))));
        assert!(matches!(IdNumber::parse("430400190002290018"), Err(IdentityError::Date(_))), "1900 was no leap year");
        assert!(matches!(IdNumber::parse("430400190013010018"), Err(IdentityError::Date(_))), "month 13");
        assert!(matches!(IdNumber::parse("430400000101001"), Err(IdentityError::Shape(_))), "old form");
        assert!(matches!(IdNumber::parse("43040019000101001Ａ"), Err(IdentityError::CheckCharacter(_))));
        let number = IdNumber::parse("430400190001010019").unwrap();
        assert!(matches!(number.born_by("1899-12-31".parse().unwrap()), Err(IdentityError::Date(_))));
    }
}
