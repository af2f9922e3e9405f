//! Application forms signed by who files them, and results as fixed-layout documents.

use crate::office::matter;
use crate::side_by_side::Hall;
use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use support::Database::{self, Postgres, Sqlite};
use zip::ZipArchive;

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

/// A hall with a licence whose face says where.
async fn hall(database: Database) -> Hall {
    let hall = Hall::open(database).await;
    let mut permit = matter("x-permit", "许可", 5, &[PAPER]);
    (permit["licence_type"], permit["valid_months"]) = (json!("1143040000TE00049W901"), json!(12));
    permit["form"]["properties"]["site"] = json!({"title": "经营场所", "type": "string", "maxLength": 200, "x-sensitivity": 1});
    permit["form"]["properties"]["owners"] = json!({"title": "出资人", "type": "array", "maxItems": 9, "x-sensitivity": 1,
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "share": {"type": "integer"}}, "additionalProperties": false}});
    permit["face"] = json!([{"label": "经营场所", "element": "nowhere"}]);
    let refused = hall.office.begin("/matters/x-permit", Some(&permit)).await.expect(201).text("/id");
    let refused = hall.office.submit(&refused).await.problem(422, "document_flawed");
    assert_eq!(
        (refused.text("/errors/0/code").as_str(), refused.text("/errors/0/pointer").as_str()),
        ("element_unknown", "/face/0/element")
    );
    permit["face"][0]["element"] = json!("site");
    let drafts = hall.office.app.see(&hall.office.editor, "/drafts").await.ok().text("/items/0/id");
    hall.office.revise(&drafts, permit).await.ok();
    hall.office.submit(&drafts).await.ok();
    hall.office.publish(&drafts, &json!({})).await.ok();
    hall
}

