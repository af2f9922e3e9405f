//! Materials: listed, taken back, downloaded whole and in parts, linked, used again; bad files.

use crate::declare::upload;
use domain::access::Role;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::{Value, json};
use std::io::Write;
use support::Database::{self, Postgres, Sqlite};
use support::{App, ROAD_MATERIALS, excavation, pdf, road};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A PDF of several sealed chunks.
fn large() -> Vec<u8> {
    let mut bytes = pdf();
    bytes.extend((0..200_000u32).flat_map(u32::to_le_bytes));
    bytes
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn materials_are_listed_read_in_parts_linked_and_taken_back(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, other) = (app.login(Role::Applicant, 0).await, app.login(Role::Applicant, 1).await);
    let clerk = app.login(Role::WindowClerk, 0).await;
    let id = app.draft(&owner, &excavation()).await.text("/id");
    let whole = large();
    let form = upload("planning-conditions-approval", "u1", whole.clone(), "../../etc/规划条件批文.pdf");
    let material = app.upload(&id, form).bearer(&owner).send().await.ok();
    assert_eq!(material.text("/material/file_name"), "规划条件批文.pdf", "no path survives");
    let material = material.text("/material/id");
    let file = format!("/applications/{id}/materials/{material}/file");

    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/zones/hengyang-gaoxin{file}", app.base());
    let read = |range: Option<&'static str>, token: String| {
        let request = client.get(&url).bearer_auth(token);
        let request = if let Some(range) = range { request.header("range", range) } else { request };
        async move { request.send().await.unwrap() }
    };
    let answer = read(None, owner.clone()).await;
    assert_eq!(answer.status(), 200);
    for (header, value) in [("x-content-type-options", "nosniff"), ("accept-ranges", "bytes"), ("content-type", "application/pdf")] {
        assert_eq!(answer.headers()[header], value);
    }
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(answer.bytes().await.unwrap(), whole);
    let size = whole.len();
    for (range, from, to) in
        [("bytes=0-9", 0, 10), ("bytes=65530-131080", 65530, 131_081), ("bytes=-7", size - 7, size), ("bytes=799990-", 799_990, size)]
    {
        let answer = read(Some(range), owner.clone()).await;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(answer.headers()["content-range"], format!("bytes {from}-{}/{size}", to - 1).as_str());
        assert_eq!(answer.bytes().await.unwrap(), whole[from..to], "{range}");
    }
    for range in ["bytes=99999999-", "bytes=9-3", "pages=1-2"] {
        assert_eq!(read(Some(range), owner.clone()).await.status(), 416, "{range}");
    }
    assert_eq!(read(None, other.clone()).await.status(), 404);

    let link = app.act(&owner, &format!("/applications/{id}/materials/{material}/link"), &json!({})).await.ok().text("/url");
    assert_eq!(client.get(format!("{}{link}", app.base())).send().await.unwrap().bytes().await.unwrap(), whole);
    let mut forged = link.clone();
    forged.replace_range(link.len() - 1.., if link.ends_with('0') { "1" } else { "0" });
    app.call(Method::GET, &forged).send().await.problem(404, "link_expired");
    app.call(Method::GET, &link.replace("hengyang-gaoxin", "xiangtan-gaoxin")).send().await.problem(404, "link_expired");
    app.act(&other, &format!("/applications/{id}/materials/{material}/link"), &json!({})).await.problem(404, "not_found");

    let listed = app.see(&owner, &format!("/applications/{id}/materials")).await.ok();
    assert_eq!(listed.text("/items/0/id"), material);
    app.see(&clerk, &format!("/applications/{id}/materials")).await.problem(404, "not_found");
    let one = format!("/api/v1/zones/hengyang-gaoxin/applications/{id}/materials/{material}");
    app.call(Method::DELETE, &one).bearer(&other).send().await.problem(404, "not_found");
    app.call(Method::DELETE, &one).bearer(&owner).send().await.expect(204);
    app.call(Method::DELETE, &one).bearer(&owner).send().await.problem(404, "not_found");
    assert_eq!(app.see(&owner, &format!("/applications/{id}/materials")).await.ok().body["items"], json!([]));
    assert_eq!(walk(&app.var().join("files")), 0, "no file is left behind");
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.map(|p| if p.is_dir() { walk(&p) } else { 1 }).sum()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bad_files_are_refused_and_leave_nothing(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let owner = app.login(Role::Applicant, 0).await;
    let id = app.draft(&owner, &excavation()).await.text("/id");
    let zeros = vec![0u8; 64 * 1024 * 1024];
    let many: Vec<(String, Vec<u8>)> = (0..2100).map(|i| (format!("f{i}"), vec![])).collect();
    let mut many: Vec<(&str, &[u8])> = many.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    many.push(("OFD.xml", b"<ofd/>"));
    let ofd = archive(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Document.xml", b"<ofd:Document/>")]);
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("25 MiB", [pdf(), vec![b' '; 25 * 1024 * 1024]].concat(), 413),
        ("HTML named .pdf", b"<html><script>alert(1)</script></html>".to_vec(), 415),
        ("zip bomb in OFD", archive(&[("OFD.xml", b"<ofd/>"), ("bomb", &zeros)]), 415),
        ("too many entries", archive(&many), 415),
        ("path out of the archive", archive(&[("OFD.xml", b"<ofd/>"), ("../../evil", b"x")]), 415),
        ("a plain zip", archive(&[("a.txt", b"OFD.xml is only mentioned here")]), 415),
        ("cut OFD", ofd[..ofd.len() / 2].to_vec(), 415),
        ("0 bytes", Vec::new(), 400),
        ("OFD", ofd, 200),
    ];
    for (name, bytes, status) in cases {
        let answer = app.upload(&id, upload("planning-conditions-approval", name, bytes, "a.pdf")).bearer(&owner).send().await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {}", answer.body);
    }
    let hashed = |hash: String| {
        let form = Form::new().text("material", "planning-conditions-approval").text("upload_id", "hashed").text("sha256", hash);
        form.part("file", Part::bytes(pdf()).file_name("a.pdf"))
    };
    app.upload(&id, hashed("0".repeat(64))).bearer(&owner).send().await.problem(422, "invalid_body");
    let right = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(pdf()));
    app.upload(&id, hashed(right)).bearer(&owner).send().await.ok();
    let cut = "--b\r\ncontent-disposition: form-data; name=\"material\"\r\n\r\nplanning-conditions-approval\r\n\
        --b\r\ncontent-disposition: form-data; name=\"upload_id\"\r\n\r\ncut\r\n\
        --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 cut";
    let path = format!("/api/v1/zones/hengyang-gaoxin/applications/{id}/materials");
    app.call(Method::POST, &path).bearer(&owner).raw("multipart/form-data; boundary=b", cut).send().await.problem(400, "bad_upload");
    assert_eq!(walk(&app.var().join("files")), 2, "only what was taken in is kept");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_once_is_used_again_and_not_asked_for(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, other) = (app.login(Role::Applicant, 0).await, app.login(Role::Applicant, 1).await);
    let clerk = app.login(Role::WindowClerk, 0).await;
    let first = app.file(&owner, &road(), ROAD_MATERIALS).await.text("/id");
    app.act(&clerk, &format!("/applications/{first}/accept"), &json!({})).await.ok();
    // Whoever merely names the same firm is offered nothing of it.
    let claimed = app.draft(&other, &road()).await.text("/id");
    let nothing = app.see(&other, &format!("/applications/{claimed}/reusable-materials")).await.ok();
    assert_eq!(nothing.body["items"], json!([]));
    let second = app.draft(&owner, &road()).await.text("/id");
    let offered = app.see(&owner, &format!("/applications/{second}/reusable-materials")).await.ok();
    assert_eq!(offered.body["items"].as_array().unwrap().len(), 2);
    let source = offered.text("/items/0/id");
    let path = format!("/applications/{second}/reused-materials");
    let reused = app.act(&owner, &path, &json!({"material_id": source})).await.ok();
    assert_eq!(reused.text("/reused_from"), source);
    let again = app.act(&owner, &path, &json!({"material_id": source})).await.ok();
    assert_eq!(again.text("/id"), reused.text("/id"), "repeating it changes nothing");

    let stolen = format!("/applications/{claimed}/reused-materials");
    app.act(&other, &stolen, &json!({"material_id": source})).await.problem(422, "invalid_body");

    let filed = app.submit(&owner, &second, "s").await.ok();
    let missing = if reused.text("/material") == "traffic-plan" { "restoration-commitment" } else { "traffic-plan" };
    let item = json!({"items": [{"material": missing, "defect": "缺", "remedy": "补"}]});
    let asked = app.act(&clerk, &format!("/applications/{}/supplement-notice", filed.text("/id")), &item).await;
    let asked = asked.problem(422, "invalid_body");
    assert_eq!(asked.text("/errors/0/code"), "material_already_held");
    assert_eq!(asked.text("/errors/0/pointer"), "/items/0");
    let held = app.see(&clerk, &format!("/applications/{}/reusable-materials", filed.text("/id"))).await.ok();
    let taken = held.body["items"].as_array().unwrap().iter().find(|m| m["material"] == missing).unwrap()["id"].clone();
    app.act(&clerk, &path, &json!({"material_id": taken})).await.ok();
    app.act(&clerk, &format!("/applications/{}/accept", filed.text("/id")), &json!({})).await.ok();

    app.move_clock("2025-10-09T10:00:00+08:00").await;
    let third = app.draft(&owner, &road()).await.text("/id");
    let offered = app.see(&owner, &format!("/applications/{third}/reusable-materials")).await.ok();
    let codes: Vec<&str> = offered.body["items"].as_array().unwrap().iter().map(|m| m["material"].as_str().unwrap()).collect();
    assert_eq!(codes, ["restoration-commitment"], "a traffic plan holds for twelve months");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_of_one_owner_is_kept_once(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let owner = app.login(Role::Applicant, 0).await;
    let (one, two) = (app.draft(&owner, &excavation()).await.text("/id"), app.draft(&owner, &excavation()).await.text("/id"));
    let mut theirs = excavation();
    theirs["parties"][0]["identifiers"] = json!([{"type": "credit_code", "value": "91430400MATE00029M"}]);
    let hand_in = async |id: &str, material: &str, upload_id: &str, bytes: Vec<u8>| {
        app.upload(id, upload(material, upload_id, bytes, "a.pdf")).bearer(&owner).send().await
    };
    let files = || walk(&app.var().join("files"));
    let first = hand_in(&one, "planning-conditions-approval", "u", large()).await.ok().text("/material/id");
    let again = hand_in(&one, "planning-conditions-approval", "u", large()).await.ok();
    assert_eq!((again.body["repeated"].as_bool(), files()), (Some(true), 1), "the same upload again");
    let second = hand_in(&two, "planning-conditions-approval", "u", large()).await.ok().text("/material/id");
    assert_eq!(files(), 1, "one copy for both applications");
    hand_in(&two, "fund-commitment", "v", support::pdf()).await.ok();
    assert_eq!(files(), 2, "other content, another file");
    let file = |id: &str, material: &str| format!("/applications/{id}/materials/{material}");
    let gone = |id: &str, material: &str| {
        app.call(Method::DELETE, &format!("/api/v1/zones/hengyang-gaoxin{}", file(id, material))).bearer(&owner).send()
    };
    gone(&one, &first).await.expect(204);
    let (status, bytes) = app.get(&format!("{}/file", file(&two, &second))).bearer(&owner).bytes().await;
    assert_eq!((status, bytes == large(), files()), (200, true, 2), "what the other application needs stays");
    let theirs = app.draft(&owner, &theirs).await.text("/id");
    hand_in(&theirs, "planning-conditions-approval", "u", large()).await.ok();
    assert_eq!(files(), 3, "another owner, a copy of his own");
    gone(&two, &second).await.expect(204);
    assert_eq!(files(), 2, "the last to go takes the file along");
}

