//! How well one name fits what was typed, and why.

use crate::reading::{Reading, Spelling, letters_of, plain, readings, sounds_like, spells};
use serde::Serialize;
use utoipa::ToSchema;

domain::codes! {
    /// What was found.
    pub enum HitKind {
        /// A matter.
        Matter = "matter", "事项";
        /// A bundle.
        Bundle = "bundle", "一件事";
    }
}

domain::codes! {
    /// Why it was found.
    pub enum ReasonCode {
        /// Its name holds the words.
        Name = "name", "名称相符";
        /// A synonym of the catalogue.
        Synonym = "synonym", "俗称相符";
        /// By pinyin.
        Pinyin = "pinyin", "拼音相符";
        /// By initials.
        Initials = "initials", "拼音首字母相符";
        /// Nearly the same characters.
        Similar = "similar", "近似";
        /// Its code.
        Code = "code", "代码相符";
        /// Its department, result, materials or topics.
        Content = "content", "内容相关";
    }
}

/// Why something was found, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HitReason {
    /// Code.
    pub code: ReasonCode,
    /// Text.
    #[schema(example = "俗称「开公司」")]
    pub text: String,
}

/// A stretch of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Segment {
    /// The characters.
    #[schema(example = "企业")]
    pub text: String,
    /// It is what was typed.
    pub hit: bool,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What.
    pub kind: HitKind,
    /// Its code.
    pub code: String,
    /// Rank value; higher is better.
    pub score: u32,
    /// Why.
    pub reason: HitReason,
    /// Its name, with what was typed.
    pub highlight: Vec<Segment>,
}

/// From this score on nothing better is to be found by looking further.
pub(crate) const GOOD: u32 = 700;
/// From this score on it is near enough to look no further: four in five of what was typed, in a name not much longer.
pub(crate) const NEAR: u32 = 400;

/// How far a comparison goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// Only what stands in a name as it was typed.
    AsTyped,
    /// What sounds alike, and what is nearly the same.
    Near,
    /// What is about it, too, and letters that were left out.
    Anywhere,
}

/// A name or synonym as it is compared.
struct Key<'a> {
    /// As people read it.
    shown: &'a str,
    /// Its characters that matter.
    plain: String,
    /// The same one by one.
    chars: Vec<char>,
    /// The thing's own name, not a synonym.
    is_name: bool,
}

impl<'a> Key<'a> {
    fn new(shown: &'a str, is_name: bool) -> Self {
        let plain = plain(shown);
        Self { shown, chars: plain.chars().collect(), plain, is_name }
    }
}

/// What was typed, as it is compared.
pub(crate) struct Typed {
    pub(crate) plain: String,
    chars: Vec<char>,
    pub(crate) readings: Vec<Reading>,
    /// Only Latin letters and digits: pinyin, initials or a code.
    pub(crate) latin: bool,
}

impl Typed {
    pub(crate) fn new(text: &str) -> Self {
        let plain: String = plain(text).chars().take(60).collect();
        let latin = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_alphanumeric());
        Self { readings: readings(&plain), chars: plain.chars().collect(), plain, latin }
    }

    /// What was typed without what names of its kind end with.
    pub(crate) fn essence(&self) -> &str {
        Some(stem(&self.plain)).filter(|s| s.chars().count() > 1).unwrap_or(&self.plain)
    }
}

/// The best of what a name and its synonyms are to what was typed.
pub(crate) fn judge(
    typed: &Typed,
    code: &str,
    (name, synonyms): (&str, &[String]),
    depth: Depth,
    content: impl FnOnce() -> String,
) -> Option<(u32, HitReason)> {
    let keys = std::iter::once(Key::new(name, true)).chain(synonyms.iter().map(|s| Key::new(s, false)));
    let best = keys.filter_map(|key| judge_key(typed, &key, depth)).max_by_key(|(score, _)| *score);
    let reason = |code: ReasonCode| HitReason { code, text: code.label().to_owned() };
    let by_code = (plain(code) == typed.plain).then(|| (1000, reason(ReasonCode::Code)));
    let found = best.into_iter().chain(by_code).max_by_key(|(score, _)| *score);
    let content = || if depth == Depth::Anywhere { content() } else { String::new() };
    found.or_else(|| (typed.chars.len() > 1 && content().contains(&typed.plain)).then(|| (200, reason(ReasonCode::Content))))
}

fn judge_key(typed: &Typed, key: &Key<'_>, depth: Depth) -> Option<(u32, HitReason)> {
    let (value, code) = if typed.latin { by_letters(typed, key, depth) } else { by_characters(typed, key, depth) }?;
    // Of two fits alike, the shorter name says it more exactly.
    let spare = u32::try_from(key.chars.len().abs_diff(typed.chars.len())).unwrap_or(50).min(50);
    let text = match (code, key.is_name) {
        (ReasonCode::Synonym, _) | (_, false) => {
            format!("{}「{}」", if code == ReasonCode::Synonym { "俗称" } else { code.label() }, key.shown)
        }
        (code, true) => code.label().to_owned(),
    };
    Some(((value - u32::from(!key.is_name) * 5).saturating_sub(spare), HitReason { code, text }))
}

