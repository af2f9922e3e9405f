//! One case as the data sets of the national exchange (GB/T 39046; `up_pro_accept`, `up_pro_process`, `up_pro_result`,
//! `up_pro_materialcatalogue`, `up_pro_specialprocedure`): the only place that knows their columns, codes and lengths.
//! Batch, time of sending, operation and source (`cd_*`, `data_source`) belong to whoever sends them.

use chrono::NaiveDate;
use domain::application::{Case, FilingChannel, IdentifierType, Outcome, Party, PartyKind};
use domain::catalogue::{CaseKind, Matter, Zone};
use domain::event::EventKind;
use domain::flow::{ClockEntry, ClockKind, Level};
use domain::local_time::{Instant, local};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// What is known of a case.
pub struct CaseRecord<'a> {
    /// The case.
    pub case: &'a Case,
    /// The version of its matter it was filed under, and its number.
    pub matter: (&'a Matter, u32),
    /// The zone.
    pub zone: &'a Zone,
    /// Who applies.
    pub applicant: Option<&'a Party>,
    /// His legal representative.
    pub legal: Option<&'a Party>,
    /// Who files for him.
    pub contact: Option<&'a Party>,
    /// How and when it was filed.
    pub filed: (FilingChannel, Option<Instant>),
    /// The project: code and name.
    pub project: (Option<&'a str>, Option<&'a str>),
    /// Number of the receipt of acceptance.
    pub acceptance_no: Option<&'a str>,
    /// What happened to it, oldest first: its place in the record, what, and when.
    pub happened: &'a [(i64, EventKind, Instant)],
    /// The ledger of its clock.
    pub clock: &'a [ClockEntry],
    /// What was handed in.
    pub handed: &'a [Handed],
    /// Number of the certificate granted.
    pub certificate_no: Option<&'a str>,
    /// How it was rated last.
    pub rated: Option<Level>,
}

/// How a material was taken (收取方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenAs {
    /// 纸质收取.
    Paper,
    /// 附件上传.
    Upload,
    /// 容缺后补.
    Deferred,
    /// 证照库、数据共享.
    Licence,
}

/// One material of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its place in the matter's list.
    pub place: usize,
    /// Its name.
    pub name: String,
    /// How it was taken.
    pub way: TakenAs,
    /// How many.
    pub count: u32,
}

/// A row.
pub type Row = Map<String, Value>;

/// The data sets of one case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseSets {
    /// 受理信息; absent before acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub accept: Option<Row>,
    /// 过程信息.
    #[schema(value_type = Vec<Object>)]
    pub process: Vec<Row>,
    /// 办结信息; absent before the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub result: Option<Row>,
    /// 材料信息.
    #[schema(value_type = Vec<Object>)]
    pub materials: Vec<Row>,
    /// 特别程序.
    #[schema(value_type = Vec<Object>)]
    pub special: Vec<Row>,
    /// Why a receiver would refuse it.
    pub flaws: Vec<Flaw>,
}

/// One thing a receiver would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flaw {
    /// JSON Pointer inside the sets.
    #[schema(example = "/accept/catalog_code")]
    pub pointer: String,
    /// Stable code: `required`, `too_long`.
    #[schema(example = "required")]
    pub code: String,
    /// Chinese text.
    #[schema(example = "交换必填项缺失：catalog_code")]
    pub message: String,
}

