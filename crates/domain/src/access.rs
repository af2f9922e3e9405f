//! Who may do what: the one table of role × operation × relation.
//!
//! The permission is in a handler's type; the reach decided here is in the SQL of every list. What a caller
//! may not see answers 404, what it sees but may not do 403.

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

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident = $code:tt;)+) => {
        /// Every operation of the API; the code is its operation id.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[$meta])* $name,)+ }
        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// The operation id.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $code,)+ } }
        }
    };
}

operations! {
    /// Service alive.
    Healthz = "get_healthz";
    /// Service ready.
    Readyz = "get_readyz";
    /// Prometheus metrics.
    Metrics = "get_metrics";
    /// Public keys of access tokens.
    Jwks = "get_jwks";
    /// Zones.
    ListZones = "list_zones";
    /// One zone.
    GetZone = "get_zone";
    /// Departments.
    ListDepartments = "list_departments";
    /// Places.
    ListPlaces = "list_places";
    /// Due date of a limit.
    ComputeDue = "compute_due";
    /// Matters.
    ListMatters = "list_matters";
    /// One matter.
    GetMatter = "get_matter";
    /// Guide of a matter.
    GetMatterGuide = "get_matter_guide";
    /// Bundles.
    ListBundles = "list_bundles";
    /// One bundle.
    GetBundle = "get_bundle";
    /// Guide of a bundle.
    GetBundleGuide = "get_bundle_guide";
    /// Precheck.
    Precheck = "precheck";
    /// Tracking by number and code.
    Track = "track_submission";
    /// Login.
    CreateSession = "create_password_session";
    /// Token rotation.
    RefreshSession = "refresh_session";
    /// Logout.
    DeleteSession = "delete_current_session";
    /// The caller's account.
    GetAccount = "get_account";
    /// New draft.
    CreateApplication = "create_application";
    /// The caller's applications.
    ListApplications = "list_applications";
    /// One application.
    GetApplication = "get_application";
    /// Change a draft.
    ReviseApplication = "revise_application";
    /// Hand in a material.
    UploadMaterial = "upload_material";
    /// File it.
    SubmitApplication = "submit_application";
    /// How it stands.
    GetAssessment = "get_application_assessment";
    /// What happened.
    GetTimeline = "get_application_timeline";
    /// Cases of the desk.
    ListDeskCases = "list_desk_cases";
    /// Materials.
    ListMaterials = "list_materials";
    /// Take a material back before filing.
    RemoveMaterial = "remove_material";
    /// Its file.
    GetMaterialFile = "get_material_file";
    /// A short-lived link to its file.
    LinkMaterialFile = "link_material_file";
    /// A file by its signed link.
    GetLinkedFile = "get_linked_file";
    /// Paper taken over.
    TakePaper = "take_paper";
    /// Earlier documents of the applicant.
    ListReusableMaterials = "list_reusable_materials";
    /// Use one again.
    ReuseMaterial = "reuse_material";
    /// Text of a letter.
    GetLetter = "get_letter";
    /// Sign it.
    SignLetter = "sign_letter";
    /// Take it back.
    WithdrawLetter = "withdraw_letter";
    /// A case.
    GetCase = "get_case";
    /// The clock of a case.
    GetCaseClock = "get_case_clock";
    /// 受理.
    AcceptApplication = "accept_application";
    /// 不予受理.
    RejectApplication = "reject_application";
    /// 当场更正.
    CorrectOnSpot = "correct_on_spot";
    /// 一次性告知.
    GiveSupplementNotice = "give_supplement_notice";
    /// 补正.
    SupplementApplication = "supplement_application";
    /// 领办.
    ClaimCase = "claim_case";
    /// 移交.
    HandOverCase = "hand_over_case";
    /// 审查.
    ExamineCase = "examine_case";
    /// 特别程序开始.
    SuspendCase = "suspend_case";
    /// 特别程序结束.
    ResumeCase = "resume_case";
    /// 延长.
    ExtendCase = "extend_case";
    /// 决定.
    DecideCase = "decide_case";
    /// 出件.
    IssueApplication = "issue_application";
    /// 送达.
    DeliverApplication = "deliver_application";
    /// 撤件.
    WithdrawApplication = "withdraw_application";
    /// 确认撤件.
    ConfirmWithdrawal = "confirm_withdrawal";
    /// 事后核查.
    PostCheckCase = "post_check_case";
    /// 启动撤销程序.
    ProposeRevocation = "propose_revocation";
    /// 整改结果.
    RecordRectification = "record_rectification";
    /// 陈述申辩.
    MakeStatement = "make_statement";
    /// 撤销.
    RevokeCase = "revoke_case";
    /// 容缺逾期处理.
    CancelAcceptance = "cancel_acceptance";
    /// 终止处理.
    DiscontinueProceeding = "discontinue_proceeding";
    /// 撤回许可.
    RecallCase = "recall_case";
    /// 纠正不予决定.
    AnnulDecision = "annul_decision";
    /// Receipts.
    ListReceipts = "list_receipts";
    /// One receipt as PDF.
    GetReceipt = "get_receipt";
    /// Verify an instrument.
    VerifyInstrument = "verify_instrument";
    /// Public register of grants.
    ListRegister = "list_register";
    /// Rate a service.
    EvaluateApplication = "evaluate_application";
    /// Ratings of an application.
    ListEvaluations = "list_evaluations";
    /// A signed link for rating.
    LinkEvaluation = "link_evaluation";
    /// Rate by signed link.
    EvaluateByLink = "evaluate_by_link";
    /// Answer a bad review.
    AnswerReview = "answer_review";
    /// Honest figures.
    GetEvaluationSummary = "get_evaluation_summary";
    /// Take over what was filed on paper.
    AdoptApplication = "adopt_application";
    /// Counts of the desk.
    GetDeskSummary = "get_desk_summary";
    /// Staff to hand over to.
    ListColleagues = "list_colleagues";
    /// Duties.
    ListObligations = "list_obligations";
    /// One of them was done.
    FulfilObligation = "fulfil_obligation";
    /// Breaches.
    ListCreditRecords = "list_credit_records";
    /// Repair one.
    RepairCredit = "repair_credit";
    /// WeChat login.
    CreateWechatSession = "create_wechat_session";
    /// Move the legal clock (development only).
    SetSandboxClock = "set_sandbox_clock";
}

