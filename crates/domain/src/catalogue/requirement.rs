//! What has to be handed in (申请材料), and what may replace or follow it.

use super::{Attachment, Condition};
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// How much a material weighs.
    pub enum MaterialClass {
        /// Without it nothing is accepted (主要材料).
        Primary = "primary", "主要材料";
        /// May follow after acceptance where the matter allows it (可容缺材料).
        Deferrable = "deferrable", "可容缺材料";
        /// Helpful, never demanded (非必要材料).
        Optional = "optional", "非必要材料";
    }
}

crate::codes! {
    /// Where a material comes from.
    pub enum MaterialSource {
        /// Handed in by the applicant.
        Applicant = "applicant", "申请人自备";
        /// Called up from the e-licence store, upload as fallback.
        ELicence = "e_licence", "电子证照";
        /// Fetched by data sharing, upload as fallback.
        DataShare = "data_share", "数据共享";
        /// Result of another matter; never asked for when that matter is part of the same application.
        Sibling = "sibling", "前序事项结果";
    }
}

crate::codes! {
    /// Whether a group needs all its choices or any one of them.
    pub enum Need {
        /// Every choice.
        All = "all", "全部提供";
        /// One choice.
        Any = "any", "任选其一";
    }
}

/// A group of materials asked for together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Code of the group, unique in its matter.
    #[schema(example = "planning-documents")]
    pub code: String,
    /// Weight of the group.
    pub class: MaterialClass,
    /// All or any of the choices.
    #[serde(default = "all")]
    pub need: Need,
    /// Asked only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The law or policy that asks for it.
    #[schema(example = "建筑法 8")]
    pub basis: String,
    /// In which cases a material that is not necessary is handed in (非必要时办理情形).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "有代理人时提供")]
    pub in_cases: Option<String>,
    /// The materials.
    pub choices: Vec<RequirementChoice>,
}

const fn all() -> Need {
    Need::All
}

impl Requirement {
    /// How many materials of the group the applicant has to bring himself: all of them, or one when any will do; none of
    /// what an e-licence or data sharing brings (F10), and nothing of an any-of group that these can meet.
    #[must_use]
    pub fn asked_for(&self) -> usize {
        let own = |c: &&RequirementChoice| matches!(c.source, MaterialSource::Applicant | MaterialSource::Sibling);
        match self.need {
            Need::All => self.choices.iter().filter(own).count(),
            Need::Any => usize::from(self.choices.iter().all(|c| own(&c))),
        }
    }

    /// How many documents the group meant before anything was shared: each counted once, an any-of group as one.
    #[must_use]
    pub fn asked_for_alone(&self) -> usize {
        match self.need {
            Need::All => self.choices.len(),
            Need::Any => 1,
        }
    }
}

crate::codes! {
    /// Kind of a material (材料类型).
    pub enum MaterialKind {
        /// 证件证书证明.
        Certificate = "certificate", "证件证书证明";
        /// 申请表格文书.
        Form = "form", "申请表格文书";
        /// 其他.
        Other = "other", "其他";
    }
}

crate::codes! {
    /// In what form it is taken (材料形式).
    pub enum MaterialFormat {
        /// 纸质.
        Paper = "paper", "纸质";
        /// 电子.
        Electronic = "electronic", "电子";
        /// 纸质或者电子.
        Either = "either", "纸质或者电子";
    }
}

/// One material of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementChoice {
    /// Code of the material, the same in every matter that asks for it.
    #[schema(example = "planning-conditions-approval")]
    pub material: String,
    /// Chinese name.
    #[schema(example = "规划条件批文")]
    pub name: String,
    /// Where it comes from.
    pub source: MaterialSource,
    /// The matter whose result it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "planning-conditions")]
    pub issued_by: Option<String>,
    /// How to get it or fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "由自然资源和规划局出具")]
    pub how: Option<String>,
    /// Months a document of this kind can be used again after it was handed in; absent = without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 600)]
    pub reusable_months: Option<u32>,
    /// Kind.
    #[serde(default = "other_kind")]
    pub kind: MaterialKind,
    /// In what form it is taken.
    #[serde(default = "either")]
    pub format: MaterialFormat,
    /// Originals to show at the window.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schema(maximum = 20)]
    pub originals: u8,
    /// Copies to hand in on paper.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schema(maximum = 20)]
    pub copies: u8,
    /// When it is accepted (受理标准).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "加盖公章，在有效期内")]
    pub standard: Option<String>,
    /// What to mind when filling it in (填报须知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "用黑色签字笔填写，不得涂改")]
    pub filling: Option<String>,
    /// Its pages, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 9999, example = 2)]
    pub pages: Option<u16>,
    /// Size of the paper (规格).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "A4")]
    pub paper_size: Option<String>,
    /// The applicant has to be there in person (需本人到场).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_person: bool,
    /// The blank form (空白表格).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank_form: Option<Attachment>,
    /// A filled-in sample (示范文本).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Attachment>,
    /// Counts only while the material named in the deferral rule is deferred.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_under_deferral: bool,
}

