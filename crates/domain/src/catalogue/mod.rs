//! The catalogue (目录): what a zone handles and how, as immutable version documents.

mod base;
mod begin;
mod bundle;
mod check;
mod classification;
mod condition;
mod delegation;
mod draft;
mod edition;
mod element;
mod face;
mod figures;
mod form;
mod graph;
mod matter;
mod offer;
mod procedure;
mod reform;
mod requirement;
mod routing;
mod shared;
mod situation;
mod snapshot;
mod zone;

pub use base::{BaseCatalogue, BaseEntry, Difference};
pub use begin::BeginRule;
pub use bundle::{Bundle, BundleMember, Edge, EdgeKind, Stage, StatedFigures, Way};
pub use check::{Finding, Severity, check_base, check_bundle, check_links, check_matter, check_references, check_succession, check_zone};
pub use classification::{Audience, Authority, CaseKind, Channel, MatterType, Procedure, Separation, Source, SystemOfRecord};
pub use condition::{Condition, ConditionFacts};
pub use delegation::{AdjustmentKind, DelegatedState, SystemAccountState, forbids_adjustment, forbids_move, lacks_account};
pub use draft::{DraftCommand, DraftState, Newest, two_people};
pub use edition::{Edition, edition_on, editions};
pub use element::{
    BodyNature, CheckPhase, CheckPoint, Convenience, ExerciseLevel, HandledAt, LaterAct, LaterService, OnlineDepth, ResultType,
    SpecialProcedure, SpecialProcedureKind, Step, StepOrigin, count_steps,
};
pub use face::FaceField;
pub use figures::{Figures, LimitSum, Reduction};
pub use form::{Form, FormProblem, explain_schema_error, merge_forms};
pub use graph::{Cycle, order};
pub use matter::{LegalBasis, LimitStart, LimitVariant, Limits, Matter, OpenedDuty};
pub use offer::{Attachment, Charge, OnlineAccess};
pub use procedure::{Extension, ExtensionRule, ProcedureRules, SilenceRule};
pub use reform::TaskProgress;
pub use requirement::{
    CheckPlan, CheckTime, CommitmentRule, DeferralEntry, DeferralEvent, DeferralKind, DeferralRule, MaterialClass, MaterialDetail,
    MaterialFormat, MaterialKind, MaterialSource, Need, Requirement, RequirementChoice,
};
pub use shared::{MatterPools, Shared};
pub use situation::{Answer, Situation, unanswered};
pub use snapshot::{Catalogue, Subject, Version};
pub use zone::{AreaAssessment, DataGrant, DataSource, Department, IntermediaryService, Place, PlaceKind, Presence, Zone, ZoneSettings};