fn by_characters(typed: &Typed, key: &Key<'_>, depth: Depth) -> Option<(u32, ReasonCode)> {
    let (q, k) = (typed.plain.as_str(), key.plain.as_str());
    let own = if key.is_name { ReasonCode::Name } else { ReasonCode::Synonym };
    if q == k {
        return Some((1000, own));
    }
    if stem(q) == stem(k) {
        return Some((950, own));
    }
    if k.starts_with(q) {
        return Some((850, own));
    }
    if k.contains(q) {
        return Some((800, own));
    }
    if key.chars.len() > 1 && q.contains(k) {
        return Some((750, own));
    }
    if depth == Depth::AsTyped {
        return None;
    }
    let letters = || typed.plain.bytes().any(|b| b.is_ascii_alphabetic());
    let mixed = || {
        let known = readings(&key.plain);
        typed.readings.iter().any(|r| known.iter().any(|k| k.pinyin.contains(&r.pinyin)))
    };
    // What sounds alike is as long as what was typed, or longer; letters stand for fewer characters.
    let alike = key.chars.len() >= typed.chars.len() && sounds_like(&typed.chars, &key.chars);
    if typed.chars.len() > 1 && (alike || (letters() && mixed())) {
        return Some((600, ReasonCode::Pinyin));
    }
    if turned_round(q, k) {
        return Some((640, own));
    }
    similar(&typed.chars, &key.chars).map(|share| (share * 5, ReasonCode::Similar))
}

/// Both words of what was typed stand in `text`, in whichever order: 公司注销, 注销公司.
fn turned_round(typed: &str, text: &str) -> bool {
    let places: Vec<usize> = typed.char_indices().map(|(at, _)| at).collect();
    let splits = (4..=12).contains(&places.len()).then(|| places.get(2..places.len() - 1).unwrap_or_default());
    splits.into_iter().flatten().any(|at| {
        let (first, second) = typed.split_at(*at);
        text.contains(first) && text.contains(second)
    })
}

fn by_letters(typed: &Typed, key: &Key<'_>, depth: Depth) -> Option<(u32, ReasonCode)> {
    let q = typed.plain.as_str();
    if key.plain.contains(q) {
        return Some((850, if key.is_name { ReasonCode::Name } else { ReasonCode::Synonym }));
    }
    let spelled = spells(q, &key.chars).and_then(|how| match how {
        Spelling::Whole => Some((900, ReasonCode::Pinyin)),
        Spelling::ButCertificate => Some((890, ReasonCode::Pinyin)),
        Spelling::Initials => Some((880, ReasonCode::Initials)),
        Spelling::Beginning => (q.len() > 2).then_some((780, ReasonCode::Pinyin)),
        Spelling::InitialsBeginning => (q.len() > 1).then_some((720, ReasonCode::Initials)),
        Spelling::Inside => (q.len() > 3).then_some((700, ReasonCode::Pinyin)),
        Spelling::InitialsInside => (q.len() > 2).then_some((650, ReasonCode::Initials)),
    });
    let forgiven = || nearly(&typed.chars, &key.chars).map(|share| (share * 5, ReasonCode::Similar));
    spelled.or_else(|| if depth == Depth::Anywhere && q.len() > 4 { forgiven() } else { None })
}

/// A name without what names of its kind end with: people leave it out, or put it in.
fn stem(text: &str) -> &str {
    let text = text.strip_suffix("一件事").unwrap_or(text);
    let text = text.strip_suffix("核发").or_else(|| text.strip_suffix("办理")).unwrap_or(text);
    text.strip_suffix('证').unwrap_or(text)
}

/// The share, in per cent, of what was typed that stands in `text` in the same order; `None` below two thirds. One
/// slip in three characters is forgiven.
fn similar(typed: &[char], text: &[char]) -> Option<u32> {
    if typed.len() < 3 {
        return None;
    }
    let common = common_subsequence(typed, text);
    let share = u32::try_from(common * 100 / typed.len()).unwrap_or(0);
    // A long name holds many characters in some order by chance.
    (share >= 66 && common * 3 >= text.len()).then_some(share)
}

/// The same for letters: at most one slip in five.
fn nearly(typed: &[char], text: &[char]) -> Option<u32> {
    let letters: Vec<char> = letters_of(text).chars().take(typed.len() + 2).collect();
    let share = u32::try_from(common_subsequence(typed, &letters) * 100 / typed.len()).unwrap_or(0);
    (share >= 80).then_some(share)
}

fn common_subsequence(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(0);
            let left = row.get(j).copied().unwrap_or(0);
            let value = if x == y { diagonal + 1 } else { above.max(left) };
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = value;
            }
            diagonal = above;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The name in stretches: the longest part of it that was typed is marked, else the single characters that were.
pub(crate) fn highlight(typed: &Typed, name: &str) -> Vec<Segment> {
    let lower: Vec<char> = name.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect();
    let wanted: Vec<char> = typed.plain.chars().collect();
    let mut marked = vec![false; lower.len()];
    let whole = (0..lower.len()).find(|i| lower.get(*i..*i + wanted.len()) == Some(&wanted));
    match whole {
        Some(at) => marked.iter_mut().skip(at).take(wanted.len()).for_each(|m| *m = true),
        // Neighbours that stand side by side in both.
        None => {
            for (i, pair) in lower.windows(2).enumerate() {
                if wanted.windows(2).any(|w| w == pair) {
                    marked.iter_mut().skip(i).take(2).for_each(|m| *m = true);
                }
            }
        }
    }
    let mut segments: Vec<Segment> = Vec::new();
    for (c, hit) in name.chars().zip(marked) {
        match segments.last_mut().filter(|s| s.hit == hit) {
            Some(last) => last.text.push(c),
            None => segments.push(Segment { text: c.to_string(), hit }),
        }
    }
    segments
}
