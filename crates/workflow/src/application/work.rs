//! A command under way on one locked application: what it may touch, and how everything is saved at once.

use super::Acting;
use crate::{Dossier, Error, ZoneSnapshot};
use domain::application::{ApplicationState, Case, Filing, PartyKind, PartyRole, ProceedingStage};
use domain::assessment::{Assessment, Facts};
use domain::calendar::{Due, Limit, due};
use domain::catalogue::{Matter, Presence, ZoneSettings};
use domain::event::EventKind;
use domain::flow::{self, ClockEntry, Command, Finding, Obligation, Proceeding, ProceedingCause, forbidden};
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::application::{Application, CaseFile, CaseNote, Content, find_case_file, insert_clock_entry, list_clock};
use persistence::event::NewEvent;
use persistence::number::Stock;
use persistence::tally::Tally;
use persistence::{Tx, obligation};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

mod perform;
mod save;

pub use perform::{Order, perform};
pub(super) use perform::{recompute_one, settle_only, supply_late};

/// A proceeding to open.
pub(super) struct Opening {
    /// What sets it off.
    pub(super) cause: ProceedingCause,
    /// Where it begins.
    pub(super) stage: ProceedingStage,
    /// What was found.
    pub(super) findings: String,
    /// End of the term of that stage.
    pub(super) until: Due,
    /// When.
    pub(super) at: Instant,
    /// Who; nobody when a term ran out.
    pub(super) by: Option<Uuid>,
}

/// A command under way.
pub struct Work<'t, 'c> {
    pub(super) tx: &'t mut Tx<'c>,
    pub(super) snapshot: ZoneSnapshot,
    pub(super) acting: Acting,
    pub(super) dossier: Dossier,
    pub(super) obligations: Vec<Obligation>,
    pub(super) now: Instant,
    stock: Stock,
    events: Vec<NewEvent>,
    cases: BTreeSet<Uuid>,
    files: BTreeMap<Uuid, CaseFile>,
    pub(super) opened: Vec<Obligation>,
    pub(super) settled: BTreeSet<Uuid>,
    content_changed: bool,
    counted: BTreeMap<Tally, u32>,
    counted_once: BTreeSet<(Tally, String)>,
    pub(super) findings: Vec<Finding>,
    /// Cases whose light went back towards green.
    pub(super) calmed: BTreeSet<Uuid>,
    /// Cases that had not come to their end when this began.
    running: Vec<Uuid>,
    /// Other applications that something here concerns: their timers run now.
    pub(super) wake: BTreeMap<Uuid, Instant>,
}

impl<'t, 'c> Work<'t, 'c> {
    fn open(
        tx: &'t mut Tx<'c>,
        snapshot: ZoneSnapshot,
        acting: Acting,
        application: Application,
        content: Content,
        stock: Stock,
    ) -> Result<Self, Error> {
        let filed = application.state != ApplicationState::Draft;
        let dossier = Dossier::stored(tx, application, content)?;
        let running = dossier.cases.iter().filter(|c| !c.is_over()).map(|c| c.id).collect();
        let obligations = if filed { obligation::list(tx, dossier.application.zone, dossier.application.id)? } else { Vec::new() };
        let now = dossier.at;
        Ok(Self {
            tx,
            snapshot,
            acting,
            dossier,
            obligations,
            now,
            stock,
            events: Vec::new(),
            cases: BTreeSet::new(),
            files: BTreeMap::new(),
            opened: Vec::new(),
            settled: BTreeSet::new(),
            content_changed: false,
            counted: BTreeMap::new(),
            counted_once: BTreeSet::new(),
            findings: Vec::new(),
            calmed: BTreeSet::new(),
            running,
            wake: BTreeMap::new(),
        })
    }

