//! Permissions as types: a handler says in its signature which operation it is.

use domain::access::Operation;

/// A permission.
pub trait Permission: 'static {
    /// The operation it opens.
    const OPERATION: Operation;
}

macro_rules! permissions {
    ($($name:ident),+ $(,)?) => {
        $(
            #[doc = concat!("Permission for `Operation::", stringify!($name), "`.")]
            pub struct $name;
            impl Permission for $name {
                const OPERATION: Operation = Operation::$name;
            }
        )+
    };
}

permissions! {
    Healthz, Readyz, Metrics, Jwks, ListZones, GetZone, ListDepartments, ListPlaces, ComputeDue, ListMatters, GetMatter, GetMatterGuide, ListBundles, GetBundle, GetBundleGuide, Precheck, Track, CreateSession, RefreshSession, DeleteSession, GetAccount, CreateApplication, ListApplications, GetApplication, ReviseApplication, UploadMaterial, SubmitApplication, GetAssessment, GetTimeline, GetRun, GetEntrySheet, MirrorCase, ReceiveCallback, ListSlots, OpenSlot, BookSlot, ListBookings, ListSlotBookings, CancelBooking, SettleBooking, CountPrint, SendParcel, ListParcels, GiveConsent, GiveHelp, RecordVisit, ListFindings, UrgeFinding, AnswerFinding, CloseFinding, SuspendLicence, RestoreLicence, ListLicences, VerifyLicence, ShowLicence, UseLicence, ListLicenceUses, ListMaterialUses, ShareMaterials, ListDataSources, ListShareCalls, ApproveDeferral, GetHandlingFigures, PublishCase, OfferHearing, RequestHearing, CallHearing, HoldHearing, GetHearing, TellInterested, ListPublicities, FileObjection, ListObjections, AnswerObjection, OpenJointReview, ListJointReviews, GiveJointOpinion, CorrectJointReview, GetJointFigures, GetWithdrawalEffect, ListDeskCases, ListReminders, ListMaterials, RemoveMaterial, GetMaterialFile, LinkMaterialFile, GetLinkedFile, TakePaper, ListReusableMaterials, ReuseMaterial, GetLetter, GetApplicationForm, SignLetter, WithdrawLetter, GetCase, GetCaseClock, GetCaseExchange, AcceptApplication, RejectApplication, CorrectOnSpot, GiveSupplementNotice, SupplementApplication, ClaimCase, HandOverCase, ExamineCase, SuspendCase, ResumeCase, ExtendCase, DecideCase, IssueApplication, DeliverApplication, WithdrawApplication, ConfirmWithdrawal, PostCheckCase, ProposeRevocation, RecordRectification, MakeStatement, RevokeCase, CancelAcceptance, DiscontinueProceeding, RecallCase, AnnulDecision, ListReceipts, GetReceipt, VerifyInstrument, ListRegister, EvaluateApplication, ListEvaluations, LinkEvaluation, EvaluateByLink, AnswerReview, GetEvaluationSummary, AdoptApplication, GetDeskSummary, ListColleagues, ListObligations, FulfilObligation, AskExtension, AnswerExtension, CancelLicence, ListCreditRecords, RepairCredit, CreateWechatSession, SetSandboxClock,
    ListProjectLoops, GetProjectLoopFigures, OpenProjectLoop, ChangeProjectLoop, GetBaseCatalogue, PublishBaseCatalogue, ChooseAgency, SearchCatalogue, GetBundleHandbook, GetMatterNotice, GetBundleNotice, GetDepartment, ListIntermediaryServices, GetCatalogueFigures, ListDelegatedMatters, GetDelegatedSummary, ListDelegationAdjustments, ListReformTasks, ListMatterVersions, GetMatterVersion, DiffMatterVersions, ListBundleVersions, GetBundleVersion, DiffBundleVersions, BeginMatterDraft, BeginBundleDraft, BeginProfileDraft, ReviseDraft, SubmitDraft, DiscardDraft, ListDrafts, GetDraft, ReturnDraft, PublishDraft, RetireMatter, RetireBundle, UnifyCheck, ImportCatalogue, ExportCatalogue, AdjustDelegation, MoveDelegatedMatter, ListSystemAccounts, RequestSystemAccount, ChangeSystemAccount, BeginReformTask, ProgressReformTask,
}
