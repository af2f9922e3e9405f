//! What departments look at together, and what is made public meanwhile.

use crate::side_by_side::{Hall, Member, case_of, id_of, state_of};
use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

/// Land permit before construction permit, joined softly, both issued together.
async fn land_and_works(database: Database) -> (Hall, Answer) {
    let hall = Hall::open_at(database, "2023-05-05T10:00:00+08:00").await;
    let members: &[Member<'_>] = &[("t-land", "NRP", 7, &[PAPER]), ("t-works", "HUC", 7, &[PAPER])];
    hall.publish("t-both", members, &[("t-land", "t-works", "soft")], |_| ()).await;
    let filed = hall.file("bundle", "t-both", &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
    (hall, filed)
}

fn notice() -> Value {
    json!({"title": "建设用地规划许可批前公示", "body": "用地位置、面积、用途", "basis": "城乡规划法 40", "starts_on": "2023-05-08", "ends_on": "2023-05-17"})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_permit_is_examined_while_another_is_made_public_and_both_go_out_together(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, filed) = land_and_works(database).await;
    let (id, land, works) = (filed.text("/id"), id_of(&filed, "t-land"), id_of(&filed, "t-works"));
    hall.act(&hall.huc, &format!("/cases/{land}/publish"), notice()).await.problem(403, "forbidden");
    let mut wrong = notice();
    wrong["ends_on"] = json!("2023-05-07");
    assert_eq!(code(&hall.act(&hall.nrp, &format!("/cases/{land}/publish"), wrong).await.problem(409, "state_forbids")), "publicity_days");
    let published = hall.act(&hall.nrp, &format!("/cases/{land}/publish"), notice()).await.ok();
    // Seven working days from 5 May, without the eight from 8 to 17 May: the eight stand beside the promise.
    assert_eq!(published.body["due_on"], "2023-05-25");
    let days = hall.office.app.see(&hall.nrp, &format!("/cases/{land}/clock")).await.ok();
    let held = days.body["days"].as_array().unwrap().iter().filter(|d| d["count"] == "held").count();
    assert_eq!((held, &days.body["statutory_due_on"]), (8, &json!("2023-06-01")), "the law's term goes on");
    let shown = hall.office.see("/publicities").await.ok();
    assert_eq!((&shown.body["items"][0]["title"], &shown.body["items"][0]["running"]), (&json!("建设用地规划许可批前公示"), &json!(false)));
    let hall = hall.later("2023-05-08T10:00:00+08:00").await;
    let examined = json!({"method": "desk", "checklist": [{"point": "fits", "passed": true}], "opinion": "符合"});
    hall.act(&hall.huc, &format!("/cases/{works}/examine"), examined).await.ok();
    assert_eq!(code(&hall.grant(&hall.nrp, &land).await.problem(409, "state_forbids")), "publicity_running");
    assert_eq!(code(&hall.grant(&hall.huc, &works).await.problem(409, "state_forbids")), "predecessor_open");
    let hall = hall.later("2023-05-18T09:00:00+08:00").await;
    hall.grant(&hall.nrp, &land).await.ok();
    hall.grant(&hall.huc, &works).await.ok();
    let issued = hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    assert_eq!(case_of(&issued, "t-land")["issued_at"], case_of(&issued, "t-works")["issued_at"]);
    let delivered = hall.act(&hall.issuer, &format!("/applications/{id}/deliver"), json!({"way": "pickup"})).await.ok();
    assert_eq!(delivered.body["state"], "closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_objection_stops_both_until_it_is_answered(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, filed) = land_and_works(database).await;
    let land = id_of(&filed, "t-land");
    hall.act(&hall.nrp, &format!("/cases/{land}/publish"), notice()).await.ok();
    let publicity = hall.office.see("/publicities").await.ok().text("/items/0/id");
    let neighbour = hall.office.app.login(Role::Applicant, 1).await;
    let path = format!("/publicities/{publicity}/objections");
    let objection = json!({"name": "李四", "phone": "13800003210", "text": "占用相邻宅基地"});
    assert_eq!(code(&hall.act(&neighbour, &path, objection.clone()).await.problem(409, "state_forbids")), "publicity_over", "not begun");
    let hall = hall.later("2023-05-15T10:00:00+08:00").await;
    let neighbour = hall.office.app.login(Role::Applicant, 1).await;
    hall.act(&neighbour, &path, json!({"name": "李四", "phone": "123", "text": "占用"})).await.problem(422, "invalid_body");
    hall.act(&neighbour, "/publicities/0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c/objections", objection.clone()).await.problem(404, "not_found");
    hall.act(&neighbour, &path, objection.clone()).await.expect(201);
    assert_eq!(code(&hall.act(&neighbour, &path, objection.clone()).await.problem(409, "state_forbids")), "objection_filed");
    let hall = hall.later("2023-05-18T09:00:00+08:00").await;
    assert_eq!(code(&hall.grant(&hall.nrp, &land).await.problem(409, "state_forbids")), "objection_open");
    let duties = hall.office.app.see(&hall.supervisor, "/obligations?state=open").await.ok();
    assert!(duties.body.to_string().contains("objection_answer"), "an answer is owed: {}", duties.body);
    let neighbour = hall.office.app.login(Role::Applicant, 1).await;
    assert_eq!(code(&hall.act(&neighbour, &path, objection).await.problem(409, "state_forbids")), "publicity_over");
    let list = format!("/cases/{land}/objections");
    hall.office.app.see(&hall.huc, &list).await.problem(404, "not_found");
    hall.office.app.see(&neighbour, &list).await.problem(403, "forbidden");
    let seen = hall.office.app.see(&hall.nrp, &list).await.ok();
    assert_eq!((&seen.body["items"][0]["name"], &seen.body["items"][0]["phone"]), (&json!("李*"), &json!("138****3210")));
    let answer = format!("/objections/{}/answer", seen.text("/items/0/id"));
    hall.act(&hall.huc, &answer, json!({"upheld": false, "answer": "不成立"})).await.problem(403, "forbidden");
    hall.act(&hall.nrp, &answer, json!({"upheld": true, "answer": "异议成立"})).await.ok();
    assert_eq!(
        code(&hall.act(&hall.nrp, &answer, json!({"upheld": false, "answer": "改"})).await.problem(409, "state_forbids")),
        "objection_answered"
    );
    assert_eq!(code(&hall.grant(&hall.nrp, &land).await.problem(409, "state_forbids")), "objection_upheld");
    hall.refuse(&hall.nrp, &land).await.ok();
    assert_eq!(code(&hall.grant(&hall.huc, &id_of(&filed, "t-works")).await.problem(409, "state_forbids")), "predecessor_failed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_after_the_grant_keeps_its_sibling_and_what_is_public_before_acceptance_stands(
    #[values(Sqlite, Postgres)] database: Database,
) {
    let (hall, filed) = land_and_works(database).await;
    let (id, land, works) = (filed.text("/id"), id_of(&filed, "t-land"), id_of(&filed, "t-works"));
    hall.grant(&hall.nrp, &land).await.ok();
    hall.act(&hall.nrp, &format!("/cases/{land}/publish"), notice()).await.ok();
    hall.grant(&hall.huc, &works).await.ok();
    let alone = hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({"cases": [works]})).await.problem(409, "state_forbids");
    assert_eq!(code(&alone), "publicity_running", "F46: both go out after the publicity, in one delivery");
    let hall = hall.later("2023-05-18T09:00:00+08:00").await;
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    // Made public while it is still to be accepted: once accepted its promise stands for what is left of it.
    let mut members = notice();
    (members["starts_on"], members["ends_on"]) = (json!("2023-05-18"), json!("2023-05-24"));
    let filed = hall.file("matter", "t-land", &[PAPER.0]).await;
    let (id, land) = (filed.text("/id"), id_of(&filed, "t-land"));
    hall.act(&hall.nrp, &format!("/cases/{land}/publish"), members).await.ok();
    let accepted = hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    assert_eq!(case_of(&accepted, "t-land")["due_on"], "2023-06-02", "seven working days from 18 May, without those to the 24th");
}

/// Completion: two departments, three disciplines, ten days promised.
async fn completion(database: Database) -> (Hall, Answer, Value) {
    let hall = Hall::open(database).await;
    let members: &[Member<'_>] = &[("u-fire", "HUC", 10, &[PAPER]), ("u-plan", "NRP", 10, &[PAPER])];
    hall.publish("u-done", members, &[], |_| ()).await;
    let filed = hall.file("bundle", "u-done", &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
    let (fire, plan) = (id_of(&filed, "u-fire"), id_of(&filed, "u-plan"));
    let review = json!({"kind": "acceptance", "scheduled_at": "2024-09-29T10:00:00+08:00", "place": "项目现场", "participants": [
        {"case": fire, "discipline": "消防"}, {"case": fire, "discipline": "人防"}, {"case": plan, "discipline": "规划"}]});
    (hall, filed, review)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_visit_one_list_and_a_second_look_at_what_failed_only(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, filed, review) = completion(database).await;
    let id = filed.text("/id");
    let reviews = format!("/applications/{id}/joint-reviews");
    let opinions = format!("{reviews}/acceptance/opinions");
    hall.act(&hall.clerk, &reviews, review.clone()).await.problem(403, "forbidden");
    hall.act(&hall.huc, &reviews, review.clone()).await.ok();
    assert_eq!(code(&hall.act(&hall.nrp, &reviews, review).await.problem(409, "state_forbids")), "already_arranged", "F48: once a stage");
    assert_eq!(code(&hall.grant(&hall.huc, &id_of(&filed, "u-fire")).await.problem(409, "state_forbids")), "joint_review_open");
    let hall = hall.later("2024-09-29T11:00:00+08:00").await;
    let passed = |d: &str| json!({"discipline": d, "opinion": "符合要求"});
    hall.act(&hall.nrp, &opinions, passed("消防")).await.problem(403, "forbidden");
    hall.act(&hall.nrp, &opinions, passed("防雷")).await.problem(422, "invalid_body");
    hall.act(&hall.nrp, &opinions, passed("规划")).await.ok();
    let wrong = |d: &str, defects: &[&str]| {
        let corrections: Vec<Value> = defects.iter().map(|c| json!({"defect": c, "basis": "建筑设计防火规范"})).collect();
        json!({"discipline": d, "opinion": "需整改", "corrections": corrections})
    };
    hall.act(&hall.huc, &opinions, wrong("消防", &["疏散宽度不足", "报警联动缺失"])).await.ok();
    let mut empty = wrong("人防", &["密闭门"]);
    empty["corrections"][0]["defect"] = json!(" ");
    let refused = hall.act(&hall.huc, &opinions, empty).await.problem(422, "invalid_body");
    assert_eq!(refused.body["errors"][0]["pointer"], "/corrections/0/defect");
    hall.act(&hall.huc, &opinions, wrong("人防", &["密闭门缺陷"])).await.ok();
    let seen = hall.office.app.see(&hall.owner, &reviews).await.ok();
    let list: Vec<&str> = seen.body["items"][0]["corrections"].as_array().unwrap().iter().map(|c| c["defect"].as_str().unwrap()).collect();
    assert_eq!(
        (list, &seen.body["items"][0]["state"]),
        (vec!["疏散宽度不足", "报警联动缺失", "密闭门缺陷"], &json!("rectifying")),
        "F49, F50"
    );
    // While the applicant corrects, the promise stands.
    let held = hall.look(&id).await;
    assert!(case_of(&held, "u-plan")["due_on"].is_null() && case_of(&held, "u-plan")["statutory_due_on"].is_string());
    let hall = hall.later("2024-10-08T10:00:00+08:00").await;
    let corrected = format!("{reviews}/acceptance/corrected");
    hall.act(&hall.owner, &corrected, json!({"how": "已整改"})).await.ok();
    assert_eq!(
        code(&hall.act(&hall.owner, &corrected, json!({"how": "已整改"})).await.problem(409, "state_forbids")),
        "nothing_to_correct"
    );
    // Ten working days from 27 September, and the two on which it stood: 30 September and 8 October.
    assert_eq!(case_of(&hall.look(&id).await, "u-plan")["due_on"], "2024-10-18");
    assert_eq!(code(&hall.act(&hall.nrp, &opinions, passed("规划")).await.problem(409, "state_forbids")), "opinion_not_awaited");
    assert_eq!(code(&hall.act(&hall.huc, &opinions, wrong("消防", &["新问题"])).await.problem(409, "state_forbids")), "not_failed_before");
    hall.act(&hall.huc, &opinions, passed("消防")).await.ok();
    hall.act(&hall.huc, &opinions, passed("人防")).await.ok();
    let seen = hall.office.app.see(&hall.owner, &reviews).await.ok();
    assert_eq!((&seen.body["items"][0]["state"], &seen.body["items"][0]["passed_at_first"]), (&json!("passed"), &json!(false)));
    hall.grant(&hall.huc, &id_of(&filed, "u-fire")).await.ok();
    hall.grant(&hall.nrp, &id_of(&filed, "u-plan")).await.ok();
    let figures = hall.office.see("/joint-review-figures").await.ok();
    assert_eq!((&figures.body["concluded"], &figures.body["first_pass_rate"]), (&json!(1), &json!("0.00")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_opinion_lights_red_and_figures_are_honest(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, filed, review) = completion(database).await;
    let id = filed.text("/id");
    let reviews = format!("/applications/{id}/joint-reviews");
    hall.act(&hall.huc, &reviews, review).await.ok();
    // The visit is on Sunday 29 September, a working day; one working day later is the 30th.
    let hall = hall.later("2024-10-01T00:00:00+08:00").await;
    let duties = hall.office.app.see(&hall.supervisor, "/obligations?state=lapsed").await.ok();
    let late: Vec<&str> =
        duties.body["items"].as_array().unwrap().iter().filter_map(|o| o["obligation"]["kind"].as_str().or(o["kind"].as_str())).collect();
    assert_eq!(late, ["joint_opinion", "joint_opinion", "joint_opinion"], "F48");
    let red = hall.office.app.see(&hall.supervisor, "/findings?light=red").await.ok();
    assert!(!red.body["items"].as_array().unwrap().is_empty(), "F48: a missing opinion lights red");
    let hall = hall.later("2024-10-10T10:00:00+08:00").await;
    for (who, discipline) in [(&hall.huc, "消防"), (&hall.huc, "人防"), (&hall.nrp, "规划")] {
        let opinion = json!({"discipline": discipline, "opinion": "符合要求"});
        hall.act(who, &format!("{reviews}/acceptance/opinions"), opinion).await.ok();
    }
    // From 27 September: 29 and 30 September, 8, 9 and 10 October are five of ten working days promised.
    let figures = hall.office.see("/joint-review-figures?kind=acceptance&from=2024-01-01&to=2024-12-31").await.ok().body;
    assert_eq!((&figures["concluded"], &figures["passed_at_first"], &figures["first_pass_rate"]), (&json!(1), &json!(1), &json!("100.00")));
    assert_eq!((&figures["average_working_days"], &figures["saved_rate"]), (&json!("5.0"), &json!("50.00")), "F50");
    hall.office.see("/joint-review-figures?from=2025-01-01&to=2024-01-01").await.problem(422, "invalid_query");
    assert_eq!(state_of(&hall.look(&id).await, "u-fire"), "accepted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_look_everybody_left_has_not_passed_and_a_wrong_refusal_put_right_takes_part_again(
    #[values(Sqlite, Postgres)] database: Database,
) {
    let (hall, filed, review) = completion(database).await;
    let (id, fire, plan) = (filed.text("/id"), id_of(&filed, "u-fire"), id_of(&filed, "u-plan"));
    let reviews = format!("/applications/{id}/joint-reviews");
    let state = async |hall: &Hall| hall.office.app.see(&hall.owner, &reviews).await.ok().body["items"][0]["state"].clone();
    hall.act(&hall.huc, &reviews, review.clone()).await.ok();
    hall.refuse(&hall.huc, &fire).await.ok();
    hall.act(&hall.huc, &format!("/cases/{fire}/annul"), json!({"ground": "internal"})).await.ok();
    // It takes part again: without its opinions nothing has passed.
    hall.act(&hall.nrp, &format!("{reviews}/acceptance/opinions"), json!({"discipline": "规划", "opinion": "符合要求"})).await.ok();
    assert_eq!(state(&hall).await, "open");
    hall.refuse(&hall.huc, &fire).await.ok();
    assert_eq!(state(&hall).await, "passed", "who is left has passed");
    let mut again = review;
    again["participants"] = json!([{"case": plan, "discipline": "规划"}]);
    let again = hall.act(&hall.huc, &reviews, again).await.problem(409, "state_forbids");
    assert_eq!(code(&again), "already_arranged", "each stage once");
    hall.grant(&hall.nrp, &plan).await.ok();
    // A look that everybody left has not passed, and may be arranged anew.
    let (hall, filed, review) = completion(database).await;
    let (id, fire) = (filed.text("/id"), id_of(&filed, "u-fire"));
    let reviews = format!("/applications/{id}/joint-reviews");
    let mut alone = review;
    alone["participants"] = json!([{"case": fire, "discipline": "消防"}]);
    hall.act(&hall.huc, &reviews, alone.clone()).await.ok();
    hall.refuse(&hall.huc, &fire).await.ok();
    let seen = hall.office.app.see(&hall.owner, &reviews).await.ok();
    assert_eq!(seen.body["items"][0]["state"], "dropped");
    hall.act(&hall.huc, &format!("/cases/{fire}/annul"), json!({"ground": "internal"})).await.ok();
    hall.act(&hall.huc, &reviews, alone).await.ok();
}
