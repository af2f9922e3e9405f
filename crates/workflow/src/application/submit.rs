//! File a draft: versions are pinned, cases open, the clock of the notice starts.

use super::form_text::{SignedForm, keep_form};
use super::{Acting, Done, lock_for, replay, require_draft, save};
use crate::{Dossier, Error, Snapshots, ZoneSnapshot, settle_cases};
use domain::application::{ApplicationState, Case, CaseState, Filing, FilingChannel};
use domain::assessment::assess;
use domain::catalogue::LaterAct;
use domain::event::EventKind;
use domain::flow::{self, HearingStage, MandateScope, next_colour, silence_ends};
use domain::local_time::{Instant, date_of, end_of};
use domain::reason::Reason;
use persistence::application::insert_cases;
use persistence::event::{self, NewEvent};
use persistence::idempotency::{self, Request};
use persistence::job::{self, JobKind};
use persistence::number::Stock;
use persistence::{Tx, certificate, ids};
use serde_json::json;
use uuid::Uuid;

/// What a filing brings.
pub struct NewFiling {
    /// A number reserved beforehand.
    pub submission_no: String,
    /// The form, where the applicant signed it.
    pub signed: Option<SignedForm>,
}

/// Files a draft.
///
/// # Errors
/// [`Error::StateForbids`] when it is filed already, [`Error::NotReady`] with everything that is missing,
/// [`Error::KeyReused`], [`Error::NotFound`], [`Error::Forbidden`].
pub fn submit(
    tx: &mut Tx<'_>,
    snapshots: &Snapshots,
    known: ZoneSnapshot,
    id: Uuid,
    new: NewFiling,
    acting: &Acting,
    request: &Request,
) -> Result<Done, Error> {
    let (application, content) = lock_for(tx, known.zone, id, acting)?;
    let outcome = idempotency::claim(tx, request, 200, id, application.version + 1)?;
    if let Some(done) = replay(tx, &known, outcome, acting)? {
        return Ok(done);
    }
    require_draft(&application)?;
    let snapshot = snapshots.fresh(tx, known)?;
    let mut dossier = Dossier::complete(tx, &snapshot, application, content)?;
    let plan = dossier.plan(&snapshot).ok_or(Error::SubjectNotInForce)?;
    let hours = &snapshot.catalogue.zone.hours;
    let mut facts = dossier.facts().in_zone(&snapshot.catalogue.zone);
    super::bars(tx, &dossier, &snapshot, &mut facts)?;
    super::require_mandate(&dossier.application, &dossier.content, MandateScope::File, dossier.at, acting)?;
    let assessment = assess(&plan, &facts, &snapshot.calendar, hours);
    if !assessment.may_submit {
        return Err(Error::NotReady(assessment.reasons));
    }
    let now = tx.now();
    let received_at = match dossier.application.channel {
        FilingChannel::Online => now,
        FilingChannel::Window => dossier.application.received_at.unwrap_or(now),
    };
    let filing = Filing { received_at, calendar: &snapshot.calendar, hours };
    dossier.cases = domain::application::submit(&plan, &facts, &filing, ids::new_id);
    if let Some(target) = &dossier.content.target {
        // The certificate belongs to one matter: only its case acts on it.
        let found = certificate::find(tx, dossier.application.zone, &target.certificate_no)?;
        let holder = super::applicant_hash(tx.keys(), &dossier.content);
        let held = found.as_ref().filter(|c| super::renewal::is_of_holder(c, holder.as_ref()));
        let strange = || Reason::new("target_unknown", "没有申请人持有的这份有效证照", "行政许可法 49、50、70");
        let late = |c: &certificate::Certificate| super::renewal::too_late(target, c, date_of(received_at));
        if let Some(reason) = held.map_or_else(|| Some(strange()), late) {
            return Err(Error::NotReady(vec![reason]));
        }
        for case in dossier.cases.iter_mut().filter(|c| found.as_ref().is_some_and(|f| f.matter == c.matter)) {
            case.target = Some(target.clone());
            let version = plan.matters.iter().find(|m| m.document.code == case.matter).filter(|_| target.act == LaterAct::Renew);
            let expires_on = found.as_ref().and_then(|f| f.valid_until);
            case.progress.renewal = version.and_then(|m| flow::renewal(&m.document, expires_on, &filing));
        }
    }
    if dossier.cases.is_empty() {
        return Err(Error::NotReady(vec![Reason::new("nothing_chosen", "没有选择任何事项", "办事指南")]));
    }
    let missing: Vec<&str> = assessment.items.iter().filter(|i| i.blocks()).map(|i| i.material.as_str()).collect();
    let NewFiling { submission_no, signed } = new;
    if let Some(signed) = signed {
        keep_form(tx, &snapshot, &dossier, (&submission_no, signed, now))?;
    }
    let events = events(&dossier.cases, &submission_no, received_at, now, &missing);
    let application = &mut dossier.application;
    application.state = ApplicationState::Submitted;
    application.submission_no = Some(submission_no);
    application.bundle_version_id = plan.bundle.as_ref().map(|b| b.id);
    application.received_at = Some(received_at);
    application.recorded_at = Some(now);
    application.version += 1;
    let stream = application.stream();
    event::append(tx, stream, &mut application.head, &acting.actor, events)?;
    insert_cases(tx, application.zone, id, &dossier.cases)?;
    if let Some(due_at) = lapses(&dossier.cases).min() {
        job::insert(tx, application.zone, JobKind::SettleApplication, id, due_at)?;
    }
    save(tx, application)?;
    settle_cases(&mut dossier.cases, now, &snapshot);
    Ok(Done { dossier, replayed: false, unused: Stock::default() })
}

fn events(cases: &[Case], submission_no: &str, received_at: Instant, now: Instant, missing: &[&str]) -> Vec<NewEvent> {
    let submitted = json!({"submission_no": submission_no, "cases": cases.len(), "missing": missing});
    let received = |case: &Case| NewEvent {
        kind: EventKind::CaseReceived,
        occurred_at: received_at,
        payload: json!({"case": case.id, "matter": case.matter, "notice_due_on": case.deadline.map(|d| d.due.on)}),
    };
    std::iter::once(NewEvent { kind: EventKind::ApplicationSubmitted, occurred_at: now, payload: submitted })
        .chain(cases.iter().filter(|c| c.state == CaseState::Received).map(received))
        .collect()
}

/// When time acts on these cases: silence on received ones, the term for supplements where it ends them, the end of a
/// publicity, the term to ask for a hearing, a change of colour.
pub(super) fn lapses(cases: &[Case]) -> impl Iterator<Item = Instant> {
    let ending = |c: &Case| c.state == CaseState::Supplementing && c.progress.lapse_basis.is_some();
    let running = move |c: &&Case| c.state == CaseState::Received || ending(c);
    let accepted = cases.iter().filter(|c| c.state == CaseState::Accepted);
    let hearing = accepted.filter_map(|c| c.progress.hearing).filter(|h| h.stage == HearingStage::Offered).filter_map(|h| h.due);
    let publicity = cases.iter().filter_map(|c| c.progress.publicity).filter(|p| !p.over).map(|p| end_of(p.ends_on));
    cases
        .iter()
        .filter(running)
        .filter_map(|c| c.deadline)
        .map(|d| d.due.at)
        .chain(publicity)
        .chain(hearing.map(|d| d.at))
        .chain(cases.iter().filter_map(silence_ends))
        .chain(cases.iter().filter_map(next_colour))
}
