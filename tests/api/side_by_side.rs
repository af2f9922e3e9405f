//! The people of a hall and a bundle made for a test: what several departments do side by side.

use crate::office::{Office, matter};
use domain::access::Role;
use serde_json::{Value, json};
use support::{Answer, Database, party};

/// One matter of a bundle: code, department, days, materials.
pub(crate) type Member<'a> = (&'a str, &'a str, u32, &'a [(&'a str, &'a str)]);

/// A hall with everybody logged in.
pub(crate) struct Hall {
    pub(crate) office: Office,
    pub(crate) owner: String,
    pub(crate) clerk: String,
    pub(crate) issuer: String,
    pub(crate) supervisor: String,
    pub(crate) huc: String,
    pub(crate) nrp: String,
}

impl Hall {
    pub(crate) async fn open(database: Database) -> Self {
        Self::at(Office::open(database).await).await
    }

    pub(crate) async fn open_at(database: Database, now: &str) -> Self {
        Self::at(Office::open_at(database, now).await).await
    }

    /// Moves the clock, does what is due, and logs everybody in again.
    pub(crate) async fn later(self, now: &str) -> Self {
        self.office.app.move_clock(now).await;
        Self::at(self.office).await
    }

    /// Logs everybody in again: a session lives for minutes of the real clock.
    pub(crate) async fn again(self) -> Self {
        Self::at(self.office).await
    }

    async fn at(office: Office) -> Self {
        let app = &office.app;
        let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
        let (issuer, supervisor) = (app.login(Role::Issuer, 0).await, app.login(Role::Supervisor, 0).await);
        let (huc, nrp) = (app.login_officer("HUC", 0).await, app.login_officer("NRP", 0).await);
        Self { office, owner, clerk, issuer, supervisor, huc, nrp }
    }

    /// Publishes matters and a bundle of them; `change` may add to the bundle.
    pub(crate) async fn publish(&self, code: &str, members: &[Member<'_>], edges: &[(&str, &str, &str)], change: impl Fn(&mut Value)) {
        for (code, department, days, materials) in members {
            let mut document = matter(code, &format!("事项{code}"), *days, materials);
            document["department"] = json!(department);
            self.office.add(&format!("/matters/{code}"), &document).await.ok();
        }
        let mut bundle = json!({
            "code": code, "name": format!("{code}一件事"), "lead_department": "HUC", "summary": "一次申报", "audiences": ["enterprise"],
            "members": members.iter().map(|m| json!({"matter": m.0})).collect::<Vec<_>>(),
            "edges": edges.iter().map(|(b, a, k)| json!({"before": b, "after": a, "kind": k})).collect::<Vec<_>>(),
            "promised_source": "illustrative", "source": "illustrative",
        });
        change(&mut bundle);
        self.office.add(&format!("/bundles/{code}"), &bundle).await.ok();
    }

    /// Files a bundle or matter with these materials.
    pub(crate) async fn file(&self, kind: &str, code: &str, materials: &[&str]) -> Answer {
        self.file_with(json!({kind: code}), materials).await
    }

    /// The same, with more in the draft.
    pub(crate) async fn file_with(&self, mut draft: Value, materials: &[&str]) -> Answer {
        draft["parties"] = json!([party("organisation")]);
        draft["form"] = json!({"applicant_name": "天嘉置业（示例）有限公司"});
        self.office.app.file(&self.owner, &draft, materials).await
    }

    /// Does something as somebody.
    pub(crate) async fn act(&self, who: &str, path: &str, body: Value) -> Answer {
        self.office.app.act(who, path, &body).await
    }

    /// Begins a draft with these materials and defers others; files it.
    pub(crate) async fn file_deferring(&self, mut draft: Value, materials: &[&str], deferred: &str) -> Answer {
        draft["parties"] = json!([party("organisation")]);
        draft["form"] = json!({"applicant_name": "天嘉置业（示例）有限公司"});
        let app = &self.office.app;
        let id = app.draft(&self.owner, &draft).await.text("/id");
        app.hand_in(&self.owner, &id, materials).await;
        self.sign(&id, "deferral", deferred).await.ok();
        app.submit(&self.owner, &id, &id).await.ok()
    }

    /// Signs a letter about a material as the applicant.
    pub(crate) async fn sign(&self, id: &str, kind: &str, material: &str) -> Answer {
        let page = self.office.app.see(&self.owner, &format!("/applications/{id}/letters/{kind}?materials={material}")).await.ok();
        let letter = json!({"kind": kind, "materials": [material], "digest": page.text("/digest"), "signatory": "legal_representative"});
        self.act(&self.owner, &format!("/applications/{id}/letters"), letter).await
    }

    /// The application as the supervisor sees it.
    pub(crate) async fn look(&self, id: &str) -> Answer {
        self.office.app.see(&self.supervisor, &format!("/applications/{id}")).await.ok()
    }

    /// Examines and grants a case.
    pub(crate) async fn grant(&self, who: &str, case: &str) -> Answer {
        let found = json!({"method": "desk", "checklist": [{"point": "fits", "passed": true}], "opinion": "符合"});
        self.act(who, &format!("/cases/{case}/examine"), found).await.ok();
        self.act(who, &format!("/cases/{case}/decide"), json!({"granted": true, "opinion": "同意"})).await
    }

    /// Refuses a case.
    pub(crate) async fn refuse(&self, who: &str, case: &str) -> Answer {
        let no = json!({"granted": false, "opinion": "不同意", "refusals": [{"reason": "不符合条件", "basis": "建筑法 8"}]});
        self.act(who, &format!("/cases/{case}/decide"), no).await
    }
}

/// The case of a matter.
pub(crate) fn case_of<'a>(application: &'a Answer, matter: &str) -> &'a Value {
    application.body["cases"].as_array().unwrap().iter().find(|c| c["matter"] == matter).unwrap_or_else(|| panic!("no case of {matter}"))
}

/// Its identity.
pub(crate) fn id_of(application: &Answer, matter: &str) -> String {
    case_of(application, matter)["id"].as_str().unwrap().to_owned()
}

/// Its state.
pub(crate) fn state_of(application: &Answer, matter: &str) -> String {
    case_of(application, matter)["state"].as_str().unwrap().to_owned()
}
