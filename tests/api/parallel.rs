//! Several departments at once: what waits, what stops, what goes out together.

use crate::side_by_side::{Hall, Member, case_of, id_of, state_of};
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");
const PLAN: (&str, &str) = ("planning-conditions-copy", "规划条件");
/// x and y at once, z after both, w beside x and decided after it.
const MEMBERS: &[Member<'_>] =
    &[("px", "HUC", 5, &[PAPER]), ("py", "NRP", 7, &[PLAN]), ("pz", "HUC", 3, &[PAPER]), ("pw", "NRP", 4, &[PAPER])];
const EDGES: &[(&str, &str, &str)] = &[("px", "pz", "hard"), ("py", "pz", "hard"), ("px", "pw", "soft")];

async fn hall(database: Database) -> Hall {
    let hall = Hall::open(database).await;
    hall.publish("p-all", MEMBERS, EDGES, |_| ()).await;
    hall
}

fn codes(answer: &support::Answer, list: &str) -> Vec<String> {
    answer.body[list].as_array().unwrap().iter().map(|c| c["matter"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ready_cases_start_at_once_and_the_rest_when_its_turn_comes(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let filed = hall.file("bundle", "p-all", &[PAPER.0]).await;
    let id = filed.text("/id");
    let states = |a: &support::Answer| ["px", "py", "pz", "pw"].map(|m| state_of(a, m));
    assert_eq!(states(&filed), ["received", "received", "waiting", "received"]);
    // F27: py lacks the plan and does not hold back the others; pz is accepted with them, but waits.
    let accepted = hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    assert_eq!(states(&accepted), ["accepted", "received", "waiting", "accepted"]);
    assert_eq!(case_of(&accepted, "px")["accepted_at"], case_of(&accepted, "pw")["accepted_at"], "equal start times");
    // A bundle may want it otherwise: all at one moment, or none.
    hall.publish("p-at-once", MEMBERS, EDGES, |b| b["accepts_together"] = json!(true)).await;
    let at_once = hall.file("bundle", "p-at-once", &[PAPER.0]).await.text("/id");
    hall.act(&hall.clerk, &format!("/applications/{at_once}/accept"), json!({})).await.problem(409, "not_acceptable");
    let seen = hall.look(&at_once).await;
    assert_eq!(states(&seen), ["received", "received", "waiting", "received"]);
    let part = json!({"cases": [id_of(&seen, "px")]});
    hall.act(&hall.clerk, &format!("/applications/{at_once}/accept"), part).await.problem(409, "not_acceptable");
    let named = json!({"cases": [id_of(&filed, "py")]});
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), named).await.problem(409, "not_acceptable");
    hall.office.app.hand_in(&hall.owner, &id, &[]).await;
    let notice = json!({"items": [{"case": id_of(&filed, "py"), "material": PLAN.0, "defect": "缺少", "remedy": "上传"}]});
    hall.act(&hall.clerk, &format!("/applications/{id}/supplement-notice"), notice).await.ok();
    hall.office.app.hand_in(&hall.owner, &id, &[PLAN.0]).await;
    hall.act(&hall.owner, &format!("/applications/{id}/supplement"), json!({})).await.ok();
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    // pw may be examined beside px, but is decided after it.
    let early = hall.grant(&hall.nrp, &id_of(&filed, "pw")).await;
    assert_eq!(early.problem(409, "state_forbids").body["errors"][0]["code"], "predecessor_open");
    let hall = hall.later("2024-09-30T10:00:00+08:00").await;
    hall.grant(&hall.huc, &id_of(&filed, "px")).await.ok();
    hall.grant(&hall.nrp, &id_of(&filed, "pw")).await.ok();
    assert_eq!(state_of(&hall.look(&id).await, "pz"), "waiting", "py is still open");
    let hall = hall.later("2024-10-08T11:00:00+08:00").await;
    hall.grant(&hall.nrp, &id_of(&filed, "py")).await.ok();
    let then = hall.look(&id).await;
    let pz = case_of(&then, "pz");
    assert_eq!((&pz["state"], &pz["accepted_at"]), (&json!("accepted"), &json!("2024-10-08T11:00:00+08:00")), "accepted as decided ahead");
    assert_eq!(pz["due_on"], "2024-10-11");
    let run = hall.office.app.see(&hall.owner, &format!("/applications/{id}/run")).await.ok();
    assert_eq!((&run.body["state"], &run.body["planned"]["working_days"]), (&json!("handling"), &json!(10.0)));
    let hall = hall.later("2024-10-09T10:00:00+08:00").await;
    hall.grant(&hall.huc, &id_of(&filed, "pz")).await.ok();
    let run = hall.office.app.see(&hall.owner, &format!("/applications/{id}/run")).await.ok().body;
    assert_eq!((&run["state"], &run["actual_critical_path"]), (&json!("issuing"), &json!(["py", "pz"])));
    // Accepted on 27 September, decided on 9 October: Sunday 29, Monday 30, 8 and 9 October.
    assert_eq!((&run["actual_working_days"], &run["saved_rate"], &run["used_rate"]), (&json!(4), &json!("60.00"), &json!("40.00")));
    let px = run["cases"].as_array().unwrap().iter().find(|c| c["matter"] == "px").unwrap();
    assert_eq!(
        (&px["used"], &px["saved_rate"], &px["used_rate"], &px["critical"]),
        (&json!(2), &json!("60.00"), &json!("40.00"), &json!(false))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_matter_stops_what_depends_on_it_and_nothing_else(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let filed = hall.file("bundle", "p-all", &[PAPER.0, PLAN.0]).await;
    let id = filed.text("/id");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    let px = id_of(&filed, "px");
    hall.refuse(&hall.huc, &px).await.ok();
    let then = hall.look(&id).await;
    assert_eq!((state_of(&then, "pz"), &case_of(&then, "pz")["ending"]), ("ended".to_owned(), &json!("predecessor_failed")));
    assert_eq!((state_of(&then, "py"), state_of(&then, "pw")), ("accepted".to_owned(), "accepted".to_owned()));
    let blocked = hall.grant(&hall.nrp, &id_of(&filed, "pw")).await.problem(409, "state_forbids");
    assert_eq!(blocked.body["errors"][0]["code"], "predecessor_failed");
    // Put right, everything goes on: the refusal's own dependants wait again.
    hall.act(&hall.huc, &format!("/cases/{px}/annul"), json!({"ground": "review"})).await.ok();
    let then = hall.look(&id).await;
    assert_eq!((state_of(&then, "px"), state_of(&then, "pz")), ("accepted".to_owned(), "waiting".to_owned()));
    hall.grant(&hall.huc, &px).await.ok();
    hall.grant(&hall.nrp, &id_of(&filed, "py")).await.ok();
    hall.grant(&hall.nrp, &id_of(&filed, "pw")).await.ok();
    let pz = id_of(&filed, "pz");
    hall.grant(&hall.huc, &pz).await.ok();
    // A grant taken back: the department that built on it looks again; nothing is taken back by itself.
    hall.act(&hall.huc, &format!("/cases/{px}/recall"), json!({"ground": "law_changed", "reason": "修法", "compensation": "补偿"}))
        .await
        .ok();
    let seen = hall.office.app.see(&hall.supervisor, &format!("/cases/{pz}")).await.ok();
    let duties: Vec<&Value> = seen.body["obligations"].as_array().unwrap().iter().filter(|o| o["kind"] == "dependent_review").collect();
    assert_eq!((duties.len(), &duties[0]["subject"], &seen.body["case"]["state"]), (1, &json!("px"), &json!("decided")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_applicant_sees_what_stops_before_a_part_is_withdrawn(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let filed = hall.file("bundle", "p-all", &[PAPER.0, PLAN.0]).await;
    let (id, px, pz) = (filed.text("/id"), id_of(&filed, "px"), id_of(&filed, "pz"));
    let path = format!("/applications/{id}/withdrawal-effect?cases={px}");
    let effect = hall.office.app.see(&hall.owner, &path).await.ok();
    assert_eq!(
        [codes(&effect, "ends"), codes(&effect, "stops"), codes(&effect, "blocks"), codes(&effect, "goes_on")],
        [vec!["px".to_owned()], vec!["pz".to_owned()], vec!["pw".to_owned()], vec!["py".to_owned()]]
    );
    assert_eq!(hall.look(&id).await.body["version"], filed.body["version"], "only shown");
    hall.office.app.see(&hall.huc, &path).await.problem(403, "forbidden");
    hall.office.app.see(&hall.owner, &format!("/applications/{id}/withdrawal-effect?cases=x")).await.problem(422, "invalid_query");
    let withdraw = format!("/applications/{id}/withdraw");
    let refused = hall.act(&hall.owner, &withdraw, json!({"reason": "不办了", "cases": [px]})).await.problem(409, "state_forbids");
    assert_eq!(refused.body["errors"][0]["code"], "effect_unconfirmed");
    let done = hall.act(&hall.owner, &withdraw, json!({"reason": "不办了", "cases": [px], "stops": [pz]})).await.ok();
    assert_eq!([state_of(&done, "px"), state_of(&done, "pz"), state_of(&done, "py")], ["ended", "ended", "received"]);
    // After acceptance the department confirms first; only then the rest stops.
    let filed = hall.file("bundle", "p-all", &[PAPER.0, PLAN.0]).await;
    let (id, px, pz) = (filed.text("/id"), id_of(&filed, "px"), id_of(&filed, "pz"));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    let asked = hall
        .act(&hall.owner, &format!("/applications/{id}/withdraw"), json!({"reason": "不办了", "cases": [px], "stops": [pz]}))
        .await
        .ok();
    assert_eq!([state_of(&asked, "px"), state_of(&asked, "pz")], ["accepted", "waiting"]);
    hall.act(&hall.huc, &format!("/cases/{px}/confirm-withdrawal"), json!({})).await.ok();
    let then = hall.look(&id).await;
    assert_eq!([state_of(&then, "px"), state_of(&then, "pz"), state_of(&then, "pw")], ["ended", "ended", "accepted"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn results_go_out_together_parts_on_request_and_never_too_late(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let members: &[Member<'_>] = &[("qx", "HUC", 5, &[PAPER]), ("qy", "NRP", 20, &[PAPER]), ("qv", "NRP", 20, &[PAPER])];
    hall.publish("q-all", members, &[], |b| b["issue_together"] = json!(["qx", "qy"])).await;
    let filed = hall.file("bundle", "q-all", &[PAPER.0]).await;
    let (id, qx) = (filed.text("/id"), id_of(&filed, "qx"));
    let issue = format!("/applications/{id}/issue");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.grant(&hall.huc, &qx).await.ok();
    let waits = hall.act(&hall.issuer, &issue, json!({})).await.problem(409, "state_forbids");
    assert_eq!(waits.body["errors"][0]["code"], "siblings_open");
    // What is not in the set goes out as soon as it is ready.
    hall.grant(&hall.nrp, &id_of(&filed, "qv")).await.ok();
    let issued = hall.act(&hall.issuer, &issue, json!({})).await.ok();
    assert!(case_of(&issued, "qv")["issued_at"].is_string() && case_of(&issued, "qx")["issued_at"].is_null());
    // Ten working days after the decision the result is out, whatever the others do.
    let hall = hall.later("2024-10-15T09:00:00+08:00").await;
    let issued = hall.act(&hall.issuer, &issue, json!({"cases": [qx]})).await.ok();
    assert_eq!(case_of(&issued, "qx")["deliver_by"], "2024-10-16");
    let filed = hall.file("bundle", "q-all", &[PAPER.0]).await;
    let (id, qx) = (filed.text("/id"), id_of(&filed, "qx"));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.grant(&hall.huc, &qx).await.ok();
    let part = json!({"cases": [qx], "part_asked_for": "急需办理开户"});
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), part).await.ok();
    // And together once the set is ready.
    let filed = hall.file("bundle", "q-all", &[PAPER.0]).await;
    let id = filed.text("/id");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.grant(&hall.huc, &id_of(&filed, "qx")).await.ok();
    hall.grant(&hall.nrp, &id_of(&filed, "qy")).await.ok();
    let issued = hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    assert_eq!(case_of(&issued, "qx")["issued_at"], case_of(&issued, "qy")["issued_at"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_matter_put_off_is_decided_before_its_event(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    hall.publish("r-completion", &[("r-acceptance", "HUC", 10, &[PAPER])], &[], |_| ()).await;
    let members: &[Member<'_>] = &[("r-permit", "HUC", 7, &[PAPER]), ("r-later", "NRP", 20, &[PAPER])];
    hall.publish("r-start", members, &[], |b| b["members"][1]["deferred_until"] = json!("r-acceptance")).await;
    let guide = hall.office.see("/bundles/r-start/guide").await.ok();
    assert_eq!(guide.body["schedule"]["working_days"], 7.0, "F36: it leaves the critical path");
    let project = json!({"code": "2309-430400-04-01-123456", "name": "天嘉·上河九章"});
    let start = hall.file_with(json!({"bundle": "r-start", "project": project}), &[PAPER.0]).await;
    let (id, later) = (start.text("/id"), id_of(&start, "r-later"));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.grant(&hall.huc, &id_of(&start, "r-permit")).await.ok();
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    let completion = hall.file_with(json!({"matter": "r-acceptance", "project": project}), &[PAPER.0]).await;
    let (other, acceptance) = (completion.text("/id"), completion.text("/cases/0/id"));
    hall.act(&hall.clerk, &format!("/applications/{other}/accept"), json!({})).await.ok();
    let blocked = hall.grant(&hall.huc, &acceptance).await.problem(409, "state_forbids");
    assert_eq!(blocked.body["errors"][0]["code"], "deferred_matter_open");
    hall.grant(&hall.nrp, &later).await.ok();
    hall.grant(&hall.huc, &acceptance).await.ok();
    // What can't be right is not published.
    let mut wrong = hall.office.see("/bundles/r-start").await.ok().body["bundle"].clone();
    (wrong["code"], wrong["members"][1]["deferred_until"], wrong["issue_together"]) =
        (json!("r-wrong"), json!("nothing"), json!(["r-other"]));
    let draft = hall.office.begin("/bundles/r-wrong", Some(&wrong)).await.expect(201);
    let found = draft.body["findings"].to_string();
    assert!(found.contains("/members/1/deferred_until") && found.contains("/issue_together/0"), "{found}");
}
