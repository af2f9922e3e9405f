//! What is recorded: kinds of streams and events.

codes! {
    /// What a chain of events is about.
    pub enum StreamKind {
        /// An application and its cases.
        Application = "application", "申报";
        /// A zone's catalogue.
        Catalogue = "catalogue", "目录";
        /// An account.
        Account = "account", "账户";
    }
}

codes! {
    /// What happened. The label is what the applicant reads in the timeline.
    pub enum EventKind {
        /// A draft was begun.
        ApplicationCreated = "application_created", "开始填写";
        /// Form, answers or parties changed.
        ApplicationRevised = "application_revised", "修改申请";
        /// A material was handed in.
        MaterialUploaded = "material_uploaded", "上传材料";
        /// Filed.
        ApplicationSubmitted = "application_submitted", "提交申请";
        /// A case was taken in.
        CaseReceived = "case_received", "收件";
        /// A case was accepted because no notice came in time.
        CaseDeemedAccepted = "case_deemed_accepted", "逾期未告知，视为受理";
        /// A licence was renewed because nothing was decided before its end.
        CaseRenewedBySilence = "case_renewed_by_silence", "逾期未决定，视为准予延续";
        /// Whether a licence that is to be renewed still holds was looked at again.
        RenewalChecked = "renewal_checked", "核对待延续的证照";
        /// A material was taken back before filing.
        MaterialRemoved = "material_removed", "撤回材料";
        /// Somebody else than its owner read a file.
        MaterialRead = "material_read", "工作人员查阅材料";
        /// Paper was taken over at the window.
        PaperTaken = "paper_taken", "窗口收取纸质材料";
        /// A letter was signed.
        LetterSigned = "letter_signed", "签署承诺书";
        /// A letter was taken back.
        LetterWithdrawn = "letter_withdrawn", "撤回承诺";
        /// A case was accepted.
        CaseAccepted = "case_accepted", "受理";
        /// A case was not taken up.
        CaseRejected = "case_rejected", "不予受理";
        /// A case that waits was accepted together with the rest.
        CaseAcceptedAhead = "case_accepted_ahead", "统一受理，待前序事项办结后起算";
        /// A case ended because one before it failed.
        CaseStopped = "case_stopped", "前序事项未获准，终止";
        /// A case waits again: what had stopped it was put right.
        CaseResumed = "case_resumed", "恢复等待前序事项";
        /// Something about a case was made public.
        PublicityOpened = "publicity_opened", "公示";
        /// Its last day is over.
        PublicityEnded = "publicity_ended", "公示期满";
        /// Somebody objected.
        ObjectionFiled = "objection_filed", "收到异议";
        /// An objection was answered.
        ObjectionAnswered = "objection_answered", "异议处理";
        /// A joint look was arranged.
        JointReviewOpened = "joint_review_opened", "组织联合办理";
        /// A department gave its opinion.
        JointOpinionGiven = "joint_opinion_given", "部门出具意见";
        /// The corrections were put in one list.
        CorrectionsListed = "corrections_listed", "一次性告知整改清单";
        /// The applicant has corrected everything.
        CorrectionsMade = "corrections_made", "完成整改，申请复查";
        /// A joint look was passed.
        JointReviewPassed = "joint_review_passed", "联合办理通过";
        /// The colour of a deadline changed.
        LightChanged = "light_changed", "期限灯色变化";
        /// Supervision urged a department.
        FindingUrged = "finding_urged", "督办";
        /// The department answered.
        FindingAnswered = "finding_answered", "督办回复";
        /// Supervision closed a finding.
        FindingClosed = "finding_closed", "监察事项办结";
        /// A parcel with the results was ordered.
        ParcelOrdered = "parcel_ordered", "寄出结果";
        /// Where the parcel is.
        ParcelMoved = "parcel_moved", "物流更新";
        /// The owner agreed that his document goes to somebody.
        ConsentGiven = "consent_given", "同意提供资料";
        /// The applicant came to the hall for it.
        VisitRecorded = "visit_recorded", "到现场办理";
        /// Further help was given.
        HelpGiven = "help_given", "帮办其他事项";
        /// A project is followed, or changed.
        ProjectLoopChanged = "project_loop_changed", "闭环审批项目变更";
        /// The applicant chose who does a service.
        AgencyChosen = "agency_chosen", "选定中介服务机构";
        /// A case is handled in an outside system.
        CaseMirrored = "case_mirrored", "转由外部系统办理";
        /// The right to be heard was told, or a hearing announced.
        HearingOffered = "hearing_offered", "告知听证权利";
        /// Somebody asked to be heard.
        HearingRequested = "hearing_requested", "申请听证";
        /// Nobody did in time.
        HearingDeclined = "hearing_declined", "期限内未申请听证";
        /// Time and place were told.
        HearingCalled = "hearing_called", "通知听证";
        /// It was held.
        HearingHeld = "hearing_held", "举行听证";
        /// Somebody whom the grant concerns was told, or heard (行政许可法 36).
        InterestedTold = "interested_told", "告知利害关系人";
        /// The applicant was reminded of a term.
        ReminderGiven = "reminder_given", "期限提醒";
        /// The applicant was warned for false materials (行政许可法 78).
        ApplicantWarned = "applicant_warned", "因虚假材料给予警告";
        /// The outside system told how the case stands there.
        OutsideTold = "outside_told", "外部系统回传";
        /// The sheet with what is to be entered there was read.
        EntrySheetRead = "entry_sheet_read", "查看录入单";
        /// Something was corrected on the spot.
        CorrectedOnSpot = "corrected_on_spot", "当场更正";
        /// A one-time notice was given.
        NoticeGiven = "notice_given", "一次性告知补正";
        /// Supplements arrived.
        SupplementReceived = "supplement_received", "收到补正材料";
        /// The term for supplements ran out.
        CaseTreatedAsWithdrawn = "case_treated_as_withdrawn", "逾期未补正，视为撤回申请";
        /// A case was taken on.
        CaseClaimed = "case_claimed", "领办";
        /// A case was handed over.
        CaseHandedOver = "case_handed_over", "移交";
        /// A case was examined.
        CaseExamined = "case_examined", "审查";
        /// The clock stopped.
        ClockSuspended = "clock_suspended", "启动特别程序";
        /// The clock goes on.
        ClockResumed = "clock_resumed", "特别程序结束";
        /// The limit was extended.
        ClockExtended = "clock_extended", "延长办理期限";
        /// A due date moved because a calendar was published.
        DeadlineMoved = "deadline_moved", "期限随工作日历调整";
        /// A second official agreed that the grant goes before a deferred material.
        DeferralApproved = "deferral_approved", "复核同意核发后补齐";
        /// A deferred material came as the result of another matter.
        DeferralMet = "deferral_met", "容缺材料由办理结果补齐";
        /// Granted.
        CaseGranted = "case_granted", "准予";
        /// Refused.
        CaseRefused = "case_refused", "不予";
        /// The result was made out.
        ResultIssued = "result_issued", "出件";
        /// The result reached the applicant.
        ResultDelivered = "result_delivered", "送达";
        /// The applicant asked to withdraw.
        WithdrawalRequested = "withdrawal_requested", "申请撤件";
        /// Withdrawn.
        CaseWithdrawn = "case_withdrawn", "撤件";
        /// A refusal was put right.
        DecisionAnnulled = "decision_annulled", "纠正不予决定，继续办理";
        /// A duty came to be.
        ObligationOpened = "obligation_opened", "产生后续义务";
        /// A duty was done.
        ObligationFulfilled = "obligation_fulfilled", "义务已履行";
        /// A duty ended without being done: what it was for has ended.
        ObligationCancelled = "obligation_cancelled", "义务取消";
        /// The term of a duty ran out.
        ObligationLapsed = "obligation_lapsed", "义务逾期";
        /// A post-check was recorded.
        PostCheckRecorded = "post_check_recorded", "事后核查";
        /// A proceeding began.
        ProceedingOpened = "proceeding_opened", "启动处理程序，可以陈述申辩";
        /// The result of an order to rectify.
        RectificationRecorded = "rectification_recorded", "整改结果";
        /// The applicant spoke.
        StatementMade = "statement_made", "陈述申辩";
        /// A proceeding ended without consequence.
        ProceedingDiscontinued = "proceeding_discontinued", "处理程序终止";
        /// Materials were brought by e-licence or data sharing.
        MaterialsShared = "materials_shared", "电子证照、数据共享取得材料";
        /// An e-licence was used for a case.
        LicenceUsed = "licence_used", "使用电子证照";
        /// A certificate was suspended.
        LicenceSuspended = "licence_suspended", "暂扣证照";
        /// The authority cancelled a certificate.
        LicenceCancelled = "licence_cancelled", "注销证照";
        /// More time was asked for.
        ExtensionAsked = "extension_asked", "申请延期";
        /// More time was given.
        ObligationExtended = "obligation_extended", "同意延期";
        /// It was not.
        ExtensionRefused = "extension_refused", "不同意延期";
        /// A certificate was given back.
        LicenceRestored = "licence_restored", "发还证照";
        /// A grant was revoked.
        GrantRevoked = "grant_revoked", "撤销许可";
        /// A grant was recalled.
        GrantRecalled = "grant_recalled", "撤回许可";
        /// An acceptance was cancelled, or its like, because a deferral lapsed.
        DeferralConsequence = "deferral_consequence", "容缺逾期处理决定";
        /// A breach or bar was recorded.
        CreditRecorded = "credit_recorded", "信用记录";
        /// A breach was repaired.
        CreditRepaired = "credit_repaired", "信用修复";
        /// A service was rated.
        ServiceEvaluated = "service_evaluated", "评价";
        /// A bad review was answered.
        ReviewAnswered = "review_answered", "差评整改反馈";
        /// Closed and archived.
        ApplicationArchived = "application_archived", "办结归档";
        /// It goes on again.
        ApplicationReopened = "application_reopened", "重新办理";
        /// A filed application was taken over by its applicant's account.
        ApplicationAdopted = "application_adopted", "关联到本人账户";
        /// An account was linked with an outside identity.
        AccountLinked = "account_linked", "绑定登录方式";
        /// A catalogue was imported.
        CatalogueImported = "catalogue_imported", "导入目录";
        /// A draft of a catalogue document was begun.
        DraftBegun = "draft_begun", "起草目录";
        /// It was changed.
        DraftRevised = "draft_revised", "修改目录稿";
        /// It was thrown away.
        DraftDiscarded = "draft_discarded", "删除目录稿";
        /// A draft was handed to the publisher.
        DraftSubmitted = "draft_submitted", "目录送审";
        /// A draft was handed back.
        DraftReturned = "draft_returned", "目录退回";
        /// A catalogue document was published.
        CataloguePublished = "catalogue_published", "发布目录";
        /// A catalogue document was ended.
        CatalogueRetired = "catalogue_retired", "停用目录";
        /// Delegated matters went in or out.
        DelegationAdjusted = "delegation_adjusted", "调整赋权事项";
        /// A delegated matter moved on its way.
        DelegationMoved = "delegation_moved", "赋权事项承接";
        /// A clerk's account in an outside system changed.
        SystemAccountChanged = "system_account_changed", "业务系统账号变动";
        /// A reform task moved.
        ReformTaskChanged = "reform_task_changed", "改革任务进展";
        /// An account was opened.
        AccountCreated = "account_created", "开立账户";
        /// A session began.
        SessionStarted = "session_started", "登录";
        /// A session was ended.
        SessionRevoked = "session_revoked", "退出登录";
        /// A rotated refresh token was used again: the session is ended.
        RefreshTokenReused = "refresh_token_reused", "检测到令牌重复使用，会话已终止";
    }
}
