//! What people type, and what they mean by it, on the real catalogue of 衡阳高新区.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use chrono::NaiveDate;
use domain::catalogue::{BaseCatalogue, Bundle, Catalogue, Matter, Version, Zone};
use rstest::rstest;
use search::{Hit, Index, ReasonCode};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

fn documents<T: DeserializeOwned>(folder: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/zones/hengyang-gaoxin").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|p| serde_json::from_slice(&std::fs::read(p).unwrap()).unwrap()).collect()
}

fn first_version<T>(document: T) -> Vec<Version<T>> {
    let effective_from = NaiveDate::MIN;
    vec![Version { id: Uuid::nil(), number: 1, effective_from, effective_to: None, digest: String::new(), document: Arc::new(document) }]
}

static CATALOGUE: LazyLock<(Catalogue, Index)> = LazyLock::new(|| {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/zones/hengyang-gaoxin/zone.json");
    let catalogue = Catalogue {
        generation: 1,
        zone: Arc::new(serde_json::from_slice::<Zone>(&std::fs::read(profile).unwrap()).unwrap()),
        profiles: Vec::new(),
        base: Arc::new(BaseCatalogue::default()),
        matters: documents::<Matter>("matters").into_iter().map(|m| (m.code.clone(), first_version(m))).collect(),
        bundles: documents::<Bundle>("bundles").into_iter().map(|b| (b.code.clone(), first_version(b))).collect(),
    };
    let index = Index::build(&catalogue).unwrap();
    (catalogue, index)
});

fn search(text: &str) -> Vec<Hit> {
    let (catalogue, index) = &*CATALOGUE;
    index.search(catalogue, text, NaiveDate::from_ymd_opt(2024, 9, 27).unwrap(), 10).unwrap()
}

#[rstest]
// The words of the catalogue's list of synonyms.
#[case("开公司", "start-business", ReasonCode::Synonym)]
#[case("我想开公司", "start-business", ReasonCode::Synonym)]
#[case("生孩子", "newborn", ReasonCode::Synonym)]
#[case("上户口", "birth-household", ReasonCode::Synonym)]
#[case("渣土证", "spoil-disposal", ReasonCode::Synonym)]
#[case("开理发店", "hygiene-permit-once", ReasonCode::Synonym)]
#[case("水电报装", "utilities", ReasonCode::Synonym)]
// Names and parts of them.
#[case("施工许可", "construction-permit", ReasonCode::Synonym)]
#[case("食品经营许可", "food-licence", ReasonCode::Name)]
#[case("建设用地规划许可证", "land-planning-permit", ReasonCode::Name)]
#[case("分阶段施工许可证", "staged-permit", ReasonCode::Name)]
#[case("简易注销一件事", "company-deregistration-simple", ReasonCode::Synonym)]
// Pinyin and initials.
#[case("shigongxuke", "construction-permit", ReasonCode::Pinyin)]
#[case("xinshenger", "newborn", ReasonCode::Pinyin)]
#[case("shigong许可", "stage3-permit", ReasonCode::Pinyin)]
#[case("qykb", "start-business", ReasonCode::Initials)]
// Slips: a wrong character that sounds alike, one that doesn't, letters left out.
#[case("食品经营徐可证", "food-licence", ReasonCode::Pinyin)]
#[case("施工许可政", "construction-permit", ReasonCode::Pinyin)]
#[case("食品经营许克证", "food-licence", ReasonCode::Pinyin)]
#[case("xinshenhger", "newborn", ReasonCode::Similar)]
// Codes.
#[case("construction-permit", "construction-permit", ReasonCode::Code)]
// The words turned round.
#[case("公司注销", "close-business", ReasonCode::Synonym)]
fn what_people_type_finds_what_they_mean(#[case] typed: &str, #[case] expected: &str, #[case] why: ReasonCode) {
    let hits = search(typed);
    let shown: Vec<_> = hits.iter().map(|h| (h.code.as_str(), h.score, h.reason.text.as_str())).collect();
    assert_eq!(hits.first().map(|h| h.code.as_str()), Some(expected), "{typed}: {shown:?}");
    let reason = hits[0].reason.code;
    assert!(reason == why || matches!((why, reason), (ReasonCode::Pinyin, ReasonCode::Similar)), "{typed}: {shown:?}");
}

#[test]
fn hits_are_marked_and_nonsense_finds_nothing() {
    let hit = search("施工许可").remove(0);
    let marked: String = hit.highlight.iter().filter(|s| s.hit).map(|s| s.text.as_str()).collect();
    assert_eq!(marked, "施工许可");
    for nonsense in ["", "  ，。", "量子纠缠态制备", "zzzzqqqq", "\u{1F37C}"] {
        assert_eq!(search(nonsense), [], "{nonsense}");
    }
}
