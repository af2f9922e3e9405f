//! A matter (政务服务事项) as one body of the zone handles it.

use super::{
    CheckPhase, CheckPoint, CommitmentRule, Condition, ConditionFacts, Convenience, DeferralRule, ExerciseLevel, Form, HandledAt,
    LaterService, OnlineDepth, Requirement, ResultType, Situation, SpecialProcedure, Step,
};
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// Kind of power or service (GB/T 39046 A.1).
    pub enum MatterType {
        /// 行政许可.
        Licence = "licence", "行政许可";
        /// 行政处罚.
        Penalty = "penalty", "行政处罚";
        /// 行政强制.
        Coercion = "coercion", "行政强制";
        /// 行政征收.
        Levy = "levy", "行政征收";
        /// 行政给付.
        Payment = "payment", "行政给付";
        /// 行政检查.
        Inspection = "inspection", "行政检查";
        /// 行政确认.
        Confirmation = "confirmation", "行政确认";
        /// 行政奖励.
        Reward = "reward", "行政奖励";
        /// 行政裁决.
        Adjudication = "adjudication", "行政裁决";
        /// 其他行政权力.
        OtherPower = "other_power", "其他行政权力";
        /// 公共服务.
        PublicService = "public_service", "公共服务";
    }
}

crate::codes! {
    /// The procedure that decides receipt, silence, units and remedies.
    pub enum Procedure {
        /// 行政许可法.
        Licence = "licence", "行政许可";
        /// 登记 (formal check, on the spot).
        Registration = "registration", "登记";
        /// 行政确认.
        Confirmation = "confirmation", "行政确认";
        /// 备案: ends with a receipt.
        Filing = "filing", "备案";
        /// 公共服务.
        PublicService = "public_service", "公共服务";
        /// 联合验收.
        JointAcceptance = "joint_acceptance", "联合验收";
    }
}

impl Procedure {
    /// The term after which silence means acceptance, from receipt: 5 working days for licences (行政许可法
    /// 32(4)). Registrations answer on the spot and filings end with their receipt: no term for them.
    #[must_use]
    pub const fn notice_term(self) -> Option<Limit> {
        match self {
            Self::Licence => Some(Limit::working_days(5)),
            Self::Registration | Self::Confirmation | Self::Filing | Self::PublicService | Self::JointAcceptance => None,
        }
    }
}

crate::codes! {
    /// Whether it is decided on the spot (GB/T 39046 A.6).
    pub enum CaseKind {
        /// 即办件: decided on the spot.
        Instant = "instant", "即办件";
        /// 承诺件: decided within the promised limit.
        Promised = "promised", "承诺件";
    }
}

crate::codes! {
    /// Whom it serves (服务对象, GB/T 39046 A.4).
    pub enum Audience {
        /// 自然人.
        Person = "person", "自然人";
        /// 企业法人 and branches.
        Enterprise = "enterprise", "企业";
        /// 事业法人.
        Institution = "institution", "事业单位";
        /// 社会组织法人.
        SocialOrganisation = "social_organisation", "社会组织";
        /// 行政机关.
        Agency = "agency", "行政机关";
        /// 个体工商户.
        SoleTrader = "sole_trader", "个体工商户";
        /// Any other organisation, of whatever kind.
        Organisation = "organisation", "其他组织";
    }
}

crate::codes! {
    /// How it may be filed (GB/T 39046 A.5).
    pub enum Channel {
        /// 窗口.
        Window = "window", "窗口";
        /// 电脑端.
        Web = "web", "电脑端";
        /// 移动端.
        Mobile = "mobile", "移动端";
        /// 快递.
        Courier = "courier", "快递";
        /// Another way.
        Other = "other", "其他";
    }
}

crate::codes! {
    /// Where its cases live.
    pub enum SystemOfRecord {
        /// Here.
        Local = "local", "本系统";
        /// In another system; the case is mirrored.
        External = "external", "外部系统";
    }
}