impl RequirementChoice {
    /// Adds what another matter says of the same material: of originals and copies the most that any asks for.
    pub fn add(&mut self, other: &Self) {
        self.originals = self.originals.max(other.originals);
        self.copies = self.copies.max(other.copies);
        self.in_person |= other.in_person;
        self.pages = self.pages.or(other.pages);
        let fill = |own: &mut Option<String>, other: &Option<String>| *own = own.take().or_else(|| other.clone());
        fill(&mut self.how, &other.how);
        fill(&mut self.standard, &other.standard);
        fill(&mut self.filling, &other.filling);
        fill(&mut self.paper_size, &other.paper_size);
        self.blank_form = self.blank_form.take().or_else(|| other.blank_form.clone());
        self.sample = self.sample.take().or_else(|| other.sample.clone());
    }

    /// A material of which only code and name are known.
    #[must_use]
    pub fn named(material: &str, name: &str) -> Self {
        Self {
            material: material.to_owned(),
            name: name.to_owned(),
            source: MaterialSource::Applicant,
            issued_by: None,
            how: None,
            reusable_months: None,
            kind: MaterialKind::Other,
            format: MaterialFormat::Either,
            originals: 0,
            copies: 0,
            standard: None,
            filling: None,
            pages: None,
            paper_size: None,
            in_person: false,
            blank_form: None,
            sample: None,
            only_under_deferral: false,
        }
    }
}

/// What is known of a material where it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaterialDetail {
    /// The material.
    #[serde(flatten)]
    pub choice: RequirementChoice,
    /// In which cases one that is not necessary is handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_cases: Option<String>,
}

const fn other_kind() -> MaterialKind {
    MaterialKind::Other
}

const fn either() -> MaterialFormat {
    MaterialFormat::Either
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(n: &u8) -> bool {
    *n == 0
}

crate::codes! {
    /// Until when a deferred material is owed.
    pub enum DeferralKind {
        /// Before the decision; never later than the promised limit.
        BeforeDecision = "before_decision", "办结前补齐";
        /// After the grant, by its own date (容缺审批).
        AfterGrant = "after_grant", "核发后补齐";
    }
}

/// Deferred-material acceptance (容缺受理) as the zone's published list allows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeferralRule {
    /// The list or policy.
    #[schema(example = "衡阳高新区容缺办理事项清单")]
    pub basis: String,
    /// The materials that may follow.
    pub entries: Vec<DeferralEntry>,
}

/// One material that may follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeferralEntry {
    /// The material.
    #[schema(example = "works-planning-permit")]
    pub material: String,
    /// Until when.
    pub kind: DeferralKind,
    /// Term from acceptance; absent = the promised limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Limit>,
    /// A document that must stand in meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "planning-pre-opinion")]
    pub stand_in: Option<String>,
    /// The event it is owed before, instead of a day; only after the grant (R4.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<DeferralEvent>,
}

/// The event before which a deferred material is owed: another matter of the same project is granted only once it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeferralEvent {
    /// Code of the matter.
    #[schema(example = "completion-acceptance")]
    pub matter: String,
    /// What people call the event.
    #[schema(example = "竣工联合验收")]
    pub name: String,
}

crate::codes! {
    /// When a commitment is checked (事中事后核查).
    pub enum CheckTime {
        /// 办结前核查: nothing is granted before an examination.
        BeforeGrant = "before_grant", "办结前核查";
        /// 办结后限期核查.
        Within = "within", "办结后限期核查";
        /// 随机抽查: a share of the grants, drawn by the identity of the case.
        Random = "random", "随机抽查";
    }
}

/// How the body checks what was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckPlan {
    /// When.
    pub time: CheckTime,
    /// Share drawn at random, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100, example = 10)]
    pub share_percent: Option<u8>,
}

impl CheckPlan {
    /// Whether a grant is checked afterwards; `draw` is a number that belongs to its case.
    #[must_use]
    pub fn draws(self, draw: u128) -> bool {
        match self.time {
            CheckTime::BeforeGrant => false,
            CheckTime::Within => true,
            CheckTime::Random => draw % 100 < u128::from(self.share_percent.unwrap_or(100)),
        }
    }
}

/// Notice and commitment (告知承诺): a signed commitment replaces proofs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitmentRule {
    /// The list or policy.
    #[schema(example = "湘卫监督发〔2019〕1号")]
    pub basis: String,
    /// The materials a commitment may replace.
    pub covers: Vec<String>,
    /// The promise when handled by commitment; absent = the ordinary promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Limit>,
    /// Term after the grant within which the replaced materials are completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_within: Option<Limit>,
    /// Term within which the body checks afterwards (事后核查).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_within: Option<Limit>,
    /// How the body checks; absent = within the term above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckPlan>,
    /// What the applicant has to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Where and how long the commitment is made public; absent = nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "准予后在园区门户网站公开一年，隐去个人信息")]
    pub made_public: Option<String>,
}

impl CommitmentRule {
    /// Whether nothing is granted before an examination.
    #[must_use]
    pub fn checks_before_grant(&self) -> bool {
        self.check.is_some_and(|c| c.time == CheckTime::BeforeGrant)
    }
}
