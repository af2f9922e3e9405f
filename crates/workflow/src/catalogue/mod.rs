//! Import of catalogue files.

mod import;
mod schema;

pub use import::{Complaint, File, Imported, import, read};
pub use schema::document_schema;
