//! Who may do what: the one table of role × operation × relation.
//!
//! The permission is in a handler's type; the reach decided here is in the SQL of every list. What a caller
//! may not see answers 404, what it sees but may not do 403.

mod operation;

pub use operation::Operation;

codes! {
    /// A role. Every account is an applicant; the others are memberships in a zone, `system_admin` in the
    /// installation.
    pub enum Role {
        /// 申请人.
        Applicant = "applicant", "申请人";
        /// 窗口人员.
        WindowClerk = "window_clerk", "窗口人员";
        /// 审批人员, of one department.
        Examiner = "examiner", "审批人员";
        /// 出件人员.
        Issuer = "issuer", "出件人员";
        /// 监督人员.
        Supervisor = "supervisor", "监督人员";
        /// 目录编辑.
        CatalogueEditor = "catalogue_editor", "目录编辑";
        /// 目录发布.
        CataloguePublisher = "catalogue_publisher", "目录发布";
        /// 园区管理员.
        ZoneAdmin = "zone_admin", "园区管理员";
        /// 审计员.
        Auditor = "auditor", "审计员";
        /// 系统管理员.
        SystemAdmin = "system_admin", "系统管理员";
    }
}

/// How far a role reaches with an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// What the caller filed or is the applicant of, and his own account.
    Own,
    /// What has a case of the caller's department.
    Department,
    /// The whole zone; drafts of others excepted.
    Zone,
}