    /// The moment at which it is done.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    pub(super) fn zone(&self) -> i32 {
        self.dossier.application.zone
    }

    pub(super) fn settings(&self) -> ZoneSettings {
        self.snapshot.catalogue.zone.settings.clone()
    }

    /// Where the present moment is counted.
    pub(super) fn filing(snapshot: &ZoneSnapshot, at: Instant) -> Filing<'_> {
        Filing { received_at: at, calendar: &snapshot.calendar, hours: &snapshot.catalogue.zone.hours }
    }

    /// The end of a term that starts now.
    pub(super) fn term(&self, limit: Limit) -> Due {
        due(&self.snapshot.calendar, &self.snapshot.catalogue.zone.hours, self.now, limit)
    }

    /// How the application stands, with what stands against its applicant by now.
    pub(super) fn assess(&mut self) -> Result<Assessment, Error> {
        let mut against = Facts::at(self.now);
        super::bars(self.tx, &self.dossier, &self.snapshot, &mut against)?;
        let zone = self.zone();
        let gone = super::share::expired(self.tx, zone, &self.dossier.content)?;
        if !gone.is_empty() {
            self.change_content().shared.retain(|s| !gone.contains(&s.material));
        }
        self.dossier.assess_with(&self.snapshot, against.bars, against.breaches).ok_or(Error::SubjectNotInForce)
    }

    /// The cases a command is for: those named, or all the caller may act on and whose state allows it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a case of another application, [`Error::Forbidden`] for one of another
    /// department, [`Error::StateForbids`] when the state of one named, or of all, forbids it.
    pub(super) fn select(&self, named: Option<&[Uuid]>, command: Command) -> Result<Vec<Uuid>, Error> {
        if self.dossier.application.state == ApplicationState::Draft {
            return Err(Error::StateForbids(Reason::new("not_filed", "申请尚未提交", "行政许可法 29")));
        }
        let Some(named) = named else {
            let (mine, refused): (Vec<&Case>, Vec<&Case>) =
                self.dossier.cases.iter().filter(|c| self.reaches(c, command)).partition(|c| forbidden(c, command).is_none());
            let ids: Vec<Uuid> = mine.iter().map(|c| c.id).collect();
            return match (ids.is_empty(), refused.first().and_then(|c| forbidden(c, command))) {
                (false, _) => Ok(ids),
                (true, Some(reason)) => Err(Error::StateForbids(reason)),
                (true, None) => Err(Error::Forbidden),
            };
        };
        for (i, id) in named.iter().enumerate() {
            if named.iter().take(i).any(|earlier| earlier == id) {
                return Err(Error::Invalid(vec![crate::Invalid::new(format!("/cases/{i}"), "case_twice", "办件重复")]));
            }
            let unknown = || crate::Invalid::new(format!("/cases/{i}"), "case_unknown", "本申请没有这个办件");
            let case = self.dossier.cases.iter().find(|c| c.id == *id).ok_or_else(|| Error::Invalid(vec![unknown()]))?;
            if !self.reaches(case, command) {
                return Err(Error::Forbidden);
            }
            if let Some(reason) = forbidden(case, command) {
                return Err(Error::StateForbids(reason));
            }
        }
        Ok(named.to_vec())
    }

    /// A department's officer acts on the cases of his department only; his own applications are no exception.
    fn reaches(&self, case: &Case, command: Command) -> bool {
        command.is_of_applicant() || self.acting.may.covers(&case.department)
    }

    /// Whether a case is of the caller's department, or he reaches every department.
    pub(super) fn is_of_department(&self, id: Uuid) -> Result<bool, Error> {
        Ok(self.acting.may.covers(&self.case(id)?.department))
    }

    /// The one case a command is for.
    ///
    /// # Errors
    /// Like [`Self::select`].
    pub(super) fn require(&self, id: Uuid, command: Command) -> Result<(), Error> {
        self.select(Some(&[id]), command).map(|_| ())
    }

    /// A case of the application.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn case(&self, id: Uuid) -> Result<&Case, Error> {
        self.dossier.cases.iter().find(|c| c.id == id).ok_or(Error::NotFound)
    }

    /// A case to change; it is saved with the rest.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn change(&mut self, id: Uuid) -> Result<&mut Case, Error> {
        self.cases.insert(id);
        self.dossier.cases.iter_mut().find(|c| c.id == id).ok_or(Error::NotFound)
    }

    /// A case to look at and perhaps change; who changes it says so with [`Self::change`].
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn change_quietly(&mut self, id: Uuid) -> Result<&mut Case, Error> {
        self.dossier.cases.iter_mut().find(|c| c.id == id).ok_or(Error::NotFound)
    }

    /// The contents to change; they are saved with the rest.
    pub(super) fn change_content(&mut self) -> &mut Content {
        self.content_changed = true;
        &mut self.dossier.content
    }

    /// What is said about a case in words, to be changed; it is saved with the rest.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) fn file(&mut self, case: Uuid) -> Result<&mut CaseFile, Error> {
        let zone = self.zone();
        match self.files.entry(case) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(free) => Ok(free.insert(find_case_file(self.tx, zone, case)?)),
        }
    }

    /// The pinned version of a case's matter.
    ///
    /// # Errors
    /// [`Error::SubjectNotInForce`].
    pub(super) fn matter(&self, id: Uuid) -> Result<Arc<Matter>, Error> {
        self.case(id)?.version(&self.snapshot.catalogue).map(|v| v.document.clone()).ok_or(Error::SubjectNotInForce)
    }

    /// Whether the cases of the application are accepted at one moment or not at all.
    pub(super) fn accepts_together(&self) -> bool {
        let plan = self.dossier.plan(&self.snapshot);
        plan.and_then(|p| p.bundle.as_ref().map(|b| b.document.accepts_together)).unwrap_or(false)
    }

    /// A case number reserved for this command.
    ///
    /// # Errors
    /// [`Error::Busy`] when cases were added since the numbers were reserved.
    pub(super) fn next_number(&mut self) -> Result<String, Error> {
        self.stock.take().ok_or(Error::Busy)
    }

    /// Notes what happened to a case.
    pub(super) fn note(&mut self, kind: EventKind, case: Uuid, mut facts: Value) {
        let matter = self.dossier.cases.iter().find(|c| c.id == case).map(|c| c.matter.clone());
        if let Some(facts) = facts.as_object_mut() {
            facts.insert("case".to_owned(), json!(case));
            facts.insert("matter".to_owned(), json!(matter));
        }
        self.events.push(NewEvent { kind, occurred_at: self.now, payload: facts });
    }

    /// Notes what happened to the application.
    pub(super) fn note_whole(&mut self, kind: EventKind, facts: Value) {
        self.events.push(NewEvent { kind, occurred_at: self.now, payload: facts });
    }

    /// Notes what happened to a case at its legal moment.
    pub(super) fn note_at(&mut self, at: Instant, kind: EventKind, case: Uuid, facts: Value) {
        self.note(kind, case, facts);
        if let Some(last) = self.events.last_mut() {
            last.occurred_at = at;
        }
    }

    /// The number the next instrument gets: that of the filing, and the place in its record.
    pub(super) fn next_instrument_number(&self) -> String {
        let application = &self.dossier.application;
        let place = application.head.seq + i64::try_from(self.events.len()).unwrap_or(0);
        format!("{}-{place:02}", application.submission_no.as_deref().unwrap_or("0"))
    }

    /// Enters something in the ledger of a case's clock.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) fn enter_clock(&mut self, case: Uuid, entry: &ClockEntry) -> Result<(), Error> {
        let zone = self.zone();
        let seq = list_clock(self.tx, zone, case)?.len() + 1;
        // What is said in words stands sealed in the case's file, not in the ledger.
        if let Some(reason) = &entry.reason {
            self.file(case)?.clock_reasons.insert(seq, reason.clone());
        }
        Ok(insert_clock_entry(self.tx, zone, case, seq, &ClockEntry { reason: None, ..entry.clone() })?)
    }

    /// Notes something in a case's file.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) fn write_down(&mut self, case: Uuid, about: &str, text: &str) -> Result<(), Error> {
        let note = CaseNote { about: about.to_owned(), text: text.to_owned(), by: self.acting.may.account, at: self.now };
        self.file(case)?.notes.push(note);
        Ok(())
    }

    /// What people call a material or an element of the form.
    pub(super) fn name_of(&self, code: &str) -> String {
        self.dossier.plan(&self.snapshot).map_or_else(|| code.to_owned(), |plan| plan.name_of(code))
    }

    /// The applicant's name.
    pub(super) fn applicant(&self) -> (String, PartyKind) {
        let applicant = self.dossier.content.parties.iter().find(|p| p.role == PartyRole::Applicant);
        applicant.map_or_else(|| (String::new(), PartyKind::Person), |p| (p.name.clone(), p.kind))
    }

    /// The body that decides a case, as it signs.
    pub(super) fn body_of(&self, department: &str) -> String {
        let zone = &self.snapshot.catalogue.zone;
        match zone.department(department) {
            Some(d) if d.presence == Presence::FrontMoved => d.name.clone(),
            Some(d) => format!("{}{}", zone.name, d.name),
            None => zone.name.clone(),
        }
    }

    /// Opens a proceeding against the applicant, and tells him.
    pub(super) fn open_proceeding(&mut self, id: Uuid, opening: Opening) -> Result<(), Error> {
        let Opening { cause, stage, findings, until, at, by } = opening;
        flow::open(self.change(id)?, stage, until);
        self.note_at(at, EventKind::ProceedingOpened, id, json!({"cause": cause, "stage": stage, "due_on": until.on}));
        self.tell_of_proceeding(id, cause, stage, &findings, until)?;
        self.file(id)?.proceedings.push(Proceeding::new(cause, findings, at, by));
        Ok(())
    }

    /// Counts something for the figures of the zone, with what is saved.
    pub(super) fn count(&mut self, tally: Tally) {
        *self.counted.entry(tally).or_default() += 1;
    }

    /// Counts a subject once, however often it is named.
    pub(super) fn count_once(&mut self, tally: Tally, subject: String) {
        self.counted_once.insert((tally, subject));
    }
}