impl Operation {
    /// Whether anybody may call it without login.
    #[must_use]
    pub const fn is_public(self) -> bool {
        match self {
            Self::DeleteSession
            | Self::GetAccount
            | Self::CreateApplication
            | Self::ListApplications
            | Self::GetApplication
            | Self::ReviseApplication
            | Self::UploadMaterial
            | Self::SubmitApplication
            | Self::GetAssessment
            | Self::GetTimeline
            | Self::ListDeskCases
            | Self::ListMaterials
            | Self::RemoveMaterial
            | Self::GetMaterialFile
            | Self::LinkMaterialFile
            | Self::TakePaper
            | Self::ListReusableMaterials
            | Self::ReuseMaterial
            | Self::GetLetter
            | Self::SignLetter
            | Self::WithdrawLetter
            | Self::GetCase
            | Self::GetCaseClock
            | Self::AcceptApplication
            | Self::RejectApplication
            | Self::CorrectOnSpot
            | Self::GiveSupplementNotice
            | Self::SupplementApplication
            | Self::ClaimCase
            | Self::HandOverCase
            | Self::ExamineCase
            | Self::SuspendCase
            | Self::ResumeCase
            | Self::ExtendCase
            | Self::DecideCase
            | Self::IssueApplication
            | Self::DeliverApplication
            | Self::WithdrawApplication
            | Self::ConfirmWithdrawal
            | Self::PostCheckCase
            | Self::ProposeRevocation
            | Self::RecordRectification
            | Self::MakeStatement
            | Self::RevokeCase
            | Self::CancelAcceptance
            | Self::DiscontinueProceeding
            | Self::RecallCase
            | Self::AnnulDecision
            | Self::ListReceipts
            | Self::GetReceipt
            | Self::EvaluateApplication
            | Self::ListEvaluations
            | Self::LinkEvaluation
            | Self::AnswerReview
            | Self::AdoptApplication
            | Self::GetDeskSummary
            | Self::ListColleagues
            | Self::ListObligations
            | Self::FulfilObligation
            | Self::ListCreditRecords
            | Self::RepairCredit => false,
            Self::Healthz
            | Self::Readyz
            | Self::Metrics
            | Self::Jwks
            | Self::ListZones
            | Self::GetZone
            | Self::ListDepartments
            | Self::ListPlaces
            | Self::ComputeDue
            | Self::ListMatters
            | Self::GetMatter
            | Self::GetMatterGuide
            | Self::ListBundles
            | Self::GetBundle
            | Self::GetBundleGuide
            | Self::Precheck
            | Self::Track
            | Self::CreateSession
            | Self::RefreshSession
            | Self::SetSandboxClock
            | Self::GetLinkedFile
            | Self::VerifyInstrument
            | Self::ListRegister
            | Self::EvaluateByLink
            | Self::CreateWechatSession
            | Self::GetEvaluationSummary => true,
        }
    }

