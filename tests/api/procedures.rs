//! Each procedure has its own receipt, silence, extension and papers; what an area has, a project need not bring.

use crate::office::matter;
use crate::side_by_side::{Hall, case_of};
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

async fn publish(hall: &Hall, code: &str, procedure: &str, change: impl Fn(&mut Value)) {
    let mut document = matter(code, code, 3, &[PAPER]);
    document["procedure"] = json!(procedure);
    change(&mut document);
    hall.office.add(&format!("/matters/{code}"), &document).await.ok();
}

async fn titles(hall: &Hall, id: &str) -> Vec<String> {
    let receipts = hall.office.app.see(&hall.owner, &format!("/applications/{id}/receipts")).await.ok();
    receipts.body["items"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_refused_on_the_spot_or_silence_of_the_day_accepts_it(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let silence = json!({"within": {"n": 0, "unit": "working_day"}, "basis": "不动产登记暂行条例 17"});
    publish(&hall, "y-title", "registration", |m| {
        (m["silence"], m["refuses_incomplete_by"]) = (silence.clone(), json!("不动产登记暂行条例 17"));
    })
    .await;
    publish(&hall, "y-marriage", "registration", |_| ()).await;
    publish(&hall, "y-licence", "licence", |_| ()).await;
    let refuse = json!({"ground": "incomplete", "explanation": "材料不齐全"});
    let filed = hall.file("matter", "y-title", &[]).await;
    let id = filed.text("/id");
    let refused = hall.act(&hall.clerk, &format!("/applications/{id}/reject"), refuse.clone()).await.ok();
    assert_eq!(case_of(&refused, "y-title")["ending"], "incomplete");
    let (state, application) = (hall.office.app.state(), id.parse().unwrap());
    let zone = state.snapshots.zone("hengyang-gaoxin").unwrap().zone;
    let papers = state.db.read(move |tx| persistence::instrument::list(tx, zone, application)).await.unwrap();
    assert!(papers[0].text.paragraphs.iter().any(|p| p.contains("申请表原件")), "everything that is missing is listed");
    // A licence is noticed once instead; a complete filing can't be refused as incomplete.
    // So is a registration whose own law does not say otherwise.
    for other in ["y-licence", "y-marriage"] {
        let filed = hall.file("matter", other, &[]).await.text("/id");
        let instead = hall.act(&hall.clerk, &format!("/applications/{filed}/reject"), refuse.clone()).await.problem(403, "not_allowed");
        assert_eq!(code(&instead), "notice_instead", "{other}");
    }
    let whole = hall.file("matter", "y-title", &[PAPER.0]).await.text("/id");
    hall.act(&hall.clerk, &format!("/applications/{whole}/reject"), refuse).await.problem(422, "invalid_body");
    // Nobody says anything on the day: accepted from that day.
    let hall = hall.later("2024-09-29T09:00:00+08:00").await;
    let accepted = hall.look(&whole).await;
    let case = case_of(&accepted, "y-title");
    assert_eq!((&case["state"], &case["deemed_accepted"], &case["accepted_on"]), (&json!("accepted"), &json!(true), &json!("2024-09-27")));
    let clock = hall.office.app.see(&hall.huc, &format!("/cases/{}/clock", case["id"].as_str().unwrap())).await.ok();
    assert_eq!(clock.body["entries"][0]["basis"], "不动产登记暂行条例 17");
    assert!(titles(&hall, &whole).await.contains(&"受理凭证".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn papers_and_extensions_follow_the_procedure(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    for (procedure, grant, refusal, extends) in [
        ("licence", "准予行政许可决定书", "不予行政许可决定书", Some(10)),
        ("registration", "准予登记通知书", "不予登记决定书", Some(3)),
        ("confirmation", "行政确认决定书", "不予确认决定书", None),
        ("filing", "备案回执", "不予备案告知书", None),
        ("public_service", "办理结果告知书", "不予办理告知书", None),
        ("joint_acceptance", "联合验收合格意见书", "联合验收整改意见书", None),
    ] {
        let code_of = format!("z-{}", procedure.replace('_', "-"));
        publish(&hall, &code_of, procedure, |m| {
            if procedure == "registration" {
                m["extension"] = json!({"days": 3, "basis": "市场主体登记管理条例 19"});
            }
        })
        .await;
        let accepted = async |hall: &Hall| {
            let filed = hall.file("matter", &code_of, &[PAPER.0]).await;
            hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
            (filed.text("/id"), filed.text("/cases/0/id"))
        };
        let (id, case) = accepted(&hall).await;
        let extend = |days: u32, joint: bool| json!({"days": days, "joint": joint, "reason": "复杂", "approved_by": "负责人", "told_applicant_at": "2024-09-27T09:00:00+08:00"});
        let path = format!("/cases/{case}/extend");
        match extends {
            Some(most) => {
                assert_eq!(
                    code(&hall.act(&hall.huc, &path, extend(most + 1, false)).await.problem(409, "state_forbids")),
                    "extension_too_long"
                );
                // One department alone has no use of the term for joint handling.
                let joint = hall.act(&hall.huc, &path, extend(15, true)).await.problem(409, "state_forbids");
                assert_eq!(code(&joint), "not_handled_jointly");
                hall.act(&hall.huc, &path, extend(most, false)).await.ok();
            }
            None => assert_eq!(code(&hall.act(&hall.huc, &path, extend(1, false)).await.problem(409, "state_forbids")), "not_extendable"),
        }
        if procedure == "filing" {
            // A filing ends with its receipt: only its form is looked at.
            hall.act(&hall.huc, &format!("/cases/{case}/decide"), json!({"granted": true, "opinion": "准予备案"})).await.ok();
        } else {
            hall.grant(&hall.huc, &case).await.ok();
        }
        assert!(titles(&hall, &id).await.contains(&grant.to_owned()), "{procedure}");
        let (id, case) = accepted(&hall).await;
        hall.refuse(&hall.huc, &case).await.ok();
        assert!(titles(&hall, &id).await.contains(&refusal.to_owned()), "{procedure}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_project_takes_what_its_area_was_assessed_for_while_it_holds(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let assessment = json!([{"area": "east-block", "name": "东片区", "matter": "a-hazard", "result": "适宜建设", "document": "衡高新评〔2024〕1号（示例）",
        "valid_from": "2024-01-01", "valid_to": "2024-10-31", "source": "illustrative"}]);
    hall.office.change("/profile", json!({"area_assessments": assessment})).await.ok();
    hall.publish("a-stage", &[("a-hazard", "NRP", 5, &[("a-report", "评估报告")]), ("a-permit", "HUC", 5, &[PAPER])], &[], |_| ()).await;
    let ask = async |hall: &Hall, area: &str, on: &str| {
        let body = json!({"bundle": "a-stage", "project": {"area": area}, "on": on});
        let told = hall.office.app.post("/precheck", &body).send().await.ok();
        let exempt = told.body["exempt"].as_array().map_or(0, Vec::len);
        (exempt, told.body["items"].to_string().contains("a-report"))
    };
    assert_eq!(ask(&hall, "east-block", "2024-09-27").await, (1, false), "F47: exempt by the area's assessment");
    assert_eq!(ask(&hall, "east-block", "2024-11-01").await, (0, true), "expired: asked for again");
    assert_eq!(ask(&hall, "west-block", "2024-09-27").await, (0, true));
    let project = json!({"name": "天嘉·上河九章", "area": "east-block"});
    let filed = hall.file_with(json!({"bundle": "a-stage", "project": project}), &[PAPER.0]).await;
    let matters: Vec<&str> = filed.body["cases"].as_array().unwrap().iter().map(|c| c["matter"].as_str().unwrap()).collect();
    assert_eq!(matters, ["a-permit"], "no case, no cost");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_taken_in_the_name_of_whose_power_it_is(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    for (code_of, authority, delegated_by, body, review) in [
        ("n-own", "own", None, "衡阳高新区", "衡阳市人民政府"),
        ("n-entrusted", "entrusted", Some("衡阳市住房和城乡建设局"), "衡阳市住房和城乡建设局", "有管辖权的行政复议机关"),
    ] {
        publish(&hall, code_of, "licence", |m| {
            m["authority"] = json!(authority);
            if let Some(body) = delegated_by {
                m["delegated_by"] = json!(body);
            }
        })
        .await;
        let filed = hall.file("matter", code_of, &[PAPER.0]).await;
        let id = filed.text("/id");
        hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
        hall.refuse(&hall.huc, &filed.text("/cases/0/id")).await.ok();
        let (state, application) = (hall.office.app.state(), id.parse().unwrap());
        let zone = state.snapshots.zone("hengyang-gaoxin").unwrap().zone;
        let papers = state.db.read(move |tx| persistence::instrument::list(tx, zone, application)).await.unwrap();
        let refusal = papers.iter().find(|p| p.text.title == "不予行政许可决定书").unwrap();
        let told = refusal.text.paragraphs.join("");
        assert!(
            refusal.text.body.contains(body) && told.contains(&format!("依法向{review}申请行政复议")),
            "{code_of}: {} {told}",
            refusal.text.body
        );
    }
    let mut nameless = matter("n-nameless", "无委托机关", 3, &[PAPER]);
    nameless["authority"] = json!("entrusted");
    let id = hall.office.begin("/matters/n-nameless", Some(&nameless)).await.expect(201).text("/id");
    let refused = hall.office.submit(&id).await.problem(422, "document_flawed");
    assert_eq!(refused.body["errors"][0]["pointer"], "/delegated_by");
}
