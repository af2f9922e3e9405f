//! Everything about one application, and how it stands.

use crate::application::Acting;
use crate::{Error, ZoneSnapshot};
use domain::application::{ApplicationState, Case, Filing, Lapse, PartyRole, SubjectKind, settle};
use domain::assessment::{ApplicantFacts, Assessment, Facts, Plan, assess};
use domain::catalogue::Subject;
use domain::flow::{Effect, LetterKind, effect_of_ending, end_publicity, follow};
use domain::local_time::{Instant, date_of};
use domain::reason::Reason;
use persistence::application::{Application, Content, Scope, find_visible, list_cases};
use persistence::material::{self, Material};
use persistence::{DbError, Tx};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// An application with its contents, cases and materials.
pub struct Dossier {
    /// The narrow facts.
    pub application: Application,
    /// What it contains.
    pub content: Content,
    /// Its cases.
    pub cases: Vec<Case>,
    /// Its materials.
    pub materials: Vec<Material>,
    /// The legal moment it was read at.
    pub at: Instant,
}

impl Dossier {
    /// Reads an application the caller may see, as the law has it by now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one he may not see; [`Error::Database`].
    pub fn read(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, scope: &Scope) -> Result<Self, Error> {
        let (application, content) = find_visible(tx, snapshot.zone, id, scope)?.ok_or(Error::NotFound)?;
        Ok(Self::complete(tx, snapshot, application, content)?)
    }

    /// Reads an application the caller may do something with: 403 for one he only sees.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Database`].
    pub fn read_for(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, acting: &Acting) -> Result<Self, Error> {
        match Self::read(tx, snapshot, id, &acting.may) {
            Err(Error::NotFound) if find_visible(tx, snapshot.zone, id, &acting.sees)?.is_some() => Err(Error::Forbidden),
            other => other,
        }
    }

    /// Adds cases and materials to what is at hand.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn complete(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, application: Application, content: Content) -> Result<Self, DbError> {
        let mut dossier = Self::stored(tx, application, content)?;
        dossier.settle_in_memory(snapshot);
        Ok(dossier)
    }

    /// The same, as it stands in the database.
    ///
    /// # Errors
    /// [`DbError`].
    pub(crate) fn stored(tx: &mut Tx<'_>, application: Application, content: Content) -> Result<Self, DbError> {
        tx.not_before(application.updated_at);
        let at = tx.now();
        let cases =
            if application.state == ApplicationState::Draft { Vec::new() } else { list_cases(tx, application.zone, application.id)? };
        let materials = material::list(tx, application.zone, application.id)?;
        Ok(Self { application, content, cases, materials, at })
    }

    /// Shows what silence has done, though the timer may not have written it yet.
    fn settle_in_memory(&mut self, snapshot: &ZoneSnapshot) {
        settle_cases(&mut self.cases, self.at, snapshot);
        if self.cases.len() > 1
            && let Some(plan) = self.plan(snapshot)
        {
            let now = Filing { received_at: self.at, calendar: &snapshot.calendar, hours: &snapshot.catalogue.zone.hours };
            follow(&mut self.cases, &plan.edges, &now);
        }
    }

    /// What ending some cases would do to the others.
    #[must_use]
    pub fn effect_of_ending(&self, snapshot: &ZoneSnapshot, ending: &[Uuid]) -> Effect {
        let edges = self.plan(snapshot).map(|plan| plan.edges.clone()).unwrap_or_default();
        let now = Filing { received_at: self.at, calendar: &snapshot.calendar, hours: &snapshot.catalogue.zone.hours };
        effect_of_ending(&self.cases, &edges, ending, &now)
    }

    /// The plan of its matter or bundle: as in force today for a draft, as pinned once filed.
    #[must_use]
    pub fn plan(&self, snapshot: &ZoneSnapshot) -> Option<Arc<Plan>> {
        let application = &self.application;
        if application.state == ApplicationState::Draft {
            return snapshot.plan(subject(application.subject_kind, &application.subject_code), date_of(self.at));
        }
        snapshot.pinned_plan(application.bundle_version_id, self.cases.iter().map(|c| c.version_id).collect())
    }

    /// What rules may know about it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let held = self.materials.iter().map(|m| m.code.clone()).chain(self.content.paper.iter().map(|p| p.material.clone()));
        facts(&self.content, held, self.application.received_at.unwrap_or(self.at))
    }

    /// How it stands against its plan.
    #[must_use]
    pub fn assess(&self, snapshot: &ZoneSnapshot) -> Option<Assessment> {
        self.assess_with(snapshot, Vec::new(), Vec::new())
    }

    /// The same, with what stands against the applicant.
    pub(crate) fn assess_with(&self, snapshot: &ZoneSnapshot, bars: Vec<Reason>, breaches: Vec<Reason>) -> Option<Assessment> {
        let (plan, mut facts) = (self.plan(snapshot)?, self.facts().in_zone(&snapshot.catalogue.zone));
        (facts.bars, facts.breaches) = (bars, breaches);
        if self.application.state != ApplicationState::Draft {
            // Filed with matters that took no part: their questions and elements are no longer asked.
            facts.answers.retain(|code, _| plan.situations.iter().any(|s| s.code == *code));
            let known = plan.form.elements();
            facts.form.iter_mut().for_each(|form| form.retain(|element, _| known.is_some_and(|e| e.contains_key(element))));
        }
        Some(assess(&plan, &facts, &snapshot.calendar, &snapshot.catalogue.zone.hours))
    }
}

/// The materials that the letters which hold are about.
fn promised(content: &Content, kind: LetterKind) -> BTreeSet<String> {
    content.valid_letters(kind).flat_map(|l| l.materials.iter().cloned()).collect()
}

/// Applies what time has done to cases that were read, without writing it.
pub fn settle_cases(cases: &mut [Case], at: Instant, snapshot: &ZoneSnapshot) {
    let zone = &snapshot.catalogue.zone;
    for case in cases {
        let version = case.version;
        while let Some(lapse) = settle(case, at, &snapshot.calendar, &zone.hours) {
            match lapse {
                Lapse::Accepted(acceptance) => {
                    case.accept_deemed(&acceptance, String::new());
                    case.case_no = None;
                }
                Lapse::Renewed(renewed) => case.renew_by_silence(&renewed, None, false),
                Lapse::TreatedAsWithdrawn { at } => case.treat_as_withdrawn(at),
            }
        }
        end_publicity(case, at);
        case.version = version;
    }
}

/// What is applied for, as the catalogue names it.
#[must_use]
pub fn subject(kind: SubjectKind, code: &str) -> Subject<'_> {
    match kind {
        SubjectKind::Matter => Subject::Matter(code),
        SubjectKind::Bundle => Subject::Bundle(code),
    }
}

/// What rules may know of some contents.
pub(crate) fn facts(content: &Content, held: impl Iterator<Item = String>, at: Instant) -> Facts {
    let applicant = content.parties.iter().find(|p| p.role == PartyRole::Applicant);
    Facts {
        answers: content.answers.clone(),
        form: Some(content.form.clone()),
        applicant: applicant.map(|p| ApplicantFacts { kind: p.kind.applicant_kind() }),
        project: content.project.clone().unwrap_or(Value::Null),
        held: held.collect(),
        shared: content.shared.iter().map(|s| s.material.clone()).collect(),
        commit: promised(content, LetterKind::Commitment),
        defer: promised(content, LetterKind::Deferral),
        ..Facts::at(at)
    }
}