/// A column: its name, how long at most, whether it may be missing.
type Column = (&'static str, usize, bool);

const ACCEPT: &[Column] = &[
    ("row_guid", 50, true),
    ("project_no", 50, true),
    ("catalog_code", 12, true),
    ("task_code", 36, true),
    ("task_handle_item", 50, false),
    ("task_name", 1000, true),
    ("task_version", 9, true),
    ("applyer_name", 200, true),
    ("applyer_type", 2, true),
    ("applyer_page_type", 10, true),
    ("applyer_page_code", 50, true),
    ("org_code", 18, true),
    ("project_type", 2, true),
];
const PROCESS: &[Column] =
    &[("project_no", 50, true), ("process_name", 200, true), ("event_name", 200, true), ("event_start_time", 15, true)];
const RESULT: &[Column] = &[("project_no", 50, true), ("result_date", 15, true), ("result_type", 50, true), ("result_cetr_no", 50, false)];
const MATERIAL: &[Column] = &[("project_no", 50, true), ("material_name", 1000, true), ("get_type", 2, true), ("get_num", 9, true)];
const SPECIAL: &[Column] =
    &[("project_no", 50, true), ("special_type", 2, true), ("special_name", 200, true), ("special_time", 15, true), ("end_time", 15, true)];

/// The sets of a case as it stands, with everything that would keep them from being taken.
#[must_use]
pub fn sets(record: &CaseRecord<'_>) -> CaseSets {
    let accept = record.case.accepted_at.map(|at| accept(record, at));
    let result = record.case.decided_at.zip(record.case.outcome).map(|(at, outcome)| result(record, at, outcome));
    let (process, materials, special) = (process(record), materials(record), special(record));
    let mut flaws = Vec::new();
    for (table, columns, rows) in [
        ("accept", ACCEPT, accept.iter().collect::<Vec<_>>()),
        ("process", PROCESS, process.iter().collect()),
        ("result", RESULT, result.iter().collect()),
        ("materials", MATERIAL, materials.iter().collect()),
        ("special", SPECIAL, special.iter().collect()),
    ] {
        let single = matches!(table, "accept" | "result");
        for (i, row) in rows.into_iter().enumerate() {
            let place = if single { format!("/{table}") } else { format!("/{table}/{i}") };
            flaws.extend(columns.iter().filter_map(|column| flaw(&place, row, *column)));
        }
    }
    CaseSets { accept, process, result, materials, special, flaws }
}

fn flaw(place: &str, row: &Row, (name, most, required): Column) -> Option<Flaw> {
    let text = row.get(name).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).filter(|t| !t.is_empty());
    let (code, message) = match text {
        None if required => ("required", format!("交换必填项缺失：{name}")),
        Some(text) if text.chars().count() > most => ("too_long", format!("{name}超过{most}个字符")),
        _ => return None,
    };
    Some(Flaw { pointer: format!("{place}/{name}"), code: code.to_owned(), message })
}

fn accept(r: &CaseRecord<'_>, accepted_at: Instant) -> Row {
    let (matter, version) = r.matter;
    let department = r.zone.department(&r.case.department);
    let identifier = r.applicant.and_then(|p| p.identifiers.first());
    let contact = r.contact.or(r.applicant);
    filled(json!({
        "row_guid": guid(r, "a", 0),
        "project_no": r.case.case_no,
        "catalog_code": matter.catalog_code,
        "local_catalog_code": matter.local_catalog_code,
        "task_code": matter.implementation_code,
        "local_task_code": matter.local_implementation_code,
        "task_handle_item": matter.handling_item_code,
        "task_name": matter.name,
        "task_version": version,
        "applyer_name": r.applicant.map(|p| p.name.as_str()),
        "applyer_type": r.applicant.map(|p| applicant_code(p.kind)),
        "applyer_page_type": identifier.map(|i| page_code(i.kind)),
        "applyer_page_code": identifier.map(|i| i.value.as_str()),
        "apply_date": r.filed.1.map(stamp),
        "apply_type": match r.filed.0 { FilingChannel::Window => "1", FilingChannel::Online => "2" },
        "legal": r.legal.map(|p| p.name.as_str()),
        "contact_name": contact.map(|p| p.name.as_str()),
        "contact_mobile": contact.and_then(|p| p.phone.as_deref()),
        "org_name": department.map(|d| d.name.as_str()),
        "org_code": department.and_then(|d| d.uscc.as_deref()).or(r.zone.uscc.as_deref()),
        "accept_date": stamp(accepted_at),
        "accept_doc_no": r.acceptance_no,
        "investment_project_code": r.project.0,
        "project_name": r.project.1.map_or_else(|| matter.name.clone(), |project| format!("{project}：{}", matter.name)),
        "project_type": match matter.case_kind { CaseKind::Instant => "1", CaseKind::Promised => "2" },
        "promise_date": r.case.progress.promise_due.or(r.case.deadline.map(|d| d.due)).map(|d| day(d.on)),
    }))
}

fn process(r: &CaseRecord<'_>) -> Vec<Row> {
    let department = r.zone.department(&r.case.department);
    let row = |(n, (name, event), at): (i64, (&str, &str), Instant)| {
        filled(json!({
            "row_guid": guid(r, "p", usize::try_from(n).unwrap_or(0)),
            "project_no": r.case.case_no,
            "process_name": name,
            "event_name": event,
            // Without an end of its own an act ends when it began (GB/T 39046).
            "event_start_time": stamp(at),
            "event_end_time": stamp(at),
            "org_name": department.map(|d| d.name.as_str()),
            "org_code": department.and_then(|d| d.uscc.as_deref()).or(r.zone.uscc.as_deref()),
            "step_state": "2",
        }))
    };
    r.happened.iter().filter_map(|(n, kind, at)| Some((*n, act(*kind)?, *at))).map(row).collect()
}

