//! Tasks of a reform: entered once, followed to the end.

use super::import::{Complaint, File};
use super::{in_order, record};
use crate::{Editing, Error, Invalid};
use chrono::NaiveDate;
use domain::catalogue::TaskProgress;
use domain::event::EventKind;
use domain::reason::Reason;
use persistence::ids::new_id;
use persistence::reform::{self as rows, ReformTask};
use persistence::{DbError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// A task of an import file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    number: i32,
    title: String,
    document: String,
    lead_department: String,
    #[serde(default)]
    departments: Vec<String>,
    due_on: NaiveDate,
    progress: TaskProgress,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Tasks {
    /// How sure they are; kept in the file for its readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<domain::catalogue::Source>,
    tasks: Vec<Task>,
}

/// Reads `reform-tasks.json`.
pub(super) fn read_tasks(file: &File) -> Result<Vec<Task>, Vec<Complaint>> {
    let wrong = |e: serde_json::Error| {
        let pointer = format!("第{}行第{}列", e.line(), e.column());
        vec![Complaint { file: file.path.clone(), pointer, code: "wrong_format", reason: e.to_string() }]
    };
    serde_json::from_slice::<Tasks>(&file.bytes).map(|t| t.tasks).map_err(wrong)
}

/// The tasks as `reform-tasks.json`; `None` when there are none.
pub(super) fn write_tasks(tx: &mut Tx<'_>, zone: i32) -> Result<Option<String>, DbError> {
    let task = |t: ReformTask| Task {
        number: t.number,
        title: t.title,
        document: t.document,
        lead_department: t.lead_department,
        departments: t.departments,
        due_on: t.due_on,
        progress: t.progress,
    };
    let tasks: Vec<Task> = rows::list_all(tx, zone)?.into_iter().map(task).collect();
    if tasks.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(&Tasks { source: None, tasks });
    text.map(Some).map_err(|e| DbError::Damaged(format!("export: {e}")))
}

/// How many tasks are new, and which stand differently: those change where their progress is reported.
pub(super) fn compare(tx: &mut Tx<'_>, zone: i32, tasks: &[Task]) -> Result<(usize, Vec<Complaint>), DbError> {
    let there = rows::list_all(tx, zone)?;
    let known = |t: &Task| there.iter().find(|k| k.document == t.document && k.number == t.number);
    let added = tasks.iter().filter(|t| known(t).is_none()).count();
    let same = |t: &Task, k: &ReformTask| {
        (&t.title, &t.lead_department, &t.departments, t.due_on, t.progress)
            == (&k.title, &k.lead_department, &k.departments, k.due_on, k.progress)
    };
    let kept = tasks.iter().filter(|t| known(t).is_some_and(|k| !same(t, k))).map(|t| Complaint {
        file: "reform-tasks.json".to_owned(),
        pointer: format!("{}#{}", t.document, t.number),
        code: "kept",
        reason: format!("任务「{}」已经登记，内容不同的保持不变", t.title),
    });
    Ok((added, kept.collect()))
}

/// Adds tasks that are not there yet.
pub(super) fn import(tx: &mut Tx<'_>, zone: i32, tasks: Vec<Task>) -> Result<usize, DbError> {
    let task = |t: Task| ReformTask {
        id: new_id(),
        document: t.document,
        number: t.number,
        title: t.title,
        lead_department: t.lead_department,
        departments: t.departments,
        due_on: t.due_on,
        progress: t.progress,
        version: 1,
    };
    rows::insert(tx, zone, tasks.into_iter().map(task).collect())
}

/// A new task.
pub struct NewTask {
    /// The document that sets it.
    pub document: String,
    /// Its number there.
    pub number: i32,
    /// Title.
    pub title: String,
    /// Department that leads.
    pub lead_department: String,
    /// Departments that take part.
    pub departments: Vec<String>,
    /// Last day.
    pub due_on: NaiveDate,
}

/// Enters a task.
///
/// # Errors
/// [`Error::Invalid`] for an unknown department, [`Error::StateForbids`] for a number that is taken.
pub fn begin_task(tx: &mut Tx<'_>, editing: &Editing, new: NewTask) -> Result<ReformTask, Error> {
    let zone = editing.known.zone;
    in_order(tx, zone)?;
    let profile = &editing.known.catalogue.zone;
    let named = std::iter::once(("/lead_department".to_owned(), &new.lead_department));
    let named = named.chain(new.departments.iter().enumerate().map(|(i, d)| (format!("/departments/{i}"), d)));
    let unknown: Vec<Invalid> = named
        .filter(|(_, code)| profile.department(code).is_none())
        .map(|(pointer, code)| Invalid::new(pointer, "unknown", format!("园区没有部门「{code}」")))
        .collect();
    if !unknown.is_empty() {
        return Err(Error::Invalid(unknown));
    }
    let task = ReformTask {
        id: new_id(),
        document: new.document,
        number: new.number,
        title: new.title,
        lead_department: new.lead_department,
        departments: new.departments,
        due_on: new.due_on,
        progress: TaskProgress::Planned,
        version: 1,
    };
    if rows::insert(tx, zone, vec![task.clone()])? == 0 {
        return Err(Error::StateForbids(Reason::new("number_taken", "该文件的这一编号已有任务", "改革任务台账")));
    }
    record(tx, zone, EventKind::ReformTaskChanged, json!({"task": task.id, "progress": task.progress}), &editing.actor)?;
    Ok(task)
}

/// Says how far a task is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`].
pub fn progress_task(tx: &mut Tx<'_>, editing: &Editing, id: Uuid, seen: Option<i64>, progress: TaskProgress) -> Result<ReformTask, Error> {
    let zone = editing.known.zone;
    in_order(tx, zone)?;
    let mut task = rows::lock(tx, zone, id)?.ok_or(Error::NotFound)?;
    if seen.is_some_and(|v| v != task.version) {
        return Err(Error::Stale);
    }
    (task.progress, task.version) = (progress, task.version + 1);
    rows::save(tx, zone, task.clone())?;
    record(tx, zone, EventKind::ReformTaskChanged, json!({"task": id, "progress": progress}), &editing.actor)?;
    Ok(task)
}
