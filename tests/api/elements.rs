//! What the public list says of a matter besides its rules.

use crate::office::{Office, matter};
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_public_reads_what_to_bring_to_pay_and_to_fill_in(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let mut whole = matter("drone-show", "无人机表演备案", 5, &[("flight-plan", "飞行方案")]);
    let address = |file: &str| json!({"title": file, "address": format!("https://zwfw.example.gov.cn/{file}.pdf")});
    let plan = json!({"material": "flight-plan", "name": "飞行方案", "source": "applicant", "kind": "form", "format": "paper", "originals": 1,
        "copies": 2, "pages": 3, "paper_size": "A4", "in_person": true, "filling": "逐架次填写", "blank_form": address("blank"), "sample": address("sample")});
    whole["requirements"][0]["choices"] = json!([plan]);
    whole["fee"] = json!("按次收取");
    whole["charges"] = json!([{"name": "空域协调费", "standard": "每次100元", "basis": "示例价格文件", "reduction": "公益活动免收"}]);
    whole["online_access"] = json!({"web": "https://zwfw.example.gov.cn/drone", "single_login": true});
    whole["service_hours"] = json!("工作日 9:00-11:30");
    whole["limits"]["statutory_note"] = json!("不含专家评审所需时间");
    office.add("/matters/drone-show", &whole).await.ok();
    let guide = office.see("/matters/drone-show/guide").await.ok();
    assert_eq!(guide.body["material_details"][0], plan);
    let shown = &guide.body["matters"][0];
    assert_eq!(shown["charges"], whole["charges"]);
    assert_eq!(
        (shown["service_hours"].as_str(), shown["rights"].as_str().map(|t| t.contains("行政许可法 7"))),
        (Some("工作日 9:00-11:30"), Some(true))
    );
    let others = office.see("/matters/construction-permit/guide").await.ok();
    assert_eq!(others.text("/matters/0/service_hours"), "工作日 09:00-12:00，13:00-17:00", "the hall's own hours");
    let paper = office.see("/matters/drone-show/notice?format=html").await.ok();
    let paper = paper.body.as_str().unwrap();
    for told in ["原件1份", "复印件2份", "3页A4", "需本人到场", "逐架次填写", "https://zwfw.example.gov.cn/blank.pdf"] {
        assert!(paper.contains(told), "{told}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_base_catalogue_is_published_by_the_platform_and_binds_every_zone(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let admin = app.login(Role::SystemAdmin, 0).await;
    let base = app.call(Method::GET, "/api/v1/base-catalogue").send().await.ok();
    let put = |token: &str, etag: &str, document: &Value| {
        let call = app.call(Method::PUT, "/api/v1/base-catalogue").bearer(token).header("If-Match", etag);
        call.json(&json!({"document": document, "reason": "省级基本目录调整"})).send()
    };
    let mut changed = base.body["document"].clone();
    let entries = changed["entries"].as_array_mut().unwrap();
    entries.iter_mut().find(|e| e["code"] == "labour-dispatch").unwrap()["name"] = json!("劳务派遣经营许可（新）");
    put(&office.publisher, "*", &changed).await.problem(403, "forbidden");
    put(&admin, "\"99-x\"", &changed).await.problem(412, "stale_version");
    let mut twice = changed.clone();
    let first = twice["entries"][0].clone();
    twice["entries"].as_array_mut().unwrap().push(first);
    let refused = put(&admin, "*", &twice).await.problem(422, "document_flawed");
    assert_eq!(refused.body["errors"][0]["code"], "duplicate");
    let refused = put(&admin, "*", &json!({"entries": [{"code": "x"}]})).await.problem(422, "document_flawed");
    assert!(refused.body["errors"].as_array().unwrap().iter().any(|e| e["pointer"] == "/entries/0/name"));
    let etag = base.header("etag").to_owned();
    let version = put(&admin, &etag, &changed).await.ok().body["version"].clone();
    assert_eq!(version, json!(base.body["version"].as_i64().unwrap() + 1));
    assert_eq!(put(&admin, "*", &changed).await.ok().body["version"], version, "the same again changes nothing");
    let report = app.see(&office.editor, "/catalogue/unify-check").await.ok();
    assert_eq!(report.body["items"][0]["matter"]["code"], "labour-dispatch");
    // A zone may bind its bundles to the base catalogue: what it does not have is not sorted yet.
    office.add("/matters/drone-show", &matter("drone-show", "无人机表演备案", 5, &[])).await.ok();
    let bundle = json!({"code": "show", "name": "演出一件事", "lead_department": "HUC", "summary": "演出", "members": [{"matter": "drone-show"}],
        "promised_source": "illustrative", "source": "illustrative"});
    let strict = json!({"settings": {"bundles_only_from_base": true}});
    let profile = office.begin("/profile", None).await.expect(201).text("/id");
    office.revise(&profile, strict).await.ok();
    let refused = office.submit(&profile).await.problem(422, "document_flawed");
    assert_eq!(refused.body["errors"][0]["code"], "matter_not_sorted", "a bundle in force stands against it");
    let retire = json!({"reason": "待梳理"});
    app.act(&office.publisher, "/bundles/open-hotel/retire", &retire).await.ok();
    office.submit(&profile).await.ok();
    office.publish(&profile, &json!({})).await.ok();
    let unsorted = office.begin("/bundles/show", Some(&bundle)).await.expect(201).text("/id");
    let refused = office.submit(&unsorted).await.problem(422, "document_flawed");
    assert_eq!(refused.body["errors"][0]["code"], "matter_not_sorted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_step_and_an_unknown_source_are_noticed(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let mut whole = matter("drone-show", "无人机表演备案", 5, &[("flight-plan", "飞行方案")]);
    whole["flow"] = json!([{"name": "受理"}, {"name": "会签", "origin": "cancelled", "reason": "无实质意义"}, {"name": "决定"}]);
    office.add("/matters/drone-show", &whole).await.ok();
    let id = office.begin("/matters/drone-show", None).await.expect(201).text("/id");
    let refuses = |patch: Value, pointer: &'static str, code: &'static str| {
        let (office, id) = (&office, &id);
        async move {
            office.revise(id, patch).await.ok();
            let refused = office.submit(id).await.problem(422, "document_flawed");
            let told = &refused.body["errors"][0];
            assert_eq!((told["pointer"].as_str(), told["code"].as_str()), (Some(pointer), Some(code)));
        }
    };
    let again = json!({"flow": [{"name": "受理"}, {"name": "会签"}, {"name": "决定"}]});
    refuses(again, "/flow/1/reason", "step_taken_up_again").await;
    let explained = json!({"flow": [{"name": "受理"}, {"name": "会签", "reason": "上级要求恢复"}, {"name": "决定"}]});
    office.revise(&id, explained).await.ok();
    let mut requirement = whole["requirements"].clone();
    (requirement[0]["choices"][0]["source"], requirement[0]["choices"][0]["issued_by"]) = (json!("sibling"), json!("no-such-matter"));
    refuses(json!({"requirements": requirement}), "/requirements/0/choices/0/issued_by", "unknown").await;
    requirement[0]["choices"][0]["issued_by"] = json!("road-occupation");
    office.revise(&id, json!({"requirements": requirement})).await.ok();
    office.submit(&id).await.ok();
    office.publish(&id, &json!({})).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn any_listed_agency_may_be_chosen_and_none_that_is_not_needed(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let services = office.see("/intermediary-services").await.ok().body["items"].clone();
    let mut listed = services.as_array().unwrap().clone();
    let review = listed.iter_mut().find(|s| s["code"] == "drawing-review").unwrap();
    review["agencies"] = json!(["甲审图机构", "乙审图机构"]);
    office.change("/profile", json!({"intermediary_services": listed})).await.ok();
    let (owner, stranger) = (app.login(Role::Applicant, 0).await, app.login(Role::Applicant, 1).await);
    let id = app.draft(&owner, &support::excavation()).await.text("/id");
    let choose = |service: &str, agency: &str| json!({"service": service, "agency": agency});
    let path = format!("/applications/{id}/agencies");
    app.act(&stranger, &path, &choose("drawing-review", "甲审图机构")).await.problem(404, "not_found");
    for (service, agency, code) in [
        ("drawing-review", "丙审图机构", "agency_not_listed"),
        ("drawing-review", " ", "agency_not_listed"),
        ("no-such-service", "甲审图机构", "service_unknown"),
    ] {
        let refused = app.act(&owner, &path, &choose(service, agency)).await.problem(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["code"], code, "{service} {agency}");
    }
    let unneeded = services.as_array().unwrap().iter().find(|s| !s["matters"].as_array().unwrap().contains(&json!("construction-permit")));
    let refused = app.act(&owner, &path, &choose(unneeded.unwrap()["code"].as_str().unwrap(), "甲")).await.problem(422, "invalid_body");
    assert_eq!(refused.body["errors"][0]["code"], "service_not_needed");
    app.act(&owner, &path, &choose("drawing-review", "甲审图机构")).await.ok();
    let chosen = app.act(&owner, &path, &choose("drawing-review", "乙审图机构")).await.ok();
    let agencies = chosen.body["agencies"].as_array().unwrap();
    assert_eq!(
        (agencies.len(), &agencies[0]["agency"]),
        (1, &json!("乙审图机构")),
        "F33: a later choice takes the place of an earlier one"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn elements_are_the_same_as_in_the_base_catalogue(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let before = office.app.see(&office.editor, "/catalogue/unify-check").await.ok();
    assert_eq!(before.body["items"], json!([]));
    office.change("/matters/labour-dispatch", json!({"name": "派遣公司许可"})).await.ok();
    let report = office.app.see(&office.editor, "/catalogue/unify-check").await.ok();
    assert_eq!(
        (&report.body["items"][0]["matter"]["code"], &report.body["items"][0]["differences"][0]["field"]),
        (&json!("labour-dispatch"), &json!("name"))
    );
    let bundle = json!({"code": "two-shops", "name": "两个店一件事", "lead_department": "MSA", "summary": "开两个店",
        "members": [{"matter": "labour-dispatch"}], "promised_source": "illustrative", "source": "illustrative"});
    let id = office.begin("/bundles/two-shops", Some(&bundle)).await.expect(201).text("/id");
    let refused = office.submit(&id).await.problem(422, "document_flawed");
    let told = refused.body["errors"].as_array().unwrap();
    assert_eq!((told.len(), &told[0]["pointer"], &told[0]["code"]), (1, &json!("/members/0/matter"), &json!("matter_not_sorted")));
    let applicant = office.app.login(Role::Applicant, 0).await;
    office.app.see(&applicant, "/catalogue/unify-check").await.problem(403, "forbidden");
}
