//! Why a use case did nothing.

use crate::catalogue::Complaint;
use domain::catalogue::Finding;
use domain::reason::Reason;
use persistence::DbError;

/// One thing wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// JSON Pointer into the request body.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// Chinese text.
    pub text: String,
}

impl Invalid {
    /// Builds one from its parts.
    pub fn new(pointer: impl Into<String>, code: &str, text: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), text: text.into() }
    }
}

/// Why a use case did nothing; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the caller may not see it.
    #[error("not found")]
    NotFound,
    /// The matter or bundle is not in force.
    #[error("subject is not in force")]
    SubjectNotInForce,
    /// The caller sees it but may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The caller sees it, holds the role, and still may not do this here.
    #[error("not allowed: {0:?}")]
    NotAllowed(Reason),
    /// The filing can't be accepted as it stands.
    #[error("not acceptable")]
    NotAcceptable(Vec<Reason>),
    /// The state forbids it.
    #[error("state forbids: {0:?}")]
    StateForbids(Reason),
    /// It can't be filed as it stands.
    #[error("not ready to submit")]
    NotReady(Vec<Reason>),
    /// The version given is not the current one.
    #[error("stale version")]
    Stale,
    /// The idempotency key was used for another request.
    #[error("idempotency key reused")]
    KeyReused,
    /// What was sent is readable but wrong.
    #[error("invalid: {0:?}")]
    Invalid(Vec<Invalid>),
    /// A catalogue document can't be published as it stands.
    #[error("flawed document")]
    Flawed(Vec<Finding>),
    /// An import can't be done as it stands.
    #[error("import refused")]
    Import(Vec<Complaint>),
    /// The file is not of a kind that is taken.
    #[error("unsupported file")]
    UnsupportedFile,
    /// The upload id names another file already.
    #[error("upload id reused")]
    UploadReused,
    /// Name, password or token do not fit.
    #[error("credentials refused")]
    CredentialsRefused,
    /// Too many failures; the account is locked for a while.
    #[error("account locked")]
    AccountLocked,
    /// The server is busy with as much as it takes at a time.
    #[error("busy")]
    Busy,
    /// An outside system failed.
    #[error("port: {0}")]
    Port(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}
