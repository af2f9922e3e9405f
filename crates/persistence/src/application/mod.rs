//! Applications: a narrow row that changes state, wide sealed contents beside it.

mod case;
mod case_file;
mod clock;
mod content;
mod filed;
mod insert;
mod list;
mod read;
mod save;

pub use case::{
    find_application_of, insert_cases, list_cases, list_of_project, list_open_of_project, list_provisional, list_renewing, save_case,
};
pub use case_file::{CaseFile, CaseNote, Delivery, HearingFile, InterestedParty, find_case_file, save_case_file};
pub use clock::{insert_clock_entry, list_clock, list_clocks};
pub use content::{ChosenAgency, Consent, Content, Help, Paper, Visit};
pub use filed::{count_filed, first_filed};
pub use insert::{insert, insert_account};
pub use list::{
    COUNTED, DeskCase, DeskFilter, DeskPosition, ListedApplication, count_desk_cases, count_mine, list_desk_cases, list_mine,
    list_to_supplement,
};
pub use read::{find_tracked, find_visible, lock, lock_unscoped_whole};
pub use save::{save, save_content};

use crate::engine::{At, Code, Id};
use crate::event::{Head, Stream};
use crate::schema::applications;
use diesel::prelude::*;
use domain::access::Reach;
use domain::application::{ApplicationState, FilingChannel, SubjectKind};
use domain::event::StreamKind;
use domain::local_time::Instant;
use uuid::Uuid;

/// The narrow facts of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Zone.
    pub zone: i32,
    /// Identity.
    pub id: Uuid,
    /// 申办流水号, from submission.
    pub submission_no: Option<String>,
    /// Where it stands.
    pub state: ApplicationState,
    /// How it was filed.
    pub channel: FilingChannel,
    /// Matter or bundle.
    pub subject_kind: SubjectKind,
    /// Its code.
    pub subject_code: String,
    /// The pinned bundle version, from submission.
    pub bundle_version_id: Option<Uuid>,
    /// The account that filed it.
    pub filed_by: Uuid,
    /// Project name, plain.
    pub project_name: Option<String>,
    /// Project code, plain.
    pub project_code: Option<String>,
    /// Counter of the tracking code.
    pub track_counter: i32,
    /// Counts changes.
    pub version: i64,
    /// The last event of its stream.
    pub head: Head,
    /// When the draft was begun.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Legal moment of receipt.
    pub received_at: Option<Instant>,
    /// When the receipt was keyed.
    pub recorded_at: Option<Instant>,
}

impl Application {
    /// Its chain of events.
    #[must_use]
    pub fn stream(&self) -> Stream {
        Stream { zone: self.zone, kind: StreamKind::Application, id: self.id }
    }
}

/// Who asks, and how far he reaches: the filter of every read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The caller's account.
    pub account: Uuid,
    /// How far.
    pub reach: Reach,
    /// The caller's departments.
    pub departments: Vec<String>,
}

impl Application {
    /// Keyed in at a window by this clerk for an applicant on paper: he is not the applicant.
    #[must_use]
    pub fn keyed_by(&self, account: Uuid) -> bool {
        self.channel == FilingChannel::Window && self.filed_by == account
    }
}

impl Scope {
    /// Whether it reaches what belongs to a department: an officer's reaches his own departments only.
    #[must_use]
    pub fn covers(&self, department: &str) -> bool {
        self.reach != Reach::Department || self.departments.iter().any(|d| d == department)
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    id: Id,
    submission_no: Option<String>,
    state: Code<ApplicationState>,
    channel: Code<FilingChannel>,
    subject_kind: Code<SubjectKind>,
    subject_code: String,
    bundle_version_id: Option<Id>,
    filed_by: Id,
    project_name: Option<String>,
    project_code: Option<String>,
    track_counter: i32,
    version: i64,
    event_seq: i64,
    event_hash: Vec<u8>,
    created_at: At,
    updated_at: At,
    received_at: Option<At>,
    recorded_at: Option<At>,
}

impl From<Row> for Application {
    fn from(row: Row) -> Self {
        Self {
            zone: row.zone_id,
            id: row.id.0,
            submission_no: row.submission_no,
            state: row.state.0,
            channel: row.channel.0,
            subject_kind: row.subject_kind.0,
            subject_code: row.subject_code,
            bundle_version_id: row.bundle_version_id.map(|i| i.0),
            filed_by: row.filed_by.0,
            project_name: row.project_name,
            project_code: row.project_code,
            track_counter: row.track_counter,
            version: row.version,
            head: Head { seq: row.event_seq, hash: row.event_hash },
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            received_at: row.received_at.map(|a| a.0),
            recorded_at: row.recorded_at.map(|a| a.0),
        }
    }
}

impl From<&Application> for Row {
    fn from(a: &Application) -> Self {
        Self {
            zone_id: a.zone,
            id: Id(a.id),
            submission_no: a.submission_no.clone(),
            state: Code(a.state),
            channel: Code(a.channel),
            subject_kind: Code(a.subject_kind),
            subject_code: a.subject_code.clone(),
            bundle_version_id: a.bundle_version_id.map(Id),
            filed_by: Id(a.filed_by),
            project_name: a.project_name.clone(),
            project_code: a.project_code.clone(),
            track_counter: a.track_counter,
            version: a.version,
            event_seq: a.head.seq,
            event_hash: a.head.hash.clone(),
            created_at: At(a.created_at),
            updated_at: At(a.updated_at),
            received_at: a.received_at.map(At),
            recorded_at: a.recorded_at.map(At),
        }
    }
}
