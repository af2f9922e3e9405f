//! Begin a draft.

use super::{Acting, Done, checked, invalid_form, invalid_parties, replay};
use crate::dossier::subject;
use crate::{Dossier, Error, Invalid, Snapshots, ZoneSnapshot};
use chrono::{NaiveDate, TimeDelta};
use domain::application::{ApplicationState, FilingChannel, Party, PartyRole, SubjectKind, Target, check_parties};
use domain::assessment::Plan;
use domain::event::EventKind;
use domain::flow::{Mandate, MandateScope};
use domain::identity::ProjectCode;
use domain::local_time::{Instant, date_of};
use persistence::application::{Application, Content, insert};
use persistence::event::{self, Head, NewEvent, Stream};
use persistence::idempotency::{self, Request};
use persistence::number::Stock;
use persistence::{Tx, certificate, ids};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a new draft holds.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Matter or bundle.
    pub subject_kind: SubjectKind,
    /// Its code.
    pub subject_code: String,
    /// How it is filed.
    pub channel: FilingChannel,
    /// Parties.
    pub parties: Vec<Party>,
    /// Form so far.
    pub form: Map<String, Value>,
    /// Answers so far.
    pub answers: BTreeMap<String, String>,
    /// Project.
    pub project: Option<NewProject>,
    /// What of the project it covers.
    pub scope: Vec<String>,
    /// Legal moment of receipt, for paper keyed later.
    pub received_at: Option<Instant>,
    /// Why it was keyed later.
    pub late_entry: Option<String>,
    /// What the agent may do.
    pub mandate: Option<Mandate>,
    /// The earlier result it is about.
    pub target: Option<Target>,
}

/// Begins a draft.
///
/// # Errors
/// [`Error::SubjectNotInForce`], [`Error::Invalid`], [`Error::KeyReused`].
pub fn create(
    tx: &mut Tx<'_>,
    snapshots: &Snapshots,
    known: ZoneSnapshot,
    new: NewApplication,
    acting: &Acting,
    request: Option<&Request>,
) -> Result<Done, Error> {
    let id = ids::new_id();
    if let Some(request) = request {
        let outcome = idempotency::claim(tx, request, 201, id, 1)?;
        if let Some(done) = replay(tx, &known, outcome, acting)? {
            return Ok(done);
        }
    }
    let snapshot = snapshots.fresh(tx, known)?;
    let now = tx.now();
    let plan = snapshot.plan(subject(new.subject_kind, &new.subject_code), date_of(now)).ok_or(Error::SubjectNotInForce)?;
    let content = contents(&new, &plan, now)?;
    require_target(tx, snapshot.zone, &plan, &content, date_of(new.received_at.unwrap_or(now)))?;
    let (project_code, project_name) = new.project.map_or((None, None), |p| (p.code, Some(p.name)));
    let mut application = Application {
        zone: snapshot.zone,
        id,
        submission_no: None,
        state: ApplicationState::Draft,
        channel: new.channel,
        subject_kind: new.subject_kind,
        subject_code: new.subject_code,
        bundle_version_id: None,
        filed_by: acting.may.account,
        project_name,
        project_code,
        track_counter: 0,
        version: 1,
        head: Head::start(),
        created_at: now,
        updated_at: now,
        received_at: new.received_at,
        recorded_at: None,
    };
    let payload = json!({"subject": application.subject_code, "channel": application.channel});
    let created = NewEvent { kind: EventKind::ApplicationCreated, occurred_at: now, payload };
    let stream: Stream = application.stream();
    let mut head = Head::start();
    event::append(tx, stream, &mut head, &acting.actor, vec![created])?;
    application.head = head;
    insert(tx, &application, &content, &[acting.may.account])?;
    let dossier = Dossier { application, content, cases: Vec::new(), materials: Vec::new(), at: now };
    Ok(Done { dossier, replayed: false, unused: Stock::default() })
}

/// The project it belongs to.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Investment project code.
    pub code: Option<String>,
    /// Name.
    pub name: String,
    /// Code of the area it lies in, for what was assessed there.
    pub area: Option<String>,
}

/// Paper may be keyed at most so many days after it arrived.
const LONGEST_BACKDATING_DAYS: i64 = 366;

