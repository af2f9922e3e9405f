//! Drafts and versions of catalogue documents.

use super::Moment;
use chrono::NaiveDate;
use domain::catalogue::{Catalogue, DraftState, Finding, Step, count_steps};
use json_patch::{Patch, PatchOperation};
use persistence::catalogue::{DocumentKind, Draft, VersionLine};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::catalogue::findings;

/// A draft in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftSummary {
    /// Identity.
    pub id: Uuid,
    /// Kind of document.
    pub kind: DocumentKind,
    /// Its code.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Where it stands.
    pub state: DraftState,
    /// The same in Chinese.
    #[schema(example = "待审")]
    pub state_text: &'static str,
    /// The version it was begun from; 0 for something new.
    pub base_version: u32,
    /// Why it is made.
    #[schema(example = "压缩承诺时限")]
    pub reason: String,
    /// What the reviewer said when it went back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Accounts that wrote it, the last one last; none of them may publish it.
    pub editors: Vec<Uuid>,
    /// Account that returned or published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<Uuid>,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

impl From<Draft> for DraftSummary {
    fn from(d: Draft) -> Self {
        Self {
            id: d.id,
            kind: d.kind,
            code: d.code,
            state: d.state,
            state_text: d.state.label(),
            base_version: d.base_number,
            reason: d.reason,
            note: d.note,
            editors: d.editors,
            reviewed_by: d.reviewed_by,
            created_at: d.created_at.into(),
            updated_at: d.updated_at.into(),
        }
    }
}

/// A draft with its document and everything to be said about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Draft)]
pub struct DraftView {
    /// What it is.
    #[serde(flatten)]
    pub summary: DraftSummary,
    /// The document so far.
    #[schema(value_type = Object)]
    pub document: Value,
    /// What stands in the way of publication, and what to look at.
    pub findings: Vec<Finding>,
}

impl DraftView {
    /// The draft as it would stand in `catalogue` on `day`.
    #[must_use]
    pub fn new(draft: Draft, catalogue: &Catalogue, day: NaiveDate) -> Self {
        // What was published is past judging.
        let findings =
            if draft.state == DraftState::Published { Vec::new() } else { findings(draft.kind, &draft.document, catalogue, day) };
        let document = serde_json::from_str(&draft.document).unwrap_or_default();
        Self { summary: draft.into(), document, findings }
    }
}

/// When a document ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retired {
    /// Kind of document.
    pub kind: DocumentKind,
    /// Its code.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// First day on which it no longer holds.
    pub effective_to: NaiveDate,
}

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionSummary {
    /// Number.
    pub version: u32,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// First day it no longer holds; absent while nothing ends it but the next version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<NaiveDate>,
    /// SM3 digest of the document.
    pub digest: String,
    /// Why it was made; absent for an import.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it was retired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired_because: Option<String>,
    /// When it was published.
    pub published_at: Moment,
}

impl From<VersionLine> for VersionSummary {
    fn from(v: VersionLine) -> Self {
        Self {
            version: v.number,
            effective_from: v.effective_from,
            effective_to: v.effective_to,
            digest: v.digest,
            reason: v.reason,
            retired_because: v.retired_because,
            published_at: v.created_at.into(),
        }
    }
}

/// A version's document as it was published.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionDocument {
    /// Number.
    pub version: i32,
    /// The document.
    #[schema(value_type = Object)]
    pub document: Value,
}

/// One difference.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffLine {
    /// JSON Pointer into the document.
    #[schema(example = "/limits/promised/n")]
    pub pointer: String,
    /// `add`, `remove` or `replace`.
    #[schema(example = "replace")]
    pub op: &'static str,
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// How many steps the flow had and has.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepReduction {
    /// Standing steps of the old version.
    pub before: usize,
    /// Standing steps of the new version.
    pub after: usize,
    /// Share that went, per cent, two decimals; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "42.86")]
    pub reduction_percent: Option<String>,
}

/// What changed between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionDiff {
    /// The old version.
    pub from: i32,
    /// The new version.
    pub to: i32,
    /// Every difference (RFC 6902 operations with what was there before).
    pub changes: Vec<DiffLine>,
    /// The flow (减环节).
    pub steps: StepReduction,
}

#[derive(Deserialize, Default)]
struct Flow {
    #[serde(default, alias = "steps")]
    flow: Vec<Step>,
}

impl VersionDiff {
    /// What changed.
    #[must_use]
    pub fn new((from, before): (i32, &Value), (to, after): (i32, &Value)) -> Self {
        // Each operation is about what the ones before it left.
        let mut standing_now = before.clone();
        let changes = json_patch::diff(before, after).0.into_iter().map(|operation| {
            let step = Patch(vec![operation.clone()]);
            let (pointer, op, after) = match operation {
                PatchOperation::Add(add) => (add.path.to_string(), "add", Some(add.value)),
                PatchOperation::Replace(replace) => (replace.path.to_string(), "replace", Some(replace.value)),
                PatchOperation::Remove(gone) => (gone.path.to_string(), "remove", None),
                PatchOperation::Move(_) | PatchOperation::Copy(_) | PatchOperation::Test(_) => (String::new(), "replace", None),
            };
            let was = if op == "add" { None } else { standing_now.pointer(&pointer).cloned() };
            // A patch that was made from these two documents fits them.
            let _ = json_patch::patch(&mut standing_now, &step);
            DiffLine { pointer, op, before: was, after }
        });
        let standing = |document: &Value| {
            let flow: Flow = Flow::deserialize(document).unwrap_or_default();
            count_steps(&flow.flow).1
        };
        let (steps_before, steps_after) = (standing(before), standing(after));
        let reduction_percent = domain::figure::reduction_percent(steps_before as u64, steps_after as u64);
        let changes = changes.collect();
        Self { from, to, changes, steps: StepReduction { before: steps_before, after: steps_after, reduction_percent } }
    }
}
