//! One thing, one form, one set, one time: bundles made by data alone.

use crate::office::{Office, matter};
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{Answer, party};

fn bundle(code: &str, members: &[&str], edges: &[(&str, &str, &str)]) -> Value {
    json!({
        "code": code, "name": format!("{code}一件事"), "lead_department": "HUC", "summary": "一次申报、一次办好",
        "audiences": ["enterprise"], "members": members.iter().map(|m| json!({"matter": m})).collect::<Vec<_>>(),
        "edges": edges.iter().map(|(b, a, k)| json!({"before": b, "after": a, "kind": k})).collect::<Vec<_>>(),
        "promised_source": "illustrative", "source": "illustrative",
    })
}

fn codes(answer: &Answer, pointer: &str) -> Vec<String> {
    answer.body.pointer(pointer).unwrap().as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap().to_owned()).collect()
}

const ID: (&str, &str) = ("identity-proof", "身份证明");
const PLAN: (&str, &str) = ("planning-conditions-copy", "规划条件");
const FORM: (&str, &str) = ("application-form-paper", "申请表原件");
const SCHEME: (&str, &str) = ("design-scheme-drawing", "设计方案");

/// X, Y and Z of F16 and F19: 5 and 7 days in parallel, then 3.
async fn three_matters(office: &Office) {
    office.add("/matters/fx", &matter("fx", "事项甲", 5, &[ID, PLAN, FORM])).await.ok();
    office.add("/matters/fy", &matter("fy", "事项乙", 7, &[ID, SCHEME])).await.ok();
    let mut z = matter("fz", "事项丙", 3, &[PLAN]);
    z["department"] = json!("NRP");
    office.add("/matters/fz", &z).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_form_one_set_one_decision_run(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    three_matters(&office).await;
    office.add("/bundles/f-one", &bundle("f-one", &["fx", "fy", "fz"], &[("fx", "fz", "hard"), ("fy", "fz", "hard")])).await.ok();
    let guide = office.see("/bundles/f-one/guide").await.ok();
    let items = guide.body["assessment"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 4, "F16: asked for 4 materials, not 6");
    let identity = items.iter().find(|i| i["material"] == "identity-proof").unwrap();
    assert_eq!(identity["needed_by"], json!(["fx", "fy"]));
    assert_eq!(guide.body["form"]["required"], json!(["applicant_name"]), "one form");
    let schedule = &guide.body["schedule"];
    assert_eq!((&schedule["working_days"], &schedule["serial_working_days"]), (&json!(10.0), &json!(15.0)), "F19");
    assert_eq!(schedule["critical_path"], json!(["fy", "fz"]));
    assert_eq!(guide.body["materials"], json!({"asked": 5, "separately": 9, "reduction_percent": "44.44"}), "with one form each, and one");
    // F138: searched for and applied for at once, without a release.
    let found = office.see("/search?q=f-one").await.ok();
    assert_eq!(found.body["items"][0]["code"], "f-one");
    let owner = office.app.login(Role::Applicant, 0).await;
    let draft = json!({"bundle": "f-one", "parties": [party("organisation")], "form": {"applicant_name": "天嘉置业（示例）有限公司"}});
    let id = office.app.draft(&owner, &draft).await.text("/id");
    office.app.hand_in(&owner, &id, &[ID.0, PLAN.0, FORM.0, SCHEME.0]).await;
    let filed = office.app.submit(&owner, &id, "k").await.ok();
    assert_eq!(filed.body["cases"].as_array().unwrap().len(), 3, "F14: one application, three cases");
    office.add("/bundles/f-single", &bundle("f-single", &["fx"], &[])).await.ok();
    let single = json!({"bundle": "f-single", "parties": [party("organisation")], "form": {"applicant_name": "天嘉置业（示例）有限公司"}});
    let draft = office.app.draft(&owner, &single).await;
    let filed = office.app.submit(&owner, &draft.text("/id"), "s").await.ok();
    assert_eq!(filed.body["cases"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bundles_that_can_not_work_are_refused(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    three_matters(&office).await;
    let mut other = matter("fq", "事项丁", 4, &[]);
    other["form"]["properties"]["applicant_name"] = json!({"title": "申请人", "type": "integer", "x-sensitivity": 1});
    office.add("/matters/fq", &other).await.ok();
    let cycle = bundle("f-bad", &["fx", "fy", "fz"], &[("fx", "fy", "hard"), ("fy", "fz", "soft"), ("fz", "fx", "hard")]);
    let mut two_leads = bundle("f-bad", &["fx"], &[]);
    two_leads["lead_department"] = json!(["HUC", "NRP"]);
    let mut nearby = bundle("f-bad", &["fx"], &[]);
    (nearby["ways"], nearby["places"]) = (json!(["nearby"]), json!(["hall"]));
    let mut merged = bundle("f-bad", &["fx"], &[]);
    merged["steps"] = json!([{"name": "受理"}, {"name": "初审", "origin": "merged", "into": "复审"}]);
    let mut when = bundle("f-bad", &["fx", "fy"], &[]);
    when["members"][1]["when"] = json!("answers.nobody_asks == 'yes'");
    let mut hasty = bundle("f-bad", &["fx", "fy"], &[("fx", "fy", "hard")]);
    hasty["promised"] = json!({"n": 2, "unit": "working_day"});
    for (name, document, pointer, code) in [
        ("cycle", cycle, "/edges", "cycle"),
        ("conflicting fields", bundle("f-bad", &["fx", "fq"], &[]), "/members", "element_conflict"),
        ("unknown matter", bundle("f-bad", &["fx", "nothing"], &[]), "/members/1/matter", "unknown"),
        ("twice", bundle("f-bad", &["fx", "fx"], &[]), "/members/1", "duplicate"),
        ("no matter", bundle("f-bad", &[], &[]), "/members", "missing"),
        ("edge to a stranger", bundle("f-bad", &["fx"], &[("fx", "fy", "hard")]), "/edges/0/after", "unknown"),
        ("two leads", two_leads, "/lead_department", "wrong_type"),
        ("nearby without a place", nearby, "/ways", "nearby_without_place"),
        ("merged into nothing", merged, "/steps/1/into", "unknown"),
        ("promised shorter than its path", hasty, "/promised", "promised_below_path"),
        ("condition on nothing", when, "/members/1/when", "unknown_name"),
    ] {
        let id = office.begin("/bundles/f-bad", Some(&document)).await.expect(201).text("/id");
        let refused = office.submit(&id).await.problem(422, "document_flawed");
        let told: Vec<_> = refused.body["errors"].as_array().unwrap().iter().map(|e| (&e["pointer"], &e["code"])).collect();
        assert!(told.contains(&(&json!(pointer), &json!(code))), "{name}: {:?}", refused.body["errors"]);
    }
    // A matter can't be changed under a bundle that would no longer merge.
    office.add("/bundles/f-pair", &bundle("f-pair", &["fx", "fy"], &[])).await.ok();
    let id = office.begin("/matters/fx", None).await.expect(201).text("/id");
    office.revise(&id, json!({"form": other["form"]})).await.ok();
    let refused = office.submit(&id).await.problem(422, "document_flawed");
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("f-pair一件事"), "{}", refused.body);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_flow_made_anew_tells_what_became_of_each_step(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    three_matters(&office).await;
    let mut document = bundle("f-flow", &["fx", "fy"], &[]);
    let step = |name: &str, origin: &str| json!({"name": name, "origin": origin});
    let mut steps: Vec<Value> = ["一", "二", "三", "四", "五"].iter().map(|n| step(n, "kept")).collect();
    steps.extend([step("六", "cancelled"), step("七", "cancelled")]);
    steps.extend(["八", "九"].iter().map(|n| json!({"name": n, "origin": "merged", "into": "一"})));
    document["steps"] = json!(steps);
    office.add("/bundles/f-flow", &document).await.ok();
    let guide = office.see("/bundles/f-flow/guide").await.ok();
    assert_eq!(guide.body["bundle"]["step_count"], json!({"before": 9, "after": 5}), "F18");
    let origins: Vec<&str> = guide.body["bundle"]["steps"].as_array().unwrap().iter().map(|s| s["origin"].as_str().unwrap()).collect();
    assert_eq!((origins.iter().filter(|o| **o == "cancelled").count(), origins.iter().filter(|o| **o == "merged").count()), (2, 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_handbook_follows_every_change_and_keeps_its_editions(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    three_matters(&office).await;
    office.add("/bundles/f-book", &bundle("f-book", &["fx", "fy"], &[])).await.ok();
    let edition = |answer: &Answer| (answer.body["edition"].as_u64().unwrap(), answer.body["editions"].as_u64().unwrap());
    let limits = |answer: &Answer| answer.body["sheet"].to_string().contains("承诺4个工作日");
    let first = office.see("/bundles/f-book/handbook").await.ok();
    assert_eq!((edition(&first), limits(&first)), ((1, 1), false));
    office.change("/matters/fy", json!({"limits": {"promised": {"n": 4}}})).await.ok();
    let second = office.see("/bundles/f-book/handbook").await.ok();
    assert_eq!((edition(&second), limits(&second)), ((2, 2), true), "F20: changing a limit makes the next edition");
    let old = office.see("/bundles/f-book/handbook?edition=1").await.ok();
    assert_eq!((edition(&old), limits(&old)), ((1, 2), false), "edition 1 stays readable");
    office.see("/bundles/f-book/handbook?edition=3").await.problem(404, "not_found");
    // The zone's own words change too: what was superseded before keeps the old ones.
    office.change("/profile", json!({"hotline": "0734-12345"})).await.ok();
    let told = |answer: &Answer| answer.body["sheet"].to_string().contains("监督投诉：0734-12345");
    let (now, old) = (office.see("/bundles/f-book/handbook").await.ok(), office.see("/bundles/f-book/handbook?edition=1").await.ok());
    assert_eq!((told(&now), told(&old)), (true, false));
    let page = office.see("/bundles/f-book/handbook?format=html").await.ok();
    assert!(page.body.as_str().unwrap().contains("服务手册</h1>"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let pdf = office.see("/bundles/f-book/handbook?format=pdf").await.ok();
    assert!(pdf.body.as_str().unwrap().starts_with("%PDF-") && pdf.header("content-type") == "application/pdf");
    // What the app lists is what the window prints (F97).
    let notice = office.see("/bundles/f-book/notice").await.ok().body["sheet"].to_string();
    for item in office.see("/bundles/f-book/guide").await.ok().body["assessment"]["items"].as_array().unwrap() {
        assert!(notice.contains(item["name"].as_str().unwrap()), "{} in {notice}", item["name"]);
    }
    let stage = office.see("/matters/construction-permit/notice?answers=permit_stage:excavation,expropriation:no&format=html").await.ok();
    assert!(stage.body.as_str().unwrap().contains("规划条件批文") && !stage.body.as_str().unwrap().contains("修建性详细规划"));
    office.see("/bundles/nothing/handbook").await.problem(404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_zones_bundles_are_those_of_their_documents(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let at = |zone: &str, path: &str| office.app.call(Method::GET, &format!("/api/v1/zones/{zone}{path}")).send();
    let start = at("xiangtan-gaoxin", "/bundles/start-business").await.ok();
    let links: Vec<&str> = start.body["bundle"]["members"].as_array().unwrap().iter().map(|m| m["matter"].as_str().unwrap()).collect();
    assert_eq!(links, ["company-registration", "seal-filing", "tax-start", "social-insurance-employer", "housing-fund", "bank-account"]);
    assert_eq!(
        (&start.body["bundle"]["stated"]["materials_before"], &start.body["bundle"]["stated"]["materials_after"]),
        (&json!(23), &json!(6))
    );
    let guide = at("hengyang-gaoxin", "/bundles/newborn/guide").await.ok();
    assert_eq!(guide.body["matters"].as_array().unwrap().len(), 3, "three in one");
    for (bundle, days) in [("stage3-permit", 7.0), ("joint-completion", 10.0)] {
        let guide = at("hengyang-gaoxin", &format!("/bundles/{bundle}/guide")).await.ok();
        let told = guide.body["schedule"]["working_days"].as_f64().unwrap();
        let own = guide.body["bundle"]["promised_text"].as_str().unwrap_or_default().to_owned();
        assert!((told - days).abs() < 0.01 || own == format!("{days}个工作日"), "{bundle}: {told} {own}");
    }
    // 就近办 only where there is a place (F22).
    for zone in ["hengyang-gaoxin", "xiangtan-gaoxin", "xiangjiang-xinqu"] {
        let places = at(zone, "/places").await.ok();
        let outside: Vec<&Value> = places.body["items"].as_array().unwrap().iter().filter(|p| p["kind"] != "hall").collect();
        let nearby = at(zone, "/bundles?way=nearby&limit=100").await.ok();
        for found in nearby.body["items"].as_array().unwrap() {
            let here = found["places"].as_array().unwrap();
            assert!(outside.iter().any(|p| here.contains(&p["code"])), "{zone} {}", found["code"]);
        }
    }
    let stages = at("hengyang-gaoxin", "/bundles?stage=construction_permit").await.ok();
    assert!(codes(&stages, "/items").contains(&"stage3-permit".to_owned()));
    let services = at("hengyang-gaoxin", "/intermediary-services").await.ok();
    assert!(services.body["items"].as_array().unwrap().iter().all(|s| !s["basis"].as_str().unwrap().is_empty()), "F33");
    // One that nothing rests on is refused.
    let mut listed = services.body["items"].as_array().unwrap().clone();
    listed[0]["basis"] = json!("");
    let id = office.begin("/profile", None).await.expect(201).text("/id");
    office.revise(&id, json!({"intermediary_services": listed})).await.ok();
    let refused = office.submit(&id).await.problem(422, "document_flawed");
    assert_eq!(refused.body["errors"][0]["pointer"], "/intermediary_services/0/basis", "F33");
}
