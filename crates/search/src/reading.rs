//! How a text reads: its characters without noise, its pinyin, its initials.

use pinyin::ToPinyinMulti;

/// At most so many ways to read a text with characters of several readings.
const MOST_READINGS: usize = 4;

/// One way to read a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whole syllables run together: `qiyekaiban`.
    pub(crate) pinyin: String,
    /// First letters: `qykb`.
    pub(crate) initials: String,
}

/// The characters that matter, lower-case: spaces and punctuation of both widths go.
pub(crate) fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The ways to read a plain text.
pub(crate) fn readings(text: &str) -> Vec<Reading> {
    let mut found = vec![Reading { pinyin: String::new(), initials: String::new() }];
    for c in text.chars() {
        let syllables = syllables(c);
        let mut longer = Vec::new();
        for reading in &found {
            for syllable in &syllables {
                let mut next = reading.clone();
                next.pinyin.push_str(syllable);
                next.initials.extend(syllable.chars().next());
                longer.push(next);
            }
        }
        longer.truncate(MOST_READINGS);
        found = longer;
    }
    found
}

/// The readings of a character, without tones; a Latin letter or digit reads as itself.
fn syllables(c: char) -> Vec<String> {
    let Some(multi) = c.to_pinyin_multi() else { return vec![c.to_string()] };
    let mut found: Vec<String> = multi.into_iter().map(|p| p.plain().replace('ü', "v")).collect();
    // The common reading stands first; rare ones only add noise.
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|s| seen.insert(s.clone()));
    found.truncate(2);
    found
}

/// Runs of `n` neighbouring characters; the text itself when it is shorter.
pub(crate) fn grams(text: &str, n: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        Vec::new()
    } else if chars.len() <= n {
        vec![text.to_owned()]
    } else {
        chars.windows(n).map(|w| w.iter().collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_people_type_it() {
        let first = |text: &str| readings(&plain(text)).remove(0);
        assert_eq!(first("企业 开办！"), Reading { pinyin: "qiyekaiban".to_owned(), initials: "qykb".to_owned() });
        assert!(readings("银行").iter().any(|r| r.pinyin == "yinhang"), "a character of two readings");
        assert_eq!(plain("ＡＢ，水电 气讯"), "ab水电气讯");
        assert_eq!(grams("开公司", 2), ["开公", "公司"]);
        assert_eq!(grams("开", 2), ["开"]);
    }
}
