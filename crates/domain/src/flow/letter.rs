//! Letters of commitment (告知承诺书) and of deferral (容缺受理承诺书), rendered from the catalogue.

use crate::catalogue::Matter;
use crate::local_time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mod text;

pub use text::letter_text;

codes! {
    /// Kind of letter.
    pub enum LetterKind {
        /// 告知承诺书.
        Commitment = "commitment", "告知承诺书";
        /// 容缺受理承诺书.
        Deferral = "deferral", "容缺受理承诺书";
    }
}

impl LetterKind {
    /// Whether a letter about these materials speaks for a matter.
    #[must_use]
    pub fn concerns(self, matter: &Matter, materials: &[String]) -> bool {
        match self {
            Self::Commitment => matter.commitment.iter().flat_map(|rule| &rule.covers).any(|m| materials.contains(m)),
            Self::Deferral => matter.deferral.iter().flat_map(|rule| &rule.entries).any(|e| materials.contains(&e.material)),
        }
    }
}

codes! {
    /// Who signs.
    pub enum Signatory {
        /// 申请人本人.
        Applicant = "applicant", "申请人本人";
        /// 法定代表人（负责人）.
        LegalRepresentative = "legal_representative", "法定代表人（负责人）";
        /// 代理人.
        Agent = "agent", "代理人";
    }
}

codes! {
    /// What a mandate covers.
    pub enum MandateScope {
        /// 代为申报.
        File = "file", "代为申报、补正";
        /// 代为签署容缺承诺.
        SignDeferral = "sign_deferral", "代为签署容缺受理承诺书";
        /// 代为撤件.
        Withdraw = "withdraw", "代为撤回申请";
        /// 代为领取结果.
        Receive = "receive", "代为领取结果";
    }
}

/// A mandate (授权委托): what an agent may do, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// What the agent may do.
    pub scope: Vec<MandateScope>,
    /// Day it was signed on.
    pub signed_on: NaiveDate,
    /// Last day it holds.
    pub valid_until: NaiveDate,
}

impl Mandate {
    /// Whether it covers `act` on `day`.
    #[must_use]
    pub fn covers(&self, act: MandateScope, day: NaiveDate) -> bool {
        self.scope.contains(&act) && self.signed_on <= day && day <= self.valid_until
    }
}

/// A signed letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Kind.
    pub kind: LetterKind,
    /// The materials it is about.
    pub materials: Vec<String>,
    /// The very text signed.
    pub text: LetterText,
    /// SM3 of the text, hexadecimal.
    pub digest: String,
    /// Who signed.
    pub signatory: Signatory,
    /// The account that signed or, for paper, recorded it.
    pub account: Uuid,
    /// When.
    pub signed_at: Instant,
    /// Signature over the digest, hexadecimal; absent for paper.
    pub signature: Option<String>,
    /// Taken back before the decision.
    pub withdrawn_at: Option<Instant>,
}

/// The text of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LetterText {
    /// Title.
    pub title: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
}

impl LetterText {
    /// The bytes that are hashed and signed.
    #[must_use]
    pub fn plain(&self) -> String {
        format!("{}\n{}", self.title, self.paragraphs.join("\n"))
    }
}

/// Why a letter can't be made out or signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterProblem {
    /// Stable code.
    pub code: &'static str,
    /// Chinese text.
    pub text: String,
}

/// Why this signatory may not sign: a commitment is signed in person; an agent signs a deferral only with a
/// mandate that says so (R4.4; 国办发〔2020〕42号).
#[must_use]
pub fn may_sign(kind: LetterKind, signatory: Signatory, mandate: Option<&Mandate>, day: NaiveDate) -> Option<LetterProblem> {
    match (kind, signatory) {
        (_, Signatory::Applicant | Signatory::LegalRepresentative) => None,
        (LetterKind::Commitment, Signatory::Agent) => Some(LetterProblem {
            code: "personal_signature_required",
            text: "告知承诺书应由申请人本人（法定代表人）签署，不能代签".to_owned(),
        }),
        (LetterKind::Deferral, Signatory::Agent) if mandate.is_some_and(|m| m.covers(MandateScope::SignDeferral, day)) => None,
        (LetterKind::Deferral, Signatory::Agent) => Some(LetterProblem {
            code: "mandate_missing",
            text: "代理人签署容缺受理承诺书需要有效的授权委托".to_owned(),
        }),
    }
}
