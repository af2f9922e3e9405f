//! The hall: appointments, printing, parcels, further help.

use crate::side_by_side::Hall;
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{Answer, App};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

async fn slot(app: &App, admin: &str, from: &str, to: &str, capacity: u32) -> String {
    let body = json!({"place": "hall", "kind": "extended", "starts_at": from, "ends_at": to, "capacity": capacity});
    app.act(admin, "/slots", &body).await.expect(201).text("/id")
}

fn visitor() -> Value {
    json!({"name": "张三丰", "phone": "13800003210", "purpose": "咨询"})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_slot_takes_as_many_as_it_holds_and_nobody_twice(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (admin, clerk) = (app.login(Role::ZoneAdmin, 0).await, app.login(Role::WindowClerk, 0).await);
    let (one, two) = (app.login(Role::Applicant, 0).await, app.login(Role::Applicant, 1).await);
    // Saturday 28 September 2024 is no working day; the slot exists and moves no deadline.
    let due = app.get("/workdays/due?from=2024-09-27&n=1&unit=working_day").send().await.ok().text("/due_on");
    let single = slot(&app, &admin, "2024-09-28T09:00:00+08:00", "2024-09-28T10:00:00+08:00", 1).await;
    let other = slot(&app, &admin, "2024-09-28T09:30:00+08:00", "2024-09-28T10:30:00+08:00", 5).await;
    assert_eq!(app.get("/workdays/due?from=2024-09-27&n=1&unit=working_day").send().await.ok().text("/due_on"), due);
    let listed = app.get("/slots").send().await.ok();
    assert_eq!((&listed.body["items"][0]["kind_name"], &listed.body["items"][0]["free"]), (&json!("延时"), &json!(1)));
    let book = |slot: &str| format!("/slots/{slot}/bookings");
    let call = app.post(&book(&single), &visitor()).bearer(&one).header("Idempotency-Key", "b1");
    let booked = call.send().await.expect(201).text("/id");
    let again = app.post(&book(&single), &visitor()).bearer(&one).header("Idempotency-Key", "b1").send().await.expect(201);
    assert_eq!((again.text("/id"), again.header("idempotent-replayed")), (booked.clone(), "true"));
    assert_eq!(code(&app.act(&two, &book(&single), &visitor()).await.problem(409, "state_forbids")), "slot_full", "F32");
    assert_eq!(code(&app.act(&one, &book(&other), &visitor()).await.problem(409, "state_forbids")), "overlapping");
    app.act(&two, &format!("/bookings/{booked}/cancel"), &json!({})).await.problem(404, "not_found");
    let seen = app.see(&clerk, &book(&single)).await.ok();
    assert_eq!((&seen.body["items"][0]["name"], &seen.body["items"][0]["phone"]), (&json!("张*丰"), &json!("138****3210")));
    app.see(&one, &book(&single)).await.problem(403, "forbidden");
    app.act(&one, &format!("/bookings/{booked}/cancel"), &json!({})).await.ok();
    let second = app.act(&two, &book(&single), &visitor()).await.expect(201).text("/id");
    assert_eq!(
        code(&app.act(&clerk, &format!("/bookings/{second}/settle"), &json!({"kept": true})).await.problem(409, "state_forbids")),
        "booking_state"
    );
    app.move_clock("2024-09-28T09:05:00+08:00").await;
    let (clerk, one) = (app.login(Role::WindowClerk, 0).await, app.login(Role::Applicant, 0).await);
    app.act(&clerk, &format!("/bookings/{second}/settle"), &json!({"kept": false})).await.ok();
    assert_eq!(code(&app.act(&one, &book(&single), &visitor()).await.problem(409, "state_forbids")), "slot_over");
    let wrong = json!({"place": "nowhere", "kind": "regular", "starts_at": "2024-10-08T09:00:00+08:00", "ends_at": "2024-10-08T10:00:00+08:00", "capacity": 1});
    let admin = app.login(Role::ZoneAdmin, 0).await;
    app.act(&admin, "/slots", &wrong).await.problem(422, "invalid_body");
    let past = json!({"place": "hall", "kind": "regular", "starts_at": "2024-09-27T09:00:00+08:00", "ends_at": "2024-09-27T10:00:00+08:00", "capacity": 1});
    assert_eq!(code(&app.act(&admin, "/slots", &past).await.problem(422, "invalid_body")), "in_the_past");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn forty_calls_for_two_places(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let admin = app.login(Role::ZoneAdmin, 0).await;
    let slot = slot(&app, &admin, "2024-10-08T09:00:00+08:00", "2024-10-08T10:00:00+08:00", 2).await;
    let people = [
        app.login(Role::Applicant, 0).await,
        app.login(Role::Applicant, 1).await,
        app.login(Role::WindowClerk, 0).await,
        app.login(Role::Issuer, 0).await,
    ];
    let (path, body) = (format!("/slots/{slot}/bookings"), visitor());
    let calls = (0..40).map(|n| app.act(&people[n % 4], &path, &body));
    let answers = futures_util::future::join_all(calls).await;
    let taken = answers.iter().filter(|a| a.status == 201).count();
    assert_eq!((taken, answers.iter().all(|a| matches!(a.status.as_u16(), 201 | 409))), (2, true));
    assert_eq!(app.get("/slots").send().await.ok().body["items"][0]["free"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn printing_is_counted_and_free(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let clerk = app.login(Role::WindowClerk, 0).await;
    for pages in [2, 5] {
        app.act(&clerk, "/print-jobs", &json!({"pages": pages})).await.ok();
    }
    for _ in 0..2 {
        let repeated = app.post("/print-jobs", &json!({"pages": 1})).bearer(&clerk).header("Idempotency-Key", "same").send().await.ok();
        assert_eq!(repeated.body, json!({"uses": 3, "pages": 8, "charge_fen": 0}), "F31");
    }
    app.post("/print-jobs", &json!({"pages": 1})).bearer(&clerk).send().await.problem(428, "idempotency_key_required");
    app.act(&clerk, "/print-jobs", &json!({"pages": 0})).await.problem(422, "invalid_body");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_parcel_carries_every_result_and_is_followed_to_the_end(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    hall.publish("h-two", &[("h-one", "HUC", 5, &[PAPER]), ("h-other", "NRP", 5, &[PAPER])], &[], |_| ()).await;
    let ready = async |hall: &Hall| {
        let filed = hall.file("bundle", "h-two", &[PAPER.0]).await;
        let id = filed.text("/id");
        hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
        hall.grant(&hall.huc, &filed.text("/cases/0/id")).await.ok();
        hall.grant(&hall.nrp, &filed.text("/cases/1/id")).await.ok();
        id
    };
    let id = ready(&hall).await;
    let path = format!("/applications/{id}/parcels");
    let to = |address: &str| json!({"recipient": "张三丰", "address": address, "phone": "13800003210"});
    hall.act(&hall.issuer, &path, to("衡阳市蒸湘区示例路1号")).await.problem(409, "state_forbids");
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    hall.act(&hall.clerk, &path, to("衡阳市蒸湘区示例路1号")).await.problem(403, "forbidden");
    hall.act(&hall.issuer, &path, to("衡阳市蒸湘区示例路1号")).await.ok();
    assert_eq!(code(&hall.act(&hall.issuer, &path, to("别处")).await.problem(409, "state_forbids")), "parcel_under_way", "one parcel");
    let mut states = Vec::new();
    let mut hall = hall;
    for hour in ["11", "15", "19", "23"] {
        hall = hall.later(&format!("2024-09-27T{hour}:30:00+08:00")).await;
        states.push(hall.office.app.see(&hall.owner, &path).await.ok().text("/items/0/state"));
    }
    assert_eq!(states, ["ordered", "collected", "in_transit", "signed"]);
    let closed = hall.look(&id).await;
    assert_eq!((&closed.body["state"], closed.body["cases"][1]["delivered_at"].is_string()), (&json!("closed"), true));
    let seen = hall.office.app.see(&hall.supervisor, &path).await.ok();
    assert_eq!((&seen.body["items"][0]["phone"], &seen.body["items"][0]["fee_fen"]), (&json!("138****3210"), &json!(0)));
    assert!(!seen.body.to_string().contains("示例路1号"));
    let figures = hall.office.see("/handling-figures").await.ok();
    assert!(figures.body["items"].as_array().unwrap().iter().any(|f| f["code"] == "courier_deliveries" && f["count"] == 2), "F30");
    // One that comes back is found by supervision, and may be sent again.
    let id = ready(&hall).await;
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    hall.act(&hall.issuer, &format!("/applications/{id}/parcels"), to("退回路2号")).await.ok();
    for hour in ["00", "05", "10", "15"] {
        hall = hall.later(&format!("2024-09-28T{hour}:30:00+08:00")).await;
    }
    let back = hall.office.app.see(&hall.owner, &format!("/applications/{id}/parcels")).await.ok();
    assert_eq!(back.body["items"][0]["state"], "returned");
    let found = hall.office.app.see(&hall.supervisor, "/findings").await.ok();
    assert!(found.body["items"].as_array().unwrap().iter().any(|f| f["rule"] == "delivery_late"));
    hall.act(&hall.issuer, &format!("/applications/{id}/parcels"), to("衡阳市蒸湘区示例路1号")).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_for_others_without_the_owners_consent(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    hall.publish("h-one-thing", &[("h-single", "HUC", 5, &[PAPER])], &[], |_| ()).await;
    let id = hall.file("matter", "h-single", &[PAPER.0]).await.text("/id");
    let path = format!("/applications/{id}/help");
    let send = json!({"kind": "send_document", "document": "营业执照", "recipient": "某银行"});
    assert_eq!(code(&hall.act(&hall.clerk, &path, send.clone()).await.problem(403, "not_allowed")), "consent_missing", "F77");
    hall.act(&hall.clerk, &path, json!({"kind": "scan", "document": "营业执照"})).await.ok();
    hall.act(&hall.clerk, &format!("/applications/{id}/consents"), json!({"recipient": "某银行", "purpose": "开户"}))
        .await
        .problem(403, "forbidden");
    hall.act(&hall.owner, &format!("/applications/{id}/consents"), json!({"recipient": "某银行", "purpose": "开户"})).await.ok();
    hall.act(&hall.clerk, &path, send).await.ok();
    let figures = hall.office.see("/handling-figures").await.ok();
    assert!(figures.body["items"].as_array().unwrap().iter().any(|f| f["code"] == "further_services" && f["count"] == 2));
    let elsewhere = hall.office.app.call(Method::GET, "/api/v1/zones/xiangtan-gaoxin/handling-figures").send().await.ok();
    assert!(elsewhere.body["items"].as_array().unwrap().iter().all(|f| f["count"] == 0), "another zone counts for itself");
}
