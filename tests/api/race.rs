//! Many at once: no lost update, no deadlock, no double effect.

use domain::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::Database::Postgres;
use support::{App, ROAD_MATERIALS, road};

struct Open {
    app: App,
    owner: String,
    clerk: String,
    officer: String,
    id: String,
    case: String,
}

impl Open {
    async fn accepted() -> Self {
        let app = App::start(Postgres).await;
        let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
        let officer = app.login_officer("URB", 0).await;
        let filed = app.file(&owner, &road(), ROAD_MATERIALS).await;
        let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
        app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
        Self { app, owner, clerk, officer, id, case }
    }

    async fn events(&self) -> Vec<String> {
        let timeline = self.app.see(&self.owner, &format!("/applications/{}/timeline", self.id)).await.ok();
        timeline.body["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap().to_owned()).collect()
    }
}

fn checklist() -> Value {
    support::examination("road-occupation")
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_officers_on_one_application_lose_nothing() {
    let one = Open::accepted().await;
    let path = format!("/cases/{}/examine", one.case);
    let body = checklist();
    let officers = one.app.open_officers("URB", 16).await;
    let answers = join_all(officers.iter().map(|officer| one.app.act(officer, &path, &body))).await;
    assert!(answers.iter().all(|a| a.status == 200), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    let detail = one.app.see(&one.officer, &format!("/cases/{}", one.case)).await.ok();
    let examined = detail.body["file"]["examinations"].as_array().unwrap();
    let by: BTreeSet<&str> = examined.iter().map(|e| e["officers"][0].as_str().unwrap()).collect();
    assert_eq!((examined.len(), by.len()), (16, 16), "no examination is lost, nobody overwrote another");
    assert_eq!(one.events().await.iter().filter(|k| *k == "case_examined").count(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_clerks_accept_once() {
    let one = Open::accepted().await;
    let filed = one.app.file(&one.owner, &road(), ROAD_MATERIALS).await;
    let path = format!("/applications/{}/accept", filed.text("/id"));
    let (body, clerk) = (json!({}), one.clerk.clone());
    let answers = join_all((0..16).map(|_| one.app.act(&clerk, &path, &body))).await;
    let won: Vec<_> = answers.iter().filter(|a| a.status == 200).collect();
    assert_eq!(won.len(), 1);
    // A clerk who lost the race finds it accepted, or no number reserved for it: never a second acceptance.
    assert!(answers.iter().all(|a| matches!(a.status.as_u16(), 200 | 409 | 503)));
    let timeline = one.app.see(&one.owner, &format!("/applications/{}/timeline", filed.text("/id"))).await.ok();
    let accepted = timeline.body["items"].as_array().unwrap().iter().filter(|e| e["kind"] == "case_accepted").count();
    assert_eq!(accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_decides_once_however_often_it_comes_at_once() {
    let one = Open::accepted().await;
    one.app.act(&one.officer, &format!("/cases/{}/examine", one.case), &checklist()).await.ok();
    let send = || {
        let call = one.app.post(&format!("/cases/{}/decide", one.case), &json!({"granted": true, "opinion": "同意"}));
        call.bearer(&one.officer).header("Idempotency-Key", "once").send()
    };
    let answers = join_all((0..16).map(|_| send())).await;
    assert!(answers.iter().all(|a| a.status == 200));
    assert_eq!(answers.iter().filter(|a| a.header("idempotent-replayed") == "true").count(), 15);
    assert_eq!(one.events().await.iter().filter(|k| *k == "case_granted").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn decision_and_withdrawal_never_both_happen() {
    for _ in 0..6 {
        let one = Open::accepted().await;
        one.app.act(&one.officer, &format!("/cases/{}/examine", one.case), &checklist()).await.ok();
        let (decide, withdraw) = (format!("/cases/{}/decide", one.case), format!("/applications/{}/withdraw", one.id));
        let (yes, no) = (json!({"granted": true, "opinion": "同意"}), json!({"reason": "不办了"}));
        let (decided, withdrawn) = tokio::join!(one.app.act(&one.officer, &decide, &yes), one.app.act(&one.owner, &withdraw, &no));
        let both = (decided.status.as_u16(), withdrawn.status.as_u16());
        assert!(matches!(both, (200, 409) | (409, 200)), "{both:?}");
        let case = one.app.see(&one.owner, &format!("/cases/{}", one.case)).await.ok();
        let expected = if both.0 == 200 { 11 } else { 16 };
        assert_eq!(case.body["case"]["exchange_state"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_loops_of_two_replicas_settle_a_row_once() {
    let one = Open::accepted().await;
    let filed = one.app.file(&one.owner, &road(), ROAD_MATERIALS).await;
    one.app.state().db.clock().set("2024-10-11T00:00:00Z".parse().unwrap());
    let workers: Vec<_> = (0..4).map(|_| one.app.state().worker()).collect();
    for done in join_all(workers.iter().map(workflow::jobs::Worker::run_due)).await {
        done.unwrap();
    }
    let timeline = one.app.see(&one.owner, &format!("/applications/{}/timeline", filed.text("/id"))).await.ok();
    let kinds: Vec<&str> = timeline.body["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|k| **k == "case_deemed_accepted").count(), 1, "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_filings_of_one_draft_file_it_once() {
    let one = Open::accepted().await;
    let id = one.app.draft(&one.owner, &road()).await.text("/id");
    one.app.hand_in(&one.owner, &id, ROAD_MATERIALS).await;
    let keys: Vec<String> = (0..64).map(|n| format!("file-{n}")).collect();
    let answers = join_all(keys.iter().map(|key| one.app.submit(&one.owner, &id, key))).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert!(answers.iter().all(|a| matches!(a.status.as_u16(), 200 | 409 | 503)));
    let timeline = one.app.see(&one.owner, &format!("/applications/{id}/timeline")).await.ok();
    let filed = timeline.body["items"].as_array().unwrap().iter().filter(|e| e["kind"] == "application_submitted").count();
    assert_eq!(filed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_departments_decide_at_once_and_what_waits_for_both_begins_once() {
    use crate::side_by_side::{Hall, Member, id_of, state_of};
    let paper = ("application-form-paper", "申请表原件");
    let members: &[Member<'_>] = &[("ra", "HUC", 5, &[paper]), ("rb", "NRP", 5, &[paper]), ("rc", "HUC", 5, &[paper])];
    let hall = Hall::open(Postgres).await;
    hall.publish("r-both", members, &[("ra", "rc", "hard"), ("rb", "rc", "hard")], |_| ()).await;
    for _ in 0..4 {
        let filed = hall.file("bundle", "r-both", &[paper.0]).await;
        let id = filed.text("/id");
        hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
        let (first, second) = (id_of(&filed, "ra"), id_of(&filed, "rb"));
        let (one, other) = tokio::join!(hall.grant(&hall.huc, &first), hall.grant(&hall.nrp, &second));
        assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200), "neither overwrites the other");
        let then = hall.look(&id).await;
        assert_eq!(["ra", "rb", "rc"].map(|m| state_of(&then, m)), ["decided", "decided", "accepted"]);
        let timeline = hall.office.app.see(&hall.supervisor, &format!("/applications/{id}/timeline")).await.ok();
        let begun = timeline.body["items"].as_array().unwrap().iter().filter(|e| e["kind"] == "case_received").count();
        assert_eq!(begun, 3, "two at the filing, one when both were granted");
    }
}
