//! What stands in the files of an application and its cases.

use super::Moment;
use chrono::NaiveDate;
use domain::application::Case;
use domain::assessment::Plan;
use domain::catalogue::{CheckPoint, Matter};
use domain::flow::{
    Checkpoint, DeliveryWay, ExaminationMethod, Letter, LetterKind, Notice, NoticeItem, Obligation, ObligationKind, ObligationState,
    Proceeding, ProceedingCause, Refusal, Signatory, unticked,
};
use persistence::application::{CaseFile, CaseNote, Delivery, Paper};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// Paper taken over at the window.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Paper)]
pub struct PaperView {
    /// Code of the material.
    #[schema(example = "planning-conditions-approval")]
    pub material: String,
    /// The original, not a copy.
    pub original: bool,
    /// How many.
    #[schema(example = 1)]
    pub count: u32,
    /// Who took it.
    pub taken_by: Uuid,
    /// When.
    pub taken_at: Moment,
}

impl From<Paper> for PaperView {
    fn from(p: Paper) -> Self {
        Self { material: p.material, original: p.original, count: p.count, taken_by: p.taken_by, taken_at: p.taken_at.into() }
    }
}

/// A signed letter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Letter)]
pub struct LetterView {
    /// Kind.
    pub kind: LetterKind,
    /// The materials it is about.
    pub materials: Vec<String>,
    /// SM3 of the text signed, hexadecimal.
    pub digest: String,
    /// Who signed.
    pub signatory: Signatory,
    /// When.
    pub signed_at: Moment,
    /// Signed on paper, not electronically.
    pub on_paper: bool,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Moment>,
}

impl From<Letter> for LetterView {
    fn from(l: Letter) -> Self {
        Self {
            kind: l.kind,
            materials: l.materials,
            digest: l.digest,
            signatory: l.signatory,
            signed_at: l.signed_at.into(),
            on_paper: l.signature.is_none(),
            withdrawn_at: l.withdrawn_at.map(Moment::from),
        }
    }
}

/// A one-time notice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct NoticeView {
    /// Round, from 1.
    #[schema(example = 1)]
    pub round: u32,
    /// When it was given.
    pub given_at: Moment,
    /// Last day for the supplements.
    pub due_on: NaiveDate,
    /// Every defect.
    pub items: Vec<NoticeItem>,
    /// When the supplements came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Moment>,
}

impl From<Notice> for NoticeView {
    fn from(n: Notice) -> Self {
        Self { round: n.round, given_at: n.given_at.into(), due_on: n.due.on, items: n.items, answered_at: n.answered_at.map(Moment::from) }
    }
}

/// A dated duty.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Obligation)]
pub struct ObligationView {
    /// Identity.
    pub id: Uuid,
    /// Its case.
    pub case: Uuid,
    /// What is owed.
    pub kind: ObligationKind,
    /// In Chinese.
    #[schema(example = "事后核查")]
    pub kind_name: &'static str,
    /// `applicant`, or the code of a department.
    #[schema(example = "applicant")]
    pub owed_by: String,
    /// Code of the material, or what it is about.
    #[schema(example = "works-planning-permit")]
    pub subject: String,
    /// What it is about, in Chinese; absent where the code is all there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "建设工程规划许可证")]
    pub subject_name: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: ObligationState,
    /// Since when.
    pub opened_at: Moment,
    /// When it was done, lapsed or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Moment>,
    /// Code of the matter that is granted only once this is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "completion-acceptance")]
    pub before: Option<String>,
    /// How often more time was given.
    pub extended: u32,
    /// When more time was asked for, while nobody has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_asked_at: Option<Moment>,
}

impl From<Obligation> for ObligationView {
    fn from(o: Obligation) -> Self {
        Self {
            id: o.id,
            case: o.case,
            kind: o.new.kind,
            kind_name: o.new.kind.label(),
            owed_by: o.new.owed_by,
            subject: o.new.subject,
            subject_name: None,
            due_on: o.new.due.map(|d| d.on),
            state: o.state,
            opened_at: o.opened_at.into(),
            settled_at: o.settled_at.map(Moment::from),
            before: o.new.before,
            extended: o.extended,
            extension_asked_at: o.asked_at.map(Moment::from),
        }
    }
}

impl ObligationView {
    /// Names the materials it is about.
    #[must_use]
    pub fn named(mut self, plan: Option<&Plan>) -> Self {
        let named = plan.map(|p| self.subject.split(',').map(|code| p.name_of(code)).collect::<Vec<_>>().join("、"));
        self.subject_name = named.filter(|name| *name != self.subject);
        self
    }
}

