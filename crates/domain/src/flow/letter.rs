//! Letters of commitment (告知承诺书) and of deferral (容缺受理承诺书), rendered from the catalogue.

use crate::assessment::{Assessment, ItemStatus};
use crate::catalogue::{Matter, Zone};
use crate::local_time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

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

/// Renders the letter about `materials` as the catalogue has it. `assessment` was made with these materials
/// committed or deferred: what it does not allow is a problem.
///
/// # Errors
/// Everything the assessment does not let stand.
pub fn letter_text(
    kind: LetterKind,
    matters: &[&Matter],
    zone: &Zone,
    applicant: &str,
    materials: &[String],
    assessment: &Assessment,
) -> Result<LetterText, Vec<LetterProblem>> {
    let wanted = match kind {
        LetterKind::Commitment => ItemStatus::Committed,
        LetterKind::Deferral => ItemStatus::Deferred,
    };
    let refused: Vec<LetterProblem> = assessment
        .reasons
        .iter()
        .filter(|r| r.code.starts_with("commitment_") || r.code.starts_with("deferral_"))
        .map(|r| LetterProblem { code: "not_allowed", text: r.text.clone() })
        .collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let items: Vec<_> = assessment.items.iter().filter(|i| i.status == wanted && materials.contains(&i.material)).collect();
    if items.is_empty() {
        return Err(vec![LetterProblem {
            code: "nothing_to_promise", text: "这些材料已经提供或者无需提供，不必承诺".to_owned()
        }]);
    }
    let named: Vec<String> = matters.iter().map(|m| format!("「{}」", m.name)).collect();
    let basis: Vec<&str> = matters
        .iter()
        .filter_map(|m| match kind {
            LetterKind::Commitment => m.commitment.as_ref().map(|r| r.basis.as_str()),
            LetterKind::Deferral => m.deferral.as_ref().map(|r| r.basis.as_str()),
        })
        .collect();
    let mut paragraphs = vec![
        format!("申请人：{applicant}"),
        format!(
            "办理事项：{}（依据：{}；{}）",
            named.join("、"),
            matters.iter().map(|m| m.basis_text()).collect::<Vec<_>>().join("；"),
            basis.join("；")
        ),
    ];
    match kind {
        LetterKind::Commitment => {
            paragraphs.push("一、行政机关告知".to_owned());
            for matter in matters {
                paragraphs.extend(matter.conditions.iter().map(|c| format!("许可条件：{c}")));
                paragraphs.extend(matter.commitment.as_ref().and_then(|r| r.notice.clone()).map(|n| format!("监管规则：{n}")));
            }
            paragraphs.push(
                "不实承诺的责任：责令限期整改；逾期不整改或者整改后仍不符合条件的，在听取陈述申辩后依法撤销决定，并记入违诺记录。"
                    .to_owned(),
            );
            paragraphs.push("二、申请人承诺".to_owned());
            paragraphs.push(format!("以本承诺代替以下材料：{}。", items.iter().map(|i| i.name.as_str()).collect::<Vec<_>>().join("、")));
            paragraphs.push(
                "申请人已知晓上述告知内容，已经符合规定的条件和标准，愿意接受核查并承担不实承诺的法律责任；所作承诺是真实意思表示。"
                    .to_owned(),
            );
        }
        LetterKind::Deferral => {
            paragraphs.push("申请人自愿申请容缺受理，承诺按下列期限补齐材料：".to_owned());
            paragraphs.extend(items.iter().map(|i| {
                let until = i.until.map_or_else(|| "办结之前".to_owned(), |d| d.format("%Y年%m月%d日").to_string());
                format!("「{}」，于{until}前以原件或者电子件补交。", i.name)
            }));
            paragraphs.push("所提交材料真实有效；逾期未补齐的，承担撤回受理决定等后果，并记入违诺记录。".to_owned());
        }
    }
    paragraphs.push(format!("受理单位：{}", zone.name));
    Ok(LetterText { title: kind.label().to_owned(), paragraphs })
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