impl Operation {
    /// How far `role` reaches with this operation; `None` = not at all.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "the one table, read as a whole")]
    pub const fn reach(self, role: Role) -> Option<Reach> {
        match self {
            Self::DeleteSession | Self::GetAccount => Some(Reach::Own),
            // What an applicant does with his own, and a clerk with what he files for somebody on paper.
            Self::CreateApplication
            | Self::ListApplications
            | Self::ListReminders
            | Self::ReviseApplication
            | Self::UploadMaterial
            | Self::SubmitApplication
            | Self::RemoveMaterial
            | Self::GetLetter
            | Self::GetApplicationForm
            | Self::SignLetter
            | Self::WithdrawLetter
            | Self::SupplementApplication
            | Self::WithdrawApplication
            | Self::GetWithdrawalEffect
            | Self::CorrectJointReview
            | Self::MakeStatement
            | Self::ChooseAgency
            | Self::EvaluateApplication => match role {
                Role::Applicant | Role::WindowClerk => Some(Reach::Own),
                _ => None,
            },
            Self::AdoptApplication
            | Self::GiveConsent
            | Self::BookSlot
            | Self::ListBookings
            | Self::CancelBooking
            | Self::FileObjection
            | Self::ListLicences
            | Self::ShowLicence
            | Self::ListMaterialUses
            | Self::ListLicenceUses => match role {
                Role::Applicant => Some(Reach::Own),
                _ => None,
            },
            Self::GetApplication
            | Self::GetAssessment
            | Self::GetTimeline
            | Self::GetRun
            | Self::ListJointReviews
            | Self::ListParcels
            | Self::ListMaterials
            | Self::GetMaterialFile
            | Self::LinkMaterialFile
            | Self::GetCase
            | Self::GetCaseClock
            | Self::GetHearing
            | Self::ListReceipts
            | Self::GetReceipt
            | Self::ListEvaluations => match role {
                Role::Applicant => Some(Reach::Own),
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk | Role::Issuer | Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                Role::CatalogueEditor | Role::CataloguePublisher | Role::ZoneAdmin | Role::SystemAdmin => None,
            },
            Self::ListDeskCases | Self::GetDeskSummary | Self::ListObligations | Self::ListFindings => match role {
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk | Role::Issuer | Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                _ => None,
            },
            // Front: the window accepts for every department (行政许可法 26); a department may accept itself.
            Self::AcceptApplication
            | Self::RejectApplication
            | Self::CorrectOnSpot
            | Self::GiveSupplementNotice
            | Self::ClaimCase
            | Self::DecideCase
            | Self::UseLicence
            | Self::GetEntrySheet
            | Self::MirrorCase
            | Self::ListColleagues => match role {
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk => Some(Reach::Zone),
                _ => None,
            },
            Self::HandOverCase => match role {
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk | Role::Supervisor => Some(Reach::Zone),
                _ => None,
            },
            Self::GetCaseExchange => match role {
                Role::Examiner => Some(Reach::Department),
                Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                _ => None,
            },
            Self::FulfilObligation => match role {
                Role::Examiner => Some(Reach::Department),
                Role::Supervisor => Some(Reach::Zone),
                _ => None,
            },
            // Asked by the applicant himself, or taken down by the department from somebody whom it concerns.
            Self::RequestHearing => match role {
                Role::Applicant => Some(Reach::Own),
                Role::Examiner => Some(Reach::Department),
                _ => None,
            },
            Self::ListShareCalls => match role {
                Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                _ => None,
            },
            Self::ListReusableMaterials | Self::ReuseMaterial | Self::ShareMaterials | Self::AskExtension => match role {
                Role::Applicant => Some(Reach::Own),
                Role::WindowClerk => Some(Reach::Zone),
                _ => None,
            },
            Self::TakePaper | Self::ListSlotBookings | Self::SettleBooking | Self::CountPrint | Self::GiveHelp | Self::RecordVisit => {
                match role {
                    Role::WindowClerk => Some(Reach::Zone),
                    _ => None,
                }
            }
            // Back: the department of the case.
            Self::ExamineCase
            | Self::PublishCase
            | Self::OfferHearing
            | Self::CallHearing
            | Self::HoldHearing
            | Self::TellInterested
            | Self::AnswerFinding
            | Self::SuspendLicence
            | Self::RestoreLicence
            | Self::CancelLicence
            | Self::AnswerExtension
            | Self::ApproveDeferral
            | Self::ListObjections
            | Self::AnswerObjection
            | Self::OpenJointReview
            | Self::GiveJointOpinion
            | Self::SuspendCase
            | Self::ResumeCase
            | Self::ExtendCase
            | Self::ConfirmWithdrawal
            | Self::PostCheckCase
            | Self::ProposeRevocation
            | Self::RecordRectification
            | Self::RevokeCase
            | Self::CancelAcceptance
            | Self::DiscontinueProceeding
            | Self::RecallCase
            | Self::AnnulDecision => match role {
                Role::Examiner => Some(Reach::Department),
                _ => None,
            },
            // Unified issue.
            Self::IssueApplication | Self::DeliverApplication | Self::SendParcel => match role {
                Role::Issuer => Some(Reach::Zone),
                _ => None,
            },
            Self::LinkEvaluation => match role {
                Role::Applicant => Some(Reach::Own),
                Role::WindowClerk | Role::Issuer => Some(Reach::Zone),
                _ => None,
            },
            Self::UrgeFinding | Self::CloseFinding | Self::AnswerReview | Self::ListCreditRecords | Self::RepairCredit => match role {
                Role::Supervisor => Some(Reach::Zone),
                _ => None,
            },
            // The catalogue: written by one, published by another (编审分离).
            Self::BeginMatterDraft
            | Self::BeginBundleDraft
            | Self::BeginProfileDraft
            | Self::ReviseDraft
            | Self::SubmitDraft
            | Self::DiscardDraft
            | Self::MoveDelegatedMatter => match role {
                Role::CatalogueEditor => Some(Reach::Zone),
                _ => None,
            },
            Self::ReturnDraft
            | Self::PublishDraft
            | Self::RetireMatter
            | Self::RetireBundle
            | Self::ImportCatalogue
            | Self::AdjustDelegation => match role {
                Role::CataloguePublisher => Some(Reach::Zone),
                _ => None,
            },
            Self::ListDrafts | Self::GetDraft | Self::UnifyCheck | Self::ExportCatalogue => match role {
                Role::CatalogueEditor | Role::CataloguePublisher | Role::Auditor => Some(Reach::Zone),
                _ => None,
            },
            Self::OpenSlot
            | Self::ListSystemAccounts
            | Self::RequestSystemAccount
            | Self::ChangeSystemAccount
            | Self::BeginReformTask
            | Self::ProgressReformTask => match role {
                Role::ZoneAdmin => Some(Reach::Zone),
                _ => None,
            },
            Self::ListProjectLoops => match role {
                Role::Supervisor | Role::ZoneAdmin | Role::Auditor => Some(Reach::Zone),
                _ => None,
            },
            Self::OpenProjectLoop | Self::ChangeProjectLoop => match role {
                Role::Supervisor | Role::ZoneAdmin => Some(Reach::Zone),
                _ => None,
            },
            // What all zones share.
            Self::PublishBaseCatalogue => match role {
                Role::SystemAdmin => Some(Reach::Zone),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The farthest an account with `roles` reaches, the applicant's own reach included.
#[must_use]
pub fn reach_of(operation: Operation, roles: &[Role]) -> Option<Reach> {
    roles.iter().chain(&[Role::Applicant]).filter_map(|r| operation.reach(*r)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_ids_are_unique() {
        let ids: std::collections::BTreeSet<_> = Operation::ALL.iter().map(|o| o.id()).collect();
        assert_eq!(ids.len(), Operation::ALL.len());
    }

    #[test]
    fn the_farthest_reach_wins_and_administrators_see_no_cases() {
        use Operation::{GetApplication, ListDeskCases, SubmitApplication};
        for (operation, roles, expected) in [
            (GetApplication, &[][..], Some(Reach::Own)),
            (GetApplication, &[Role::Examiner], Some(Reach::Department)),
            (GetApplication, &[Role::Examiner, Role::WindowClerk], Some(Reach::Zone)),
            (GetApplication, &[Role::ZoneAdmin], Some(Reach::Own)),
            (ListDeskCases, &[], None),
            (ListDeskCases, &[Role::SystemAdmin], None),
            (ListDeskCases, &[Role::Auditor], Some(Reach::Zone)),
            (SubmitApplication, &[Role::Auditor], Some(Reach::Own)),
        ] {
            assert_eq!(reach_of(operation, roles), expected, "{operation:?} {roles:?}");
        }
    }
}
