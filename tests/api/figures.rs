//! The figures a zone publishes about its catalogue, each from matters that stand in it: a zone of its own is imported
//! with exactly the matters a figure speaks of.

use crate::office::matter;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::import_files;
use support::App;
use support::Database::{self, Postgres, Sqlite};
use workflow::catalogue::File;

const SLUG: &str = "figure-zone";

/// Brings matters into the zone of this test, as of the standing clock's day.
async fn bring(app: &App, matters: &[Value]) {
    let profile = json!({
        "slug": SLUG, "name": "指标示例区", "slogan": "示例", "hotline": "12345", "area_code": "430499",
        "hours": [{"effective_from": "2019-01-01", "sessions": [{"opens": "09:00:00", "closes": "17:00:00"}]}],
        "departments": [
            {"code": "HUC", "name": "建设局", "function": "建设", "source": "illustrative"},
            {"code": "FIRE", "name": "市消防支队窗口", "function": "消防", "presence": "front_moved", "source": "illustrative"}],
        "places": [{"code": "hall", "name": "大厅", "kind": "hall", "source": "illustrative"}], "source": "illustrative",
    });
    let file = |path: String, document: &Value| File { path: format!("zones/{SLUG}/{path}"), bytes: document.to_string().into_bytes() };
    let mut files = vec![file("zone.json".to_owned(), &profile)];
    files.extend(matters.iter().map(|m| file(format!("matters/{}.json", m["code"].as_str().unwrap()), m)));
    import_files(&app.state().db, &files).unwrap();
    app.state().snapshots.poll(&app.state().db).await.unwrap();
}

async fn figures(app: &App, query: &str) -> Value {
    app.call(Method::GET, &format!("/api/v1/zones/{SLUG}/catalogue/figures{query}")).send().await.ok().body
}

/// So many matters that differ by their numbers alone; `change` makes each what the figure needs.
fn matters(count: usize, materials: impl Fn(usize) -> usize, change: impl Fn(usize, &mut Value)) -> Vec<Value> {
    let one = |i: usize| {
        let names: Vec<String> = (0..materials(i)).map(|m| format!("m{m}")).collect();
        let asked: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "申请材料")).collect();
        let mut document = matter(&format!("m-{i:03}"), &format!("示例事项{i}"), 9, &asked);
        change(i, &mut document);
        document
    };
    (0..count).map(one).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn fewer_materials_visits_and_days_are_counted_over_matters(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let visits = |n: u64| move |_: usize, m: &mut Value| (m["visits"], m["visit_reason"]) = (json!(n), json!("核验原件"));
    // F10: ten matters with 89 materials, 38 fewer later. F12: 250 visits in ten... every matter promises at most nine, so
    // 25 and 6 per ten matters show the same share. F11: 20 working days by law, 9 promised, of each.
    let before = matters(10, |i| if i < 9 { 9 } else { 8 }, |i, m| visits(if i < 5 { 3 } else { 2 })(i, m));
    bring(&app, &before).await;
    let first = figures(&app, "").await["figures"].clone();
    assert_eq!((&first["materials"], &first["average_materials"], &first["visits"]), (&json!(89), &json!("8.9"), &json!(25)));
    assert_eq!(first["limit_reduction_percent"], "55.00", "F11: 200 by law, 90 promised");
    app.move_clock("2024-10-08T09:00:00+08:00").await;
    let after = matters(10, |i| if i < 9 { 5 } else { 6 }, |i, m| visits(u64::from(i < 6))(i, m));
    bring(&app, &after).await;
    let now = figures(&app, "?compared_to=2024-09-27").await;
    assert_eq!((&now["figures"]["materials"], &now["figures"]["average_materials"]), (&json!(51), &json!("5.1")), "F10");
    assert_eq!(
        (&now["reduction"]["materials_percent"], &now["reduction"]["visits_percent"]),
        (&json!("42.70"), &json!("76.00")),
        "F10, F12"
    );
    assert_eq!(figures(&app, "?on=2024-09-27").await["figures"]["average_materials"], "8.9", "an earlier day stays as it was");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_online_and_what_sits_in_the_hall_is_counted_over_matters(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    // F13: 214 of 250 online. F4: 15 front-moved apart from 225 delegated; ten of the zone's own, one of them not in the hall.
    let all = matters(
        250,
        |_| 1,
        |i, m| {
            if i >= 214 {
                m["online_depth"] = json!("guide");
            }
            match i {
                0..15 => (m["authority"], m["department"]) = (json!("front_moved"), json!("FIRE")),
                15..240 => (m["authority"], m["delegated_by"]) = (json!("devolved"), json!("衡阳市某局")),
                249 => m["handled_at"] = json!([]),
                _ => {}
            }
        },
    );
    bring(&app, &all).await;
    let f = figures(&app, "").await["figures"].clone();
    assert_eq!((&f["matters"], &f["online"], &f["online_percent"]), (&json!(250), &json!(214), &json!("85.60")), "F13");
    assert_eq!((&f["front_moved"], &f["delegated"]), (&json!(15), &json!(225)), "F4: 240 in all, each counted apart");
    assert_eq!((&f["entered"], &f["entry_percent"]), (&json!(249), &json!("99.60")));
}
