use super::*;
use crate::catalogue::{BaseCatalogue, Bundle, Catalogue, Finding, Matter, Subject, Version, Zone, check_bundle, check_matter, check_zone};
use crate::local_time::start_of;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

fn calendar() -> WorkCalendar {
    WorkCalendar::new(WorkCalendar::parse_csv(include_str!("../../../../data/calendars/workdays.csv")).unwrap())
}

fn version<T>(number: u128, document: T) -> Version<T> {
    Version {
        id: Uuid::from_u128(number),
        number: 1,
        effective_from: "2020-01-01".parse().unwrap(),
        effective_to: None,
        digest: String::new(),
        document: Arc::new(document),
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

fn zone_dir(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/zones").join(slug)
}

fn catalogue(slug: &str) -> Catalogue {
    let dir = zone_dir(slug);
    let matters: Vec<Matter> = files(&dir.join("matters")).iter().map(|p| read(p)).collect();
    let bundles: Vec<Bundle> = files(&dir.join("bundles")).iter().map(|p| read(p)).collect();
    Catalogue {
        generation: 1,
        zone: Arc::new(read::<Zone>(&dir.join("zone.json"))),
        profiles: Vec::new(),
        base: Arc::new(read::<BaseCatalogue>(&dir.join("../../base/catalogue.json"))),
        matters: matters.into_iter().enumerate().map(|(i, m)| (m.code.clone(), vec![version(i as u128 + 1, m)])).collect(),
        bundles: bundles.into_iter().enumerate().map(|(i, b)| (b.code.clone(), vec![version(i as u128 + 1000, b)])).collect(),
    }
}

fn morning(day: &str) -> crate::local_time::Instant {
    start_of(day.parse().unwrap()) + TimeDelta::hours(10)
}

fn facts(answers: &[(&str, &str)], held: &[&str]) -> Facts {
    let text = |list: &[&str]| list.iter().map(|m| (*m).to_owned()).collect();
    Facts {
        answers: answers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        held: text(held),
        ..Facts::at(morning("2024-06-03"))
    }
}

fn judge(catalogue: &Catalogue, subject: Subject<'_>, facts: &Facts) -> Assessment {
    let plan = Plan::of(catalogue, subject, "2024-06-03".parse().unwrap()).unwrap();
    assess(&plan, facts, &calendar(), &catalogue.zone.hours)
}

fn missing(assessment: &Assessment) -> Vec<&str> {
    assessment.items.iter().filter(|i| i.blocks()).map(|i| i.name.as_str()).collect()
}

const ARTICLE_8: [&str; 5] =
    ["land-planning-permit", "construction-contract", "fund-commitment", "quality-safety-measures", "drawing-review-excavation"];

fn forbidding(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(Finding::forbids).collect()
}

#[test]
fn every_document_of_the_three_zones_passes_its_checks() {
    for slug in ["hengyang-gaoxin", "xiangtan-gaoxin", "xiangjiang-xinqu"] {
        let catalogue = catalogue(slug);
        assert_eq!(check_zone(&catalogue.zone), []);
        for matter in catalogue.matters.values().flatten() {
            assert_eq!(forbidding(check_matter(&matter.document, &catalogue.zone)), [], "{slug} {}", matter.document.code);
        }
        let find = |code: &str| catalogue.matters.get(code).map(|v| v[0].document.as_ref());
        for bundle in catalogue.bundles.values().flatten() {
            assert_eq!(
                forbidding(check_bundle(&bundle.document, &catalogue.zone, &catalogue.base, find)),
                [],
                "{slug} {}",
                bundle.document.code
            );
        }
    }
}

#[test]
fn no_bundle_asks_for_the_same_thing_twice() {
    for slug in ["hengyang-gaoxin", "xiangtan-gaoxin", "xiangjiang-xinqu"] {
        let catalogue = catalogue(slug);
        for code in catalogue.bundles.keys() {
            let asked = judge(&catalogue, Subject::Bundle(code), &facts(&[], &[]));
            let open = || asked.items.iter().filter(|i| i.status == ItemStatus::Missing);
            let alone: Vec<&str> = open().filter(|i| i.alternatives.is_empty()).map(|i| i.material.as_str()).collect();
            let twice = open().flat_map(|i| &i.alternatives).find(|a| alone.contains(&a.material.as_str()));
            assert!(twice.is_none(), "{slug} {code}: {twice:?}");
        }
    }
    // 测绘报告 is asked for by the verification and, as one of several, by the registration.
    let hengyang = catalogue("hengyang-gaoxin");
    let bundle = judge(&hengyang, Subject::Bundle("title-on-completion"), &facts(&[], &[]));
    let report = bundle.items.iter().find(|i| i.material == "completion-survey-report").unwrap();
    assert!(report.needed_by.len() > 1, "{:?}", report.needed_by);
}

#[test]
fn an_excavation_permit_rests_on_the_planning_conditions_and_the_other_points_of_article_8() {
    let hengyang = catalogue("hengyang-gaoxin");
    let permit = Subject::Matter("construction-permit");
    let stage = [("permit_stage", "excavation"), ("expropriation", "no")];
    let mut held = ARTICLE_8.to_vec();
    held.push("planning-conditions-approval");
    let whole = judge(&hengyang, permit, &facts(&stage, &held));
    assert!(whole.may_accept, "{:?} {:?}", whole.reasons, missing(&whole));
    assert_eq!(whole.expected.due_on.to_string(), "2024-06-06", "3 days from receipt");

    let alone = judge(&hengyang, permit, &facts(&stage, &["planning-conditions-approval"]));
    assert!(alone.may_submit && !alone.may_accept);
    assert_eq!(
        missing(&alone),
        ["建设用地规划许可证", "施工合同", "基坑支护施工图审查合格书", "建设资金已经落实承诺书", "保证工程质量和安全的具体措施资料"]
    );
    let land = &alone.items.iter().find(|i| i.material == "land-planning-permit").unwrap();
    assert_eq!(land.alternatives.len(), 3);
}

#[test]
fn below_zero_names_its_three_planning_documents_and_an_any_of_version_works_by_data() {
    let mut hengyang = catalogue("hengyang-gaoxin");
    let permit = Subject::Matter("construction-permit");
    let stage = [("permit_stage", "below_zero"), ("expropriation", "no")];
    let mut held = ARTICLE_8.to_vec();
    held.extend(["drawing-review-below-zero", "planning-conditions-approval"]);
    assert_eq!(missing(&judge(&hengyang, permit, &facts(&stage, &held))), ["修建性详细规划", "总平面图", "建设工程设计方案审查意见"]);
    held.extend(["site-detailed-plan", "general-site-plan", "design-scheme-opinion"]);
    assert!(judge(&hengyang, permit, &facts(&stage, &held)).may_accept);

    let mut document: Value = read(&zone_dir("hengyang-gaoxin").join("matters/construction-permit.json"));
    let group = document["requirements"].as_array_mut().unwrap().iter_mut().find(|r| r["code"] == "planning-below-zero").unwrap();
    group["need"] = json!("any");
    hengyang.matters.insert("construction-permit".into(), vec![version(1, serde_json::from_value(document).unwrap())]);
    let any_of = judge(&hengyang, permit, &facts(&stage, &ARTICLE_8));
    let group = any_of.items.iter().find(|i| i.material == "site-detailed-plan").unwrap();
    assert_eq!(
        group.alternatives.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
        ["修建性详细规划", "总平面图", "建设工程设计方案审查意见"]
    );
    held.retain(|m| !matches!(*m, "site-detailed-plan" | "design-scheme-opinion"));
    assert!(judge(&hengyang, permit, &facts(&stage, &held)).may_accept, "one of the three is enough now");
}

#[test]
fn above_zero_needs_the_planning_permit_and_the_drawing_review_unless_the_permit_is_deferred() {
    let hengyang = catalogue("hengyang-gaoxin");
    let permit = Subject::Matter("construction-permit");
    let stage = [("permit_stage", "above_zero"), ("expropriation", "no"), ("special_fire_project", "no")];
    let whole = [
        "land-planning-permit",
        "construction-contract",
        "fund-commitment",
        "quality-safety-measures",
        "works-planning-permit",
        "drawing-review-certificate",
        "fire-drawings",
    ];
    assert!(judge(&hengyang, permit, &facts(&stage, &whole)).may_accept);
    for left_out in ["works-planning-permit", "drawing-review-certificate"] {
        let held: Vec<&str> = whole.into_iter().filter(|m| *m != left_out).collect();
        assert!(!judge(&hengyang, permit, &facts(&stage, &held)).may_accept, "without {left_out}");
    }

    let mut stand_in: Vec<&str> = whole.into_iter().filter(|m| *m != "works-planning-permit").collect();
    let mut deferring = facts(&stage, &stand_in);
    deferring.defer = ["works-planning-permit".to_owned()].into();
    assert_eq!(judge(&hengyang, permit, &deferring).reasons[0].code, "deferral_stand_in_missing");
    stand_in.push("planning-pre-opinion");
    assert!(!judge(&hengyang, permit, &facts(&stage, &stand_in)).may_accept, "the opinion alone does not replace the permit");
    deferring.held.insert("planning-pre-opinion".to_owned());
    let deferred = judge(&hengyang, permit, &deferring);
    let item = deferred.items.iter().find(|i| i.material == "works-planning-permit").unwrap();
    assert!(deferred.may_accept, "{:?}", deferred.reasons);
    assert_eq!((item.status, item.until.unwrap().to_string().as_str()), (ItemStatus::Deferred, "2024-08-02"));
}

#[test]
fn deferral_is_refused_with_its_reason() {
    let hengyang = catalogue("hengyang-gaoxin");
    let ask = |matter, material: &str, bars: Vec<Reason>| {
        let mut facts = facts(&[("vending_machine", "no")], &[]);
        facts.defer = [material.to_owned()].into();
        facts.bars = bars;
        judge(&hengyang, Subject::Matter(matter), &facts)
            .reasons
            .into_iter()
            .map(|r| r.code)
            .filter(|c| c.starts_with("deferral"))
            .collect::<Vec<_>>()
    };
    assert_eq!(ask("food-licence", "food-safety-manager-proof", vec![]), Vec::<String>::new());
    assert_eq!(ask("food-licence", "food-safety-rules", vec![]), ["deferral_primary"]);
    assert_eq!(ask("food-licence", "food-safety-manager-proof", vec![Reason::new("barred", "", "")]), ["deferral_barred"]);
    assert_eq!(ask("fire-acceptance", "fire-as-built-drawings", vec![]), ["deferral_not_listed"]);
}

#[test]
fn a_commitment_replaces_what_the_list_covers_and_shortens_the_promise() {
    let hengyang = catalogue("hengyang-gaoxin");
    let hygiene = Subject::Matter("public-place-hygiene");
    let answers = [("first_application", "yes"), ("central_air_conditioning", "no")];
    let mut facts = facts(&answers, &["business-licence", "legal-person-id"]);
    let ordinary = judge(&hengyang, hygiene, &facts);
    assert_eq!(missing(&ordinary).len(), 4);
    assert_eq!(ordinary.expected.limit, crate::calendar::Limit::working_days(5));
    facts.commit =
        ["hygiene-floor-plan", "hygiene-test-report", "hygiene-management-rules", "staff-health-certificates"].map(str::to_owned).into();
    let committed = judge(&hengyang, hygiene, &facts);
    assert!(committed.may_accept, "{:?} {:?}", committed.reasons, missing(&committed));
    assert_eq!(committed.expected.limit, crate::calendar::Limit::working_days(1));
    facts.commit.insert("business-licence".to_owned());
    assert_eq!(judge(&hengyang, hygiene, &facts).reasons[0].code, "commitment_not_listed");
}

#[test]
fn a_bundle_never_asks_for_what_it_produces_itself() {
    let hengyang = catalogue("hengyang-gaoxin");
    let answers = [("born_in_hospital", "yes"), ("married_parents", "yes")];
    let newborn = judge(&hengyang, Subject::Bundle("newborn"), &facts(&answers, &["parents-id-cards", "household-register"]));
    assert!(newborn.may_accept, "{:?} {:?}", newborn.reasons, missing(&newborn));
    let by_status = |status| newborn.items.iter().filter(|i| i.status == status).map(|i| i.material.as_str()).collect::<Vec<_>>();
    assert_eq!(by_status(ItemStatus::Sibling), ["birth-certificate", "child-household-record"]);
    assert_eq!(newborn.expected.critical_path, ["birth-certificate", "birth-household", "resident-medical"]);
    assert_eq!(newborn.expected.due_on.to_string(), "2024-06-06", "1 + 1 + 1 working days");

    let xiangtan = catalogue("xiangtan-gaoxin");
    let answers = [("open_housing_fund", "yes"), ("open_bank_account", "yes"), ("pre_approval", "no")];
    let start = judge(&xiangtan, Subject::Bundle("start-business"), &facts(&answers, &[]));
    let ids = start.items.iter().find(|i| i.material == "officers-id").unwrap();
    assert_eq!(ids.needed_by, ["company-registration", "seal-filing", "tax-start", "housing-fund", "bank-account"], "asked once for all");
    assert_eq!(start.expected.due_at.as_deref(), Some("2024-06-03T14:30:00+08:00"), "one overall clock of half a working day");
}

#[test]
fn unanswered_unknown_and_unserved_are_said() {
    let hengyang = catalogue("hengyang-gaoxin");
    let mut facts = facts(&[("permit_stage", "roof"), ("colour", "red")], &[]);
    facts.applicant = Some(ApplicantFacts { kind: ApplicantKind::Person });
    let codes: BTreeMap<String, String> =
        judge(&hengyang, Subject::Matter("construction-permit"), &facts).reasons.into_iter().map(|r| (r.code, r.text)).collect();
    assert_eq!(codes.keys().collect::<Vec<_>>(), ["answer_unknown", "audience_mismatch", "situation_unanswered", "situation_unknown"]);
}

#[test]
fn members_that_take_no_part_ask_nothing() {
    let xiangtan = catalogue("xiangtan-gaoxin");
    let mut only_water = facts(
        &[("need_water", "yes"), ("need_power", "no"), ("need_gas", "no"), ("need_telecom", "no")],
        &["business-licence", "lease-contract"],
    );
    let form = json!({"applicant_name": "某公司", "utility_needs": {"water_dn": 50}, "premises_address": {"area_code": "430371", "detail": "示例路1号"}});
    only_water.form = form.as_object().cloned();
    let assessment = judge(&xiangtan, Subject::Bundle("utilities"), &only_water);
    assert!(assessment.may_accept, "the voltage of no power connection is nobody's business: {:?}", assessment.reasons);
    only_water.answers.insert("need_power".to_owned(), "yes".to_owned());
    assert_eq!(judge(&xiangtan, Subject::Bundle("utilities"), &only_water).reasons[0].code, "situation_unanswered");
}

#[test]
fn a_deferral_ends_with_the_promise_of_the_situation() {
    let hengyang = catalogue("hengyang-gaoxin");
    let mut excavation = facts(&[("permit_stage", "excavation"), ("expropriation", "no")], &ARTICLE_8);
    excavation.held.remove("fund-commitment");
    excavation.held.insert("planning-conditions-approval".to_owned());
    excavation.defer = ["fund-commitment".to_owned()].into();
    let assessment = judge(&hengyang, Subject::Matter("construction-permit"), &excavation);
    let item = assessment.items.iter().find(|i| i.material == "fund-commitment").unwrap();
    assert_eq!((item.until, item.status), (Some(assessment.expected.due_on), ItemStatus::Deferred));
}

mod merged {
    use super::*;
    use proptest::prelude::*;

    static HENGYANG: std::sync::LazyLock<Catalogue> = std::sync::LazyLock::new(|| catalogue("hengyang-gaoxin"));
    const MATERIALS: [&str; 6] = ["m0", "m1", "m2", "m3", "m4", "m5"];

    fn matter(code: &str, materials: &[usize], results: Option<usize>) -> Matter {
        let mut document: Value =
            serde_json::from_str(include_str!("../../../../data/zones/hengyang-gaoxin/matters/road-occupation.json")).unwrap();
        let choice = |i: &usize| {
            let issued = results.filter(|r| r == i).map(|_| "giver");
            let source = if issued.is_some() { "sibling" } else { "applicant" };
            let mut choice = json!({"material": MATERIALS[*i], "name": MATERIALS[*i], "source": source});
            if let Some(giver) = issued {
                choice["issued_by"] = json!(giver);
            }
            json!({"code": MATERIALS[*i], "class": "primary", "basis": "x", "choices": [choice]})
        };
        document["code"] = json!(code);
        document["requirements"] = materials.iter().map(choice).collect();
        for gone in ["situations", "limit_variants", "deferral", "commitment"] {
            document.as_object_mut().unwrap().remove(gone);
        }
        serde_json::from_value(document).unwrap()
    }

    proptest! {
        /// The union by material: nothing lost, nothing twice, the result of a sibling never asked for.
        #[test]
        fn materials_of_any_bundle(sets in proptest::collection::vec(proptest::collection::btree_set(0_usize..6, 0..6), 1..5), given in proptest::option::of(0_usize..6)) {
            let mut hengyang = HENGYANG.clone();
            let mut codes = vec!["giver".to_owned()];
            hengyang.matters.insert("giver".to_owned(), vec![version(9000, matter("giver", &[], None))]);
            for (i, set) in sets.iter().enumerate() {
                let code = format!("part-{i}");
                let materials: Vec<usize> = set.iter().copied().collect();
                hengyang.matters.insert(code.clone(), vec![version(9001 + i as u128, matter(&code, &materials, given))]);
                codes.push(code);
            }
            let members: Vec<Value> = codes.iter().map(|c| json!({"matter": c})).collect();
            let bundle: Bundle = serde_json::from_value(json!({"code": "any", "name": "任意", "lead_department": "HUC", "summary": "x",
                "members": members, "promised_source": "illustrative", "source": "illustrative"})).unwrap();
            hengyang.bundles.insert("any".to_owned(), vec![version(9999, bundle)]);
            let judged = judge(&hengyang, Subject::Bundle("any"), &facts(&[], &[]));
            let wanted: std::collections::BTreeSet<&str> = sets.iter().flatten().map(|i| MATERIALS[*i]).collect();
            let listed: Vec<&str> = judged.items.iter().map(|i| i.material.as_str()).collect();
            prop_assert_eq!(listed.len(), wanted.len(), "nothing twice");
            prop_assert_eq!(listed.iter().copied().collect::<std::collections::BTreeSet<_>>(), wanted, "nothing lost");
            for item in &judged.items {
                let is_result = given.is_some_and(|g| MATERIALS[g] == item.material);
                prop_assert_eq!(item.status == ItemStatus::Sibling, is_result, "a sibling's result is never asked for");
                let users: Vec<String> = sets.iter().enumerate()
                    .filter(|(_, set)| set.iter().any(|i| MATERIALS[*i] == item.material)).map(|(i, _)| format!("part-{i}")).collect();
                prop_assert_eq!(&item.needed_by, &users, "every matter that needs it is told");
            }
        }
    }
}
