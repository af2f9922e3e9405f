//! Electronic supervision: colours, findings, urging.

use crate::side_by_side::Hall;
use rstest::rstest;
use serde_json::json;
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn colours(timeline: &Answer) -> Vec<&str> {
    let events = timeline.body["items"].as_array().unwrap().iter();
    events.filter(|e| e["kind"] == "light_changed").map(|e| e["at"].as_str().unwrap()).collect()
}

fn findings(page: &Answer) -> Vec<(&str, &str, &str, &str)> {
    page.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (f["rule"].as_str().unwrap(), f["light"].as_str().unwrap(), f["state"].as_str().unwrap(), f["raised_at"].as_str().unwrap())
        })
        .collect()
}

/// A matter of twenty working days, accepted on Monday 3 June 2024: due on 2 July, yellow from 27 June.
async fn accepted(database: Database) -> (Hall, String, String) {
    let hall = Hall::open_at(database, "2024-06-03T10:00:00+08:00").await;
    hall.publish("s-one", &[("s-slow", "HUC", 20, &[PAPER])], &[], |_| ()).await;
    let filed = hall.file("matter", "s-slow", &[PAPER.0]).await;
    let id = filed.text("/id");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    (hall, id, filed.text("/cases/0/id"))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_visit_more_than_promised_is_found(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let mut once = crate::office::matter("v-once", "跑一次的事", 5, &[PAPER]);
    (once["visits"], once["visit_reason"]) = (json!(1), json!("核对原件"));
    hall.office.add("/matters/v-once", &once).await.ok();
    let filed = hall.file("matter", "v-once", &[PAPER.0]).await;
    let path = format!("/applications/{}/visits", filed.text("/id"));
    let come = json!({"purpose": "核对原件"});
    hall.act(&hall.owner, &path, come.clone()).await.problem(403, "forbidden");
    let first = hall.act(&hall.clerk, &path, come.clone()).await.ok();
    assert_eq!(first.body["visits"], json!({"promised": 1, "made": 1}));
    let found = async || {
        let all = hall.office.app.see(&hall.supervisor, "/findings").await.ok();
        all.body["items"].as_array().unwrap().iter().filter(|f| f["rule"] == "visits_exceeded").count()
    };
    assert_eq!(found().await, 0);
    hall.act(&hall.clerk, &path, come).await.ok();
    assert_eq!(found().await, 1, "F12");
    let figures = hall.office.see("/handling-figures").await.ok();
    let visits = figures.body["items"].as_array().unwrap().iter().find(|f| f["code"] == "visits").unwrap()["count"].clone();
    assert_eq!(visits, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_colour_is_noted_once_at_its_moment(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, id, case) = accepted(database).await;
    let timeline = |hall: &Hall| {
        let (call, owner) = (hall.office.app.get(&format!("/applications/{id}/timeline")), hall.supervisor.clone());
        async move { call.bearer(&owner).send().await.ok() }
    };
    let hall = hall.later("2024-06-28T09:00:00+08:00").await;
    let hall = hall.later("2024-06-28T15:00:00+08:00").await;
    let seen = timeline(&hall).await;
    assert_eq!(colours(&seen), ["2024-06-27T00:00:00+08:00"], "F126");
    let warned = hall.office.app.see(&hall.supervisor, "/findings").await.ok();
    assert_eq!(findings(&warned), [("deadline", "yellow", "open", "2024-06-27T00:00:00+08:00")]);
    // A week without any timer: the command that comes settles everything in order.
    let hall = hall.later("2024-07-10T09:00:00+08:00").await;
    let red = hall.office.app.see(&hall.supervisor, "/findings?light=red&state=open").await.ok();
    assert_eq!(red.body["items"].as_array().unwrap().len(), 1, "the warning has turned red: one finding, not two");
    assert_eq!(colours(&timeline(&hall).await), ["2024-06-27T00:00:00+08:00", "2024-07-03T00:00:00+08:00"]);
    let finding = red.text("/items/0/id");
    let said = |text: &str| json!({"text": text});
    hall.act(&hall.huc, &format!("/findings/{finding}/urge"), said("催办")).await.problem(403, "forbidden");
    hall.act(&hall.supervisor, &format!("/findings/{finding}/close"), said("办结")).await.problem(409, "state_forbids");
    hall.act(&hall.supervisor, &format!("/findings/{finding}/urge"), said("请说明逾期原因")).await.expect(204);
    assert_eq!(hall.office.app.see(&hall.nrp, "/findings").await.ok().body["items"], json!([]), "only its own department sees it");
    hall.act(&hall.nrp, &format!("/findings/{finding}/answer"), said("不是我")).await.problem(404, "not_found");
    hall.act(&hall.huc, &format!("/findings/{finding}/answer"), said("专家评审未及时记录")).await.expect(204);
    hall.act(&hall.supervisor, &format!("/findings/{finding}/close"), said("已整改")).await.expect(204);
    let closed = hall.office.app.see(&hall.huc, "/findings").await.ok();
    assert_eq!((&closed.body["items"][0]["state"], closed.body["items"][0]["words"].as_array().unwrap().len()), (&json!("closed"), 3));
    hall.office.app.see(&hall.owner, "/findings").await.problem(403, "forbidden");
    let queue = hall.office.app.see(&hall.huc, "/desk/cases?light=red").await.ok();
    assert_eq!(queue.body["items"].as_array().unwrap().len(), 1, "the desk's queue by light");
    let _ = case;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_warning_ends_with_the_decision_and_a_second_notice_is_found(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, case) = accepted(database).await;
    let hall = hall.later("2024-06-28T09:00:00+08:00").await;
    hall.grant(&hall.huc, &case).await.ok();
    let seen = hall.office.app.see(&hall.supervisor, "/findings").await.ok();
    assert_eq!((&seen.body["items"][0]["light"], &seen.body["items"][0]["state"]), (&json!("yellow"), &json!("closed")));
    // Nobody hands the result over within ten working days: found as late delivery.
    let hall = hall.later("2024-07-15T09:00:00+08:00").await;
    let late = hall.office.app.see(&hall.supervisor, "/findings?light=red").await.ok();
    assert_eq!((&late.body["items"][0]["rule"], &late.body["items"][0]["subject"]), (&json!("delivery_late"), &json!("2024-07-12")));
    let filed = hall.file("matter", "s-slow", &[]).await;
    let id = filed.text("/id");
    for defect in ["名称不全", "名称仍与登记不一致"] {
        let notice = json!({"items": [{"element": "applicant_name", "defect": defect, "remedy": "按营业执照填写"}]});
        hall.act(&hall.clerk, &format!("/applications/{id}/supplement-notice"), notice).await.ok();
        hall.act(&hall.owner, &format!("/applications/{id}/supplement"), json!({})).await.ok();
    }
    let repeated = hall.office.app.see(&hall.supervisor, "/findings?state=open").await.ok();
    assert!(repeated.body["items"].as_array().unwrap().iter().any(|f| f["rule"] == "notice_repeated"), "{}", repeated.body);
}
