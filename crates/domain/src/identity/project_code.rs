//! Investment project code (投资项目统一代码): the form until 2020 and GB/T 40058—2021.

use super::{IdentityError, normalise, text_identifier};
use serde::{Deserialize, Serialize};

/// A well-formed project code. The check character of the new form is not published, so it is not verified.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectCode(String);
text_identifier!(ProjectCode);

impl ProjectCode {
    /// Reads `4-6-2-2-6` digits whose first part is `YYMM` from 2020 on, or a year 2015–2020.
    ///
    /// # Errors
    /// [`IdentityError::Shape`] for another shape, [`IdentityError::Date`] for another first part.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        let text = normalise(raw);
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if parts.iter().map(|p| p.len()).ne([4, 6, 2, 2, 6]) || !parts.iter().all(|p| digits(p)) {
            return Err(IdentityError::Shape("项目代码应为24位，形如2101-430400-04-01-123456"));
        }
        let head: u32 = parts.first().and_then(|p| p.parse().ok()).unwrap_or_default();
        let new_form = head / 100 >= 20 && (1..=12).contains(&(head % 100));
        if new_form || (2015..=2020).contains(&head) {
            Ok(Self(text))
        } else {
            Err(IdentityError::Date("项目代码的时间段不存在"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_impossible_dates_refused() {
        for ok in ["2019-430102-70-03-000001", "2101-430400-04-01-123456", "2012-430300-04-01-000001"] {
            assert_eq!(ProjectCode::parse(ok).map(String::from), Ok(ok.to_owned()));
        }
        assert!(matches!(ProjectCode::parse("2113-430400-04-01-123456"), Err(IdentityError::Date(_))));
        assert!(matches!(ProjectCode::parse("2101-43040-04-01-123456"), Err(IdentityError::Shape(_))));
    }
}
