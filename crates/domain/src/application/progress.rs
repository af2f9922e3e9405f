//! What happened to a case besides its state.

use super::{Ending, Light};
use crate::calendar::{Due, Limit};
use crate::catalogue::SilenceRule;
use crate::flow::{Hearing, JointKind, Publicity, Renewal};
use crate::local_time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

codes! {
    /// What the authority did to its own grant.
    pub enum ReversalKind {
        /// 撤销 (行政许可法 69).
        Revoked = "revoked", "已撤销";
        /// 撤回 (行政许可法 8).
        Recalled = "recalled", "已撤回";
    }
}

/// A grant taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// How.
    pub kind: ReversalKind,
    /// When.
    pub at: Instant,
}

/// A special procedure that stops the clock (特别程序, 行政许可法 45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Instant,
    /// When it is expected to end.
    pub expected_on: NaiveDate,
    /// The light it was stopped at.
    pub light: Light,
}

codes! {
    /// Where an open proceeding stands.
    pub enum ProceedingStage {
        /// 责令整改.
        Rectifying = "rectifying", "责令整改中";
        /// 陈述申辩.
        Statement = "statement", "陈述申辩期";
    }
}

/// What happened to a case besides its state: one document, never filtered on.
#[expect(clippy::struct_excessive_bools, reason = "facts beside the state, each under its own name")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Since when the term for a notice counts: the receipt, or the arrival of the last supplement.
    pub notice_from: Option<Instant>,
    /// Notices given.
    pub rounds: u32,
    /// Who accepted it; nobody when silence did.
    pub accepted_by: Option<Uuid>,
    /// Handled by commitment (告知承诺).
    pub by_commitment: bool,
    /// Statutory limit it was filed under.
    pub statutory: Option<Limit>,
    /// When the statutory limit ends.
    pub statutory_due: Option<Due>,
    /// When the promise ended, kept at the decision.
    pub promise_due: Option<Due>,
    /// Added by extension (行政许可法 42).
    pub extended: Option<Limit>,
    /// The clock stands.
    pub pause: Option<Pause>,
    /// A special procedure has ended.
    pub resumed: bool,
    /// The applicant asked to withdraw it; the department confirms.
    pub withdrawal_at: Option<Instant>,
    /// An examination found the conditions met.
    pub examined: bool,
    /// Points of the handling standard found met, by code or text.
    pub ticked: BTreeSet<String>,
    /// How it ended without a decision.
    pub ending: Option<Ending>,
    /// When.
    pub ended_at: Option<Instant>,
    /// Legal basis on which missing supplements end it, as it stood when the notice was given.
    pub lapse_basis: Option<String>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When the result was made out (出件).
    pub issued_at: Option<Instant>,
    /// When it reached the applicant.
    pub delivered_at: Option<Instant>,
    /// The open proceeding against the applicant.
    pub proceeding: Option<ProceedingStage>,
    /// When the term of its present stage ends.
    pub proceeding_due: Option<Due>,
    /// The grant was taken back.
    pub reversal: Option<Reversal>,
    /// The clerk who accepted it together with the rest, while it waits for another matter: it is accepted at the
    /// moment that one is granted.
    pub accepted_ahead: Option<Uuid>,
    /// 后置审批: the matter of the same project before whose grant it has to be decided.
    pub deferred_until: Option<String>,
    /// The matters beside it that are to be granted first (预审衔接), as far as they are not.
    pub waits_for: Vec<String>,
    /// Those of them that will not be granted.
    pub lost: Vec<String>,
    /// The promise stands for what is not counted in it; the statutory limit goes on.
    pub hold: Option<Hold>,
    /// The second official who agreed that the grant goes before a deferred material (R4.6).
    pub deferral_approved_by: Option<Uuid>,
    /// The colour of its deadline that was noted last (F126).
    pub light: Light,
    /// Silence that counts as acceptance, where another law than the procedure's own says so.
    pub silence: Option<SilenceRule>,
    /// The outside system that handles it, once it was entered there: its states come from there.
    pub mirrored: Option<Mirror>,
    /// Its certificate is suspended (暂扣).
    pub licence_suspended: bool,
    /// When the authority itself cancelled its certificate (依职权注销).
    pub licence_cancelled_at: Option<Instant>,
    /// The renewal it asks for (延续).
    pub renewal: Option<Renewal>,
    /// What the applicant has been reminded of, by the keys of the reminders.
    pub reminded: BTreeSet<String>,
    /// Whether and when it is heard.
    pub hearing: Option<Hearing>,
    /// What was made public about it.
    pub publicity: Option<Publicity>,
    /// Joint looks that have not found everything in order yet.
    pub joint: BTreeSet<JointKind>,
}

codes! {
    /// Why a promise stands (滨州 19 and the like: publicity and rectification are not counted in the promise).
    pub enum HoldCause {
        /// 公示.
        Publicity = "publicity", "公示";
        /// 整改.
        Rectification = "rectification", "申请人整改";
    }
}

/// A case handled in an outside system (系统对接办件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// Code of the system.
    pub system: String,
    /// Its number there.
    pub reference: String,
    /// Since when.
    pub since: Instant,
    /// The system has told something about it: it is handled there for good.
    #[serde(default)]
    pub heard: bool,
}

/// A promise that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub cause: HoldCause,
    /// Since when.
    pub since: Instant,
}

impl Progress {
    /// Clears what only a running case has: pauses, a pending withdrawal, an open proceeding.
    pub fn stand_still(&mut self) {
        (self.pause, self.withdrawal_at, self.proceeding, self.proceeding_due) = (None, None, None, None);
        self.hold = None;
    }
}
