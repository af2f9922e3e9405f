//! A catalogue is written by one person, published by another, and stands from then on.

use crate::office::{Office, matter};
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

fn errors(answer: &Answer) -> Vec<(String, String)> {
    let listed = answer.body["errors"].as_array().unwrap();
    listed.iter().map(|e| (e["pointer"].as_str().unwrap().to_owned(), e["code"].as_str().unwrap().to_owned())).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_matter_without_phone_is_not_published_and_with_it_is_public(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let mut document = matter("drone-show", "无人机表演备案", 5, &[("flight-plan", "飞行方案")]);
    document.as_object_mut().unwrap().remove("consult_phone");
    let draft = office.begin("/matters/drone-show", Some(&document)).await.expect(201);
    let id = draft.text("/id");
    assert!(draft.body["findings"].as_array().unwrap().iter().any(|f| f["text"].as_str().unwrap().contains("missing: consult_phone")));
    let refused = office.submit(&id).await.problem(422, "document_flawed");
    assert_eq!(errors(&refused), [("/consult_phone".to_owned(), "missing".to_owned())]);
    office.see("/matters/drone-show").await.problem(404, "not_found");
    office.revise(&id, json!({"consult_phone": "0734-8800001"})).await.ok();
    office.submit(&id).await.ok();
    assert_eq!(office.publish(&id, &json!({})).await.ok().text("/state"), "published");
    let guide = office.see("/matters/drone-show/guide").await.ok();
    let m = &guide.body["matters"][0];
    assert_eq!(m["name"], "无人机表演备案");
    for element in ["legal_basis", "conditions", "flow", "consult_phone", "promised_text", "statutory_text"] {
        assert!(!m[element].is_null(), "{element} is public");
    }
    assert_eq!(guide.body["assessment"]["items"][0]["name"], "飞行方案");
    let listed = office.see("/matters/drone-show/versions").await.ok();
    let line = &listed.body["items"][0];
    assert_eq!((&line["version"], &line["reason"]), (&json!(1), &json!("测试")));
    assert!(line["edited_by"].is_null(), "staff are not named in public: {line}");
    let published = office.app.see(&office.publisher, &format!("/drafts/{id}")).await.ok();
    assert!(published.body["editors"][0] != published.body["reviewed_by"] && published.body["reviewed_by"].is_string(), "two people");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_people_and_the_right_version(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let id = office.begin("/matters/road-occupation", None).await.expect(201).text("/id");
    // Others' drafts: seen by publisher and auditor, by nobody else; written by editors alone.
    let applicant = app.login(Role::Applicant, 0).await;
    for (token, status, code) in [(&applicant, 403, "forbidden"), (&office.publisher, 403, "forbidden")] {
        let call = app.patch(&format!("/drafts/{id}"), &json!({"reason": "改"}));
        call.bearer(token).header("If-Match", "*").send().await.problem(status, code);
    }
    app.see(&applicant, &format!("/drafts/{id}")).await.problem(403, "forbidden");
    app.act(&office.editor, &format!("/drafts/{id}/publish"), &json!({})).await.problem(403, "forbidden");
    let abroad = app.call(Method::GET, &format!("/api/v1/zones/xiangtan-gaoxin/drafts/{id}")).bearer(&office.publisher).send().await;
    abroad.problem(403, "forbidden");
    // If-Match.
    let seen = app.see(&office.editor, &format!("/drafts/{id}")).await.ok();
    let patch = |reason: &str| app.patch(&format!("/drafts/{id}"), &json!({"reason": reason})).bearer(&office.editor);
    patch("一").send().await.problem(428, "if_match_required");
    patch("二").header("If-Match", seen.header("etag")).send().await.ok();
    patch("三").header("If-Match", seen.header("etag")).send().await.problem(412, "stale_version");
    // States.
    office.publish(&id, &json!({})).await.problem(409, "state_forbids");
    office.submit(&id).await.ok();
    office.revise(&id, json!({"name": "新名称"})).await.problem(409, "state_forbids");
    app.act(&office.publisher, &format!("/drafts/{id}/return"), &json!({"note": "请说明依据"})).await.ok();
    assert_eq!(app.see(&office.editor, &format!("/drafts/{id}")).await.ok().text("/note"), "请说明依据");
    // Somebody else was faster.
    office.change("/matters/road-occupation", json!({"consult_phone": "0734-8800002"})).await.ok();
    office.submit(&id).await.ok();
    let outdated = office.publish(&id, &json!({})).await.problem(409, "state_forbids");
    assert_eq!(errors(&outdated)[0].1, "draft_outdated");
    let drafts = app.see(&office.publisher, "/drafts?state=review").await.ok();
    assert_eq!(drafts.body["items"].as_array().unwrap().len(), 1);
    app.act(&office.publisher, &format!("/drafts/{id}/return"), &json!({"note": "重新起草"})).await.ok();
    let gone = app.call(Method::DELETE, &format!("/api/v1/zones/hengyang-gaoxin/drafts/{id}")).bearer(&office.editor).send().await;
    assert_eq!(gone.status.as_u16(), 204);
    app.see(&office.editor, &format!("/drafts/{id}")).await.problem(404, "not_found");
    // A wrong code, nothing to begin from.
    let named = office.begin("/matters/other-code", Some(&matter("drone-show", "名", 5, &[]))).await.problem(422, "invalid_body");
    assert_eq!(errors(&named)[0].0, "/document/code");
    office.begin("/matters/nothing-there", None).await.problem(404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_same_person_never_publishes_what_he_wrote(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let both = office.app.accounts().iter().find(|a| a.role == Role::CataloguePublisher).unwrap().clone();
    let account = office.app.call(Method::GET, "/api/v1/account").bearer(&office.publisher).send().await.ok().text("/id");
    office
        .app
        .state()
        .db
        .write_blocking(|tx| persistence::account::insert_membership(tx, account.parse().unwrap(), 1, Role::CatalogueEditor, None))
        .unwrap();
    let token = office.app.token(&both.username, &both.password).await;
    let draft = office.app.post("/matters/road-occupation/drafts", &json!({"reason": "一人"})).bearer(&token).send().await.expect(201);
    let id = draft.text("/id");
    office.app.act(&token, &format!("/drafts/{id}/submit"), &json!({})).await.ok();
    let refused = office.app.act(&token, &format!("/drafts/{id}/publish"), &json!({})).await.problem(403, "not_allowed");
    assert_eq!(errors(&refused)[0].1, "same_person");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_version_holds_from_its_day_and_what_was_filed_stays_on_its_own(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let owner = app.login(Role::Applicant, 0).await;
    let filed = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await.text("/id");
    let id = office.begin("/matters/road-occupation", None).await.expect(201).text("/id");
    let flow: Vec<Value> = ["申请", "受理", "审查", "决定"].iter().map(|n| json!({"name": n})).collect();
    office.revise(&id, json!({"limits": {"promised": {"n": 5}}, "flow": flow})).await.ok();
    office.submit(&id).await.ok();
    office.publish(&id, &json!({"effective_from": "2024-09-26"})).await.problem(422, "invalid_body");
    office.publish(&id, &json!({"effective_from": "2024-10-08"})).await.ok();
    let current = |answer: Answer| (answer.body["version"].clone(), answer.body["matter"]["limits"]["promised"]["n"].clone());
    assert_eq!(current(office.see("/matters/road-occupation").await.ok()), (json!(1), json!(7)));
    app.move_clock("2024-10-08T09:00:00+08:00").await;
    assert_eq!(current(office.see("/matters/road-occupation").await.ok()), (json!(2), json!(5)));
    let pinned = app.see(&owner, &format!("/applications/{filed}/assessment")).await.ok();
    assert_eq!(pinned.body["expected"]["limit"]["n"], 7, "filed under its version");
    let diff = office.see("/matters/road-occupation/diff?from=1&to=2").await.ok();
    let changes = diff.body["changes"].as_array().unwrap();
    assert!(changes.iter().any(|c| c["pointer"] == "/limits/promised/n" && c["before"] == 7 && c["after"] == 5), "{changes:?}");
    assert_eq!(diff.body["steps"]["after"], 4);
    office.see("/matters/road-occupation/diff?from=1&to=9").await.problem(404, "not_found");
    assert_eq!(office.see("/matters/road-occupation/versions/1").await.ok().body["document"]["limits"]["promised"]["n"], 7);
    // Fewer steps are told per cent (F9).
    let steps = |n: usize| (0..n).map(|i| json!({"name": format!("环节{i}")})).collect::<Vec<_>>();
    office.change("/matters/road-occupation", json!({"flow": steps(7)})).await.ok();
    office.change("/matters/road-occupation", json!({"flow": steps(4)})).await.ok();
    let diff = office.see("/matters/road-occupation/diff?from=3&to=4").await.ok();
    assert_eq!(diff.body["steps"], json!({"before": 7, "after": 4, "reduction_percent": "42.86"}));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_retired_matter_takes_no_more_and_lets_go_on_what_was_filed(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let owner = app.login(Role::Applicant, 0).await;
    let (clerk, officer) = (app.login(Role::WindowClerk, 0).await, app.login_officer("URB", 0).await);
    let filed = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    let retire = json!({"reason": "上级取消", "effective_to": "2024-10-08"});
    app.act(&office.editor, "/matters/road-occupation/retire", &retire).await.problem(403, "forbidden");
    let bundled =
        app.act(&office.publisher, "/matters/birth-certificate/retire", &json!({"reason": "停"})).await.problem(409, "state_forbids");
    assert_eq!(errors(&bundled)[0].1, "matter_in_bundle");
    let in_bundles = app.act(&office.publisher, "/matters/road-occupation/retire", &retire).await;
    if in_bundles.status == 409 {
        // Bundles that need it end first.
        for bundle in office.see("/bundles?limit=100").await.ok().body["items"].as_array().unwrap() {
            if bundle["matters"].as_array().unwrap().contains(&json!("road-occupation")) {
                let path = format!("/bundles/{}/retire", bundle["code"].as_str().unwrap());
                app.act(&office.publisher, &path, &json!({"reason": "停", "effective_to": "2024-10-07"})).await.ok();
            }
        }
        app.act(&office.publisher, "/matters/road-occupation/retire", &retire).await.ok();
    }
    app.draft(&owner, &support::road()).await;
    app.move_clock("2024-10-08T09:00:00+08:00").await;
    app.post("/applications", &support::road()).bearer(&owner).send().await.problem(422, "matter_not_in_force");
    office.see("/matters/road-occupation").await.problem(404, "not_found");
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await;
    app.act(&officer, &format!("/cases/{case}/examine"), &support::examination("road-occupation")).await.ok();
    app.act(&officer, &format!("/cases/{case}/decide"), &json!({"granted": true, "opinion": "同意"})).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn publishing_refuses_what_can_not_be_right(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let whole = matter("drone-show", "无人机表演备案", 5, &[("flight-plan", "飞行方案")]);
    let id = office.begin("/matters/drone-show", Some(&whole)).await.expect(201).text("/id");
    let situation =
        json!([{"code": "site", "question": "场地？", "answers": [{"code": "in", "text": "室内"}, {"code": "out", "text": "室外"}]}]);
    let when = |condition: &str| json!({"situations": situation, "limit_variants": [{"when": condition, "limits": whole["limits"]}]});
    let form = |element: Value| json!({"form": {"properties": {"applicant_name": element}}});
    let long = format!("form.applicant_name == '{}'", "长".repeat(600));
    for (name, patch, pointer, code) in [
        ("promise beyond the law", json!({"limits": {"promised": {"n": 21}}}), "/limits/promised/n", "promised_exceeds_statutory"),
        ("other unit", json!({"limits": {"promised": {"unit": "natural_day"}}}), "/limits/promised/unit", "unit_mismatch"),
        (
            "catch-all",
            json!({"requirements": [{"code": "x", "class": "primary", "basis": "无", "choices": [
            {"material": "x", "name": "窗口要求的其他材料", "source": "applicant"}]}]}),
            "/requirements/0/choices/0/name",
            "catch_all",
        ),
        ("no legal basis", json!({"legal_basis": []}), "/legal_basis", "missing"),
        ("no checklist", json!({"checklist": []}), "/checklist", "missing"),
        ("visit without reason", json!({"visits": 1}), "/visit_reason", "missing"),
        ("unknown department", json!({"department": "NASA"}), "/department", "unknown"),
        ("unknown window", json!({"handled_at": [{"place": "hall", "windows": ["不存在的窗口"]}]}), "/handled_at/0/windows/0", "unknown"),
        (
            "charge without basis",
            json!({"fee": "收费", "charges": [{"name": "登记费", "standard": "每件80元", "basis": " "}]}),
            "/charges/0/basis",
            "missing",
        ),
        (
            "form at no public address",
            json!({"flow_chart": {"title": "流程图", "address": "file:///etc/passwd"}}),
            "/flow_chart/address",
            "wrong_format",
        ),
        ("unknown place", json!({"handled_at": [{"place": "moon"}]}), "/handled_at/0/place", "unknown"),
        (
            "one answer",
            json!({"situations": [{"code": "a", "question": "问？", "answers": [{"code": "x", "text": "是"}]}]}),
            "/situations/0/answers",
            "missing",
        ),
        ("unreadable condition", when("answers.site =="), "/limit_variants/0/when", "condition_invalid"),
        ("unknown name", when("answers.colour == 'red'"), "/limit_variants/0/when", "unknown_name"),
        ("unknown answer", when("answers.site in ['in', 'roof']"), "/limit_variants/0/when", "unknown_answer"),
        ("unknown element", when("form.height > 3"), "/limit_variants/0/when", "unknown_name"),
        ("unknown root", when("secrets.key == ''"), "/limit_variants/0/when", "unknown_name"),
        ("wrong type", when("form.applicant_name > 3"), "/limit_variants/0/when", "condition_fails"),
        ("no yes or no", when("answers.site"), "/limit_variants/0/when", "condition_fails"),
        ("loop over a literal", when("[1,2,3].exists(x, x > 2)"), "/limit_variants/0/when", "loop_over_literal"),
        ("loops that explode", when("[[1,2],[3]].all(x, x.all(y, y > 0))"), "/limit_variants/0/when", "loop_over_literal"),
        ("pattern", when("answers.site.matches('(a+)+$')"), "/limit_variants/0/when", "function_forbidden"),
        ("too long", when(&long), "/limit_variants/0/when", "too_large"),
        (
            "remote reference",
            form(json!({"title": "名", "x-sensitivity": 0, "$ref": "http://169.254.169.254/latest"})),
            "/form/properties/applicant_name/$ref",
            "remote_reference",
        ),
        (
            "file reference",
            form(json!({"title": "名", "x-sensitivity": 0, "$ref": "file:///etc/passwd"})),
            "/form/properties/applicant_name/$ref",
            "remote_reference",
        ),
        (
            "nonsense type",
            form(json!({"title": "名", "x-sensitivity": 0, "type": "nonsense"})),
            "/form/properties/applicant_name/type",
            "schema_invalid",
        ),
        (
            "no sensitivity",
            form(json!({"title": "名", "x-sensitivity": null, "type": "string"})),
            "/form/properties/applicant_name/x-sensitivity",
            "missing",
        ),
        ("unknown field", json!({"surprise": 1}), "/surprise", "unknown_field"),
        ("wrong shape", json!({"limits": {"promised": {"n": "five"}}}), "/limits/promised/n", "wrong_type"),
        ("unknown code", json!({"matter_type": "magic"}), "/matter_type", "not_in_list"),
    ] {
        office.revise(&id, whole.clone()).await.ok();
        office.revise(&id, patch).await.ok();
        let refused = office.submit(&id).await.problem(422, "document_flawed");
        assert!(errors(&refused).contains(&(pointer.to_owned(), code.to_owned())), "{name}: {:?}", refused.body["errors"]);
        // Back to the whole document, without what the patch added.
        for added in ["surprise", "situations", "limit_variants", "visit_reason", "fee", "charges", "flow_chart"] {
            office.revise(&id, json!({added: null})).await.ok();
        }
        office.revise(&id, json!({"form": null})).await.ok();
    }
    office.revise(&id, whole).await.ok();
    office.submit(&id).await.ok();
    office.publish(&id, &json!({})).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_drafts_and_publishes_once(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let begin = || {
        let call = office.app.post("/matters/road-occupation/drafts", &json!({"reason": "一次"}));
        call.bearer(&office.editor).header("Idempotency-Key", "once").send()
    };
    let (first, second) = (begin().await.expect(201).text("/id"), begin().await.expect(201).text("/id"));
    assert_eq!(first, second);
    office.submit(&first).await.ok();
    let publish = || {
        let call = office.app.post(&format!("/drafts/{first}/publish"), &json!({}));
        call.bearer(&office.publisher).header("Idempotency-Key", "once").send()
    };
    publish().await.ok();
    publish().await.ok();
    assert_eq!(office.see("/matters/road-occupation").await.ok().body["version"], 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_zone_edits_its_own_face(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    office.change("/profile", json!({"slogan": "高新事、高兴办", "hotline": "0734-12345"})).await.ok();
    let zone = office.see("").await.ok();
    assert_eq!((zone.text("/slogan"), zone.text("/hotline")), ("高新事、高兴办".to_owned(), "0734-12345".to_owned()));
    let other = office.app.call(Method::GET, "/api/v1/zones/xiangtan-gaoxin").send().await.ok();
    assert_ne!(other.text("/slogan"), zone.text("/slogan"), "F135: each zone has its own");
    let id = office.begin("/profile", None).await.expect(201).text("/id");
    office.revise(&id, json!({"departments": []})).await.ok();
    let refused = office.submit(&id).await.problem(422, "document_flawed");
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().starts_with("事项「"), "what names it is told");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_point_is_ticked_before_a_grant(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let points: Vec<Value> = (1..=5)
        .map(|i| json!({"code": format!("p{i}"), "phase": "examination", "text": format!("要点{i}")}))
        .chain([json!({"code": "whole", "phase": "acceptance", "text": "材料齐全"})])
        .collect();
    office.change("/matters/road-occupation", json!({"checklist": points})).await.ok();
    let owner = app.login(Role::Applicant, 0).await;
    let (clerk, officer) = (app.login(Role::WindowClerk, 0).await, app.login_officer("URB", 0).await);
    let filed = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    let tick = |points: &[&str]| {
        let checklist: Vec<Value> = points.iter().map(|p| json!({"point": p, "passed": true})).collect();
        json!({"method": "desk", "checklist": checklist, "opinion": "符合"})
    };
    app.act(&officer, &format!("/cases/{case}/examine"), &tick(&["p1", "p2", "要点3", "p4"])).await.ok();
    let grant = json!({"granted": true, "opinion": "同意"});
    let refused = app.act(&officer, &format!("/cases/{case}/decide"), &grant).await.problem(409, "state_forbids");
    assert_eq!(errors(&refused)[0].1, "checklist_incomplete");
    let seen = app.see(&officer, &format!("/cases/{case}")).await.ok();
    let open: Vec<&Value> = seen.body["file"]["checklist"].as_array().unwrap().iter().filter(|p| p["ticked"] == false).collect();
    assert_eq!((open.len(), open[0]["code"].as_str()), (1, Some("p5")));
    assert!(
        app.see(&owner, &format!("/cases/{case}")).await.ok().body["file"]["checklist"].is_null(),
        "the officer's list, not the applicant's"
    );
    app.act(&officer, &format!("/cases/{case}/examine"), &tick(&["p5"])).await.ok();
    app.act(&officer, &format!("/cases/{case}/decide"), &grant).await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_for_a_later_day_is_not_undone_by_the_way(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    office.add("/matters/drone-show", &matter("drone-show", "无人机表演备案", 5, &[])).await.ok();
    let revised = |patch: Value| async {
        let id = office.begin("/matters/drone-show", None).await.expect(201).text("/id");
        office.revise(&id, patch).await.ok();
        office.submit(&id).await.ok();
        id
    };
    let scheduled = revised(json!({"consult_phone": "0734-8800003"})).await;
    office.publish(&scheduled, &json!({"effective_from": "2025-01-02"})).await.ok();
    let hasty = revised(json!({"consult_phone": "0734-8800004"})).await;
    let refused = office.publish(&hasty, &json!({})).await.problem(409, "state_forbids");
    assert_eq!(errors(&refused)[0].1, "version_scheduled");
    let early =
        office.app.act(&office.publisher, "/matters/drone-show/retire", &json!({"reason": "停"})).await.problem(409, "state_forbids");
    assert_eq!(errors(&early)[0].1, "version_scheduled");
    office.publish(&hasty, &json!({"effective_from": "2025-01-02"})).await.ok();
    let retire = json!({"reason": "停", "effective_to": "2025-06-03"});
    office.app.act(&office.publisher, "/matters/drone-show/retire", &retire).await.ok();
    let late = revised(json!({"consult_phone": "0734-8800005"})).await;
    let refused = office.publish(&late, &json!({"effective_from": "2025-01-03"})).await.problem(409, "state_forbids");
    assert_eq!(errors(&refused)[0].1, "retirement_scheduled");
    // A bundle must hold on later days too.
    let bundle = json!({"code": "shows", "name": "演出一件事", "lead_department": "HUC", "summary": "演出", "members": [{"matter": "drone-show"}],
        "promised_source": "illustrative", "source": "illustrative"});
    let id = office.begin("/bundles/shows", Some(&bundle)).await.expect(201).text("/id");
    office.submit(&id).await.problem(422, "document_flawed");
    // The face of the zone changes at once or not at all.
    let id = office.begin("/profile", None).await.expect(201).text("/id");
    office.submit(&id).await.ok();
    office.publish(&id, &json!({"effective_from": "2025-01-02"})).await.problem(422, "invalid_body");
    office.publish(&id, &json!({})).await.ok();
}
