//! Applications.

use super::case::CaseView;
use super::case_file::{LetterView, NoticeView, PaperView};
use super::{Moment, Seat, masked};
use chrono::NaiveDate;
use domain::access::Reach;
use domain::application::{Action, ApplicationState, FilingChannel, Party, SubjectKind, Viewer, application_actions, next_step};
use domain::catalogue::Catalogue;
use domain::flow::Mandate;
use persistence::application::{ChosenAgency, ListedApplication, Scope};
use persistence::material::Material;
use persistence::seal::Keys;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::{Dossier, ZoneSnapshot};

/// Visits to the hall (跑动次数).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Visits)]
pub struct VisitsView {
    /// At most so many were promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    promised: Option<u8>,
    /// So many were made.
    made: usize,
}

/// Who does a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChosenAgency)]
pub struct AgencyView {
    /// Code of the service.
    #[schema(example = "drawing-review")]
    service: String,
    /// Its name.
    #[schema(example = "施工图设计文件审查")]
    name: String,
    /// Name of the agency.
    #[schema(example = "示例审图机构")]
    agency: String,
    /// When it was chosen.
    chosen_at: Moment,
}

impl From<&ChosenAgency> for AgencyView {
    fn from(a: &ChosenAgency) -> Self {
        Self { service: a.service.clone(), name: a.name.clone(), agency: a.agency.clone(), chosen_at: a.chosen_at.into() }
    }
}

/// An application as its caller sees it: plain to its filer, masked to everyone else.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub struct ApplicationView {
    /// Identity.
    id: Uuid,
    /// 申办流水号, from submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4304762024092710000015")]
    submission_no: Option<String>,
    /// Code that opens tracking together with a number; only to its filer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "7K3M9QXT2B")]
    track_code: Option<String>,
    /// Where it stands.
    state: ApplicationState,
    /// The state in Chinese.
    #[schema(example = "已提交")]
    state_name: &'static str,
    /// How it was filed.
    channel: FilingChannel,
    /// Counts changes.
    version: i64,
    /// Code of the matter, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "construction-permit")]
    matter: Option<String>,
    /// Code of the bundle, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "newborn")]
    bundle: Option<String>,
    /// Name of the matter or bundle.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）")]
    name: String,
    /// Parties.
    parties: Vec<Party>,
    /// Form by data element.
    #[schema(value_type = Object)]
    form: Map<String, Value>,
    /// Answers by situation.
    answers: BTreeMap<String, String>,
    /// Project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    project: Option<Value>,
    /// What of the project it covers.
    scope: Vec<String>,
    /// Materials handed in.
    materials: Vec<MaterialView>,
    /// Paper taken over at the window.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paper: Vec<PaperView>,
    /// How often the applicant may have to come, and has come.
    visits: VisitsView,
    /// Who does the services that the law asks for (中介服务机构).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agencies: Vec<AgencyView>,
    /// Letters signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    letters: Vec<LetterView>,
    /// Notices given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<NoticeView>,
    /// What the agent may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate: Option<Mandate>,
    /// Its cases, once filed.
    cases: Vec<CaseView>,
    /// When the draft was begun.
    created_at: Moment,
    /// Legal moment of receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<Moment>,
    /// When the receipt was keyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<Moment>,
    /// What this caller may do now; if not, why.
    actions: Vec<Action>,
    /// What happens next.
    #[schema(example = "可以提交；尚缺建设用地规划许可证，建议一并上传。")]
    next_step: String,
}

/// A material handed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Material)]
pub struct MaterialView {
    /// Identity.
    pub id: Uuid,
    /// Code of the material.
    #[schema(example = "planning-conditions-approval")]
    pub material: String,
    /// The caller's identity of the upload.
    #[schema(example = "a1b2c3")]
    pub upload_id: String,
    /// Name of the file.
    #[schema(example = "规划条件批文.pdf")]
    pub file_name: String,
    /// Type by content.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    #[schema(example = 102_400)]
    pub size: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// When it was handed in.
    pub created_at: Moment,
    /// The earlier material it was taken over from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reused_from: Option<Uuid>,
}

impl From<Material> for MaterialView {
    fn from(m: Material) -> Self {
        Self {
            id: m.id,
            material: m.code,
            upload_id: m.upload_id,
            file_name: m.file_name,
            media_type: m.document.media_type,
            size: m.document.size,
            sha256: hex::encode(&m.document.digest),
            created_at: m.created_at.into(),
            reused_from: m.reused_from,
        }
    }
}

impl MaterialView {
    /// A material; the name its owner gave the file is shown to nobody else.
    pub(crate) fn shown(material: Material, own: bool) -> Self {
        let mut view = Self::from(material);
        if !own {
            let ending = view.media_type.rsplit('/').next().unwrap_or_default();
            view.file_name = format!("{}.{ending}", view.material);
        }
        view
    }
}

