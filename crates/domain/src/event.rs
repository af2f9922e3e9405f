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
        /// A catalogue was imported.
        CatalogueImported = "catalogue_imported", "导入目录";
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
