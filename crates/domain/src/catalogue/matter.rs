//! A matter (政务服务事项) as one body of the zone handles it.

use super::{CommitmentRule, Condition, ConditionFacts, DeferralRule, Form, Requirement, Situation};
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// Kind of power or service (GB/T 39046 A.1).
    pub enum MatterType {
        /// 行政许可.
        Licence = "licence", "行政许可";
        /// 行政给付.
        Payment = "payment", "行政给付";
        /// 行政确认.
        Confirmation = "confirmation", "行政确认";
        /// 行政奖励.
        Reward = "reward", "行政奖励";
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
    /// Whom it serves.
    pub enum Audience {
        /// 自然人.
        Person = "person", "自然人";
        /// 企业法人 and branches.
        Enterprise = "enterprise", "企业";
        /// 个体工商户.
        SoleTrader = "sole_trader", "个体工商户";
        /// 事业单位、社会组织 and others.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// Stable code; links between matters use it.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Chinese name.
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
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
    /// Limits.
    pub limits: Limits,
    /// Other limits in some situations; the first that holds wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limit_variants: Vec<LimitVariant>,
    /// Visits the applicant must make (到现场次数).
    #[schema(maximum = 9)]
    pub visits: u8,
    /// How it may be filed.
    pub channels: Vec<Channel>,
    /// Fee in words; absent = free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// Name of the result.
    #[schema(example = "建筑工程施工许可证")]
    pub result_name: String,
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
    pub consult_phone: Option<String>,
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
    /// Form: JSON Schema 2020-12, one property per data element.
    pub form: Form,
    /// How sure the entry as a whole is.
    pub source: Source,
}

impl Matter {
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