/// An examination.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Examination)]
pub struct ExaminationView {
    /// How.
    pub method: ExaminationMethod,
    /// Its officers.
    pub officers: Vec<Uuid>,
    /// The checklist.
    pub checklist: Vec<Checkpoint>,
    /// Opinion.
    pub opinion: String,
    /// When.
    pub at: Moment,
}

/// A proceeding against the applicant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proceeding)]
pub struct ProceedingView {
    /// What set it off.
    pub cause: ProceedingCause,
    /// What was found.
    pub findings: String,
    /// When it began.
    pub opened_at: Moment,
    /// What the applicant says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concluded_at: Option<Moment>,
    /// The official who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concluded_by: Option<Uuid>,
}

impl From<Proceeding> for ProceedingView {
    fn from(p: Proceeding) -> Self {
        Self {
            cause: p.cause,
            findings: p.findings,
            opened_at: p.opened_at.into(),
            statement: p.statement,
            conclusion: p.conclusion,
            concluded_at: p.concluded_at.map(Moment::from),
            concluded_by: p.concluded_by,
        }
    }
}

/// How a result was handed over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// How.
    pub way: DeliveryWay,
    /// To whom; to the applicant himself only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Where to; to the applicant himself only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Number of the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_no: Option<String>,
    /// What the applicant paid, fen.
    #[schema(example = 0)]
    pub fee_fen: i64,
    /// When.
    pub at: Moment,
}

impl DeliveryView {
    fn shown(d: Delivery, own: bool) -> Self {
        Self {
            way: d.way,
            recipient: d.recipient.filter(|_| own),
            address: d.address.filter(|_| own),
            tracking_no: d.tracking_no,
            fee_fen: d.fee_fen,
            at: d.at.into(),
        }
    }
}

/// What is said about a case in words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseFile)]
pub struct CaseFileView {
    /// Points of the handling standard to be ticked before a grant; to staff only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<PointView>,
    /// Examinations; to staff only.
    pub examinations: Vec<ExaminationView>,
    /// Opinion of the decision; to staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opinion: Option<String>,
    /// Reasons of a refusal.
    pub refusals: Vec<Refusal>,
    /// Why the promise was missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_reason: Option<String>,
    /// Proceedings.
    pub proceedings: Vec<ProceedingView>,
    /// How the result was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryView>,
    /// Why the applicant withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_reason: Option<String>,
    /// What else was noted: findings of post-checks, hand-overs, reports; to staff only.
    pub notes: Vec<NoteView>,
}

/// A point of the handling standard.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CasePoint)]
pub struct PointView {
    /// Code.
    #[schema(example = "condition-1")]
    pub code: String,
    /// What is checked.
    #[schema(example = "建设资金已经落实")]
    pub text: String,
    /// An examination found it met.
    pub ticked: bool,
}

/// Something noted in a case's file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseNote)]
pub struct NoteView {
    /// What it is about.
    #[schema(example = "与承诺一致")]
    pub about: String,
    /// In words.
    pub text: String,
    /// Who noted it.
    pub by: Uuid,
    /// When.
    pub at: Moment,
}

impl From<CaseNote> for NoteView {
    fn from(n: CaseNote) -> Self {
        Self { about: n.about, text: n.text, by: n.by, at: n.at.into() }
    }
}

impl CaseFileView {
    /// The file as its caller sees it.
    #[must_use]
    pub fn new(file: CaseFile, (case, matter): (&Case, Option<&Matter>), own: bool, staff: bool) -> Self {
        let open: BTreeSet<&str> = matter.map(|m| unticked(case, m)).into_iter().flatten().map(|p| p.code.as_str()).collect();
        let point = |p: &CheckPoint| PointView { code: p.code.clone(), text: p.text.clone(), ticked: !open.contains(p.code.as_str()) };
        let checklist = matter.filter(|_| staff).into_iter().flat_map(Matter::examination_points).map(point).collect();
        let examination = |e: domain::flow::Examination| ExaminationView {
            method: e.method,
            officers: e.officers,
            checklist: e.checklist,
            opinion: e.opinion,
            at: e.at.into(),
        };
        Self {
            checklist,
            examinations: file.examinations.into_iter().filter(|_| staff).map(examination).collect(),
            opinion: file.opinion.filter(|_| staff),
            refusals: file.refusals,
            delay_reason: file.delay,
            proceedings: file.proceedings.into_iter().map(ProceedingView::from).collect(),
            delivery: file.delivery.map(|d| DeliveryView::shown(d, own)),
            withdrawal_reason: file.withdrawal_reason,
            notes: file.notes.into_iter().filter(|_| staff).map(NoteView::from).collect(),
        }
    }
}
