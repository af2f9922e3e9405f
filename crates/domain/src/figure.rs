//! Figures as zones publish them: shares in per cent with two decimals, rounded half up.

/// `part` of `whole` in per cent, for instance `99.56`; `None` of nothing.
#[must_use]
pub fn percent(part: u64, whole: u64) -> Option<String> {
    let hundredths = (u128::from(part) * 20_000 + u128::from(whole)).checked_div(u128::from(whole) * 2)?;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// By how many per cent `before` went down to `after`; negative where it rose, `None` where there was nothing before.
#[must_use]
pub fn reduction_percent(before: u64, after: u64) -> Option<String> {
    let share = percent(before.abs_diff(after), before)?;
    Some(if after > before { format!("-{share}") } else { share })
}

/// `total` of `count`, with one decimal, rounded half up, for instance `5.1`.
#[must_use]
pub fn average(total: u64, count: u64) -> Option<String> {
    let tenths = (u128::from(total) * 20 + u128::from(count)).checked_div(u128::from(count) * 2)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_to_two_decimals() {
        for (part, whole, expected) in [(226, 226, "100.00"), (225, 226, "99.56"), (12, 17, "70.59"), (214, 250, "85.60"), (1, 800, "0.13")]
        {
            assert_eq!(percent(part, whole).unwrap(), expected);
        }
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn reductions_and_averages_are_those_the_zones_publish() {
        for (before, after, expected) in
            [(7, 4, "42.86"), (200, 90, "55.00"), (250, 60, "76.00"), (89, 51, "42.70"), (23, 6, "73.91"), (4, 5, "-25.00")]
        {
            assert_eq!(reduction_percent(before, after).unwrap(), expected);
        }
        assert_eq!((average(89, 10).unwrap(), average(51, 10).unwrap()), ("8.9".to_owned(), "5.1".to_owned()));
        assert_eq!(average(1, 0), None);
    }
}