/// Sixteen uploads of one content at once, half of them taken out again: nothing names a file that is not there.
#[tokio::test(flavor = "multi_thread")]
async fn one_content_handed_in_and_taken_out_at_once() {
    let app = App::start(Postgres).await;
    let owner = app.login(Role::Applicant, 0).await;
    let mut drafts = Vec::new();
    for _ in 0..16 {
        drafts.push(app.draft(&owner, &excavation()).await.text("/id"));
    }
    let course = async |n: usize, id: &String| {
        let form = upload("planning-conditions-approval", "u", large(), "a.pdf");
        let material = app.upload(id, form).bearer(&owner).send().await.ok().text("/material/id");
        if n.is_multiple_of(2) {
            let path = format!("/api/v1/zones/hengyang-gaoxin/applications/{id}/materials/{material}");
            app.call(Method::DELETE, &path).bearer(&owner).send().await.expect(204);
        }
    };
    futures_util::future::join_all(drafts.iter().enumerate().map(|(n, id)| course(n, id))).await;
    for id in drafts.iter().skip(1).step_by(2) {
        let listed = app.see(&owner, &format!("/applications/{id}/materials")).await.ok().text("/items/0/id");
        let (status, bytes) = app.get(&format!("/applications/{id}/materials/{listed}/file")).bearer(&owner).bytes().await;
        assert_eq!((status, bytes == large()), (200, true), "{id}");
    }
    assert_eq!(walk(&app.var().join("files")), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn documents_are_read_for_the_case_or_for_a_purpose_and_the_owner_sees_by_whom(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let (officer, supervisor) = (app.login_officer("URB", 0).await, app.login(Role::Supervisor, 0).await);
    let filed = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    let material = app.see(&owner, &format!("/applications/{id}/materials")).await.ok().text("/items/0/id");
    let file = format!("/applications/{id}/materials/{material}/file");
    let link = format!("/applications/{id}/materials/{material}/link");
    let uses = async || app.see(&owner, &format!("/applications/{id}/material-uses")).await.ok().body["items"].as_array().unwrap().clone();
    assert_eq!(uses().await, Vec::<Value>::new());
    app.see(&owner, &file).await.ok();
    assert_eq!(uses().await, Vec::<Value>::new(), "what is one's own one reads freely");
    app.see(&officer, &file).await.ok();
    app.see(&clerk, &file).await.ok();
    let refused = app.see(&supervisor, &file).await.problem(403, "not_allowed");
    assert_eq!(refused.text("/errors/0/code"), "purpose_required");
    app.act(&supervisor, &link, &json!({})).await.problem(403, "not_allowed");
    app.see(&supervisor, &format!("{file}?purpose=%20")).await.problem(403, "not_allowed");
    app.see(&supervisor, &format!("{file}?purpose=差评核查")).await.ok();
    app.act(&supervisor, &format!("{link}?purpose=信访核查"), &json!({})).await.ok();
    let purposes: Vec<String> = uses().await.iter().map(|u| u["purpose"].as_str().unwrap().to_owned()).collect();
    assert_eq!(purposes, ["信访核查", "差评核查", "办理本申请", "办理本申请"], "newest first; what was refused was not read");
    assert!(uses().await.iter().all(|u| u["reference"] == json!(material) && u["source"] == "documents"));
    // Once it is over the officers, too, say what for.
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    let no = json!({"granted": false, "opinion": "不同意", "refusals": [{"reason": "不符合条件", "basis": "城市道路管理条例"}]});
    app.act(&officer, &format!("/cases/{case}/decide"), &no).await.ok();
    app.see(&officer, &file).await.problem(403, "not_allowed");
    app.see(&officer, &format!("{file}?purpose=行政复议答复")).await.ok();
    let stranger = app.login(Role::Applicant, 1).await;
    app.see(&stranger, &format!("/applications/{id}/material-uses")).await.problem(404, "not_found");
    app.see(&officer, &format!("/applications/{id}/material-uses")).await.problem(403, "forbidden");
    let log = app.see(&supervisor, "/share-calls?source=documents").await.ok();
    assert_eq!(log.body["items"].as_array().unwrap().len(), 5);
    // A viewer that reads in parts reads once.
    for _ in 0..3 {
        app.see(&officer, &format!("{file}?purpose=行政复议答复")).await.ok();
    }
    assert_eq!(uses().await.len(), 5);
}
