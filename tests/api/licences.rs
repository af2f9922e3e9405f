//! E-licences and other bodies' data instead of paper.

use crate::office::matter;
use crate::side_by_side::Hall;
use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

fn statuses(items: &Value) -> Vec<(&str, &str)> {
    items.as_array().unwrap().iter().map(|i| (i["material"].as_str().unwrap(), i["status"].as_str().unwrap())).collect()
}

/// A permit with a national type that holds for a month, and a matter that asks for it.
async fn hall(database: Database) -> Hall {
    let hall = Hall::open(database).await;
    let mut permit = matter("x-permit", "许可", 5, &[PAPER]);
    (permit["licence_type"], permit["valid_months"]) = (json!("1143040000TE00049W901"), json!(1));
    hall.office.add("/matters/x-permit", &permit).await.ok();
    let mut user = matter("x-user", "后续事项", 5, &[PAPER, ("x-report", "报告")]);
    let choice = |material: &str, source: &str| json!({"material": material, "name": material, "source": source});
    let mut held = choice("x-permit-paper", "e_licence");
    held["issued_by"] = json!("x-permit");
    for (group, choice) in
        [("permit", held), ("firm", choice("business-licence", "e_licence")), ("tax", choice("deed-tax-receipt", "data_share"))]
    {
        let group = json!({"code": group, "class": "primary", "basis": "行政许可法 31", "choices": [choice]});
        user["requirements"].as_array_mut().unwrap().push(group);
    }
    hall.office.add("/matters/x-user", &user).await.ok();
    hall
}

