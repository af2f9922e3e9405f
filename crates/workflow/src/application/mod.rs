//! The life of an application.

mod create;
mod revise;
mod settle;
mod submit;
mod upload;

pub use create::{NewApplication, create};
pub use revise::{Revision, revise};
pub use settle::{received_count, settle_application};
pub use submit::submit;
pub use upload::{Upload, prepare_upload, upload};

use crate::{Dossier, Error, ZoneSnapshot};
use domain::application::{ApplicationState, PartyProblem};
use domain::catalogue::FormProblem;
use domain::reason::Reason;
use persistence::application::{Application, Content, Scope, find_visible, lock};
use persistence::event::Actor;
use persistence::idempotency::Outcome;
use persistence::{DbError, Tx};
use uuid::Uuid;

use crate::Invalid;

/// Who acts, how far he sees and how far he may act.
#[derive(Debug, Clone)]
pub struct Acting {
    /// The filter of what he sees.
    pub sees: Scope,
    /// The filter of what he may do this to.
    pub may: Scope,
    /// As recorded in events.
    pub actor: Actor,
}

/// What came of a command.
pub struct Done {
    /// The application afterwards.
    pub dossier: Dossier,
    /// It had been done before; nothing was done now.
    pub replayed: bool,
}

/// Locks an application for a command: 404 for what the caller does not see, 403 for what he sees but may
/// not do this to.
fn lock_for(tx: &mut Tx<'_>, zone: i32, id: Uuid, acting: &Acting) -> Result<(Application, Content), Error> {
    match lock(tx, zone, id, &acting.may)? {
        Some(found) => Ok(found),
        None if find_visible(tx, zone, id, &acting.sees)?.is_some() => Err(Error::Forbidden),
        None => Err(Error::NotFound),
    }
}

fn require_draft(application: &Application) -> Result<(), Error> {
    match application.state {
        ApplicationState::Draft => Ok(()),
        ApplicationState::Submitted | ApplicationState::Closed => {
            Err(Error::StateForbids(Reason::new("not_a_draft", "申请已提交，不能再修改", "行政许可法 32")))
        }
    }
}

/// Answers a repeated request with the resource as it now is.
fn replay(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, outcome: Outcome, acting: &Acting) -> Result<Option<Done>, Error> {
    match outcome {
        Outcome::First => Ok(None),
        Outcome::Mismatch => Err(Error::KeyReused),
        Outcome::Replay { resource } => Ok(Some(Done { dossier: Dossier::read(tx, snapshot, resource, &acting.sees)?, replayed: true })),
    }
}

fn invalid_parties(problems: Vec<PartyProblem>) -> Error {
    Error::Invalid(
        problems
            .into_iter()
            .map(|p| Invalid { pointer: format!("/parties{}", p.pointer), code: p.code.to_owned(), text: p.text })
            .collect(),
    )
}

fn invalid_form(problems: Vec<FormProblem>) -> Vec<Invalid> {
    problems.into_iter().map(|p| Invalid { pointer: format!("/form{}", p.pointer), code: p.code.to_owned(), text: p.text }).collect()
}

fn checked(problems: Vec<Invalid>) -> Result<(), Error> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Saves an application that a command changed: version, time and head move together.
fn save(tx: &mut Tx<'_>, application: &mut Application) -> Result<(), DbError> {
    application.updated_at = tx.now();
    persistence::application::save(tx, application)
}
