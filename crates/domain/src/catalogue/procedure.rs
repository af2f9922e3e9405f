//! What the law of each procedure says: who may extend by how much, what is refused on the spot, how papers are titled.

use super::Procedure;
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules of one procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcedureRules {
    /// By how many days a limit may be extended once, and by which rule; nothing = not at all.
    pub extension: Option<Extension>,
    /// Nothing is granted before an examination found the conditions met.
    pub examined: bool,
    /// Rule of acceptance.
    pub accepted_by: &'static str,
    /// Title of the receipt of acceptance.
    pub acceptance_title: &'static str,
    /// Title of a grant.
    pub grant_title: &'static str,
    /// Title of a refusal.
    pub refusal_title: &'static str,
    /// What is decided where it is refused.
    pub refused: &'static str,
    /// What the law lets an applicant have.
    pub rights: &'static str,
    /// What the law asks of an applicant.
    pub duties: &'static str,
}

/// How long a limit may be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// Days, in the unit of the limit.
    pub days: u32,
    /// Days where several bodies handle it together and the government's head approves.
    pub joint_days: u32,
    /// The rule.
    pub basis: &'static str,
}

impl Procedure {
    /// The rules of this procedure.
    #[must_use]
    pub const fn rules(self) -> ProcedureRules {
        let plain = ProcedureRules {
            extension: None,
            examined: true,
            accepted_by: "办事指南",
            acceptance_title: "受理通知书",
            grant_title: "办理结果告知书",
            refusal_title: "不予办理告知书",
            refused: "不予办理",
            rights: "对办理结果不服的，有权依法申请行政复议或者提起行政诉讼",
            duties: "如实提交有关材料，并对材料的真实性负责",
        };
        match self {
            // 行政许可法 32, 38, 42.
            Self::Licence => ProcedureRules {
                extension: Some(Extension { days: 10, joint_days: 15, basis: "行政许可法 42" }),
                accepted_by: "行政许可法 32(5)",
                grant_title: "准予行政许可决定书",
                refusal_title: "不予行政许可决定书",
                refused: "不予许可",
                rights: "享有陈述权、申辩权；对决定不服的，有权依法申请行政复议或者提起行政诉讼（行政许可法 7）",
                duties: "如实提交有关材料和反映真实情况，并对申请材料实质内容的真实性负责（行政许可法 31）",
                ..plain
            },
            // Each register has a law of its own; what it says of extensions, silence and refusals stands with the matter.
            Self::Registration => ProcedureRules {
                acceptance_title: "受理凭证",
                grant_title: "准予登记通知书",
                refusal_title: "不予登记决定书",
                refused: "不予登记",
                ..plain
            },
            Self::Confirmation => {
                ProcedureRules {
                    grant_title: "行政确认决定书", refusal_title: "不予确认决定书", refused: "不予确认", ..plain
                }
            }
            // A filing ends with its receipt: nothing is examined but its form.
            Self::Filing => ProcedureRules {
                examined: false,
                acceptance_title: "收件凭证",
                grant_title: "备案回执",
                refusal_title: "不予备案告知书",
                refused: "不予备案",
                ..plain
            },
            Self::PublicService => ProcedureRules { acceptance_title: "受理回执", ..plain },
            Self::JointAcceptance => {
                ProcedureRules {
                    grant_title: "联合验收合格意见书", refusal_title: "联合验收整改意见书", refused: "不予通过", ..plain
                }
            }
        }
    }
}

/// An extension by another law than the procedure's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRule {
    /// Days, in the unit of the limit.
    #[schema(example = 3)]
    pub days: u32,
    /// The rule.
    #[schema(example = "市场主体登记管理条例 19")]
    pub basis: String,
}

/// Silence that counts as acceptance by another law than the procedure's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceRule {
    /// Within which nothing was said, from receipt; no working day at all = on the day itself.
    pub within: Limit,
    /// The rule.
    #[schema(example = "不动产登记暂行条例 17")]
    pub basis: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_procedure_has_its_own_rules() {
        for (procedure, extension, examined, title) in [
            (Procedure::Licence, Some((10, 15)), true, "准予行政许可决定书"),
            (Procedure::Registration, None, true, "准予登记通知书"),
            (Procedure::Confirmation, None, true, "行政确认决定书"),
            (Procedure::Filing, None, false, "备案回执"),
            (Procedure::PublicService, None, true, "办理结果告知书"),
            (Procedure::JointAcceptance, None, true, "联合验收合格意见书"),
        ] {
            let rules = procedure.rules();
            assert_eq!(rules.extension.map(|e| (e.days, e.joint_days)), extension, "{procedure}");
            assert_eq!((rules.examined, rules.grant_title), (examined, title), "{procedure}");
        }
    }
}
