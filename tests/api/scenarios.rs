//! The scenarios of `docs/scenarios`, line by line, on both databases.

use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use support::Database::{self, Postgres, Sqlite};
use support::{Answer, App, HYGIENE_FORM, checklist, excavation, party, pdf};

/// One line of a scenario.
struct Step {
    time: String,
    who: String,
    what: String,
    request: String,
    expected: String,
}

fn steps(name: &str) -> Vec<Step> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/scenarios").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|l| l.starts_with('|')).skip(2);
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect();
        let [time, who, what, request, expected] = cells.try_into().unwrap_or_else(|c| panic!("five cells: {c:?}"));
        Step { time, who, what, request, expected }
    })
    .collect()
}

/// What a line that begins with `@` files.
fn sample(name: &str) -> Value {
    let staged = |stage: &str| {
        let mut body = excavation();
        body["answers"]["permit_stage"] = json!(stage);
        if stage == "above_zero" {
            body["answers"]["special_fire_project"] = json!("no");
        }
        body
    };
    match name {
        "excavation" => excavation(),
        "planning" => json!({"matter": "works-planning-permit", "parties": [party("organisation")],
            "form": {"project_name": "天嘉·上河九章"}, "answers": {"detailed_plan_required": "yes"},
            "project": excavation()["project"], "scope": excavation()["scope"]}),
        "hygiene" => json!({"matter": "public-place-hygiene", "parties": [party("organisation")],
            "form": serde_json::from_str::<Value>(HYGIENE_FORM).unwrap(),
            "answers": {"first_application": "yes", "central_air_conditioning": "no"}}),
        stage => staged(stage),
    }
}

/// A scenario under way.
struct Stage {
    app: App,
    tokens: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    line: usize,
}

impl Stage {
    async fn token(&mut self, who: &str) -> Option<String> {
        if let Some(known) = self.tokens.get(who) {
            return Some(known.clone());
        }
        let token = match who {
            "任何人" | "时间" => return None,
            "申请人" => self.app.login(Role::Applicant, 0).await,
            "窗口" => self.app.login(Role::WindowClerk, 0).await,
            "出件员" => self.app.login(Role::Issuer, 0).await,
            "监督员" => self.app.login(Role::Supervisor, 0).await,
            "建设局审批员" => self.app.login_officer("HUC", 0).await,
            "建设局审批员乙" => self.app.login_officer("HUC", 1).await,
            "卫健审批员" => self.app.login_officer("HEA", 0).await,
            "卫健审批员乙" => self.app.login_officer("HEA", 1).await,
            other => panic!("nobody is called {other}"),
        };
        self.tokens.insert(who.to_owned(), token.clone());
        Some(token)
    }

    fn filled(&self, text: &str) -> String {
        // Every point of the handling standard of the permit these scenarios are about.
        let text = &text.replace("{要点}", &checklist("construction-permit").to_string());
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>, token: Option<&str>) -> Answer {
        let full = if path == "/readyz" { path.to_owned() } else { format!("/api/v1/zones/hengyang-gaoxin{path}") };
        let mut call = self.app.call(method, &full).header("Idempotency-Key", &format!("line-{}", self.line));
        if let Some(body) = body {
            call = call.json(body);
        }
        if let Some(token) = token {
            call = call.bearer(token);
        }
        call.send().await
    }

    async fn perform(&self, request: &str, token: Option<&str>) -> Answer {
        let mut words = request.splitn(2, ' ');
        let (verb, rest) = (words.next().unwrap(), words.next().unwrap_or_default());
        match verb {
            "上传" => {
                let (id, materials) = rest.split_once(' ').unwrap();
                let mut last = None;
                for material in materials.split(',').map(str::trim) {
                    let form = crate::declare::upload(material, &format!("{material}-{}", self.line), pdf(), "a.pdf");
                    let answer = self.app.upload(id, form).bearer(token.unwrap()).send().await;
                    let refused = !answer.status.is_success();
                    last = Some(answer);
                    if refused {
                        break;
                    }
                }
                last.unwrap()
            }
            "签署" => {
                let mut words = rest.splitn(4, ' ');
                let (id, kind, by, materials) =
                    (words.next().unwrap(), words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
                let list: Vec<&str> = materials.split(',').map(str::trim).collect();
                let path = format!("/applications/{id}/letters/{kind}?materials={}", list.join(","));
                let page = self.send(Method::GET, &path, None, token).await;
                if !page.status.is_success() {
                    return page;
                }
                let body = json!({"kind": kind, "materials": list, "digest": page.text("/digest"), "signatory": by});
                self.send(Method::POST, &format!("/applications/{id}/letters"), Some(&body), token).await
            }
            "查询" => {
                let (number, code) = rest.split_once(' ').unwrap();
                self.app.get(&format!("/track/{number}")).header("Track-Code", code).send().await
            }
            method => {
                let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
                let body = match body.strip_prefix('@') {
                    Some(name) => Some(sample(name)),
                    None if body.is_empty() => None,
                    None => Some(serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body}"))),
                };
                self.send(Method::from_bytes(method.as_bytes()).unwrap(), path, body.as_ref(), token).await
            }
        }
    }

    fn check(&mut self, step: &Step, answer: &Answer) {
        let said = |wanted: &str| format!("{} {}：{wanted}\n{}", step.time, step.what, answer.body);
        let expected = self.filled(&step.expected);
        let mut parts = expected.split(';').map(str::trim);
        let head: Vec<&str> = parts.next().unwrap().split(' ').collect();
        assert_eq!(answer.status.as_str(), head[0], "{}", said(&expected));
        if let Some(code) = head.get(1) {
            assert_eq!(answer.body["code"], *code, "{}", said(&expected));
        }
        for part in parts {
            let (part, remembered) = part.strip_prefix("记住 ").map_or((part, false), |rest| (rest, true));
            let (left, right, contains) = match part.split_once(" ~ ") {
                Some((left, right)) => (left, right, true),
                None => part.split_once(" = ").map(|(l, r)| (l, r, false)).unwrap(),
            };
            let at = |pointer: &str| match answer.body.pointer(pointer.trim()) {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => panic!("{}", said(&format!("没有 {pointer}"))),
            };
            if remembered {
                self.names.insert(left.trim().to_owned(), at(right));
            } else if contains {
                assert!(at(left).contains(right.trim()), "{}", said(part));
            } else {
                assert_eq!(at(left), right.trim(), "{}", said(part));
            }
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn scenarios_run_as_written(
    #[values(Sqlite, Postgres)] database: Database,
    #[values("first-permit.md", "commitment.md", "deferral.md")] name: &str,
) {
    let steps = steps(name);
    let moment = |time: &str| format!("{}:00+08:00", time.replace(' ', "T"));
    let app = App::start_at(database, &moment(&steps[0].time)).await;
    let mut stage = Stage { app, tokens: BTreeMap::new(), names: BTreeMap::new(), line: 0 };
    for (line, step) in steps.iter().enumerate() {
        stage.line = line;
        if !step.time.is_empty() && line > 0 {
            stage.app.move_clock(&moment(&step.time)).await;
        }
        let token = stage.token(&step.who).await;
        let answer = stage.perform(&stage.filled(&step.request), token.as_deref()).await;
        stage.check(step, &answer);
    }
}