    /// How far `role` reaches with this operation; `None` = not at all.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "the one table, read as a whole")]
    pub const fn reach(self, role: Role) -> Option<Reach> {
        match self {
            Self::DeleteSession | Self::GetAccount => Some(Reach::Own),
            // What an applicant does with his own, and a clerk with what he files for somebody on paper.
            Self::CreateApplication
            | Self::ListApplications
            | Self::ReviseApplication
            | Self::UploadMaterial
            | Self::SubmitApplication
            | Self::RemoveMaterial
            | Self::GetLetter
            | Self::SignLetter
            | Self::WithdrawLetter
            | Self::SupplementApplication
            | Self::WithdrawApplication
            | Self::MakeStatement
            | Self::EvaluateApplication => match role {
                Role::Applicant | Role::WindowClerk => Some(Reach::Own),
                _ => None,
            },
            Self::AdoptApplication => match role {
                Role::Applicant => Some(Reach::Own),
                _ => None,
            },
            Self::GetApplication
            | Self::GetAssessment
            | Self::GetTimeline
            | Self::ListMaterials
            | Self::GetMaterialFile
            | Self::LinkMaterialFile
            | Self::GetCase
            | Self::GetCaseClock
            | Self::ListReceipts
            | Self::GetReceipt
            | Self::ListEvaluations => match role {
                Role::Applicant => Some(Reach::Own),
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk | Role::Issuer | Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                Role::CatalogueEditor | Role::CataloguePublisher | Role::ZoneAdmin | Role::SystemAdmin => None,
            },
            Self::ListDeskCases | Self::GetDeskSummary | Self::ListObligations => match role {
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
            Self::FulfilObligation => match role {
                Role::Examiner => Some(Reach::Department),
                Role::Supervisor => Some(Reach::Zone),
                _ => None,
            },
            Self::ListReusableMaterials | Self::ReuseMaterial => match role {
                Role::Applicant => Some(Reach::Own),
                Role::WindowClerk => Some(Reach::Zone),
                _ => None,
            },
            Self::TakePaper => match role {
                Role::WindowClerk => Some(Reach::Zone),
                _ => None,
            },
            // Back: the department of the case.
            Self::ExamineCase
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
            Self::IssueApplication | Self::DeliverApplication => match role {
                Role::Issuer => Some(Reach::Zone),
                _ => None,
            },
            Self::LinkEvaluation => match role {
                Role::Applicant => Some(Reach::Own),
                Role::WindowClerk | Role::Issuer => Some(Reach::Zone),
                _ => None,
            },
            Self::AnswerReview | Self::ListCreditRecords | Self::RepairCredit => match role {
                Role::Supervisor => Some(Reach::Zone),
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