fn draft() -> Value {
    json!({"matter": "x-permit", "parties": [support::party("organisation")],
        "form": {"applicant_name": "天嘉置业（示例）有限公司", "site": "解放大道1号", "owners": [{"name": "甲", "share": 60}, {"name": "乙", "share": 40}]}})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_read_signed_filed_and_any_change_is_found(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let app = &hall.office.app;
    let id = app.draft(&hall.owner, &draft()).await.text("/id");
    app.hand_in(&hall.owner, &id, &[PAPER.0]).await;
    let path = format!("/applications/{id}/application-form");
    let stranger = app.login(Role::Applicant, 1).await;
    app.see(&stranger, &path).await.problem(404, "not_found");
    let page = app.see(&hall.owner, &path).await.ok();
    let lines: Vec<(&str, &str)> =
        page.body["lines"].as_array().unwrap().iter().map(|l| (l["label"].as_str().unwrap(), l["value"].as_str().unwrap())).collect();
    for line in [("申请人", "天嘉置业（示例）有限公司（91430400MATE00010Q）"), ("经营场所", "解放大道1号"), ("出资人", "甲，60；乙，40")]
    {
        assert!(lines.contains(&line), "{line:?} is missing in {lines:?}");
    }
    let submit = async |digest: &str, key: &str| {
        let call = app.post(&format!("/applications/{id}/submit"), &json!({"form_digest": digest}));
        call.bearer(&hall.owner).header("Idempotency-Key", key).send().await
    };
    let held = lines.iter().find(|(label, _)| *label == "随附材料").unwrap().1;
    assert!(held.starts_with("申请表原件（校验值"), "{held}");
    // What was read is what is signed: a change in between is refused, and nothing is filed.
    let changed = json!({"form": {"applicant_name": "天嘉置业（示例）有限公司", "site": "解放大道2号"}});
    app.patch(&format!("/applications/{id}"), &changed).bearer(&hall.owner).header("If-Match", "*").send().await.ok();
    let refused = submit(&page.text("/digest"), "a").await.problem(409, "state_forbids");
    assert_eq!(refused.text("/errors/0/code"), "form_changed");
    let digest = app.see(&hall.owner, &path).await.ok().text("/digest");
    submit(&digest, "b").await.ok();
    submit(&digest, "b").await.ok();
    let receipts = app.see(&hall.owner, &format!("/applications/{id}/receipts")).await.ok();
    let form = &receipts.body["items"][0];
    assert_eq!((receipts.body["items"].as_array().unwrap().len(), &form["kind"]), (1, &json!("application_form")));
    let verify = format!("/verify/{}", form["verify_code"].as_str().unwrap());
    let said = hall.office.see(&verify).await.ok();
    assert_eq!((&said.body["genuine"], &said.body["digest"], &said.body["title"]), (&json!(true), &json!(digest), &json!("许可申请表")));
    let (status, pdf) = app.get(&format!("/applications/{id}/receipts/application_form")).bearer(&hall.owner).bytes().await;
    assert!(status == 200 && pdf.starts_with(b"%PDF"));
    // What is personal others read for the case or for a purpose, and the owner sees it; the public learns no name.
    assert!(!said.body.to_string().contains("天嘉"), "{}", said.body);
    let file = format!("/applications/{id}/receipts/application_form");
    app.see(&hall.supervisor, &file).await.problem(403, "not_allowed");
    for _ in 0..2 {
        app.see(&hall.supervisor, &format!("{file}?purpose=信访核查")).await.ok();
    }
    app.see(&hall.huc, &file).await.ok();
    let uses = app.see(&hall.owner, &format!("/applications/{id}/material-uses")).await.ok();
    let purposes: Vec<&str> = uses.body["items"].as_array().unwrap().iter().map(|u| u["purpose"].as_str().unwrap()).collect();
    assert_eq!(purposes, ["办理本申请", "信访核查"], "reading twice in a moment is one reading");
    let flip = match database {
        Postgres => "UPDATE instruments SET signature = set_byte(signature, 5, get_byte(signature, 5) # 1) WHERE kind = 'application_form'",
        Sqlite => {
            "UPDATE instruments SET signature = substr(signature, 1, 5) || CAST(x'00' AS BLOB) || substr(signature, 7) WHERE kind = 'application_form'"
        }
    };
    crate::audit::tamper(app, flip);
    assert_eq!(hall.office.see(&verify).await.ok().body["genuine"], false, "one byte of the signature");
}

/// The XML of an OFD package by name.
fn unpack(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    files
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_licence_is_made_out_with_its_face_sealed_and_read_as_ofd(#[values(Sqlite, Postgres)] database: Database) {
    let hall = hall(database).await;
    let app = &hall.office.app;
    let filed = app.file(&hall.owner, &draft(), &[PAPER.0]).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.grant(&hall.huc, &case).await.ok();
    let file = format!("/applications/{id}/receipts/licence");
    app.see(&hall.owner, &file).await.problem(404, "not_found");
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    app.move_clock("2024-09-27T11:00:00+08:00").await;
    let (status, bytes) = app.get(&format!("{file}?format=ofd")).bearer(&hall.owner).bytes().await;
    assert_eq!(status, 200);
    let (_, again) = app.get(&format!("{file}?format=ofd")).bearer(&hall.owner).bytes().await;
    assert_eq!(bytes, again, "the same document is the same bytes");
    let files = unpack(&bytes);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml", "Doc_0/PublicRes.xml", "OFD.xml"]);
    assert!(files["OFD.xml"].contains(r#"DocType="OFD""#) && files["OFD.xml"].contains("<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"));
    let page = &files["Doc_0/Pages/Page_0/Content.xml"];
    let number = app.see(&hall.owner, "/licences").await.ok().text("/items/0/certificate_no");
    for words in [
        "许可证",
        &format!("证照编号：{number}"),
        "持证主体：天嘉置业（示例）有限公司",
        "经营场所：解放大道1号",
        "有效期：2024-09-27至2025-09-27",
        "（电子印章）",
    ] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
    assert!(page.contains("<ofd:AbbreviatedData>M "), "the code is drawn");
    app.see(&hall.owner, &format!("{file}?format=doc")).await.problem(422, "invalid_query");
    let (status, pdf) = app.get(&file).bearer(&hall.owner).bytes().await;
    assert!(status == 200 && pdf.starts_with(b"%PDF"));
    // The public sees that it holds; its face only who was shown the code.
    let public = hall.office.see(&format!("/licences/{number}")).await.ok();
    assert_eq!(public.body["face"], Value::Null);
    assert_eq!(public.body["issue"], json!({"type_code": "1143040000TE00049W901", "issuer_code": "1143040000TE00049W", "version": "001"}));
    let shown = app.see(&hall.owner, &format!("/cases/{case}/licence-code")).await.ok();
    let code = shown.text("/url").rsplit_once("code=").unwrap().1.to_owned();
    let seen = hall.office.see(&format!("/licences/{number}?code={code}")).await.ok();
    assert_eq!(seen.text("/face/seal"), "genuine");
    assert!(seen.body["face"]["lines"].as_array().unwrap().contains(&json!({"label": "经营场所", "value": "解放大道1号"})));
    let verified = hall.office.see(&format!("/verify/{}", seen.text("/face/verify_code"))).await.ok();
    assert_eq!((&verified.body["genuine"], &verified.body["certificate_state"]), (&json!(true), &json!("valid")));
}
