//! Change a draft: form and answers are merged, `null` takes an entry out.

use super::create::{answer_problems, mandate_problems};
use super::{Acting, checked, invalid_form, invalid_parties, lock_for, require_draft, save};
use crate::{Dossier, Error, Invalid, Snapshots, ZoneSnapshot, subject};
use domain::application::{Party, check_parties};
use domain::assessment::Plan;
use domain::event::EventKind;
use domain::local_time::date_of;
use persistence::event::{self, NewEvent};
use persistence::{Tx, application};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What changes.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// Form entries to set, or to take out with `null`.
    pub form: Map<String, Value>,
    /// Answers to set, or to take out with `None`.
    pub answers: BTreeMap<String, Option<String>>,
    /// All parties anew.
    pub parties: Option<Vec<Party>>,
}

/// Changes a draft that is still at one of `expected`; `None` accepts any version.
///
/// # Errors
/// [`Error::Stale`], [`Error::StateForbids`], [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`].
pub fn revise(
    tx: &mut Tx<'_>,
    snapshots: &Snapshots,
    known: ZoneSnapshot,
    id: Uuid,
    expected: Option<i64>,
    revision: Revision,
    acting: &Acting,
) -> Result<Dossier, Error> {
    let (mut application, mut content) = lock_for(tx, known.zone, id, acting)?;
    if expected.is_some_and(|v| v != application.version) {
        return Err(Error::Stale);
    }
    require_draft(&application)?;
    let snapshot = snapshots.fresh(tx, known)?;
    let subject = subject(application.subject_kind, &application.subject_code);
    let plan = snapshot.plan(subject, date_of(tx.now())).ok_or(Error::SubjectNotInForce)?;
    checked(unknown_names(&plan, &revision))?;
    let mut changed: Vec<String> = Vec::new();
    for (element, value) in revision.form {
        changed.push(format!("form.{element}"));
        if value.is_null() {
            content.form.remove(&element)
        } else {
            content.form.insert(element, value)
        };
    }
    for (situation, answer) in revision.answers {
        changed.push(format!("answers.{situation}"));
        match answer {
            Some(answer) => content.answers.insert(situation, answer),
            None => content.answers.remove(&situation),
        };
    }
    let parties_changed = revision.parties.is_some();
    if let Some(parties) = revision.parties {
        changed.push("parties".to_owned());
        content.parties = check_parties(parties, date_of(tx.now())).map_err(invalid_parties)?;
        checked(mandate_problems(&content.parties, content.mandate.as_ref(), tx.now()).into_iter().collect())?;
    }
    application.version += 1;
    let mut dossier = Dossier::complete(tx, &snapshot, application, content)?;
    let mut problems = invalid_form(plan.form.check_draft(&dossier.content.form));
    problems.extend(answer_problems(&plan, &dossier.content.answers));
    checked(problems)?;
    let event = NewEvent { kind: EventKind::ApplicationRevised, occurred_at: tx.now(), payload: json!({"changed": changed}) };
    let stream = dossier.application.stream();
    event::append(tx, stream, &mut dossier.application.head, &acting.actor, vec![event])?;
    application::save_content(tx, &dossier.application, &dossier.content, parties_changed)?;
    save(tx, &mut dossier.application)?;
    Ok(dossier)
}

/// Names that the plan does not know; they would otherwise stand in the record of what changed.
fn unknown_names(plan: &Plan, revision: &Revision) -> Vec<Invalid> {
    let elements = plan.form.elements();
    let element = |name: &&String| elements.is_none_or(|e| !e.contains_key(*name));
    let situation = |code: &&String| plan.situations.iter().all(|s| s.code != **code);
    let form = revision.form.keys().filter(element).map(|e| Invalid::new(format!("/form/{e}"), "unknown_field", "表单中没有这一项"));
    let answers = revision.answers.keys().filter(situation);
    form.chain(answers.map(|s| Invalid::new(format!("/answers/{s}"), "situation_unknown", "本事项没有这一情形"))).collect()
}