impl ApplicationView {
    /// The application for a caller of this scope.
    #[must_use]
    pub fn new(dossier: Dossier, snapshot: &ZoneSnapshot, keys: &Keys, caller: &Scope, seat: &Seat) -> Self {
        let plan = dossier.plan(snapshot);
        let assessment = (dossier.application.state == ApplicationState::Draft).then(|| dossier.assess(snapshot)).flatten();
        let Dossier { application, content, cases, materials, at } = dossier;
        let own = caller.reach == Reach::Own || application.filed_by == caller.account;
        let next_step = next_step(application.state, &cases, assessment.as_ref());
        let elements = plan.as_ref().and_then(|p| p.form.elements());
        let (parties, form) = if own {
            (content.parties, content.form)
        } else {
            (content.parties.into_iter().map(masked::party).collect(), masked::form(content.form, elements))
        };
        let code = application.subject_code.clone();
        let (matter, bundle) = match application.subject_kind {
            SubjectKind::Matter => (Some(code), None),
            SubjectKind::Bundle => (None, Some(code)),
        };
        let track_code = (own && application.submission_no.is_some()).then(|| keys.track_code(application.id, application.track_counter));
        Self {
            id: application.id,
            track_code,
            submission_no: application.submission_no,
            state: application.state,
            state_name: application.state.label(),
            channel: application.channel,
            version: application.version,
            matter,
            bundle,
            name: plan.as_ref().map_or(application.subject_code, |p| p.name.clone()),
            parties,
            form,
            answers: content.answers,
            project: content.project,
            scope: content.scope,
            materials: materials.into_iter().map(|m| MaterialView::shown(m, own)).collect(),
            cases: cases.into_iter().map(|c| CaseView::new(c, &snapshot.catalogue, at, Some((seat, own)))).collect(),
            paper: content.paper.into_iter().map(PaperView::from).collect(),
            agencies: content.agencies.iter().map(AgencyView::from).collect(),
            visits: VisitsView { promised: plan.as_ref().map(|p| p.visits()), made: content.visits.len() },
            letters: content.letters.into_iter().map(LetterView::from).collect(),
            notices: content.notices.into_iter().map(NoticeView::from).collect(),
            mandate: content.mandate,
            created_at: application.created_at.into(),
            received_at: application.received_at.map(Moment::from),
            recorded_at: application.recorded_at.map(Moment::from),
            actions: application_actions(application.state, Viewer { may_change: own }, assessment.as_ref()),
            next_step,
        }
    }

    /// Its version, for the entity tag.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }
}

/// One line of the caller's own list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationSummary {
    /// Identity.
    pub id: Uuid,
    /// 申办流水号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4304762024092710000015")]
    pub submission_no: Option<String>,
    /// Where it stands.
    pub state: ApplicationState,
    /// Code of the matter or bundle.
    #[schema(example = "newborn")]
    pub subject: String,
    /// Its name.
    #[schema(example = "新生儿出生一件事")]
    pub name: String,
    /// The applicant, plain to the filer.
    #[schema(example = "张三")]
    pub applicant: String,
    /// When the draft was begun.
    pub created_at: Moment,
    /// Legal moment of receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Moment>,
    /// The latest due date of its accepted cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// What the caller may do now; if not, why.
    pub actions: Vec<Action>,
    /// What happens next.
    #[schema(example = "等待受理；最迟2024-10-10一次性告知需要补正的内容，逾期未告知即视为受理。")]
    pub next_step: String,
}

impl ApplicationSummary {
    /// One line.
    #[must_use]
    pub fn new(listed: ListedApplication, catalogue: &Catalogue, today: NaiveDate) -> Self {
        let ListedApplication { application: a, applicant, cases } = listed;
        let name = match a.subject_kind {
            SubjectKind::Matter => catalogue.matter(&a.subject_code, today).map(|v| v.document.name.clone()),
            SubjectKind::Bundle => catalogue.bundle(&a.subject_code, today).map(|v| v.document.name.clone()),
        };
        Self {
            id: a.id,
            submission_no: a.submission_no,
            state: a.state,
            name: name.unwrap_or_else(|| a.subject_code.clone()),
            subject: a.subject_code,
            applicant,
            created_at: a.created_at.into(),
            received_at: a.received_at.map(Moment::from),
            due_on: cases.iter().filter(|c| c.accepted_at.is_some()).filter_map(|c| c.deadline).map(|d| d.due.on).max(),
            actions: application_actions(a.state, Viewer { may_change: true }, None),
            next_step: match a.state {
                ApplicationState::Draft => "草稿，尚未提交。".to_owned(),
                ApplicationState::Submitted | ApplicationState::Closed => next_step(a.state, &cases, None),
            },
        }
    }
}
