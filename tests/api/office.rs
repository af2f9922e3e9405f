//! The catalogue's desks: what tests of its writing side begin with.

use domain::access::Role;
use serde_json::{Value, json};
use support::{Answer, App, Database};

/// The editor's and the publisher's desks.
pub(crate) struct Office {
    pub(crate) app: App,
    pub(crate) editor: String,
    pub(crate) publisher: String,
}

impl Office {
    pub(crate) async fn open(database: Database) -> Self {
        Self::open_at(database, "2024-09-27T10:00:00+08:00").await
    }

    pub(crate) async fn open_at(database: Database, now: &str) -> Self {
        let app = App::start_at(database, now).await;
        let (editor, publisher) = (app.login(Role::CatalogueEditor, 0).await, app.login(Role::CataloguePublisher, 0).await);
        Self { app, editor, publisher }
    }

    pub(crate) async fn begin(&self, path: &str, document: Option<&Value>) -> Answer {
        let body = document.map_or_else(|| json!({"reason": "测试"}), |d| json!({"document": d, "reason": "测试"}));
        self.app.post(&format!("{path}/drafts"), &body).bearer(&self.editor).send().await
    }

    pub(crate) async fn revise(&self, id: &str, document: Value) -> Answer {
        let call = self.app.patch(&format!("/drafts/{id}"), &json!({"document": document}));
        call.bearer(&self.editor).header("If-Match", "*").send().await
    }

    pub(crate) async fn submit(&self, id: &str) -> Answer {
        self.app.act(&self.editor, &format!("/drafts/{id}/submit"), &json!({})).await
    }

    pub(crate) async fn publish(&self, id: &str, body: &Value) -> Answer {
        self.app.act(&self.publisher, &format!("/drafts/{id}/publish"), body).await
    }

    /// Changes a document of the catalogue and publishes it at once.
    pub(crate) async fn change(&self, path: &str, document: Value) -> Answer {
        let id = self.begin(path, None).await.expect(201).text("/id");
        self.revise(&id, document).await.ok();
        self.submit(&id).await.ok();
        self.publish(&id, &json!({})).await
    }

    /// Publishes a new document at once.
    pub(crate) async fn add(&self, path: &str, document: &Value) -> Answer {
        let id = self.begin(path, Some(document)).await.expect(201).text("/id");
        self.submit(&id).await.ok();
        self.publish(&id, &json!({})).await
    }

    pub(crate) async fn see(&self, path: &str) -> Answer {
        self.app.get(path).send().await
    }
}

/// A small, whole matter.
pub(crate) fn matter(code: &str, name: &str, days: u32, materials: &[(&str, &str)]) -> Value {
    let requirement = |(material, name): &(&str, &str)| {
        json!({"code": material, "class": "primary", "basis": "行政许可法 31",
            "choices": [{"material": material, "name": name, "source": "applicant"}]})
    };
    json!({
        "code": code, "name": name, "matter_type": "licence", "procedure": "licence", "case_kind": "promised",
        "audiences": ["enterprise"], "department": "HUC", "system_of_record": "local", "authority": "own", "separation": "strict",
        "unified": true, "counts_toward_promise": true, "legal_basis": [{"text": "行政许可法 12", "source": "law"}],
        "conditions": ["符合规定（行政许可法 12）"], "flow": [{"name": "受理"}, {"name": "决定"}],
        "limits": {"promised": {"n": days, "unit": "working_day"}, "promised_source": "illustrative", "starts": "acceptance",
            "statutory": {"n": 20, "unit": "working_day"}, "statutory_source": "law"},
        "visits": 0, "channels": ["window", "web"], "result_name": "许可证", "consult_phone": "0734-8800000", "complaint_phone": "12345",
        "checklist": [{"code": "whole", "phase": "acceptance", "text": "材料齐全"}, {"code": "fits", "phase": "examination", "text": "符合条件"}],
        "requirements": materials.iter().map(requirement).collect::<Vec<_>>(),
        "form": {"properties": {"applicant_name": {"title": "申请人名称", "type": "string", "minLength": 1, "maxLength": 200, "x-sensitivity": 1}},
            "required": ["applicant_name"]},
        "handled_at": [{"place": "hall"}], "source": "illustrative",
    })
}
