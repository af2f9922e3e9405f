//! A catalogue goes out as files and comes back as it was; nothing harmful comes with it.

use crate::office::{Office, matter};
use domain::access::Role;
use persistence::DbError;
use persistence::catalogue::{DocumentKind, NewVersion, find_document, load, newest_of, publish};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const ZIP: &str = "application/zip";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn import(office: &Office, kind: &str, bytes: Vec<u8>, query: &str) -> Answer {
    let call = office.app.call(Method::POST, &format!("/api/v1/zones/hengyang-gaoxin/imports{query}"));
    call.bearer(&office.publisher).raw(kind, bytes).send().await
}

async fn export(office: &Office, query: &str) -> Vec<u8> {
    let url = format!("{}/api/v1/zones/hengyang-gaoxin/exports{query}", office.app.base());
    let answer = reqwest::Client::new().get(url).bearer_auth(&office.editor).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.bytes().await.unwrap().to_vec()
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn told(answer: &Answer, list: &str) -> Vec<(String, String)> {
    let text = |v: &Value, k: &str| v[k].as_str().unwrap_or_default().to_owned();
    let listed = answer.body[list].as_array().unwrap();
    listed.iter().map(|e| (format!("{}#{}", text(e, "file"), text(e, "pointer")), text(e, "code"))).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_out_comes_back_as_it_was(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let bytes = export(&office, "").await;
    let back = import(&office, ZIP, bytes.clone(), "").await.ok();
    assert_eq!((&back.body["published"], &back.body["acceptable"]), (&json!(0), &json!(true)), "import ∘ export = nothing");
    assert!(back.body["unchanged"].as_u64().unwrap() > 250);
    assert_eq!(export(&office, "").await, bytes, "the same catalogue, the same bytes");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut document = String::new();
    archive.by_name("matters/road-occupation.json").unwrap().read_to_string(&mut document).unwrap();
    // A part, looked at first, then done, as a whole.
    let mut changed: Value = serde_json::from_str(&document).unwrap();
    changed["consult_phone"] = json!("0734-8800009");
    let part = zipped(&[
        ("matters/road-occupation.json", changed.to_string().as_bytes()),
        ("matters/drone-show.json", matter("drone-show", "无人机表演备案", 5, &[]).to_string().as_bytes()),
    ]);
    let preview = import(&office, ZIP, part.clone(), "?dry_run=true").await.ok();
    assert_eq!(preview.body["changes"][0]["members"], json!(["consult_phone"]), "what differs is named");
    let changes: Vec<(&Value, &Value)> = preview.body["changes"].as_array().unwrap().iter().map(|c| (&c["code"], &c["version"])).collect();
    assert_eq!(changes, [(&json!("road-occupation"), &json!(2)), (&json!("drone-show"), &json!(1))]);
    office.see("/matters/drone-show").await.problem(404, "not_found");
    assert_eq!(import(&office, ZIP, part, "?reason=%E7%9C%81%E7%BA%A7%E4%B8%8B%E5%8F%91").await.ok().body["published"], 2);
    assert_eq!(office.see("/matters/drone-show/versions").await.ok().text("/items/0/reason"), "省级下发", "why, as well as what");
    assert_eq!(office.see("/matters/drone-show").await.ok().body["version"], 1);
    let rows: Value = serde_json::from_slice(&export(&office, "?format=exchange").await).unwrap();
    let row = rows.as_array().unwrap().iter().find(|r| r["task_name"] == "无人机表演备案").unwrap();
    assert_eq!((&row["task_type"], &row["promise_day"], &row["task_version"]), (&json!("01"), &json!(5), &json!(1)));
    let materials: Vec<&Value> = rows.as_array().unwrap().iter().flat_map(|r| r["materials"].as_array().unwrap()).collect();
    assert!(
        materials.len() > 500 && materials.iter().all(|m| ["1", "2", "3"].iter().any(|c| m["is_need"] == *c)),
        "each with its materials"
    );
    assert_eq!(export(&office, "?part=bundles").await.len(), export(&office, "?part=bundles").await.len());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registers_go_out_and_in_with_the_rest(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let mut archive = ZipArchive::new(Cursor::new(export(&office, "?part=registers").await)).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let (register, tasks) = (text("delegated-matters.csv"), text("reform-tasks.json"));
    assert_eq!(register.lines().count(), 347, "F1: the head and 346 matters");
    // One line more, and one that stands differently.
    let changed = register.replacen("企业投资项目备案", "企业项目备案", 1);
    let changed = format!("{changed}x-new,新赋权事项,衡阳市某局,HUC,,proposed,,,赋权文件\n");
    let mut list: Value = serde_json::from_str(&tasks).unwrap();
    let mut more = list["tasks"][0].clone();
    (more["number"], list["tasks"][0]["title"]) = (json!(99), json!("改过的标题"));
    list["tasks"].as_array_mut().unwrap().push(more);
    let files = zipped(&[("delegated-matters.csv", changed.as_bytes()), ("reform-tasks.json", list.to_string().as_bytes())]);
    for query in ["?dry_run=true", ""] {
        let report = import(&office, ZIP, files.clone(), query).await.ok();
        assert_eq!((&report.body["delegated_added"], &report.body["tasks_added"]), (&json!(1), &json!(1)), "{query}");
        let kept: Vec<&Value> = report.body["kept"].as_array().unwrap().iter().map(|k| &k["code"]).collect();
        assert_eq!(kept, ["kept", "kept"], "{query}: what is registered changes by adjustment only");
    }
    // In force without anybody who can handle it: told, and nothing is done.
    let forced = format!("{register}y-new,新赋权事项,衡阳市某局,HUC,无人会用的系统,in_force,2024-09-27,,赋权文件\n");
    let files = zipped(&[("delegated-matters.csv", forced.as_bytes())]);
    let looked = import(&office, ZIP, files.clone(), "?dry_run=true").await.ok();
    assert_eq!((&looked.body["acceptable"], &looked.body["complaints"][0]["code"]), (&json!(false), &json!("account_missing")), "F3");
    let refused = import(&office, ZIP, files, "").await.problem(422, "document_flawed");
    assert_eq!(refused.text("/errors/0/pointer"), "zones/hengyang-gaoxin/delegated-matters.csv#y-new");
    let again = import(&office, ZIP, export(&office, "").await, "").await.ok();
    assert_eq!((&again.body["delegated_added"], &again.body["tasks_added"], &again.body["kept"]), (&json!(0), &json!(0), &json!([])));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_is_read_as_one_generation_left_it(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let state = office.app.state();
    let (db, zone) = (state.db.clone(), state.snapshots.zone("hengyang-gaoxin").unwrap().zone);
    let whole = || db.snapshot(move |tx| load(tx, zone, None));
    let before = whole().await.unwrap().unwrap();
    // A matter and a bundle change together, again and again, while others read.
    let publishing = tokio::spawn({
        let db = db.clone();
        async move {
            for n in 0..20 {
                let both = move |tx: &mut persistence::Tx<'_>| {
                    let mut new = Vec::new();
                    for (kind, code) in [(DocumentKind::Matter, "road-occupation"), (DocumentKind::Bundle, "newborn")] {
                        let known = newest_of(tx, zone, kind, code)?.unwrap();
                        let document = find_document(tx, zone, kind, code, known.stands.number)?.unwrap();
                        let digest = format!("{n:064}");
                        let from = "2024-09-27".parse().unwrap();
                        let version = NewVersion { kind, code: code.to_owned(), effective_from: from, digest, document, authorship: None };
                        new.push((known.stands.number + 1, version));
                    }
                    publish(tx, zone, new)
                };
                db.write(both).await.unwrap();
            }
        }
    });
    let mut known = before;
    while !publishing.is_finished() || known.bundles["newborn"].len() < 21 {
        let earlier = known.clone();
        let read = move |tx: &mut persistence::Tx<'_>| {
            Ok::<_, DbError>((load(tx, zone, None)?.unwrap(), load(tx, zone, Some(&earlier))?.unwrap()))
        };
        let (fresh, stepped) = db.read(read).await.unwrap();
        for read in [&fresh, &stepped] {
            let numbers = (read.matters["road-occupation"].len(), read.bundles["newborn"].len());
            assert_eq!(numbers.0, numbers.1, "never half of a publication");
        }
        known = stepped;
    }
    publishing.await.unwrap();
    let ids = |c: &domain::catalogue::Catalogue| c.matters.values().flatten().map(|v| (v.id, v.effective_to)).collect::<Vec<_>>();
    let whole = whole().await.unwrap().unwrap();
    assert_eq!((ids(&known), known.generation), (ids(&whole), whole.generation), "what is read step by step is the whole");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_undo_an_end_that_is_set(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let show = |days| matter("drone-show", "无人机表演备案", days, &[]);
    office.add("/matters/drone-show", &show(5)).await.ok();
    let retire = json!({"reason": "停", "effective_to": "2024-10-08"});
    office.app.act(&office.publisher, "/matters/drone-show/retire", &retire).await.ok();
    let file = |days| zipped(&[("matters/drone-show.json", show(days).to_string().as_bytes())]);
    let same = import(&office, ZIP, export(&office, "").await, "").await.ok();
    assert_eq!(same.body["published"], 0);
    let report = import(&office, ZIP, file(6), "?dry_run=true").await.ok();
    assert_eq!(told(&report, "complaints")[0].1, "retirement_scheduled");
    import(&office, ZIP, file(6), "").await.problem(422, "document_flawed");
    office.see("/matters/drone-show").await.ok();
    office.app.move_clock("2024-10-08T09:00:00+08:00").await;
    office.see("/matters/drone-show").await.problem(404, "not_found");
    // Once it has ended, a file may bring it back.
    let publisher = office.app.login(Role::CataloguePublisher, 0).await;
    let office = Office { publisher, ..office };
    assert_eq!(import(&office, ZIP, file(6), "").await.ok().body["published"], 1);
    assert_eq!(office.see("/matters/drone-show").await.ok().body["version"], 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_told_and_nothing_is_done(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let mut late = matter("late", "超期", 25, &[]);
    let mut phoneless = matter("phoneless", "无电话", 5, &[]);
    phoneless.as_object_mut().unwrap().remove("consult_phone");
    late["legal_basis"] = json!([]);
    let good = matter("good", "好", 5, &[]);
    let files = zipped(&[
        ("matters/late.json", late.to_string().as_bytes()),
        ("matters/phoneless.json", phoneless.to_string().as_bytes()),
        ("matters/good.json", good.to_string().as_bytes()),
        ("matters/broken.json", b"{\"code\": "),
        ("matters/wrong-name.json", good.to_string().as_bytes()),
        ("recipes/soup.json", b"{}"),
        (
            "delegated-matters.csv",
            "code,name,delegating_body,department,system,state,effective_from,basis\nx,事项,某局,,,in_force,,文\n".as_bytes(),
        ),
    ]);
    let report = import(&office, ZIP, files.clone(), "?dry_run=true").await.ok();
    assert_eq!(report.body["acceptable"], false);
    let found = told(&report, "complaints");
    for (place, code) in [
        ("late.json#/limits/promised/n", "promised_exceeds_statutory"),
        ("late.json#/legal_basis", "missing"),
        ("phoneless.json#/consult_phone", "missing"),
        ("broken.json#", "wrong_format"),
        ("wrong-name.json#/code", "wrong_format"),
        ("soup.json#", "wrong_format"),
        ("delegated-matters.csv#第2行", "missing"),
    ] {
        assert!(found.iter().any(|(p, c)| p.ends_with(place) && c == code), "{place} {code} in {found:?}");
    }
    import(&office, ZIP, files, "").await.problem(422, "document_flawed");
    office.see("/matters/good").await.problem(404, "not_found");
    let call = |token: &str| office.app.call(Method::POST, "/api/v1/zones/hengyang-gaoxin/imports").bearer(token).raw(ZIP, Vec::new());
    call(&office.editor).send().await.problem(403, "forbidden");
    let applicant = office.app.login(Role::Applicant, 0).await;
    office.app.see(&applicant, "/exports").await.problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_that_want_out_are_kept_in() {
    let office = Office::open(Sqlite).await;
    let good = matter("good", "好", 5, &[]).to_string();
    for name in ["../../etc/passwd", "/etc/passwd", "matters/../../x.json", "C:\\x.json", "matters//x.json", "./zone.json"] {
        let report = import(&office, ZIP, zipped(&[(name, good.as_bytes())]), "?dry_run=true").await.ok();
        assert_eq!(told(&report, "complaints")[0].1, "path_outside", "{name}");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("matters/good.json", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let link = writer.finish().unwrap().into_inner();
    assert_eq!(told(&import(&office, ZIP, link, "?dry_run=true").await.ok(), "complaints")[0].1, "link");
    // A bomb: small outside, large inside.
    let bomb = zipped(&[("matters/good.json", &vec![b' '; 5 * 1024 * 1024])]);
    assert!(bomb.len() < 20_000);
    assert_eq!(told(&import(&office, ZIP, bomb, "?dry_run=true").await.ok(), "complaints")[0].1, "too_large");
    assert_eq!(told(&import(&office, ZIP, b"PK no archive".to_vec(), "?dry_run=true").await.ok(), "complaints")[0].1, "bad_archive");
    import(&office, "text/plain", good.into_bytes(), "").await.problem(415, "unsupported_media_type");
    // A hundred megabytes are refused when the limit is reached, not when they have arrived.
    import(&office, ZIP, vec![0; 65 * 1024 * 1024], "").await.problem(413, "body_too_large");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_edit_in_a_workbook(#[values(Sqlite, Postgres)] database: Database) {
    use rust_xlsxwriter::{Formula, Workbook};
    let office = Office::open(database).await;
    office.change("/matters/pharmacy", json!({"fee": "=1+1（公式样的文字）", "fee_basis": "文件"})).await.ok();
    let bytes = export(&office, "?format=xlsx").await;
    let same = import(&office, XLSX, bytes.clone(), "?dry_run=true").await.ok();
    assert_eq!((&same.body["acceptable"], &same.body["published"]), (&json!(true), &json!(0)), "{}", same.body);
    // What looks like a formula is text in the file.
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut sheet = String::new();
    archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(!sheet.contains("<f>"), "no formulas");
    let book = |write: &dyn Fn(&mut rust_xlsxwriter::Worksheet)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("事项").unwrap();
        for (i, heading) in ["事项代码", "咨询电话", "承诺办结时限（数）", "俗称"].iter().enumerate() {
            sheet.write_string(0, u16::try_from(i).unwrap(), *heading).unwrap();
        }
        write(sheet);
        book.save_to_buffer().unwrap()
    };
    let edited = book(&|sheet| {
        sheet.write_string(1, 0, "road-occupation").unwrap();
        sheet.write_string(1, 1, "0734-8800010").unwrap();
        sheet.write_number(1, 2, 6).unwrap();
        sheet.write_string(1, 3, "占道；挖马路").unwrap();
    });
    assert_eq!(import(&office, XLSX, edited, "").await.ok().body["published"], 1);
    let now = office.see("/matters/road-occupation").await.ok();
    assert_eq!((&now.body["matter"]["limits"]["promised"]["n"], &now.body["matter"]["synonyms"]), (&json!(6), &json!(["占道", "挖马路"])));
    let wrong = book(&|sheet| {
        sheet.write_string(1, 0, "road-occupation").unwrap();
        sheet.write_formula(1, 1, Formula::new("=HYPERLINK(\"http://example.com\")")).unwrap();
        sheet.write_string(1, 2, "很快").unwrap();
        sheet.write_string(2, 0, "nothing-there").unwrap();
        sheet.write_string(3, 0, "pharmacy").unwrap();
        sheet.write_number(3, 2, 99).unwrap();
        sheet.write_string(3, 1, "").unwrap();
    });
    let report = import(&office, XLSX, wrong, "?dry_run=true").await.ok();
    let found = told(&report, "complaints");
    for (place, code) in [
        ("第2行咨询电话", "formula"),
        ("第2行承诺办结时限（数）", "wrong_format"),
        ("第3行事项代码", "unknown"),
        ("第4行咨询电话", "wrong_format"),
    ] {
        assert!(found.iter().any(|(p, c)| p.ends_with(place) && c == code), "{place} in {found:?}");
    }
    // Two cells may span a billion: what is between them is not kept.
    let vast = book(&|sheet| {
        sheet.write_string(1_048_575, 16_383, "远").unwrap();
    });
    assert_eq!(told(&import(&office, XLSX, vast, "?dry_run=true").await.ok(), "complaints")[0].1, "too_large");
    assert_eq!(told(&import(&office, XLSX, b"no workbook".to_vec(), "?dry_run=true").await.ok(), "complaints")[0].1, "bad_archive");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_find_what_they_mean() {
    let office = Office::open(Sqlite).await;
    let best = office.see("/search?q=开公司").await.ok().body["items"][0].clone();
    assert_eq!(
        (&best["code"], &best["kind"], &best["reason"]["text"]),
        (&json!("start-business"), &json!("bundle"), &json!("俗称「开公司」"))
    );
    let permit = office.see("/search?q=shigongxuke&kind=matter&limit=1").await.ok();
    assert_eq!(permit.body["items"][0]["code"], "construction-permit");
    let marked = office.see("/search?q=食品经营许可").await.ok().body["items"][0]["highlight"].clone();
    assert!(marked.as_array().unwrap().iter().any(|s| s["hit"] == true));
    assert_eq!(office.see("/search?q=zzzzqqqq").await.ok().body["items"], json!([]));
    office.see("/search").await.problem(422, "invalid_query");
    office.see(&format!("/search?q={}", "长".repeat(101))).await.problem(422, "invalid_query");
    office.see("/search?q=%00").await.problem(422, "invalid_query");
}
