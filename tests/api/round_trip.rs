//! Import ∘ export = identity, for catalogues nobody thought of: random documents go out of one installation, into another,
//! and come out of that one byte by byte.

use crate::office::{Office, matter};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use support::Database::{self, Postgres, Sqlite};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A small generator of numbers, so that a failing catalogue can be made again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn text(&mut self) -> String {
        let letters: Vec<char> = "一件事办“引号”\\/<&>,;=+@-　\u{1F37C}éß\"'{}[]%01aZ".chars().collect();
        let length = 1 + self.roll(24);
        (0..length).map(|_| letters[usize::try_from(self.roll(letters.len() as u64)).unwrap()]).chain(['尾']).collect()
    }

    fn texts(&mut self, most: u64) -> Vec<String> {
        (0..self.roll(most)).map(|_| self.text()).collect()
    }
}

/// A valid matter with whatever the dice say.
fn any_matter(dice: &mut Dice, n: usize) -> Value {
    let materials: Vec<(String, String)> = (0..dice.roll(6)).map(|i| (format!("material-{i}"), dice.text())).collect();
    let borrowed: Vec<(&str, &str)> = materials.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let days = 1 + u32::try_from(dice.roll(20)).unwrap();
    let mut document = matter(&format!("any-{n}"), &dice.text(), days, &borrowed);
    document["synonyms"] = json!(dice.texts(4));
    document["conditions"].as_array_mut().unwrap().extend(dice.texts(4).into_iter().map(Value::from));
    document["consequences"] = json!(dice.texts(3));
    document["unified"] = json!(dice.roll(2) == 0);
    if dice.roll(2) == 0 {
        document["limits"]["statutory_note"] = json!(dice.text());
        document["rights"] = json!(dice.text());
    }
    if dice.roll(2) == 0 {
        document["situations"] = json!([{"code": "site", "question": dice.text(),
            "answers": [{"code": "in", "text": dice.text()}, {"code": "out", "text": dice.text()}]}]);
        document["limit_variants"] = json!([{"when": "answers.site == 'in'", "limits": document["limits"]}]);
    }
    if dice.roll(2) == 0 {
        document["form"]["properties"]["height_m"] =
            json!({"title": dice.text(), "type": "number", "minimum": 0.1, "maximum": 120.25, "x-sensitivity": 0});
    }
    for requirement in document["requirements"].as_array_mut().unwrap() {
        let choice = &mut requirement["choices"][0];
        (choice["copies"], choice["filling"]) = (json!(dice.roll(4)), json!(dice.text()));
    }
    document
}

async fn bring(office: &Office, bytes: Vec<u8>) -> Value {
    let call = office.app.call(Method::POST, "/api/v1/zones/hengyang-gaoxin/imports");
    call.bearer(&office.publisher).raw("application/zip", bytes).send().await.ok().body
}

async fn export(office: &Office) -> Vec<u8> {
    let call = office.app.call(Method::GET, "/api/v1/zones/hengyang-gaoxin/exports");
    let (status, bytes) = call.bearer(&office.editor).bytes().await;
    assert_eq!(status, 200);
    bytes
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn any_catalogue_goes_out_and_comes_back_as_it_was(#[values(Sqlite, Postgres)] database: Database, #[values(1, 2, 3)] seed: u64) {
    let (here, there) = (Office::open(database).await, Office::open(database).await);
    let mut dice = Dice(seed);
    let documents: Vec<Value> = (0..40).map(|n| any_matter(&mut dice, n)).collect();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for document in &documents {
        writer.start_file(format!("matters/{}.json", document["code"].as_str().unwrap()), SimpleFileOptions::default()).unwrap();
        // As people write it, not as it is kept.
        writer.write_all(serde_json::to_string_pretty(document).unwrap().as_bytes()).unwrap();
    }
    let report = bring(&here, writer.finish().unwrap().into_inner()).await;
    assert_eq!(report["published"], 40, "{report}");
    let out = export(&here).await;
    assert_eq!(bring(&there, out.clone()).await["published"], 40);
    assert_eq!(export(&there).await, out, "seed {seed}: the same bytes out of another installation");
    assert_eq!(bring(&here, out.clone()).await["published"], 0, "and nothing to do at home");
    let mut archive = ZipArchive::new(Cursor::new(out)).unwrap();
    for document in &documents {
        let mut text = String::new();
        archive.by_name(&format!("matters/{}.json", document["code"].as_str().unwrap())).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), *document, "nothing of it is lost");
    }
}
