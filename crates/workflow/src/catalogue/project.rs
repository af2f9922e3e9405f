//! Projects whose approval is followed to the end (闭环审批): entered once, changed as they go on.

use super::{in_order, record};
use crate::{Editing, Error, Invalid};
use chrono::NaiveDate;
use domain::event::EventKind;
use domain::identity::ProjectCode;
use domain::local_time::date_of;
use domain::project::Mechanism;
use domain::reason::Reason;
use persistence::Tx;
use persistence::project::{self as rows, ProjectLoop};
use serde_json::json;
use uuid::Uuid;

/// A project to follow.
pub struct NewProject {
    /// Its code (投资项目统一代码), the one its applications give.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The mechanisms it works by.
    pub mechanisms: Vec<Mechanism>,
    /// When it is to begin.
    pub planned_start_on: Option<NaiveDate>,
}

/// What changes about a project.
#[derive(Default)]
pub struct ProjectChange {
    /// Its name.
    pub name: Option<String>,
    /// The mechanisms it works by.
    pub mechanisms: Option<Vec<Mechanism>>,
    /// When it is to begin.
    pub planned_start_on: Option<NaiveDate>,
    /// When it began.
    pub actual_start_on: Option<NaiveDate>,
}

/// Each mechanism once, in the order of their table.
fn sorted(mut mechanisms: Vec<Mechanism>) -> Vec<Mechanism> {
    mechanisms.sort_unstable();
    mechanisms.dedup();
    mechanisms
}

/// Begins to follow a project; a repeated request answers with it as it stands.
///
/// # Errors
/// [`Error::StateForbids`] when it is followed already, [`Error::Invalid`] for what is no project code, or a name of blanks.
pub fn open_project(tx: &mut Tx<'_>, editing: &Editing, new: NewProject) -> Result<ProjectLoop, Error> {
    let zone = editing.known.zone;
    let name = new.name.trim().to_owned();
    let mut wrong = Vec::new();
    let code = match ProjectCode::parse(&new.code) {
        Ok(code) => String::from(code),
        Err(e) => {
            wrong.push(Invalid::new("/code", "project_code_invalid", e.text()));
            String::new()
        }
    };
    if name.is_empty() {
        wrong.push(Invalid::new("/name", "required", "不能为空"));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    if editing.replayed(tx, Uuid::nil())?.is_some() {
        return rows::lock(tx, zone, &code)?.ok_or(Error::NotFound);
    }
    in_order(tx, zone)?;
    let project = ProjectLoop {
        code,
        name,
        mechanisms: sorted(new.mechanisms),
        opened_on: date_of(tx.now()),
        planned_start_on: new.planned_start_on,
        actual_start_on: None,
        version: 1,
    };
    if !rows::insert(tx, zone, &project)? {
        return Err(Error::StateForbids(Reason::new("already_followed", "该项目已经纳入闭环审批", "闭环审批“1+N”制度")));
    }
    note(tx, editing, &project)?;
    Ok(project)
}

/// Changes a project.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Invalid`] for a beginning that is yet to come.
pub fn change_project(
    tx: &mut Tx<'_>,
    editing: &Editing,
    code: &str,
    seen: Option<i64>,
    change: ProjectChange,
) -> Result<ProjectLoop, Error> {
    let zone = editing.known.zone;
    in_order(tx, zone)?;
    let mut project = rows::lock(tx, zone, code)?.ok_or(Error::NotFound)?;
    if seen.is_some_and(|v| v != project.version) {
        return Err(Error::Stale);
    }
    if change.actual_start_on.is_some_and(|day| day > date_of(tx.now())) {
        return Err(Error::Invalid(vec![Invalid::new("/actual_start_on", "in_the_future", "实际开工日期不能晚于今天")]));
    }
    project.name = change.name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).unwrap_or(project.name);
    project.mechanisms = change.mechanisms.map_or(project.mechanisms, sorted);
    project.planned_start_on = change.planned_start_on.or(project.planned_start_on);
    project.actual_start_on = change.actual_start_on.or(project.actual_start_on);
    project.version += 1;
    rows::save(tx, zone, &project)?;
    note(tx, editing, &project)?;
    Ok(project)
}

fn note(tx: &mut Tx<'_>, editing: &Editing, project: &ProjectLoop) -> Result<(), Error> {
    let payload = json!({
        "project": project.code, "name": project.name, "mechanisms": project.mechanisms, "planned_start_on": project.planned_start_on,
        "actual_start_on": project.actual_start_on,
    });
    Ok(record(tx, editing.known.zone, EventKind::ProjectLoopChanged, payload, &editing.actor)?)
}
