//! Deferral and commitment at scale: second approver, results that meet what was deferred, checks, figures.

use crate::office::matter;
use crate::side_by_side::{Hall, id_of, state_of};
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

/// A permit that may go before the planning permit, which another matter issues.
fn permit(kind: &str) -> Value {
    let mut permit = matter("v-permit", "施工许可", 7, &[PAPER]);
    let choice = json!({"material": "v-planning-permit", "name": "建设工程规划许可证", "source": "sibling", "issued_by": "v-planning"});
    let group = json!({"code": "planning", "class": "deferrable", "basis": "建筑法 8", "choices": [choice]});
    permit["requirements"].as_array_mut().unwrap().push(group);
    permit["deferral"] = json!({"basis": "容缺办理事项清单", "entries": [
        {"material": "v-planning-permit", "kind": kind, "term": {"n": if kind == "after_grant" { 20 } else { 5 }, "unit": "working_day"}}]});
    permit
}

async fn hall(database: Database, kind: &str) -> Hall {
    let hall = Hall::open(database).await;
    let mut planning = matter("v-planning", "规划许可", 10, &[PAPER]);
    planning["department"] = json!("NRP");
    hall.office.add("/matters/v-planning", &planning).await.ok();
    hall.office.add("/matters/v-permit", &permit(kind)).await.ok();
    hall
}

fn project() -> Value {
    json!({"code": "2309-430400-04-01-123456", "name": "天嘉·上河九章"})
}

