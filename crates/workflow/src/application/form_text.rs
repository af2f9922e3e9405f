//! The application form (申请表) as a document: read, signed by the applicant, kept as it was filed.

use super::licence_text::shown;
use crate::{Dossier, Error, ZoneSnapshot};
use domain::application::PartyRole;
use domain::assessment::Plan;
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::instrument::{self, FaceLine, Instrument, InstrumentKind, InstrumentText};
use persistence::material::Material;
use persistence::{Tx, ids};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A form signed by whoever files it.
pub struct SignedForm {
    /// SM3 of the words he read, hexadecimal.
    pub digest: String,
    /// His signature over it, hexadecimal.
    pub signature: String,
    /// His account.
    pub account: Uuid,
}

/// The words of an application's form as it stands.
///
/// # Errors
/// [`Error::SubjectNotInForce`].
pub fn render_form(snapshot: &ZoneSnapshot, dossier: &Dossier) -> Result<InstrumentText, Error> {
    let plan = dossier.plan(snapshot).ok_or(Error::SubjectNotInForce)?;
    let content = &dossier.content;
    let name = plan.bundle.as_ref().map(|b| b.document.name.clone());
    let named = name.or_else(|| plan.matters.first().map(|m| m.document.name.clone())).unwrap_or_default();
    let party = |role| content.parties.iter().find(|p| p.role == role).map(|p| p.name.clone());
    let agent = party(PartyRole::Agent).map(|name| format!("{name}（代理人）"));
    let signatory = agent.or_else(|| party(PartyRole::Applicant)).unwrap_or_default();
    let mut face: Vec<FaceLine> = content
        .parties
        .iter()
        .map(|p| {
            let numbers: Vec<&str> = p.identifiers.iter().map(|i| i.value.as_str()).collect();
            let number = if numbers.is_empty() { String::new() } else { format!("（{}）", numbers.join("、")) };
            FaceLine::new(p.role.label(), format!("{}{number}", p.name))
        })
        .collect();
    if let Some(target) = &content.target {
        face.push(FaceLine::new("所涉证照", format!("{}（编号{}）", target.act.label(), target.certificate_no)));
    }
    if let Some(mandate) = &content.mandate {
        let scope: Vec<&str> = mandate.scope.iter().map(|s| s.label()).collect();
        face.push(FaceLine::new("授权委托", format!("{}，{}至{}", scope.join("、"), mandate.signed_on, mandate.valid_until)));
    }
    face.extend(dossier.application.project_name.iter().map(|name| FaceLine::new("项目", name.clone())));
    if !content.scope.is_empty() {
        face.push(FaceLine::new("范围", content.scope.join("、")));
    }
    face.extend(answers(&plan, dossier));
    face.extend(elements(plan.form.elements(), &content.form));
    face.extend(content.agencies.iter().map(|a| FaceLine::new(&a.name, a.agency.clone())));
    // A file is named with the beginning of its digest: the form is about this very file.
    let file = |m: &Material| format!("{}（校验值{}）", plan.name_of(&m.code), short(&m.document.digest));
    let mut held: Vec<String> = dossier.materials.iter().map(file).collect();
    held.extend(content.shared.iter().map(|s| format!("{}（电子证照、数据共享）", plan.name_of(&s.material))));
    held.extend(content.paper.iter().map(|p| format!("{}（纸质）", plan.name_of(&p.material))));
    if !held.is_empty() {
        face.push(FaceLine::new("随附材料", held.join("、")));
    }
    face.extend(content.letters.iter().filter(|l| l.withdrawn_at.is_none()).map(|l| {
        let digest: String = l.digest.chars().take(16).collect();
        FaceLine::new("随附承诺", format!("{}（校验值{digest}）", l.text.title))
    }));
    let paragraphs = vec!["申请人声明：以上内容和所附材料真实、准确、完整，对其实质内容的真实性负责（行政许可法 31）。".to_owned()];
    let addressee = snapshot.catalogue.zone.name.clone();
    Ok(InstrumentText { title: format!("{named}申请表"), addressee, paragraphs, body: signatory, face, signed_by: None })
}

/// The first 16 hexadecimal digits of a digest.
fn short(digest: &[u8]) -> String {
    hex::encode(digest.get(..8).unwrap_or(digest))
}

fn answers(plan: &Plan, dossier: &Dossier) -> Vec<FaceLine> {
    let answered = plan.situations.iter().filter_map(|s| Some((s, dossier.content.answers.get(&s.code)?)));
    let line = |(s, code): (&domain::catalogue::Situation, &String)| {
        let answer = s.answers.iter().find(|a| a.code == *code).map_or_else(|| code.clone(), |a| a.text.clone());
        FaceLine::new(s.question.trim_end_matches('？'), answer)
    };
    answered.map(line).collect()
}

fn elements(known: Option<&Map<String, Value>>, form: &Map<String, Value>) -> Vec<FaceLine> {
    let title = |schema: &Value, code: &str| schema.get("title").and_then(Value::as_str).unwrap_or(code).to_owned();
    let filled = known.into_iter().flatten().filter_map(|(code, schema)| Some((title(schema, code), shown(form.get(code)?)?)));
    filled.map(|(label, value)| FaceLine { label, value }).collect()
}

/// Keeps the form as it was signed and filed.
///
/// # Errors
/// [`Error::StateForbids`] when it has changed since it was read.
pub(super) fn keep_form(
    tx: &mut Tx<'_>,
    snapshot: &ZoneSnapshot,
    dossier: &Dossier,
    (number, signed, now): (&str, SignedForm, Instant),
) -> Result<(), Error> {
    let text = InstrumentText { signed_by: Some(signed.account), ..render_form(snapshot, dossier)? };
    let digest = text.digest();
    if hex::encode(&digest) != signed.digest {
        return Err(Error::StateForbids(Reason::new("form_changed", "申请内容已变化，请重新阅读申请表后签名提交", "电子签名法 13")));
    }
    let new = Instrument {
        id: ids::new_id(),
        application: dossier.application.id,
        case: None,
        kind: InstrumentKind::ApplicationForm,
        number: format!("{number}-00"),
        issued_at: now,
        digest,
        text,
        signature: hex::decode(&signed.signature).ok(),
    };
    Ok(instrument::insert(tx, snapshot.zone, &new)?)
}
