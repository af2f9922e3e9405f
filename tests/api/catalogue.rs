//! The catalogue: reading with entity tags, precheck by stage, import of all or nothing.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::{embedded_files, import_files};
use support::App;
use support::Database::{self, Postgres, Sqlite};

const ARTICLE_8: [&str; 5] =
    ["land-planning-permit", "construction-contract", "fund-commitment", "quality-safety-measures", "drawing-review-excavation"];

async fn precheck(app: &App, stage: &str, held: &[&str]) -> (bool, Vec<String>) {
    let answers = json!({"permit_stage": stage, "expropriation": "no", "special_fire_project": "no"});
    let body = json!({"matter": "construction-permit", "answers": answers, "held": held, "on": "2024-06-03"});
    let assessment = app.post("/precheck", &body).send().await.ok().body;
    let missing = assessment["items"].as_array().unwrap().iter().filter(|i| i["status"] == "missing");
    (assessment["may_accept"].as_bool().unwrap(), missing.map(|i| i["name"].as_str().unwrap().to_owned()).collect())
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_staged_permit_asks_what_each_stage_needs(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let mut held = ARTICLE_8.to_vec();
    held.push("planning-conditions-approval");
    assert_eq!(precheck(&app, "excavation", &held).await, (true, vec![]));
    let (may, missing) = precheck(&app, "excavation", &["planning-conditions-approval"]).await;
    assert!(!may);
    assert_eq!(
        missing,
        ["建设用地规划许可证", "施工合同", "基坑支护施工图审查合格书", "建设资金已经落实承诺书", "保证工程质量和安全的具体措施资料"]
    );
    held.push("drawing-review-below-zero");
    assert_eq!(
        precheck(&app, "below_zero", &held).await,
        (false, ["修建性详细规划", "总平面图", "建设工程设计方案审查意见"].map(str::to_owned).to_vec())
    );
    let mut whole =
        vec!["land-planning-permit", "construction-contract", "fund-commitment", "quality-safety-measures", "works-planning-permit"];
    assert!(!precheck(&app, "above_zero", &whole).await.0, "without drawing review");
    whole.extend(["drawing-review-certificate", "fire-drawings"]);
    assert!(precheck(&app, "above_zero", &whole).await.0);
    whole.retain(|m| *m != "works-planning-permit");
    assert_eq!(precheck(&app, "above_zero", &whole).await, (false, vec!["建设工程规划许可证".to_owned()]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_any_of_group_works_by_data_alone(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let mut files = embedded_files();
    let file = files.iter_mut().find(|f| f.path.ends_with("construction-permit.json")).unwrap();
    let mut document: Value = serde_json::from_slice(&file.bytes).unwrap();
    let groups = document["requirements"].as_array_mut().unwrap();
    groups.iter_mut().find(|r| r["code"] == "planning-below-zero").unwrap()["need"] = json!("any");
    file.bytes = serde_json::to_vec(&document).unwrap();
    let imported = import_files(&app.state().db, &files).unwrap();
    assert_eq!((imported.published, imported.unchanged > 20), (1, true), "only what differs is published");
    app.state().snapshots.poll(&app.state().db).await.unwrap();
    assert_eq!(app.get("/matters/construction-permit").send().await.ok().body["version"], 2);

    let mut held = ARTICLE_8.to_vec();
    held.extend(["drawing-review-below-zero", "general-site-plan"]);
    let answers = json!({"permit_stage": "below_zero", "expropriation": "no"});
    let body = json!({"matter": "construction-permit", "answers": answers, "held": held});
    assert_eq!(app.post("/precheck", &body).send().await.ok().body["may_accept"], true);
    held.pop();
    let body = json!({"matter": "construction-permit", "answers": answers, "held": held});
    let item = app.post("/precheck", &body).send().await.ok().body["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["status"] == "missing")
        .unwrap()
        .clone();
    assert_eq!(item["alternatives"].as_array().unwrap().len(), 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_write_decides_on_the_catalogue_as_published_not_as_remembered(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(domain::access::Role::Applicant, 0).await;
    let mut body = support::excavation();
    body["matter"] = json!("road-occupation");
    body["form"] = json!({});
    body["answers"] = json!({"works": "fence"});
    app.post("/applications", &body).bearer(&token).send().await.problem(422, "invalid_body");
    let mut files = embedded_files();
    let file = files.iter_mut().find(|f| f.path.ends_with("road-occupation.json")).unwrap();
    let mut document: Value = serde_json::from_slice(&file.bytes).unwrap();
    document["situations"][0]["answers"].as_array_mut().unwrap().push(json!({"code": "fence", "text": "设置围挡"}));
    file.bytes = serde_json::to_vec(&document).unwrap();
    import_files(&app.state().db, &files).unwrap();
    app.post("/applications", &body).bearer(&token).send().await.expect(201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_calendar_reaches_a_running_server(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let due = || async { app.get("/workdays/due?from=2024-09-27&n=5").send().await.ok().text("/due_on") };
    assert_eq!(due().await, "2024-10-10");
    let mut files = embedded_files();
    let file = files.iter_mut().find(|f| f.path == "calendars/workdays.csv").unwrap();
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert!(text.contains("2024-10-07,holiday,"));
    file.bytes = text.replace("2024-10-07,holiday,国庆节", "2024-10-07,workday,示例更正").into_bytes();
    assert_eq!(import_files(&app.state().db, &files).unwrap().days, 1);
    app.state().snapshots.poll(&app.state().db).await.unwrap();
    assert_eq!(due().await, "2024-10-09");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn importing_the_same_digests_again_is_nothing(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let imported = import_files(&app.state().db, &embedded_files()).unwrap();
    assert_eq!((imported.published, imported.days), (0, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_is_named_with_pointer_and_reason_and_changes_nothing(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let generation = app.state().snapshots.zone("hengyang-gaoxin").unwrap().catalogue.generation;
    for (pointer, value, complaint) in [
        ("/limits/promised/n", json!(9), "/limits/promised/n：承诺时限不得长于法定时限"),
        ("/department", json!("NASA"), "/department：园区没有部门「NASA」"),
        ("/requirements/0/class", json!("vital"), "/requirements/0/class：不符合导入格式"),
        ("/situations/0/code", json!(3), "/situations/0/code：不符合导入格式"),
        ("/requirements/1/when", json!("answers.permit_stage =="), "条件表达式无法解析"),
        ("/form", json!({"type": "object", "properties": {"x": {"type": "nonsense"}}}), "表单的JSON Schema无效"),
        ("/code", json!("another-code"), "/code：代码「another-code」与文件名不一致"),
    ] {
        let mut files = embedded_files();
        let file = files.iter_mut().find(|f| f.path == "zones/hengyang-gaoxin/matters/construction-permit.json").unwrap();
        let mut document: Value = serde_json::from_slice(&file.bytes).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        file.bytes = serde_json::to_vec(&document).unwrap();
        let error = import_files(&app.state().db, &files).unwrap_err().to_string();
        assert!(
            error.contains("zones/hengyang-gaoxin/matters/construction-permit.json") && error.contains(complaint),
            "{pointer}: {error}"
        );
    }
    app.state().snapshots.poll(&app.state().db).await.unwrap();
    assert_eq!(app.state().snapshots.zone("hengyang-gaoxin").unwrap().catalogue.generation, generation);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_filters_and_entity_tags() {
    let app = App::start(Sqlite).await;
    let mut codes = Vec::new();
    let mut path = "/matters?limit=100".to_owned();
    loop {
        let page = app.get(&path).send().await.ok();
        codes.extend(page.body["items"].as_array().unwrap().iter().map(|m| m["code"].as_str().unwrap().to_owned()));
        match page.body["next"].as_str() {
            Some(next) => path = format!("/matters?limit=100&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(codes.len(), 226, "F4, F6: every matter handled on application has its public guide");
    assert!(codes.is_sorted());
    let found = |body: &Value| body["items"].as_array().unwrap().iter().map(|m| m["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(found(&app.get("/matters?q=开理发店").send().await.ok().body), ["public-place-hygiene"]);
    let police = found(&app.get("/matters?department=POL&audience=person&limit=100").send().await.ok().body);
    assert!(police.contains(&"birth-household".to_owned()) && !police.contains(&"seal-filing".to_owned()), "{police:?}");
    let counted = app.get("/matters?limit=1&commitment=true&count=bounded").send().await.ok();
    assert_eq!(counted.body["count"]["exact"], true);
    let listed = |path: &'static str| app.call(Method::GET, path).send();
    let bundles = listed("/api/v1/zones/xiangtan-gaoxin/bundles?limit=1&count=bounded").await.ok();
    let all = bundles.body["count"]["value"].as_u64().unwrap();
    let next = format!("/api/v1/zones/xiangtan-gaoxin/bundles?limit=100&cursor={}", bundles.text("/next"));
    assert_eq!(found(&app.call(Method::GET, &next).send().await.ok().body).len() as u64, all - 1);
    app.get("/matters?place=hall&online=true&case_kind=instant&matter_type=licence&topic=没有&limit=5").send().await.ok();
    app.get("/matters?online=perhaps").send().await.problem(422, "invalid_query");
    let matter = app.get("/matters/construction-permit").send().await.ok();
    let again = app.get("/matters/construction-permit").header("If-None-Match", matter.header("etag")).send().await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (304, matter.header("etag")));
    let guide = app.get("/bundles/newborn/guide?answers=born_in_hospital:yes,married_parents:yes").send().await.ok();
    assert_eq!(guide.body["matters"].as_array().unwrap().len(), 3);
    assert_eq!(guide.body["assessment"]["expected"]["critical_path"], json!(["birth-certificate", "birth-household", "resident-medical"]));
    app.get("/matters/nothing").send().await.problem(404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_other_zones_have_whole_bundles(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    for (zone, bundles) in [
        ("xiangtan-gaoxin", ["start-business", "utilities", "joint-completion", "start-on-land-grant"]),
        ("xiangjiang-xinqu", ["close-business-simple", "fire-two-in-one", "stage1-land", "stage3-permit"]),
        ("hengyang-gaoxin", ["newborn", "licence-plus-food", "close-business", "title-on-completion"]),
    ] {
        for bundle in bundles {
            let view = app.call(Method::GET, &format!("/api/v1/zones/{zone}/bundles/{bundle}")).send().await.ok();
            assert_eq!(view.body["matters"].as_array().unwrap().len(), view.body["bundle"]["members"].as_array().unwrap().len());
        }
        let departments = app.call(Method::GET, &format!("/api/v1/zones/{zone}/departments")).send().await.ok();
        assert!(departments.body["items"].as_array().unwrap().len() > 21);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calculator_answers_as_the_calendar_says() {
    let app = App::start(Sqlite).await;
    let due = |query: &str| app.get(&format!("/workdays/due?{query}")).send();
    assert_eq!(
        due("from=2024-09-27&n=5&unit=working_day").await.ok().body,
        json!({"from": "2024-09-27", "n": 5, "unit": "working_day", "due_on": "2024-10-10"})
    );
    let half = due("from=2024-09-30T10:00:00%2B08:00&n=1&unit=half_working_day").await.ok();
    assert_eq!((half.text("/due_on").as_str(), half.text("/due_at").as_str()), ("2024-09-30", "2024-09-30T14:30:00+08:00"));
    let spaced = due("from=2024-09-30T10:00:00+08:00&n=1&unit=half_working_day").await.ok();
    assert_eq!(spaced.body, half.body);
    let provisional = due("from=2026-12-28&n=5&provisional=true").await.ok();
    assert_eq!((provisional.text("/due_on").as_str(), &provisional.body["provisional"]), ("2027-01-05", &json!(true)));
}
