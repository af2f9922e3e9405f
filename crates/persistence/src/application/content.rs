//! What an application contains, sealed as a whole.

use crate::engine::DbError;
use crate::seal::{Keys, Place};
use domain::application::Party;
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
