//! The register of delegated matters: import, the way into force, adjustment in batches, accounts of clerks.

use super::draft::end_version;
use super::import::{Complaint, File};
use super::{in_order, record};
use crate::{Editing, Error, Invalid};
use chrono::NaiveDate;
use domain::catalogue::{
    AdjustmentKind, Catalogue, DelegatedState, SystemAccountState, Zone, forbids_adjustment, forbids_move, lacks_account,
};
use domain::code::TextCode;
use domain::event::EventKind;
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::catalogue::DocumentKind;
use persistence::delegation::{self as rows, Adjustment, DelegatedMatter, SystemAccount};
use persistence::ids::new_id;
use persistence::{DbError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A readable register.
pub(super) struct Delegated {
    file: String,
    pub(super) rows: Vec<DelegatedMatter>,
}

#[derive(Deserialize, Serialize)]
struct Line {
    code: String,
    name: String,
    delegating_body: String,
    department: String,
    system: String,
    state: String,
    effective_from: String,
    #[serde(default)]
    effective_to: String,
    basis: String,
}

/// Reads `delegated-matters.csv`; every wrong line is named.
pub(super) fn read_delegated(file: &File) -> Result<Delegated, Vec<Complaint>> {
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (i, line) in reader.deserialize::<Line>().enumerate() {
        let at = format!("第{}行", i + 2);
        let complain = |code, reason: String| Complaint { file: file.path.clone(), pointer: at.clone(), code, reason };
        match line.map_err(|e| e.to_string()).and_then(delegated) {
            Err(reason) => wrong.push(complain("wrong_format", reason)),
            Ok(row) if row.department.is_empty() => wrong.push(complain("missing", format!("「{}」没有承接部门", row.name))),
            Ok(row) if !seen.insert(row.code.clone()) => wrong.push(complain("duplicate", format!("代码重复：{}", row.code))),
            Ok(row) => rows.push(row),
        }
    }
    if wrong.is_empty() { Ok(Delegated { file: file.path.clone(), rows }) } else { Err(wrong) }
}

fn delegated(line: Line) -> Result<DelegatedMatter, String> {
    let filled = |text: String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let day = |text: String| match filled(text) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| format!("「{text}」不是日期")),
    };
    Ok(DelegatedMatter {
        code: filled(line.code).ok_or("缺少代码")?,
        name: filled(line.name).ok_or("缺少名称")?,
        delegating_body: filled(line.delegating_body).ok_or("缺少赋权部门")?,
        department: line.department.trim().to_owned(),
        system: filled(line.system),
        state: DelegatedState::parse(line.state.trim()).ok_or_else(|| format!("没有状态「{}」", line.state))?,
        effective_from: day(line.effective_from)?,
        effective_to: day(line.effective_to)?,
        basis: filled(line.basis).ok_or("缺少依据")?,
    })
}

