//! From what use cases and the database say to problems; matched without a wildcard.

use super::{ErrorCode, ErrorDetail, Problem};
use domain::reason::Reason;
use persistence::DbError;
use persistence::file_store::FileError;
use workflow::Error;
use workflow::catalogue::Complaint;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::new(ErrorCode::NotFound),
            Error::SubjectNotInForce => Self::new(ErrorCode::SubjectNotInForce),
            Error::Forbidden => Self::new(ErrorCode::Forbidden),
            Error::NotAllowed(reason) => Self::new(ErrorCode::NotAllowed).errors(vec![place(reason)]),
            Error::NotAcceptable(reasons) => Self::new(ErrorCode::NotAcceptable).errors(reasons.into_iter().map(place).collect()),
            Error::StateForbids(reason) => Self::new(ErrorCode::StateForbids).errors(vec![place(reason)]),
            Error::NotReady(reasons) => Self::new(ErrorCode::NotReady).errors(reasons.into_iter().map(place).collect()),
            Error::Stale => Self::new(ErrorCode::StaleVersion),
            Error::KeyReused => Self::new(ErrorCode::KeyReused),
            Error::Invalid(places) => Self::new(ErrorCode::InvalidBody)
                .errors(places.into_iter().map(|i| ErrorDetail { pointer: i.pointer, code: i.code, message: i.text }).collect()),
            Error::Flawed(findings) => Self::new(ErrorCode::DocumentFlawed).errors(
                findings.into_iter().map(|f| ErrorDetail { pointer: f.pointer, code: f.code.to_owned(), message: f.text }).collect(),
            ),
            Error::Import(complaints) => {
                let place =
                    |c: Complaint| ErrorDetail { pointer: format!("{}#{}", c.file, c.pointer), code: c.code.to_owned(), message: c.reason };
                Self::new(ErrorCode::DocumentFlawed).errors(complaints.into_iter().map(place).collect())
            }
            Error::UnsupportedFile => Self::new(ErrorCode::UnsupportedMediaType).detail("只接受PDF、OFD、JPEG、PNG文件"),
            Error::UploadReused => Self::new(ErrorCode::UploadReused),
            Error::CredentialsRefused => Self::new(ErrorCode::CredentialsRefused),
            Error::AccountLocked => Self::new(ErrorCode::AccountLocked),
            Error::Busy => Self::new(ErrorCode::Busy),
            Error::Port(error) => {
                tracing::warn!(error, "an outside system failed");
                Self::new(ErrorCode::PortUnavailable)
            }
            Error::Database(error) => error.into(),
        }
    }
}

fn place(reason: Reason) -> ErrorDetail {
    ErrorDetail { pointer: String::new(), code: reason.code, message: reason.text }
}

impl From<search::SearchError> for Problem {
    fn from(error: search::SearchError) -> Self {
        tracing::error!(%error, "search failed");
        Self::new(ErrorCode::Internal)
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) | DbError::Closed => {
                tracing::error!(%error, "database unavailable");
                Self::new(ErrorCode::Unavailable)
            }
            DbError::Query(_) | DbError::Damaged(_) => {
                tracing::error!(%error, "database failed");
                Self::new(ErrorCode::Internal)
            }
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        tracing::error!(%error, "file store failed");
        match error {
            FileError::Store(_) => Self::new(ErrorCode::Unavailable),
            FileError::Damaged(_) => Self::new(ErrorCode::Internal),
        }
    }
}
