//! The one table of error codes.

use actix_web::http::StatusCode;
use std::fmt::Write;

macro_rules! error_codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $status:ident, $title:literal, $when:literal;)+) => {
        /// Every error code: name, status, title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $(#[doc = $when] $name,)+ }
        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $code,)+ } }
            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> StatusCode { match self { $(Self::$name => StatusCode::$status,)+ } }
            /// The Chinese title.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title,)+ } }
            const fn when(self) -> &'static str { match self { $(Self::$name => $when,)+ } }
        }
    };
}

error_codes! {
    BadJson = "bad_json", BAD_REQUEST, "请求内容无法读取", "The body is not JSON, is cut off, or nests too deeply.";
    BadEncoding = "bad_encoding", BAD_REQUEST, "请求内容不是UTF-8编码", "The body is not UTF-8.";
    BadUpload = "bad_upload", BAD_REQUEST, "上传内容无法读取", "The multipart body is broken or does not hold exactly one file.";
    BadCursor = "bad_cursor", BAD_REQUEST, "翻页游标无效", "The cursor was not issued for this list.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "请先登录", "No access token, or one that is expired, revoked or not ours.";
    CredentialsRefused = "credentials_refused", UNAUTHORIZED, "用户名、密码或令牌不正确", "Login name, password or refresh token do not fit.";
    Forbidden = "forbidden", FORBIDDEN, "没有权限", "The caller may see the thing but not do this to it.";
    NotAllowed = "not_allowed", FORBIDDEN, "不符合办理权限规则", "The caller holds the role, but a rule of separation, window or mandate forbids it here.";
    LoginBlocked = "login_blocked", FORBIDDEN, "该微信用户被限制登录", "WeChat blocks this person.";
    LoginCodeInvalid = "login_code_invalid", UNAUTHORIZED, "登录凭证无效", "The WeChat login code is invalid, expired or used.";
    LinkExpired = "link_expired", NOT_FOUND, "链接无效或者已过期", "The signed link is wrong or no longer holds.";
    NotFound = "not_found", NOT_FOUND, "没有找到", "It does not exist, or the caller may not see it.";
    TrackRefused = "track_refused", NOT_FOUND, "编号或查询码不正确", "Number and tracking code do not belong together.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "不支持的请求方法", "The path exists, the method does not.";
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "请求超时", "The request took too long to arrive or to answer.";
    StateForbids = "state_forbids", CONFLICT, "当前状态不允许此操作", "The state of the resource forbids the act.";
    NotReady = "not_ready", CONFLICT, "申请尚不能提交", "The draft can't be filed yet; `errors` says what is missing.";
    NotAcceptable = "not_acceptable", CONFLICT, "尚不符合受理条件", "Something is missing; `errors` names everything.";
    UploadReused = "upload_reused", CONFLICT, "上传编号已用于其他文件", "The upload id names another file already.";
    StaleVersion = "stale_version", PRECONDITION_FAILED, "内容已被修改，请刷新后重试", "If-Match names another version than the current one.";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "请求内容过大", "The body or file exceeds the limit.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "不支持的内容类型", "The content type, or the file's true type, is not taken.";
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY, "请求内容有误", "The body is readable but wrong; `errors` points at each place.";
    FileInfected = "file_infected", UNPROCESSABLE_ENTITY, "文件未通过安全检查", "The virus scanner found something in the file; nothing was kept.";
    InvalidQuery = "invalid_query", UNPROCESSABLE_ENTITY, "查询条件有误", "A query parameter or header value is readable but wrong.";
    DocumentFlawed = "document_flawed", UNPROCESSABLE_ENTITY, "目录内容有误，不能送审或者发布", "A catalogue document can't be published as it stands; `errors` points into the document.";
    SubjectNotInForce = "matter_not_in_force", UNPROCESSABLE_ENTITY, "事项不存在或者未生效", "The matter or bundle named is not in force in this zone.";
    CalendarMissing = "calendar_missing", UNPROCESSABLE_ENTITY, "该年度工作日历尚未发布", "The calendar of a day counted is not loaded.";
    KeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "幂等键已用于其他请求", "The Idempotency-Key was used for another request.";
    KeyRequired = "idempotency_key_required", PRECONDITION_REQUIRED, "缺少Idempotency-Key", "The operation needs an Idempotency-Key header.";
    MatchRequired = "if_match_required", PRECONDITION_REQUIRED, "缺少If-Match", "The operation needs an If-Match header.";
    AccountLocked = "account_locked", TOO_MANY_REQUESTS, "失败次数过多，请稍后再试", "Too many failed logins; the account is locked for a while.";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "请求过于频繁", "Too many failed attempts from here or for this number.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "系统内部错误", "Something failed on our side; the trace id finds it in the log.";
    RangeInvalid = "range_invalid", RANGE_NOT_SATISFIABLE, "请求的字节范围无效", "The range lies outside of the file or can't be read.";
    Busy = "busy", SERVICE_UNAVAILABLE, "系统繁忙，请稍后再试", "As much is going on as the server takes at a time.";
    PortUnavailable = "port_unavailable", SERVICE_UNAVAILABLE, "外部系统暂不可用，请稍后再试或者到窗口办理", "An outside system is down or not set up; its fallback applies.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "服务暂不可用", "The database can't be reached, or the server is stopping.";
}

/// The reference page of all codes, Markdown; `docs/errors.md` equals it.
#[must_use]
pub fn error_page() -> String {
    let mut page = String::from(
        "# Error codes\n\nEvery refused request answers `application/problem+json` (RFC 9457) with one of these codes. \
         Generated from the table in `crates/http/src/problem/code.rs`.\n\n| code | status | title | when |\n|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let _ = writeln!(page, "| `{}` | {} | {} | {} |", code.as_str(), code.status().as_u16(), code.title(), code.when());
    }
    page
}
