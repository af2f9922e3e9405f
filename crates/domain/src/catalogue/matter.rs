//! A matter (政务服务事项) as one body of the zone handles it.

use super::{
    Attachment, Audience, Authority, BeginRule, CaseKind, Channel, Charge, CheckPhase, CheckPoint, CommitmentRule, Condition,
    ConditionFacts, Convenience, DeferralRule, ExerciseLevel, ExtensionRule, FaceField, Form, HandledAt, LaterService, MatterType,
    OnlineAccess, OnlineDepth, Procedure, Requirement, ResultType, Separation, Shared, SilenceRule, Situation, Source, SpecialProcedure,
    Step, SystemOfRecord,
};
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Legal basis (设定依据).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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
    /// What has to be known about the statutory limit (法定办结时限说明).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "不含听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审所需时间")]
    pub statutory_note: Option<String>,
    /// What has to be known about the promise (承诺办结时限说明).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_note: Option<String>,
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
    /// 地方基本编码, opaque; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z-]{1,50}$")]
    pub local_catalog_code: Option<String>,
    /// 实施编码, opaque; at most 36 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z-]{1,36}$")]
    pub implementation_code: Option<String>,
    /// 地方实施编码, opaque; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z-]{1,50}$")]
    pub local_implementation_code: Option<String>,
    /// 业务办理项编码, opaque; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z-]{1,50}$")]
    pub handling_item_code: Option<String>,
    /// Kind of power.
    pub matter_type: MatterType,
    /// Procedure.
    pub procedure: Procedure,
    /// Silence that counts as acceptance by another law than the procedure's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<SilenceRule>,
    /// By how much its own law lets the limit be extended, where that is not the procedure's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<ExtensionRule>,
    /// The law by which an incomplete filing is refused on the spot, with everything that is missing, instead of being
    /// noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "不动产登记暂行条例 17")]
    pub refuses_incomplete_by: Option<String>,
    /// The law by which it is heard before the decision (行政许可法 46).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "行政许可法 46；城乡规划法 50")]
    pub hearing_by: Option<String>,
    /// How long supplements may take, where it is not the zone's term (一次性告知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplement_term: Option<Limit>,
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
    /// What of the power this level exercises (行使内容、权限划分).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "园区范围内的房屋建筑和市政基础设施工程")]
    pub exercise_content: Option<String>,
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
    #[schema(value_type = Vec<LegalBasis>)]
    pub legal_basis: Shared<LegalBasis>,
    /// Conditions (受理条件).
    #[schema(value_type = Vec<String>)]
    pub conditions: Shared<String>,
    /// How many are granted, where that is limited (数量限制).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_limit: Option<String>,
    /// Steps of the flow (办理流程).
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<Step>)]
    pub flow: Shared<Step>,
    /// The flow as a chart (流程图).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_chart: Option<Attachment>,
    /// Points of the handling standard (工作规范).
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<CheckPoint>)]
    pub checklist: Shared<CheckPoint>,
    /// Reasons for refusal besides unmet conditions (不予许可情形).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusal_reasons: Vec<String>,
    /// Special procedures.
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<SpecialProcedure>)]
    pub special_procedures: Shared<SpecialProcedure>,
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
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<HandledAt>)]
    pub handled_at: Shared<HandledAt>,
    /// When it is handled (办理时间), where that is not whenever the hall is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "工作日 9:00-12:00，13:00-17:00；周六上午预约办理")]
    pub service_hours: Option<String>,
    /// Where else it can be applied for online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online_access: Option<OnlineAccess>,
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
    /// The charges one by one (收费项目).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// Name of the result.
    #[schema(example = "建筑工程施工许可证")]
    pub result_name: String,
    /// 证照类型代码 of the result: code of the definer and three digits; results of this type get a national identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z]{21}$", example = "1143040000TE00049W001")]
    pub licence_type: Option<String>,
    /// What the result is.
    #[serde(default = "certificate")]
    pub result_type: ResultType,
    /// What stands on it besides what stands on every one (照面信息).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub face: Vec<FaceField>,
    /// What the result looks like (结果样本).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_sample: Option<Attachment>,
    /// What a grant opens besides the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consequences: Vec<String>,
    /// The duty of a department that a grant opens at the same moment, over the same scope (F38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_duty: Option<OpenedDuty>,
    /// What has to begin within a term, or the grant is void of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<BeginRule>,
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
    /// What the law lets the applicant have (依法享有的权利); absent = what the procedure gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// What the law asks of him (依法履行的义务); absent = what the procedure asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duties: Option<String>,
    /// Words citizens use for it.
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<String>)]
    pub synonyms: Shared<String>,
    /// Questions.
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<Situation>)]
    pub situations: Shared<Situation>,
    /// Materials.
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<Requirement>)]
    pub requirements: Shared<Requirement>,
    /// 容缺.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferral: Option<DeferralRule>,
    /// 告知承诺.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentRule>,
    /// How a certificate is later changed, renewed, replaced or cancelled.
    #[serde(default, skip_serializing_if = "Shared::is_none")]
    #[schema(value_type = Vec<LaterService>)]
    pub later: Shared<LaterService>,
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

    /// By how many days its limit may be extended once, and by which rule; `jointly` = several bodies handle it together.
    #[must_use]
    pub fn may_extend_by(&self, jointly: bool) -> Option<(u32, &str)> {
        let own = self.extension.as_ref().map(|e| (e.days, e.basis.as_str()));
        let rule = self.procedure.rules().extension;
        own.or_else(|| rule.map(|e| (if jointly { e.joint_days } else { e.days }, e.basis)))
    }

    /// The shortest promise it makes in any situation.
    #[must_use]
    pub fn shortest_promise(&self) -> Limit {
        let variants = self.limit_variants.iter().map(|v| v.limits.promised);
        let by_commitment = self.commitment.as_ref().and_then(|r| r.promised);
        variants.chain(by_commitment).fold(self.limits.promised, |a, b| if b.half_days() < a.half_days() { b } else { a })
    }

    /// What the law lets the applicant have.
    #[must_use]
    pub fn rights_text(&self) -> &str {
        self.rights.as_deref().unwrap_or(self.procedure.rules().rights)
    }

    /// What the law asks of the applicant.
    #[must_use]
    pub fn duties_text(&self) -> &str {
        self.duties.as_deref().unwrap_or(self.procedure.rules().duties)
    }

    /// The legal basis in one line.
    #[must_use]
    pub fn basis_text(&self) -> String {
        self.legal_basis.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("；")
    }
}