/// Checks parties, form, answers, project and receipt before anything is written.
fn contents(new: &NewApplication, plan: &Plan, now: Instant) -> Result<Content, Error> {
    let parties = check_parties(new.parties.clone(), date_of(now)).map_err(invalid_parties)?;
    let mut problems = invalid_form(plan.form.check_draft(&new.form));
    problems.extend(answer_problems(plan, &new.answers));
    if let Some(NewProject { code: Some(code), .. }) = &new.project
        && let Err(e) = ProjectCode::parse(code)
    {
        problems.push(Invalid::new("/project/code", "project_code_invalid", e.text()));
    }
    if let Some(received_at) = new.received_at {
        if new.channel == FilingChannel::Online {
            problems.push(Invalid::new("/received_at", "not_for_online", "网上申报以提交时间为收件时间，不能另行填写"));
        } else if received_at < now - TimeDelta::days(LONGEST_BACKDATING_DAYS) {
            problems.push(Invalid::new("/received_at", "too_long_ago", "收件时间不能早于一年前"));
        } else if received_at > now {
            problems.push(Invalid::new("/received_at", "in_the_future", "收件时间不能晚于现在"));
        } else if new.late_entry.as_deref().is_none_or(|r| r.trim().is_empty()) && date_of(received_at) != date_of(now) {
            problems.push(Invalid::new("/late_entry_reason", "required", "收件后未当日录入的，应说明原因"));
        }
    }
    problems.extend(mandate_problems(&parties, new.mandate.as_ref(), now));
    checked(problems)?;
    let project = new.project.as_ref().map(|p| json!({"code": p.code, "name": p.name, "area": p.area}));
    Ok(Content {
        parties,
        form: new.form.clone(),
        answers: new.answers.clone(),
        project,
        scope: new.scope.clone(),
        mandate: new.mandate.clone(),
        target: new.target.clone(),
        late_entry: new.late_entry.clone(),
        ..Content::default()
    })
}

/// An agent acts on a mandate that holds today and covers filing (行政许可法 29 ¶2).
pub(super) fn mandate_problems(parties: &[Party], mandate: Option<&Mandate>, now: Instant) -> Option<Invalid> {
    let agent = parties.iter().any(|p| p.role == PartyRole::Agent);
    match (agent, mandate) {
        (true, None) => Some(Invalid::new("/mandate", "required", "由代理人申报的，应提供授权委托（行政许可法 29）")),
        (false, Some(_)) => Some(Invalid::new("/mandate", "no_agent", "没有代理人，不需要授权委托")),
        (true, Some(m)) if !m.covers(MandateScope::File, date_of(now)) => {
            Some(Invalid::new("/mandate", "mandate_not_covering", "授权委托不包括代为申报，或者不在有效期内"))
        }
        _ => None,
    }
}

/// What is to be changed, renewed, replaced or cancelled has to be a valid result of the same matter and holder.
fn require_target(tx: &mut Tx<'_>, zone: i32, plan: &Plan, content: &Content, day: NaiveDate) -> Result<(), Error> {
    let Some(target) = &content.target else { return Ok(()) };
    let found = certificate::find(tx, zone, &target.certificate_no)?;
    let identifier = super::applicant_hash(tx.keys(), content);
    let fits = |c: &certificate::Certificate| {
        c.state == certificate::CertificateState::Valid
            && identifier.is_some()
            && c.holder_identifier == identifier
            && plan.matters.iter().any(|m| m.document.code == c.matter)
    };
    if let Some(certificate) = found.filter(fits) {
        let late = super::renewal::too_late(target, &certificate, day);
        return late.map_or(Ok(()), |r| Err(Error::Invalid(vec![Invalid::new("/target/certificate_no", "target_expired", r.text)])));
    }
    let text = "没有申请人持有的这份有效证照，或者它不属于本事项";
    Err(Error::Invalid(vec![Invalid::new("/target/certificate_no", "target_unknown", text)]))
}

pub(super) fn answer_problems(plan: &Plan, answers: &BTreeMap<String, String>) -> Vec<Invalid> {
    let wrong = |(code, answer): (&String, &String)| match plan.situations.iter().find(|s| &s.code == code) {
        None => Some(Invalid::new(format!("/answers/{code}"), "situation_unknown", format!("本事项没有情形「{code}」"))),
        Some(s) if !s.offers(answer) => {
            Some(Invalid::new(format!("/answers/{code}"), "answer_unknown", format!("「{}」没有选项「{answer}」", s.question)))
        }
        Some(_) => None,
    };
    answers.iter().filter_map(wrong).collect()
}
