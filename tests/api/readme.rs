//! The tour of both READMEs runs as it stands there.

use std::path::Path;
use std::process::Command;
use support::App;
use support::Database::Sqlite;

/// The shell lines of the tour, between the two marks.
fn tour(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let (_, after) = text.split_once("<!-- tour -->").unwrap_or_else(|| panic!("{file} has no tour"));
    let (tour, _) = after.split_once("<!-- end of tour -->").unwrap();
    tour.split("```").skip(1).step_by(2).map(|block| block.trim_start_matches("sh").trim()).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_of_both_readmes_runs() {
    for file in ["README.md", "README.zh-CN.md"] {
        let app = App::start(Sqlite).await;
        let script = tour(file).replace("http://127.0.0.1:8080", &app.base()).replace("var/", &format!("{}/", app.var().display()));
        let run = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output().unwrap();
        let output = tokio::task::spawn_blocking(run).await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{file}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
        for mark in ["\"may_accept\":false", "\"state\":\"submitted\"", "\"kind\":\"case_received\"", "\"good_rate\":\"100.00\""] {
            assert!(said.contains(mark), "{file} shows no {mark}: {said}");
        }
    }
}
