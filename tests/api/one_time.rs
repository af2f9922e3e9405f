//! 一次办 (F17): one notice before filing, one declaration, one start, one notice of what is missing, one package.

use crate::side_by_side::{Hall, Member, id_of};
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");
const PLAN: (&str, &str) = ("planning-conditions-copy", "规划条件");
const MEMBERS: &[Member<'_>] =
    &[("ow", "HUC", 5, &[PAPER]), ("ox", "NRP", 7, &[PAPER, PLAN]), ("oy", "HUC", 3, &[PAPER]), ("oz", "NRP", 4, &[PLAN])];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn four_matters_are_one_errand(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    hall.publish("one-time", MEMBERS, &[], |b| b["visits"] = json!(0)).await;
    // Everything needed is said once before filing: two materials for four matters.
    let notice = hall.office.see("/bundles/one-time/notice").await.ok().body["sheet"].to_string();
    assert!(notice.contains(PAPER.1) && notice.contains(PLAN.1));
    // One declaration makes four cases, one for each matter, all received at one moment.
    let filed = hall.file("bundle", "one-time", &[PAPER.0]).await;
    let (id, cases) = (filed.text("/id"), filed.body["cases"].as_array().unwrap().clone());
    assert_eq!(cases.len(), 4);
    assert!(cases.iter().all(|c| c["received_at"] == cases[0]["received_at"]), "all departments start together");
    // What is missing is asked for once, over both departments; a second notice in the round is refused.
    let item = |matter: &str, remedy: &str| json!({"case": id_of(&filed, matter), "material": PLAN.0, "defect": "缺少", "remedy": remedy});
    let path = format!("/applications/{id}/supplement-notice");
    let noticed = hall.act(&hall.clerk, &path, json!({"items": [item("ox", "上传"), item("oz", "上传")]})).await.ok();
    let supplementing = |a: &Answer| a.body["cases"].as_array().unwrap().iter().filter(|c| c["state"] == "supplementing").count();
    assert_eq!((supplementing(&noticed), noticed.body["notices"].as_array().map_or(0, Vec::len)), (2, 1), "one notice, two cases");
    let late = json!({"items": [{"case": id_of(&filed, "ow"), "material": PAPER.0, "defect": "不清", "remedy": "重传"}]});
    let refused = hall.act(&hall.clerk, &path, late).await.problem(422, "invalid_body");
    assert_eq!(refused.text("/errors/0/code"), "not_said_the_first_time", "what was found in order then is in order");
    hall.office.app.hand_in(&hall.owner, &id, &[PLAN.0]).await;
    hall.act(&hall.owner, &format!("/applications/{id}/supplement"), json!({})).await.ok();
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    for (matter, officer) in [("ow", &hall.huc), ("ox", &hall.nrp), ("oy", &hall.huc), ("oz", &hall.nrp)] {
        hall.grant(officer, &id_of(&filed, matter)).await.ok();
    }
    // One package for all four; nobody came to the hall.
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    let address = json!({"recipient": "张三丰", "address": "衡阳市蒸湘区示例路1号", "phone": "13800003210"});
    hall.act(&hall.issuer, &format!("/applications/{id}/parcels"), address).await.ok();
    let hall = hall.later("2024-09-29T18:00:00+08:00").await;
    let hall = hall.later("2024-09-30T18:00:00+08:00").await;
    let hall = hall.later("2024-10-08T18:00:00+08:00").await;
    let hall = hall.later("2024-10-09T18:00:00+08:00").await;
    let parcels = hall.office.app.see(&hall.owner, &format!("/applications/{id}/parcels")).await.ok();
    assert_eq!(parcels.body["items"].as_array().map_or(0, Vec::len), 1);
    let closed = hall.look(&id).await;
    let delivered = |c: &&Value| c["delivered_at"] == closed.body["cases"][0]["delivered_at"] && c["delivered_at"].is_string();
    assert_eq!(closed.body["cases"].as_array().unwrap().iter().filter(delivered).count(), 4, "one delivery");
    assert_eq!(closed.body["visits"], json!({"promised": 0, "made": 0}));
}