crate::codes! {
    /// In whose name it is handled (行政许可法 24).
    pub enum Authority {
        /// The zone's own power.
        Own = "own", "本级权力";
        /// 赋权: handled in the zone's name.
        Devolved = "devolved", "赋权";
        /// 委托: handled in the entrusting body's name.
        Entrusted = "entrusted", "委托";
        /// 服务前移: a body of the city sits in the hall.
        FrontMoved = "front_moved", "服务前移";
    }
}

crate::codes! {
    /// Whether one person may accept and decide.
    pub enum Separation {
        /// Never the same person.
        Strict = "strict", "受审分离";
        /// An authorised clerk may do both.
        WindowAuthorised = "window_authorised", "窗口授权";
    }
}

crate::codes! {
    /// How sure a fact of the catalogue is.
    pub enum Source {
        /// Read in the law.
        Law = "law", "法律法规";
        /// Named by the zone's own documents.
        Seed = "seed", "园区文件";
        /// Found in an official guide elsewhere.
        Found = "found", "公开指南";
        /// Plausible, chosen freely.
        Illustrative = "illustrative", "示例";
        /// Known in the field, to be checked before going live.
        ToVerify = "to_verify", "待核实";
    }
}

/// Legal basis (设定依据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Title and article.
    #[schema(example = "建筑法 7、8、9、10")]
    pub text: String,
    /// How sure it is.
    pub source: Source,
}

crate::codes! {
    /// What starts a limit.
    pub enum LimitStart {
        /// 受理.
        Acceptance = "acceptance", "受理之日";
        /// 收到申请.
        Receipt = "receipt", "收到申请之日";
    }
}

/// Statutory and promised limit; both in the same unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// 法定办结时限; absent where no law sets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statutory: Option<Limit>,
    /// Where the statutory limit comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statutory_source: Option<Source>,
    /// 承诺办结时限.
    pub promised: Limit,
    /// Where the promise comes from.
    pub promised_source: Source,
    /// What starts them.
    pub starts: LimitStart,
}

/// Other limits in some situation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitVariant {
    /// Holds when.
    pub when: Condition,
    /// The limits then.
    pub limits: Limits,
}

/// A duty that a grant opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenedDuty {
    /// Code of the department that has it.
    #[schema(example = "HUC")]
    pub department: String,
    /// What it is.
    #[schema(example = "质量安全监督")]
    pub name: String,
}

