//! Numbers people quote: the submission number (申办流水号) and the case number (办件编号).

use chrono::NaiveDate;

crate::codes! {
    /// Which series a number belongs to.
    pub enum Series {
        /// Given at submission.
        Submission = "submission", "申办流水号";
        /// Given at acceptance.
        Case = "case", "办件编号";
    }
}

impl Series {
    const fn digit(self) -> char {
        match self {
            Self::Submission => '1',
            Self::Case => '2',
        }
    }
}

/// Largest serial a day and series can hold.
pub const MAX_SERIAL: u32 = 999_999;

/// Writes `{area6}{YYYYMMDD}{series}{serial6}{check}`, 22 digits.
#[must_use]
pub fn write_number(area_code: &str, day: NaiveDate, series: Series, serial: u32) -> String {
    let body = format!("{area_code}{}{}{serial:06}", day.format("%Y%m%d"), series.digit());
    let check = check_digit(&body);
    format!("{body}{check}")
}

/// The series of a written number; `None` when it is no number of ours or its check digit is wrong.
#[must_use]
pub fn read_number(number: &str) -> Option<Series> {
    let digits = number.len() == 22 && number.bytes().all(|b| b.is_ascii_digit());
    let (body, check) = digits.then(|| number.split_at_checked(21)).flatten()?;
    if check_digit(body).to_string() != check {
        return None;
    }
    Series::ALL.iter().copied().find(|s| body.chars().nth(14) == Some(s.digit()))
}

/// Check digit by GB/T 17710, ISO 7064 MOD 11,10.
fn check_digit(body: &str) -> u32 {
    let product = body.chars().filter_map(|c| c.to_digit(10)).fold(10, |p, d| match (p + d) % 10 {
        0 => 10 * 2 % 11,
        sum => sum * 2 % 11,
    });
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_digit_is_iso_7064_mod_11_10() {
        assert_eq!(check_digit("0794"), 5, "the standard's own example 0794-5");
        let number = write_number("430476", "2024-09-27".parse().unwrap(), Series::Submission, 1);
        assert_eq!(number.len(), 22);
        assert!(number.starts_with("430476202409271000001"));
        assert_eq!(read_number(&number), Some(Series::Submission));
        assert_eq!(read_number("430476202409271000001x"), None);
    }

    proptest! {
        /// Any single mistyped digit is noticed.
        #[test]
        fn a_mistyped_digit_is_noticed(serial in 0..=MAX_SERIAL, position in 0usize..22, shift in 1u8..10) {
            let number = write_number("430476", "2024-09-27".parse().unwrap(), Series::Case, serial);
            prop_assert_eq!(read_number(&number), Some(Series::Case));
            let mut bytes = number.into_bytes();
            bytes[position] = b'0' + (bytes[position] - b'0' + shift) % 10;
            prop_assert_eq!(read_number(std::str::from_utf8(&bytes).unwrap()), None);
        }
    }
}