fn figure(answer: &Answer, code: &str) -> u64 {
    answer.body["items"].as_array().unwrap().iter().find(|f| f["code"] == code).unwrap()["count"].as_u64().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_before_a_deferred_material_needs_a_second_official(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database, "after_grant").await;
    let filed = hall.file_deferring(json!({"matter": "v-permit", "project": project()}), &[PAPER.0], "v-planning-permit").await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    let approve = format!("/cases/{case}/approve-deferral");
    assert_eq!(code(&hall.grant(&hall.huc, &case).await.problem(409, "state_forbids")), "second_approver_required");
    hall.act(&hall.nrp, &approve, json!({"opinion": "同意"})).await.problem(404, "not_found");
    hall.act(&hall.huc, &approve, json!({"opinion": "同意"})).await.ok();
    assert_eq!(code(&hall.act(&hall.huc, &approve, json!({"opinion": "同意"})).await.problem(409, "state_forbids")), "deferral_approved");
    assert_eq!(code(&hall.grant(&hall.huc, &case).await.problem(409, "state_forbids")), "second_approver_same");
    let second = hall.office.app.login_officer("HUC", 1).await;
    let granted = hall.grant(&second, &case).await.ok();
    assert_eq!((&granted.body["outcome"], &granted.body["exchange_state"]), (&json!("granted_with_deferral"), &json!(12)));
    let printed = hall.office.see("/register").await.ok();
    let remark = printed.body["items"][0]["remark"].as_str().unwrap();
    // Twenty working days from 27 September 2024.
    assert!(remark.contains("建设工程规划许可证") && remark.contains("2024-10-30") && remark.contains("容缺办理事项清单"), "{remark}");
    let figures = hall.office.see("/handling-figures").await.ok();
    assert_eq!((figure(&figures, "deferral_projects"), figure(&figures, "deferral_cases")), (1, 1), "F34");
    // Granted later, in another application of the project: nobody uploads what the hall made out itself.
    let planning = hall.file_with(json!({"matter": "v-planning", "project": project()}), &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", planning.text("/id")), json!({})).await.ok();
    let hall = hall.later("2024-10-08T10:00:00+08:00").await;
    hall.grant(&hall.nrp, &planning.text("/cases/0/id")).await.ok();
    let hall = hall.later("2024-10-08T11:00:00+08:00").await;
    let seen = hall.office.app.see(&hall.owner, &format!("/cases/{case}")).await.ok();
    let duty = &seen.body["obligations"][0];
    assert_eq!((&duty["state"], &duty["settled_at"]), (&json!("fulfilled"), &json!("2024-10-08T10:00:00+08:00")), "dated to the grant");
    // A second application of the same project counts the case, not the project.
    let again = hall.file_deferring(json!({"matter": "v-permit", "project": project()}), &[PAPER.0], "v-planning-permit").await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", again.text("/id")), json!({})).await.ok();
    let figures = hall.office.see("/handling-figures").await.ok();
    assert_eq!((figure(&figures, "deferral_projects"), figure(&figures, "deferral_cases")), (1, 2));
    hall.office.see("/handling-figures?from=2025-01-01&to=2024-01-01").await.problem(422, "invalid_query");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_came_in_time_counts_however_late_it_is_noticed(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database, "before_decision").await;
    let filed = hall.file_deferring(json!({"matter": "v-permit", "project": project()}), &[PAPER.0], "v-planning-permit").await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    assert_eq!(code(&hall.grant(&hall.huc, &case).await.problem(409, "state_forbids")), "deferred_material_open");
    let planning = hall.file_with(json!({"matter": "v-planning", "project": project()}), &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", planning.text("/id")), json!({})).await.ok();
    hall.grant(&hall.nrp, &planning.text("/cases/0/id")).await.ok();
    // No timer runs until long after the deferral's last day; still nothing has lapsed.
    hall.office.app.state().db.clock().set(chrono::DateTime::parse_from_rfc3339("2024-10-11T10:00:00+08:00").unwrap().to_utc());
    let hall = hall.later("2024-10-11T10:00:01+08:00").await;
    let seen = hall.office.app.see(&hall.owner, &format!("/cases/{case}")).await.ok();
    assert_eq!((&seen.body["obligations"][0]["state"], &seen.body["case"]["proceeding"]), (&json!("fulfilled"), &Value::Null));
    hall.act(&hall.huc, &format!("/cases/{case}/decide"), json!({"granted": true, "opinion": "同意", "delay_reason": "等待"})).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn commitments_are_checked_as_planned_and_counted(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let mut committed = matter("w-hygiene", "公共场所卫生许可", 1, &[PAPER, ("w-plan", "平面图")]);
    committed["commitment"] = json!({"basis": "告知承诺事项清单", "covers": ["w-plan"], "check": {"time": "before_grant"},
        "check_within": {"n": 30, "unit": "working_day"}, "notice": "卫生标准"});
    hall.office.add("/matters/w-hygiene", &committed).await.ok();
    let begin = |hall: &Hall| {
        let draft = json!({"matter": "w-hygiene", "parties": [support::party("organisation")], "form": {"applicant_name": "某店"}});
        let (app, owner) = (hall.office.app.post("/applications", &draft), hall.owner.clone());
        async move { app.bearer(&owner).send().await.expect(201).text("/id") }
    };
    let file = async |hall: &Hall| {
        let id = begin(hall).await;
        hall.office.app.hand_in(&hall.owner, &id, &[PAPER.0]).await;
        hall.sign(&id, "commitment", "w-plan").await.ok();
        let filed = hall.office.app.submit(&hall.owner, &id, &id).await.ok();
        hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
        filed
    };
    let decide = json!({"granted": true, "opinion": "同意"});
    let filed = file(&hall).await;
    let case = filed.text("/cases/0/id");
    let early = hall.act(&hall.huc, &format!("/cases/{case}/decide"), decide.clone()).await.problem(409, "state_forbids");
    assert_eq!(code(&early), "not_examined", "checked before the grant");
    hall.grant(&hall.huc, &case).await.ok();
    assert_eq!(state_of(&hall.look(&filed.text("/id")).await, "w-hygiene"), "decided");
    let owed = async |hall: &Hall, case: &str| {
        let seen = hall.office.app.see(&hall.supervisor, &format!("/cases/{case}")).await.ok();
        seen.body["obligations"].as_array().unwrap().iter().filter(|o| o["kind"] == "post_check").count()
    };
    assert_eq!(owed(&hall, &case).await, 0);
    // Drawn at random: all of them at 100 per cent.
    committed["commitment"]["check"] = json!({"time": "random", "share_percent": 100});
    hall.office.change("/matters/w-hygiene", committed).await.ok();
    let case = id_of(&file(&hall).await, "w-hygiene");
    hall.act(&hall.huc, &format!("/cases/{case}/decide"), decide).await.ok();
    assert_eq!(owed(&hall, &case).await, 1);
    assert_eq!(figure(&hall.office.see("/handling-figures").await.ok(), "commitment_cases"), 2, "F35");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_commitment_is_taken_back_until_its_own_matter_is_decided(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    hall.publish("x-both", &[("x-shop", "HUC", 5, &[PAPER, ("x-plan", "平面图")]), ("x-sign", "NRP", 5, &[PAPER])], &[], |_| ()).await;
    let rule = json!({"basis": "告知承诺事项清单", "covers": ["x-plan"], "check": {"time": "before_grant"},
        "check_within": {"n": 30, "unit": "working_day"}, "notice": "标准"});
    hall.office.change("/matters/x-shop", json!({"commitment": rule})).await.ok();
    let draft = json!({"bundle": "x-both", "parties": [support::party("organisation")], "form": {"applicant_name": "某店"}});
    let file = async || {
        let id = hall.office.app.draft(&hall.owner, &draft).await.text("/id");
        hall.office.app.hand_in(&hall.owner, &id, &[PAPER.0]).await;
        hall.sign(&id, "commitment", "x-plan").await.ok();
        let filed = hall.office.app.submit(&hall.owner, &id, &id).await.ok();
        hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
        filed
    };
    let take_back =
        async |id: &str| hall.act(&hall.owner, &format!("/applications/{id}/letters/withdraw"), json!({"kind": "commitment"})).await;
    let filed = file().await;
    hall.grant(&hall.nrp, &id_of(&filed, "x-sign")).await.ok();
    take_back(&filed.text("/id")).await.ok();
    let seen = hall.office.app.see(&hall.owner, &format!("/cases/{}", id_of(&filed, "x-shop"))).await.ok();
    assert_eq!(seen.body["obligations"][0]["subject"], "x-plan", "the proof is owed again; the other matter's decision stands");
    let filed = file().await;
    hall.grant(&hall.huc, &id_of(&filed, "x-shop")).await.ok();
    let late = take_back(&filed.text("/id")).await.problem(409, "state_forbids");
    assert_eq!(code(&late), "too_late_to_withdraw");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_rests_on_a_result_taken_back_elsewhere_is_looked_at_again(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database, "after_grant").await;
    let accept = async |draft: Value, materials: &[&str]| {
        let filed = hall.file_with(draft, materials).await;
        hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
        filed.text("/cases/0/id")
    };
    let planning = accept(json!({"matter": "v-planning", "project": project()}), &[PAPER.0]).await;
    hall.grant(&hall.nrp, &planning).await.ok();
    let permit = accept(json!({"matter": "v-permit", "project": project()}), &[PAPER.0, "v-planning-permit"]).await;
    hall.grant(&hall.huc, &permit).await.ok();
    let other = json!({"code": "2309-430400-04-01-999999", "name": "另一项目"});
    let beside = accept(json!({"matter": "v-permit", "project": other}), &[PAPER.0, "v-planning-permit"]).await;
    let recall = json!({"ground": "law_changed", "reason": "修法", "compensation": "补偿"});
    hall.act(&hall.nrp, &format!("/cases/{planning}/recall"), recall).await.ok();
    let hall = hall.later("2024-09-27T10:05:00+08:00").await;
    let reviews = async |case: &str| {
        let seen = hall.office.app.see(&hall.supervisor, &format!("/cases/{case}")).await.ok();
        seen.body["obligations"].as_array().unwrap().iter().filter(|o| o["kind"] == "dependent_review").count()
    };
    assert_eq!((reviews(&permit).await, reviews(&beside).await), (1, 0), "of this project only, and nothing is taken back by itself");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_material_owed_before_an_event_holds_that_event_up_and_nothing_else(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let mut paper = matter("w-permit", "施工许可", 7, &[PAPER, ("w-survey", "测绘报告")]);
    paper["requirements"][1]["class"] = json!("deferrable");
    let event = json!({"matter": "w-acceptance", "name": "竣工联合验收"});
    paper["deferral"] =
        json!({"basis": "容缺办理事项清单", "entries": [{"material": "w-survey", "kind": "before_decision", "before": event}]});
    let id = hall.office.begin("/matters/w-permit", Some(&paper)).await.expect(201).text("/id");
    assert_eq!(hall.office.submit(&id).await.problem(422, "document_flawed").text("/errors/0/code"), "event_and_term");
    paper["deferral"]["entries"][0]["kind"] = json!("after_grant");
    hall.office.revise(&id, paper.clone()).await.ok();
    let unknown = hall.office.submit(&id).await.problem(422, "document_flawed");
    assert_eq!(unknown.text("/errors/0/pointer"), "/deferral/entries/0/before/matter");
    hall.office.add("/matters/w-acceptance", &matter("w-acceptance", "联合验收", 10, &[PAPER])).await.ok();
    hall.office.revise(&id, paper).await.ok();
    hall.office.submit(&id).await.ok();
    hall.office.publish(&id, &json!({})).await.ok();
    // An event is one of a project.
    let alone = json!({"matter": "w-permit", "parties": [support::party("organisation")], "form": {"applicant_name": "某公司"}});
    let draft = hall.office.app.draft(&hall.owner, &alone).await.text("/id");
    hall.office.app.hand_in(&hall.owner, &draft, &[PAPER.0]).await;
    let page = hall.office.app.see(&hall.owner, &format!("/applications/{draft}/letters/deferral?materials=w-survey")).await;
    assert!(page.problem(422, "invalid_body").text("/errors/0/message").contains("应先填写项目代码"));

    let filed = hall.file_deferring(json!({"matter": "w-permit", "project": project()}), &[PAPER.0], "w-survey").await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    let letter = hall.look(&id).await.body["letters"].to_string();
    assert!(letter.contains("deferral"), "{letter}");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    let owed = hall.office.app.see(&hall.huc, "/obligations?state=open").await.ok();
    let duty = &owed.body["items"][0]["obligation"];
    assert_eq!((&duty["before"], &duty["due_on"]), (&json!("w-acceptance"), &Value::Null));
    let second = hall.office.app.login_officer("HUC", 1).await;
    hall.act(&second, &format!("/cases/{case}/approve-deferral"), json!({"opinion": "同意"})).await.ok();
    let granted = hall.grant(&hall.huc, &case).await.ok();
    assert_eq!(granted.body["outcome"], "granted_with_deferral", "the permit goes out with it open");
    let register = hall.office.see("/register").await.ok();
    assert!(register.body.to_string().contains("应于「竣工联合验收」办结前补齐"), "{}", register.body);

    // Years later it is still owed, and nothing has lapsed; what it is owed before is not granted.
    let hall = hall.later("2025-09-26T10:00:00+08:00").await;
    let acceptance = hall.file_with(json!({"matter": "w-acceptance", "project": project()}), &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", acceptance.text("/id")), json!({})).await.ok();
    let refused = hall.grant(&hall.huc, &acceptance.text("/cases/0/id")).await.problem(409, "state_forbids");
    assert_eq!(code(&refused), "deferred_material_open");
    assert!(refused.text("/errors/0/message").contains("测绘报告"), "{}", refused.body);
    let elsewhere = json!({"code": "2309-430400-04-01-654321", "name": "别的项目"});
    let other = hall.file_with(json!({"matter": "w-acceptance", "project": elsewhere}), &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", other.text("/id")), json!({})).await.ok();
    hall.grant(&hall.huc, &other.text("/cases/0/id")).await.ok();
    hall.office.app.hand_in(&hall.owner, &id, &["w-survey"]).await;
    hall.act(&hall.huc, &format!("/cases/{}/decide", acceptance.text("/cases/0/id")), json!({"granted": true, "opinion": "同意"}))
        .await
        .ok();
}