/// The document of one matter version.
#[expect(clippy::struct_excessive_bools, reason = "each is an element of the national list or of the catalogue's own")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// Stable code; links between matters use it.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Chinese name.
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// 基本编码: code in the base catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z]{10,12}$", example = "000117005000")]
    pub catalog_code: Option<String>,
    /// 实施编码, opaque; at most 36 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z-]{1,36}$")]
    pub implementation_code: Option<String>,
    /// 业务办理项编码, opaque; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z-]{1,50}$")]
    pub handling_item_code: Option<String>,
    /// Kind of power.
    pub matter_type: MatterType,
    /// Procedure.
    pub procedure: Procedure,
    /// On the spot or within the promise.
    pub case_kind: CaseKind,
    /// Whom it serves.
    pub audiences: Vec<Audience>,
    /// Code of the department that decides.
    #[schema(example = "HUC")]
    pub department: String,
    /// Where its cases live.
    pub system_of_record: SystemOfRecord,
    /// In whose name.
    pub authority: Authority,
    /// The body that devolved or entrusted it (赋权、委托部门).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "衡阳市住房和城乡建设局")]
    pub delegated_by: Option<String>,
    /// Level of government that exercises it.
    #[serde(default = "county")]
    pub exercise_level: ExerciseLevel,
    /// Handled only on application (依申请).
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub on_application: bool,
    /// Separation of duties.
    pub separation: Separation,
    /// Any integrated window takes it (无差别受理).
    pub unified: bool,
    /// Its days count toward a bundle's promise.
    pub counts_toward_promise: bool,
    /// Legal basis.
    pub legal_basis: Vec<LegalBasis>,
    /// Conditions (受理条件).
    pub conditions: Vec<String>,
    /// How many are granted, where that is limited (数量限制).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_limit: Option<String>,
    /// Steps of the flow (办理流程).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flow: Vec<Step>,
    /// Points of the handling standard (工作规范).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<CheckPoint>,
    /// Reasons for refusal besides unmet conditions (不予许可情形).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusal_reasons: Vec<String>,
    /// Special procedures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special_procedures: Vec<SpecialProcedure>,
    /// Limits.
    pub limits: Limits,
    /// Other limits in some situations; the first that holds wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limit_variants: Vec<LimitVariant>,
    /// Visits the applicant must make (到现场次数).
    #[schema(maximum = 9)]
    pub visits: u8,
    /// Why the applicant must come (必须现场办理原因说明).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "需现场核验")]
    pub visit_reason: Option<String>,
    /// How it may be filed.
    pub channels: Vec<Channel>,
    /// How much of it can be done online.
    #[serde(default = "whole")]
    pub online_depth: OnlineDepth,
    /// Where it is handled; empty = not in any hall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handled_at: Vec<HandledAt>,
    /// Conveniences on offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conveniences: Vec<Convenience>,
    /// Where else it may be filed (通办范围).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled_across: Option<String>,
    /// Subject classification (主题分类).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Fee in words; absent = free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// The law or price list that sets the fee (收费依据).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_basis: Option<String>,
    /// Name of the result.
    #[schema(example = "建筑工程施工许可证")]
    pub result_name: String,
    /// What the result is.
    #[serde(default = "certificate")]
    pub result_type: ResultType,
    /// What a grant opens besides the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consequences: Vec<String>,
    /// The duty of a department that a grant opens at the same moment, over the same scope (F38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_duty: Option<OpenedDuty>,
    /// Months a result holds; absent = without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1200)]
    pub valid_months: Option<u32>,
    /// Touches public safety, health, life or property: false materials bar for a year (行政许可法 78).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub touches_safety: bool,
    /// Consult phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0734-8000000")]
    pub consult_phone: Option<String>,
    /// Phone for complaints (监督投诉方式).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "12345")]
    pub complaint_phone: Option<String>,
    /// How to seek remedy (行政复议、行政诉讼); absent = the procedure's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedies: Option<String>,
    /// Words citizens use for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
    /// Questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Situation>,
    /// Materials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// 容缺.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferral: Option<DeferralRule>,
    /// 告知承诺.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentRule>,
    /// How a certificate is later changed, renewed, replaced or cancelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<LaterService>,
    /// Form: JSON Schema 2020-12, one property per data element.
    pub form: Form,
    /// How sure the entry as a whole is.
    pub source: Source,
}

const fn county() -> ExerciseLevel {
    ExerciseLevel::County
}

const fn yes() -> bool {
    true
}

const fn whole() -> OnlineDepth {
    OnlineDepth::Whole
}

const fn certificate() -> ResultType {
    ResultType::Certificate
}

impl Matter {
    /// The points an examiner ticks before a grant.
    pub fn examination_points(&self) -> impl Iterator<Item = &CheckPoint> {
        self.checklist.iter().filter(|p| p.phase == CheckPhase::Examination)
    }

    /// How many materials the applicant himself has to provide: what data sharing or an e-licence brings is not asked
    /// for (F10).
    #[must_use]
    pub fn asked_materials(&self) -> usize {
        self.requirements.iter().map(Requirement::asked_for).sum()
    }

    /// The limits that hold on these facts.
    #[must_use]
    pub fn limits_on(&self, facts: &ConditionFacts) -> &Limits {
        self.limit_variants.iter().find(|v| v.when.holds(facts)).map_or(&self.limits, |v| &v.limits)
    }

    /// The legal basis in one line.
    #[must_use]
    pub fn basis_text(&self) -> String {
        self.legal_basis.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("；")
    }
}
