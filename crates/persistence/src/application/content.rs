//! What an application contains, sealed as a whole.

use crate::engine::DbError;
use crate::seal::{Keys, Place};
use domain::application::{Party, Target};
use domain::flow::{Letter, LetterKind, Mandate, Notice, SharedMaterial};
use domain::hall::HelpKind;
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Parties, form, answers, project and scope.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Parties.
    pub parties: Vec<Party>,
    /// Form by data element.
    pub form: Map<String, Value>,
    /// Answers by situation.
    pub answers: BTreeMap<String, String>,
    /// Project: code and name.
    pub project: Option<Value>,
    /// What of the project it covers, for instance buildings.
    pub scope: Vec<String>,
    /// What an agent may do.
    #[serde(default)]
    pub mandate: Option<Mandate>,
    /// The earlier result it is about.
    #[serde(default)]
    pub target: Option<Target>,
    /// Why paper was keyed later than it arrived.
    #[serde(default)]
    pub late_entry: Option<String>,
    /// Paper taken over at the window.
    #[serde(default)]
    pub paper: Vec<Paper>,
    /// Letters signed.
    #[serde(default)]
    pub letters: Vec<Letter>,
    /// Notices given.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// Materials brought by e-licence or data sharing.
    #[serde(default)]
    pub shared: Vec<SharedMaterial>,
    /// To whom the owner lets his documents go.
    #[serde(default)]
    pub consents: Vec<Consent>,
    /// Further help given at the window.
    #[serde(default)]
    pub helped: Vec<Help>,
    /// When the applicant came to the hall.
    #[serde(default)]
    pub visits: Vec<Visit>,
    /// Who does the services that the law asks for (中介服务机构).
    #[serde(default)]
    pub agencies: Vec<ChosenAgency>,
}

/// Who does a service that the law asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenAgency {
    /// Code of the service.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Name of the agency.
    pub agency: String,
    /// When it was chosen.
    pub chosen_at: Instant,
}

/// The applicant came to the hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// What for.
    pub purpose: String,
    /// When.
    pub at: Instant,
    /// Who noted it.
    pub by: Uuid,
}

/// The owner lets documents go to somebody, for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To whom.
    pub recipient: String,
    /// What for.
    pub purpose: String,
    /// When.
    pub given_at: Instant,
}

/// Further help given: whose document is the application's, to whom it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Help {
    /// What.
    pub kind: HelpKind,
    /// Code of the material or name of the document.
    pub document: String,
    /// To whom it went; the owner himself where nobody is named.
    pub recipient: Option<String>,
    /// Who helped.
    pub by: Uuid,
    /// When.
    pub at: Instant,
}

/// Paper taken over at the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Code of the material.
    pub material: String,
    /// The original, not a copy.
    pub original: bool,
    /// How many.
    pub count: u32,
    /// Who took it.
    pub taken_by: Uuid,
    /// When.
    pub taken_at: Instant,
}

impl Content {
    /// The letters that hold: signed and not taken back.
    pub fn valid_letters(&self, kind: LetterKind) -> impl Iterator<Item = &Letter> {
        self.letters.iter().filter(move |l| l.kind == kind && l.withdrawn_at.is_none())
    }

    /// The notices that await supplements.
    pub fn open_notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|n| n.answered_at.is_none())
    }
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "application_contents", column: "sealed", row }
}

impl Content {
    pub(super) fn seal(&self, keys: &Keys, zone: i32, application: Uuid) -> Result<Vec<u8>, DbError> {
        let plain = serde_json::to_vec(self).map_err(|e| DbError::Damaged(e.to_string()))?;
        Ok(keys.seal(place(&application.to_string(), zone), &plain))
    }

    pub(super) fn open(keys: &Keys, zone: i32, application: Uuid, sealed: &[u8]) -> Result<Self, DbError> {
        let plain = keys.open(place(&application.to_string(), zone), sealed)?;
        serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))
    }
}