/// Grants the permit; its case.
async fn granted(hall: &Hall) -> String {
    let filed = hall.file("matter", "x-permit", &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
    let case = filed.text("/cases/0/id");
    hall.grant(&hall.huc, &case).await.ok();
    case
}

async fn begin(hall: &Hall, identifier: &str) -> String {
    let mut firm = support::party("organisation");
    firm["identifiers"][0]["value"] = json!(identifier);
    let draft = json!({"matter": "x-user", "parties": [firm], "form": {"applicant_name": "某公司"}});
    hall.office.app.draft(&hall.owner, &draft).await.text("/id")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_e_licence_is_issued_verified_shown_and_suspended(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let case = granted(&hall).await;
    let mine = hall.office.app.see(&hall.owner, "/licences").await.ok();
    let (identifier, number) = (mine.text("/items/0/identifier"), mine.text("/items/0/certificate_no"));
    assert!(identifier.starts_with("1.2.156.3005.2.1143040000TE00049W901.1143040000TE00049W.43"), "{identifier}");
    let verified = hall.office.see(&format!("/licences/{identifier}")).await.ok();
    assert_eq!((&verified.body["valid"], &verified.body["certificate_no"]), (&json!(true), &json!(number)));
    let last = if identifier.ends_with('A') { 'B' } else { 'A' };
    let wrong = format!("{}{last}", &identifier[..identifier.len() - 1]);
    hall.office.see(&format!("/licences/{wrong}")).await.problem(422, "invalid_query");
    hall.office.see("/licences/Z0").await.problem(404, "not_found");
    let stranger = hall.office.app.login(Role::Applicant, 1).await;
    assert_eq!(hall.office.app.see(&stranger, "/licences").await.ok().body["items"], json!([]));
    hall.office.app.see(&stranger, &format!("/cases/{case}/licence-code")).await.problem(404, "not_found");
    let shown = hall.office.app.see(&hall.owner, &format!("/cases/{case}/licence-code")).await.ok();
    assert!(shown.text("/qr_svg").contains("<svg"));
    let code = shown.text("/url").rsplit_once("code=").unwrap().1.to_owned();
    hall.office.see(&format!("/licences/{number}?code={code}")).await.ok();
    hall.office.see(&format!("/licences/{number}?code=WRONG")).await.problem(404, "link_expired");
    let suspend = json!({"reason": "整改期间暂扣", "basis": "安全生产许可证条例 14"});
    hall.act(&hall.nrp, &format!("/cases/{case}/suspend-licence"), suspend.clone()).await.problem(404, "not_found");
    hall.act(&hall.huc, &format!("/cases/{case}/suspend-licence"), suspend).await.ok();
    let verified = hall.office.see(&format!("/licences/{identifier}")).await.ok();
    assert_eq!((&verified.body["valid"], &verified.body["state_name"]), (&json!(false), &json!("暂扣")));
    hall.act(&hall.huc, &format!("/cases/{case}/restore-licence"), json!({"reason": "整改合格"})).await.ok();
    assert_eq!(hall.office.see(&format!("/licences/{identifier}")).await.ok().body["valid"], true);
    let hall = hall.later("2024-10-28T10:00:00+08:00").await;
    let verified = hall.office.see(&format!("/licences/{identifier}")).await.ok();
    assert_eq!((&verified.body["valid"], &verified.body["state_name"]), (&json!(false), &json!("已过期")), "time alone ends it");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_e_licence_is_used_for_a_case_with_a_purpose_and_every_use_is_kept(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let case = granted(&hall).await;
    let number = hall.office.app.see(&hall.owner, "/licences").await.ok().text("/items/0/certificate_no");
    let id = begin(&hall, "91430400MATE00010Q").await;
    let filed = hall.office.app.submit(&hall.owner, &id, "k").await.ok();
    let uses = format!("/cases/{}/licence-uses", filed.text("/cases/0/id"));
    assert_eq!(code(&hall.act(&hall.huc, &uses, json!({"certificate_no": number})).await.problem(403, "not_allowed")), "purpose_required");
    let use_it = json!({"certificate_no": number, "purpose": "核对许可范围"});
    hall.act(&hall.huc, &uses, use_it.clone()).await.ok();
    hall.act(&hall.nrp, &uses, use_it.clone()).await.problem(404, "not_found");
    // A case of somebody else is no reason to look.
    let other = begin(&hall, "91430400MATE0023X0").await;
    let other = hall.office.app.submit(&hall.owner, &other, "o").await.ok().text("/cases/0/id");
    let refused = hall.act(&hall.huc, &format!("/cases/{other}/licence-uses"), use_it.clone()).await.problem(403, "not_allowed");
    assert_eq!(code(&refused), "no_case_of_holder");
    let seen = hall.office.app.see(&hall.owner, &format!("/cases/{case}/licence-uses")).await.ok();
    assert_eq!((seen.body["items"].as_array().unwrap().len(), &seen.body["items"][0]["purpose"]), (1, &json!("核对许可范围")));
    hall.act(&hall.huc, &format!("/cases/{case}/suspend-licence"), json!({"reason": "暂扣", "basis": "条例"})).await.ok();
    assert_eq!(code(&hall.act(&hall.huc, &uses, use_it).await.problem(409, "state_forbids")), "licence_not_valid");
    let log = hall.office.app.see(&hall.supervisor, "/share-calls?source=licences").await.ok();
    assert_eq!(log.body["items"].as_array().unwrap().len(), 1);
    hall.office.app.see(&hall.huc, "/share-calls").await.problem(403, "forbidden");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn five_materials_two_by_sharing_one_by_licence_two_uploaded(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    granted(&hall).await;
    let id = begin(&hall, "91430400MATE00010Q").await;
    let path = format!("/applications/{id}/shared-materials");
    // The applicant brings his own licence; other bodies are not asked about whoever's number somebody types.
    let own = hall.act(&hall.owner, &path, json!({})).await.ok();
    assert_eq!((own.body["items"].as_array().unwrap().len(), &own.body["items"][0]["material"]), (1, &json!("x-permit-paper")));
    hall.office.app.hand_in(&hall.owner, &id, &[PAPER.0, "x-report"]).await;
    hall.office.app.submit(&hall.owner, &id, "k").await.ok();
    let shared = hall.act(&hall.clerk, &path, json!({})).await.ok();
    let mut told = statuses(&shared.body["assessment"]["items"]);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("application-form-paper", "provided"),
            ("business-licence", "shared"),
            ("deed-tax-receipt", "shared"),
            ("x-permit-paper", "shared"),
            ("x-report", "provided")
        ],
        "F122: two by sharing, one by licence, two uploaded"
    );
    let again = hall.act(&hall.clerk, &path, json!({})).await.ok();
    assert_eq!(again.body["items"], json!([]), "nothing is asked twice");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.act(&hall.clerk, &path, json!({})).await.problem(409, "state_forbids");
    let figures = hall.office.see("/handling-figures").await.ok();
    let count = |code: &str| figures.body["items"].as_array().unwrap().iter().find(|f| f["code"] == code).unwrap()["count"].clone();
    assert_eq!((count("materials_shared"), count("licences_used")), (json!(2), json!(1)));
    // A stranger's number brings nothing of his: neither his licences nor what others know of him.
    let stranger = hall.office.app.login(Role::Applicant, 1).await;
    let typed = json!({"matter": "x-user", "parties": [support::party("organisation")], "form": {"applicant_name": "某公司"}});
    let curious = hall.office.app.draft(&stranger, &typed).await.text("/id");
    let nothing = hall.act(&stranger, &format!("/applications/{curious}/shared-materials"), json!({})).await.ok();
    assert_eq!(nothing.body["items"], json!([]));
    // One that has expired meanwhile, or belongs to somebody else than the applicant now is, is asked for again.
    let id = begin(&hall, "91430400MATE00010Q").await;
    hall.act(&hall.owner, &format!("/applications/{id}/shared-materials"), json!({})).await.ok();
    hall.office.app.hand_in(&hall.owner, &id, &[PAPER.0, "x-report"]).await;
    let hall = hall.later("2024-10-28T10:00:00+08:00").await;
    hall.office.app.submit(&hall.owner, &id, "late").await.ok();
    let refused = hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.problem(409, "not_acceptable");
    assert!(refused.body.to_string().contains("x-permit-paper"), "F120: {}", refused.body);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_down_or_not_approved_leaves_the_upload(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let sources = hall.office.see("/data-sources").await.ok();
    assert_eq!(sources.body["total"], 12, "F121");
    let down = begin(&hall, "91430400MATE0023X0").await;
    hall.office.app.submit(&hall.owner, &down, "k").await.ok();
    let path = format!("/applications/{down}/shared-materials");
    let beyond = json!({"material": "business-licence", "fields": ["name", "shareholders"]});
    assert_eq!(code(&hall.act(&hall.clerk, &path, beyond).await.problem(403, "not_allowed")), "field_not_approved");
    let unknown = json!({"material": "x-report", "fields": ["name"]});
    assert_eq!(code(&hall.act(&hall.clerk, &path, unknown).await.problem(403, "not_allowed")), "source_unknown");
    hall.act(&hall.clerk, &path, json!({"fields": ["name"]})).await.problem(422, "invalid_body");
    let asked = hall.act(&hall.clerk, &path, json!({})).await.ok();
    let outcomes: Vec<&str> = asked.body["items"].as_array().unwrap().iter().map(|i| i["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["unavailable", "unavailable"], "uploaded instead, nothing is blocked");
    for (identifier, outcome) in [("91430300MATE00029G", "not_found"), ("91430400MATE00010Q", "partial")] {
        let id = begin(&hall, identifier).await;
        hall.office.app.submit(&hall.owner, &id, &id).await.ok();
        let one = json!({"material": "business-licence", "fields": ["name"]});
        let asked = hall.act(&hall.clerk, &format!("/applications/{id}/shared-materials"), one).await.ok();
        assert_eq!((asked.body["items"].as_array().unwrap().len(), &asked.body["items"][0]["outcome"]), (1, &json!(outcome)));
        assert!(statuses(&asked.body["assessment"]["items"]).contains(&("business-licence", "missing")), "a look brings no material");
    }
    let stranger = hall.office.app.login(Role::Applicant, 1).await;
    hall.act(&stranger, &path, json!({})).await.problem(404, "not_found");
    let log = hall.office.app.see(&hall.supervisor, "/share-calls?source=firm-registry").await.ok();
    let kept: Vec<&str> = log.body["items"].as_array().unwrap().iter().map(|c| c["outcome"].as_str().unwrap()).collect();
    assert_eq!(kept, ["partial", "not_found", "unavailable"], "every call is kept");
}
