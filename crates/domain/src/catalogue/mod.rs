//! The catalogue (目录): what a zone handles and how, as immutable version documents.

mod bundle;
mod check;
mod condition;
mod form;
mod graph;
mod matter;
mod requirement;
mod situation;
mod snapshot;
mod zone;

pub use bundle::{Bundle, BundleMember, Edge, EdgeKind};
pub use check::{Finding, check_bundle, check_matter, check_zone};
pub use condition::{Condition, ConditionFacts};
pub use form::{Form, FormProblem, merge_forms};
pub use graph::{Cycle, order};
pub use matter::{
    Audience, Authority, CaseKind, Channel, LegalBasis, LimitStart, LimitVariant, Limits, Matter, MatterType, OpenedDuty, Procedure,
    Separation, Source, SystemOfRecord,
};
pub use requirement::{
    CommitmentRule, DeferralEntry, DeferralKind, DeferralRule, MaterialClass, MaterialSource, Need, Requirement, RequirementChoice,
};
pub use situation::{Answer, Situation, unanswered};
pub use snapshot::{Catalogue, Subject, Version};
pub use zone::{Department, Place, PlaceKind, Zone, ZoneSettings};
