//! Hearings and those whom a grant concerns; terms, reminders and separations the law sets.

use crate::office::matter;
use crate::side_by_side::{Hall, Member, case_of, id_of};
use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

/// One licence of the planning department, accepted.
async fn accepted(database: Database, change: impl Fn(&mut Value)) -> (Hall, String, String) {
    let hall = Hall::open_at(database, "2024-06-03T10:00:00+08:00").await;
    let mut document = matter("h-permit", "规划许可变更", 10, &[PAPER]);
    (document["department"], document["procedure"]) = (json!("NRP"), json!("licence"));
    change(&mut document);
    hall.office.add("/matters/h-permit", &document).await.ok();
    let filed = hall.file("matter", "h-permit", &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
    (hall, filed.text("/id"), filed.text("/cases/0/id"))
}

/// Another officer of the department, who has not looked at the case.
async fn colleague(hall: &Hall) -> (String, String) {
    let token = hall.office.app.login_officer("NRP", 1).await;
    let account = hall.office.app.call(reqwest::Method::GET, "/api/v1/account").bearer(&token).send().await.ok();
    (token, account.text("/id"))
}

fn examined() -> Value {
    json!({"method": "desk", "checklist": [{"point": "fits", "passed": true}], "opinion": "符合"})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_neighbour_is_told_asks_and_is_heard_before_anything_is_decided(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, id, case) = accepted(database, |_| ()).await;
    let on = |verb: &str| format!("/cases/{case}/{verb}");
    hall.act(&hall.nrp, &on("examine"), examined()).await.ok();
    let told = json!({"name": "李四海", "phone": "13800003210", "interest": "相邻住宅的日照"});
    hall.act(&hall.huc, &on("tell-interested"), told.clone()).await.problem(404, "not_found");
    hall.act(&hall.clerk, &on("tell-interested"), told.clone()).await.problem(403, "forbidden");
    hall.act(&hall.nrp, &on("tell-interested"), json!({"name": "李四海", "phone": "123", "interest": "日照"}))
        .await
        .problem(422, "invalid_body");
    hall.act(&hall.nrp, &on("tell-interested"), told.clone()).await.ok();
    let mut heard = told;
    heard["statement"] = json!("遮挡冬至日照两小时");
    hall.act(&hall.nrp, &on("tell-interested"), heard).await.ok();
    assert_eq!(code(&hall.act(&hall.owner, &on("request-hearing"), json!({})).await.problem(409, "state_forbids")), "case_state");
    hall.act(&hall.nrp, &on("offer-hearing"), json!({"cause": "significant", "subject": "拟准予变更"})).await.ok();
    let decide = json!({"granted": true, "opinion": "同意"});
    let early = hall.act(&hall.nrp, &on("decide"), decide.clone()).await.problem(409, "state_forbids");
    assert_eq!(code(&early), "hearing_open", "the term to ask is running");
    let seen = hall.office.app.see(&hall.owner, &on("hearing")).await.ok();
    assert_eq!((&seen.body["stage"], &seen.body["due_on"]), (&json!("offered"), &json!("2024-06-11")));
    let party = &seen.body["interested"][0];
    assert_eq!(
        (&party["name"], &party["phone"], &party["statement"]),
        (&json!("李*海"), &json!("138****3210"), &json!("遮挡冬至日照两小时"))
    );
    let reached = hall.office.app.see(&hall.nrp, &on("hearing")).await.ok();
    assert_eq!(reached.body["interested"][0]["phone"], "13800003210", "to the department that has to reach him");
    hall.office.app.see(&hall.huc, &on("hearing")).await.problem(404, "not_found");
    let stranger = hall.office.app.login(Role::Applicant, 1).await;
    hall.office.app.see(&stranger, &on("hearing")).await.problem(404, "not_found");
    hall.act(&stranger, &on("request-hearing"), json!({})).await.problem(404, "not_found");
    // The department takes the neighbour's request down; not that of somebody nobody told.
    let unknown = hall.act(&hall.nrp, &on("request-hearing"), json!({"interested": "王五"})).await.problem(422, "invalid_body");
    assert_eq!(code(&unknown), "interested_unknown");
    let asked = hall.act(&hall.nrp, &on("request-hearing"), json!({"interested": "李四海"})).await.ok();
    assert_eq!(asked.body["state_name"], "特别程序中", "the time of the hearing is not counted");
    let (chair_token, chair) = colleague(&hall).await;
    let call = |at: &str, chair: &str| json!({"at": at, "place": "三楼听证室", "chair": chair});
    let examiner = hall.office.app.call(reqwest::Method::GET, "/api/v1/account").bearer(&hall.nrp).send().await.ok().text("/id");
    for (at, chair, refused) in [
        ("2024-06-12T09:00:00+08:00", chair.as_str(), "hearing_too_soon"),
        ("2024-07-31T09:00:00+08:00", chair.as_str(), "hearing_too_late"),
        ("2024-06-20T09:00:00+08:00", examiner.as_str(), "chair_examined"),
    ] {
        assert_eq!(code(&hall.act(&hall.nrp, &on("call-hearing"), call(at, chair)).await.problem(409, "state_forbids")), refused);
    }
    hall.act(&hall.nrp, &on("call-hearing"), call("2024-06-20T09:00:00+08:00", &chair)).await.ok();
    let resumed = hall.act(&hall.nrp, &on("resume"), json!({"result": "完"})).await.problem(409, "state_forbids");
    assert_eq!(code(&resumed), "hearing_open", "its time is not counted until it was held");
    let record = json!({"participants": ["李四海", "天嘉置业（示例）有限公司"], "record": "双方质证"});
    assert_eq!(code(&hall.act(&hall.nrp, &on("hold-hearing"), record.clone()).await.problem(403, "not_allowed")), "not_the_chair");
    assert_eq!(code(&hall.act(&chair_token, &on("hold-hearing"), record.clone()).await.problem(409, "state_forbids")), "hearing_not_begun");
    let hall = hall.later("2024-06-20T11:00:00+08:00").await;
    let (chair_token, _) = colleague(&hall).await;
    let held = hall.act(&chair_token, &on("hold-hearing"), record).await.ok();
    // Ten working days from 3 June: none had passed when it was asked for on the day itself; they go on after the 20th.
    assert_eq!((&held.body["state_name"], &held.body["due_on"]), (&json!("已受理"), &json!("2024-07-04")));
    hall.act(&hall.nrp, &on("decide"), decide).await.ok();
    let receipts = hall.office.app.see(&hall.owner, &format!("/applications/{id}/receipts")).await.ok();
    let kinds: Vec<&str> = receipts.body["items"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"hearing_right") && kinds.contains(&"hearing_call"), "{kinds:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_asks_for_is_over_and_what_the_law_demands_is_held(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, case) = accepted(database, |_| ()).await;
    let on = |verb: &str| format!("/cases/{case}/{verb}");
    hall.act(&hall.nrp, &on("examine"), examined()).await.ok();
    hall.act(&hall.nrp, &on("offer-hearing"), json!({"cause": "significant", "subject": "拟准予"})).await.ok();
    let hall = hall.later("2024-06-12T09:00:00+08:00").await;
    assert_eq!(hall.office.app.see(&hall.owner, &on("hearing")).await.ok().body["stage"], "declined");
    assert_eq!(code(&hall.act(&hall.owner, &on("request-hearing"), json!({})).await.problem(409, "state_forbids")), "case_state");
    hall.act(&hall.nrp, &on("decide"), json!({"granted": true, "opinion": "同意"})).await.ok();
    drop(hall);
    let (hall, _, case) = accepted(database, |m| m["hearing_by"] = json!("城乡规划法 50")).await;
    let on = |verb: &str| format!("/cases/{case}/{verb}");
    hall.act(&hall.nrp, &on("examine"), examined()).await.ok();
    let refused = hall.act(&hall.nrp, &on("decide"), json!({"granted": true, "opinion": "同意"})).await.problem(409, "state_forbids");
    assert_eq!(code(&refused), "hearing_required");
    hall.act(&hall.nrp, &on("offer-hearing"), json!({"cause": "by_law", "subject": "拟变更"})).await.ok();
    let duties = hall.office.app.see(&hall.supervisor, "/obligations?state=open").await.ok();
    assert!(duties.body.to_string().contains("hearing_due"), "{}", duties.body);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_accepted_does_not_examine_and_false_materials_bar_what_touches_safety(#[values(Sqlite, Postgres)] database: Database) {
    for (safety, barred) in [(true, true), (false, false)] {
        let (hall, _, case) = accepted(database, |m| m["touches_safety"] = json!(safety)).await;
        let wrong = json!({"granted": true, "opinion": "同意", "false_materials": true});
        hall.act(&hall.nrp, &format!("/cases/{case}/examine"), examined()).await.ok();
        assert_eq!(
            code(&hall.act(&hall.nrp, &format!("/cases/{case}/decide"), wrong).await.problem(422, "invalid_body")),
            "only_for_refusal"
        );
        let refuse = json!({"granted": false, "opinion": "虚假", "false_materials": true,
            "refusals": [{"reason": "提供虚假证明", "basis": "行政许可法 78"}]});
        hall.act(&hall.nrp, &format!("/cases/{case}/decide"), refuse).await.ok();
        let draft = json!({"matter": "h-permit", "parties": [support::party("organisation")], "form": {"applicant_name": "天嘉置业（示例）有限公司"}});
        let id = hall.office.app.draft(&hall.owner, &draft).await.text("/id");
        hall.office.app.hand_in(&hall.owner, &id, &[PAPER.0]).await;
        let answer = hall.office.app.submit(&hall.owner, &id, "again").await;
        assert_eq!(answer.status != 200, barred, "{safety}: {}", answer.body);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_term_of_its_own_and_fifteen_days_where_departments_work_together(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open_at(database, "2024-06-03T10:00:00+08:00").await;
    let members: &[Member<'_>] = &[("j-one", "HUC", 10, &[PAPER]), ("j-two", "NRP", 10, &[PAPER])];
    hall.publish("j-both", members, &[], |_| ()).await;
    hall.office.change("/matters/j-one", json!({"supplement_term": {"n": 10, "unit": "working_day"}})).await.ok();
    let filed = hall.file("bundle", "j-both", &[PAPER.0]).await;
    let (id, one, two) = (filed.text("/id"), id_of(&filed, "j-one"), id_of(&filed, "j-two"));
    let notice = json!({"cases": [one], "items": [{"material": PAPER.0, "defect": "未盖章", "remedy": "盖章"}]});
    let told = hall.act(&hall.clerk, &format!("/applications/{id}/supplement-notice"), notice).await.ok();
    assert_eq!(case_of(&told, "j-one")["supplement_due_on"], "2024-06-18", "ten working days, not the zone's thirty");
    let owed = hall.office.app.see(&hall.owner, "/reminders").await.ok();
    let first = &owed.body["items"][0];
    assert_eq!((&first["kind"], &first["due_on"], &first["working_days_left"]), (&json!("supplement"), &json!("2024-06-18"), &json!(10)));
    let stranger = hall.office.app.login(Role::Applicant, 1).await;
    assert_eq!(hall.office.app.see(&stranger, "/reminders").await.ok().body["items"], json!([]));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({"cases": [two]})).await.ok();
    let extend =
        json!({"days": 15, "joint": true, "reason": "复杂", "approved_by": "管委会主任", "told_applicant_at": "2024-06-03T09:00:00+08:00"});
    let extended = hall.act(&hall.nrp, &format!("/cases/{two}/extend"), extend).await.ok();
    assert_eq!(extended.body["due_on"], "2024-07-09", "10 + 15 working days");
    // Three working days before the end the applicant is reminded, once, dated to that morning.
    let told = async |hall: &Hall| {
        let timeline = hall.office.app.see(&hall.owner, &format!("/applications/{id}/timeline")).await.ok();
        let all = timeline.body["items"].as_array().unwrap().clone();
        all.into_iter().filter(|e| e["kind"] == "reminder_given").map(|e| e["at"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let hall = hall.later("2024-06-12T23:00:00+08:00").await;
    assert!(told(&hall).await.is_empty());
    let hall = hall.later("2024-06-14T09:00:00+08:00").await;
    assert_eq!(told(&hall).await, ["2024-06-13T00:00:00+08:00"]);
    let hall = hall.later("2024-06-17T09:00:00+08:00").await;
    assert_eq!(told(&hall).await.len(), 1);
}