/// The kinds of events that are steps.
pub fn steps() -> impl Iterator<Item = EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| act(*kind).is_some())
}

/// Name of the step, and 业务动作: 通过、退回、其他.
const fn act(kind: EventKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        EventKind::CaseReceived => ("收件", "其他"),
        EventKind::NoticeGiven => ("一次性告知补正", "退回"),
        EventKind::SupplementReceived => ("收到补正材料", "其他"),
        EventKind::CaseAccepted | EventKind::CaseDeemedAccepted => ("受理", "通过"),
        EventKind::CaseRejected => ("受理", "退回"),
        EventKind::CaseExamined => ("审查", "其他"),
        EventKind::ClockSuspended => ("特别程序（开始）", "其他"),
        EventKind::ClockResumed => ("特别程序（结束）", "其他"),
        EventKind::CaseGranted | EventKind::CaseRenewedBySilence => ("决定", "通过"),
        EventKind::CaseRefused => ("决定", "退回"),
        EventKind::ResultIssued => ("出件", "通过"),
        EventKind::ResultDelivered => ("送达", "通过"),
        EventKind::CaseWithdrawn => ("撤件", "其他"),
        _ => return None,
    })
}

fn result(r: &CaseRecord<'_>, at: Instant, outcome: Outcome) -> Row {
    let granted = outcome.is_grant();
    filled(json!({
        "row_guid": guid(r, "r", 0),
        "project_no": r.case.case_no,
        "result_date": stamp(at),
        // The code table was not found: the words, to be mapped where a province publishes its codes.
        "result_type": outcome.label(),
        "satisfaction": r.rated.map(|level| level.national().to_string()),
        "result_cetr_name": granted.then_some(r.matter.0.result_name.as_str()),
        "result_cetr_no": r.certificate_no,
        "is_delivery_results": if r.case.progress.delivered_at.is_some() { "1" } else { "0" },
    }))
}

fn materials(r: &CaseRecord<'_>) -> Vec<Row> {
    let row = |m: &Handed| {
        let way = match m.way {
            TakenAs::Paper => "1",
            TakenAs::Upload => "2",
            TakenAs::Deferred => "4",
            TakenAs::Licence => "5",
        };
        let whole = json!({"row_guid": guid(r, "m", m.place), "project_no": r.case.case_no, "material_name": m.name, "get_type": way, "get_num": m.count});
        filled(whole)
    };
    r.handed.iter().map(row).collect()
}

/// Pauses that have ended (除延长审批之外) and extensions (延长审批); what runs on is told when it ends.
fn special(r: &CaseRecord<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (n, entry) in r.clock.iter().enumerate() {
        let ended = r.clock.iter().skip(n).find(|e| e.kind == ClockKind::Resume).map(|e| e.at);
        let (kind, name, end) = match (entry.kind, entry.procedure, ended) {
            (ClockKind::Pause, procedure, Some(end)) => ("2", procedure.map_or("特别程序", |p| p.label()), end),
            (ClockKind::Extend, ..) => ("1", "延长审批", entry.at),
            _ => continue,
        };
        rows.push(filled(json!({
            "row_guid": guid(r, "s", n),
            "project_no": r.case.case_no,
            "special_type": kind,
            "special_name": name,
            "special_time": stamp(entry.at),
            "special_reason": entry.basis,
            "end_time": stamp(end),
        })));
    }
    rows
}

/// The same row keeps its identity however often it is sent.
fn guid(r: &CaseRecord<'_>, table: &str, n: usize) -> String {
    format!("{}-{table}{n:02}", r.case.id.simple())
}

/// `YYYYMMDDThhmmss`, local.
fn stamp(at: Instant) -> String {
    local(at).format("%Y%m%dT%H%M%S").to_string()
}

fn day(on: NaiveDate) -> String {
    on.format("%Y%m%d").to_string()
}

/// As the exchange interfaces number them: 5 非法人企业 (not as A.4, where 5 is an agency).
const fn applicant_code(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Person => "1",
        PartyKind::Organisation | PartyKind::OrganisationToBe => "2",
        PartyKind::SoleTrader => "5",
    }
}

/// GA/T 2000.156 of persons; 001 of the unified credit code.
const fn page_code(kind: IdentifierType) -> &'static str {
    match kind {
        IdentifierType::IdCard => "111",
        IdentifierType::CreditCode => "001",
        IdentifierType::Passport => "414",
        IdentifierType::HkMacauPermit => "516",
        IdentifierType::TaiwanPermit => "511",
        IdentifierType::BirthCertificate => "990",
    }
}

fn filled(row: Value) -> Row {
    let Value::Object(row) = row else { return Row::new() };
    row.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
mod tests;
