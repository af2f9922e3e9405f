//! The result itself as a document (电子证照): its face, sealed like every other instrument.

use super::work::Work;
use crate::Error;
use domain::application::PartyRole;
use domain::local_time::date_of;
use persistence::certificate::{self, Certificate};
use persistence::instrument::{FaceLine, InstrumentKind, InstrumentText};
use serde_json::Value;
use uuid::Uuid;

impl Work<'_, '_> {
    /// Makes out the licence of a grant; what was granted to cancel an earlier one has none.
    pub(super) fn make_licence(&mut self, id: Uuid) -> Result<(), Error> {
        let zone = self.zone();
        let Some(certificate) = certificate::find_of_case(self.tx, zone, id)? else { return Ok(()) };
        let matter = self.matter(id)?;
        let body = self.snapshot.catalogue.zone.deciding_body(&matter);
        let mut face = self.common_face(&certificate);
        for field in &matter.face {
            let value = self.dossier.content.form.get(&field.element).and_then(shown);
            face.extend(value.map(|value| FaceLine { label: field.label.clone(), value }));
        }
        face.extend(certificate.remark.iter().map(|remark| FaceLine::new("备注", remark.clone())));
        let (title, addressee) = (certificate.name.clone(), certificate.holder.clone());
        let text = InstrumentText { title, addressee, paragraphs: Vec::new(), body, face, signed_by: None };
        self.enter_text(Some(id), InstrumentKind::Licence, certificate.number, text)
    }

    /// What stands on every licence (GB/T 36903).
    fn common_face(&self, c: &Certificate) -> Vec<FaceLine> {
        let holder = self.dossier.content.parties.iter().find(|p| p.role == PartyRole::Applicant);
        let number = holder.and_then(|p| p.identifiers.first()).map(|i| i.value.clone());
        let days = |until: chrono::NaiveDate| format!("{}至{until}", date_of(c.granted_at));
        [
            Some(FaceLine::new("证照编号", c.number.clone())),
            c.identifier.clone().map(|identifier| FaceLine::new("证照标识", identifier)),
            Some(FaceLine::new("持证主体", c.holder.clone())),
            number.map(|number| FaceLine::new("持证主体代码", number)),
            c.project_name.clone().map(|name| FaceLine::new("项目名称", name)),
            (!c.scope.is_empty()).then(|| FaceLine::new("许可范围", c.scope.join("、"))),
            Some(FaceLine::new("颁发日期", date_of(c.granted_at).to_string())),
            Some(FaceLine::new("有效期", c.valid_until.map_or_else(|| "长期".to_owned(), days))),
            c.replaces.clone().map(|earlier| FaceLine::new("原证照编号", earlier)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A value of a form in words, whole; nothing for what was left empty.
pub(super) fn shown(value: &Value) -> Option<String> {
    let joined = |parts: Vec<String>, by: &str| Some(parts.join(by)).filter(|t| !t.is_empty());
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        Value::Number(n) => Some(n.to_string()),
        Value::String(text) => Some(text.clone()).filter(|t| !t.trim().is_empty()),
        Value::Array(items) => joined(items.iter().filter_map(shown).collect(), "；"),
        Value::Object(fields) => joined(fields.values().filter_map(shown).collect(), "，"),
    }
}