/// The register as `delegated-matters.csv`; `None` when it is empty.
pub(super) fn write_delegated(tx: &mut Tx<'_>, zone: i32) -> Result<Option<String>, DbError> {
    let found = rows::list(tx, zone, None, None, None, i64::MAX)?;
    if found.is_empty() {
        return Ok(None);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let day = |day: Option<NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
    for row in found {
        let line = Line {
            code: row.code,
            name: row.name,
            delegating_body: row.delegating_body,
            department: row.department,
            system: row.system.unwrap_or_default(),
            state: row.state.as_str().to_owned(),
            effective_from: day(row.effective_from),
            effective_to: day(row.effective_to),
            basis: row.basis,
        };
        writer.serialize(line).map_err(|e| DbError::Damaged(format!("export: {e}")))?;
    }
    let bytes = writer.into_inner().map_err(|e| DbError::Damaged(format!("export: {e}")))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// What an import of the register would do.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) added: usize,
    pub(super) kept: Vec<Complaint>,
    pub(super) refused: Vec<Complaint>,
}

impl Delegated {
    /// How many rows are new, which stand differently in the register and change by adjustment only, and which can't come
    /// in: a zone begins with what it has taken over already, but later nothing is in force that nobody has an account for.
    pub(super) fn compare(&self, tx: &mut Tx<'_>, zone: i32, needs_account: bool) -> Result<Compared, DbError> {
        let there = rows::list(tx, zone, None, None, None, i64::MAX)?;
        let there: BTreeMap<&str, &DelegatedMatter> = there.iter().map(|m| (m.code.as_str(), m)).collect();
        let new: Vec<&DelegatedMatter> = self.rows.iter().filter(|row| !there.contains_key(row.code.as_str())).collect();
        let differs = |row: &&DelegatedMatter| there.get(row.code.as_str()).is_some_and(|known| known != row);
        let complaint =
            |row: &DelegatedMatter, code, reason| Complaint { file: self.file.clone(), pointer: row.code.clone(), code, reason };
        let stays = |row: &DelegatedMatter| format!("「{}」已在清单中，内容不同的保持不变，请通过调整批次变更", row.name);
        let mut compared = Compared { added: new.len(), ..Compared::default() };
        compared.kept.extend(self.rows.iter().filter(differs).map(|row| complaint(row, "kept", stays(row))));
        let mut lacking: BTreeMap<&str, Option<Reason>> = BTreeMap::new();
        for row in new.into_iter().filter(|row| needs_account && !there.is_empty() && row.state == DelegatedState::InForce) {
            let Some(system) = row.system.as_deref() else { continue };
            if !lacking.contains_key(system) {
                lacking.insert(system, lacks_account(Some(system), rows::granted(tx, zone, system)?));
            }
            let reason = lacking.get(system).cloned().flatten();
            compared.refused.extend(reason.map(|reason| complaint(row, "account_missing", reason.text)));
        }
        Ok(compared)
    }

    /// Each row must name a department of the zone.
    pub(super) fn check(&self, zone: &Zone) -> Vec<Complaint> {
        let unknown = self.rows.iter().enumerate().filter(|(_, row)| zone.department(&row.department).is_none());
        let complain = |(i, row): (usize, &DelegatedMatter)| Complaint {
            file: self.file.clone(),
            pointer: format!("第{}行", i + 2),
            code: "unknown",
            reason: format!("园区没有部门「{}」", row.department),
        };
        unknown.map(complain).collect()
    }
}

/// One line of an adjustment.
pub struct AdjustmentLine {
    /// What it does.
    pub kind: AdjustmentKind,
    /// The matter as it is to stand; of one taken out only its code counts.
    pub matter: DelegatedMatter,
    /// Why.
    pub reason: String,
}

/// A batch of them.
pub struct Adjusting {
    /// The document behind it.
    pub document: String,
    /// First day it holds.
    pub effective_on: NaiveDate,
    /// What changes.
    pub lines: Vec<AdjustmentLine>,
}

/// Takes matters in and out (能进能出): all of a batch or nothing. A matter taken out can't be applied for from that day;
/// what was filed before goes on under its version. A repeated request answers with what the first one did.
///
/// # Errors
/// [`Error::Invalid`] names every line that can't be done.
pub fn adjust(tx: &mut Tx<'_>, editing: &Editing, batch: Adjusting) -> Result<Vec<Adjustment>, Error> {
    let (zone, now, id) = (editing.known.zone, tx.now(), new_id());
    if let Some(earlier) = editing.replayed(tx, id)? {
        return Ok(rows::list_batch(tx, zone, earlier)?);
    }
    in_order(tx, zone)?;
    if batch.effective_on < date_of(now) {
        return Err(Error::Invalid(vec![Invalid::new("/effective_on", "in_the_past", "生效日期不得早于今天")]));
    }
    let catalogue = editing.snapshots.fresh(tx, editing.known.clone())?.catalogue;
    let mut wrong = Vec::new();
    let mut made = Vec::new();
    for (i, line) in batch.lines.into_iter().enumerate() {
        let (kind, reason) = (line.kind, line.reason.clone());
        match carry_out(tx, editing, &catalogue, batch.effective_on, line)? {
            Err(why) => wrong.push(Invalid::new(format!("/lines/{i}"), &why.code, why.text)),
            Ok(matter) => made.push(Adjustment {
                id: new_id(),
                batch: id,
                kind,
                code: matter.code,
                name: matter.name,
                reason,
                document: batch.document.clone(),
                effective_on: batch.effective_on,
                made_by: editing.account,
                created_at: now,
            }),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    rows::record(tx, zone, made.clone())?;
    let counted = |kind| made.iter().filter(|a| a.kind == kind).count();
    let payload = json!({
        "batch": id, "document": batch.document, "effective_on": batch.effective_on,
        "added": counted(AdjustmentKind::Add), "cancelled": counted(AdjustmentKind::Cancel), "changed": counted(AdjustmentKind::Change),
    });
    record(tx, zone, EventKind::DelegationAdjusted, payload, &editing.actor)?;
    Ok(made)
}

/// Carries out one line; the reason where it can't be done.
fn carry_out(
    tx: &mut Tx<'_>,
    editing: &Editing,
    catalogue: &Catalogue,
    on: NaiveDate,
    line: AdjustmentLine,
) -> Result<Result<DelegatedMatter, Reason>, Error> {
    let known = rows::find(tx, editing.known.zone, &line.matter.code)?;
    let standing = known.as_ref().map(|k| (k.name.as_str(), k.state));
    if let Some(reason) = forbids_adjustment(line.kind, &line.matter.code, standing) {
        return Ok(Err(reason));
    }
    match (line.kind, known) {
        (AdjustmentKind::Cancel, Some(known)) => take_out(tx, editing, catalogue, on, known, &line.reason),
        (_, known) => put_in(tx, &catalogue.zone, editing.known.zone, on, line, known),
    }
}

/// Takes a matter in, or changes it. One that is handled needs an account in its system; that of one changed was looked at
/// when it came in, unless the system is another now.
fn put_in(
    tx: &mut Tx<'_>,
    profile: &Zone,
    zone: i32,
    on: NaiveDate,
    line: AdjustmentLine,
    known: Option<DelegatedMatter>,
) -> Result<Result<DelegatedMatter, Reason>, Error> {
    let refused = |code, text: String| Ok(Err(Reason::new(code, text, "赋权事项动态调整机制")));
    let mut matter = line.matter;
    if matter.name.is_empty() || matter.delegating_body.is_empty() {
        return refused("missing", "新增或者变更应写明名称和赋权部门".to_owned());
    }
    if profile.department(&matter.department).is_none() {
        return refused("department_missing", format!("「{}」没有承接部门，或者园区没有该部门", matter.name));
    }
    let changed = known.as_ref().filter(|_| line.kind == AdjustmentKind::Change);
    (matter.state, matter.effective_from) = changed.map_or((matter.state, Some(on)), |k| (k.state, k.effective_from));
    if profile.settings.delegation_needs_account
        && changed.is_none_or(|k| k.system != matter.system)
        && let Some(reason) = in_force_without_account(tx, zone, &matter)?
    {
        return Ok(Err(reason));
    }
    match known {
        Some(_) => rows::save(tx, zone, matter.clone())?,
        None => drop(rows::insert(tx, zone, vec![matter.clone()])?),
    }
    Ok(Ok(matter))
}

/// Takes a matter out; the catalogue's matter of the same code ends with the delegation.
fn take_out(
    tx: &mut Tx<'_>,
    editing: &Editing,
    catalogue: &Catalogue,
    on: NaiveDate,
    known: DelegatedMatter,
    reason: &str,
) -> Result<Result<DelegatedMatter, Reason>, Error> {
    let matter = DelegatedMatter { state: DelegatedState::Cancelled, effective_to: Some(on), ..known };
    rows::save(tx, editing.known.zone, matter.clone())?;
    if catalogue.matter(&matter.code, on).is_some() {
        match end_version(tx, editing, catalogue, (DocumentKind::Matter, &matter.code), on, reason) {
            Err(Error::StateForbids(why)) => return Ok(Err(Reason { code: "still_needed".to_owned(), ..why })),
            done => done?,
        }
    }
    Ok(Ok(matter))
}

fn in_force_without_account(tx: &mut Tx<'_>, zone: i32, matter: &DelegatedMatter) -> Result<Option<Reason>, DbError> {
    let Some(system) = matter.system.as_deref().filter(|_| matter.state == DelegatedState::InForce) else { return Ok(None) };
    Ok(lacks_account(Some(system), rows::granted(tx, zone, system)?))
}

/// Moves a matter on its way into force.
///
/// # Errors
/// [`Error::StateForbids`] also when nobody has an account in its system.
pub fn move_matter(tx: &mut Tx<'_>, editing: &Editing, code: &str, to: DelegatedState) -> Result<DelegatedMatter, Error> {
    let zone = editing.known.zone;
    in_order(tx, zone)?;
    let mut matter = rows::find(tx, zone, code)?.ok_or(Error::NotFound)?;
    if let Some(reason) = forbids_move(matter.state, to) {
        return Err(Error::StateForbids(reason));
    }
    matter.state = to;
    let needs_account = editing.snapshots.fresh(tx, editing.known.clone())?.catalogue.zone.settings.delegation_needs_account;
    if needs_account && let Some(reason) = in_force_without_account(tx, zone, &matter)? {
        return Err(Error::StateForbids(reason));
    }
    if to == DelegatedState::InForce {
        matter.effective_from.get_or_insert(date_of(tx.now()));
    }
    rows::save(tx, zone, matter.clone())?;
    record(tx, zone, EventKind::DelegationMoved, json!({"code": code, "state": to}), &editing.actor)?;
    Ok(matter)
}

/// Asks for a clerk's account in an outside system.
///
/// # Errors
/// [`Error::StateForbids`] when there is one already.
pub fn request_account(tx: &mut Tx<'_>, editing: &Editing, clerk: Uuid, system: String) -> Result<SystemAccount, Error> {
    let zone = editing.known.zone;
    in_order(tx, zone)?;
    if !persistence::account::is_staff(tx, zone, clerk)? {
        return Err(Error::Invalid(vec![Invalid::new("/account", "unknown", "园区没有这位工作人员")]));
    }
    let state = SystemAccountState::Requested;
    let account = SystemAccount { id: new_id(), account: clerk, system, state, trained_on: None, created_at: tx.now() };
    if !rows::request_account(tx, zone, &account)? {
        let text = format!("这位工作人员已申请「{}」的账号", account.system);
        return Err(Error::StateForbids(Reason::new("account_requested", text, "赋权事项承接规程")));
    }
    let payload = json!({"account": account.id, "system": account.system, "state": account.state});
    record(tx, zone, EventKind::SystemAccountChanged, payload, &editing.actor)?;
    Ok(account)
}

/// Records that an account was given or taken back, or that its clerk was trained.
///
/// # Errors
/// [`Error::NotFound`].
pub fn change_account(
    tx: &mut Tx<'_>,
    editing: &Editing,
    id: Uuid,
    state: Option<SystemAccountState>,
    trained_on: Option<NaiveDate>,
) -> Result<SystemAccount, Error> {
    let zone = editing.known.zone;
    in_order(tx, zone)?;
    let mut account = rows::find_account(tx, zone, id)?.ok_or(Error::NotFound)?;
    account.state = state.unwrap_or(account.state);
    account.trained_on = trained_on.or(account.trained_on);
    rows::save_account(tx, zone, &account)?;
    let payload = json!({"account": account.id, "system": account.system, "state": account.state});
    record(tx, zone, EventKind::SystemAccountChanged, payload, &editing.actor)?;
    Ok(account)
}
