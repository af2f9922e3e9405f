//! How a text reads: its characters without noise, its pinyin, its initials.

use pinyin::ToPinyinMulti;
use std::sync::LazyLock;

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

/// The ideographs that names are written with.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// Up to two readings of every ideograph, without tones; the common one stands first, rare ones only add noise.
static SYLLABLES: LazyLock<Vec<[Option<&'static str>; 2]>> = LazyLock::new(|| {
    let of = |code: u32| {
        let mut found = [None, None];
        let all = char::from_u32(code).and_then(|c| c.to_pinyin_multi());
        for syllable in all.into_iter().flatten().map(|p| typeable(p.plain())) {
            match found {
                [None, _] => found = [Some(syllable), None],
                [Some(first), None] if first != syllable => found = [Some(first), Some(syllable)],
                _ => {}
            }
        }
        found
    };
    (FIRST..=LAST).map(of).collect()
});

/// A syllable as it is typed.
fn typeable(syllable: &'static str) -> &'static str {
    match syllable {
        "nü" => "nv",
        "lü" => "lv",
        "nüe" => "nve",
        "lüe" => "lve",
        other => other,
    }
}

/// The readings of an ideograph; none of anything else, which reads as itself.
fn sounds(c: char) -> impl Iterator<Item = &'static str> {
    let place = u32::from(c).checked_sub(FIRST).and_then(|at| usize::try_from(at).ok());
    place.and_then(|at| SYLLABLES.get(at)).into_iter().flatten().flatten().copied()
}

/// The readings of a character, without tones; a Latin letter or digit reads as itself.
fn syllables(c: char) -> Vec<String> {
    let found: Vec<String> = sounds(c).map(str::to_owned).collect();
    if found.is_empty() { vec![c.to_string()] } else { found }
}

/// Whether two characters can sound alike.
fn alike(a: char, b: char) -> bool {
    a == b || sounds(a).any(|x| sounds(b).any(|y| x == y))
}

/// Whether some stretch of `text` sounds like `typed`, character by character.
pub(crate) fn sounds_like(typed: &[char], text: &[char]) -> bool {
    text.windows(typed.len().max(1)).any(|window| window.iter().zip(typed).all(|(a, b)| alike(*a, *b)))
}

/// How letters fit the readings of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spelling {
    /// Initials of some of it.
    InitialsInside,
    /// Syllables of some of it.
    Inside,
    /// Initials of its beginning.
    InitialsBeginning,
    /// Syllables of its beginning.
    Beginning,
    /// Initials of all of it.
    Initials,
    /// All of it but a last 证.
    ButCertificate,
    /// All of it.
    Whole,
}

/// The best way in which `letters` spell `text`, in syllables or in initials.
pub(crate) fn spells(letters: &str, text: &[char]) -> Option<Spelling> {
    let mut best = None;
    for start in 0..text.len() {
        let rest = text.get(start..).unwrap_or_default();
        let spelled = spelled_by(letters, rest).map(|left| match (start, left) {
            (0, []) => Spelling::Whole,
            (0, ['证']) => Spelling::ButCertificate,
            (0, _) => Spelling::Beginning,
            _ => Spelling::Inside,
        });
        let initials = begins_with_initials(letters, rest).then_some(match start {
            0 if rest.len() == letters.len() => Spelling::Initials,
            0 => Spelling::InitialsBeginning,
            _ => Spelling::InitialsInside,
        });
        best = best.max(spelled).max(initials);
    }
    best
}

/// What of `text` is left after its beginning was spelled by all of `letters`; of the last character its syllable may be
/// begun only.
fn spelled_by<'a>(letters: &str, text: &'a [char]) -> Option<&'a [char]> {
    let Some((first, rest)) = text.split_first() else { return letters.is_empty().then_some(text) };
    if letters.is_empty() {
        return Some(text);
    }
    let by = |syllable: &str| match letters.strip_prefix(syllable) {
        Some(left) => spelled_by(left, rest),
        // A syllable that is only begun leaves its character open.
        None => syllable.starts_with(letters).then_some(text),
    };
    let itself = || by(first.encode_utf8(&mut [0; 4]));
    let mut readings = sounds(*first).peekable();
    if readings.peek().is_none() { itself() } else { readings.filter_map(by).min_by_key(|left| left.len()) }
}

fn begins_with_initials(letters: &str, text: &[char]) -> bool {
    let fits = |(letter, c): (char, &char)| *c == letter || sounds(*c).any(|s| s.starts_with(letter));
    letters.len() <= text.len() && letters.chars().zip(text).all(fits)
}

/// The first reading of a text in letters.
pub(crate) fn letters_of(text: &[char]) -> String {
    let mut letters = String::new();
    for c in text {
        match sounds(*c).next() {
            Some(syllable) => letters.push_str(syllable),
            None => letters.push(*c),
        }
    }
    letters
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
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        assert!(sounds_like(&chars("徐可"), &chars("经营许可证")) && !sounds_like(&chars("许愿"), &chars("经营许可证")));
        for (letters, how) in [
            ("shigongxukezheng", Some(Spelling::Whole)),
            ("shigongxuke", Some(Spelling::ButCertificate)),
            ("sgxkz", Some(Spelling::Initials)),
            ("shigongx", Some(Spelling::Beginning)),
            ("sgx", Some(Spelling::InitialsBeginning)),
            ("xukezh", Some(Spelling::Inside)),
            ("xkz", Some(Spelling::InitialsInside)),
            ("igong", None),
            ("zzz", None),
        ] {
            assert_eq!(spells(letters, &chars("施工许可证")), how, "{letters}");
        }
        assert_eq!(letters_of(&chars("女a3")), "nva3");
        assert_eq!(grams("开公司", 2), ["开公", "公司"]);
        assert_eq!(grams("开", 2), ["开"]);
    }
}
