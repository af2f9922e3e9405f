//! Every operation of the API, by the name it has in the document.

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident = $code:literal $($open:ident)?;)+) => {
        /// An operation of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { $($(#[$meta])* $name,)+ }
        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// The operation id.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $code,)+ } }
            /// Whether anybody may call it without login.
            #[must_use]
            pub const fn is_public(self) -> bool { match self { $(Self::$name => operations!(@is $($open)?),)+ } }
        }
    };
    (@is open) => { true };
    (@is) => { false };
}

operations! {
    /// Service alive.
    Healthz = "get_healthz" open;
    /// Service ready.
    Readyz = "get_readyz" open;
    /// Prometheus metrics.
    Metrics = "get_metrics" open;
    /// Public keys of access tokens.
    Jwks = "get_jwks" open;
    /// Zones.
    ListZones = "list_zones" open;
    /// One zone.
    GetZone = "get_zone" open;
    /// Departments.
    ListDepartments = "list_departments" open;
    /// Places.
    ListPlaces = "list_places" open;
    /// Due date of a limit.
    ComputeDue = "compute_due" open;
    /// Matters.
    ListMatters = "list_matters" open;
    /// One matter.
    GetMatter = "get_matter" open;
    /// Guide of a matter.
    GetMatterGuide = "get_matter_guide" open;
    /// Bundles.
    ListBundles = "list_bundles" open;
    /// One bundle.
    GetBundle = "get_bundle" open;
    /// Guide of a bundle.
    GetBundleGuide = "get_bundle_guide" open;
    /// Precheck.
    Precheck = "precheck" open;
    /// Tracking by number and code.
    Track = "track_submission" open;
    /// Login.
    CreateSession = "create_password_session" open;
    /// Token rotation.
    RefreshSession = "refresh_session" open;
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
    /// How the whole has run, planned and actual.
    GetRun = "get_application_run";
    /// What withdrawing some cases would do to the others.
    GetWithdrawalEffect = "get_withdrawal_effect";
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
    GetLinkedFile = "get_linked_file" open;
    /// Paper taken over.
    TakePaper = "take_paper";
    /// What the caller owes, and until when.
    ListReminders = "list_reminders";
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
    /// 公示.
    PublishCase = "publish_case";
    /// 告知听证权利、公告听证.
    OfferHearing = "offer_hearing";
    /// 申请听证.
    RequestHearing = "request_hearing";
    /// 通知听证.
    CallHearing = "call_hearing";
    /// 登记听证笔录.
    HoldHearing = "hold_hearing";
    /// The hearing of a case, and those it concerns.
    GetHearing = "get_hearing";
    /// 告知利害关系人.
    TellInterested = "tell_interested";
    /// What is made public.
    ListPublicities = "list_publicities" open;
    /// Object to it.
    FileObjection = "file_objection";
    /// Objections to what was made public about a case.
    ListObjections = "list_objections";
    /// Answer one.
    AnswerObjection = "answer_objection";
    /// Arrange a joint look.
    OpenJointReview = "open_joint_review";
    /// Joint looks of an application.
    ListJointReviews = "list_joint_reviews";
    /// A department's opinion.
    GiveJointOpinion = "give_joint_opinion";
    /// The applicant has corrected everything.
    CorrectJointReview = "correct_joint_review";
    /// Figures about joint looks.
    GetJointFigures = "get_joint_figures" open;
    /// 特别程序开始.
    SuspendCase = "suspend_case";
    /// 特别程序结束.
    ResumeCase = "resume_case";
    /// 延长.
    ExtendCase = "extend_case";
    /// 复核同意核发后补齐.
    ApproveDeferral = "approve_deferral";
    /// Figures about how cases are handled.
    GetHandlingFigures = "get_handling_figures" open;
    /// 暂扣证照.
    SuspendLicence = "suspend_licence";
    /// 发还证照.
    RestoreLicence = "restore_licence";
    /// The caller's e-licences.
    ListLicences = "list_licences";
    /// Whether an e-licence is genuine and holds.
    VerifyLicence = "verify_licence" open;
    /// A code to show an e-licence by.
    ShowLicence = "show_licence";
    /// Use an e-licence for a case.
    UseLicence = "use_licence";
    /// Who has used an e-licence.
    ListLicenceUses = "list_licence_uses";
    /// Who read the documents of an application, and what for.
    ListMaterialUses = "list_material_uses";
    /// Bring materials by e-licence and data sharing.
    ShareMaterials = "share_materials";
    /// Sources of data, and how they are.
    ListDataSources = "list_data_sources" open;
    /// What was asked of them.
    ListShareCalls = "list_share_calls";
    /// What supervision found.
    ListFindings = "list_findings";
    /// 督办.
    UrgeFinding = "urge_finding";
    /// The department answers.
    AnswerFinding = "answer_finding";
    /// Close a finding.
    CloseFinding = "close_finding";
    /// Slots for appointments.
    ListSlots = "list_slots" open;
    /// Open one.
    OpenSlot = "open_slot";
    /// Book one.
    BookSlot = "book_slot";
    /// The caller's appointments.
    ListBookings = "list_bookings";
    /// Who comes.
    ListSlotBookings = "list_slot_bookings";
    /// Cancel an appointment.
    CancelBooking = "cancel_booking";
    /// Kept, or nobody came.
    SettleBooking = "settle_booking";
    /// Free printing.
    CountPrint = "count_print";
    /// Send results in one parcel.
    SendParcel = "send_parcel";
    /// Parcels of an application.
    ListParcels = "list_parcels";
    /// Let documents go to somebody.
    GiveConsent = "give_consent";
    /// Further help at the window.
    GiveHelp = "give_help";
    /// The applicant came to the hall.
    RecordVisit = "record_visit";
    /// What is to be entered in an outside system.
    GetEntrySheet = "get_entry_sheet";
    /// It was entered there.
    MirrorCase = "mirror_case";
    /// An outside system tells how a case stands.
    ReceiveCallback = "receive_callback" open;
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
    VerifyInstrument = "verify_instrument" open;
    /// Public register of grants.
    ListRegister = "list_register" open;
    /// Rate a service.
    EvaluateApplication = "evaluate_application";
    /// Ratings of an application.
    ListEvaluations = "list_evaluations";
    /// A signed link for rating.
    LinkEvaluation = "link_evaluation";
    /// Rate by signed link.
    EvaluateByLink = "evaluate_by_link" open;
    /// Answer a bad review.
    AnswerReview = "answer_review";
    /// Honest figures.
    GetEvaluationSummary = "get_evaluation_summary" open;
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
    /// The form to sign.
    GetApplicationForm = "get_application_form";
    /// A case as the national exchange wants it.
    GetCaseExchange = "get_case_exchange";
    /// More time is asked for.
    AskExtension = "ask_extension";
    /// It is given or not.
    AnswerExtension = "answer_extension";
    /// 依职权注销.
    CancelLicence = "cancel_licence";
    /// Breaches.
    ListCreditRecords = "list_credit_records";
    /// Repair one.
    RepairCredit = "repair_credit";
    /// WeChat login.
    CreateWechatSession = "create_wechat_session" open;
    /// Search of matters and bundles.
    SearchCatalogue = "search_catalogue" open;
    /// Projects whose approval is followed to the end.
    ListProjectLoops = "list_project_loops";
    /// Figures over all of them.
    GetProjectLoopFigures = "get_project_loop_figures" open;
    /// Follow a project.
    OpenProjectLoop = "open_project_loop";
    /// Change it.
    ChangeProjectLoop = "change_project_loop";
    /// The base catalogue.
    GetBaseCatalogue = "get_base_catalogue" open;
    /// Publish it.
    PublishBaseCatalogue = "publish_base_catalogue";
    /// Which agency does it.
    ChooseAgency = "choose_agency";
    /// Handbook of a bundle.
    GetBundleHandbook = "get_bundle_handbook" open;
    /// Everything a matter needs, on one sheet.
    GetMatterNotice = "get_matter_notice" open;
    /// Everything a bundle needs, on one sheet.
    GetBundleNotice = "get_bundle_notice" open;
    /// One department.
    GetDepartment = "get_department" open;
    /// Services of agencies.
    ListIntermediaryServices = "list_intermediary_services" open;
    /// Figures about the catalogue.
    GetCatalogueFigures = "get_catalogue_figures" open;
    /// Delegated matters.
    ListDelegatedMatters = "list_delegated_matters" open;
    /// Counts of delegated matters.
    GetDelegatedSummary = "get_delegated_summary" open;
    /// What went in and out.
    ListDelegationAdjustments = "list_delegation_adjustments" open;
    /// Reform tasks.
    ListReformTasks = "list_reform_tasks" open;
    /// Versions of a matter.
    ListMatterVersions = "list_matter_versions" open;
    /// One version of a matter.
    GetMatterVersion = "get_matter_version" open;
    /// What changed between two versions of a matter.
    DiffMatterVersions = "diff_matter_versions" open;
    /// Versions of a bundle.
    ListBundleVersions = "list_bundle_versions" open;
    /// One version of a bundle.
    GetBundleVersion = "get_bundle_version" open;
    /// What changed between two versions of a bundle.
    DiffBundleVersions = "diff_bundle_versions" open;
    /// Begin a draft of a matter.
    BeginMatterDraft = "begin_matter_draft";
    /// Begin a draft of a bundle.
    BeginBundleDraft = "begin_bundle_draft";
    /// Begin a draft of the zone's profile.
    BeginProfileDraft = "begin_profile_draft";
    /// Change a draft.
    ReviseDraft = "revise_draft";
    /// 送审.
    SubmitDraft = "submit_draft";
    /// Throw a draft away.
    DiscardDraft = "discard_draft";
    /// Drafts.
    ListDrafts = "list_drafts";
    /// One draft with everything to be said about it.
    GetDraft = "get_draft";
    /// 退回.
    ReturnDraft = "return_draft";
    /// 发布.
    PublishDraft = "publish_draft";
    /// End a matter.
    RetireMatter = "retire_matter";
    /// End a bundle.
    RetireBundle = "retire_bundle";
    /// Where the zone differs from the base catalogue.
    UnifyCheck = "check_unified_elements";
    /// Import files.
    ImportCatalogue = "import_catalogue";
    /// Export files.
    ExportCatalogue = "export_catalogue";
    /// 能进能出.
    AdjustDelegation = "adjust_delegation";
    /// Move a delegated matter on its way.
    MoveDelegatedMatter = "move_delegated_matter";
    /// Accounts in outside systems.
    ListSystemAccounts = "list_system_accounts";
    /// Ask for one.
    RequestSystemAccount = "request_system_account";
    /// Given, taken back, trained.
    ChangeSystemAccount = "change_system_account";
    /// Enter a reform task.
    BeginReformTask = "begin_reform_task";
    /// Say how far it is.
    ProgressReformTask = "progress_reform_task";
    /// Move the legal clock (development only).
    SetSandboxClock = "set_sandbox_clock" open;
}
