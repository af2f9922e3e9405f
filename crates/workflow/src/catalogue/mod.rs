//! The catalogue as something people work on: import, drafts, publication, registers.

mod archive;
mod base;
mod delegation;
mod document;
mod draft;
mod findings;
mod import;
mod project;
mod reform;
mod schema;
mod workbook;

pub use archive::{ArchivePart, pack, unpack};
pub use base::publish_base;
pub use delegation::{Adjusting, AdjustmentLine, adjust, change_account, move_matter, request_account};
pub use document::{Document, read_document};
pub use draft::{
    DraftRevision, Editing, NewDraft, begin_draft, discard_draft, publish_draft, retire, return_draft, revise_draft, submit_draft,
};
pub use findings::findings;
pub use import::{Change, Complaint, File, Imported, Importing, Reading, import, preview, read};
pub use project::{NewProject, ProjectChange, change_project, open_project};
pub use reform::{NewTask, begin_task, progress_task};
pub use schema::document_schema;
pub use workbook::{read_workbook, write_workbook};

use domain::event::{EventKind, StreamKind};
use persistence::catalogue::stream_id;
use persistence::event::{self, Actor, NewEvent, Stream};
use persistence::{DbError, Tx, catalogue};
use serde_json::Value;

/// What is done to a zone's catalogue stands in one order.
fn in_order(tx: &mut Tx<'_>, zone: i32) -> Result<(), DbError> {
    catalogue::lock(tx, zone)
}

/// Records one event in the stream of a zone's catalogue; [`in_order`] comes first.
fn record(tx: &mut Tx<'_>, zone: i32, kind: EventKind, payload: Value, actor: &Actor) -> Result<(), DbError> {
    let stream = Stream { zone, kind: StreamKind::Catalogue, id: stream_id(zone) };
    let mut head = event::head(tx, stream)?;
    let occurred_at = tx.now();
    event::append(tx, stream, &mut head, actor, vec![NewEvent { kind, occurred_at, payload }])
}
