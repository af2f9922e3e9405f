//! Elements of the national implementation list (实施清单要素, GB/T 39046) that a matter's document carries besides
//! its rules; the names and numbers of the exchange stand at the edge, in `integrations::implementation_list`.

use super::Source;
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// Level of government that exercises it (行使层级, GB/T 39046 A.2).
    pub enum ExerciseLevel {
        /// 国家级.
        Nation = "nation", "国家级（局、署、会）";
        /// 省级.
        Province = "province", "省级（直属）";
        /// 市级.
        City = "city", "市级（隶属）";
        /// 县级.
        County = "county", "县级";
        /// 镇（乡、街道）级.
        Town = "town", "镇（乡、街道）级";
        /// 村（社区）级.
        Village = "village", "村（社区）级";
        /// 分级管理.
        Graded = "graded", "分级管理";
    }
}

crate::codes! {
    /// Nature of the body that carries it out (实施主体性质, GB/T 39046 A.3).
    pub enum BodyNature {
        /// 法定机关.
        Statutory = "statutory", "法定机关";
        /// 授权组织.
        Authorised = "authorised", "授权组织";
        /// 受委托组织.
        Entrusted = "entrusted", "受委托组织";
        /// 其他.
        Other = "other", "其他";
    }
}

crate::codes! {
    /// How much of it can be done online (网办深度).
    pub enum OnlineDepth {
        /// Not online.
        None = "none", "不能网办";
        /// Information only (一级).
        Guide = "guide", "信息发布";
        /// Forms to download (二级).
        Download = "download", "表格下载";
        /// Filed online (三级).
        Filing = "filing", "网上申报";
        /// The whole errand online (四级).
        Whole = "whole", "全程网办";
    }
}

impl OnlineDepth {
    /// Whether it can be applied for online (网办): from filing upward.
    #[must_use]
    pub const fn is_available(self) -> bool {
        matches!(self, Self::Filing | Self::Whole)
    }
}

crate::codes! {
    /// What the result is (审批结果类型).
    pub enum ResultType {
        /// 证照.
        Certificate = "certificate", "证照";
        /// 批文.
        Approval = "approval", "批文";
        /// 备案凭证、回执.
        Receipt = "receipt", "备案凭证或者回执";
        /// 其他.
        Other = "other", "其他";
    }
}

crate::codes! {
    /// A convenience on offer (便民服务).
    pub enum Convenience {
        /// 预约办理.
        Appointment = "appointment", "预约办理";
        /// 网上支付.
        OnlinePayment = "online_payment", "网上支付";
        /// 物流快递.
        Courier = "courier", "物流快递";
        /// 自助终端.
        Terminal = "terminal", "自助终端办理";
    }
}

crate::codes! {
    /// Kind of a special procedure (特别程序, GB/T 39046 A.7).
    pub enum SpecialProcedureKind {
        /// 延长审批.
        Extension = "extension", "延长审批";
        /// 除延长审批之外.
        Other = "other", "除延长审批之外的特别程序";
    }
}

/// A special procedure that may take time outside of the limit (特别程序).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatterSpecialProcedure)]
pub struct SpecialProcedure {
    /// Kind.
    pub kind: SpecialProcedureKind,
    /// Name.
    #[schema(example = "专家评审")]
    pub name: String,
    /// How long it may take; absent where nothing sets a term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The law behind it.
    #[schema(example = "行政许可法 45")]
    pub basis: String,
}

crate::codes! {
    /// What became of a step when the flow was made anew (流程再造).
    pub enum StepOrigin {
        /// 保留.
        Kept = "kept", "保留";
        /// 归并.
        Merged = "merged", "归并";
        /// 取消.
        Cancelled = "cancelled", "取消";
        /// 压缩.
        Compressed = "compressed", "压缩";
    }
}

impl StepOrigin {
    /// Whether the step still stands by itself.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Kept | Self::Compressed)
    }
}

/// A step of the flow (办理流程环节). Cancelled and merged steps stay in the list: the reduction is told with its origins.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name.
    #[schema(example = "受理")]
    pub name: String,
    /// Code of the department that owns it; absent = the department of the matter or the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "HUC")]
    pub department: Option<String>,
    /// What became of it.
    #[serde(default = "kept")]
    pub origin: StepOrigin,
    /// Name of the step it was merged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// Why it was cancelled, merged, shortened or taken up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

const fn kept() -> StepOrigin {
    StepOrigin::Kept
}

/// How many steps a flow had, and has.
#[must_use]
pub fn count_steps(steps: &[Step]) -> (usize, usize) {
    (steps.len(), steps.iter().filter(|s| s.origin.stands()).count())
}

crate::codes! {
    /// The moment a point is checked.
    pub enum CheckPhase {
        /// At acceptance (受理).
        Acceptance = "acceptance", "受理";
        /// At examination (审查).
        Examination = "examination", "审查";
    }
}

/// A point of the handling standard (工作规范审查要点); the examiner ticks every point before a grant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckPoint {
    /// Code, unique in its matter.
    #[schema(example = "funds-in-place")]
    pub code: String,
    /// When it is checked.
    pub phase: CheckPhase,
    /// What is checked.
    #[schema(example = "建设资金已经落实")]
    pub text: String,
    /// The law behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "建筑法 8(五)")]
    pub basis: Option<String>,
}

crate::codes! {
    /// What later happens to a certificate, and what a case may ask to be done with an earlier one.
    pub enum LaterAct {
        /// 变更.
        Change = "change", "变更";
        /// 延续.
        Renew = "renew", "延续";
        /// 补证.
        Replace = "replace", "补证";
        /// 注销.
        Cancel = "cancel", "注销";
    }
}

/// How a certificate is later changed, renewed, replaced or cancelled (变更、延续、补证、注销指南).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaterService {
    /// Which.
    pub kind: LaterAct,
    /// When and how to ask for it.
    #[schema(example = "有效期届满30日前向作出决定的行政机关提出申请")]
    pub how: String,
    /// How long before its end a renewal is asked for, where a law says otherwise than thirty days (行政许可法 50).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Limit>,
    /// Names of the materials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// The promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Limit>,
    /// The law behind it.
    #[schema(example = "行政许可法 50")]
    pub basis: String,
    /// How sure it is.
    pub source: Source,
}

/// Where it is handled (办理地点).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandledAt {
    /// Code of the place.
    #[schema(example = "hall")]
    pub place: String,
    /// Its windows that take the matter; empty = every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<String>,
    /// Since when it is there (进驻日期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<chrono::NaiveDate>,
}
